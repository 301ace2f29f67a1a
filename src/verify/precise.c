/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * precise.c - the graph of values, and marking what is needed in it; see precise.h.
 *
 * A marked node forgets what it was computed from: all of that is marked already.
 */
#include <stdlib.h>

#include "verify/precise.h"

/* Room for one more row; row 0 stands for "no node" and counts as marked. */
static bool grow(struct nodes *nodes)
{
	u32 cap = nodes->cap ? nodes->cap * 2 : 1024;
	struct node *rows = realloc(nodes->rows, cap * sizeof(*rows));

	if (!rows) {
		nodes->broken = true;
		return false;
	}
	nodes->rows = rows;
	nodes->cap = cap;
	if (!nodes->cnt)
		rows[nodes->cnt++] = (struct node){NODE_MARKED, 0};
	return true;
}

u32 node_new(struct nodes *nodes, u32 a, u32 b)
{
	if (nodes->cnt + 1 >= nodes->cap && !grow(nodes))
		return NODE_NONE;
	/* Marked inputs need no mark later. */
	if (a && nodes->rows[a].a == NODE_MARKED)
		a = NODE_NONE;
	if (b && nodes->rows[b].a == NODE_MARKED)
		b = NODE_NONE;
	nodes->rows[nodes->cnt] = (struct node){a, b};
	return nodes->cnt++;
}

static bool push(struct nodes *nodes, u32 *depth, u32 node)
{
	if (node == NODE_NONE)
		return true;
	if (*depth == nodes->todo_cap) {
		u32 cap = nodes->todo_cap ? nodes->todo_cap * 2 : 256;
		u32 *todo = realloc(nodes->todo, cap * sizeof(*todo));

		if (!todo) {
			nodes->broken = true;
			return false;
		}
		nodes->todo = todo;
		nodes->todo_cap = cap;
	}
	nodes->todo[(*depth)++] = node;
	return true;
}

void node_mark(struct nodes *nodes, u32 node)
{
	u32 depth = 0;

	if (!push(nodes, &depth, node))
		return;
	while (depth) {
		struct node *row = &nodes->rows[nodes->todo[--depth]];
		u32 a = row->a, b = row->b;

		if (a == NODE_MARKED)
			continue;
		row->a = NODE_MARKED;
		row->b = NODE_NONE;
		if (!push(nodes, &depth, a) || !push(nodes, &depth, b))
			return;
	}
}

void node_link(struct nodes *nodes, u32 node, u32 other)
{
	struct node *row = &nodes->rows[node];
	u32 joint;

	if (node == other || node_marked(nodes, other))
		return;
	if (node_marked(nodes, node)) {
		node_mark(nodes, other);
		return;
	}
	if (row->a == other || row->b == other)
		return;
	joint = node_new(nodes, row->a, other);
	nodes->rows[node].a = joint; /* the rows may have moved */
}

void nodes_free(struct nodes *nodes)
{
	free(nodes->rows);
	free(nodes->todo);
	*nodes = (struct nodes){0};
}
