/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_kernel.c - the value domain against the running kernel, register by register.
 *
 * Random programs of arithmetic and comparisons on unknown numbers are loaded into the kernel
 * with log_level 2, which prints what is known of a register after each instruction. The same
 * program is followed here with scalar.h, and each register must come out the same, letter for
 * letter: not only sound but exactly as precise, since programs are accepted or refused by it.
 *
 * Every conditional jump goes to an exit of its own, so the kernel prints both what it knows where
 * the jump is taken and where it is not, and nothing is pruned. Needs root; without, it skips.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/random.h"
#include "kernel.h"
#include "tap.h"
#include "verify/scalar.h"

#define BODY_MAX 64
#define REGS	 10

/* What is expected of one instruction: the registers after it, and where its jump is taken. */
struct step {
	struct scalar after[REGS], taken[REGS];
	bool is_jump, splits;
};

struct trial {
	struct bpf_insn insns[2 * BODY_MAX + 16];
	struct step steps[2 * BODY_MAX + 16];
	u32 cnt, body, jumps;
	struct scalar regs[REGS]; /* now */
};

static u64 pick(struct random *random, u64 below)
{
	return random_u64(random) % below;
}

/* Numbers near borders are where the rules are. */
static u64 number(struct random *random)
{
	static const u64 borders[] = {
		0,
		1,
		2,
		3,
		7,
		8,
		0xff,
		0x100,
		0x7fff,
		0x8000,
		0xffff,
		0x10000,
		0x7ffffffe,
		0x7fffffff,
		0x80000000,
		0x80000001,
		0xfffffffe,
		0xffffffff,
		0x100000000,
		0x17fffffff,
		0x180000000,
		0x7fffffff00000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		0xffffffff00000000,
		0xffffffff7fffffff,
		0xffffffff80000000,
		0xffffffffffff8000,
		0xfffffffffffffffe,
		0xffffffffffffffff,
	};

	switch (pick(random, 5)) {
	case 0:
		return borders[pick(random, ARRAY_SIZE(borders))];
	case 1:
		return borders[pick(random, ARRAY_SIZE(borders))] + pick(random, 17) - 8;
	case 2:
		return 1ull << pick(random, 64);
	case 3:
		return random_u64(random) >> pick(random, 64);
	default:
		return pick(random, 64);
	}
}

static s32 immediate(struct random *random)
{
	return (s32)number(random);
}

static void emit(struct trial *trial, struct bpf_insn insn)
{
	struct step *step = &trial->steps[trial->cnt];

	memcpy(step->after, trial->regs, sizeof(step->after));
	trial->insns[trial->cnt++] = insn;
}

/* After an instruction Linux forgets bounds that contradict each other. */
static struct scalar checked(struct scalar s)
{
	return scalar_is_valid(s) ? s : scalar_unbounded(s);
}

static void emit_const(struct trial *trial, u8 reg, u64 value)
{
	trial->regs[reg] = scalar_const(value);
	emit(trial, (struct bpf_insn){
			    .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = reg, .imm = (s32)value});
	emit(trial, (struct bpf_insn){.imm = (s32)(value >> 32)});
}

/* A register gets a number that nothing is known of but its width. */
static void emit_load(struct trial *trial, struct random *random, u8 reg)
{
	switch (pick(random, 5)) {
	case 0: /* mark, 4 bytes */
		trial->regs[reg] = scalar_load_range(4, false);
		emit(trial, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W,
					      .dst_reg = reg,
					      .src_reg = BPF_REG_6,
					      .off = 8});
		break;
	case 1:
		trial->regs[reg] = scalar_load_range(1, false);
		emit(trial, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_B,
					      .dst_reg = reg,
					      .src_reg = BPF_REG_6,
					      .off = 9});
		break;
	default: /* tstamp, 8 bytes */
		trial->regs[reg] = scalar_load_range(8, false);
		emit(trial, (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_DW,
					      .dst_reg = reg,
					      .src_reg = BPF_REG_6,
					      .off = 152});
		break;
	}
}

