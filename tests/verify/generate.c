/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generate.c - random programs near the borders of the verifier's rules.
 *
 * A program is a list of statements: load a number, bound it, compare a packet pointer with the
 * end, look up, check for NULL, spill and fill, call a helper, branch, loop. The generator keeps
 * a rough idea of what each register holds, so that most statements make sense, and goes wrong on
 * purpose now and then, mostly by one: that is where two verifiers could part.
 */
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "generate.h"
#include "phrases.h"

enum held {
	H_NONE,
	H_NUMBER,
	H_CTX,
	H_PACKET,
	H_END,
	H_VALUE,
	H_MAYBE,
	H_LOCKED,
	H_STACK,
	H_COUNT
};

#define REGS  10
#define SLOTS 8
#define OUT   0 /* the label of the way out */

struct gen {
	struct random random;
	struct bpf_insn *insns;
	u32 cnt, labels, depth;
	enum held regs[REGS], slots[SLOTS];
	int range; /* bytes the packet was last compared for */
	bool calls, calls_back;
	bool in_function; /* past the program itself */
	u8 shared_map;	  /* the same map again and again is likelier to matter */
};

static u32 below(struct gen *g, u32 n)
{
	return random_u32(&g->random) % n;
}

static bool chance(struct gen *g, u32 percent)
{
	return below(g, 100) < percent;
}

static void emit(struct gen *g, const struct bpf_insn *insns, u32 cnt)
{
	if (g->cnt + cnt > GENERATED_MAX - 60)
		return;
	memcpy(g->insns + g->cnt, insns, cnt * sizeof(*insns));
	g->cnt += cnt;
}

#define EMIT(...)                                                                                  \
	do {                                                                                       \
		const struct bpf_insn emit_[] = {__VA_ARGS__};                                     \
		emit(g, emit_, ARRAY_SIZE(emit_));                                                 \
	} while (0)

static u8 target(struct gen *g)
{
	static const u8 regs[] = {R0, R1, R2, R3, R4, R5, R7, R8};

	return regs[below(g, ARRAY_SIZE(regs))];
}

static void set(struct gen *g, u8 reg, enum held held)
{
	if (reg < REGS)
		g->regs[reg] = held;
}

/*
 * A register that holds @held; a number is made if there is none. Now and then it is any: the
 * generator is to be wrong sometimes. r6 and r9 are never to be written.
 */
static u8 reg_with(struct gen *g, enum held held)
{
	u32 start = below(g, REGS);
	u8 reg;

	if (chance(g, 1))
		return target(g);
	for (u32 i = 0; i < REGS; i++) {
		reg = (u8)((start + i) % REGS);
		if (g->regs[reg] == held && reg != R9)
			return reg;
	}
	reg = target(g);
	if (held == H_NUMBER) {
		EMIT(LDX(W, reg, R6, CTX_LEN));
		set(g, reg, H_NUMBER);
	}
	return reg;
}

static bool have(struct gen *g, enum held held)
{
	for (u32 i = 0; i < REGS; i++) {
		if (g->regs[i] == held && i != R9)
			return true;
	}
	return false;
}

static void after_call(struct gen *g, enum held result)
{
	g->regs[R0] = result;
	for (u8 reg = R1; reg <= R5; reg++)
		g->regs[reg] = H_NONE;
}

static void void_packet(struct gen *g)
{
	for (u32 i = 0; i < REGS; i++) {
		if (g->regs[i] == H_PACKET || g->regs[i] == H_END)
			g->regs[i] = chance(g, 90) ? H_NUMBER : g->regs[i];
	}
	for (u32 i = 0; i < SLOTS; i++) {
		if (g->slots[i] == H_PACKET || g->slots[i] == H_END)
			g->slots[i] = H_NUMBER;
	}
}

/* Small numbers, powers of two and their neighbours, and the ends of the words. */
static s32 border(struct gen *g)
{
	static const s32 ends[] = {0, -1, 1, 0x7fffffff, (s32)0x80000000, 0xffff, 0x10000, 0x8000};

	switch (below(g, 4)) {
	case 0:
		return ends[below(g, ARRAY_SIZE(ends))];
	case 1:
		return (s32)((1u << below(g, 32)) + below(g, 3) - 1);
	case 2:
		return -(s32)below(g, 64);
	default:
		return (s32)below(g, 40);
	}
}

