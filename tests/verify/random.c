/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs near the borders of the rules, judged by both verifiers. What must never happen
 * is that skiff accepts what Linux refuses; what Linux accepts and skiff refuses is counted, and
 * shown.
 *
 *     test-verify-random [COUNT [SEED]]     as root; COUNT programs of seeds SEED, SEED + 1, ...
 *     test-verify-random --show SEED        one program, what both say of it, and skiff's log
 *
 * A program is made of statements that mostly make sense (a bounds check, a lookup and its test,
 * a masked offset) with numbers that are often off by one. Each register's kind is guessed along
 * the way, so that many programs get far; jumps make the guess wrong now and then. A false
 * acceptance is cut down to the instructions that matter before it is shown.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "corpus.h"
#include "isa/disasm.h"

#define INSNS_MAX     400
#define STATEMENTS    26
#define AGREEMENT_MIN 0.995

enum kind { NONE, NUMBER, CTX_PTR, PACKET, END, STACK, VALUE, VALUE_OR_NULL };

struct gen {
	struct random random;
	struct bpf_insn insns[INSNS_MAX];
	u32 cnt;
	u32 out[64], out_cnt; /* jumps to the end */
	enum kind kinds[R10 + 1];
	u32 calls[8], call_cnt; /* calls of the subprogram */
};

static u32 below(struct gen *g, u32 n)
{
	return (u32)(random_u64(&g->random) >> 33) % n;
}

static bool chance(struct gen *g, u32 percent)
{
	return below(g, 100) < percent;
}

static void put(struct gen *g, struct bpf_insn insn)
{
	if (g->cnt < INSNS_MAX - 16)
		g->insns[g->cnt++] = insn;
}

#define PUT(...)                                                                                   \
	do {                                                                                       \
		const struct bpf_insn put_[] = {__VA_ARGS__};                                      \
		for (size_t put_i = 0; put_i < ARRAY_SIZE(put_); put_i++)                          \
			put(g, put_[put_i]);                                                       \
	} while (0)

static s32 border(struct gen *g)
{
	static const s32 numbers[] = {0,     1,	    2,	       3,	  4,  7,  8,	14,
				      15,    16,    17,	       31,	  32, 33, 63,	64,
				      127,   128,   255,       256,	  -1, -2, 4095, 4096,
				      65535, 65536, INT32_MAX, INT32_MIN, -8, -16};

	if (chance(g, 15))
		return (s32)random_u32(&g->random);
	return numbers[below(g, ARRAY_SIZE(numbers))];
}

/* A register of that kind, or -1. */
static int find(struct gen *g, enum kind kind)
{
	u32 start = below(g, 10);

	for (u32 i = 0; i < 10; i++) {
		u32 reg = (start + i) % 10;

		if (g->kinds[reg] == kind)
			return (int)reg;
	}
	return -1;
}

/* A register to write: mostly one that survives calls; r6 keeps the context. */
static u8 spare(struct gen *g)
{
	static const u8 regs[] = {R7, R8, R9, R0, R2, R3, R4, R5, R7, R8, R9};

	return regs[below(g, ARRAY_SIZE(regs))];
}

static u8 number(struct gen *g)
{
	int reg = find(g, NUMBER);

	if (reg >= 0)
		return (u8)reg;
	reg = spare(g);
	if (chance(g, 50))
		PUT(LDX(W, reg, R6, chance(g, 50) ? 0 : 8));
	else
		PUT(MOV(reg, border(g)));
	g->kinds[reg] = NUMBER;
	return (u8)reg;
}

static u8 size_code(struct gen *g)
{
	static const u8 codes[] = {BPF_B, BPF_H, BPF_W, BPF_DW};

	return codes[below(g, 4)];
}

static u8 compare_op(struct gen *g)
{
	static const u8 ops[] = {BPF_JEQ,  BPF_JNE,  BPF_JGT,  BPF_JGE,	 BPF_JLT, BPF_JLE,
				 BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE, BPF_JSET};

	return ops[below(g, ARRAY_SIZE(ops))];
}

