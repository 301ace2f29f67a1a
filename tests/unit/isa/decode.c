/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * decode.c - op.def is one table without gaps or doubles, and the two looks at an instruction's
 * form say what Linux 6.18 says. The expected sentences were read off its verifier's log.
 */
#include "tap.h"

#include <errno.h>

#include "isa/decode.h"

#define INSN(c, d, s, o, i)                                                                        \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

/* The instruction that has nothing but what makes it this operation. */
static struct bpf_insn bare(enum op op)
{
	const struct op_info *row = op_info(op);
	struct bpf_insn insn = {.code = row->code};

	switch ((enum op_key)row->key) {
	case OP_KEY_NONE:
		break;
	case OP_KEY_OFF:
		insn.off = (s16)row->key_value;
		break;
	case OP_KEY_IMM:
		insn.imm = row->key_value;
		break;
	case OP_KEY_SRC:
		insn.src_reg = row->key_value & 0xf;
		break;
	}
	return insn;
}

TEST(every_row_is_found_again)
{
	for (enum op op = 1; op < OPS; op++) {
		struct bpf_insn insn = bare(op);

		STR_EQ(op_info(insn_op(&insn))->name, op_info(op)->name);
	}
}

TEST(rows_of_one_opcode_byte_are_neighbours)
{
	bool seen[256] = {false};

	for (enum op op = 1; op < OPS; op++) {
		u8 code = op_info(op)->code;

		if (op > 1 && op_info(op - 1)->code == code)
			continue;
		if (seen[code])
			TAP_FAIL("%s: opcode %02x has rows elsewhere too", op_info(op)->name, code);
		seen[code] = true;
	}
}

TEST(a_key_is_not_an_operand)
{
	static const u8 field[] = {0, USES_OFF, USES_IMM, USES_SRC};

	for (enum op op = 1; op < OPS; op++)
		if (op_info(op)->uses & field[op_info(op)->key])
			TAP_FAIL("%s uses the field that picks it", op_info(op)->name);
}

TEST(what_is_no_row_is_invalid)
{
	EQ(insn_op(&(struct bpf_insn)INSN(0x00, 0, 0, 0, 0)), OP_invalid);
	EQ(insn_op(&(struct bpf_insn)INSN(0xff, 0, 0, 0, 0)), OP_invalid);
	EQ(insn_op(&(struct bpf_insn)INSN(0x3f, 0, 0, 2, 0)), OP_invalid); /* a division by off 2 */
	EQ(insn_op(&(struct bpf_insn)INSN(0xdb, 0, 0, 0, 0x10)), OP_invalid); /* atomic - */
	EQ(insn_op(&(struct bpf_insn)INSN(0x85, 0, 7, 0, 0)), OP_invalid);
	STR_EQ(op_info(OP_invalid)->name, "invalid");
	STR_EQ(op_info(OPS)->name, "invalid");
}

TEST(linux_knows_these_opcodes_alone)
{
	/* Asked of Linux 6.18.44 with a program of one instruction for each of the 256 bytes:
	 * it calls the others "unknown opcode" or, of class LDX, "uses reserved fields". */
	static const u8 unknown_ldx[] = {0x01, 0x09, 0x11, 0x19, 0x21, 0x29, 0x31, 0x39,
					 0x41, 0x49, 0x51, 0x59, 0xa1, 0xa9, 0xb1, 0xb9,
					 0xc1, 0xc9, 0xd1, 0xd9, 0xe1, 0xe9, 0xf1, 0xf9};
	unsigned int unknown = 0, ldx = 0;

	for (unsigned int code = 0; code < 256; code++) {
		struct bpf_insn insn[2] = {{.code = (u8)code}, {0}};
		struct error err = {0};

		if (!insn_check_opcode(insn, 2, &err))
			continue;
		if (!strcmp(err.text, "BPF_LDX uses reserved fields"))
			EQ(code, unknown_ldx[ldx++]);
		else
			unknown += !strncmp(err.text, "unknown opcode ", 15);
	}
	EQ(ldx, ARRAY_SIZE(unknown_ldx));
	EQ(unknown, 104);
}

struct refusal {
	struct bpf_insn insn[2];
	u32 left;
	const char *text; /* NULL: nothing to say */
};

static void refuses(int (*look)(const struct refusal *refusal, struct error *err),
		    const struct refusal *refusals, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct error err = {0};
		int code = look(&refusals[i], &err);

		EQ(code, refusals[i].text ? -EINVAL : 0);
		STR_EQ(err.text, refusals[i].text ? refusals[i].text : "");
	}
}