static u8 width(struct gen *g)
{
	static const u8 widths[] = {BPF_B, BPF_H, BPF_W, BPF_DW};

	return widths[below(g, 4)];
}

static u8 bytes_of(u8 size)
{
	return size == BPF_B ? 1 : size == BPF_H ? 2 : size == BPF_W ? 4 : 8;
}

static u8 jump_op(struct gen *g)
{
	static const u8 ops[] = {BPF_JEQ, BPF_JNE,  BPF_JSET, BPF_JGT,	BPF_JGE, BPF_JLT,
				 BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE};

	return ops[below(g, ARRAY_SIZE(ops))];
}

static struct bpf_insn jump_insn(struct gen *g, u8 reg, s32 imm, s16 to)
{
	return (struct bpf_insn)INSN((chance(g, 25) ? BPF_JMP32 : BPF_JMP) | jump_op(g) | BPF_K,
				     reg, 0, to, imm);
}

static void new_number(struct gen *g)
{
	u8 reg = target(g);

	switch (below(g, 6)) {
	case 0:
		EMIT(MOV(reg, border(g)));
		break;
	case 1:
		EMIT(MOV32(reg, border(g)));
		break;
	case 2:
		EMIT(LDX(DW, reg, R6, CTX_TSTAMP));
		break;
	case 3:
		EMIT(LDX(B, reg, R6, CTX_MARK));
		break;
	case 4:
		EMIT(LDSX(H, reg, R6, CTX_MARK));
		break;
	default:
		EMIT(LDX(W, reg, R6, CTX_LEN));
		break;
	}
	set(g, reg, H_NUMBER);
}

static void arithmetic(struct gen *g)
{
	static const u8 ops[] = {BPF_ADD, BPF_SUB, BPF_MUL,  BPF_AND, BPF_AND, BPF_OR,	BPF_XOR,
				 BPF_LSH, BPF_RSH, BPF_ARSH, BPF_NEG, BPF_MOD, BPF_ADD, BPF_AND};
	u8 op = ops[below(g, ARRAY_SIZE(ops))], class = chance(g, 35) ? BPF_ALU : BPF_ALU64;
	u8 dst = reg_with(g, H_NUMBER), src = reg_with(g, H_NUMBER);
	s32 imm = border(g);

	if (dst == R6 || dst == R9)
		return;
	if (op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH)
		imm = (s32)below(g, class == BPF_ALU ? 32 : 64);
	if (op == BPF_MOD && !imm)
		imm = 3;
	if (op == BPF_AND && chance(g, 60))
		imm = (s32)(1u << below(g, 7)) - 1;
	if (op == BPF_NEG)
		EMIT(INSN(class | op, dst, 0, 0, 0));
	else if (chance(g, 35))
		EMIT(INSN(class | op | BPF_X, dst, src, 0, 0));
	else
		EMIT(INSN(class | op | BPF_K, dst, 0, 0, imm));
}

static void move(struct gen *g)
{
	u8 dst = target(g), src = (u8)below(g, R10 + 1);

	if (src < REGS && g->regs[src] == H_NONE && chance(g, 95))
		return;
	if (src < REGS && g->regs[src] == H_NUMBER && chance(g, 30)) {
		static const s16 widths[] = {0, 8, 16, 32};
		bool is64 = chance(g, 50);

		EMIT(INSN((is64 ? BPF_ALU64 : BPF_ALU) | BPF_MOV | BPF_X, dst, src,
			  widths[below(g, is64 ? 4 : 3)], 0));
		set(g, dst, H_NUMBER);
		return;
	}
	EMIT(MOVR(dst, src));
	set(g, dst, src == R10 ? H_STACK : g->regs[src]);
}