/* if (@insn) goto the end, or a few instructions on. */
static void branch(struct gen *g, struct bpf_insn insn, bool to_end)
{
	if (to_end && g->out_cnt < ARRAY_SIZE(g->out)) {
		g->out[g->out_cnt++] = g->cnt;
		insn.off = 0;
	} else {
		insn.off = (s16)(1 + below(g, 4));
	}
	put(g, insn);
}

static void void_packet(struct gen *g)
{
	/* Half of the time the guess goes on as if nothing had happened. */
	for (u32 i = 0; i < 10 && chance(g, 80); i++) {
		if (g->kinds[i] == PACKET || g->kinds[i] == END)
			g->kinds[i] = NUMBER;
	}
}

static void after_call(struct gen *g)
{
	for (u32 i = R1; i <= R5; i++)
		g->kinds[i] = NONE;
	g->kinds[R0] = NUMBER;
}

static void load_packet_pointers(struct gen *g)
{
	u8 data = chance(g, 70) ? R7 : spare(g), end = chance(g, 70) ? R8 : spare(g);

	PUT(LDX(W, data, R6, 76), LDX(W, end, R6, 80));
	g->kinds[data] = PACKET;
	g->kinds[end] = END;
}

static void check_packet(struct gen *g)
{
	static const u8 ops[] = {BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE};
	int data = find(g, PACKET), end = find(g, END);
	u8 temp = chance(g, 60) ? R2 : spare(g);
	u8 op = ops[below(g, 4)];
	bool swapped = chance(g, 50);

	if (data < 0 || end < 0) {
		load_packet_pointers(g);
		return;
	}
	PUT(MOVR(temp, data), ALU(ADD, temp, chance(g, 70) ? (s32)below(g, 40) : border(g)));
	g->kinds[temp] = PACKET;
	/* Most often the way that makes sense. */
	if (chance(g, 70))
		op = swapped ? (chance(g, 50) ? BPF_JLT : BPF_JLE)
			     : (chance(g, 50) ? BPF_JGT : BPF_JGE);
	branch(g,
	       (struct bpf_insn)INSN(BPF_JMP | op | BPF_X, swapped ? end : temp,
				     swapped ? temp : end, 0, 0),
	       chance(g, 85));
}

static void use_pointer(struct gen *g, u8 base, s32 off)
{
	u8 size = size_code(g), reg = spare(g);

	if (chance(g, 60)) {
		put(g, (struct bpf_insn)INSN(BPF_LDX | BPF_MEM | size, reg, base, off, 0));
		g->kinds[reg] = NUMBER;
	} else if (chance(g, 50)) {
		put(g, (struct bpf_insn)INSN(BPF_ST | BPF_MEM | size, base, 0, off, border(g)));
	} else if (chance(g, 80)) {
		put(g, (struct bpf_insn)INSN(BPF_STX | BPF_MEM | size, base, number(g), off, 0));
	} else {
		put(g, (struct bpf_insn)INSN(
			       BPF_STX | BPF_ATOMIC | (chance(g, 50) ? BPF_W : BPF_DW), base,
			       number(g), off, chance(g, 50) ? BPF_ADD : BPF_ADD | BPF_FETCH));
	}
}

static void use_packet(struct gen *g)
{
	int data = find(g, PACKET);

	if (data >= 0)
		use_pointer(g, (u8)data, (s32)below(g, 40) - 2);
}

static void use_stack(struct gen *g)
{
	u8 base = R10;
	int copy = find(g, STACK);

	if (copy >= 0 && chance(g, 40))
		base = (u8)copy;
	if (chance(g, 50)) {
		/* Aligned, so that spills and fills meet. */
		s32 off = -8 * (s32)(1 + below(g, 6));
		u8 reg = chance(g, 50) ? number(g) : (u8)below(g, 10);

		if (chance(g, 50)) {
			PUT(STX(DW, base, off, reg));
		} else {
			u8 to = spare(g);

			PUT(LDX(DW, to, base, off));
			g->kinds[to] = NUMBER;
		}
		return;
	}
	use_pointer(g, base, chance(g, 90) ? -(s32)below(g, 50) : -(s32)(505 + below(g, 12)));
}