static void emit_sign_load(struct trial *trial, struct random *random, u8 reg)
{
	static const u8 size[] = {BPF_B, BPF_H, BPF_W};
	u32 which = (u32)pick(random, 3);

	trial->regs[reg] = scalar_load_range((u8)(1 << which), true);
	emit(trial, (struct bpf_insn){.code = BPF_LDX | 0x80 | size[which],
				      .dst_reg = reg,
				      .src_reg = BPF_REG_6,
				      .off = 8});
}

static void emit_alu(struct trial *trial, struct random *random, u8 dst, u8 src)
{
	static const u8 ops[] = {
		BPF_ADD, BPF_ADD, BPF_SUB, BPF_SUB,  BPF_MUL, BPF_OR,  BPF_AND, BPF_AND,
		BPF_XOR, BPF_LSH, BPF_RSH, BPF_ARSH, BPF_NEG, BPF_DIV, BPF_MOD,
	};
	u8 op = ops[pick(random, ARRAY_SIZE(ops))];
	bool is64 = pick(random, 2), reg = pick(random, 2);
	s32 imm = immediate(random);
	s16 off = (op == BPF_DIV || op == BPF_MOD) && pick(random, 2);

	if ((op == BPF_DIV || op == BPF_MOD) && pick(random, 4))
		return; /* they forget everything: rarely */
	if (op == BPF_NEG)
		reg = false;
	if (!reg && (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH))
		imm = (s32)pick(random, is64 ? 64 : 32);
	if (!reg && (op == BPF_DIV || op == BPF_MOD) && !imm)
		imm = 3;

	struct scalar operand = reg ? trial->regs[src] : scalar_const((u64)(s64)imm), other;

	/* A split follows the rest of the program twice; tests/verify has programs of it. */
	other = trial->regs[dst];
	if (scalar_split(op, &other, operand, &other))
		return;
	trial->regs[dst] = checked(scalar_alu(op, is64, trial->regs[dst], operand, off));
	emit(trial, (struct bpf_insn){
			    .code = (u8)((is64 ? BPF_ALU64 : BPF_ALU) | op | (reg ? BPF_X : BPF_K)),
			    .dst_reg = dst,
			    .src_reg = reg ? src : 0,
			    .off = off,
			    .imm = reg || op == BPF_NEG ? 0 : imm});
}

/*
 * A move that narrows. It may link the two registers, so that the kernel would later tell both
 * what it learns of one; the destination is changed at once, which ends the link.
 */
static void emit_move(struct trial *trial, struct random *random, u8 dst, u8 src)
{
	static const s16 widths[] = {0, 8, 16, 32};
	bool is64 = pick(random, 2);
	s16 off = widths[is64 ? 1 + pick(random, 3) : pick(random, 3)];

	if (dst == src)
		return;
	trial->regs[dst] = checked(off ? scalar_mov_sx(trial->regs[src], (u8)off, is64)
				       : scalar_zext32(trial->regs[src]));
	emit(trial, (struct bpf_insn){.code = (u8)((is64 ? BPF_ALU64 : BPF_ALU) | BPF_MOV | BPF_X),
				      .dst_reg = dst,
				      .src_reg = src,
				      .off = off});
	trial->regs[dst] = checked(scalar_alu(BPF_XOR, true, trial->regs[dst], scalar_const(0), 0));
	emit(trial, (struct bpf_insn){.code = BPF_ALU64 | BPF_XOR | BPF_K, .dst_reg = dst});
}

static void emit_end(struct trial *trial, struct random *random, u8 dst)
{
	static const s32 widths[] = {16, 32, 64};
	s32 bits = widths[pick(random, 3)];
	u8 source = pick(random, 2) ? BPF_TO_BE : BPF_TO_LE;

	trial->regs[dst] = scalar_end(trial->regs[dst], source, false, (u8)bits);
	emit(trial, (struct bpf_insn){
			    .code = (u8)(BPF_ALU | BPF_END | source), .dst_reg = dst, .imm = bits});
}

