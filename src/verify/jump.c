/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * jump.c - conditional jumps: which way they go where that is known, and what is learnt on each
 * side where it is not: of two numbers, of the registers that hold the same number, of pointers
 * that may be NULL. What a comparison with the packet's end teaches is packet_range.c's.
 *
 * Mirrors check_cond_jmp_op and what it calls.
 */
#include <errno.h>
#include <stdlib.h>

#include "verify/packet_range.h"
#include "verify/verifier.h"

#define LINKED_MAX 6 /* LINKED_REGS_MAX: more registers of one id are not kept in step */

/* Where a register stands in any state of the same shape. */
struct place {
	u32 frame, index;
	bool slot;
};

struct linked {
	struct place places[2 * LINKED_MAX];
	u32 cnt;
};

static struct reg *reg_at(struct state *state, struct place place)
{
	struct frame *frame = state->frames[place.frame];

	return place.slot ? &frame->slots[place.index].reg : &frame->regs[place.index];
}

static void link_add(struct state *state, struct linked *linked, u32 id, struct place place)
{
	struct reg *reg = reg_at(state, place);

	if (reg->type != REG_SCALAR || reg->id != id)
		return;
	if (linked->cnt < LINKED_MAX) {
		linked->places[linked->cnt++] = place;
		return;
	}
	reg->id = 0;
	reg->flags &= (u8)~REG_ADDED;
}

/* Mirrors collect_linked_regs. */
static void link_collect(struct state *state, struct linked *linked, u32 id)
{
	for (u32 f = state->top + 1; f-- > 0;) {
		struct frame *frame = state->frames[f];

		for (u32 i = 0; i < BPF_REG_FP; i++)
			link_add(state, linked, id, (struct place){f, i, false});
		for (u32 i = 0; i < frame->slot_cnt; i++) {
			if (slot_is_spill(&frame->slots[i]))
				link_add(state, linked, id, (struct place){f, i, true});
		}
	}
}

/* @known was narrowed: so are those that hold the same number, or it plus a constant.
 * Mirrors sync_linked_regs. */
static void link_sync(struct verifier *v, struct state *state, const struct linked *linked,
		      const struct reg *known)
{
	for (u32 i = 0; i < linked->cnt; i++) {
		struct reg *reg = reg_at(state, linked->places[i]);
		s32 delta = reg->flags & REG_ADD_CONST ? reg->delta : 0;
		s32 base = known->flags & REG_ADD_CONST ? known->delta : 0;
		u8 flags = reg->flags;
		u32 node;

		if (reg->type != REG_SCALAR || reg == known || reg->id != known->id)
			continue;
		/* Whoever needs this one exactly needs what it was narrowed by. */
		node = reg->node == known->node ? reg->node
						: node_new(&v->nodes, reg->node, known->node);
		if (delta == base && (flags & REG_ADDED) == (known->flags & REG_ADDED)) {
			s32 from = reg->from;

			*reg = *known;
			reg->from = from;
		} else {
			reg->val = scalar_alu(BPF_ADD, true, known->val,
					      scalar_const((u64)((s64)delta - base)), 0);
			if ((flags | known->flags) & REG_ADD_32)
				reg->val = scalar_zext32(reg->val);
		}
		reg->node = node;
	}
}

/* Never NULL, so a comparison with 0 has one answer. Mirrors reg_not_null. */
static bool surely_not_null(const struct reg *reg)
{
	if (reg->flags & REG_OR_NULL)
		return false;
	return reg->type == REG_MAP_VALUE || reg->type == REG_MAP_KEY || reg->type == REG_SOCK ||
	       reg->type == REG_MEM || reg->type == REG_MAP;
}

/* The number that the compared part of a register is, if it is one number. */
static bool const_part(const struct reg *reg, bool is32, u64 *value)
{
	struct tnum bits = reg->val.bits;

	if (reg->type != REG_SCALAR)
		return false;
	if (is32)
		bits = (struct tnum){(u32)bits.value, (u32)bits.mask};
	*value = bits.value;
	return bits.mask == 0;
}