static void lookup(struct gen *g)
{
	static const u8 maps[] = {MAP_HASH, MAP_ARRAY, MAP_PERCPU_ARRAY, MAP_LRU, MAP_LOCKED};
	u8 to = chance(g, 50) ? R9 : R0;

	PUT(ST(W, R10, -4, (s32)below(g, 6)), MOVR(R2, R10), ALU(ADD, R2, -4),
	    LD_MAP(R1, maps[below(g, ARRAY_SIZE(maps))]), CALL(map_lookup_elem));
	after_call(g);
	if (to != R0)
		PUT(MOVR(to, R0));
	g->kinds[to] = VALUE_OR_NULL;
	if (!chance(g, 80))
		return;
	branch(g, (struct bpf_insn)JMP(JEQ, to, 0, 0), true);
	g->kinds[to] = VALUE;
}

static void use_value(struct gen *g)
{
	int value = find(g, chance(g, 90) ? VALUE : VALUE_OR_NULL);

	if (value >= 0)
		use_pointer(g, (u8)value, (s32)below(g, 20) - 1);
	else
		lookup(g);
}

static void compute(struct gen *g)
{
	static const u8 ops[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV,  BPF_OR,  BPF_AND, BPF_LSH,
				 BPF_RSH, BPF_MOD, BPF_XOR, BPF_ARSH, BPF_MOV, BPF_NEG, BPF_END};
	u8 op = ops[below(g, ARRAY_SIZE(ops))], dst = number(g);
	u8 class = chance(g, 60) ? BPF_ALU64 : BPF_ALU;
	s32 imm = border(g);

	if (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
		imm = (s32)below(g, class == BPF_ALU64 ? 65 : 33);
	if (op == BPF_NEG) {
		put(g, (struct bpf_insn)INSN(class | op, dst, 0, 0, 0));
	} else if (op == BPF_END) {
		put(g, (struct bpf_insn)INSN(
			       class | op | (class == BPF_ALU && chance(g, 50) ? BPF_TO_BE : 0),
			       dst, 0, 0, 16 << below(g, 3)));
	} else if (chance(g, 60)) {
		put(g, (struct bpf_insn)INSN(class | op | BPF_K, dst, 0, 0, imm));
	} else {
		put(g, (struct bpf_insn)INSN(class | op | BPF_X, dst, number(g), 0, 0));
	}
	if (chance(g, 10)) {
		u8 to = spare(g);

		PUT(MOVSX(to, dst, 8 << below(g, 3)));
		g->kinds[to] = NUMBER;
	}
}

static void compare(struct gen *g)
{
	u8 class = chance(g, 60) ? BPF_JMP : BPF_JMP32, dst = number(g), op = compare_op(g);
	bool reg = chance(g, 35);

	branch(g,
	       (struct bpf_insn)INSN(class | op | (reg ? BPF_X : BPF_K), dst, reg ? number(g) : 0,
				     0, reg ? 0 : border(g)),
	       chance(g, 50));
}

/* Copies of numbers, so that links between registers matter. */
static void copy(struct gen *g)
{
	u8 from = chance(g, 70) ? number(g) : (u8)below(g, 11), to = spare(g);

	if (chance(g, 80))
		PUT(MOVR(to, from));
	else
		PUT(MOV32R(to, from));
	g->kinds[to] = from == R10 ? STACK : g->kinds[from];
	if (chance(g, 30))
		PUT(ALU(ADD, to, border(g)));
}

/* pointer += number, perhaps masked before, and an access. */
static void variable_offset(struct gen *g)
{
	static const enum kind kinds[] = {PACKET, VALUE, STACK};
	enum kind kind = kinds[below(g, 3)];
	int base = find(g, kind);
	u8 by = number(g), temp = spare(g);

	if (base < 0 || by == temp || base == temp)
		return;
	if (chance(g, 70))
		PUT(ALU(AND, by, (1 << below(g, 7)) - (chance(g, 80) ? 1 : 0)));
	PUT(MOVR(temp, base));
	if (chance(g, 90))
		PUT(ALUR(ADD, temp, by));
	else
		PUT(ALUR(SUB, temp, by));
	g->kinds[temp] = kind;
	if (kind == PACKET && chance(g, 80)) {
		int end = find(g, END);
		u8 limit = R2;

		if (end >= 0 && temp != limit && end != limit) {
			PUT(MOVR(limit, temp), ALU(ADD, limit, (s32)below(g, 10)));
			branch(g, (struct bpf_insn)JMPR(JGT, limit, end, 0), true);
			g->kinds[limit] = PACKET;
		}
	}
	use_pointer(g, temp, (s32)below(g, 10) - (kind == STACK ? 16 : 1));
}

static void call_helper(struct gen *g)
{
	switch (below(g, 7)) {
	case 0:
		PUT(MOVR(R1, R6), MOV(R2, 2), MOV(R3, 0), CALL(clone_redirect));
		void_packet(g);
		break;
	case 1:
		PUT(CALL(get_prandom_u32));
		break;
	case 2: {
		bool variable = chance(g, 50);
		u8 len = number(g);

		if (chance(g, 60))
			PUT(ALU(AND, len, 63));
		if (variable)
			PUT(MOVR(R4, len));
		else
			PUT(MOV(R4, (s32)below(g, 66)));
		PUT(MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R10),
		    ALU(ADD, R3, chance(g, 80) ? -64 : -56), CALL(skb_load_bytes));
		break;
	}
	case 3:
		PUT(MOVR(R1, R6), MOV(R2, (s32)below(g, 64)), CALL(skb_pull_data));
		void_packet(g);
		break;
	case 4:
		PUT(ST(W, R10, -4, 1), MOVR(R2, R10), ALU(ADD, R2, -4), MOVR(R3, R10),
		    ALU(ADD, R3, chance(g, 70) ? -24 : -20), MOV(R4, 0), LD_MAP(R1, MAP_HASH),
		    CALL(map_update_elem));
		break;
	case 5:
		/* Not get_smp_processor_id: Linux knows how many CPUs it runs on, skiff verifies for
		 * any machine. */
		PUT(CALL(ktime_get_ns));
		break;
	case 6:
		if (g->call_cnt < ARRAY_SIZE(g->calls)) {
			PUT(MOVR(R1, R6), MOVR(R2, chance(g, 50) ? R10 : number(g)),
			    MOV(R3, border(g)));
			g->calls[g->call_cnt++] = g->cnt;
			PUT(CALL_LOCAL(0));
		}
		break;
	}
	after_call(g);
}

