/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checked.h - running instructions that no verifier has seen.
 *
 * The interpreter is vm/'s own text, made once more with every check in it: each access lies in
 * the memory argument or on the stack, each jump in the program, calls nest no deeper than Linux
 * lets them, and a budget of instructions ends what would not end by itself. What can be seen
 * before the run (unknown opcodes, reserved fields, registers, jump targets) is refused before it.
 * Of helpers only those that take no argument may be called.
 */
#ifndef SKIFF_TESTS_CONFORMANCE_CHECKED_H
#define SKIFF_TESTS_CONFORMANCE_CHECKED_H

#include "base/error.h"
#include "isa/insn.h"

#define CHECKED_BUDGET	  10000000u /* instructions one run may take */
#define CHECKED_INSNS_MAX 65536u    /* slots of a program */

/*
 * Run @cnt slots of instructions with r1 = @mem and r2 = @len, its bytes. 0 and *@r0; or a
 * negative errno and @err says which instruction did what: -EINVAL the program is not one,
 * -EFAULT an access outside, -ELOOP the budget was used up or calls nest too deep, -ENOMEM.
 */
int checked_run(const struct bpf_insn *insns, u32 cnt, void *mem, u32 len, u64 *r0,
		struct error *err);

#endif
