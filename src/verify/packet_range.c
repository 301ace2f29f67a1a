/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet_range.c - `if (data + 14 > data_end)`: the comparison that makes packet bytes readable.
 *
 * Every form comes down to one question: on which side is it known that the pointer, moved by off,
 * does not lie past the end (then off bytes from its origin are there), or even lies before it
 * (one more)? On the other side the pointer is noted to lie at or beyond the end, which later
 * decides the same comparison made again.
 */
#include "verify/packet_range.h"

#define PACKET_OFF_MAX 0xffff /* MAX_PACKET_OFF */

int packet_range_branch(const struct reg *a, const struct reg *b, u8 op)
{
	const struct reg *packet;

	if (b->type == REG_PKT_END) {
		packet = a;
	} else if (a->type == REG_PKT_END) {
		packet = b;
		op = scalar_flip(op);
	} else {
		return -1;
	}
	if (!reg_is_packet(packet) || packet->range >= 0)
		return -1;
	if (op == BPF_JLE || op == BPF_JGT) {
		if (packet->range == RANGE_BEYOND_END)
			return op == BPF_JGT;
	} else if (op == BPF_JLT || op == BPF_JGE) {
		return op == BPF_JGE;
	}
	return -1;
}

/* @reg, in @state, is not past the end; @open: it is before it. All pointers of its origin gain.
 * Mirrors find_good_pkt_pointers. */
static void good_range(struct state *state, const struct reg *bound, bool open, u32 insn)
{
	struct reg reg = *bound, *each;
	s32 range = reg.off + (open ? 1 : 0);

	if (reg.off < 0 || (reg.off == 0 && open))
		return;
	/* Too far out an addition may have wrapped around, and the comparison says nothing. */
	if (reg.val.umax > PACKET_OFF_MAX || reg.val.umax + (u64)reg.off > PACKET_OFF_MAX)
		return;
	STATE_EACH_REG(state, each) {
		if (each->type != reg.type || each->id != reg.id || each->range >= range)
			continue;
		each->range = range;
		each->checked = (s32)insn;
	}
}

/* Mirrors mark_pkt_end. That the comparison failed is noted for explanations alone. */
static void at_end(struct state *state, struct reg *reg, bool beyond, u32 insn)
{
	struct reg *each;

	STATE_EACH_REG(state, each) {
		if (each->type == reg->type && each->id == reg->id && each->range <= 0)
			each->checked = -(s32)insn;
	}
	if (reg->type == REG_PKT)
		reg->range = beyond ? RANGE_BEYOND_END : RANGE_AT_END;
}

static bool is_packet_start(const struct reg *reg)
{
	return reg->type == REG_PKT && !reg->id && !reg->off && scalar_is_const(reg->val) &&
	       scalar_value(reg->val) == 0;
}

/* Is @end the border that @pointer is measured against? */
static bool measures(const struct reg *pointer, const struct reg *end)
{
	return (pointer->type == REG_PKT && end->type == REG_PKT_END) ||
	       (pointer->type == REG_PKT_META && is_packet_start(end));
}

bool packet_range_learn(struct verifier *v, const struct bpf_insn *insn, struct state *there)
{
	struct state *here = v->state, *inside, *outside;
	const struct reg *dst = reg_of(v, insn->dst_reg), *src = reg_of(v, insn->src_reg);
	u8 op = BPF_OP(insn->code);
	int regno = insn->dst_reg;
	bool open;

	/* As `pointer op end`, whichever way it was written. */
	if (measures(src, dst)) {
		op = scalar_flip(op);
		regno = insn->src_reg;
	} else if (!measures(dst, src)) {
		return false;
	}
	switch (op) {
	case BPF_JGT: /* falls through where pointer <= end */
		inside = here, outside = there, open = false;
		break;
	case BPF_JGE: /* falls through where pointer < end */
		inside = here, outside = there, open = true;
		break;
	case BPF_JLT:
		inside = there, outside = here, open = true;
		break;
	case BPF_JLE:
		inside = there, outside = here, open = false;
		break;
	default:
		return false;
	}
	good_range(inside, &state_regs(inside)[regno], open, v->insn);
	at_end(outside, &state_regs(outside)[regno], !open, v->insn);
	return true;
}