/* A loop over a few statements that counts, up or down, to a border that it may miss. */
static void statement(struct gen *g, bool in_loop);

static void loop(struct gen *g)
{
	s32 slot = -72, turns = (s32)below(g, 12), start;
	bool down = chance(g, 30);
	u32 body = 1 + below(g, 3);

	PUT(ST(DW, R10, slot, down ? turns : 0));
	start = (s32)g->cnt;
	for (u32 i = 0; i < body; i++)
		statement(g, true);
	PUT(LDX(DW, R3, R10, slot), ALU(ADD, R3, down ? -1 : 1), STX(DW, R10, slot, R3));
	put(g, (struct bpf_insn)INSN(BPF_JMP | (down ? BPF_JNE : BPF_JLT) | BPF_K, R3, 0,
				     start - (s32)g->cnt - 1, down ? 0 : turns));
	g->kinds[R3] = NUMBER;
}

static void statement(struct gen *g, bool in_loop)
{
	switch (below(g, in_loop ? 20 : 22)) {
	case 0:
	case 1:
		load_packet_pointers(g);
		break;
	case 2:
	case 3:
	case 4:
		check_packet(g);
		break;
	case 5:
	case 6:
		use_packet(g);
		break;
	case 7:
	case 8:
		use_stack(g);
		break;
	case 9:
		lookup(g);
		break;
	case 10:
	case 11:
		use_value(g);
		break;
	case 12:
	case 13:
	case 14:
		compute(g);
		break;
	case 15:
	case 16:
		compare(g);
		break;
	case 17:
		copy(g);
		break;
	case 18:
		variable_offset(g);
		break;
	case 19:
		call_helper(g);
		break;
	case 20:
	case 21:
		if (chance(g, 40))
			loop(g);
		else
			compare(g);
		break;
	}
}

