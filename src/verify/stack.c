/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.c - the stack, byte by byte.
 *
 * Eight aligned bytes are a slot. A register stored there whole is kept as it is (a spill) and
 * comes back as it was (a fill); of anything else only "a number" or "zero" is known, for each
 * byte. Offsets count from the frame pointer down: byte off of the frame is in slot (-off-1)/8,
 * at place (-off-1)%8 of its bytes, so that the highest place is the lowest address.
 */
#include <errno.h>
#include <string.h>

#include "verify/verifier.h"

static struct slot *slot_at(struct frame *frame, s32 off)
{
	return &frame->slots[(-off - 1) / SLOT_SIZE];
}

static u8 *byte_at(struct frame *frame, s32 off)
{
	return &slot_at(frame, off)->bytes[(-off - 1) % SLOT_SIZE];
}

static struct frame *frame_of(struct verifier *v, const struct reg *reg)
{
	return v->state->frames[reg->frame];
}

static bool is_spilled_scalar(const struct slot *slot)
{
	return slot_is_spill(slot) && slot->reg.type == REG_SCALAR;
}

/* Bytes of a spill that lost their register are numbers. */
static void scrub(struct slot *slot)
{
	for (int i = 0; i < SLOT_SIZE; i++) {
		if (slot->bytes[i] != SLOT_INVALID)
			slot->bytes[i] = SLOT_MISC;
	}
}

/* Room for -@low bytes; the deepest that a subprogram ever needs is remembered. */
static int grow(struct verifier *v, struct frame *frame, s64 low)
{
	u32 cnt = (u32)(-low + SLOT_SIZE - 1) / SLOT_SIZE;
	struct subprog *sub = &v->subs[frame->sub];

	if (frame->slot_cnt >= cnt)
		return 0;
	sub->stack_depth = max(sub->stack_depth, cnt * SLOT_SIZE);
	return frame_grow(frame, cnt);
}

/*
 * Is [off, off + size) inside the frame? The frame grows to hold it.
 * Mirrors check_stack_access_within_bounds.
 */
int stack_bounds(struct verifier *v, int regno, s32 off, u32 size, enum access access)
{
	const struct reg *reg = reg_of(v, regno);
	struct frame *frame = frame_of(v, reg);
	const char *what = access == ACCESS_READ ? " read from" : " write to";
	s64 low = -PROG_STACK_MAX, first, end;
	char bits[64];
	int err = 0;

	v->fault.off = off;
	v->fault.size = size;
	if (scalar_is_const(reg->val)) {
		first = (s64)scalar_value(reg->val) + off;
		end = first + size;
	} else {
		if (reg->val.smax >= OFFSET_MAX || reg->val.smin <= -OFFSET_MAX) {
			refuse(v, -EACCES, "invalid unbounded variable-offset%s stack R%d", what,
			       regno);
			return blame(v, BLAME_STACK_BOUNDS, regno, reg, -EACCES);
		}
		first = reg->val.smin + off;
		end = reg->val.smax + off + size;
	}
	if (access == ACCESS_READ && !v->uninit_stack_allowed)
		low = -(s64)frame->slot_cnt * SLOT_SIZE;
	if (first < low || first > -1)
		err = -EACCES;
	else if (end > 0)
		err = -EINVAL;
	else if ((s32)size < 0)
		err = -EFAULT;
	if (!err)
		return grow(v, frame, first);
	if (scalar_is_const(reg->val))
		refuse(v, err, "invalid%s stack R%d off=%d size=%d", what, regno, off, (s32)size);
	else
		refuse(v, err, "invalid variable-offset%s stack R%d var_off=%s off=%d size=%d",
		       what, regno, tnum_print(reg->val.bits, bits, sizeof(bits)), off, (s32)size);
	return blame(v, BLAME_STACK_BOUNDS, regno, reg, err);
}

/* What is learnt of the register is known of its copy, and the other way round. Mirrors
 * assign_scalar_id_before_mov. */
static void assign_id(struct verifier *v, struct reg *reg)
{
	if (scalar_is_const(reg->val))
		return;
	if (reg->flags & REG_ADD_CONST) {
		reg->flags &= (u8)~REG_ADDED;
		reg->delta = 0;
		reg->id = 0;
	}
	if (!reg->id)
		reg->id = ++v->id_gen;
}