static void bound(struct gen *g)
{
	u8 reg = reg_with(g, H_NUMBER);

	switch (below(g, 4)) {
	case 0:
		if (reg != R6 && reg != R9)
			EMIT(ALU(AND, reg, (s32)(1u << below(g, 6)) - 1));
		break;
	case 1:
		EMIT(JMP(JGT, reg, (s32)below(g, 20), TO(OUT)));
		break;
	case 2:
		EMIT(jump_insn(g, reg, border(g), TO(OUT)));
		break;
	default: {
		u8 other = reg_with(g, H_NUMBER);

		EMIT(INSN(BPF_JMP | jump_op(g) | BPF_X, reg, other, TO(OUT), 0));
		break;
	}
	}
}

static void spill(struct gen *g)
{
	u32 slot = below(g, SLOTS);
	s16 off = (s16)(-8 * (s32)(slot + 1));
	u8 reg = (u8)below(g, R10 + 1), size = chance(g, 70) ? BPF_DW : width(g);
	enum held held = reg == R10 ? H_STACK : g->regs[reg];

	if (chance(g, 25)) {
		EMIT(INSN(BPF_ST | BPF_MEM | size, R10, 0, off, border(g)));
		g->slots[slot] = H_NUMBER;
		return;
	}
	if (held == H_NONE && chance(g, 97))
		return;
	if (held != H_NUMBER && chance(g, 95))
		size = BPF_DW;
	EMIT(INSN(BPF_STX | BPF_MEM | size, R10, reg, off, 0));
	g->slots[slot] = size == BPF_DW ? held : H_NUMBER;
}

static void fill(struct gen *g)
{
	u32 slot = below(g, SLOTS);
	s16 off = (s16)(-8 * (s32)(slot + 1));
	u8 reg = target(g), size = chance(g, 75) ? BPF_DW : width(g);

	if (chance(g, 15))
		off = (s16)(off + (s16)bytes_of(size) * (s16)below(g, 8 / bytes_of(size)));
	if (g->slots[slot] == H_NONE && chance(g, 80))
		return;
	if (g->slots[slot] != H_NUMBER && chance(g, 95))
		size = BPF_DW;
	EMIT(INSN(BPF_LDX | (chance(g, 10) && size != BPF_DW ? BPF_MEMSX : BPF_MEM) | size, reg,
		  R10, off, 0));
	set(g, reg, size == BPF_DW ? g->slots[slot] : H_NUMBER);
}

static void stack_pointer(struct gen *g)
{
	u8 reg = target(g);

	EMIT(MOVR(reg, R10), ALU(ADD, reg, -8 * (s32)(1 + below(g, 9))));
	set(g, reg, H_STACK);
	if (chance(g, 35) && have(g, H_NUMBER)) {
		u8 index = reg_with(g, H_NUMBER);

		if (index == R6 || index == R9 || index == reg || index == R10)
			return;
		EMIT(ALU(AND, index, chance(g, 90) ? 3 : 7), ALU(LSH, index, 3),
		     ALUR(ADD, reg, index));
	}
}

/* A load or store through a register, around the end of what it points to. */
static void access_through(struct gen *g, u8 reg, int end)
{
	u8 size = width(g), value = target(g);
	int off = chance(g, 60) ? end - bytes_of(size) : (int)below(g, (u32)(end + 2));

	if (chance(g, 10))
		off++;
	if (chance(g, 3))
		off = -1;
	switch (below(g, 8)) {
	case 0:
		EMIT(INSN(BPF_ST | BPF_MEM | size, reg, 0, off, border(g)));
		break;
	case 1: {
		u8 source = reg_with(g, H_NUMBER);

		EMIT(INSN(BPF_STX | BPF_MEM | size, reg, source, off, 0));
		break;
	}
	case 2:
		if (chance(g, 50)) {
			u8 source = reg_with(g, H_NUMBER);

			EMIT(INSN(BPF_STX | BPF_ATOMIC | (chance(g, 50) ? BPF_W : BPF_DW), reg,
				  source, off & ~7, BPF_ADD | (chance(g, 40) ? BPF_FETCH : 0)));
			break;
		}
		__attribute__((fallthrough));
	default:
		EMIT(INSN(BPF_LDX | BPF_MEM | size, value, reg, off, 0));
		set(g, value, H_NUMBER);
		break;
	}
}

