/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disasm.h - instructions as text, in the dialect of the kernel's verifier log.
 *
 *     (61) r1 = *(u32 *)(r6 +76)
 *     (65) if r1 s> 0x5 goto pc+3
 *     (85) call bpf_clone_redirect#13
 *
 * The texts are the last column of op.def; this only fills in registers and numbers. Names of
 * helpers, kernel functions and maps are the caller's to know.
 */
#ifndef SKIFF_ISA_DISASM_H
#define SKIFF_ISA_DISASM_H

#include "isa/insn.h"

#define DISASM_MAX 128 /* bytes that hold every text whose names are shorter than 64 */

/* What the disassembler asks; each function may be NULL, and @ctx is what it is called with. */
struct disasm_names {
	void *ctx;
	/* Helper @id's name with its "bpf_", or NULL: "unknown" is printed, as Linux does. */
	const char *(*helper)(void *ctx, u32 id);
	/* The same for a call of kernel function @insn->imm. */
	const char *(*kfunc)(void *ctx, const struct bpf_insn *insn);
	/*
	 * What the 64-bit immediate of @insn (two slots) is to be called, for instance
	 * "map[id:15]"; NULL prints the number. Asked only where src_reg gives it a meaning.
	 */
	const char *(*imm64)(void *ctx, const struct bpf_insn *insn);
};

/*
 * Write @insn as one line without a newline, opcode byte in parentheses first: "(b7) r0 = 0".
 * For a 64-bit immediate insn[1] is read too. Never fails: an instruction that is not one is
 * written much as Linux writes it ("BUG_c3"). @names may be NULL. Returns
 * the length as snprintf does. Mirrors print_bpf_insn of kernel/bpf/disasm.c.
 */
int insn_disasm(char *buf, size_t size, const struct bpf_insn *insn,
		const struct disasm_names *names);

#endif
