/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * move.h - moving a pointer by a register, without CAP_PERFMON.
 *
 * Where a branch is mispredicted a CPU may move a pointer by a number that verification has ruled
 * out, and read along. Linux masks such moves to a window it must know at load: so they are
 * allowed to pointers to the stack and to map values alone, in one direction, and alike on every
 * path. skiff runs nothing speculatively, but gives the same verdict.
 */
#ifndef SKIFF_VERIFY_MOVE_H
#define SKIFF_VERIFY_MOVE_H

#include "verify/verifier.h"

/* What is known before a move and needed after it. */
struct move_window {
	bool needed;
	bool to_left; /* towards lower addresses */
	u8 state;
	u32 limit; /* bytes there are in that direction */
	int regno; /* the pointer's, as refusals name it */
};

/* May @ptr be moved by @by as @insn says? 0 or -EACCES. Mirrors sanitize_ptr_alu before the move.
 */
int move_allowed(struct verifier *v, const struct bpf_insn *insn, const struct reg *ptr,
		 const struct reg *by, bool by_is_dst, struct move_window *window);
/* It has been moved to @dst: was it as far on the paths before? Mirrors it after the move. */
int move_commit(struct verifier *v, const struct bpf_insn *insn, const struct reg *dst,
		const struct move_window *window);

#endif