static int first_look(const struct refusal *refusal, struct error *err)
{
	return insn_check_opcode(refusal->insn, refusal->left, err);
}

static int second_look(const struct refusal *refusal, struct error *err)
{
	return insn_check_fields(refusal->insn, err);
}

TEST(first_look)
{
	static const struct refusal refusals[] = {
		{{INSN(0xb7, 0, 0, 0, 0)}, 1, NULL},
		{{INSN(0xb7, 12, 13, 1, 1)}, 1, NULL}, /* its fields are for the second look */
		{{INSN(0x8d, 0, 0, 0, 0)}, 1, "unknown opcode 8d"},
		{{INSN(0xff, 0, 0, 0, 0)}, 1, "unknown opcode ff"},
		{{INSN(0x06, 0, 0, 0, 0)}, 1, NULL},
		{{INSN(OP_LDX_TSTAMP, 0, 0, 0, 0)}, 1, "unknown opcode a0"},
		{{INSN(OP_ST_QUEUE, 0, 0, 0, 0)}, 1, "unknown opcode c0"},
		{{INSN(0x61, 0, 1, 0, 1)}, 1, "BPF_LDX uses reserved fields"},
		{{INSN(0xc1, 0, 1, 0, 0)}, 1, "BPF_LDX uses reserved fields"},
		{{INSN(0x99, 0, 1, 0, 0)},
		 1,
		 "unknown opcode 99"}, /* 8 bytes have no sign to extend */
		{{INSN(0x99, 0, 1, 0, 1)}, 1, "BPF_LDX uses reserved fields"},
		{{INSN(0x18, 0, 0, 0, 0)}, 1, "invalid bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 0, 0, 0), INSN(0, 0, 0, 0, 7)}, 2, NULL},
		{{INSN(0x18, 0, 0, 0, 0), INSN(0xb7, 0, 0, 0, 0)}, 2, "invalid bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 0, 0, 0), INSN(0, 1, 0, 0, 0)}, 2, "invalid bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 0, 0, 0), INSN(0, 0, 1, 0, 0)}, 2, "invalid bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 0, 0, 0), INSN(0, 0, 0, 1, 0)}, 2, "invalid bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 7, 0, 0), INSN(0, 0, 0, 0, 0)},
		 2,
		 "unrecognized bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 1, 0, 0), INSN(0, 0, 0, 0, 1)},
		 2,
		 "unrecognized bpf_ld_imm64 insn"},
		{{INSN(0x18, 0, 2, 0, 0), INSN(0, 0, 0, 0, 1)}, 2, NULL},
		{{INSN(0x18, 0, 4, 0, 0), INSN(0, 0, 0, 0, 0)}, 2, NULL},
		{{INSN(0x18, 0, 5, 0, 0), INSN(0, 0, 0, 0, 1)},
		 2,
		 "unrecognized bpf_ld_imm64 insn"},
	};

	refuses(first_look, refusals, ARRAY_SIZE(refusals));
}

