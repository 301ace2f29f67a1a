/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * numbers.c - what is known of numbers, seen through what it allows: each program ends by adding a
 * number to a pointer to 16 bytes and reading there.
 */
#include "phrases.h"

/* clang-format off */

/* r7 = 32 unknown bits, r8 = 64, r9 = a value of 16 bytes; the jump tells nothing, and makes L(9) reachable */
#define BEGIN() \
	LDX(W, R7, R1, 0), LDX(DW, R8, R1, CTX_TSTAMP), VALUE(MAP_HASH), MOVR(R9, R0), \
	JMP(JEQ, R7, 4711, TO(9))
/* read the byte at r9 + @reg + @off; L(9) leaves */
#define READ(reg, off) ALUR(ADD, R9, reg), LDX(B, R0, R9, off), EXIT(), L(9), DONE()

static const struct verify_test bounds[] = {
	{
		.name = "AND",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), READ(R8, 0)),
	},
	{
		.name = "AND, one past",
		.expect = "EACCES R9 max value is outside of the allowed memory range",
		INSNS(BEGIN(), ALU(AND, R8, 15), READ(R8, 1)),
	},
	{
		.name = "AND with a bounded register",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R7, 15), ALUR(AND, R8, R7), READ(R8, 0)),
	},
	{
		.name = "32-bit AND",
		.expect = "ok",
		INSNS(BEGIN(), ALU32(AND, R8, 15), READ(R8, 0)),
	},
	{
		.name = "right shift",
		.expect = "ok",
		INSNS(BEGIN(), ALU(RSH, R8, 60), READ(R8, 0)),
	},
	{
		.name = "32-bit right shift",
		.expect = "ok",
		INSNS(BEGIN(), ALU32(RSH, R8, 28), READ(R8, 0)),
	},
	{
		.name = "right shift by a bounded number",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), ALU(AND, R7, 1), ALU(OR, R7, 60), ALUR(RSH, R8, R7), READ(R8, 0)),
	},
	{
		.name = "right shift by a constant in a register",
		.expect = "ok",
		INSNS(BEGIN(), MOV(R7, 60), ALUR(RSH, R8, R7), READ(R8, 0)),
	},
	{
		.name = "left and right shift",
		.expect = "ok",
		INSNS(BEGIN(), ALU(LSH, R8, 60), ALU(RSH, R8, 60), READ(R8, 0)),
	},
	{
		.name = "arithmetic right shift",
		.expect = "EACCES R9 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(BEGIN(), ALU(ARSH, R8, 60), READ(R8, 0)),
	},
	{
		.name = "sign extension by shifts",
		.expect = "ok",
		INSNS(BEGIN(), JMP32(JSGT, R7, 15, TO(9)), JMP32(JSLT, R7, 0, TO(9)), ALU(LSH, R7, 32), ALU(ARSH, R7, 32), READ(R7, 0)),
	},
	{
		.name = "division by a constant",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), ALU(AND, R8, 255), ALU(DIV, R8, 17), READ(R8, 0)),
	},
	{
		.name = "remainder by a constant",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), ALU(MOD, R8, 16), READ(R8, 0)),
	},
	{
		.name = "32-bit remainder by a constant",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), ALU32(MOD, R8, 16), READ(R8, 0)),
	},
	{
		.name = "multiplication",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 3), ALU(MUL, R8, 5), READ(R8, 0)),
	},
	{
		.name = "multiplication, one past",
		.expect = "EACCES R9 max value is outside of the allowed memory range",
		INSNS(BEGIN(), ALU(AND, R8, 3), ALU(MUL, R8, 5), READ(R8, 1)),
	},
	{
		.name = "addition of two bounded numbers",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 7), ALU(AND, R7, 7), ALUR(ADD, R8, R7), READ(R8, 1)),
	},
	{
		.name = "subtraction that cannot go below zero",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 7), MOV(R3, 7), ALUR(SUB, R3, R8), READ(R3, 8)),
	},
	{
		.name = "subtraction that may go below zero",
		.expect = "EACCES R9 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(BEGIN(), ALU(AND, R8, 7), MOV(R3, 6), ALUR(SUB, R3, R8), READ(R3, 0)),
	},
	{
		.name = "OR",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 8), ALU(AND, R7, 7), ALUR(OR, R8, R7), READ(R8, 0)),
	},
	{
		.name = "XOR",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 12), ALU(XOR, R8, 3), READ(R8, 0)),
	},
	{
		.name = "negation",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 7), NEG(R8), ALU(ADD, R8, 7), READ(R8, 8)),
	},
	{
		.name = "32-bit negation",
		.expect = "EACCES R9 unbounded memory access, make sure to bounds check any such access",
		INSNS(BEGIN(), ALU(AND, R8, 7), NEG32(R8), READ(R8, 0)),
	},
	{
		.name = "to little-endian of 16 bits",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), END_LE(R8, 16), READ(R8, 0)),
	},
	{
		.name = "to big-endian of 16 bits",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), END_BE(R8, 16), ALU(RSH, R8, 8), READ(R8, 0)),
	},
	{
		.name = "swapped twice",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), BSWAP(R8, 64), BSWAP(R8, 64), READ(R8, 0)),
	},
	{
		.name = "an unsigned comparison",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JGE, R8, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "an unsigned comparison, one past",
		.expect = "EACCES R9 max value is outside of the allowed memory range",
		INSNS(BEGIN(), JMP(JGT, R8, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a signed comparison alone",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), JMP(JSGE, R8, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a signed comparison of 32 unsigned bits",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JSGE, R7, 16, TO(9)), READ(R7, 0)),
	},
	{
		.name = "a 32-bit comparison of 32 bits",
		.expect = "ok",
		INSNS(BEGIN(), JMP32(JGE, R7, 16, TO(9)), READ(R7, 0)),
	},
	{
		.name = "a 32-bit comparison of 64 bits",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), JMP32(JGE, R8, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a 32-bit comparison of 64 bits, then a 32-bit move",
		.expect = "ok",
		INSNS(BEGIN(), JMP32(JGE, R8, 16, TO(9)), MOV32R(R8, R8), READ(R8, 0)),
	},
	{
		.name = "a 32-bit signed comparison from both sides",
		.expect = "ok",
		INSNS(BEGIN(), JMP32(JSGE, R7, 16, TO(9)), JMP32(JSLT, R7, 0, TO(9)), READ(R7, 0)),
	},
	{
		.name = "a 32-bit signed comparison from one side",
		.expect = "EACCES R9 unbounded memory access, make sure to bounds check any such access",
		INSNS(BEGIN(), JMP32(JSGE, R7, 16, TO(9)), READ(R7, 0)),
	},
	{
		.name = "a comparison with a bounded register",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R7, 15), JMPR(JGT, R8, R7, TO(9)), READ(R8, 0)),
	},
	{
		.name = "equal to a constant",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JNE, R8, 15, TO(9)), READ(R8, 0)),
	},
	{
		.name = "equal to a bounded register",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R7, 15), JMPR(JNE, R8, R7, TO(9)), READ(R8, 0)),
	},
	{
		.name = "not equal to the upper end",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JGT, R8, 16, TO(9)), JMP(JEQ, R8, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "not equal to the lower end",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JGT, R8, 16, TO(9)), JMP(JEQ, R8, 0, TO(9)), READ(R8, -1)),
	},
	{
		.name = "none of the bits",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JSET, R7, 0x7ffffff0, TO(9)), JMP32(JSLT, R7, 0, TO(9)), READ(R7, 0)),
	},
	{
		.name = "none of the bits, sign-extended",
		.expect = "ok",
		INSNS(BEGIN(), JMP(JSET, R8, -16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "one of the bits",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), JMP(JSET, R8, 8, 2), DONE(), READ(R8, -8)),
	},
	{
		.name = "sign-extending move",
		.expect = "EACCES R9 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(BEGIN(), MOVSX(R8, R8, 8), READ(R8, 0)),
	},
	{
		.name = "sign-extending move of a small number",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), MOVSX(R8, R8, 8), READ(R8, 0)),
	},
	{
		.name = "a zero-extending load",
		.expect = "ok",
		INSNS(BEGIN(), LDX(B, R3, R9, 0), ALU(RSH, R3, 4), READ(R3, 0)),
	},
	{
		.name = "a sign-extending load",
		.expect = "EACCES R9 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(BEGIN(), LDSX(B, R3, R9, 0), ALU(ARSH, R3, 4), READ(R3, 0)),
	},
	{
		.name = "a sign-extending load, moved to be positive",
		.expect = "ok",
		INSNS(BEGIN(), LDSX(B, R3, R9, 0), ALU(ARSH, R3, 4), ALU(ADD, R3, 8), READ(R3, 0)),
	},
	{
		.name = "an atomic add brings an unknown number",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), MOV(R3, 1), ATOMIC(DW, BPF_ADD | BPF_FETCH, R9, 0, R3), READ(R3, 0)),
	},
	{
		.name = "a 32-bit atomic add brings 32 bits",
		.expect = "EACCES R9 unbounded memory access, make sure to bounds check any such access",
		INSNS(BEGIN(), MOV(R3, 1), ATOMIC(W, BPF_ADD | BPF_FETCH, R9, 0, R3), READ(R3, 0)),
	},
	{
		.name = "the sign, as a mask, picks one of two numbers",
		.expect = "ok",
		INSNS(BEGIN(), ALU(ARSH, R8, 63), ALU(AND, R8, 15), READ(R8, 0)),
	},
	{
		.name = "the sign, as a mask, one past",
		.expect = "EACCES R9 min value is outside of the allowed memory range",
		INSNS(BEGIN(), ALU(ARSH, R8, 63), ALU(AND, R8, 16), READ(R8, 0)),
	},
	{
		.name = "the sign, as a mask, through OR",
		.expect = "EACCES R9 min value is outside of the allowed memory range",
		INSNS(BEGIN(), ALU(ARSH, R8, 63), ALU(OR, R8, 15), READ(R8, 0)),
	},
	{
		.name = "the sign, as a mask, through OR, negative ruled out",
		.expect = "ok",
		INSNS(BEGIN(), ALU(ARSH, R8, 63), ALU(OR, R8, 15), JMP(JEQ, R8, -1, TO(9)), READ(R8, 0)),
	},
	{
		.name = "the 32-bit sign, as a mask",
		.expect = "ok",
		INSNS(BEGIN(), ALU32(ARSH, R8, 31), ALU32(AND, R8, 15), READ(R8, 0)),
	},
	{
		.name = "a constant from LD_IMM64",
		.expect = "ok",
		INSNS(BEGIN(), LD_IMM64(R3, 0x10000000fULL), MOV32R(R3, R3), READ(R3, 0)),
	},
	{
		.name = "a constant from LD_IMM64, whole",
		.expect = "EINVAL math between map_value pointer and 4294967311 is not allowed",
		INSNS(BEGIN(), LD_IMM64(R3, 0x10000000fULL), READ(R3, 0)),
	},
	{
		.name = "a 32-bit move of a negative constant",
		.expect = "EINVAL math between map_value pointer and 4294967295 is not allowed",
		INSNS(BEGIN(), MOV32(R3, -1), READ(R3, 0)),
	},
	{
		.name = "a 64-bit move of a negative constant",
		.expect = "EACCES R9 min value is outside of the allowed memory range",
		INSNS(BEGIN(), MOV(R3, -1), READ(R3, 0)),
	},
	{
		.name = "the first byte of the value before which one must not read",
		.expect = "ok",
		INSNS(BEGIN(), MOV(R3, -1), READ(R3, 1)),
	},
	{
		.name = "a constant added in 32 bits that wraps",
		.expect = "ok",
		INSNS(BEGIN(), MOV32(R3, -1), ALU32(ADD, R3, 9), READ(R3, 7)),
	},
	{
		.name = "a clone between bound and use",
		.expect = "ok",
		INSNS(MOVR(R6, R1), LDX(DW, R8, R1, CTX_TSTAMP), ALU(AND, R8, 15), VALUE(MAP_HASH), MOVR(R9, R0), CLONE(), ALUR(ADD, R9, R8), LDX(B, R0, R9, 0), EXIT()),
	},
};
VERIFY_GROUP(number_bounds, bounds)