static void finish(struct gen *g)
{
	u32 end = g->cnt, sub;

	g->insns[g->cnt++] = (struct bpf_insn)MOV(R0, 0);
	g->insns[g->cnt++] = (struct bpf_insn)EXIT();
	for (u32 i = 0; i < g->out_cnt; i++)
		g->insns[g->out[i]].off = (s16)(end - g->out[i] - 1);
	/* Jumps of a few instructions must not leave the program or end within a load. */
	for (u32 i = 0; i < end; i++) {
		struct bpf_insn *insn = &g->insns[i];
		u8 class = BPF_CLASS(insn->code);

		if ((class != BPF_JMP && class != BPF_JMP32) || BPF_OP(insn->code) == BPF_CALL ||
		    insn->off <= 0)
			continue;
		if (i + 1 + (u32)insn->off > end)
			insn->off = (s16)(end - i - 1);
		while (insn->off > 0 &&
		       g->insns[i + (u32)insn->off].code == (BPF_LD | BPF_IMM | BPF_DW))
			insn->off--;
	}
	sub = g->cnt;
	if (!g->call_cnt)
		return;
	/* A subprogram that may clone, and looks at its second argument. */
	g->insns[g->cnt++] = (struct bpf_insn)MOVR(R6, R2);
	if (chance(g, 50)) {
		const struct bpf_insn clone[] = {MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect)};

		memcpy(&g->insns[g->cnt], clone, sizeof(clone));
		g->cnt += ARRAY_SIZE(clone);
	}
	if (chance(g, 40))
		g->insns[g->cnt++] = (struct bpf_insn)LDX(W, R0, R6, -(s32)below(g, 64));
	else
		g->insns[g->cnt++] = (struct bpf_insn)MOVR(R0, R6);
	g->insns[g->cnt++] = (struct bpf_insn)EXIT();
	for (u32 i = 0; i < g->call_cnt; i++)
		g->insns[g->calls[i]].imm = (s32)(sub - g->calls[i] - 1);
}

static void generate(struct gen *g, u64 seed)
{
	u32 cnt;

	memset(g, 0, sizeof(*g));
	random_seed(&g->random, seed);
	PUT(MOVR(R6, R1));
	g->kinds[R6] = CTX_PTR;
	g->kinds[R10] = STACK;
	if (chance(g, 70))
		load_packet_pointers(g);
	if (chance(g, 50)) {
		for (s32 off = -64; off < 0; off += 8)
			PUT(ST(DW, R10, off, 0));
	}
	cnt = 2 + below(g, STATEMENTS);
	while (cnt--)
		statement(g, false);
	finish(g);
}

static struct verify_test test_of(const struct bpf_insn *insns, u32 cnt)
{
	return (struct verify_test){.name = "random", .insns = insns, .insn_cnt = cnt};
}

static bool falsely_accepted(const struct bpf_insn *insns, u32 cnt)
{
	struct verify_test test = test_of(insns, cnt);
	struct verdict linux_says, skiff_says;

	return judge_skiff(&test, &skiff_says) && !skiff_says.code &&
	       judge_kernel(&test, &linux_says) && linux_says.code;
}

/* Instructions that do not matter become jumps to the next one. */
static void shrink(struct bpf_insn *insns, u32 cnt)
{
	for (u32 i = 0; i < cnt; i++) {
		bool wide = insn_is_ld_imm64(&insns[i]);
		struct bpf_insn kept[2] = {insns[i], wide ? insns[i + 1] : insns[i]};

		insns[i] = (struct bpf_insn)JA(0);
		if (wide)
			insns[i + 1] = (struct bpf_insn)JA(0);
		if (!falsely_accepted(insns, cnt)) {
			insns[i] = kept[0];
			if (wide)
				insns[i + 1] = kept[1];
		}
		if (wide)
			i++;
	}
}

