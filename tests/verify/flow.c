/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flow.c - the shape of programs: loops and when they end, ways that join, exits, and what is no
 * program at all.
 */
#include <string.h>

#include "phrases.h"

/* clang-format off */

static const struct verify_test loops[] = {
	{
		.name = "ten turns",
		.expect = "ok",
		INSNS(MOV(R0, 0), L(1), ALU(ADD, R0, 1), JMP(JLT, R0, 10, TO(1)), EXIT()),
	},
	{
		.name = "a hundred thousand turns",
		.expect = "ok",
		INSNS(MOV(R0, 0), L(1), ALU(ADD, R0, 1), JMP(JLT, R0, 100000, TO(1)), EXIT()),
	},
	{
		.name = "no way out",
		.expect = "EINVAL unreachable insn 2",
		INSNS(MOV(R0, 0), L(1), JA(TO(1)), EXIT()),
	},
	{
		.name = "no way out that is seen",
		.expect = "EINVAL old state: R0=0 R1=ctx() R2=1 R10=fp0",
		.skiff = "EINVAL infinite loop detected at insn 1", /* before Linux's dump */
		INSNS(MOV(R0, 0), L(1), MOV(R2, 1), JMP(JEQ, R2, 1, TO(1)), EXIT()),
	},
	{
		.name = "turns that depend on an unknown number",
		.expect = "EINVAL old state: R0=0 R1=ctx() R2=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R3=scalar(smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)) R10=fp0",
		.skiff = "EINVAL infinite loop detected at insn 2", /* before Linux's dump */
		INSNS(LDX(W, R2, R1, 0), MOV(R0, 0), L(1), LDX(W, R3, R1, 0), JMPR(JNE, R2, R3, TO(1)), EXIT()),
	},
	{
		.name = "up to an unknown number",
		.expect = "E2BIG BPF program is too large. Processed 1000001 insn",
		INSNS(LDX(W, R2, R1, 0), MOV(R0, 0), L(1), ALU(ADD, R0, 1), JMPR(JLT, R0, R2, TO(1)), EXIT()),
	},
	{
		.name = "up to an unknown number that is bounded",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 63), MOV(R0, 0), L(1), ALU(ADD, R0, 1), JMPR(JLT, R0, R2, TO(1)), EXIT()),
	},
	{
		.name = "down to zero",
		.expect = "ok",
		INSNS(MOV(R0, 50), L(1), ALU(ADD, R0, -1), JMP(JNE, R0, 0, TO(1)), EXIT()),
	},
	{
		.name = "a branch on an unknown number each turn",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R7, 0), L(1), LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, TO(2)), LDX(W, R2, R6, 8), L(2), ALU(ADD, R7, 1),
		      JMP(JLT, R7, 100, TO(1)), DONE()),
	},
	{
		.name = "a branch that counts each turn",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R7, 0), MOV(R8, 0), L(1), LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, TO(2)), ALU(ADD, R8, 1), L(2), ALU(ADD, R7, 1),
		      JMP(JLT, R7, 20, TO(1)), JMP(JEQ, R8, 50, TO(3)), DONE(), L(3), LDX(W, R0, R9, 0), EXIT()),
	},
	{
		.name = "1,200 clones and a branch on the result of each",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R7, 0), MOV(R8, 0), L(1), CLONE(), JMP(JEQ, R0, 0, TO(2)), MOV(R8, 1), L(2), ALU(ADD, R7, 1),
		      JMP(JLT, R7, 1200, TO(1)), MOVR(R0, R8), EXIT()),
	},
	{
		.name = "1,200 clones, the failures counted",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R7, 0), MOV(R8, 0), L(1), CLONE(), JMP(JEQ, R0, 0, TO(2)), ALU(ADD, R8, 1), L(2), ALU(ADD, R7, 1),
		      JMP(JLT, R7, 1200, TO(1)), MOVR(R0, R8), EXIT()),
	},
	{
		.name = "1,200 clones until the first failure",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R7, 0), L(1), CLONE(), JMP(JNE, R0, 0, TO(2)), ALU(ADD, R7, 1), JMP(JLT, R7, 1200, TO(1)), L(2), MOVR(R0, R7), EXIT()),
	},
	{
		.name = "a loop in a loop",
		.expect = "ok",
		INSNS(MOV(R6, 0), L(1), MOV(R7, 0), L(2), ALU(ADD, R7, 1), JMP(JLT, R7, 30, TO(2)), ALU(ADD, R6, 1), JMP(JLT, R6, 30, TO(1)), DONE()),
	},
	{
		.name = "over the bytes of the packet",
		.expect = "ok",
		INSNS(PACKET(64), MOV(R0, 0), MOV(R3, 0), L(1), MOVR(R4, R7), ALUR(ADD, R4, R3), LDX(B, R5, R4, 0), ALUR(ADD, R0, R5), ALU(ADD, R3, 1),
		      JMP(JLT, R3, 64, TO(1)), EXIT()),
	},
	{
		.name = "over the bytes of the packet, one too far",
		.expect = "EACCES R4 offset is outside of the packet",
		INSNS(PACKET(64), MOV(R0, 0), MOV(R3, 0), L(1), MOVR(R4, R7), ALUR(ADD, R4, R3), LDX(B, R5, R4, 0), ALUR(ADD, R0, R5), ALU(ADD, R3, 1),
		      JMP(JLT, R3, 65, TO(1)), EXIT()),
	},
	{
		.name = "comparing with data_end each turn",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOV(R0, 0), MOV(R3, 0), L(1), MOVR(R4, R7), ALU(ADD, R4, 4), JMPR(JGT, R4, R8, TO(2)), LDX(W, R5, R7, 0),
		      MOVR(R7, R4), ALU(ADD, R3, 1), JMP(JLT, R3, 100, TO(1)), L(2), EXIT()),
	},
	{
		.name = "may_goto",
		.expect = "ok",
		.skiff = "EINVAL skiff does not have may_goto yet",
		INSNS(MOV(R0, 0), L(1), MAY_GOTO(TO(2)), ALU(ADD, R0, 1), JA(TO(1)), L(2), EXIT()),
	},
};
VERIFY_GROUP(loops, loops)