static const struct verify_test linked[] = {
	{
		.name = "a copy learns from the original",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), JMP(JGE, R8, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "the original learns from a copy",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), JMP(JGE, R3, 16, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a copy that was changed does not",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(XOR, R3, 1), JMP(JGE, R8, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a copy plus a constant learns",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(ADD, R3, 4), JMP(JGE, R8, 12, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a copy plus a constant, one past",
		.expect = "EACCES R9 max value is outside of the allowed memory range",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(ADD, R3, 4), JMP(JGE, R8, 13, TO(9)), READ(R3, 0)),
	},
	{
		.name = "the original learns from a copy plus a constant",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(ADD, R3, 4), JMP(JGE, R3, 20, TO(9)), JMP(JLT, R3, 4, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a copy minus a constant learns",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(SUB, R3, 4), JMP(JGE, R8, 20, TO(9)), JMP(JLT, R8, 4, TO(9)), READ(R3, 0)),
	},
	{
		.name = "two constants added one after the other",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(ADD, R3, 2), ALU(ADD, R3, 2), JMP(JGE, R8, 12, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a copy plus a constant in 32 bits",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R7), ALU32(ADD, R3, 4), JMP(JGE, R7, 12, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a copy of 64 bits plus a constant in 32 bits",
		.expect = "EACCES R9 unbounded memory access, make sure to bounds check any such access",
		INSNS(BEGIN(), MOVR(R3, R8), ALU32(ADD, R3, 4), JMP(JGE, R8, 12, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a 32-bit copy of 32 bits learns",
		.expect = "ok",
		INSNS(BEGIN(), MOV32R(R3, R7), JMP(JGE, R7, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a 32-bit copy of 64 bits does not",
		.expect = "EACCES R9 unbounded memory access, make sure to bounds check any such access",
		INSNS(BEGIN(), MOV32R(R3, R8), JMP(JGE, R8, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a sign-extending copy of a small number learns",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 63), MOVSX(R3, R8, 8), JMP(JGE, R8, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a sign-extending copy of a large number does not",
		.expect = "EACCES R9 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(BEGIN(), ALU(AND, R8, 255), MOVSX(R3, R8, 8), JMP(JGE, R8, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a spilled copy learns",
		.expect = "ok",
		INSNS(BEGIN(), STX(DW, R10, -16, R8), JMP(JGE, R8, 16, TO(9)), LDX(DW, R3, R10, -16), READ(R3, 0)),
	},
	{
		.name = "a copy learns through a 32-bit comparison",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R7), JMP32(JGE, R7, 16, TO(9)), READ(R3, 0)),
	},
	{
		.name = "two copies, one of them compared with the other",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), MOVR(R3, R8), MOVR(R4, R8), JMPR(JNE, R3, R4, TO(9)), READ(R8, 0)),
	},
	{
		.name = "copies on both sides of a comparison learn",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(AND, R7, 15), MOVR(R4, R7), JMPR(JGT, R8, R7, TO(9)), READ(R3, 0)),
	},
	{
		.name = "a copy made before a bound by AND does not",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(BEGIN(), MOVR(R3, R8), ALU(AND, R8, 15), READ(R3, 0)),
	},
	{
		.name = "a register compared with itself",
		.expect = "ok",
		INSNS(BEGIN(), ALU(AND, R8, 15), JMPR(JNE, R8, R8, TO(9)), READ(R8, 0)),
	},
	{
		.name = "a link outlives a call",
		.expect = "ok",
		INSNS(MOVR(R6, R1), LDX(DW, R8, R1, CTX_TSTAMP), MOVR(R7, R8), VALUE(MAP_HASH), MOVR(R9, R0), CLONE(), JMP(JGE, R8, 16, TO(9)), READ(R7, 0)),
	},
	{
		.name = "a link into a subprogram and back",
		.expect = "ok",
		INSNS(BEGIN(), MOVR(R1, R8), CALL_LOCAL(TO(1)), JMP(JEQ, R0, 0, TO(9)), READ(R8, 0), L(1), MOV(R0, 0), JMP(JGE, R1, 16, TO(2)),
		      MOV(R0, 1), L(2), EXIT()),
	},
};
VERIFY_GROUP(linked_numbers, linked)
