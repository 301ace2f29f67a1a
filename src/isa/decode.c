/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.c - op.def as a table, finding an instruction's row, and the kernel's two looks at its
 * form.
 *
 * Rows of one opcode byte are neighbours in op.def (a unit test holds that). by_code has the last
 * of them, from where insn_op walks back until the field that picks agrees: one step for most
 * instructions, at most twelve for an atomic.
 */
#include "isa/decode.h"

#include <errno.h>

_Static_assert(OPS <= 256, "an operation fits a byte");

/* The column "key": which field, and its value in the lower half. */
#define KEY_NONE       OP_KEY_NONE
#define KEY_OFF(value) (OP_KEY_OFF << 16 | (value))
#define KEY_IMM(value) (OP_KEY_IMM << 16 | (value))
#define KEY_SRC(value) (OP_KEY_SRC << 16 | (value))

/* The column "uses", spelled out by its letters. */
enum {
	FIELDS_NONE = 0,
	FIELDS_D = USES_DST,
	FIELDS_I = USES_IMM,
	FIELDS_O = USES_OFF,
	FIELDS_DI = USES_DST | USES_IMM,
	FIELDS_DS = USES_DST | USES_SRC,
	FIELDS_OI = USES_OFF | USES_IMM,
	FIELDS_SI = USES_SRC | USES_IMM,
	FIELDS_DSI = USES_DST | USES_SRC | USES_IMM,
	FIELDS_DSO = USES_DST | USES_SRC | USES_OFF,
	FIELDS_DOI = USES_DST | USES_OFF | USES_IMM,
};

#define ROW(row_name, row_code, row_key, row_uses, row_text, row_origin)                           \
	[OP_##row_name] = {.name = #row_name,                                                      \
			   .text = row_text,                                                       \
			   .code = row_code,                                                       \
			   .uses = FIELDS_##row_uses,                                              \
			   .origin = row_origin,                                                   \
			   .key = (row_key) >> 16,                                                 \
			   .key_value = (row_key)&0xffff},

static const struct op_info rows[OPS] = {
	[OP_invalid] = {.name = "invalid", .text = "invalid"},
#define OP(name, code, key, uses, text)	      ROW(name, code, key, uses, text, OP_LINUX)
#define FOREIGN(name, code, key, uses, text)  ROW(name, code, key, uses, text, OP_FOREIGN)
#define INTERNAL(name, code, key, uses, text) ROW(name, code, key, uses, text, OP_INTERNAL)
#include "isa/op.def"
};

/* The last row of each opcode byte; that later rows win is what makes it the last. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const u8 by_code[256] = {
#define OP(name, code, ...) [code] = OP_##name,
#include "isa/op.def"
};
#pragma GCC diagnostic pop

const struct op_info *op_info(enum op op)
{
	return &rows[op < OPS ? op : OP_invalid];
}

static bool key_agrees(const struct op_info *row, const struct bpf_insn *insn)
{
	switch ((enum op_key)row->key) {
	case OP_KEY_NONE:
		return true;
	case OP_KEY_OFF:
		return (u16)insn->off == row->key_value;
	case OP_KEY_IMM:
		return (u32)insn->imm == row->key_value;
	case OP_KEY_SRC:
		return insn->src_reg == row->key_value;
	}
	__builtin_unreachable();
}

enum op insn_op(const struct bpf_insn *insn)
{
	enum op op = by_code[insn->code];

	for (; op != OP_invalid && rows[op].code == insn->code; op--)
		if (key_agrees(&rows[op], insn))
			return op;
	return OP_invalid;
}

/* A load of a mode that class BPF_LDX does not have, or one with an imm. */
static bool bad_load(const struct bpf_insn *insn)
{
	u8 mode = BPF_MODE(insn->code);

	return BPF_CLASS(insn->code) == BPF_LDX &&
	       ((mode != BPF_MEM && mode != BPF_MEMSX) || insn->imm);
}