static void emit_jump(struct trial *trial, struct random *random, u8 dst, u8 src)
{
	static const u8 ops[] = {BPF_JEQ, BPF_JNE,  BPF_JSET, BPF_JGT,	BPF_JGE, BPF_JLT,
				 BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE};
	u8 op = ops[pick(random, ARRAY_SIZE(ops))];
	bool is32 = pick(random, 2), reg = pick(random, 2);
	s32 imm = immediate(random);
	struct scalar operand = reg ? trial->regs[src] : scalar_const((u64)(s64)imm),
		      other = operand;
	int answer = scalar_branch(op, is32, trial->regs[dst], operand);

	if (answer == 1) { /* ask the opposite, so that the program goes on */
		if (op == BPF_JSET)
			return;
		op = scalar_negate(op);
		answer = scalar_branch(op, is32, trial->regs[dst], operand);
		if (answer != 0)
			TAP_FAIL("the opposite of an answer is not its negation: op 0x%x", op);
	}

	struct step *step = &trial->steps[trial->cnt];

	step->is_jump = true;
	step->splits = answer < 0;
	if (step->splits) {
		memcpy(step->taken, trial->regs, sizeof(step->taken));
		scalar_refine(op, is32, &step->taken[dst], reg ? &step->taken[src] : &other);
		other = operand;
		scalar_refine(scalar_negate(op), is32, &trial->regs[dst],
			      reg ? &trial->regs[src] : &other);
		step->taken[dst] = checked(step->taken[dst]);
		step->taken[src] = checked(step->taken[src]);
		trial->regs[dst] = checked(trial->regs[dst]);
		trial->regs[src] = checked(trial->regs[src]);
	}
	trial->jumps++;
	emit(trial, (struct bpf_insn){
			    .code = (u8)((is32 ? BPF_JMP32 : BPF_JMP) | op | (reg ? BPF_X : BPF_K)),
			    .dst_reg = dst,
			    .src_reg = reg ? src : 0,
			    .imm = reg ? 0 : imm});
}

static bool is_number(u8 reg)
{
	return reg != 0 && reg != BPF_REG_6;
}

static void generate(struct trial *trial, struct random *random)
{
	memset(trial, 0, sizeof(*trial));
	for (int i = 0; i < REGS; i++)
		trial->regs[i] = scalar_const(0);
	emit(trial, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X,
				      .dst_reg = BPF_REG_6,
				      .src_reg = BPF_REG_1});
	emit(trial, (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K});
	for (u8 reg = 1; reg < REGS; reg++) {
		if (!is_number(reg))
			continue;
		if (pick(random, 5) == 0)
			emit_const(trial, reg, number(random));
		else
			emit_load(trial, random, reg);
	}

	while (trial->cnt < BODY_MAX) {
		u8 dst = (u8)pick(random, 4) + 1, src = (u8)pick(random, 5) + 1;

		switch (pick(random, 12)) {
		case 0:
			emit_load(trial, random, dst);
			break;
		case 1:
			emit_move(trial, random, dst, src);
			break;
		case 2:
			if (pick(random, 8) == 0)
				emit_end(trial, random, dst);
			else if (pick(random, 3) == 0)
				emit_sign_load(trial, random, dst);
			else if (pick(random, 3) == 0)
				emit_const(trial, dst, number(random));
			break;
		case 3:
		case 4:
		case 5:
		case 6:
			emit_alu(trial, random, dst, src);
			break;
		default:
			emit_jump(trial, random, dst, src);
			break;
		}
	}

	/* One exit for the way straight on, one for each jump. */
	trial->body = trial->cnt;
	emit(trial, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
	for (u32 i = 0; i < trial->body; i++) {
		if (!trial->steps[i].is_jump)
			continue;
		trial->insns[i].off = (s16)(trial->cnt - i - 1);
		emit(trial, (struct bpf_insn){.code = BPF_JMP | BPF_EXIT});
	}
}

/*
 * What the log says of @reg on one of its lines, into @text: without the mark of precision and the
 * link to other registers, of which the domain knows nothing. False: it says nothing.
 */
static bool told_of(const char *line, int reg, char *text, size_t size)
{
	char name[8];
	const char *end = strchr(line, '\n'), *at = line;

	if (!end)
		end = line + strlen(line);
	snprintf(name, sizeof(name), " R%d=", reg);
	at = memmem(line, (size_t)(end - line), name, strlen(name));
	if (!at)
		return false;
	at += strlen(name);
	if (*at == 'P')
		at++;

	size_t len = 0;
	int depth = 0;

	for (; at < end && len < size - 1 && (depth || *at != ' '); at++) {
		if (*at == '(')
			depth++;
		if (*at == ')')
			depth--;
		if (!strncmp(at, "id=", 3)) {
			at += strcspn(at, ",)");
			if (*at == ')')
				at--;
			continue;
		}
		text[len++] = *at;
	}
	text[len] = '\0';
	return true;
}

