/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cases.h - what one instruction does: the lines of the .data files beside this, and the program
 * around an instruction that shows it.
 *
 *     add64_reg r1=0x7fffffffffffffff r2=0x1 -> r1=0x8000000000000000
 *     jsgt64_imm r1=0x0 imm=-1 -> taken
 *     atomic_fetch_add_dw mem=0x5 r2=0x3 -> mem=0x8 r2=0x5
 *     !lsh64_imm r1=0x1 imm=65 -> r1=0x2
 *
 * A line names a row of op.def and gives the state before and after. r1 is dst and r2 src; of an
 * operation on memory, mem, 8 bytes on the stack, takes the place of the register that holds the
 * address. Registers that are not given hold what case_default says; what is not named after the
 * arrow must not have changed. An exclamation mark says that Linux's verifier refuses the line
 * (a constant shift too wide, a division by a constant 0): RFC 9669 alone says what it does.
 *
 * Every other result was taken from Linux 6.18.44, and kernel.c asks again.
 */
#ifndef SKIFF_TESTS_CONFORMANCE_CASES_H
#define SKIFF_TESTS_CONFORMANCE_CASES_H

#include "base/error.h"
#include "isa/decode.h"

/* The state an instruction finds and leaves; an array of u64 for the program around it. */
struct case_state {
	u64 r0;
	u64 r1;
	u64 r2;
	u64 mem;
	u64 taken; /* the branch was, after */
};

struct op_case {
	enum op op;
	s32 imm;
	bool refused; /* by Linux */
	struct case_state before;
	struct case_state after;
	char where[64]; /* "alu64.data:12" */
};

struct op_cases {
	struct op_case *cases;
	u32 cnt;
};

static const struct case_state case_default = {
	.r0 = 0xa0a1a2a3a4a5a6a7,
	.r1 = 0xb0b1b2b3b4b5b6b7,
	.r2 = 0xc0c1c2c3c4c5c6c7,
	.mem = 0xd0d1d2d3d4d5d6d7,
};

#define CASE_PROGRAM_MAX 32

/* Which rows of op.def such a line can describe. */
bool case_describes(enum op op);

/* All lines of all .data files in @dir, in the order of their names. 0 or -errno, @err says why. */
int cases_read(const char *dir, struct op_cases *cases, struct error *err);
void cases_free(struct op_cases *cases);

/*
 * Write to @insns (CASE_PROGRAM_MAX) the instructions that load the state from the memory r6
 * points to, execute the case's instruction, store the state there and exit with 0. @insns begins
 * with @cnt instructions of the caller's that set r6. Returns how many there are then.
 */
u32 case_program(const struct op_case *op_case, struct bpf_insn *insns, u32 cnt);

/* "" when @seen is what @op_case expects, else a sentence in @text on what differs. */
const char *case_compare(const struct op_case *op_case, const struct case_state *seen, char *text,
			 size_t size);

#endif
