/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * edges.h - which instructions of a function come right after which, and right before.
 *
 * After is what an instruction says itself. Before is a list of edges for each instruction, which
 * a flow backwards needs that is to take time in proportion to the program and no more.
 */
#ifndef SKIFF_VERIFY_EDGES_H
#define SKIFF_VERIFY_EDGES_H

#include "verify/verifier.h"

/* Instructions that may run after @at within its function; how many. A call comes back. */
u32 edges_after(const struct verifier *v, u32 at, u32 next[2]);

/*
 * The edges of one function by where they end. Edge 2 * n and 2 * n + 1 are those that leave the
 * function's instruction n; the lists keep the number + 1, and 0 ends them.
 */
struct edges {
	u32 start;   /* of the function */
	u32 *last;   /* by instruction: one edge that ends there */
	u32 *before; /* by edge: another one that ends where it does */
};

/* Find the edges of @sub: 0 or -ENOMEM. edges_free frees what was found. */
int edges_find(struct edges *edges, const struct verifier *v, const struct subprog *sub);
void edges_free(struct edges *edges);

/*
 * Instructions right before one:
 *	for (u32 edge = edges_first(edges, at); edge; edge = edges_next(edges, edge))
 *		... edges_from(edges, edge) ...
 */
static inline u32 edges_first(const struct edges *edges, u32 at)
{
	return edges->last[at - edges->start];
}

static inline u32 edges_next(const struct edges *edges, u32 edge)
{
	return edges->before[edge - 1];
}

static inline u32 edges_from(const struct edges *edges, u32 edge)
{
	return edges->start + (edge - 1) / 2;
}

#endif
