/* SPDX-License-Identifier: BSD-2-Clause */
/* edges.c - the graph of a function's instructions. */
#include "verify/edges.h"

#include <errno.h>
#include <stdlib.h>

u32 edges_after(const struct verifier *v, u32 at, u32 next[2])
{
	const struct bpf_insn *insn = &v->insns[at];
	u32 cnt = 0;

	if (insn_is_exit(insn))
		return 0;
	if (insn->code == (BPF_JMP | BPF_JA) || insn->code == (BPF_JMP32 | BPF_JA)) {
		next[cnt++] = (u32)insn_target(insn, at);
		return cnt;
	}
	next[cnt++] = at + (insn_is_ld_imm64(insn) ? 2 : 1);
	if (insn_is_jump(insn))
		next[cnt++] = (u32)insn_target(insn, at);
	return cnt;
}

int edges_find(struct edges *edges, const struct verifier *v, const struct subprog *sub)
{
	u32 cnt = sub->end - sub->start;

	edges->start = sub->start;
	edges->last = calloc(3 * (size_t)cnt, sizeof(*edges->last));
	if (!edges->last)
		return -ENOMEM;
	edges->before = edges->last + cnt;
	for (u32 at = sub->start; at < sub->end; at++) {
		u32 next[2], edge = 2 * (at - sub->start);

		if (v->info[at].second_slot)
			continue;
		for (u32 i = edges_after(v, at, next); i-- > 0; edge++) {
			u32 *last = &edges->last[next[i] - sub->start];

			edges->before[edge] = *last;
			*last = edge + 1;
		}
	}
	return 0;
}

void edges_free(struct edges *edges)
{
	free(edges->last);
	*edges = (struct edges){0};
}