/* As long as a program may be, and one longer. */
static u32 fill_long(struct bpf_insn *insns, u32 cnt)
{
	static const struct bpf_insn set = MOV(R0, 0), leave = EXIT();

	for (u32 i = 0; i < cnt - 1; i++)
		insns[i] = set;
	insns[cnt - 1] = leave;
	return cnt;
}

static u32 fill_million(struct bpf_insn *insns)
{
	return fill_long(insns, 1000000);
}

static u32 fill_million_and_one(struct bpf_insn *insns)
{
	return fill_long(insns, 1000001);
}

/* A branch on an unknown number in front of each of @cnt instructions that tell the ways apart. */
static u32 fill_ways(struct bpf_insn *insns, u32 cnt)
{
	static const struct bpf_insn begin[] = {MOVR(R6, R1), MOV(R0, 0)};
	static const struct bpf_insn way[] = {LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, 1), ALU(ADD, R0, 1)};
	static const struct bpf_insn end[] = {EXIT()};
	u32 n = ARRAY_SIZE(begin);

	memcpy(insns, begin, sizeof(begin));
	for (u32 i = 0; i < cnt; i++, n += ARRAY_SIZE(way))
		memcpy(insns + n, way, sizeof(way));
	memcpy(insns + n, end, sizeof(end));
	return n + 1;
}

static u32 fill_thousand_ways(struct bpf_insn *insns)
{
	return fill_ways(insns, 1000);
}

/* The same where the number of ways matters in the end, so that none of them may be left out. */
static u32 fill_ways_that_matter(struct bpf_insn *insns)
{
	static const struct bpf_insn end[] = {MOVR(R2, R10), ALUR(ADD, R2, R0), ST(B, R2, -512, 0), EXIT()};
	u32 n = fill_ways(insns, 400) - 1;

	memcpy(insns + n, end, sizeof(end));
	return n + ARRAY_SIZE(end);
}

