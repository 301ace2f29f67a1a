/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - subprograms, which are followed as if they stood at the call; global functions, which
 * are judged on their own by the types of their arguments; callbacks; tail calls.
 */
#include "phrases.h"

/* clang-format off */

#define MAIN(start) {"main", start, .arg_cnt = 1, .args = {{PROG_ARG_CTX}}}
#define ARGS(...) .arg_cnt = sizeof((const struct test_arg[]){__VA_ARGS__}) / sizeof(struct test_arg), \
	.args = {__VA_ARGS__}
#define INT {PROG_ARG_SCALAR, 0}
#define CTX {PROG_ARG_CTX, 0}
#define MEM(size) {PROG_ARG_MEM, size}

static const struct verify_test subprograms[] = {
	{
		.name = "a number in, a number out",
		.expect = "ok",
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
	},
	{
		.name = "the caller's r6 to r9 stay",
		.expect = "ok",
		INSNS(MOVR(R6, R1), CALL_LOCAL(2), LDX(W, R0, R6, 0), EXIT(), MOV(R6, 0), DONE()),
	},
	{
		.name = "the caller's r1 to r5 do not",
		.expect = "EACCES R1 !read_ok",
		INSNS(CALL_LOCAL(2), LDX(W, R0, R1, 0), EXIT(), DONE()),
	},
	{
		.name = "the callee does not see r6",
		.expect = "EACCES R6 !read_ok",
		INSNS(MOVR(R6, R1), CALL_LOCAL(1), EXIT(), LDX(W, R0, R6, 0), EXIT()),
	},
	{
		.name = "the callee does not see r0",
		.expect = "EACCES R0 !read_ok",
		INSNS(MOV(R0, 0), CALL_LOCAL(1), EXIT(), EXIT()),
	},
	{
		.name = "the callee leaves r0 unset",
		.expect = "EACCES R0 !read_ok",
		INSNS(CALL_LOCAL(1), EXIT(), MOV(R1, 0), EXIT()),
	},
	{
		.name = "the context handed on",
		.expect = "ok",
		INSNS(CALL_LOCAL(1), EXIT(), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "an argument never set",
		.expect = "EACCES R2 !read_ok",
		INSNS(CALL_LOCAL(1), EXIT(), MOVR(R0, R2), EXIT()),
	},
	{
		.name = "the caller's stack written",
		.expect = "ok",
		INSNS(MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(2), LDX(DW, R0, R10, -8), EXIT(), ST(DW, R1, 0, 7), DONE()),
	},
	{
		.name = "what was written there is known",
		.expect = "ok",
		INSNS(MOVR(R1, R10), ALU(ADD, R1, -16), CALL_LOCAL(TO(1)), LDX(DW, R7, R10, -16), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 8), EXIT(), L(1), ST(DW, R1, 0, 7), DONE()),
	},
	{
		.name = "the callee's stack returned",
		.expect = "EINVAL cannot return stack pointer to the caller",
		INSNS(CALL_LOCAL(1), EXIT(), MOVR(R0, R10), EXIT()),
	},
	{
		.name = "the callee's stack stored in the caller's",
		.expect = "EINVAL cannot spill pointers to stack into stack frame of the caller",
		INSNS(MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(3), LDX(DW, R1, R10, -8), LDX(DW, R0, R1, -8), EXIT(),
		      STX(DW, R1, 0, R10), DONE()),
	},
	{
		.name = "a pointer returned",
		.expect = "ok",
		INSNS(CALL_LOCAL(2), LDX(W, R0, R0, 0), EXIT(), MOVR(R0, R1), EXIT()),
	},
	{
		.name = "a packet pointer and its end handed on",
		.expect = "ok",
		INSNS(PACKET(14), MOVR(R1, R7), MOVR(R2, R8), CALL_LOCAL(1), EXIT(), LDX(B, R0, R1, 13), EXIT()),
	},
	{
		.name = "compared in the callee",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOVR(R1, R7), MOVR(R2, R8), CALL_LOCAL(1), EXIT(), MOVR(R3, R1), ALU(ADD, R3, 14),
		      JMPR(JLE, R3, R2, 2), DONE(), LDX(B, R0, R1, 13), EXIT()),
	},
	{
		.name = "the callee's comparison holds in the caller",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOVR(R1, R7), MOVR(R2, R8), CALL_LOCAL(4), JMP(JEQ, R0, 0, 2), LDX(B, R0, R7, 13), EXIT(), EXIT(),
		      MOVR(R3, R1), ALU(ADD, R3, 14), JMPR(JLE, R3, R2, 2), DONE(), MOV(R0, 1), EXIT()),
	},
	{
		.name = "eight frames",
		.expect = "ok",
		INSNS(CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(),
		      CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), DONE()),
	},
	{
		.name = "nine frames",
		.expect = "E2BIG the call stack of 9 frames is too deep",
		INSNS(CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(),
		      CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), DONE()),
	},
	{
		.name = "recursion",
		.expect = "E2BIG the call stack of 9 frames is too deep",
		INSNS(CALL_LOCAL(1), EXIT(), CALL_LOCAL(-1), EXIT()),
	},
	{
		.name = "calling the program itself",
		.expect = "E2BIG the call stack of 9 frames is too deep",
		INSNS(CALL_LOCAL(-1), EXIT()),
	},
	{
		.name = "recursion that is never reached",
		.expect = "E2BIG the call stack of 8 frames is too deep !",
		INSNS(CALL_LOCAL(1), EXIT(), MOV(R0, 0), JMP(JEQ, R0, 0, 1), CALL_LOCAL(-3), EXIT()),
	},
	{
		.name = "a call to nowhere",
		.expect = "EINVAL call to invalid destination",
		INSNS(CALL_LOCAL(5), EXIT()),
	},
	{
		.name = "a call into a wide instruction",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(CALL_LOCAL(2), EXIT(), LD_IMM64(R0, 0), EXIT()),
	},
	{
		.name = "a jump into another subprogram",
		.expect = "EINVAL jump out of range from insn 0 to 3",
		INSNS(JMP(JEQ, R1, 0, 2), CALL_LOCAL(1), EXIT(), DONE()),
	},
	{
		.name = "a subprogram that runs on",
		.expect = "EINVAL last insn is not an exit or jmp",
		INSNS(CALL_LOCAL(2), CALL_LOCAL(3), EXIT(), MOV(R0, 0), MOV(R1, 0), DONE()),
	},
	{
		.name = "a subprogram that nobody calls",
		.expect = "EINVAL unreachable insn 2",
		INSNS(DONE(), DONE()),
	},
	{
		.name = "512 bytes of stack in two frames",
		.expect = "ok",
		INSNS(ST(DW, R10, -256, 0), CALL_LOCAL(1), EXIT(), ST(DW, R10, -256, 0), DONE()),
	},
	{
		.name = "more than 512 bytes in two frames",
		.expect = "EACCES combined stack size of 2 calls is 528. Too large",
		INSNS(ST(DW, R10, -264, 0), CALL_LOCAL(1), EXIT(), ST(DW, R10, -256, 0), DONE()),
	},
	{
		.name = "two callees one after the other share the stack",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), CALL_LOCAL(TO(1)), CALL_LOCAL(TO(2)), EXIT(), L(1), ST(DW, R10, -480, 0), DONE(),
		      L(2), ST(DW, R10, -480, 0), DONE()),
	},
	{
		.name = "a loop over a call",
		.expect = "ok",
		INSNS(MOV(R6, 0), MOVR(R1, R6), CALL_LOCAL(3), ALU(ADD, R6, 1), JMP(JLT, R6, 10, -4), EXIT(), MOVR(R0, R1), EXIT()),
	},
	{
		.name = "the callee's two ways are both followed",
		.expect = "EACCES frame pointer is read only",
		INSNS(MOVR(R6, R1), LDX(W, R1, R6, 0), CALL_LOCAL(3), ALUR(ADD, R10, R0), LDX(B, R0, R10, 0), EXIT(),
		      MOV(R0, -8), JMP(JEQ, R1, 0, 1), MOV(R0, 8), EXIT()),
	},
	{
		.name = "without CAP_PERFMON",
		.expect = "ok",
		.unprivileged = true,
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
	},
	{
		.name = "a map value checked by the callee, used by the caller",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), MOVR(R6, R0), MOVR(R1, R0), CALL_LOCAL(3), JMP(JEQ, R0, 0, 1), LDX(B, R0, R6, 0), EXIT(),
		      MOV(R0, 0), JMP(JEQ, R1, 0, 1), MOV(R0, 1), EXIT()),
	},
};
VERIFY_GROUP(subprograms, subprograms)

