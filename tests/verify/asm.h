/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asm.h - instructions as one writes them by hand: the destination first, as in the log.
 *
 *     LDX(W, R2, R1, 76)        r2 = *(u32 *)(r1 + 76)
 *     STX(DW, R10, -8, R2)      *(u64 *)(r10 - 8) = r2
 *     ALU(ADD, R2, 14)          r2 += 14             ALU32: w2 += 14
 *     ALUR(ADD, R2, R3)         r2 += r3             ALU32R: w2 += w3
 *     JMP(JGT, R2, 7, +3)       if r2 > 7 goto +3    JMP32: if w2 > 7
 *     JMPR(JGT, R2, R3, +3)     if r2 > r3 goto +3
 *     CALL(clone_redirect)      call bpf_clone_redirect#13
 *     LD_MAP(R1, MAP_HASH)      r1 = map              two slots, as every LD_ is
 *
 * Jumps count slots from the instruction after them, or go TO(n), the place where L(n) stands;
 * L is no instruction and takes no room. Calls, LD_FUNC and the starts of functions may use TO(n)
 * as well. judge.c puts the numbers in.
 */
#ifndef SKIFF_TESTS_VERIFY_ASM_H
#define SKIFF_TESTS_VERIFY_ASM_H

#include "isa/insn.h"

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

#define LABEL_CODE 0xff /* of L(n): no instruction has it */
#define TO(n) (0x4000 + (n))

/* clang-format off */
#define L(n)                   INSN(LABEL_CODE, 0, 0, 0, n)
#define INSN(c, d, s, o, i) \
	{.code = (u8)(c), .dst_reg = (d), .src_reg = (s), .off = (s16)(o), .imm = (s32)(i)}

#define MOV(d, imm)            INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, imm)
#define MOVR(d, s)             INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV32(d, imm)          INSN(BPF_ALU | BPF_MOV | BPF_K, d, 0, 0, imm)
#define MOV32R(d, s)           INSN(BPF_ALU | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOVSX(d, s, bits)      INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, bits, 0)
#define MOVSX32(d, s, bits)    INSN(BPF_ALU | BPF_MOV | BPF_X, d, s, bits, 0)

#define ALU(op, d, imm)        INSN(BPF_ALU64 | BPF_##op | BPF_K, d, 0, 0, imm)
#define ALUR(op, d, s)         INSN(BPF_ALU64 | BPF_##op | BPF_X, d, s, 0, 0)
#define ALU32(op, d, imm)      INSN(BPF_ALU | BPF_##op | BPF_K, d, 0, 0, imm)
#define ALU32R(op, d, s)       INSN(BPF_ALU | BPF_##op | BPF_X, d, s, 0, 0)
#define SALU(op, d, imm)       INSN(BPF_ALU64 | BPF_##op | BPF_K, d, 0, 1, imm)
#define NEG(d)                 INSN(BPF_ALU64 | BPF_NEG, d, 0, 0, 0)
#define NEG32(d)               INSN(BPF_ALU | BPF_NEG, d, 0, 0, 0)
#define END_BE(d, bits)        INSN(BPF_ALU | BPF_END | BPF_TO_BE, d, 0, 0, bits)
#define END_LE(d, bits)        INSN(BPF_ALU | BPF_END | BPF_TO_LE, d, 0, 0, bits)
#define BSWAP(d, bits)         INSN(BPF_ALU64 | BPF_END, d, 0, 0, bits)

#define LDX(size, d, s, off)   INSN(BPF_LDX | BPF_MEM | BPF_##size, d, s, off, 0)
#define LDSX(size, d, s, off)  INSN(BPF_LDX | BPF_MEMSX | BPF_##size, d, s, off, 0)
#define STX(size, d, off, s)   INSN(BPF_STX | BPF_MEM | BPF_##size, d, s, off, 0)
#define ST(size, d, off, imm)  INSN(BPF_ST | BPF_MEM | BPF_##size, d, 0, off, imm)
#define ATOMIC(size, op, d, off, s) \
	INSN(BPF_STX | BPF_ATOMIC | BPF_##size, d, s, off, op)
#define LD_ABS(size, imm)      INSN(BPF_LD | BPF_ABS | BPF_##size, 0, 0, 0, imm)
#define LD_IND(size, s, imm)   INSN(BPF_LD | BPF_IND | BPF_##size, 0, s, 0, imm)

#define JA(off)                INSN(BPF_JMP | BPF_JA, 0, 0, off, 0)
#define JMP(op, d, imm, off)   INSN(BPF_JMP | BPF_##op | BPF_K, d, 0, off, imm)
#define JMPR(op, d, s, off)    INSN(BPF_JMP | BPF_##op | BPF_X, d, s, off, 0)
#define JMP32(op, d, imm, off) INSN(BPF_JMP32 | BPF_##op | BPF_K, d, 0, off, imm)
#define JMP32R(op, d, s, off)  INSN(BPF_JMP32 | BPF_##op | BPF_X, d, s, off, 0)
#define MAY_GOTO(off)          INSN(BPF_JMP | BPF_JCOND, 0, 0, off, 0)
#define CALL(helper)           INSN(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##helper)
#define CALL_ID(id)            INSN(BPF_JMP | BPF_CALL, 0, 0, 0, id)
#define CALL_LOCAL(off)        INSN(BPF_JMP | BPF_CALL, 0, INSN_CALL_LOCAL, 0, off)
#define EXIT()                 INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

#define LD2(d, s, low, high) \
	INSN(BPF_LD | BPF_IMM | BPF_DW, d, s, 0, low), INSN(0, 0, 0, 0, high)
#define LD_IMM64(d, value)     LD2(d, 0, (u64)(value), (u64)(value) >> 32)
/* The map is an enum test_map (maps.h); the harness puts in what the judge wants to see. */
#define LD_MAP(d, map)         LD2(d, INSN_MAP_FD, map, 0)
#define LD_MAP_VALUE(d, map, off) LD2(d, INSN_MAP_VALUE, map, off)
#define LD_FUNC(d, off)        LD2(d, INSN_FUNC, off, 0)
/* clang-format on */

#endif
