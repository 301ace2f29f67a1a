/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * asm.h - instructions written by hand, for tests: one macro an instruction, named after what
 * bpftool prints. Programs are arrays of them; a map is named by its place in the caller's list
 * (LD_MAP), which each engine replaces by what it wants to see there.
 */
#ifndef SKIFF_TESTS_NET_ASM_H
#define SKIFF_TESTS_NET_ASM_H

#include "isa/insn.h"

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){                                                                        \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (s16)(o), .imm = (s32)(i)})

#define MOV(d, s)      INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOVI(d, i)     INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define MOV32I(d, i)   INSN(BPF_ALU | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADDI(d, i)     INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define ADD(d, s)      INSN(BPF_ALU64 | BPF_ADD | BPF_X, d, s, 0, 0)
#define SUB(d, s)      INSN(BPF_ALU64 | BPF_SUB | BPF_X, d, s, 0, 0)
#define MULI(d, i)     INSN(BPF_ALU64 | BPF_MUL | BPF_K, d, 0, 0, i)
#define ANDI(d, i)     INSN(BPF_ALU64 | BPF_AND | BPF_K, d, 0, 0, i)
#define LDW(d, s, o)   INSN(BPF_LDX | BPF_MEM | BPF_W, d, s, o, 0)
#define LDDW(d, s, o)  INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define LDB(d, s, o)   INSN(BPF_LDX | BPF_MEM | BPF_B, d, s, o, 0)
#define STW(d, s, o)   INSN(BPF_STX | BPF_MEM | BPF_W, d, s, o, 0)
#define STDW(d, s, o)  INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STWI(d, o, i)  INSN(BPF_ST | BPF_MEM | BPF_W, d, 0, o, i)
#define STDWI(d, o, i) INSN(BPF_ST | BPF_MEM | BPF_DW, d, 0, o, i)
#define JA(o)	       INSN(BPF_JMP | BPF_JA, 0, 0, o, 0)
#define JEQI(d, i, o)  INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, i)
#define JNEI(d, i, o)  INSN(BPF_JMP | BPF_JNE | BPF_K, d, 0, o, i)
#define JGTI(d, i, o)  INSN(BPF_JMP | BPF_JGT | BPF_K, d, 0, o, i)
#define JLTI(d, i, o)  INSN(BPF_JMP | BPF_JLT | BPF_K, d, 0, o, i)
#define CALL(id)       INSN(BPF_JMP | BPF_CALL, 0, 0, 0, id)
#define EXIT	       INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* r = pointer to map number @n of the program; two slots */
#define LD_MAP(r, n) INSN(BPF_LD | BPF_IMM | BPF_DW, r, INSN_MAP_FD, 0, n), INSN(0, 0, 0, 0, 0)
/* r = pointer to byte @at of the only value of array map number @n; two slots */
#define LD_VALUE(r, n, at)                                                                         \
	INSN(BPF_LD | BPF_IMM | BPF_DW, r, INSN_MAP_VALUE, 0, n), INSN(0, 0, 0, 0, at)
/* r = 64-bit constant; two slots */
#define LD64(r, v)                                                                                 \
	INSN(BPF_LD | BPF_IMM | BPF_DW, r, 0, 0, (u64)(v)), INSN(0, 0, 0, 0, (u64)(v) >> 32)

enum { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

#endif
