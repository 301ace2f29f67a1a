/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alu.c - arithmetic: moves, numbers on numbers (scalar.h does those), and what may be done to a
 * pointer. A number may be added to or subtracted from most pointers; a known number goes into
 * the pointer's fixed offset, any other into its variable part.
 *
 * Mirrors check_alu_op, adjust_reg_min_max_vals and adjust_ptr_min_max_vals.
 */
#include <errno.h>
#include <stdlib.h>

#include "isa/decode.h"
#include "verify/move.h"
#include "verify/verifier.h"

static const char *operator_text(u8 code)
{
	static const char *const texts[16] = {"+=",   "-=",	"*=",  "/=", "|=", "&=",
					      "<<=",  ">>=",	"neg", "%=", "^=", "=",
					      "s>>=", "endian", NULL,  NULL};

	return texts[BPF_OP(code) >> 4];
}

int reg_check_read(struct verifier *v, int regno)
{
	if (reg_of(v, regno)->type != REG_NONE)
		return 0;
	refuse(v, -EACCES, "R%d !read_ok", regno);
	return blame(v, BLAME_UNINIT_REG, regno, reg_of(v, regno), -EACCES);
}

int reg_check_write(struct verifier *v, int regno)
{
	if (regno == BPF_REG_FP)
		return refuse(v, -EACCES, "frame pointer is read only");
	scratch_reg(v, regno);
	return 0;
}

void reg_mark_precise(struct verifier *v, const struct reg *reg)
{
	if (reg->type == REG_SCALAR)
		node_mark(&v->nodes, reg->node);
}

/* A pointer that a program without CAP_PERFMON must not turn into a number. */
static bool leaks(const struct verifier *v, const struct reg *reg)
{
	return !v->leaks_allowed && reg->type != REG_SCALAR;
}

/* After arithmetic or a branch: bounds that contradict each other are forgotten, and verification
 * goes on. Mirrors reg_bounds_sanity_check. */
static void check_bounds(struct reg *reg)
{
	if (reg->type == REG_SCALAR && !scalar_is_valid(reg->val))
		reg->val = scalar_unbounded(reg->val);
}

/* Two registers will hold one value: give it an id, so that what is learnt of one is known of the
 * other. Mirrors assign_scalar_id_before_mov. */
static void link_before_move(struct verifier *v, struct reg *src)
{
	if (src->type != REG_SCALAR || scalar_is_const(src->val))
		return;
	if (src->flags & REG_ADD_CONST) {
		/* The value is another's plus a number: no third can be linked to both. */
		src->id = 0;
		src->flags &= (u8)~REG_ADDED;
		src->delta = 0;
	}
	if (!src->id)
		src->id = ++v->id_gen;
}

static void drop_link(struct reg *reg)
{
	reg->id = 0;
	if (reg->type == REG_SCALAR) {
		reg->flags &= (u8)~REG_ADDED;
		reg->delta = 0;
	}
}

/* dst = src with its low @bits sign-extended. */
static int move_sign_extended(struct verifier *v, const struct bpf_insn *insn, struct reg *src,
			      struct reg *dst)
{
	bool is64 = BPF_CLASS(insn->code) == BPF_ALU64;
	u8 bits = (u8)insn->off;
	bool same;

	if (src->type != REG_SCALAR) {
		reg_set_unknown(v, dst);
		return 0;
	}
	/* A number that has no sign bit there stays what it is. */
	same = src->val.umax < 1ull << (bits - 1);
	if (same)
		link_before_move(v, src);
	*dst = *src;
	if (!same)
		drop_link(dst);
	dst->val = scalar_mov_sx(src->val, bits, is64);
	return 0;
}

static int move_reg(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *src = reg_of(v, insn->src_reg), *dst = reg_of(v, insn->dst_reg);
	bool fits;

	if (BPF_CLASS(insn->code) == BPF_ALU64) {
		if (insn->off && leaks(v, src))
			return refuse(v, -EACCES, "R%d sign-extension part of pointer",
				      insn->src_reg);
		if (insn->off)
			return move_sign_extended(v, insn, src, dst);
		link_before_move(v, src);
		*dst = *src;
		return 0;
	}
	if (leaks(v, src))
		return refuse(v, -EACCES, "R%d partial copy of pointer", insn->src_reg);
	if (insn->off)
		return move_sign_extended(v, insn, src, dst);
	if (src->type != REG_SCALAR) {
		s32 from = src->from, killed = src->killed;
		u8 was = src->was;

		reg_set_scalar(v, dst, scalar_zext32(scalar_unknown()));
		dst->from = from;
		dst->killed = killed;
		dst->was = was;
		return 0;
	}
	fits = src->val.umax <= UINT32_MAX;
	if (fits)
		link_before_move(v, src);
	*dst = *src;
	if (!fits)
		drop_link(dst);
	dst->val = scalar_zext32(src->val);
	return 0;
}