TEST(second_look)
{
	static const struct refusal refusals[] = {
		{{INSN(0x0f, 1, 2, 0, 0)}, 1, NULL},
		{{INSN(0x0f, 1, 2, 1, 0)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x0f, 1, 2, 0, 1)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x07, 1, 1, 0, 0)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x3f, 1, 2, 1, 0)}, 1, NULL},
		{{INSN(0x3f, 1, 2, 2, 0)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x9f, 1, 2, -1, 0)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x2f, 1, 2, 1, 0)}, 1, "BPF_ALU uses reserved fields"},
		{{INSN(0x87, 1, 0, 0, 0)}, 1, NULL},
		{{INSN(0x87, 1, 0, 0, 1)}, 1, "BPF_NEG uses reserved fields"},
		{{INSN(0x84, 1, 3, 0, 0)}, 1, "BPF_NEG uses reserved fields"},
		{{INSN(0xd4, 1, 0, 0, 16)}, 1, NULL},
		{{INSN(0xd4, 1, 0, 0, 8)}, 1, "BPF_END uses reserved fields"},
		{{INSN(0xdc, 1, 1, 0, 16)}, 1, "BPF_END uses reserved fields"},
		{{INSN(0xd7, 1, 0, 1, 16)}, 1, "BPF_END uses reserved fields"},
		{{INSN(0xbf, 1, 2, 32, 0)}, 1, NULL},
		{{INSN(0xbf, 1, 2, 64, 0)}, 1, "BPF_MOV uses reserved fields"},
		{{INSN(0xbc, 1, 2, 32, 0)}, 1, "BPF_MOV uses reserved fields"},
		{{INSN(0xbf, 1, 2, 0, 4)}, 1, "BPF_MOV uses reserved fields"},
		{{INSN(0xb7, 1, 0, 8, 4)}, 1, "BPF_MOV uses reserved fields"},
		{{INSN(0xbf, 1, 2, 1, 1)}, 1, NULL},
		{{INSN(0xbf, 1, 2, 1, 2)},
		 1,
		 "addr_space_cast insn can only convert between address space 1 and 0"},
		{{INSN(0x62, 1, 0, 4, 4)}, 1, NULL},
		{{INSN(0x62, 1, 2, 4, 4)}, 1, "BPF_ST uses reserved fields"},
		{{INSN(0x63, 1, 2, 4, 0)}, 1, NULL},
		{{INSN(0x63, 1, 2, 4, 4)}, 1, "BPF_STX uses reserved fields"},
		{{INSN(0xdb, 1, 2, 0, 0xf1)}, 1, NULL},
		{{INSN(0xdb, 1, 2, 0, 0x10)}, 1, "BPF_ATOMIC uses invalid atomic opcode 10"},
		{{INSN(0xc3, 1, 2, 0, 5)}, 1, "BPF_ATOMIC uses invalid atomic opcode 05"},
		{{INSN(0xc3, 1, 2, 0, -1)}, 1, "BPF_ATOMIC uses invalid atomic opcode ffffffff"},
		{{INSN(0xcb, 1, 2, 0, 0x00)}, 1, "invalid atomic operand size"},
		{{INSN(0xd3, 1, 2, 0, 0x02)}, 1, "BPF_ATOMIC uses invalid atomic opcode 02"},
		{{INSN(0xd3, 1, 2, 0, 0x110)}, 1, NULL},
		{{INSN(0x05, 0, 0, 1, 0)}, 1, NULL},
		{{INSN(0x05, 0, 0, 1, 1)}, 1, "BPF_JA uses reserved fields"},
		{{INSN(0x06, 0, 0, 0, 1)}, 1, NULL},
		{{INSN(0x06, 0, 0, 1, 0)}, 1, "BPF_JA uses reserved fields"},
		{{INSN(0x15, 1, 0, 1, 9)}, 1, NULL},
		{{INSN(0x15, 1, 2, 1, 9)}, 1, "BPF_JMP/JMP32 uses reserved fields"},
		{{INSN(0x1e, 1, 2, 1, 9)}, 1, "BPF_JMP/JMP32 uses reserved fields"},
		{{INSN(0xe5, 0, 0, 1, 0)}, 1, NULL},
		{{INSN(0xe5, 0, 1, 1, 0)}, 1, "invalid may_goto imm 0"},
		{{INSN(0xe5, 1, 0, 1, 0)}, 1, "invalid may_goto imm 0"},
		{{INSN(0xe5, 0, 0, 1, 7)}, 1, "invalid may_goto imm 7"},
		{{INSN(0x85, 0, 0, 0, 13)}, 1, NULL},
		{{INSN(0x85, 0, 1, 0, 13)}, 1, NULL},
		{{INSN(0x85, 0, 2, 9, 13)}, 1, NULL},
		{{INSN(0x85, 0, 3, 0, 13)}, 1, "BPF_CALL uses reserved fields"},
		{{INSN(0x85, 1, 0, 0, 13)}, 1, "BPF_CALL uses reserved fields"},
		{{INSN(0x85, 0, 0, 1, 13)}, 1, "BPF_CALL uses reserved fields"},
		{{INSN(0x95, 0, 0, 0, 0)}, 1, NULL},
		{{INSN(0x95, 0, 0, 0, 1)}, 1, "BPF_EXIT uses reserved fields"},
		{{INSN(0x20, 0, 0, 0, 1)}, 1, NULL},
		{{INSN(0x20, 0, 1, 0, 1)}, 1, "BPF_LD_[ABS|IND] uses reserved fields"},
		{{INSN(0x50, 0, 1, 0, 1)}, 1, NULL},
		{{INSN(0x50, 1, 1, 0, 1)}, 1, "BPF_LD_[ABS|IND] uses reserved fields"},
		{{INSN(0x18, 0, 0, 1, 1)}, 1, "BPF_LD_IMM64 uses reserved fields"},
	};

	refuses(second_look, refusals, ARRAY_SIZE(refusals));
}

TEST(an_error_may_be_left_unsaid)
{
	EQ(insn_check_opcode(&(struct bpf_insn)INSN(0xff, 0, 0, 0, 0), 1, NULL), -EINVAL);
	EQ(insn_check_fields(&(struct bpf_insn)INSN(0x95, 0, 0, 0, 1), NULL), -EINVAL);
}

TAP_MAIN()
