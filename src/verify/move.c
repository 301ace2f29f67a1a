/* SPDX-License-Identifier: BSD-2-Clause */
/* move.c - the window in which a pointer may be moved by a register; see move.h. */
#include "verify/move.h"

#include <errno.h>
#include <stdlib.h>

enum {
	MOVE_NEGATIVE = BIT(0),
	MOVE_KNOWN = BIT(1),
	MOVE_POINTER_FIRST = BIT(2),
	MOVE_NUMBER_FIRST = BIT(3),
};

static const char *verb(const struct bpf_insn *insn)
{
	return BPF_OP(insn->code) == BPF_ADD ? "add" : "sub";
}

/* Bytes between @ptr and the border in that direction. Mirrors retrieve_ptr_limit. */
static int find_limit(struct verifier *v, const struct bpf_insn *insn, const struct reg *ptr,
		      const struct move_window *window, u32 *limit)
{
	u32 bytes, most;

	if (ptr->type == REG_STACK) {
		most = PROG_STACK_MAX + window->to_left;
		bytes = (u32) - (s32)(ptr->val.bits.value + (u64)(s64)ptr->off);
	} else if (ptr->type == REG_MAP_VALUE) {
		most = ptr->map->value_size;
		bytes = (u32)((window->to_left ? (u64)ptr->val.smin : ptr->val.umax) +
			      (u64)(s64)ptr->off);
	} else {
		return refuse(v, -EACCES,
			      "R%d has pointer with unsupported alu operation, pointer arithmetic "
			      "with it prohibited for !root",
			      window->regno);
	}
	if (bytes >= most)
		return refuse(v, -EACCES,
			      "R%d tried to %s beyond pointer bounds, pointer arithmetic with it "
			      "prohibited for !root",
			      insn->dst_reg, verb(insn));
	*limit = bytes;
	return 0;
}

int move_allowed(struct verifier *v, const struct bpf_insn *insn, const struct reg *ptr,
		 const struct reg *by, bool by_is_dst, struct move_window *window)
{
	u8 op = BPF_OP(insn->code);
	bool negative = by->val.smin < 0, known = scalar_is_const(by->val);

	if (BPF_SRC(insn->code) == BPF_K || (op != BPF_ADD && op != BPF_SUB))
		return 0;
	window->needed = true;
	window->regno = by_is_dst ? insn->src_reg : insn->dst_reg;
	if (!known && negative != (by->val.smax < 0))
		return refuse(v, -EACCES,
			      "R%d has unknown scalar with mixed signed bounds, pointer arithmetic "
			      "with it prohibited for !root",
			      by_is_dst ? insn->dst_reg : insn->src_reg);
	window->to_left = op == BPF_ADD ? negative : !negative;
	window->state = (negative ? MOVE_NEGATIVE : 0) | (known ? MOVE_KNOWN : 0) |
			(by_is_dst ? MOVE_NUMBER_FIRST : MOVE_POINTER_FIRST);
	if (!known)
		v->numbers_exact = true;
	return find_limit(v, insn, ptr, window, &window->limit);
}

int move_commit(struct verifier *v, const struct bpf_insn *insn, const struct reg *dst,
		const struct move_window *window)
{
	struct insn_info *info = &v->info[v->insn];
	u32 limit;
	int err;

	if (!window->needed)
		return 0;
	err = find_limit(v, insn, dst, window, &limit);
	if (err)
		return err;
	limit = (u32)abs((s32)(window->limit - limit));
	if (info->move_state && (info->move_state != window->state || info->move_limit != limit))
		return refuse(v, -EACCES,
			      "R%d tried to %s from different maps, paths or scalars, pointer "
			      "arithmetic with it prohibited for !root",
			      insn->dst_reg, verb(insn));
	info->move_state = window->state;
	info->move_limit = limit;
	return 0;
}