/* data and data_end, and a comparison of any form. */
static void packet(struct gen *g)
{
	static const u8 ops[] = {BPF_JGT, BPF_JGE, BPF_JLT, BPF_JLE};
	u8 data = chance(g, 50) ? R7 : R2, end = chance(g, 50) ? R8 : R3, tmp = R4;
	u8 op = chance(g, 60) ? BPF_JGT : ops[below(g, 4)];

	g->range = (int)below(g, 40);
	EMIT(LDX(W, data, R6, CTX_DATA), LDX(W, end, R6, CTX_DATA_END));
	set(g, data, H_PACKET);
	set(g, end, H_END);
	if (chance(g, 20) && have(g, H_NUMBER)) {
		u8 index = reg_with(g, H_NUMBER);

		if (index != data && index != R10)
			EMIT(ALUR(ADD, data, index));
	}
	if (chance(g, 10))
		EMIT(ALU(ADD, data, (s32)below(g, 20)));
	EMIT(MOVR(tmp, data), ALU(ADD, tmp, g->range));
	set(g, tmp, H_PACKET);
	if (chance(g, 80))
		EMIT(INSN(BPF_JMP | op | BPF_X, tmp, end, TO(OUT), 0));
	else
		EMIT(INSN(BPF_JMP | op | BPF_X, end, tmp, TO(OUT), 0));
}

static void stack_access(struct gen *g)
{
	if (!have(g, H_STACK))
		stack_pointer(g);
	else
		access_through(g, reg_with(g, H_STACK), 8);
}

static void packet_access(struct gen *g)
{
	if (!have(g, H_PACKET)) {
		packet(g);
		return;
	}
	access_through(g, reg_with(g, H_PACKET), g->range + (int)below(g, 2));
}

static void pointer_add(struct gen *g)
{
	static const enum held helds[] = {H_PACKET, H_VALUE, H_STACK};
	enum held held = helds[below(g, 3)];
	u8 reg, index;

	if (!have(g, held))
		return;
	reg = reg_with(g, held);
	index = reg_with(g, H_NUMBER);
	if (reg == R6 || reg == R9 || reg == R10)
		return;
	if (chance(g, 50))
		EMIT(INSN(BPF_ALU64 | (chance(g, 80) ? BPF_ADD : BPF_SUB) | BPF_K, reg, 0, 0,
			  (s32)below(g, 12)));
	else
		EMIT(INSN(BPF_ALU64 | (chance(g, 85) ? BPF_ADD : BPF_SUB) | BPF_X, reg, index, 0,
			  0));
}

static enum test_map some_map(struct gen *g)
{
	static const enum test_map maps[] = {MAP_HASH, MAP_HASH,	 MAP_ARRAY,
					     MAP_LRU,  MAP_PERCPU_ARRAY, MAP_LOCKED};

	return maps[chance(g, 60) ? g->shared_map % ARRAY_SIZE(maps) : below(g, ARRAY_SIZE(maps))];
}

static void key(struct gen *g)
{
	EMIT(ST(W, R10, -4, (s32)below(g, 6)), MOVR(R2, R10), ALU(ADD, R2, -4));
	g->slots[0] = H_NUMBER;
}

static void lookup(struct gen *g)
{
	enum test_map map = some_map(g);
	u8 reg = chance(g, 50) ? R0 : R8;

	key(g);
	EMIT(LD_MAP(R1, map), CALL(map_lookup_elem));
	after_call(g, H_MAYBE);
	if (reg != R0) {
		EMIT(MOVR(reg, R0));
		set(g, reg, H_MAYBE);
	}
	if (chance(g, 90)) {
		EMIT(JMP(JEQ, chance(g, 50) ? R0 : reg, 0, TO(OUT)));
		g->regs[R0] = map == MAP_LOCKED ? H_LOCKED : H_VALUE;
		set(g, reg, g->regs[R0]);
	}
}

