/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ctx.c - which accesses to struct __sk_buff are allowed, and what they give.
 *
 * skb/ctx.def has a row for every field; the rules for a width are the field's kind. What is
 * allowed here is what a program may do to its context at run time without a further check.
 * The few accesses that are more than a plain load or store get their replacement noted for
 * fixup.c.
 */
#include <errno.h>

#include "verify/verifier.h"

enum kind {
	KIND_U32,
	KIND_CB,
	KIND_U64,
	KIND_BYTE,
	KIND_DATA,
	KIND_DATA_END,
	KIND_DATA_META,
	KIND_SK,
	KIND_QUEUE,
	KIND_LOW16,
	KIND_TSTAMP,
	KIND_NONE,
};

enum {
	RIGHT_N = 0,
	RIGHT_R = 1,
	RIGHT_RW = 3,
};

struct field {
	const char *name;
	u16 offset, size;
	u8 kind; /* enum kind */
	u8 tc, lwt;
};

static const struct field fields[] = {
#define CTX(name, offset, size, kind, tc, lwt)                                                     \
	{#name, offset, size, KIND_##kind, RIGHT_##tc, RIGHT_##lwt},
#include "skb/ctx.def"
#undef CTX
};

static const struct field *find_field(s32 off, u32 size)
{
	for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *field = &fields[i];

		if (off >= field->offset && off + (s32)size <= field->offset + field->size)
			return field;
	}
	return NULL;
}

static bool may_read(const struct field *field, s32 off, u32 size, bool sign_extended)
{
	switch ((enum kind)field->kind) {
	case KIND_U32:
	case KIND_QUEUE:
	case KIND_LOW16:
		return size <= 4;
	case KIND_CB:
		return size <= 4 || off == field->offset || off == field->offset + 8;
	case KIND_U64:
	case KIND_TSTAMP:
	case KIND_SK:
		return size == 8 && !sign_extended;
	case KIND_BYTE:
		return size == 1;
	case KIND_DATA:
	case KIND_DATA_END:
	case KIND_DATA_META:
		return size == 4 && !sign_extended;
	case KIND_NONE:
		return false;
	}
	return false;
}

static bool may_write(const struct field *field, s32 off, u32 size)
{
	if (field->kind == KIND_CB)
		return may_read(field, off, size, false);
	return off == field->offset && size == field->size;
}

/* What replaces the access at v->insn, if it needs more than a load or a store. */
static u8 replacement(struct verifier *v, const struct field *field, enum access access)
{
	u8 class = BPF_CLASS(v->insns[v->insn].code);

	if (field->kind == KIND_TSTAMP && access == ACCESS_READ)
		return OP_LDX_TSTAMP;
	if (access == ACCESS_READ)
		return 0;
	if (field->kind == KIND_TSTAMP)
		return class == BPF_ST ? OP_ST_TSTAMP : OP_STX_TSTAMP;
	if (field->kind == KIND_QUEUE)
		return class == BPF_ST ? OP_ST_QUEUE : OP_STX_QUEUE;
	if (field->kind == KIND_LOW16)
		return class | BPF_MEM | BPF_H;
	return 0;
}

static void set_loaded(struct verifier *v, const struct field *field, struct reg *reg)
{
	switch ((enum kind)field->kind) {
	case KIND_DATA:
		reg_set_pointer(reg, REG_PKT);
		break;
	case KIND_DATA_END:
		reg_set_pointer(reg, REG_PKT_END);
		break;
	case KIND_DATA_META:
		reg_set_pointer(reg, REG_PKT_META);
		break;
	case KIND_SK:
		reg_set_pointer(reg, REG_SOCK);
		reg->flags = REG_OR_NULL;
		reg->id = ++v->id_gen;
		break;
	case KIND_U32:
	case KIND_QUEUE:
	case KIND_LOW16:
	case KIND_CB:
	case KIND_U64:
	case KIND_TSTAMP:
	case KIND_BYTE:
	case KIND_NONE:
		reg_set_unknown(v, reg);
		return;
	}
	reg->from = (s32)v->insn;
}

/* Mirrors check_ctx_access and the is_valid_access of the program types. */
int ctx_check(struct verifier *v, int ptr_regno, s32 off, u32 size, enum access access,
	      bool sign_extended, struct reg *loaded)
{
	const struct field *field = off % (s32)size ? NULL : find_field(off, size);
	u8 rights, wanted = access == ACCESS_READ ? RIGHT_R : RIGHT_RW;

	if (!field)
		goto invalid;
	rights = v->type_bit & HELPER_TC ? field->tc : field->lwt;
	if ((rights & wanted) != wanted)
		goto invalid;
	if (access == ACCESS_READ ? !may_read(field, off, size, sign_extended)
				  : !may_write(field, off, size))
		goto invalid;
	v->info[v->insn].ctx_op = replacement(v, field, access);
	if (field->kind == KIND_CB)
		v->touches_cb = true;
	if (field->kind == KIND_BYTE)
		v->reads_tstamp_type = true;
	if (access == ACCESS_READ && loaded)
		set_loaded(v, field, loaded);
	return 0;
invalid:
	v->fault.off = off;
	v->fault.size = size;
	refuse(v, -EACCES, "invalid bpf_context access off=%d size=%d", off, size);
	return blame(v, BLAME_CTX_FIELD, ptr_regno, reg_of(v, ptr_regno), -EACCES);
}
