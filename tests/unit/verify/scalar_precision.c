/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_precision.c - how much scalars know, in single steps whose answers are Linux's.
 *
 * Each row is a few instructions on r2, which starts as 64 bits of which nothing is known, and what
 * the kernel's log says of r2 after the last. The texts were taken from the running kernel
 * (6.18.44) by loading the row with log_level 2, and as root they are asked for again on each run;
 * RECORD=1 prints the rows as the kernel has them now.
 *
 * Where a row jumps to OUT, it goes on where the jump is not taken; where it jumps over an EXIT(),
 * it goes on where the jump is taken.
 */
#include <stdlib.h>

#include "asm.h"
#include "kernel.h"
#include "tap.h"
#include "verify/scalar.h"

#define ROW_MAX 6
#define OUT	0x7000 /* in a jump's offset: to the exit behind the row */

struct row {
	const char *expect;
	struct bpf_insn insns[ROW_MAX]; /* ended by one of code 0 */
};

/* clang-format off */
static const struct row rows[] = {
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))",
	 {ALU(AND, R2, 255)}},
	{"scalar(smax=0x7ffffffffffffff8,umax=0xfffffffffffffff8,smax32=0x7ffffff8,umax32=0xfffffff8,var_off=(0x0; 0xfffffffffffffff8))",
	 {ALU(AND, R2, -8)}},
	{"scalar(smin=smin32=0,smax=umax=umax32=0x7fffffff,var_off=(0x0; 0x7fffffff))",
	 {ALU(AND, R2, 0x7fffffff)}},
	{"scalar(smin=0x80000000000000ff,umin=umin32=255,smin32=0x800000ff,var_off=(0xff; 0xffffffffffffff00))",
	 {ALU(OR, R2, 255)}},
	{"scalar(smin=smin32=-256,smax=smax32=-1,umin=0xffffffffffffff00,umin32=0xffffff00,var_off=(0xffffffffffffff00; 0xff))",
	 {ALU(OR, R2, -256)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=3,var_off=(0x0; 0x3))",
	 {ALU(AND, R2, 3), ALU(XOR, R2, 2)}},
	{"scalar(smin=umin=smin32=umin32=1,smax=umax=smax32=umax32=16,var_off=(0x0; 0x1f))",
	 {ALU(AND, R2, 15), ALU(ADD, R2, 1)}},
	{"scalar(smin=smin32=-1,smax=smax32=14)",
	 {ALU(AND, R2, 15), ALU(SUB, R2, 1)}},
	{"scalar(smin=smin32=-16,smax=smax32=-1,umin=0xfffffffffffffff0,umin32=0xfffffff0,var_off=(0xfffffffffffffff0; 0xf))",
	 {ALU(AND, R2, 15), ALU(ADD, R2, -16)}},
	{"scalar(smin=umin=smin32=umin32=4,smax=umax=smax32=umax32=16,var_off=(0x0; 0x1c))",
	 {ALU(AND, R2, 12), ALU(ADD, R2, 4)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=36,var_off=(0x0; 0x3c))",
	 {ALU(AND, R2, 12), ALU(MUL, R2, 3)}},
	{"scalar(smin=smin32=-36,smax=smax32=0,umax=0xfffffffffffffffc,umax32=0xfffffffc,var_off=(0x0; 0xfffffffffffffffc))",
	 {ALU(AND, R2, 12), ALU(MUL, R2, -3)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=49,var_off=(0x0; 0x3f))",
	 {ALU(AND, R2, 7), ALUR(MUL, R2, R2)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=14,var_off=(0x0; 0xf))",
	 {ALU(AND, R2, 7), ALUR(ADD, R2, R2)}},
	{"scalar(smin=smin32=-7,smax=smax32=7)",
	 {ALU(AND, R2, 7), ALUR(SUB, R2, R2)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=7,var_off=(0x0; 0x7))",
	 {ALU(AND, R2, 7), ALUR(AND, R2, R2)}},
	{"scalar(smin=smin32=-7,smax=smax32=0)",
	 {ALU(AND, R2, 7), NEG(R2)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=-7,smax32=0,var_off=(0x0; 0xffffffff))",
	 {ALU(AND, R2, 7), NEG32(R2)}},
	{"scalar()",
	 {NEG(R2)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=0xff00,var_off=(0x0; 0xff00))",
	 {ALU(AND, R2, 255), ALU(LSH, R2, 8)}},
	{"scalar(smin=smin32=0,smax=umax=0x7f80000000000000,smax32=umax32=0,var_off=(0x0; 0x7f80000000000000))",
	 {ALU(AND, R2, 255), ALU(LSH, R2, 55)}},
	{"scalar(smax=0x7f00000000000000,umax=0xff00000000000000,smin32=0,smax32=umax32=0,var_off=(0x0; 0xff00000000000000))",
	 {ALU(AND, R2, 255), ALU(LSH, R2, 56)}},
	{"scalar(smax=0x7fffffff00000000,umax=0xffffffff00000000,smin32=0,smax32=umax32=0,var_off=(0x0; 0xffffffff00000000))",
	 {ALU(LSH, R2, 32)}},
	{"scalar(smin=0xffffffff80000000,smax=0x7fffffff)",
	 {ALU(LSH, R2, 32), ALU(ARSH, R2, 32)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {ALU(LSH, R2, 32), ALU(RSH, R2, 32)}},
	{"scalar(smin=0,umax=0x7fffffffffffffff,var_off=(0x0; 0x7fffffffffffffff))",
	 {ALU(RSH, R2, 1)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {ALU(RSH, R2, 32)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=1,var_off=(0x0; 0x1))",
	 {ALU(RSH, R2, 63)}},
	{"scalar(smin=0xc000000000000000,smax=0x3fffffffffffffff)",
	 {ALU(ARSH, R2, 1)}},
	{"scalar(smin=smin32=-1,smax=smax32=0)",
	 {ALU(ARSH, R2, 63)}},
	{"scalar(smin=0,smax=umax=umax32=0xfffffff0,smax32=0x7ffffff0,var_off=(0x0; 0xfffffff0))",
	 {ALU32(LSH, R2, 4)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=0xfffffff,var_off=(0x0; 0xfffffff))",
	 {ALU32(RSH, R2, 4)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=0xf8000000,smax32=0x7ffffff,var_off=(0x0; 0xffffffff))",
	 {ALU32(ARSH, R2, 4)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=-1,smax32=0,var_off=(0x0; 0xffffffff))",
	 {ALU32(ARSH, R2, 31)}},
	{"scalar(smin=0,smax=umax=umax32=0xff000000,smax32=0x7f000000,var_off=(0x0; 0xff000000))",
	 {ALU32(AND, R2, 0x0ff0), ALU32(LSH, R2, 20)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {ALU32(ADD, R2, 1)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=-1,smax32=14,var_off=(0x0; 0xffffffff))",
	 {ALU32(AND, R2, 15), ALU32(ADD, R2, -1)}},
	{"scalar(smin=umin=umin32=0xfffffff0,smax=umax=0xffffffff,smin32=-16,smax32=-1,var_off=(0xfffffff0; 0xf))",
	 {ALU32(AND, R2, 15), ALU32(SUB, R2, 16)}},
	{"scalar(smin=umin=umin32=0x7fffffff,smax=umax=0xffffffff,smin32=-1,var_off=(0x7fffffff; 0x80000000))",
	 {ALU32(OR, R2, 0x7fffffff)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {ALU32(XOR, R2, -1)}},
	{"scalar()",
	 {ALU(DIV, R2, 16)}},
	{"scalar()",
	 {ALU32(MOD, R2, 16)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {MOV32R(R2, R2)}},
	{"scalar(smin=smin32=-128,smax=smax32=127)",
	 {MOVSX(R2, R2, 8)}},
	{"scalar(smin=smin32=-32768,smax=smax32=32767)",
	 {MOVSX(R2, R2, 16)}},
	{"scalar(smin=0xffffffff80000000,smax=0x7fffffff)",
	 {MOVSX(R2, R2, 32)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=-128,smax32=127,var_off=(0x0; 0xffffffff))",
	 {MOVSX32(R2, R2, 8)}},
	{"scalar(smin=0,smax=umax=0xffffffff,smin32=-32768,smax32=32767,var_off=(0x0; 0xffffffff))",
	 {MOVSX32(R2, R2, 16)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=127,var_off=(0x0; 0x7f))",
	 {ALU(AND, R2, 127), MOVSX(R2, R2, 8)}},
	{"scalar(smin=smin32=-128,smax=smax32=-1,umin=0xffffffffffffff80,umin32=0xffffff80,var_off=(0xffffffffffffff80; 0x7f))",
	 {ALU(AND, R2, 127), ALU(ADD, R2, 128), MOVSX(R2, R2, 8)}},
	{"scalar(smin=umin=umin32=0xffffff80,smax=umax=0xffffffff,smin32=-128,smax32=-1,var_off=(0xffffff80; 0x7f))",
	 {ALU(AND, R2, 127), ALU(ADD, R2, 128), MOVSX32(R2, R2, 8)}},
	{"scalar(smin=smin32=-128,smax=smax32=127)",
	 {ALU(AND, R2, 255), MOVSX(R2, R2, 8)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=0xffff,var_off=(0x0; 0xffff))",
	 {END_BE(R2, 16)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {END_BE(R2, 32)}},
	{"scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff))",
	 {END_LE(R2, 32)}},
	{"scalar(smax=0x7f00000000000000,umax=0xff00000000000000,smin32=0,smax32=umax32=0,var_off=(0x0; 0xff00000000000000))",
	 {ALU(AND, R2, 255), END_BE(R2, 64)}},
	{"scalar(smin=umin=smin32=umin32=18,smax=umax=smax32=umax32=0xff12,var_off=(0x12; 0xff00))",
	 {ALU(AND, R2, 255), ALU(OR, R2, 0x1200), BSWAP(R2, 16)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=100,var_off=(0x0; 0x7f))",
	 {JMP(JGT, R2, 100, OUT)}},
	{"scalar(umin=100)",
	 {JMP(JLT, R2, 100, OUT)}},
	{"scalar(umax=0xfffffffffffffffe)",
	 {JMP(JGE, R2, -1, OUT)}},
	{"scalar(smax=100)",
	 {JMP(JSGT, R2, 100, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=100,var_off=(0x0; 0x7f))",
	 {JMP(JSGT, R2, 100, OUT), JMP(JSLT, R2, 0, OUT)}},
	{"scalar(smin=smin32=-100,smax=smax32=100)",
	 {JMP(JSGT, R2, 100, OUT), JMP(JSLT, R2, -100, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=7,var_off=(0x0; 0x7))",
	 {JMP(JSLT, R2, 0, OUT), JMP(JGT, R2, 7, OUT)}},
	{"77",
	 {JMP(JNE, R2, 77, OUT)}},
	{"scalar(umin=1)",
	 {JMP(JEQ, R2, 0, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=9,var_off=(0x0; 0xf))",
	 {JMP(JGT, R2, 10, OUT), JMP(JEQ, R2, 10, OUT)}},
	{"scalar(smin=umin=smin32=umin32=1,smax=umax=smax32=umax32=10,var_off=(0x0; 0xf))",
	 {JMP(JGT, R2, 10, OUT), JMP(JEQ, R2, 0, OUT)}},
	{"scalar(smax=0x7ffffffffffffffe,umax=0xfffffffffffffffe,smax32=0x7ffffffe,umax32=0xfffffffe,var_off=(0x0; 0xfffffffffffffffe))",
	 {JMP(JSET, R2, 1, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=15,var_off=(0x0; 0xf))",
	 {JMP(JSET, R2, -16, OUT)}},
	{"scalar(smin=0x8000000000000004,umin=umin32=4,smin32=0x80000004,var_off=(0x4; 0xfffffffffffffffb))",
	 {JMP(JSET, R2, 4, 1), EXIT()}},
	{"scalar()",
	 {JMP(JSET, R2, 5, 1), EXIT()}},
	{"scalar(smax=0x7fffffff00000064,umax=0xffffffff00000064,smin32=0,smax32=umax32=100,var_off=(0x0; 0xffffffff0000007f))",
	 {JMP32(JGT, R2, 100, OUT)}},
	{"scalar(smax32=100)",
	 {JMP32(JSGT, R2, 100, OUT)}},
	{"scalar(smin32=-5,smax32=100)",
	 {JMP32(JSGT, R2, 100, OUT), JMP32(JSLT, R2, -5, OUT)}},
	{"scalar(smin=0x800000000000004d,smax=0x7fffffff0000004d,umin=smin32=umin32=77,umax=0xffffffff0000004d,smax32=umax32=77,var_off=(0x4d; 0xffffffff00000000))",
	 {JMP32(JNE, R2, 77, OUT)}},
	{"scalar(smax=0x7fffffffffffff00,umax=0xffffffffffffff00,smax32=0x7fffff00,umax32=0xffffff00,var_off=(0x0; 0xffffffffffffff00))",
	 {JMP32(JSET, R2, 0xff, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=100,var_off=(0x0; 0x7f))",
	 {JMP32(JGT, R2, 100, OUT), MOV32R(R2, R2)}},
	{"scalar(smin=0xffffffff80000000,smax=0x7fffffff)",
	 {JMP32(JSLT, R2, 0, OUT), MOVSX(R2, R2, 32)}},
	{"scalar(smin=smin32=0,smax=umax=umax32=0x7fffffff,var_off=(0x0; 0x7fffffff))",
	 {MOVSX(R2, R2, 32), JMP32(JSLT, R2, 0, OUT)}},
	{"4",
	 {ALU(AND, R2, -4), JMP(JLT, R2, 2, OUT), JMP(JGT, R2, 7, OUT)}},
	{"16",
	 {ALU(AND, R2, 24), JMP(JLT, R2, 9, OUT), JMP(JGT, R2, 23, OUT)}},
	{"scalar(smin=smin32=0,smax=umax=smax32=umax32=4,var_off=(0x0; 0x5))",
	 {ALU(AND, R2, 5), JMP(JGT, R2, 4, OUT)}},
	{"scalar(smin=umin=umin32=1,smax=umax=umax32=0x80000000,var_off=(0x0; 0xffffffff))",
	 {JMP(JGT, R2, 0x7fffffff, OUT), ALU32(ADD, R2, 1)}},
	{"scalar(smin=0x8000000000000001,smax=0x80000000)",
	 {JMP(JSGT, R2, 0x7fffffff, OUT), ALU(ADD, R2, 1)}},
	{"scalar(smin=0x8000000000000002,smax=0x7ffffffffffffffe,umin=umin32=2,umax=0xfffffffffffffffe,smin32=0x80000002,smax32=0x7ffffffe,umax32=0xfffffffe,var_off=(0x2; 0xfffffffffffffffc))",
	 {ALU(OR, R2, 1), ALU(MUL, R2, 2)}},
};
/* clang-format on */

static u32 length(const struct row *row)
{
	u32 cnt = 0;

	while (cnt < ROW_MAX && row->insns[cnt].code)
		cnt++;
	return cnt;
}

static bool is_jump(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);

	return class == BPF_JMP || class == BPF_JMP32;
}

/* One instruction on @s, as the verifier does it. */
static struct scalar step(const struct bpf_insn *insn, struct scalar s)
{
	u8 op = BPF_OP(insn->code);
	bool is64 = BPF_CLASS(insn->code) == BPF_ALU64, reg = BPF_SRC(insn->code) == BPF_X;
	struct scalar operand = reg ? s : scalar_const((u64)(s64)insn->imm);

	if (is_jump(insn)) {
		bool taken = insn->off != OUT;

		scalar_refine(taken ? op : scalar_negate(op), BPF_CLASS(insn->code) == BPF_JMP32,
			      &s, &operand);
		return s;
	}
	if (op == BPF_MOV)
		return insn->off ? scalar_mov_sx(s, (u8)insn->off, is64) : scalar_zext32(s);
	if (op == BPF_END)
		return scalar_end(s, BPF_SRC(insn->code), is64, (u8)insn->imm);
	return scalar_alu(op, is64, s, operand, insn->off);
}

static void answer_of_skiff(const struct row *row, char *text)
{
	struct scalar s = scalar_unknown();
	u32 cnt = length(row);

	for (u32 i = 0; i < cnt; i++) {
		if (row->insns[i].code != (BPF_JMP | BPF_EXIT))
			s = step(&row->insns[i], s);
	}
	scalar_print(s, text, SCALAR_TEXT_MAX);
}

/*
 * The row as a program: r2 is loaded, the row, and r2 is copied to r3, so that the log tells of it
 * once more. The copy makes a link, of which the text is freed.
 */
static void answer_of_linux(const struct row *row, char *text)
{
	static char log[1 << 16];
	struct bpf_insn insns[ROW_MAX + 8] = {LDX(DW, R2, R1, 152), MOV(R0, 0)};
	u32 cnt = length(row), n = 2;
	struct kernel_prog prog = {
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = insns,
		.license = "GPL",
		.log_level = 2,
	};
	char start[32];
	const char *at;
	size_t len = 0;
	int depth = 0;

	memcpy(insns + n, row->insns, cnt * sizeof(insns[0]));
	for (u32 i = n; i < n + cnt; i++) {
		if (is_jump(&insns[i]) && insns[i].off == OUT)
			insns[i].off = (s16)(n + cnt + 1 - i);
	}
	n += cnt;
	insns[n] = (struct bpf_insn)MOVR(R3, R2);
	insns[n + 1] = insns[n + 2] = (struct bpf_insn)EXIT();
	prog.insn_cnt = n + 2;
	for (u32 i = 0; i < cnt; i++) {
		if (row->insns[i].off == OUT)
			prog.insn_cnt = n + 3;
	}
	snprintf(text, SCALAR_TEXT_MAX, "refused");
	if (kernel_verify(&prog, log, sizeof(log)))
		return;
	snprintf(start, sizeof(start), "\n%u: (bf) r3 = r2", n);
	at = strstr(log, start);
	at = at ? strstr(at, " R3=") : NULL;
	if (!at)
		return;
	for (at += 4; *at && *at != '\n' && (depth || *at != ' '); at++) {
		depth += (*at == '(') - (*at == ')');
		if (!strncmp(at, "id=", 3)) {
			at += strcspn(at, ",)");
			at -= *at == ')';
			continue;
		}
		text[len++] = *at;
	}
	text[len] = '\0';
}

TEST(skiff_knows_what_linux_knew)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[SCALAR_TEXT_MAX];

		answer_of_skiff(&rows[i], text);
		if (strcmp(text, rows[i].expect))
			TAP_FAIL("row %u: expected %s, seen %s", i, rows[i].expect, text);
	}
}

TEST(linux_still_knows_the_same)
{
	const char *reason = kernel_unavailable();

	if (reason)
		SKIP(reason);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[SCALAR_TEXT_MAX];

		answer_of_linux(&rows[i], text);
		if (getenv("RECORD"))
			printf("# row %u\t%s\n", i, text);
		else if (strcmp(text, rows[i].expect))
			TAP_FAIL("row %u: expected %s, Linux %s", i, rows[i].expect, text);
	}
}

TAP_MAIN()