static void value_access(struct gen *g)
{
	if (!have(g, H_VALUE)) {
		lookup(g);
		return;
	}
	access_through(g, reg_with(g, H_VALUE), 16);
}

static void null_check(struct gen *g)
{
	u8 reg;

	if (!have(g, H_MAYBE))
		return;
	reg = reg_with(g, H_MAYBE);

	EMIT(INSN(BPF_JMP | (chance(g, 80) ? BPF_JEQ : jump_op(g)) | BPF_K, reg, 0, TO(OUT), 0));
	set(g, reg, H_VALUE);
}

static void context(struct gen *g)
{
	static const s16 offs[] = {0,  8,  32, 40, 44,	48,  52,  60, 64,
				   68, 72, 76, 80, 140, 152, 168, 180};
	u8 reg = chance(g, 85) ? R6 : reg_with(g, H_CTX), size = chance(g, 60) ? BPF_W : width(g),
	   dst = target(g);
	s16 off = offs[below(g, ARRAY_SIZE(offs))];

	if (chance(g, 70)) {
		if (off >= 76 && off <= 80)
			size = BPF_W;
		EMIT(INSN(BPF_LDX | BPF_MEM | size, dst, reg, off, 0));
		set(g, dst,
		    off == 76	 ? H_PACKET
		    : off == 80	 ? H_END
		    : off == 168 ? H_NONE
				 : H_NUMBER);
	} else {
		EMIT(INSN(BPF_ST | BPF_MEM | (chance(g, 80) ? BPF_W : size), reg, 0,
			  offs[below(g, 9)], border(g)));
	}
}

static void call_clone(struct gen *g)
{
	EMIT(MOVR(R1, R6), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect));
	after_call(g, H_NUMBER);
	void_packet(g);
}

/* skb_load_bytes into the stack or a value, with a size that was bounded, or not. */
static void call_load_bytes(struct gen *g)
{
	u8 to = have(g, H_VALUE) && chance(g, 40) ? reg_with(g, H_VALUE) : R10;
	u8 size = reg_with(g, H_NUMBER);

	EMIT(MOVR(R3, to));
	if (to == R10)
		EMIT(ALU(ADD, R3, -8 * (s32)(1 + below(g, 8))));
	if (chance(g, 40) && size != R3)
		EMIT(MOVR(R4, size));
	else
		EMIT(MOV(R4, (s32)below(g, 20)));
	EMIT(MOVR(R1, R6), MOV(R2, 0), CALL(skb_load_bytes));
	after_call(g, H_NUMBER);
	for (u32 i = 0; i < SLOTS; i++)
		g->slots[i] = chance(g, 50) ? H_NUMBER : g->slots[i];
}

static void call_helper(struct gen *g)
{
	u8 pointer = have(g, H_PACKET) && chance(g, 60) ? reg_with(g, H_PACKET) : R10;

	switch (below(g, 9)) {
	case 0:
		EMIT(CALL(ktime_get_ns));
		break;
	case 1:
		EMIT(MOV(R1, 1), MOV(R2, 0), CALL(redirect));
		break;
	case 2:
		EMIT(MOVR(R1, pointer));
		if (pointer == R10)
			EMIT(ALU(ADD, R1, -64));
		EMIT(MOV(R2, 4 * (s32)below(g, 8)), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0),
		     CALL(csum_diff));
		break;
	case 3:
		key(g);
		EMIT(LD_MAP(R1, some_map(g)), CALL(map_delete_elem));
		break;
	case 4:
		key(g);
		EMIT(MOVR(R3, R10), ALU(ADD, R3, -8 * (s32)(1 + below(g, 4))),
		     LD_MAP(R1, some_map(g)), MOV(R4, 0), CALL(map_update_elem));
		break;
	case 5:
		EMIT(MOVR(R1, R6), MOV(R2, (s32)below(g, 64)), CALL(skb_pull_data));
		void_packet(g);
		break;
	case 6:
		if (g->in_function) /* as load_absolute */
			return;
		EMIT(MOVR(R1, R6), LD_MAP(R2, MAP_PROGS), MOV(R3, (s32)below(g, 6)),
		     CALL(tail_call), MOV(R0, 0));
		break;
	case 7:
		EMIT(MOVR(R2, R10), ALU(ADD, R2, -16), LD_MAP(R1, MAP_QUEUE), CALL(map_pop_elem));
		break;
	default:
		EMIT(CALL(get_prandom_u32));
		break;
	}
	after_call(g, H_NUMBER);
}