static int compare(u64 seed, u32 insn, const char *line, const struct scalar regs[REGS], bool all)
{
	int wrong = 0;

	for (int reg = 1; reg < REGS; reg++) {
		char seen[SCALAR_TEXT_MAX], expected[SCALAR_TEXT_MAX];

		if (!is_number((u8)reg))
			continue;
		if (!told_of(line, reg, expected, sizeof(expected))) {
			if (!all)
				continue;
			strcpy(expected, "nothing");
		}
		if (!strncmp(expected, "ctx", 3))
			continue;
		scalar_print(regs[reg], seen, sizeof(seen));
		if (strcmp(seen, expected)) {
			TAP_FAIL("seed %" PRIu64
				 ", instruction %u%s, R%d:\n#   Linux %s\n#   skiff %s",
				 seed, insn, all ? ", jump taken" : "", reg, expected, seen);
			wrong++;
		}
	}
	if (wrong)
		printf("#   %.*s\n", (int)strcspn(line, ";\n"), line);
	return wrong;
}

/* The last line of the log that starts with @start, from @log on. */
static const char *line_of(const char *log, const char *start)
{
	const char *at = strstr(log, start);

	while (at && at != log && at[-1] != '\n')
		at = strstr(at + 1, start);
	return at;
}

static int judge(struct trial *trial, u64 seed, char *log, size_t size)
{
	struct kernel_prog prog = {
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = trial->insns,
		.insn_cnt = trial->cnt,
		.license = "GPL",
		.log_level = 2,
	};
	int ret = kernel_verify(&prog, log, size), wrong = 0;
	u32 exit_insn = trial->body + 1;
	char start[32];

	if (ret) {
		TAP_FAIL("seed %" PRIu64 ": the kernel refused the program (%d): %s", seed, ret,
			 log);
		return 1;
	}
	for (u32 i = 0; i < trial->body && !wrong; i++) {
		snprintf(start, sizeof(start), "%u: (", i);
		const char *line = line_of(strstr(log, "\n0: R1="), start);

		if (line)
			wrong += compare(seed, i, line, trial->steps[i].after, false);
		/* What is known stands on the next line where something was told in between. */
		snprintf(start, sizeof(start), "%u: R", i);
		line = line ? line_of(line, start) : NULL;
		if (i && line)
			wrong += compare(seed, i, line, trial->steps[i].after, false);
		if (!trial->steps[i].is_jump)
			continue;
		snprintf(start, sizeof(start), "from %u to %u: ", i, exit_insn++);
		line = line_of(log, start);
		if (!line != !trial->steps[i].splits) {
			TAP_FAIL("seed %" PRIu64
				 ", instruction %u: Linux %s the jump both ways, skiff "
				 "%s",
				 seed, i, line ? "follows" : "does not follow",
				 trial->steps[i].splits ? "does" : "does not");
			wrong++;
		} else if (line) {
			wrong += compare(seed, i, line, trial->steps[i].taken, true);
		}
	}
	return wrong;
}

TEST(each_register_is_known_as_the_kernel_knows_it)
{
	static struct trial trial;
	static char log[1 << 20];
	const char *reason = kernel_unavailable(), *first = getenv("SEED"), *cnt = getenv("TRIALS");
	u64 seed = first ? strtoull(first, NULL, 0) : 1;
	u32 trials = cnt ? (u32)strtoul(cnt, NULL, 0) : first ? 1 : 400;
	int wrong = 0;

	if (reason)
		SKIP(reason);
	for (u32 i = 0; i < trials && wrong < 10; i++, seed++) {
		struct random random;

		random_seed(&random, seed);
		generate(&trial, &random);
		wrong += judge(&trial, seed, log, sizeof(log));
		if (wrong && first && trials == 1)
			puts(log);
	}
}

TAP_MAIN()
