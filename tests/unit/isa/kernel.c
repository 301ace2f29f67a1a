/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - asks the running kernel how it writes every row of op.def and what it says of every
 * malformed variant of it, and compares. Needs root; nothing is attached.
 *
 * Each instruction stands in a program that gives every register a value first, so that the
 * verifier arrives at it. What it then says about registers and types is not asked here: only
 * lines about the instruction's form are compared.
 */
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "conformance/linux.h"
#include "isa/decode.h"
#include "isa/disasm.h"

#define INSN(c, d, s, o, i)                                                                        \
	(struct bpf_insn)                                                                          \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

#define LOG_SIZE (1u << 16)
#define AT	 8 /* where the instruction in question stands */

static const char *const helper_names[] = {
#define NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	__BPF_FUNC_MAPPER(NAME) /* puts the commas itself */
#undef NAME
};

static const char *helper_name(void *ctx, u32 id)
{
	return id < ARRAY_SIZE(helper_names) ? helper_names[id] : NULL;
}

/* What Linux said: how it wrote the instruction, and its last line before the statistics. */
struct answer {
	int code;
	char text[256];
	char last[256];
};

static void line_of(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%.*s", (int)strcspn(from, "\n"), from);
}

static void ask(const struct bpf_insn *insn, struct answer *answer)
{
	static char log[LOG_SIZE];
	struct bpf_insn prog[AT + 4];
	u32 cnt = 0;
	char *end, *found;

	prog[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_X, 6, 1, 0, 0);
	for (u8 reg = 0; reg < 6; reg++)
		prog[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, 0);
	prog[cnt++] = INSN(BPF_STX | BPF_MEM | BPF_DW, 10, 0, -8, 0);
	prog[cnt++] = insn[0];
	if (insn_is_ld_imm64(insn))
		prog[cnt++] = insn[1];
	prog[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	prog[cnt++] = INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

	memset(answer, 0, sizeof(*answer));
	answer->code = linux_load(BPF_PROG_TYPE_SCHED_CLS, prog, cnt, 2, log, sizeof(log));
	if (answer->code >= 0)
		close(answer->code);
	end = strstr(log, "processed ");
	if (end && end - log >= 2) {
		end[-1] = '\0';
		found = strrchr(log, '\n');
		line_of(answer->last, sizeof(answer->last), found ? found + 1 : log);
		end[-1] = '\n';
	}
	/* "8: (b7) r0 = 0     ; R0=0", or the same without a comment; the list of live registers
	 * before it has another shape. */
	found = strstr(log, "\n8: ");
	while (found && found[4] != '(' && found[4] != 'B')
		found = strstr(found + 1, "\n8: ");
	if (!found)
		return;
	line_of(answer->text, sizeof(answer->text), found + 4);
	found = strstr(answer->text, " ;");
	if (found)
		*found = '\0';
	for (size_t len = strlen(answer->text); len && answer->text[len - 1] == ' '; len--)
		answer->text[len - 1] = '\0';
}

/* The answer is about the instruction's form, not about what it does. */
static bool about_form(const char *line)
{
	static const char *const parts[] = {
		"uses reserved fields",	    "unknown opcode", "invalid atomic opcode",
		"invalid atomic operand",   "may_goto imm",   "bpf_ld_imm64 insn",
		"can only convert between",
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(line, parts[i]))
			return true;
	return false;
}

/* Its text names an object of the running kernel. */
static bool names_object(const struct bpf_insn *insn)
{
	return (insn_is_ld_imm64(insn) && insn->src_reg) ||
	       (insn_is_call(insn) && insn->src_reg == INSN_CALL_KFUNC);
}

static unsigned int asked, compared_texts, compared_refusals;

static void compare(const struct bpf_insn *insn)
{
	const struct disasm_names names = {.helper = helper_name};
	struct error err = {0};
	struct answer answer;
	char text[DISASM_MAX];
	int code;

	ask(insn, &answer);
	asked++;
	if (!answer.text[0] && !about_form(answer.last))
		return; /* something about the program as a whole kept it from arriving */
	code = insn_check_opcode(insn, 4, &err);
	if (!code)
		code = insn_check_fields(insn, &err);
	if (code || about_form(answer.last)) {
		compared_refusals++;
		STR_EQ(err.text, answer.last);
		EQ(code, answer.code);
	}
	if (code || !answer.text[0] || names_object(insn))
		return;
	compared_texts++;
	insn_disasm(text, sizeof(text), insn, &names);
	STR_EQ(text, answer.text);
}

/* The row's instruction with operands that are easy to tell apart. */
static struct bpf_insn model(enum op op)
{
	const struct op_info *row = op_info(op);
	struct bpf_insn insn = {.code = row->code};

	if (row->uses & USES_DST)
		insn.dst_reg = 4;
	if (row->uses & USES_SRC)
		insn.src_reg = 5;
	if (row->uses & USES_IMM)
		insn.imm = 1;
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
	/* Jumps go to the next instruction; memory is the stack. */
	if (BPF_CLASS(row->code) == BPF_STX || BPF_CLASS(row->code) == BPF_ST) {
		insn.dst_reg = 10;
		insn.off = -8;
	}
	if (BPF_CLASS(row->code) == BPF_LDX || op == OP_load_acquire_dw ||
	    op == OP_load_acquire_w || op == OP_load_acquire_h || op == OP_load_acquire_b) {
		insn.dst_reg = 4;
		insn.src_reg = 10;
		insn.off = -8;
	}
	if (op == OP_ja32)
		insn.imm = 0;
	return insn;
}

TEST(every_row_as_linux_writes_it)
{
	const char *why = linux_answers();

	if (why)
		SKIP(why);
	asked = compared_texts = compared_refusals = 0;
	for (enum op op = 1; op < OPS; op++) {
		struct bpf_insn insn[2] = {model(op)};

		compare(insn);
	}
	EQ(asked, OPS - 1);
	/* Without a text of Linux's: six that are skiff's own or nobody's, six 64-bit immediates
	 * and a kernel function that name objects, a local call and an exit that this program
	 * cannot have in the middle. */
	EQ(compared_texts, asked - 15);
	EQ(compared_refusals, 6);
}

TEST(every_malformed_variant_as_linux_refuses_it)
{
	static const s32 imms[] = {1, -1, 5, 16, 0x41, 0x100, 0x10000};
	static const s16 offs[] = {1, -1, 2, 8, 32};
	const char *why = linux_answers();

	if (why)
		SKIP(why);
	asked = compared_texts = compared_refusals = 0;
	for (enum op op = 1; op < OPS; op++) {
		for (size_t i = 0; i < ARRAY_SIZE(imms); i++) {
			struct bpf_insn insn[2] = {model(op)};

			insn[0].imm = imms[i];
			compare(insn);
		}
		for (size_t i = 0; i < ARRAY_SIZE(offs); i++) {
			struct bpf_insn insn[2] = {model(op)};

			insn[0].off = offs[i];
			compare(insn);
		}
		for (u8 src = 0; src < 8; src++) {
			struct bpf_insn insn[2] = {model(op)};

			insn[0].src_reg = src & 0xf;
			compare(insn);
		}
		for (u8 dst = 0; dst < 2; dst++) {
			struct bpf_insn insn[2] = {model(op)};

			insn[0].dst_reg = dst & 0xf;
			compare(insn);
		}
	}
	OK(compared_refusals > 1000);
}

TEST(every_opcode_byte)
{
	const char *why = linux_answers();

	if (why)
		SKIP(why);
	asked = compared_texts = compared_refusals = 0;
	for (unsigned int code = 0; code < 256; code++) {
		struct bpf_insn insn[2] = {{.code = (u8)code}, {0}};

		compare(insn);
	}
	OK(compared_refusals >= 128);
}

TAP_MAIN()
