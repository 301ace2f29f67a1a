/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * precise.h - which scalars does anybody need exactly?
 *
 * Two states whose scalars differ can still be the same for all that follows: a counter that no
 * branch, address or size depends on may have any value. To know that, every scalar value has a
 * node, and a node knows the nodes that its value was computed from. Where the verifier relies on
 * a value (a branch that goes one way only, an offset, a size) the value's node is marked, and
 * with it everything it came from, wherever copies of these values are kept: in saved states too.
 * When a state is saved, marked values get fresh nodes, so that a mark on a saved state says that
 * something after it needs the value.
 *
 * The kernel finds the same by walking instructions backwards (mark_chain_precision). Nodes live
 * until the verifier ends, eight bytes each, a few for each instruction processed, so their
 * memory is bounded as that number is.
 */
#ifndef SKIFF_VERIFY_PRECISE_H
#define SKIFF_VERIFY_PRECISE_H

#include "base/types.h"

#define NODE_NONE 0u

struct node {
	u32 a, b; /* what it was computed from; a == NODE_MARKED: its value is needed */
};
#define NODE_MARKED 0xffffffffu

struct nodes {
	struct node *rows;
	u32 cnt, cap;
	u32 *todo; /* while marking */
	u32 todo_cap;
	bool broken; /* no memory: the verifier ends with -ENOMEM */
};

/* A node computed from @a and @b, each of which may be NODE_NONE. */
u32 node_new(struct nodes *nodes, u32 a, u32 b);
/* Where @node's value is needed exactly, now or later, so is that of @other. */
void node_link(struct nodes *nodes, u32 node, u32 other);
/* The value of @node is needed exactly, and so are those it came from. */
void node_mark(struct nodes *nodes, u32 node);
void nodes_free(struct nodes *nodes);

static inline bool node_marked(const struct nodes *nodes, u32 node)
{
	return node == NODE_NONE || nodes->rows[node].a == NODE_MARKED;
}

#endif