static const struct verify_test globals[] = {
	{
		.name = "a number in and out",
		.expect = "ok",
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT)}},
	},
	{
		.name = "what it returns is not known",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(MOV(R1, 2), CALL_LOCAL(TO(1)), MOVR(R6, R0), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT(),
		      L(1), MOV(R0, 3), EXIT()),
		.funcs = {MAIN(0), {"callee", TO(1), true, ARGS(INT)}},
	},
	{
		.name = "what a static one returns is",
		.expect = "ok",
		INSNS(MOV(R1, 2), CALL_LOCAL(TO(1)), MOVR(R6, R0), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT(),
		      L(1), MOV(R0, 3), EXIT()),
		.funcs = {MAIN(0), {"callee", TO(1), ARGS(INT)}},
	},
	{
		.name = "its argument is not known",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), MOVR(R6, R1), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT)}},
	},
	{
		.name = "a pointer where a number is declared",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
		.funcs = {MAIN(0), {"callee", 2, true, ARGS(INT)}},
	},
	{
		.name = "a number where the context is declared",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), LDX(W, R0, R1, 0), EXIT()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(CTX)}},
	},
	{
		.name = "the context",
		.expect = "ok",
		INSNS(CALL_LOCAL(1), EXIT(), LDX(W, R0, R1, 0), EXIT()),
		.funcs = {MAIN(0), {"callee", 2, true, ARGS(CTX)}},
	},
	{
		.name = "the context moved",
		.expect = "EACCES Caller passes invalid args into func#1 ('callee')",
		INSNS(ALU(ADD, R1, 4), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(CTX)}},
	},
	{
		.name = "memory on the stack",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 1), MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1),
		      LDX(DW, R0, R1, 0), DONE()),
		.funcs = {MAIN(0), {"callee", 5, true, ARGS(MEM(8))}},
	},
	{
		.name = "memory that may be NULL in the callee",
		.expect = "EACCES R1 invalid mem access 'mem_or_null'",
		INSNS(ST(DW, R10, -8, 1), MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(1), EXIT(), LDX(DW, R0, R1, 0), EXIT()),
		.funcs = {MAIN(0), {"callee", 5, true, ARGS(MEM(8))}},
	},
	{
		.name = "NULL for memory",
		.expect = "ok",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1), LDX(DW, R0, R1, 0), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(MEM(8))}},
	},
	{
		.name = "a number for memory",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(MOV(R1, 8), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(MEM(8))}},
	},
	{
		.name = "less memory than declared",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(ST(DW, R10, -8, 1), MOVR(R1, R10), ALU(ADD, R1, -4), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 5, true, ARGS(MEM(8))}},
	},
	{
		.name = "memory past what is declared",
		.expect = "EACCES R1 min value is outside of the allowed memory range",
		INSNS(ST(DW, R10, -8, 1), MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1),
		      LDX(DW, R0, R1, 4), DONE()),
		.funcs = {MAIN(0), {"callee", 5, true, ARGS(MEM(8))}},
	},
	{
		.name = "a map value for memory",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOVR(R1, R0), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1), LDX(DW, R0, R1, 8), DONE()),
		.funcs = {MAIN(0), {"callee", 12, true, ARGS(MEM(16))}},
	},
	{
		.name = "a map value that may be NULL for memory",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), MOVR(R1, R0), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1), LDX(DW, R0, R1, 8), DONE()),
		.funcs = {MAIN(0), {"callee", 9, true, ARGS(MEM(16))}},
	},
	{
		.name = "a packet pointer for memory",
		.expect = "ok",
		INSNS(PACKET(14), MOVR(R1, R7), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 11, true, ARGS(MEM(8))}},
	},
	{
		.name = "a second argument never set",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT, INT)}},
	},
	{
		.name = "bytes never written for memory",
		.expect = "ok",
		INSNS(MOVR(R1, R10), ALU(ADD, R1, -8), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 4, true, ARGS(MEM(8))}},
	},
	{
		.name = "the callee may have written the memory",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 1), MOVR(R1, R10), ALU(ADD, R1, -16), CALL_LOCAL(13), LDX(DW, R6, R10, -16), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 17, true, ARGS(MEM(8))}},
	},
	{
		.name = "a void function",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, true, ARGS(INT)}},
	},
	{
		.name = "a function that returns nothing but should",
		.expect = "EACCES R0 !read_ok",
		INSNS(MOV(R1, 2), CALL_LOCAL(1), EXIT(), MOV(R1, 0), EXIT()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT)}},
	},
	{
		.name = "a function that returns a pointer",
		.expect = "EINVAL At subprogram exit the register R0 is not a scalar value (ctx)",
		INSNS(CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
		.funcs = {MAIN(0), {"callee", 2, true, ARGS(CTX)}},
	},
	{
		.name = "a function that nobody calls",
		.expect = "EINVAL number of funcs in func_info doesn't match number of subprogs",
		INSNS(DONE(), DONE()),
		.funcs = {MAIN(0), {"callee", 2, true, ARGS(INT)}},
	},
	{
		.name = "a void pointer as argument",
		.expect = "EINVAL Caller passes invalid args into func#1 ('callee')",
		INSNS(CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callee", 2, true, ARGS({PROG_ARG_UNSUPPORTED, 0})}},
	},
	{
		.name = "wrong in itself though never wrong when called",
		.expect = "EACCES R1 invalid mem access 'scalar'",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1), LDX(B, R0, R1, 0), DONE()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT)}},
	},
	{
		.name = "a global function calls a static one",
		.expect = "ok",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), CALL_LOCAL(1), EXIT(), MOVR(R0, R1), EXIT()),
		.funcs = {MAIN(0), {"callee", 3, true, ARGS(INT)}, {"inner", 5, ARGS(INT)}},
	},
	{
		.name = "BTF that misses a function",
		.expect = "EINVAL number of funcs in func_info doesn't match number of subprogs",
		INSNS(MOV(R1, 0), CALL_LOCAL(1), EXIT(), DONE()),
		.funcs = {MAIN(0)},
	},
};
VERIFY_GROUP(global_functions, globals)

