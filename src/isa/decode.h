/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.h - which operation an instruction is, and whether it is well-formed.
 *
 * The opcode byte alone does not name the operation: the sign of a division is in off, the kind
 * of an atomic in imm, the kind of a call in src. insn_op() puts it together: one enumerator for
 * each row of op.def, which is all that an interpreter, a compiler or a disassembler must ask.
 *
 * Linux looks at an instruction's form twice, and says different things: once over the whole
 * program, reachable or not (insn_check_opcode), and once more when verification arrives at the
 * instruction (insn_check_fields). Both here speak the kernel's words, without the newline.
 */
#ifndef SKIFF_ISA_DECODE_H
#define SKIFF_ISA_DECODE_H

#include "base/error.h"
#include "isa/insn.h"

enum op {
	OP_invalid, /* no row of op.def */
#define OP(name, ...) OP_##name,
#include "isa/op.def"
	OPS
};

/* The fields of an instruction that carry an operand. */
enum {
	USES_DST = BIT(0),
	USES_SRC = BIT(1),
	USES_OFF = BIT(2),
	USES_IMM = BIT(3),
};

/* Which field, besides the opcode byte, picks the operation. */
enum op_key {
	OP_KEY_NONE,
	OP_KEY_OFF,
	OP_KEY_IMM,
	OP_KEY_SRC,
};

/* Whose operation it is. */
enum op_origin {
	OP_LINUX,
	OP_FOREIGN, /* RFC 9669 reserves it, Linux does not have it */
	OP_INTERNAL /* skiff's own, insn.h */
};

/* A row of op.def. */
struct op_info {
	const char *name; /* as in op.def */
	const char *text; /* how it is written, op.def says in which language */
	u8 code;
	u8 uses;       /* USES_* */
	u8 key;	       /* enum op_key */
	u8 origin;     /* enum op_origin */
	u16 key_value; /* what that field holds */
};

/* The row of @op; of OP_invalid a row whose name and text are "invalid". */
const struct op_info *op_info(enum op op);

/*
 * The operation @insn is, by its opcode byte and the field that picks, or OP_invalid. The fields
 * that should be zero are not looked at. Only the first slot of a 64-bit immediate is one.
 */
enum op insn_op(const struct bpf_insn *insn);

/*
 * The kernel's first look: the opcode byte is known, a 64-bit immediate is whole, a load has no
 * imm. @left is how many instructions remain in the program, this one included. 0; or -EINVAL,
 * and @err (may be NULL) holds the kernel's line: "unknown opcode 8d". The second slot of a 64-bit
 * immediate is not to be asked about: the caller steps over it.
 * Mirrors resolve_pseudo_ldimm64 of kernel/bpf/verifier.c, but for what it asks about maps.
 */
int insn_check_opcode(const struct bpf_insn *insn, u32 left, struct error *err);

/*
 * The kernel's second look: the field that picks the operation has a value that means something,
 * and every field that has no meaning here is zero. @insn has passed insn_check_opcode. 0; or
 * -EINVAL and the kernel's line in @err (may be NULL): "BPF_ALU uses reserved fields".
 * Mirrors what check_alu_op, check_cond_jmp_op, check_ld_abs, check_ld_imm, check_atomic and
 * do_check_insn ask about the form before they ask about registers.
 */
int insn_check_fields(const struct bpf_insn *insn, struct error *err);

#endif