/* 1 taken, 0 not, -1 it depends. Mirrors is_branch_taken. */
static int way(const struct reg *a, const struct reg *b, u8 op, bool is32)
{
	u64 value;

	if (packet_range_any(a) && packet_range_any(b) && !is32)
		return packet_range_branch(a, b, op);
	if (a->type == REG_SCALAR && b->type == REG_SCALAR)
		return scalar_branch(op, is32, a->val, b->val);
	if (!const_part(b, is32, &value)) {
		const struct reg *other = a;

		a = b;
		b = other;
		if (!const_part(b, is32, &value))
			return -1;
	}
	if (value != 0 || !surely_not_null(a))
		return -1;
	return op == BPF_JEQ ? 0 : op == BPF_JNE ? 1 : -1;
}

static void refine(struct verifier *v, u8 op, bool is32, struct reg *a, struct reg *b)
{
	if (a->type != REG_SCALAR || b->type != REG_SCALAR)
		return;
	scalar_refine(op, is32, &a->val, &b->val);
	if (!scalar_is_valid(a->val))
		a->val = scalar_unbounded(a->val);
	if (!scalar_is_valid(b->val))
		b->val = scalar_unbounded(b->val);
}

const struct map *map_inner(struct verifier *v, const struct map *outer)
{
	for (u32 i = 0; i < v->source->map_cnt; i++) {
		struct map *inner = v->inner[i];

		if (v->source->maps[i] != outer)
			continue;
		if (inner)
			return inner;
		inner = calloc(1, sizeof(*inner));
		if (!inner)
			return NULL;
		inner->type = outer->inner.type;
		inner->key_size = outer->inner.key_size;
		inner->value_size = outer->inner.value_size;
		inner->max_entries = outer->inner.max_entries;
		inner->flags = outer->inner.flags;
		inner->spin_lock_off = outer->inner.spin_lock_off;
		inner->memfd = -1;
		v->inner[i] = inner;
		return inner;
	}
	return NULL;
}

/* Mirrors mark_ptr_not_null_reg. */
void reg_set_not_null(struct verifier *v, struct reg *reg)
{
	reg->flags &= (u8)~REG_OR_NULL;
	if (reg->type != REG_MAP_VALUE)
		return;
	if (reg->map->type != BPF_MAP_TYPE_ARRAY_OF_MAPS &&
	    reg->map->type != BPF_MAP_TYPE_HASH_OF_MAPS)
		return;
	reg->type = REG_MAP;
	reg->map = map_inner(v, reg->map);
	reg->map_uid = reg->id;
}

void reg_mark_nonnull(struct verifier *v, struct state *state, u32 id, bool is_null)
{
	struct reg *reg;

	STATE_EACH_REG (state, reg) {
		if (!reg_is_pointer(reg) || !(reg->flags & REG_OR_NULL) || reg->id != id)
			continue;
		if (is_null) {
			s32 from = reg->from;

			reg_set_const(v, reg, 0);
			reg->from = from;
			continue;
		}
		reg_set_not_null(v, reg);
		if (reg->type != REG_MAP_VALUE || reg->map->spin_lock_off < 0)
			reg->id = 0;
	}
}

/* `if (ptr == NULL)`, on both sides. Mirrors mark_ptr_or_null_regs. */
static void split_null(struct verifier *v, struct state *here, struct state *there, int regno,
		       u8 op)
{
	struct reg reg = state_regs(here)[regno];
	struct state *null_side = op == BPF_JEQ ? there : here;

	/* Where there is nothing, there is nothing to give back. */
	if (reg.ref && reg.ref == reg.id)
		ref_release(null_side, reg.id);
	reg_mark_nonnull(v, here, reg.id, here == null_side);
	reg_mark_nonnull(v, there, reg.id, there == null_side);
}

/* Two pointers found equal, one of which is not NULL: neither is the other. */
static void equal_pointers(struct verifier *v, struct state *here, struct state *there,
			   const struct bpf_insn *insn)
{
	struct state *equal = BPF_OP(insn->code) == BPF_JEQ ? there : here;
	struct reg *a = &state_regs(equal)[insn->dst_reg], *b = &state_regs(equal)[insn->src_reg];

	if (BPF_OP(insn->code) != BPF_JEQ && BPF_OP(insn->code) != BPF_JNE)
		return;
	if (!reg_is_pointer(a) || !reg_is_pointer(b) ||
	    (a->flags & REG_OR_NULL) == (b->flags & REG_OR_NULL))
		return;
	reg_set_not_null(v, a->flags & REG_OR_NULL ? a : b);
}