static void statement(struct gen *g);

static void statements(struct gen *g, u32 cnt)
{
	g->depth++;
	for (u32 i = 0; i < cnt; i++)
		statement(g);
	g->depth--;
}

static void branch(struct gen *g)
{
	u32 label = ++g->labels;
	enum held before[REGS];
	u8 reg = reg_with(g, H_NUMBER);

	if (label >= 40 || g->depth > 3)
		return;
	EMIT(jump_insn(g, reg, border(g), (s16)TO(label)));
	memcpy(before, g->regs, sizeof(before));
	statements(g, 1 + below(g, 3));
	EMIT(L((s32)label));
	for (u32 i = 0; i < REGS; i++) {
		if (g->regs[i] != before[i])
			g->regs[i] = chance(g, 80) ? H_NONE : before[i];
	}
}

static void loop(struct gen *g)
{
	u32 label = ++g->labels;

	if (label >= 40 || g->depth > 1)
		return;
	EMIT(MOV(R9, 0), L((s32)label));
	statements(g, 1 + below(g, 4));
	EMIT(ALU(ADD, R9, 1), JMP(JLT, R9, 2 + (s32)below(g, 6), TO(label)));
}

static void record(struct gen *g)
{
	if (g->depth > 2)
		return;
	EMIT(RESERVE(16), JMP(JEQ, R0, 0, TO(OUT)), MOVR(R8, R0));
	after_call(g, H_NUMBER);
	g->regs[R8] = H_VALUE;
	for (u32 i = below(g, 3); i > 0; i--)
		access_through(g, R8, 16);
	if (chance(g, 95))
		EMIT(DISCARD(R8));
	after_call(g, H_NONE);
	g->regs[R8] = H_NONE;
}

static void locked(struct gen *g)
{
	u8 reg;

	if (!have(g, H_LOCKED))
		return;
	reg = reg_with(g, H_LOCKED);
	EMIT(MOVR(R8, reg), MOVR(R1, reg), ALU(ADD, R1, LOCK_OFF), CALL(spin_lock));
	after_call(g, H_NONE);
	g->regs[R8] = H_LOCKED;
	if (chance(g, 60))
		arithmetic(g);
	if (chance(g, 40))
		EMIT(INSN(BPF_LDX | BPF_MEM | BPF_DW, R3, R8, 8 * (s32)below(g, 3), 0));
	if (chance(g, 95))
		EMIT(MOVR(R1, R8), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock));
	after_call(g, H_NONE);
}

static void call_function(struct gen *g)
{
	u8 number = reg_with(g, H_NUMBER);

	if (g->depth > 3)
		return;
	g->calls = true;
	EMIT(MOVR(R2, number), MOVR(R1, R6), CALL_LOCAL(TO(60)));
	after_call(g, H_NUMBER);
	if (chance(g, 70))
		void_packet(g);
}

/* A value by its address: global data, or data that only user space writes. */
static void direct_value(struct gen *g)
{
	static const enum test_map maps[] = {MAP_GLOBAL, MAP_RODATA, MAP_RDONLY};
	u8 reg = target(g);
	s32 off = (s32)below(g, 16) * 4;

	EMIT(LD_MAP_VALUE(reg, maps[below(g, 3)], off));
	set(g, reg, H_VALUE);
	if (chance(g, 60))
		access_through(g, reg, 64 - off);
}