/* A callback of bpf_loop: (u32 index, void *ctx) -> 0 go on, 1 stop. */
#define LOOP(count, callback) MOV(R1, count), LD_FUNC(R2, callback), MOV(R3, 0), MOV(R4, 0), CALL(loop)
#define CALLBACK(start) {"callback", start, ARGS(INT, {PROG_ARG_MEM, 8})}

static const struct verify_test callbacks[] = {
	{
		.name = "a loop that does nothing",
		.expect = "ok",
		INSNS(LOOP(10, 5), EXIT(), DONE()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "LD_ABS in a callback",
		.expect = "EFAULT verifier bug: callback unexpected regs 1",
		INSNS(STX(DW, R10, -8, R1), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOV(R4, 0), CALL(loop), DONE(), L(1), LDX(DW, R6, R2, 0),
		      LD_ABS(B, 0), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "a tail call in a callback",
		.expect = "EFAULT verifier bug: callback unexpected regs 1",
		INSNS(STX(DW, R10, -8, R1), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOV(R4, 0), CALL(loop), DONE(), L(1), LDX(DW, R1, R2, 0),
		      LD_MAP(R2, MAP_PROGS), MOV(R3, 0), CALL(tail_call), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "a loop of no turn",
		.expect = "ok",
		INSNS(STX(DW, R10, -8, R1), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R1, 0), LD_FUNC(R2, TO(1)), MOV(R4, 0), CALL(loop), DONE(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "an unknown number of turns",
		.expect = "ok",
		INSNS(LDX(W, R1, R1, 0), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(loop), EXIT(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "without BTF",
		.expect = "EINVAL missing btf func_info",
		INSNS(LOOP(10, 5), EXIT(), DONE()),
	},
	{
		.name = "a callback that is global",
		.expect = "EINVAL callback function not static",
		INSNS(LOOP(10, 5), EXIT(), DONE()),
		.funcs = {MAIN(0), {"callback", 7, true, ARGS(INT, MEM(8))}},
	},
	{
		.name = "a callback that returns two",
		.expect = "EINVAL At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]",
		INSNS(LOOP(10, 5), EXIT(), MOV(R0, 2), EXIT()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "a callback that returns an unknown number",
		.expect = "EINVAL At callback return the register R0 has unknown scalar value should have been in [0, 1]",
		INSNS(LOOP(10, 5), EXIT(), UNKNOWN(), EXIT()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "a callback that returns zero or one",
		.expect = "ok",
		INSNS(LOOP(10, 5), EXIT(), UNKNOWN(), ALU(AND, R0, 1), EXIT()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "a callback that leaves r0 unset",
		.expect = "EACCES R0 not a scalar value",
		INSNS(LOOP(10, 5), EXIT(), MOV(R1, 0), EXIT()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "the index is a number",
		.expect = "EACCES R1 invalid mem access 'scalar'",
		INSNS(LOOP(10, 5), EXIT(), LDX(B, R0, R1, 0), EXIT()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "the index is not bounded by the count",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(LOOP(10, 5), EXIT(), MOVR(R6, R1), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), DONE()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "the third argument does not exist",
		.expect = "EACCES R3 !read_ok",
		INSNS(LOOP(10, 5), EXIT(), MOVR(R0, R3), DONE()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "the context is the caller's stack",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 0), CALL(loop),
		      DONE(), L(1), LDX(DW, R3, R2, 0), ALU(ADD, R3, 1), STX(DW, R2, 0, R3), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "the context is a packet pointer",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOVR(R3, R7), MOV(R4, 0), CALL(loop), DONE(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "the context is the context",
		.expect = "EACCES R3 type=ctx expected=fp",
		INSNS(MOVR(R3, R1), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOV(R4, 0), CALL(loop), DONE(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "the context is a number",
		.expect = "EACCES R3 type=scalar expected=fp",
		INSNS(MOV(R1, 10), LD_FUNC(R2, TO(1)), MOV(R3, 5), MOV(R4, 0), CALL(loop), DONE(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "what ten turns may have written",
		.expect = "ok",
		INSNS(ST(DW, R10, -16, 0), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOVR(R3, R10), ALU(ADD, R3, -16), MOV(R4, 0), CALL(loop),
		      LDX(DW, R6, R10, -16), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT(),
		      L(1), LDX(DW, R3, R2, 0), ALU(ADD, R3, 1), STX(DW, R2, 0, R3), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "what twenty turns may have written",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(ST(DW, R10, -16, 0), MOV(R1, 20), LD_FUNC(R2, TO(1)), MOVR(R3, R10), ALU(ADD, R3, -16), MOV(R4, 0), CALL(loop),
		      LDX(DW, R6, R10, -16), VALUE(MAP_HASH), ALUR(ADD, R0, R6), LDX(B, R0, R0, 0), EXIT(),
		      L(1), LDX(DW, R3, R2, 0), ALU(ADD, R3, 1), STX(DW, R2, 0, R3), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "a packet pointer after a callback that clones",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), STX(DW, R10, -8, R6), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 0), CALL(loop),
		      LDX(B, R0, R7, 0), EXIT(), L(1), LDX(DW, R1, R2, 0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "a packet pointer after a callback that does not",
		.expect = "ok",
		INSNS(PACKET(14), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(loop), LDX(B, R0, R7, 0), EXIT(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "the clone in a callback, every turn",
		.expect = "ok",
		INSNS(STX(DW, R10, -8, R1), MOV(R1, 10), LD_FUNC(R2, TO(1)), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 0), CALL(loop),
		      DONE(), L(1), LDX(DW, R1, R2, 0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "flags that are not zero",
		.expect = "ok",
		INSNS(MOV(R1, 10), LD_FUNC(R2, 5), MOV(R3, 0), MOV(R4, 1), CALL(loop), EXIT(), DONE()),
		.funcs = {MAIN(0), CALLBACK(7)},
	},
	{
		.name = "a number in place of the callback",
		.expect = "EACCES R2 type=scalar expected=func",
		INSNS(MOV(R1, 10), MOV(R2, 0), MOV(R3, 0), MOV(R4, 0), CALL(loop), EXIT()),
	},
	{
		.name = "a callback called as a subprogram too",
		.expect = "ok",
		INSNS(LOOP(10, TO(1)), MOV(R1, 1), MOV(R2, 0), CALL_LOCAL(TO(1)), EXIT(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "a loop in a loop",
		.expect = "ok",
		INSNS(LOOP(10, TO(1)), DONE(), L(1), LOOP(10, TO(2)), DONE(), L(2), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1)), {"inner", TO(2), ARGS(INT, MEM(8))}},
	},
	{
		.name = "the address of a function as a number",
		.expect = "ok",
		INSNS(LOOP(10, TO(1)), LD_FUNC(R0, TO(1)), EXIT(), L(1), DONE()),
		.funcs = {MAIN(0), CALLBACK(TO(1))},
	},
	{
		.name = "the address of something that is no function",
		.expect = "EINVAL call to invalid destination",
		INSNS(MOV(R1, 10), LD_FUNC(R2, 100), MOV(R3, 0), MOV(R4, 0), CALL(loop), EXIT()),
		.funcs = {MAIN(0)},
	},
	{
		.name = "for_each over a hash",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      LDX(W, R0, R2, 0), LDX(B, R0, R3, 15), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, one past the value",
		.expect = "EACCES R3 min value is outside of the allowed memory range",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      LDX(B, R0, R3, 16), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, one past the key",
		.expect = "EACCES R2 min value is outside of the allowed memory range",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      LDX(B, R0, R2, 4), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, the key written",
		.expect = "EACCES write to change key R2 not allowed",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      ST(W, R2, 0, 1), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, the value written",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      ST(W, R3, 0, 1), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, the element deleted",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      CALL(map_delete_elem), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each over an array",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_ARRAY), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1),
		      LDX(B, R0, R3, 15), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each over a ring buffer",
		.expect = "ENOTSUPP callback function not allowed for map",
		INSNS(LD_MAP(R1, MAP_RINGBUF), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1), DONE()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
	{
		.name = "for_each, a callback that returns two",
		.expect = "EINVAL At callback return the register R0 has smin=2 smax=2 should have been in [0, 1]",
		INSNS(LD_MAP(R1, MAP_HASH), LD_FUNC(R2, TO(1)), MOV(R3, 0), MOV(R4, 0), CALL(for_each_map_elem), EXIT(), L(1), MOV(R0, 2), EXIT()),
		.funcs = {MAIN(0), {"callback", TO(1), ARGS(MEM(8), MEM(4), MEM(16), MEM(8))}},
	},
};
VERIFY_GROUP(callbacks, callbacks)

#define TAIL(map, index) LD_MAP(R2, map), MOV(R3, index), CALL(tail_call)

static const struct verify_test tails[] = {
	{
		.name = "a constant index",
		.expect = "ok",
		INSNS(TAIL(MAP_PROGS, 0), DONE()),
	},
	{
		.name = "an index past the map",
		.expect = "ok",
		INSNS(TAIL(MAP_PROGS, 9), DONE()),
	},
	{
		.name = "an unknown index",
		.expect = "ok",
		INSNS(LDX(W, R3, R1, 0), LD_MAP(R2, MAP_PROGS), CALL(tail_call), DONE()),
	},
	{
		.name = "an index never set",
		.expect = "EACCES R3 !read_ok",
		INSNS(LD_MAP(R2, MAP_PROGS), CALL(tail_call), DONE()),
	},
	{
		.name = "another kind of map",
		.expect = "EINVAL expected prog array map for tail call",
		INSNS(TAIL(MAP_ARRAY, 0), DONE()),
	},
	{
		.name = "no map",
		.expect = "EACCES R2 type=scalar expected=map_ptr",
		INSNS(MOV(R2, 0), MOV(R3, 0), CALL(tail_call), DONE()),
	},
	{
		.name = "no context",
		.expect = "EACCES R1 type=scalar expected=ctx",
		INSNS(MOV(R1, 0), TAIL(MAP_PROGS, 0), DONE()),
	},
	{
		.name = "a program array looked up",
		.expect = "EINVAL cannot pass map_type 3 into func bpf_map_lookup_elem#1",
		INSNS(LOOKUP(MAP_PROGS), DONE()),
	},
	{
		.name = "a program array updated",
		.expect = "EINVAL cannot pass map_type 3 into func bpf_map_update_elem#2",
		INSNS(ST(W, R10, -4, 0), MOVR(R2, R10), ALU(ADD, R2, -4), MOVR(R3, R2), LD_MAP(R1, MAP_PROGS), MOV(R4, 0),
		      CALL(map_update_elem), DONE()),
	},
	{
		.name = "r0 after it is not set",
		.expect = "EACCES R0 !read_ok",
		INSNS(TAIL(MAP_PROGS, 0), EXIT()),
	},
	{
		.name = "while holding a record",
		.expect = "EINVAL tail_call would lead to reference leak",
		INSNS(MOVR(R6, R1), RESERVE(8), JMP(JNE, R0, 0, 2), DONE(), MOVR(R7, R0), MOVR(R1, R6), TAIL(MAP_PROGS, 0), DISCARD(R7), DONE()),
	},
	{
		.name = "with more than 256 bytes of stack below a subprogram",
		.expect = "EACCES tail_calls are not allowed when call stack of previous frames is 272 bytes. Too large",
		INSNS(ST(DW, R10, -264, 0), CALL_LOCAL(1), EXIT(), TAIL(MAP_PROGS, 0), DONE()),
		.funcs = {MAIN(0), {"callee", 3, ARGS(CTX)}},
	},
	{
		.name = "with 256 bytes of stack below a subprogram",
		.expect = "EACCES tail_calls are not allowed when call stack of previous frames is 256 bytes. Too large",
		INSNS(ST(DW, R10, -256, 0), CALL_LOCAL(1), EXIT(), TAIL(MAP_PROGS, 0), DONE()),
		.funcs = {MAIN(0), {"callee", 3, ARGS(CTX)}},
	},
	{
		.name = "two maps at one call",
		.expect = "ok",
		INSNS(LDX(W, R4, R1, 0), LD_MAP(R2, MAP_PROGS), JMP(JEQ, R4, 0, 2), LD_MAP(R2, MAP_PROGS), MOV(R3, 1), CALL(tail_call), DONE()),
	},
	{
		.name = "a tail call without CAP_PERFMON",
		.expect = "ok",
		.unprivileged = true,
		INSNS(TAIL(MAP_PROGS, 1), DONE()),
	},
};
VERIFY_GROUP(tail_calls, tails)