/* Mirrors save_register_state. */
static void save(struct slot *slot, const struct reg *reg, u32 size)
{
	u32 low = SLOT_SIZE - size;

	slot->reg = *reg;
	memset(slot->bytes + low, SLOT_SPILL, size);
	/* What was never written stays so: nobody may read it without CAP_PERFMON. */
	for (u32 i = 0; i < low; i++) {
		if (slot->bytes[i] == SLOT_SPILL)
			slot->bytes[i] = SLOT_MISC;
	}
}

static bool stores_constant(const struct verifier *v)
{
	u8 code = v->insns[v->insn].code;

	return BPF_CLASS(code) == BPF_ST && BPF_MODE(code) == BPF_MEM;
}

/* Is what is stored known to be zero? */
static bool stores_zero(const struct verifier *v, const struct reg *reg)
{
	return reg ? reg_is_null(reg) : stores_constant(v) && v->insns[v->insn].imm == 0;
}

/* Mirrors check_stack_write_fixed_off. */
static int write_fixed(struct verifier *v, struct frame *frame, s32 off, u32 size, struct reg *reg)
{
	struct slot *slot = slot_at(frame, off);
	bool aligned = off % SLOT_SIZE == 0, zero;

	if (!v->leaks_allowed && slot_is_spill(slot) && slot->reg.type != REG_SCALAR &&
	    size != SLOT_SIZE)
		return refuse(v, -EACCES, "attempt to corrupt spilled pointer on stack");
	scratch_slot(v, (u32)(-off - 1) / SLOT_SIZE);
	if (reg && aligned && reg->type == REG_SCALAR) {
		bool fits = size == SLOT_SIZE || reg->val.umax >> (8 * size) == 0;

		if (fits)
			assign_id(v, reg);
		save(slot, reg, size);
		if (!fits)
			slot->reg.id = 0;
		return 0;
	}
	if (!reg && aligned && stores_constant(v)) {
		struct reg constant;

		reg_set_const(v, &constant, (u64)(s64)v->insns[v->insn].imm);
		save(slot, &constant, size);
		return 0;
	}
	if (reg && reg_is_pointer(reg)) {
		if (size != SLOT_SIZE)
			return refuse(v, -EACCES, "invalid size of register spill");
		if (frame != state_frame(v->state) && reg->type == REG_STACK)
			return refuse(
				v, -EINVAL,
				"cannot spill pointers to stack into stack frame of the caller");
		save(slot, reg, size);
		return 0;
	}
	if (slot_is_spill(slot))
		scrub(slot);
	reg_set_none(&slot->reg);
	zero = stores_zero(v, reg);
	if (zero && reg)
		reg_mark_precise(v, reg);
	for (u32 i = 0; i < size; i++)
		*byte_at(frame, off + (s32)i) = zero ? SLOT_ZERO : SLOT_MISC;
	return 0;
}

/* Any byte the pointer may mean may have been written. Mirrors check_stack_write_var_off. */
static int write_variable(struct verifier *v, struct frame *frame, const struct reg *ptr, s32 off,
			  u32 size, struct reg *reg)
{
	s32 first = (s32)ptr->val.smin + off, end = (s32)ptr->val.smax + off + (s32)size;
	bool zero = stores_zero(v, reg), zero_used = false;

	for (s32 at = first; at < end; at++) {
		struct slot *slot = slot_at(frame, at);
		u8 *byte = byte_at(frame, at);
		u8 now = SLOT_MISC;

		scratch_slot(v, (u32)(-at - 1) / SLOT_SIZE);
		if (!v->leaks_allowed && *byte != SLOT_MISC && *byte != SLOT_ZERO)
			return refuse(v, -EINVAL,
				      "spilled ptr in range of var-offset stack write; insn %d, "
				      "ptr off: %d",
				      v->insn, at);
		if (zero && *byte == SLOT_SPILL && is_spilled_scalar(slot) &&
		    reg_is_null(&slot->reg)) {
			zero_used = true;
			continue;
		}
		if (slot_is_spill(slot))
			scrub(slot);
		reg_set_none(&slot->reg);
		if (zero && *byte == SLOT_ZERO) {
			now = SLOT_ZERO;
			zero_used = true;
		}
		if (*byte == SLOT_INVALID && !v->uninit_stack_allowed)
			return refuse(
				v, -EINVAL,
				"uninit stack in range of var-offset write prohibited for !root; "
				"insn %d, off: %d",
				v->insn, at);
		*byte = now;
	}
	if (zero_used && reg)
		reg_mark_precise(v, reg);
	return 0;
}