/* A value of an inner map. */
static void inner_value(struct gen *g)
{
	key(g);
	EMIT(LD_MAP(R1, chance(g, 50) ? MAP_OUTER : MAP_OUTER_HASH), CALL(map_lookup_elem));
	after_call(g, H_MAYBE);
	if (chance(g, 95))
		EMIT(JMP(JEQ, R0, 0, TO(OUT)));
	EMIT(MOVR(R1, R0));
	key(g);
	EMIT(CALL(map_lookup_elem));
	after_call(g, H_MAYBE);
}

/* Not in a function: there Linux 6.18.44 fails with "verifier bug: subprog exit from frame 0". */
static void load_absolute(struct gen *g)
{
	u8 size = width(g), index = reg_with(g, H_NUMBER);

	if (g->in_function)
		return;

	if (size == BPF_DW)
		size = BPF_B;
	if (chance(g, 70))
		EMIT(INSN(BPF_LD | BPF_ABS | size, 0, 0, 0, (s32)below(g, 64)));
	else
		EMIT(INSN(BPF_LD | BPF_IND | size, 0, index, 0, (s32)below(g, 64)));
	after_call(g, H_NUMBER);
}

/* The bytes before the packet. */
static void meta(struct gen *g)
{
	s32 len = (s32)below(g, 12);

	EMIT(LDX(W, R7, R6, CTX_DATA_META), LDX(W, R3, R6, CTX_DATA), MOVR(R4, R7),
	     ALU(ADD, R4, len), JMPR(JGT, R4, R3, TO(OUT)));
	set(g, R7, H_NONE);
	set(g, R3, H_PACKET);
	set(g, R4, H_NONE);
	access_through(g, R7, len + (int)below(g, 2));
}

/*
 * bpf_loop: the callback gets the stack from fp-64 on, where the context stands. At least one turn:
 * a callback that is never called is dead code, after whose removal Linux 6.18.44 fails with
 * "verifier bug: No program to jit".
 */
static void call_loop(struct gen *g)
{
	if (g->depth > 2)
		return;
	g->calls_back = true;
	EMIT(STX(DW, R10, -64, R6), MOV(R1, 1 + (s32)below(g, 8)), LD_FUNC(R2, TO(62)),
	     MOVR(R3, R10), ALU(ADD, R3, -64), MOV(R4, 0), CALL(loop));
	after_call(g, H_NUMBER);
	g->slots[7] = H_CTX;
	for (u32 i = 0; i < SLOTS - 1; i++)
		g->slots[i] = chance(g, 50) ? g->slots[i] : H_NUMBER;
	if (chance(g, 60))
		void_packet(g);
}

static void statement(struct gen *g)
{
	switch (below(g, 45)) {
	case 0:
	case 1:
	case 2:
	case 3:
		new_number(g);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
		arithmetic(g);
		break;
	case 8:
	case 9:
		move(g);
		break;
	case 10:
	case 11:
	case 12:
		bound(g);
		break;
	case 13:
	case 14:
	case 15:
		spill(g);
		break;
	case 16:
	case 17:
	case 18:
		fill(g);
		break;
	case 19:
		stack_pointer(g);
		break;
	case 20:
		stack_access(g);
		break;
	case 21:
		packet(g);
		break;
	case 22:
	case 23:
		packet_access(g);
		break;
	case 24:
		pointer_add(g);
		break;
	case 25:
		lookup(g);
		break;
	case 26:
	case 27:
		value_access(g);
		break;
	case 28:
		null_check(g);
		break;
	case 29:
		context(g);
		break;
	case 30:
		call_clone(g);
		break;
	case 31:
		call_load_bytes(g);
		break;
	case 32:
		call_helper(g);
		break;
	case 33:
	case 34:
	case 35:
		branch(g);
		break;
	case 36:
		loop(g);
		break;
	case 37:
		record(g);
		break;
	case 38:
		locked(g);
		break;
	case 39:
		call_function(g);
		break;
	case 40:
		direct_value(g);
		break;
	case 41:
		inner_value(g);
		break;
	case 42:
		load_absolute(g);
		break;
	case 43:
		meta(g);
		break;
	default:
		call_loop(g);
		break;
	}
}