static int check_imm64(const struct bpf_insn *insn, u32 left, struct error *err)
{
	if (left < 2 || insn[1].code || insn[1].dst_reg || insn[1].src_reg || insn[1].off)
		return error_set(err, -EINVAL, "invalid bpf_ld_imm64 insn");
	if (insn_op(insn) == OP_invalid)
		return error_set(err, -EINVAL, "unrecognized bpf_ld_imm64 insn");
	if ((insn->src_reg == BPF_PSEUDO_MAP_FD || insn->src_reg == BPF_PSEUDO_MAP_IDX) &&
	    insn[1].imm)
		return error_set(err, -EINVAL, "unrecognized bpf_ld_imm64 insn");
	return 0;
}

int insn_check_opcode(const struct bpf_insn *insn, u32 left, struct error *err)
{
	enum op op = by_code[insn->code];

	if (bad_load(insn))
		return error_set(err, -EINVAL, "BPF_LDX uses reserved fields");
	if (insn_is_ld_imm64(insn))
		return check_imm64(insn, left, err);
	if (op == OP_invalid || rows[op].origin != OP_LINUX)
		return error_set(err, -EINVAL, "unknown opcode %02x", insn->code);
	return 0;
}

/* What Linux calls the operation when it complains of its fields. */
static const char *family(u8 code)
{
	switch (BPF_CLASS(code)) {
	case BPF_ALU:
	case BPF_ALU64:
		switch (BPF_OP(code)) {
		case BPF_NEG:
			return "BPF_NEG";
		case BPF_END:
			return "BPF_END";
		case BPF_MOV:
			return "BPF_MOV";
		}
		return "BPF_ALU";
	case BPF_JMP:
	case BPF_JMP32:
		switch (BPF_OP(code)) {
		case BPF_JA:
			return "BPF_JA";
		case BPF_CALL:
			return "BPF_CALL";
		case BPF_EXIT:
			return "BPF_EXIT";
		}
		return "BPF_JMP/JMP32";
	case BPF_LD:
		return code == (BPF_LD | BPF_IMM | BPF_DW) ? "BPF_LD_IMM64" : "BPF_LD_[ABS|IND]";
	case BPF_LDX:
		return "BPF_LDX";
	case BPF_ST:
		return "BPF_ST";
	}
	return "BPF_STX";
}

/* Fields that are neither operands nor the key hold zero. Of EXIT Linux does not ask the offset. */
static bool rest_is_zero(const struct op_info *row, const struct bpf_insn *insn)
{
	return (row->uses & USES_DST || !insn->dst_reg) &&
	       (row->uses & USES_SRC || row->key == OP_KEY_SRC || !insn->src_reg) &&
	       (row->uses & USES_OFF || row->key == OP_KEY_OFF || insn_is_exit(insn) ||
		!insn->off) &&
	       (row->uses & USES_IMM || row->key == OP_KEY_IMM || !insn->imm);
}

/* An atomic of no known kind, or of a kind that does not exist for 1 and 2 bytes. */
static int bad_atomic(const struct bpf_insn *insn, struct error *err)
{
	if (insn_op(&(struct bpf_insn){.code = BPF_STX | BPF_ATOMIC | BPF_W, .imm = insn->imm}) ==
	    OP_invalid)
		return error_set(err, -EINVAL, "BPF_ATOMIC uses invalid atomic opcode %02x",
				 (u32)insn->imm);
	return error_set(err, -EINVAL, "invalid atomic operand size");
}

int insn_check_fields(const struct bpf_insn *insn, struct error *err)
{
	enum op op = insn_op(insn);

	if (op == OP_addr_space_cast && insn->imm != 1 && insn->imm != 1 << 16)
		return error_set(err, -EINVAL,
				 "addr_space_cast insn can only convert between address space "
				 "1 and 0");
	if (op != OP_invalid && rest_is_zero(&rows[op], insn))
		return 0;
	if (op == OP_invalid && BPF_CLASS(insn->code) == BPF_STX &&
	    BPF_MODE(insn->code) == BPF_ATOMIC)
		return bad_atomic(insn, err);
	if (insn->code == (BPF_JMP | BPF_JCOND))
		return error_set(err, -EINVAL, "invalid may_goto imm %d", insn->imm);
	return error_set(err, -EINVAL, "%s uses reserved fields", family(insn->code));
}