static int check_move(struct verifier *v, const struct bpf_insn *insn)
{
	bool from_reg = BPF_SRC(insn->code) == BPF_X;
	int err;

	if (insn_op(insn) == OP_addr_space_cast)
		return refuse(v, -EINVAL,
			      "addr_space_cast insn can only be used in a program that has an "
			      "associated arena");
	err = from_reg ? reg_check_read(v, insn->src_reg) : 0;
	if (!err)
		err = reg_check_write(v, insn->dst_reg);
	if (err)
		return err;
	if (from_reg)
		return move_reg(v, insn);
	if (BPF_CLASS(insn->code) == BPF_ALU64)
		reg_set_const(v, reg_of(v, insn->dst_reg), (u64)(s64)insn->imm);
	else
		reg_set_const(v, reg_of(v, insn->dst_reg), (u32)insn->imm);
	return 0;
}

static int check_swap_or_negate(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *dst = reg_of(v, insn->dst_reg);
	bool is64 = BPF_CLASS(insn->code) == BPF_ALU64;
	int err = reg_check_read(v, insn->dst_reg);

	if (err)
		return err;
	if (leaks(v, dst))
		return refuse(v, -EACCES, "R%d pointer arithmetic prohibited", insn->dst_reg);
	err = reg_check_write(v, insn->dst_reg);
	if (err)
		return err;
	if (dst->type != REG_SCALAR) {
		reg_set_unknown(v, dst);
		return 0;
	}
	if (BPF_OP(insn->code) == BPF_NEG)
		dst->val = scalar_alu(BPF_NEG, is64, dst->val, dst->val, 0);
	else
		dst->val = scalar_end(dst->val, BPF_SRC(insn->code), is64, (u8)insn->imm);
	dst->node = node_new(&v->nodes, dst->node, NODE_NONE);
	drop_link(dst);
	check_bounds(dst);
	return 0;
}

/* May a pointer be moved as far as @reg (a pointer, or the number added to one) says?
 * Mirrors check_reg_sane_offset. */
static bool offset_is_sane(struct verifier *v, const struct reg *reg, const struct reg *ptr)
{
	char type[32];
	s32 off =
		reg->type == REG_SCALAR ? (reg->flags & REG_ADD_CONST ? reg->delta : 0) : reg->off;

	reg_type_text(ptr, type);
	if (scalar_is_const(reg->val)) {
		s64 value = (s64)scalar_value(reg->val);

		if (value >= OFFSET_MAX || value <= -OFFSET_MAX) {
			refuse(v, -EINVAL, "math between %s pointer and %lld is not allowed", type,
			       (long long)value);
			return false;
		}
	}
	if (off >= OFFSET_MAX || off <= -OFFSET_MAX) {
		refuse(v, -EINVAL, "%s pointer offset %d is not allowed", type, off);
		return false;
	}
	if (reg->val.smin == INT64_MIN) {
		refuse(v, -EINVAL,
		       "math between %s pointer and register with unbounded min value is not "
		       "allowed",
		       type);
		return false;
	}
	if (reg->val.smin >= OFFSET_MAX || reg->val.smin <= -OFFSET_MAX) {
		refuse(v, -EINVAL, "value %lld makes %s pointer be out of bounds",
		       (long long)reg->val.smin, type);
		return false;
	}
	return true;
}

/* Is arithmetic allowed on this kind of pointer at all? */
static bool may_be_moved(const struct reg *ptr, u8 op, const struct reg *by)
{
	switch (ptr->type) {
	case REG_CTX:
	case REG_MAP_VALUE:
	case REG_MAP_KEY:
	case REG_STACK:
	case REG_PKT:
	case REG_PKT_META:
	case REG_MEM:
	case REG_FUNC:
		return true;
	case REG_MAP:
		return op == BPF_ADD && scalar_is_const(by->val) && scalar_value(by->val) == 0;
	case REG_NONE:
	case REG_SCALAR:
	case REG_PKT_END:
	case REG_SOCK:
		return false;
	}
	return false;
}

/* The pointer after adding (or subtracting) the number @by, in @moved. */
static void move_pointer(struct verifier *v, u8 op, const struct reg *ptr, const struct reg *by,
			 struct reg *moved)
{
	s64 off = ptr->off;

