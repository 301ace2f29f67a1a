/* SPDX-License-Identifier: BSD-2-Clause */
/* asm.h - raw eBPF instructions as C expressions, for programs the kernel is asked with. */
#ifndef SKIFF_TESTS_KERNEL_HELPER_ASM_H
#define SKIFF_TESTS_KERNEL_HELPER_ASM_H

#include <linux/bpf.h>

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)})

#define MOV(d, s)	      INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define MOV_IMM(d, i)	      INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD_IMM(d, i)	      INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define LOAD64(d, s, o)	      INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE64(d, s, o)      INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE32_IMM(d, o, i)  INSN(BPF_ST | BPF_MEM | BPF_W, d, 0, o, i)
#define ATOMIC_ADD64(d, s, o) INSN(BPF_STX | BPF_ATOMIC | BPF_DW, d, s, o, BPF_ADD)
#define JEQ_IMM(d, i, o)      INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, i)
#define JNE_IMM(d, i, o)      INSN(BPF_JMP | BPF_JNE | BPF_K, d, 0, o, i)
#define JGT_IMM(d, i, o)      INSN(BPF_JMP | BPF_JGT | BPF_K, d, 0, o, i)
#define JSET_IMM(d, i, o)     INSN(BPF_JMP | BPF_JSET | BPF_K, d, 0, o, i)
#define JA(o)		      INSN(BPF_JMP | BPF_JA, 0, 0, o, 0)
#define CALL(helper)	      INSN(BPF_JMP | BPF_CALL, 0, 0, 0, helper)
#define EXIT()		      INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Two slots each. */
#define LOAD_IMM64(d, s, i) INSN(BPF_LD | BPF_IMM | BPF_DW, d, s, 0, i), INSN(0, 0, 0, 0, 0)
#define LOAD_MAP(d, fd)	    LOAD_IMM64(d, BPF_PSEUDO_MAP_FD, fd)
#define LOAD_FUNC(d, off)   LOAD_IMM64(d, BPF_PSEUDO_FUNC, off)

#endif