/* Jumps on numbers of which nothing is known, each with a way that waits while the rest is followed. */
static u32 fill_waiting(struct bpf_insn *insns, u32 cnt)
{
	static const struct bpf_insn way[] = {LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, 0)}, end[] = {DONE()};
	u32 n = 0;

	for (u32 i = 0; i < cnt; i++, n += ARRAY_SIZE(way))
		memcpy(insns + n, way, sizeof(way));
	memcpy(insns + n, end, sizeof(end));
	return n + ARRAY_SIZE(end);
}

static u32 fill_waiting_8192(struct bpf_insn *insns)
{
	return fill_waiting(insns, 8192);
}

static u32 fill_waiting_8193(struct bpf_insn *insns)
{
	return fill_waiting(insns, 8193);
}

static const struct verify_test sizes[] = {
	{
		.name = "a million instructions",
		.expect = "ok",
		.fill = fill_million,
	},
	{
		.name = "a million and one",
		.expect = "E2BIG",
		.fill = fill_million_and_one,
	},
	{
		.name = "a thousand branches that join",
		.expect = "ok",
		.fill = fill_thousand_ways,
	},
	{
		.name = "four hundred branches that all matter",
		.expect = "ok",
		.fill = fill_ways_that_matter,
	},
	{
		.name = "8192 ways that wait",
		.expect = "ok",
		.fill = fill_waiting_8192,
	},
	{
		.name = "8193 ways that wait",
		.expect = "EFAULT The sequence of 8193 jumps is too complex.",
		.fill = fill_waiting_8193,
	},
};
VERIFY_GROUP(program_sizes, sizes)

