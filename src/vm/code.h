/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code.h - a program as the interpreter wants it, and the machine that runs it.
 *
 * Each instruction of the program becomes one struct vm_insn at the same index: its operation is
 * known (a row of op.def), jump distances and immediates are as wide as they can get. The second
 * slot of a 64-bit immediate stays as a filler that nothing jumps to, so an index into the one
 * array is an index into the other.
 */
#ifndef SKIFF_VM_CODE_H
#define SKIFF_VM_CODE_H

#include "isa/decode.h"
#include "prog/prog.h"

/* What the interpreter tells apart beyond op.def. */
enum vm_op {
	VM_tail_call = OPS, /* helper 12, which is no call: it may not come back */
	VM_OPS
};

_Static_assert(VM_OPS <= 256, "an operation fits a byte");

struct vm_insn {
	u8 op; /* enum op or enum vm_op */
	u8 dst;
	u8 src;
	u8 reserved;
	s32 off; /* of memory in bytes; of a jump or local call in instructions from the next one */
	u64 imm; /* sign-extended, or the whole 64-bit immediate */
};

_Static_assert(sizeof(struct vm_insn) == 16, "four to a cache line");

/* What a caller gets back when the function it called exits. */
struct vm_frame {
	const struct vm_insn *ret; /* where it goes on */
	u64 saved[4];		   /* r6..r9 */
	u32 loops;		   /* may_goto branches this function may still pass by */
};

/*
 * The machine of one run. A function's stack is the one with its depth; the memory is not
 * cleared, since a verified program reads only what it wrote.
 */
struct vm_machine {
	const struct vm_insn *code; /* of run->prog */
	u32 depth;		    /* of the function that runs: 0 for the program itself */
	struct vm_frame frames[PROG_FRAMES_MAX];
	u64 stack[PROG_FRAMES_MAX][PROG_STACK_MAX / sizeof(u64)];
};

#define VM_LOOPS_MAX (8u * 1024 * 1024) /* may_goto, BPF_MAX_LOOPS */

struct run;

/* What became of a tail call. */
enum vm_tail {
	VM_TAIL_NONE,	  /* nothing: no such program, or too many calls; the caller goes on */
	VM_TAIL_REPLACED, /* run->prog and the machine's code are the other program's */
	VM_TAIL_DONE	  /* it has run, in a machine of its own, or was kept out; r0 is there */
};

/*
 * bpf_tail_call with @map (the address of a PROG_ARRAY) and @index, from the function at the
 * machine's depth. *@r0 is set for VM_TAIL_DONE only. Mirrors JMP_TAIL_CALL of kernel/bpf/core.c.
 */
enum vm_tail vm_tail_call(struct run *run, struct vm_machine *machine, u64 map, u32 index, u64 *r0);

/*
 * Fill @code, @cnt entries, from @insns. Jumps and registers are taken as they are. 0; or -EINVAL
 * for an instruction that the interpreter does not know or a call of a helper that is not there,
 * with its index in *@at: a verified program has neither.
 */
int vm_code_make(struct vm_insn *code, const struct bpf_insn *insns, u32 cnt, u32 *at);

#endif