int stack_write(struct verifier *v, int ptr_regno, s32 off, u32 size, int value_regno)
{
	const struct reg *ptr = reg_of(v, ptr_regno);
	struct frame *frame = frame_of(v, ptr);
	struct reg *reg = value_regno >= 0 ? reg_of(v, value_regno) : NULL;

	if (scalar_is_const(ptr->val))
		return write_fixed(v, frame, off + (s32)scalar_value(ptr->val), size, reg);
	return write_variable(v, frame, ptr, off, size, reg);
}

/* The bytes of [first, end) as a number: zero, if all of them are. Mirrors mark_reg_stack_read. */
static void read_bytes(struct verifier *v, struct frame *frame, s32 first, s32 end, struct reg *dst)
{
	bool zero = true;

	for (s32 at = first; at < end && zero; at++) {
		scratch_slot(v, (u32)(-at - 1) / SLOT_SIZE);
		zero = *byte_at(frame, at) == SLOT_ZERO;
	}
	if (zero)
		reg_set_const(v, dst, 0);
	else
		reg_set_unknown(v, dst);
}

/* For explanations: of [first, first + size) what stands at @at, and how much of it. */
static void note_missing(struct verifier *v, struct frame *frame, s32 first, u32 size, s32 at)
{
	v->fault.off = first;
	v->fault.size = size;
	v->fault.missing = at;
	v->fault.missing_cnt = 0;
	while (at < first + (s32)size && *byte_at(frame, at++) == SLOT_INVALID)
		v->fault.missing_cnt++;
}

static int refuse_uninit(struct verifier *v, struct frame *frame, s32 off, s32 byte, u32 size)
{
	note_missing(v, frame, off, size, off + byte);
	refuse(v, -EACCES, "invalid read from stack off %d+%d size %d", off, byte, size);
	return blame(v, BLAME_UNINIT_STACK, -1, NULL, -EACCES);
}

/* Part of a spilled number. */
static int fill_part(struct verifier *v, struct frame *frame, s32 off, u32 size, u32 spill_size,
		     struct reg *dst)
{
	const struct reg *spilled = &slot_at(frame, off)->reg;
	u32 spills = 0, zeros = 0;

	if (size <= spill_size && off % SLOT_SIZE == 0) {
		bool narrowed = size < SLOT_SIZE && spilled->val.umax >> (8 * size);

		*dst = *spilled;
		if (narrowed)
			dst->id = 0;
		return 0;
	}
	for (u32 i = 0; i < size; i++) {
		u8 byte = *byte_at(frame, off + (s32)i);

		spills += byte == SLOT_SPILL;
		zeros += byte == SLOT_ZERO;
		if (byte == SLOT_INVALID && !v->uninit_stack_allowed)
			return refuse_uninit(v, frame, off, (s32)i, size);
	}
	if (spills == size && reg_is_null(spilled)) {
		u32 node = spilled->node;

		reg_set_const(v, dst, 0);
		dst->node = node; /* its being zero depends on what was stored */
	} else if (zeros == size) {
		reg_set_const(v, dst, 0);
	} else {
		reg_set_unknown(v, dst);
	}
	return 0;
}

/* Mirrors check_stack_read_fixed_off; @dst is NULL when nobody takes the value. */
static int read_fixed(struct verifier *v, struct frame *frame, s32 off, u32 size, struct reg *dst)
{
	struct slot *slot = slot_at(frame, off);
	u32 spill_size = 0;

	scratch_slot(v, (u32)(-off - 1) / SLOT_SIZE);
	if (!slot_is_spill(slot)) {
		for (u32 i = 0; i < size; i++) {
			if (*byte_at(frame, off + (s32)i) == SLOT_INVALID &&
			    !v->uninit_stack_allowed)
				return refuse_uninit(v, frame, off, (s32)i, size);
		}
		if (dst)
			read_bytes(v, frame, off, off + (s32)size, dst);
		return 0;
	}
	for (int i = SLOT_SIZE - 1; i >= 0 && slot->bytes[i] == SLOT_SPILL; i--)
		spill_size++;
	if (size != SLOT_SIZE || spill_size != SLOT_SIZE) {
		if (slot->reg.type != REG_SCALAR)
			return refuse(v, -EACCES, "invalid size of register fill");
		return dst ? fill_part(v, frame, off, size, spill_size, dst) : 0;
	}
	if (dst) {
		*dst = slot->reg;
		return 0;
	}
	if (!v->leaks_allowed && slot->reg.type != REG_SCALAR)
		return refuse(v, -EACCES, "leaking pointer from stack off %d", off);
	return 0;
}