/* A jump whose way is known follows it alone, and depends on the numbers that said so. */
static int follow(struct verifier *v, const struct bpf_insn *insn, bool taken,
		  const struct reg *dst, const struct reg *src)
{
	reg_mark_precise(v, dst);
	if (BPF_SRC(insn->code) == BPF_X)
		reg_mark_precise(v, src);
	if (v->options.log_level)
		log_insn_state(v);
	v->insn += taken ? (u32)(insn->off + 1) : 1;
	return 0;
}

/* Both ways are possible: push the one that jumps, go on with the other. */
static int split(struct verifier *v, const struct bpf_insn *insn, struct reg *dst, struct reg *src)
{
	bool is32 = BPF_CLASS(insn->code) == BPF_JMP32, from_reg = BPF_SRC(insn->code) == BPF_X;
	u8 op = BPF_OP(insn->code);
	struct state *here = v->state, *there;
	struct linked src_linked = {0}, dst_linked = {0};
	struct reg number = *src, *other_dst, *other_src;
	int err;

	if (from_reg && src->type == REG_SCALAR && src->id)
		link_collect(here, &src_linked, src->id);
	if (dst->type == REG_SCALAR && dst->id)
		link_collect(here, &dst_linked, dst->id);
	there = walk_push(v, v->insn + (u32)(insn->off + 1), v->insn, &err);
	if (!there)
		return err;
	other_dst = &state_regs(there)[insn->dst_reg];
	other_src = from_reg ? &state_regs(there)[insn->src_reg] : &number;

	if (from_reg && dst->type == REG_SCALAR && src->type == REG_SCALAR) {
		u32 node = node_new(&v->nodes, dst->node, src->node);

		dst->node = src->node = other_dst->node = other_src->node = node;
	}
	refine(v, op, is32, other_dst, other_src);
	refine(v, scalar_negate(op), is32, dst, src);
	if (from_reg && src->type == REG_SCALAR && src->id) {
		link_sync(v, here, &src_linked, src);
		link_sync(v, there, &src_linked, other_src);
	}
	if (dst->type == REG_SCALAR && dst->id) {
		link_sync(v, here, &dst_linked, dst);
		link_sync(v, there, &dst_linked, other_dst);
	}

	if (!is32 && from_reg)
		equal_pointers(v, here, there, insn);
	if (!is32 && !from_reg && insn->imm == 0 && (op == BPF_JEQ || op == BPF_JNE) &&
	    reg_is_pointer(dst) && dst->flags & REG_OR_NULL) {
		split_null(v, here, there, insn->dst_reg, op);
	} else if (!(from_reg && !is32 && packet_range_learn(v, insn, there)) &&
		   !v->leaks_allowed && dst->type != REG_SCALAR) {
		return refuse(v, -EACCES, "R%d pointer comparison prohibited", insn->dst_reg);
	}
	if (v->options.log_level)
		log_insn_state(v);
	v->insn++;
	return 0;
}

int jump_check(struct verifier *v, const struct bpf_insn *insn)
{
	bool is32 = BPF_CLASS(insn->code) == BPF_JMP32;
	struct reg number = {.type = REG_SCALAR, .val = scalar_const((u64)(s64)insn->imm)};
	struct reg *dst = reg_of(v, insn->dst_reg), *src = &number;
	int err, taken;

	if (BPF_OP(insn->code) == BPF_JCOND)
		return blame(v, BLAME_NOT_YET, -1, NULL,
			     refuse(v, -EINVAL, "skiff does not have may_goto yet"));
	err = reg_check_read(v, insn->dst_reg);
	if (!err && BPF_SRC(insn->code) == BPF_X)
		err = reg_check_read(v, insn->src_reg);
	if (err)
		return err;
	if (BPF_SRC(insn->code) == BPF_X) {
		src = reg_of(v, insn->src_reg);
		if (!(packet_range_any(dst) && packet_range_any(src)) && !v->leaks_allowed &&
		    src->type != REG_SCALAR)
			return refuse(v, -EACCES, "R%d pointer comparison prohibited",
				      insn->src_reg);
	}
	taken = way(dst, src, BPF_OP(insn->code), is32);
	if (taken >= 0)
		return follow(v, insn, taken, dst, src);
	return split(v, insn, dst, src);
}