static void begin(struct gen *g)
{
	for (u32 i = 0; i < REGS; i++)
		g->regs[i] = H_NONE;
	for (u32 i = 0; i < SLOTS; i++)
		g->slots[i] = H_NONE;
	g->regs[R6] = H_CTX;
	EMIT(MOVR(R6, R1), MOV(R9, 0));
}

/* Leaves; always fits, whatever was cut off before. */
static void end(struct gen *g)
{
	static const struct bpf_insn leave[] = {MOV(R0, 0), EXIT()};

	memcpy(g->insns + g->cnt, leave, sizeof(leave));
	g->cnt += ARRAY_SIZE(leave);
}

static void label(struct gen *g, u32 n)
{
	g->insns[g->cnt++] = (struct bpf_insn)L((s32)n);
}

/* In a function other than the first the way out is another one. */
static void redirect_outs(struct gen *g, u32 from, s16 to)
{
	for (u32 i = from; i < g->cnt; i++) {
		u8 class = BPF_CLASS(g->insns[i].code);

		if ((class == BPF_JMP || class == BPF_JMP32) && g->insns[i].off == TO(OUT))
			g->insns[i].off = to;
	}
}

/* callee(ctx, number) at label 60, its way out at 61. */
static void callee(struct gen *g)
{
	u32 from = g->cnt;

	label(g, 60);
	begin(g);
	EMIT(MOVR(R7, R2), JMP(JEQ, R2, 4711, TO(OUT)));
	g->regs[R7] = g->regs[R2] = H_NUMBER;
	statements(g, 1 + below(g, 4));
	if (chance(g, 50))
		EMIT(MOVR(R0, R7), EXIT());
	else
		end(g);
	redirect_outs(g, from, TO(61));
	label(g, 61);
	end(g);
}

/* callback(index, stack) at label 62, its way out at 63. */
static void callback(struct gen *g)
{
	u32 from = g->cnt;

	label(g, 62);
	begin(g);
	EMIT(LDX(DW, R6, R2, 0), MOVR(R7, R1), MOVR(R8, R2), JMP(JEQ, R7, 4711, TO(OUT)));
	g->regs[R7] = g->regs[R1] = H_NUMBER;
	g->regs[R8] = g->regs[R2] = H_STACK;
	statements(g, 1 + below(g, 4));
	end(g);
	redirect_outs(g, from, TO(63));
	label(g, 63);
	g->insns[g->cnt++] = (struct bpf_insn)MOV(R0, 1);
	g->insns[g->cnt++] = (struct bpf_insn)EXIT();
}

void generate(struct generated *program, u64 seed)
{
	struct gen gen = {.insns = program->insns}, *g = &gen;
	struct test_func *func = program->test.funcs;

	random_seed(&g->random, seed);
	memset(program, 0, sizeof(*program));
	snprintf(program->name, sizeof(program->name), "seed %llu", (unsigned long long)seed);
	g->shared_map = (u8)below(g, 6);
	begin(g);
	/* A jump to the way out, so that it is always reachable. */
	EMIT(LDX(W, R2, R1, CTX_IFINDEX), JMP(JEQ, R2, 4711, TO(OUT)));
	statements(g, 6 + below(g, 14));
	end(g);
	label(g, OUT);
	end(g);

	bool global = chance(g, 30);

	g->depth = 3; /* no calls from here on */
	g->in_function = true;
	if (g->calls || g->calls_back)
		*func++ = (struct test_func){"main", 0, .arg_cnt = 1, .args = {{PROG_ARG_CTX, 0}}};
	if (g->calls) {
		callee(g);
		*func++ = (struct test_func){"callee", TO(60), global, .arg_cnt = 2,
					     .args = {{PROG_ARG_CTX, 0}, {PROG_ARG_SCALAR, 0}}};
	}
	if (g->calls_back) {
		callback(g);
		*func = (struct test_func){"callback", TO(62), .arg_cnt = 2,
					   .args = {{PROG_ARG_SCALAR, 0}, {PROG_ARG_MEM, 8}}};
	}
	program->test.name = program->name;
	program->test.insns = program->insns;
	program->test.insn_cnt = g->cnt;
}