int stack_read(struct verifier *v, int ptr_regno, s32 off, u32 size, int dst_regno)
{
	const struct reg *ptr = reg_of(v, ptr_regno);
	struct frame *frame = frame_of(v, ptr);
	struct reg *dst = dst_regno >= 0 ? reg_of(v, dst_regno) : NULL;
	s32 first, end;
	char bits[64];
	int err;

	if (scalar_is_const(ptr->val))
		return read_fixed(v, frame, off + (s32)scalar_value(ptr->val), size, dst);
	if (!dst)
		return refuse(
			v, -EACCES,
			"variable offset stack pointer cannot be passed into helper function; "
			"var_off=%s off=%d size=%d",
			tnum_print(ptr->val.bits, bits, sizeof(bits)), off, size);
	err = stack_check_range(v, ptr_regno, off, size, false, ACCESS_READ, NULL);
	if (err)
		return err;
	first = (s32)ptr->val.smin + off;
	end = (s32)ptr->val.smax + off + (s32)size;
	read_bytes(v, frame, first, end, dst);
	return 0;
}

/* May a helper read this byte, and write it (@written)? */
static bool touch(struct verifier *v, struct slot *slot, u8 *byte, bool written)
{
	if (*byte == SLOT_MISC)
		return true;
	if (*byte == SLOT_ZERO || (*byte == SLOT_INVALID && v->uninit_stack_allowed)) {
		if (written)
			*byte = SLOT_MISC;
		return true;
	}
	if (slot_is_spill(slot) && (slot->reg.type == REG_SCALAR || v->leaks_allowed)) {
		if (written) {
			reg_set_none(&slot->reg);
			scrub(slot);
		}
		return true;
	}
	return false;
}

/* Mirrors check_stack_range_initialized. */
int stack_check_range(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok,
		      enum access access, struct call_args *call)
{
	const struct reg *reg = reg_of(v, regno);
	struct frame *frame = frame_of(v, reg);
	bool fixed = scalar_is_const(reg->val);
	char bits[64];
	s32 first, end;
	int err;

	if (size == 0 && !zero_ok)
		return refuse(v, -EACCES, "invalid zero-sized read");
	err = stack_bounds(v, regno, off, size, access);
	if (err)
		return err;
	tnum_print(reg->val.bits, bits, sizeof(bits));
	if (fixed) {
		first = (s32)scalar_value(reg->val) + off;
		end = first + (s32)size;
		if (call && call->raw) {
			call->raw_size = size;
			call->raw_regno = regno;
			return 0;
		}
	} else {
		if (!v->leaks_allowed)
			return refuse(
				v, -EACCES,
				"R%d variable offset stack access prohibited for !root, var_off=%s",
				regno, bits);
		first = (s32)reg->val.smin + off;
		end = (s32)reg->val.smax + off + (s32)size;
	}
	for (s32 at = first; at < end; at++) {
		if (touch(v, slot_at(frame, at), byte_at(frame, at), access == ACCESS_WRITE))
			continue;
		note_missing(v, frame, first, (u32)(end - first), at);
		if (fixed)
			refuse(v, -EACCES, "invalid read from stack R%d off %d+%d size %d", regno,
			       first, at - first, size);
		else
			refuse(v, -EACCES, "invalid read from stack R%d var_off %s+%d size %d",
			       regno, bits, at - first, size);
		return blame(v, BLAME_UNINIT_STACK, regno, reg, -EACCES);
	}
	return 0;
}

/* Mirrors get_constant_map_key. */
bool stack_constant(struct verifier *v, int regno, u32 size, u64 *value)
{
	const struct reg *reg = reg_of(v, regno);
	struct slot *slot;
	u32 zeros = 0, spills = 0;
	s32 off;

	if (reg->type != REG_STACK || !scalar_is_const(reg->val))
		return false;
	off = reg->off + (s32)scalar_value(reg->val);
	slot = slot_at(frame_of(v, reg), off);
	for (s32 i = (-off - 1) % SLOT_SIZE; i >= 0 && slot->bytes[i] == SLOT_ZERO; i--)
		zeros++;
	if (zeros >= size) {
		*value = 0;
		return true;
	}
	if (!is_spilled_scalar(slot))
		return false;
	for (s32 i = (-off - 1) % SLOT_SIZE; i >= 0 && slot->bytes[i] == SLOT_SPILL; i--)
		spills++;
	if (spills != size || !scalar_is_const(slot->reg.val))
		return false;
	reg_mark_precise(v, &slot->reg);
	*value = scalar_value(slot->reg.val);
	return true;
}