	*moved = *ptr;
	moved->from = ptr->from;
	if (scalar_is_const(by->val)) {
		s64 value = (s64)scalar_value(by->val);

		off = op == BPF_ADD ? off + value : off - value;
		if (off == (s32)off) {
			moved->off = (s32)off;
			moved->val.s32_min = INT32_MIN;
			moved->val.s32_max = INT32_MAX;
			moved->val.u32_min = 0;
			moved->val.u32_max = UINT32_MAX;
			return;
		}
	}
	moved->val = scalar_offset(op, ptr->val, by->val);
	if (!reg_is_packet(ptr))
		return;
	/* A different place in the packet: what was compared with its end says nothing of it,
	 * unless it only moved back. */
	moved->id = ++v->id_gen;
	if (op == BPF_ADD || by->val.smin < 0)
		moved->both[0] = moved->both[1] = 0;
}

/* Without CAP_PERFMON a pointer must not leave what it points to. Mirrors sanitize_check_bounds. */
static int check_destination(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);
	char text[64];
	s64 off;

	if (reg->type == REG_MAP_VALUE) {
		int err = region_check_map_value(v, regno, reg->off, 1, false);

		if (!err)
			return 0;
		return refuse(
			v, -EACCES,
			"R%d pointer arithmetic of map value goes out of range, prohibited for "
			"!root",
			regno);
	}
	if (reg->type != REG_STACK)
		return 0;
	off = reg->off + (s64)reg->val.bits.value;
	if (!scalar_is_const(reg->val))
		return refuse(v, -EACCES,
			      "R%d variable stack access prohibited for !root, var_off=%s off=%lld",
			      regno, tnum_print(reg->val.bits, text, sizeof(text)), (long long)off);
	if (off >= 0 || off < -PROG_STACK_MAX)
		return refuse(
			v, -EACCES,
			"R%d stack pointer arithmetic goes out of range, prohibited for !root; "
			"off=%lld",
			regno, (long long)off);
	return 0;
}

/*
 * dst = ptr op by. @ptr and @by are copies; dst is one of them in the state.
 * Mirrors adjust_ptr_min_max_vals.
 */
static int check_pointer(struct verifier *v, const struct bpf_insn *insn, struct reg ptr,
			 struct reg by, bool by_is_dst)
{
	struct reg *dst = reg_of(v, insn->dst_reg);
	int regno = insn->dst_reg;
	u8 op = BPF_OP(insn->code);
	bool known = scalar_is_const(by.val);
	struct move_window window = {0};
	char type[32];
	int err;

	if ((known && (by.val.smin != by.val.smax || by.val.umin != by.val.umax)) ||
	    by.val.smin > by.val.smax || by.val.umin > by.val.umax) {
		reg_set_unknown(v, dst);
		return 0;
	}
	if (BPF_CLASS(insn->code) != BPF_ALU64) {
		if (op == BPF_SUB && v->leaks_allowed) {
			reg_set_unknown(v, dst);
			return 0;
		}
		return refuse(v, -EACCES, "R%d 32-bit pointer arithmetic prohibited", regno);
	}
	if (ptr.flags & REG_OR_NULL) {
		refuse(v, -EACCES, "R%d pointer arithmetic on %s prohibited, null-check it first",
		       regno, reg_type_text(&ptr, type));
		return blame(v, BLAME_NULL, regno, &ptr, -EACCES);
	}
	if (!may_be_moved(&ptr, op, &by))
		return refuse(v, -EACCES, "R%d pointer arithmetic on %s prohibited", regno,
			      reg_type_text(&ptr, type));
	if (!offset_is_sane(v, &by, &ptr) || !offset_is_sane(v, &ptr, &ptr)) {
		v->fault.mem = ptr;
		return blame(v, BLAME_UNBOUNDED, regno, &by, -EINVAL);
	}
	err = v->leaks_allowed ? 0 : move_allowed(v, insn, &ptr, &by, by_is_dst, &window);
	if (err)
		return err;
	switch (op) {
	case BPF_ADD:
		break;
	case BPF_SUB:
		if (by_is_dst)
			return refuse(v, -EACCES, "R%d tried to subtract pointer from scalar",
				      regno);
		if (ptr.type == REG_STACK)
			return refuse(v, -EACCES, "R%d subtraction from stack pointer prohibited",
				      regno);
		break;
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return refuse(v, -EACCES, "R%d bitwise operator %s on pointer prohibited", regno,
			      operator_text(insn->code));
	default:
		return refuse(v, -EACCES, "R%d pointer arithmetic with %s operator prohibited",
			      regno, operator_text(insn->code));
	}
	move_pointer(v, op, &ptr, &by, dst);
	if (!offset_is_sane(v, dst, &ptr)) {
		v->fault.mem = ptr;
		return blame(v, BLAME_UNBOUNDED, regno, &by, -EINVAL);
	}
	dst->val = scalar_sync(dst->val);
	if (v->leaks_allowed)
		return 0;
	err = check_destination(v, regno);
	return err ? err : move_commit(v, insn, dst, &window);
}