static const struct verify_test joins[] = {
	{
		.name = "a register set on one way only",
		.expect = "EACCES R3 !read_ok",
		INSNS(LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOV(R3, 1), L(1), MOVR(R0, R3), EXIT()),
	},
	{
		.name = "a register set on both",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOV(R3, 1), JA(TO(2)), L(1), MOV(R3, 2), L(2), MOVR(R0, R3), EXIT()),
	},
	{
		.name = "a pointer on one way, a number on the other",
		.expect = "EACCES R6 invalid mem access 'scalar'",
		INSNS(MOVR(R6, R1), LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOV(R6, 1), L(1), LDX(W, R0, R6, 0), EXIT()),
	},
	{
		.name = "not read after the join",
		.expect = "ok",
		INSNS(MOVR(R6, R1), LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOV(R6, 1), L(1), DONE()),
	},
	{
		.name = "the context and the stack through one instruction",
		.expect = "EINVAL same insn cannot be used with different pointers",
		INSNS(MOVR(R6, R1), ST(DW, R10, -8, 0), LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOVR(R6, R10), ALU(ADD, R6, -8), L(1),
		      LDX(W, R0, R6, 0), EXIT()),
	},
	{
		.name = "the packet and the stack through one instruction",
		.expect = "ok",
		INSNS(PACKET(14), ST(DW, R10, -8, 0), LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, TO(1)), MOVR(R7, R10), ALU(ADD, R7, -8), L(1),
		      LDX(W, R0, R7, 0), EXIT()),
	},
	{
		.name = "two maps through one instruction",
		.expect = "ok",
		INSNS(LDX(W, R6, R1, 0), ST(W, R10, -4, 0), JMP(JEQ, R6, 0, TO(1)), LD_MAP(R1, MAP_HASH), JA(TO(2)), L(1), LD_MAP(R1, MAP_LRU), L(2),
		      MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "different bounds on two ways, the first narrower",
		.expect = "EACCES R0 max value is outside of the allowed memory range",
		INSNS(LDX(W, R6, R1, 0), LDX(W, R7, R1, 8), JMP(JNE, R7, 0, TO(1)), ALU(AND, R6, 15), JA(TO(2)), L(1), ALU(AND, R6, 31), L(2),
		      VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "different bounds on two ways, both narrow enough",
		.expect = "ok",
		INSNS(LDX(W, R6, R1, 0), LDX(W, R7, R1, 8), JMP(JNE, R7, 0, TO(1)), ALU(AND, R6, 15), JA(TO(2)), L(1), ALU(AND, R6, 7), L(2),
		      VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "different constants on two ways, one of them bad",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(LDX(W, R7, R1, 8), MOV(R6, 4), JMP(JNE, R7, 0, TO(1)), MOV(R6, 16), L(1),
		      VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "different spilled constants on two ways, one of them bad",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(LDX(W, R7, R1, 8), ST(DW, R10, -16, 4), JMP(JNE, R7, 0, TO(1)), ST(DW, R10, -16, 16), L(1),
		      VALUE(MAP_HASH), LDX(DW, R6, R10, -16), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a lock held on one way only",
		.expect = "EINVAL bpf_spin_unlock without taking a lock",
		INSNS(LDX(W, R7, R1, 8), VALUE(MAP_LOCKED), MOVR(R6, R0), MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF), JMP(JEQ, R7, 0, TO(1)), CALL(spin_lock), L(1),
		      MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock), DONE()),
	},
	{
		.name = "a record held on one way only",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(LDX(W, R7, R1, 8), MOV(R6, 0), JMP(JEQ, R7, 0, TO(1)), RESERVE(8), MOVR(R6, R0), L(1), JMP(JEQ, R7, 1, TO(2)), JMP(JEQ, R6, 0, TO(2)),
		      DISCARD(R6), L(2), DONE()),
	},
};
VERIFY_GROUP(joins, joins)

static const struct verify_test exits[] = {
	{
		.name = "r0 never set",
		.expect = "EACCES R0 !read_ok",
		INSNS(EXIT()),
	},
	{
		.name = "r0 set on one way only",
		.expect = "EACCES R0 !read_ok",
		INSNS(LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, TO(1)), MOV(R0, 0), L(1), EXIT()),
	},
	{
		.name = "any number",
		.expect = "ok",
		INSNS(LDX(DW, R0, R1, CTX_TSTAMP), EXIT()),
	},
	{
		.name = "a number beyond every verdict",
		.expect = "ok",
		INSNS(MOV(R0, 0x7fffffff), EXIT()),
	},
	{
		.name = "the context",
		.expect = "ok",
		INSNS(MOVR(R0, R1), EXIT()),
	},
	{
		.name = "the stack",
		.expect = "ok",
		INSNS(MOVR(R0, R10), EXIT()),
	},
	{
		.name = "the stack, without CAP_PERFMON",
		.expect = "EACCES R0 leaks addr as return value",
		.unprivileged = true,
		INSNS(MOVR(R0, R10), EXIT()),
	},
	{
		.name = "a map, without CAP_PERFMON",
		.expect = "EACCES R0 leaks addr as return value",
		.unprivileged = true,
		INSNS(LD_MAP(R0, MAP_HASH), EXIT()),
	},
	{
		.name = "any number on LWT_IN",
		.expect = "ok",
		.type = BPF_PROG_TYPE_LWT_IN,
		INSNS(LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "any number on LWT_OUT",
		.expect = "ok",
		.type = BPF_PROG_TYPE_LWT_OUT,
		INSNS(MOV(R0, -1), EXIT()),
	},
	{
		.name = "any number on LWT_XMIT",
		.expect = "ok",
		.type = BPF_PROG_TYPE_LWT_XMIT,
		INSNS(MOV(R0, 4711), EXIT()),
	},
	{
		.name = "any number on SCHED_ACT",
		.expect = "ok",
		.type = BPF_PROG_TYPE_SCHED_ACT,
		INSNS(MOV(R0, 4711), EXIT()),
	},
	{
		.name = "no exit",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(MOV(R0, 0)),
	},
	{
		.name = "a call at the end",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(CALL(ktime_get_ns)),
	},
	{
		.name = "a jump at the end",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(MOV(R0, 0), JMP(JEQ, R0, 0, TO(1)), L(1), EXIT(), JMP(JEQ, R0, 0, -2)),
	},
	{
		.name = "an unconditional jump back at the end",
		.expect = "ok",
		INSNS(JA(TO(2)), L(1), EXIT(), L(2), MOV(R0, 0), JA(TO(1))),
	},
	{
		.name = "an unreachable instruction",
		.expect = "EINVAL unreachable insn 2",
		INSNS(MOV(R0, 0), EXIT(), EXIT()),
	},
	{
		.name = "an unreachable way",
		.expect = "ok",
		INSNS(MOV(R0, 0), JMP(JEQ, R0, 0, TO(1)), MOVR(R0, R9), L(1), EXIT()),
	},
	{
		.name = "a jump out of the program",
		.expect = "EINVAL jump out of range from insn 1 to 7",
		INSNS(MOV(R0, 0), JMP(JEQ, R0, 0, 5), EXIT()),
	},
	{
		.name = "a jump before the program",
		.expect = "EINVAL jump out of range from insn 1 to -3",
		INSNS(MOV(R0, 0), JMP(JEQ, R0, 0, -5), EXIT()),
	},
	{
		.name = "a jump into a wide instruction",
		.expect = "EINVAL unreachable insn 1",
		INSNS(JA(1), LD_IMM64(R0, 0), EXIT()),
	},
	{
		.name = "a wide instruction cut off",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(MOV(R0, 0), INSN(BPF_LD | BPF_IMM | BPF_DW, R0, 0, 0, 0)),
	},
};
VERIFY_GROUP(exits, exits)

static const struct verify_test form[] = {
	{
		.name = "an opcode that does not exist",
		.expect = "EINVAL unknown opcode ef",
		INSNS(INSN(0xff - 0x10, 0, 0, 0, 0), DONE()),
	},
	{
		.name = "opcode zero",
		.expect = "EINVAL unknown opcode 00",
		INSNS(INSN(0, 0, 0, 0, 0), DONE()),
	},
	{
		.name = "MOV with an offset",
		.expect = "EINVAL BPF_MOV uses reserved fields",
		INSNS(INSN(BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 1, 0), EXIT()),
	},
	{
		.name = "MOV of a register with an immediate",
		.expect = "EINVAL BPF_MOV uses reserved fields",
		INSNS(INSN(BPF_ALU64 | BPF_MOV | BPF_X, R0, R1, 0, 1), EXIT()),
	},
	{
		.name = "MOV of an immediate with a source",
		.expect = "EINVAL BPF_MOV uses reserved fields",
		INSNS(INSN(BPF_ALU64 | BPF_MOV | BPF_K, R0, R1, 0, 1), EXIT()),
	},
	{
		.name = "a cast between address spaces",
		.expect = "EINVAL addr_space_cast insn can only be used in a program that has an associated arena",
		INSNS(MOV(R1, 0), INSN(BPF_ALU64 | BPF_MOV | BPF_X, R0, R1, 1, 1), EXIT()),
	},
	{
		.name = "EXIT with an offset",
		.expect = "ok",
		INSNS(MOV(R0, 0), INSN(BPF_JMP | BPF_EXIT, 0, 0, 1, 0)),
	},
	{
		.name = "MOVSX by nine bits",
		.expect = "EINVAL BPF_MOV uses reserved fields",
		INSNS(MOVSX(R0, R1, 9), EXIT()),
	},
	{
		.name = "a 32-bit MOVSX of 32 bits",
		.expect = "EINVAL BPF_MOV uses reserved fields",
		INSNS(MOV(R1, 0), MOVSX32(R0, R1, 32), EXIT()),
	},
	{
		.name = "ADD with an offset",
		.expect = "EINVAL BPF_ALU uses reserved fields",
		INSNS(MOV(R0, 0), INSN(BPF_ALU64 | BPF_ADD | BPF_K, R0, 0, 1, 0), EXIT()),
	},
	{
		.name = "signed division",
		.expect = "ok",
		INSNS(MOV(R0, 8), SALU(DIV, R0, -2), EXIT()),
	},
	{
		.name = "division with another offset",
		.expect = "EINVAL BPF_ALU uses reserved fields",
		INSNS(MOV(R0, 8), INSN(BPF_ALU64 | BPF_DIV | BPF_K, R0, 0, 2, 2), EXIT()),
	},
	{
		.name = "division by zero",
		.expect = "EINVAL div by zero",
		INSNS(MOV(R0, 8), ALU(DIV, R0, 0), EXIT()),
	},
	{
		.name = "remainder by zero",
		.expect = "EINVAL div by zero",
		INSNS(MOV(R0, 8), ALU32(MOD, R0, 0), EXIT()),
	},
	{
		.name = "division by a register that is zero",
		.expect = "ok",
		INSNS(MOV(R0, 8), MOV(R2, 0), ALUR(DIV, R0, R2), EXIT()),
	},
	{
		.name = "a shift by 64",
		.expect = "EINVAL invalid shift 64",
		INSNS(MOV(R0, 8), ALU(LSH, R0, 64), EXIT()),
	},
	{
		.name = "a 32-bit shift by 32",
		.expect = "EINVAL invalid shift 32",
		INSNS(MOV(R0, 8), ALU32(RSH, R0, 32), EXIT()),
	},
	{
		.name = "a shift by a negative number",
		.expect = "EINVAL invalid shift -1",
		INSNS(MOV(R0, 8), ALU(ARSH, R0, -1), EXIT()),
	},
	{
		.name = "a shift by a register that is too large",
		.expect = "ok",
		INSNS(MOV(R0, 8), MOV(R2, 64), ALUR(LSH, R0, R2), EXIT()),
	},
	{
		.name = "NEG with a source",
		.expect = "EINVAL BPF_NEG uses reserved fields",
		INSNS(MOV(R0, 8), INSN(BPF_ALU64 | BPF_NEG, R0, R1, 0, 0), EXIT()),
	},
	{
		.name = "a byte swap of 24 bits",
		.expect = "EINVAL BPF_END uses reserved fields",
		INSNS(MOV(R0, 8), END_BE(R0, 24), EXIT()),
	},
	{
		.name = "an unconditional byte swap",
		.expect = "ok",
		INSNS(MOV(R0, 8), BSWAP(R0, 32), EXIT()),
	},
	{
		.name = "a jump with a source and an immediate",
		.expect = "EINVAL BPF_JMP/JMP32 uses reserved fields",
		INSNS(MOV(R0, 0), INSN(BPF_JMP | BPF_JEQ | BPF_X, R0, R0, 0, 1), EXIT()),
	},
	{
		.name = "JA with a register",
		.expect = "EINVAL BPF_JA uses reserved fields",
		INSNS(MOV(R0, 0), INSN(BPF_JMP | BPF_JA, R1, 0, 0, 0), EXIT()),
	},
	{
		.name = "a long jump",
		.expect = "ok",
		INSNS(MOV(R0, 0), INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, 1), EXIT(), JA(-2)),
	},
	{
		.name = "a long jump with a short offset",
		.expect = "EINVAL BPF_JA uses reserved fields",
		INSNS(MOV(R0, 0), INSN(BPF_JMP32 | BPF_JA, 0, 0, 1, 1), EXIT(), JA(-2)),
	},
	{
		.name = "EXIT with a register",
		.expect = "EINVAL BPF_EXIT uses reserved fields",
		INSNS(MOV(R0, 0), INSN(BPF_JMP | BPF_EXIT, R1, 0, 0, 0)),
	},
	{
		.name = "CALL with an offset",
		.expect = "EINVAL BPF_CALL uses reserved fields",
		INSNS(INSN(BPF_JMP | BPF_CALL, 0, 0, 1, BPF_FUNC_ktime_get_ns), EXIT()),
	},
	{
		.name = "CALL with a destination",
		.expect = "EINVAL BPF_CALL uses reserved fields",
		INSNS(INSN(BPF_JMP | BPF_CALL, R1, 0, 0, BPF_FUNC_ktime_get_ns), EXIT()),
	},
	{
		.name = "LDX with an immediate",
		.expect = "EINVAL BPF_LDX uses reserved fields",
		INSNS(INSN(BPF_LDX | BPF_MEM | BPF_W, R0, R1, 0, 1), EXIT()),
	},
	{
		.name = "a sign-extending load of eight bytes",
		.expect = "EINVAL unknown opcode 99",
		INSNS(ST(DW, R10, -8, 0), LDSX(DW, R0, R10, -8), EXIT()),
	},
	{
		.name = "ST with a source",
		.expect = "EINVAL BPF_ST uses reserved fields",
		INSNS(INSN(BPF_ST | BPF_MEM | BPF_W, R10, R1, -4, 1), DONE()),
	},
	{
		.name = "STX with an immediate",
		.expect = "EINVAL BPF_STX uses reserved fields",
		INSNS(INSN(BPF_STX | BPF_MEM | BPF_DW, R10, R1, -8, 1), DONE()),
	},
	{
		.name = "LD_IMM64 with an offset",
		.expect = "EINVAL BPF_LD_IMM64 uses reserved fields",
		INSNS(INSN(BPF_LD | BPF_IMM | BPF_DW, R0, 0, 1, 0), INSN(0, 0, 0, 0, 0), EXIT()),
	},
	{
		.name = "LD_IMM64 with a second half that is not",
		.expect = "EINVAL invalid bpf_ld_imm64 insn",
		INSNS(INSN(BPF_LD | BPF_IMM | BPF_DW, R0, 0, 0, 0), INSN(BPF_ALU64 | BPF_MOV, 0, 0, 0, 0), EXIT()),
	},
	{
		.name = "LD_IMM64 with a source that means nothing",
		.expect = "EINVAL unrecognized bpf_ld_imm64 insn",
		INSNS(LD2(R0, 9, 0, 0), EXIT()),
	},
	{
		.name = "an unknown helper",
		.expect = "EINVAL invalid func unknown#9999",
		INSNS(CALL_ID(9999), EXIT()),
	},
	{
		.name = "helper zero",
		.expect = "EINVAL program of this type cannot use helper bpf_unspec#0",
		INSNS(CALL_ID(0), EXIT()),
	},
	{
		.name = "a negative helper",
		.expect = "EINVAL invalid func unknown#-1",
		INSNS(CALL_ID(-1), EXIT()),
	},
	{
		.name = "a helper that another type has",
		.expect = "EINVAL program of this type cannot use helper bpf_xdp_adjust_head#44",
		INSNS(CALL(xdp_adjust_head), EXIT()),
	},
	{
		.name = "a call with a source that means nothing",
		.expect = "EINVAL BPF_CALL uses reserved fields",
		INSNS(INSN(BPF_JMP | BPF_CALL, 0, 3, 0, 1), EXIT()),
	},
	{
		.name = "a GPL helper from a proprietary program",
		.expect = "EINVAL cannot call GPL-restricted function from non-GPL compatible program",
		.proprietary = true,
		INSNS(ST(DW, R10, -8, 0), MOVR(R1, R10), ALU(ADD, R1, -8), MOV(R2, 8), CALL(trace_printk), EXIT()),
	},
	{
		.name = "a GPL helper from a proprietary program, never reached",
		.expect = "ok",
		.proprietary = true,
		INSNS(MOV(R0, 0), JMP(JEQ, R0, 0, TO(1)), CALL(trace_printk), L(1), EXIT()),
	},
	{
		.name = "two's complement of a pointer, without CAP_PERFMON",
		.expect = "EACCES R1 pointer arithmetic prohibited",
		.unprivileged = true,
		INSNS(NEG(R1), DONE()),
	},
	{
		.name = "a read of an unset register",
		.expect = "EACCES R2 !read_ok",
		INSNS(ALU(ADD, R2, 1), DONE()),
	},
	{
		.name = "a comparison of an unset register",
		.expect = "EACCES R2 !read_ok",
		INSNS(MOV(R0, 0), JMPR(JEQ, R0, R2, 0), EXIT()),
	},
	{
		.name = "a comparison of pointers, without CAP_PERFMON",
		.expect = "EACCES R10 pointer comparison prohibited",
		.unprivileged = true,
		INSNS(MOV(R0, 0), JMPR(JEQ, R1, R10, 0), EXIT()),
	},
	{
		.name = "a comparison of a pointer with a number, without CAP_PERFMON",
		.expect = "EACCES R10 pointer comparison prohibited",
		.unprivileged = true,
		INSNS(MOV(R0, 0), JMP(JEQ, R10, 5, 0), EXIT()),
	},
	{
		.name = "a comparison of pointers",
		.expect = "ok",
		INSNS(MOV(R0, 0), JMPR(JEQ, R1, R10, 0), EXIT()),
	},
};
VERIFY_GROUP(encodings, form)