static void show(const struct bpf_insn *insns, u32 cnt)
{
	char text[DISASM_MAX];

	for (u32 i = 0; i < cnt; i++) {
		if (insns[i].code == (BPF_JMP | BPF_JA) && !insns[i].off)
			continue;
		insn_disasm(text, sizeof(text), &insns[i], NULL);
		printf("#   %3u: %s\n", i, text);
		if (insn_is_ld_imm64(&insns[i]))
			i++;
	}
}

static int show_one(u64 seed)
{
	struct gen *g = malloc(sizeof(*g));
	struct verdict verdict;
	struct verify_test test;

	if (!g)
		return 1;
	generate(g, seed);
	test = test_of(g->insns, g->cnt);
	show(g->insns, g->cnt);
	if (judge_kernel(&test, &verdict))
		printf("# Linux: %s\n", verdict.text);
	if (judge_skiff(&test, &verdict))
		printf("# skiff: %s\n", verdict.text);
	free(g);
	return 0;
}

struct tally {
	u32 accepted, refused, too_much, too_little, texts;
};

static void judge(struct gen *g, u64 seed, struct tally *tally)
{
	struct verdict linux_says, skiff_says;
	struct verify_test test;

	generate(g, seed);
	test = test_of(g->insns, g->cnt);
	if (!judge_kernel(&test, &linux_says) || !judge_skiff(&test, &skiff_says))
		return;
	if (linux_says.code && !skiff_says.code) {
		tally->too_much++;
		printf("# seed %llu: skiff accepts, Linux: %s\n", (unsigned long long)seed,
		       linux_says.text);
		shrink(g->insns, g->cnt);
		show(g->insns, g->cnt);
	} else if (!linux_says.code && skiff_says.code) {
		tally->too_little++;
		printf("# seed %llu: Linux accepts, skiff: %s\n", (unsigned long long)seed,
		       skiff_says.text);
	} else if (!linux_says.code) {
		tally->accepted++;
	} else {
		tally->refused++;
		if (strcmp(linux_says.text, skiff_says.text)) {
			tally->texts++;
			if (getenv("SKIFF_RANDOM_TEXTS"))
				printf("# seed %llu: Linux: %s\n#   skiff: %s\n",
				       (unsigned long long)seed, linux_says.text, skiff_says.text);
		}
	}
}

int main(int argc, char **argv)
{
	u32 count = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 3000;
	u64 seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct tally tally = {0};
	struct gen *g;
	bool holds, agrees;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && !strcmp(argv[1], "--show"))
		return show_one(seed);
	printf("1..2\n");
	if (judge_kernel_reason()) {
		printf("ok 1 - no_false_acceptance # SKIP %s\n", judge_kernel_reason());
		printf("ok 2 - few_false_refusals # SKIP %s\n", judge_kernel_reason());
		return 0;
	}
	g = malloc(sizeof(*g));
	if (!g)
		return 1;
	for (u32 i = 0; i < count; i++)
		judge(g, seed + i, &tally);
	free(g);
	maps_close();
	printf("# %u programs: both accept %u, both refuse %u (%u in other words), skiff alone "
	       "refuses "
	       "%u, skiff alone accepts %u\n",
	       count, tally.accepted, tally.refused, tally.texts, tally.too_little, tally.too_much);
	/* Programs that all fail at once would prove little. */
	holds = tally.too_much == 0 && tally.accepted > count / 20 && tally.refused > count / 20;
	agrees = tally.too_little <= (1 - AGREEMENT_MIN) * count;
	printf("%sok 1 - no_false_acceptance\n", holds ? "" : "not ");
	printf("%sok 2 - few_false_refusals\n", agrees ? "" : "not ");
	return !(holds && agrees);
}