/* r += K or r -= K of a linked number: remember by how much it differs from the others. @fits: it
 * was a 32-bit number before, so that the same holds of a 32-bit sum, zero-extended. */
static void keep_link(const struct bpf_insn *insn, struct reg *dst, const struct reg *src,
		      bool fits)
{
	bool is32 = BPF_CLASS(insn->code) == BPF_ALU;
	bool itself = BPF_SRC(insn->code) == BPF_X && insn->src_reg == insn->dst_reg;
	s64 value = (s64)scalar_value(src->val);
	u8 op = BPF_OP(insn->code);

	if (is32)
		value = (s32)value;
	if ((op != BPF_ADD && op != BPF_SUB) || !dst->id || !scalar_is_const(src->val) || itself ||
	    dst->flags & REG_ADD_CONST || (is32 && !fits) || value <= INT32_MIN ||
	    value > INT32_MAX) {
		drop_link(dst);
		return;
	}
	dst->flags |= is32 ? REG_ADDED : REG_ADD_CONST;
	dst->delta = (s32)(op == BPF_ADD ? value : -value);
}

/* Both are numbers. */
static int check_numbers(struct verifier *v, const struct bpf_insn *insn, const struct reg *src)
{
	struct reg *dst = reg_of(v, insn->dst_reg);
	u8 op = BPF_OP(insn->code);
	struct scalar zero;
	bool fits;

	if (scalar_split(op, &dst->val, src->val, &zero)) {
		struct scalar rest = dst->val;
		int err;

		/* The path that is pushed does this instruction again, with 0. */
		dst->val = zero;
		if (!walk_push(v, v->insn, v->insn, &err))
			return err;
		dst->val = rest;
	}
	fits = dst->val.umax <= UINT32_MAX;
	dst->val =
		scalar_alu(op, BPF_CLASS(insn->code) == BPF_ALU64, dst->val, src->val, insn->off);
	dst->node = node_new(&v->nodes, dst->node, src->node);
	/* What is left of a voided pointer, moved, is told of as that pointer. */
	if (dst->was == REG_NONE)
		dst->from = (s32)v->insn;
	keep_link(insn, dst, src, fits);
	check_bounds(dst);
	return 0;
}

static int check_binary(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *dst = reg_of(v, insn->dst_reg);
	struct reg number = {.type = REG_SCALAR, .val = scalar_const((u64)(s64)insn->imm)};
	struct reg *src = &number;

	if (BPF_SRC(insn->code) == BPF_X) {
		src = reg_of(v, insn->src_reg);
		if (src->type != REG_SCALAR && dst->type != REG_SCALAR) {
			if (BPF_OP(insn->code) != BPF_SUB || !v->leaks_allowed)
				return refuse(v, -EACCES, "R%d pointer %s pointer prohibited",
					      insn->dst_reg, operator_text(insn->code));
			reg_set_unknown(v, dst);
			return 0;
		}
	}
	if (src->type != REG_SCALAR) {
		reg_mark_precise(v, dst);
		return check_pointer(v, insn, *src, *dst, true);
	}
	if (dst->type != REG_SCALAR) {
		reg_mark_precise(v, src);
		return check_pointer(v, insn, *dst, *src, false);
	}
	return check_numbers(v, insn, src);
}

int alu_check(struct verifier *v, const struct bpf_insn *insn)
{
	u8 op = BPF_OP(insn->code);
	s32 bits = BPF_CLASS(insn->code) == BPF_ALU64 ? 64 : 32;
	int err;

	if (op == BPF_END || op == BPF_NEG)
		return check_swap_or_negate(v, insn);
	if (op == BPF_MOV)
		return check_move(v, insn);
	err = BPF_SRC(insn->code) == BPF_X ? reg_check_read(v, insn->src_reg) : 0;
	if (!err)
		err = reg_check_read(v, insn->dst_reg);
	if (err)
		return err;
	if (BPF_SRC(insn->code) == BPF_K) {
		if ((op == BPF_DIV || op == BPF_MOD) && insn->imm == 0)
			return refuse(v, -EINVAL, "div by zero");
		if ((op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH) &&
		    (insn->imm < 0 || insn->imm >= bits))
			return refuse(v, -EINVAL, "invalid shift %d", insn->imm);
	}
	err = reg_check_write(v, insn->dst_reg);
	return err ? err : check_binary(v, insn);
}
