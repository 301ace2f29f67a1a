/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stack.c - the 512 bytes below r10: bounds, initialisation, spills of any width, variable
 * offsets, and what helpers may do there.
 */
#include "phrases.h"

/* clang-format off */

static const struct verify_test bounds[] = {
	{
		.name = "the lowest word",
		.expect = "ok",
		INSNS(ST(DW, R10, -512, 1), LDX(DW, R0, R10, -512), EXIT()),
	},
	{
		.name = "below the lowest word",
		.expect = "EACCES invalid write to stack R10 off=-520 size=8",
		INSNS(ST(DW, R10, -520, 1), DONE()),
	},
	{
		.name = "one byte below",
		.expect = "EACCES invalid write to stack R10 off=-513 size=1",
		INSNS(ST(B, R10, -513, 1), DONE()),
	},
	{
		.name = "at r10",
		.expect = "EACCES invalid write to stack R10 off=0 size=8",
		INSNS(ST(DW, R10, 0, 1), DONE()),
	},
	{
		.name = "above r10",
		.expect = "EACCES invalid write to stack R10 off=8 size=1",
		INSNS(ST(B, R10, 8, 1), DONE()),
	},
	{
		.name = "across r10",
		.expect = "EACCES misaligned stack access off 0+0+-4 size 8",
		INSNS(ST(DW, R10, -4, 1), DONE()),
	},
	{
		.name = "read below",
		.expect = "EACCES invalid read from stack R10 off=-520 size=8",
		INSNS(LDX(DW, R0, R10, -520), EXIT()),
	},
	{
		.name = "misaligned",
		.expect = "EACCES misaligned stack access off 0+0+-9 size 8",
		INSNS(ST(DW, R10, -9, 1), DONE()),
	},
	{
		.name = "a word at a half word",
		.expect = "EACCES misaligned stack access off 0+0+-6 size 4",
		INSNS(ST(W, R10, -6, 1), DONE()),
	},
	{
		.name = "a half word at an odd byte",
		.expect = "EACCES misaligned stack access off 0+0+-3 size 2",
		INSNS(MOV(R2, 1), STX(H, R10, -3, R2), DONE()),
	},
	{
		.name = "through a moved copy",
		.expect = "ok",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -16), ST(DW, R2, 8, 1), LDX(DW, R0, R10, -8), EXIT()),
	},
	{
		.name = "through a copy moved too far",
		.expect = "EACCES invalid write to stack R2 off=-520 size=8",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -520), ST(DW, R2, 0, 1), DONE()),
	},
	{
		.name = "through a copy moved too far and back",
		.expect = "ok",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -520), ST(DW, R2, 8, 1), DONE()),
	},
	{
		.name = "subtracting from the frame pointer",
		.expect = "EACCES R2 subtraction from stack pointer prohibited",
		INSNS(MOVR(R2, R10), ALU(SUB, R2, 8), DONE()),
	},
	{
		.name = "writing r10",
		.expect = "EACCES frame pointer is read only",
		INSNS(MOV(R10, 0), DONE()),
	},
	{
		.name = "adding to r10",
		.expect = "EACCES frame pointer is read only",
		INSNS(ALU(ADD, R10, -8), DONE()),
	},
	{
		.name = "loading into r10",
		.expect = "EACCES frame pointer is read only",
		INSNS(LDX(W, R10, R1, 0), DONE()),
	},
	{
		.name = "register eleven",
		.expect = "EINVAL R11 is invalid",
		INSNS(MOVR(R0, 11), EXIT()),
	},
	{
		.name = "a large constant offset",
		.expect = "EINVAL math between fp pointer and 2147483647 is not allowed",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, 0x7fffffff), DONE()),
	},
	{
		.name = "an offset just within what is followed",
		.expect = "ok",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, 0x1fffffff), DONE()),
	},
	{
		.name = "an offset just beyond what is followed",
		.expect = "EINVAL math between fp pointer and 536870912 is not allowed",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, 0x20000000), DONE()),
	},
};
VERIFY_GROUP(stack_bounds, bounds)

static const struct verify_test init[] = {
	{
		.name = "read of bytes never written",
		.expect = "ok",
		INSNS(LDX(DW, R0, R10, -8), EXIT()),
	},
	{
		.name = "read of bytes never written, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R10 off=-8 size=8",
		.unprivileged = true,
		INSNS(LDX(DW, R0, R10, -8), DONE()),
	},
	{
		.name = "half of it written, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack off -8+4 size 8",
		.unprivileged = true,
		INSNS(ST(W, R10, -8, 1), LDX(DW, R0, R10, -8), DONE()),
	},
	{
		.name = "both halves written",
		.expect = "ok",
		.unprivileged = true,
		INSNS(ST(W, R10, -8, 1), ST(W, R10, -4, 1), LDX(DW, R2, R10, -8), DONE()),
	},
	{
		.name = "an unset register spilled",
		.expect = "EACCES R2 !read_ok",
		INSNS(STX(DW, R10, -8, R2), DONE()),
	},
	{
		.name = "bytes never written to a helper",
		.expect = "ok",
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "bytes never written to a helper, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R2 off=-4 size=4",
		.unprivileged = true,
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "bytes a helper wrote",
		.expect = "ok",
		.unprivileged = true,
		INSNS(MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 8), CALL(skb_load_bytes),
		      LDX(DW, R2, R10, -8), DONE()),
	},
	{
		.name = "one byte more than a helper wrote, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack off -8+7 size 8",
		.unprivileged = true,
		INSNS(MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 7), CALL(skb_load_bytes),
		      LDX(DW, R2, R10, -8), DONE()),
	},
	{
		.name = "written on one way only, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R10 off=-8 size=8",
		.unprivileged = true,
		INSNS(LDX(W, R2, R1, 0), JMP(JEQ, R2, 0, 1), ST(DW, R10, -8, 1), LDX(DW, R0, R10, -8), DONE()),
	},
	{
		.name = "a helper overwrites a spilled pointer",
		.expect = "EACCES R1 invalid mem access 'scalar'",
		INSNS(MOVR(R6, R1), STX(DW, R10, -8, R6), MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 8),
		      CALL(skb_load_bytes), LDX(DW, R1, R10, -8), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "a spilled pointer to a helper as memory",
		.expect = "ok",
		INSNS(STX(DW, R10, -8, R1), MOVR(R2, R10), ALU(ADD, R2, -8), LD_MAP(R1, MAP_HASH),
		      CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a spilled pointer to a helper as memory, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R2 off -8+0 size 4",
		.unprivileged = true,
		INSNS(STX(DW, R10, -8, R1), MOVR(R2, R10), ALU(ADD, R2, -8), LD_MAP(R1, MAP_HASH),
		      CALL(map_lookup_elem), DONE()),
	},
};
VERIFY_GROUP(stack_init, init)

static const struct verify_test spills[] = {
	{
		.name = "a pointer comes back",
		.expect = "ok",
		INSNS(STX(DW, R10, -8, R1), LDX(DW, R2, R10, -8), LDX(W, R0, R2, 0), EXIT()),
	},
	{
		.name = "one byte overwritten",
		.expect = "EACCES R2 invalid mem access 'scalar'",
		INSNS(STX(DW, R10, -8, R1), ST(B, R10, -5, 0), LDX(DW, R2, R10, -8), LDX(W, R0, R2, 0), EXIT()),
	},
	{
		.name = "one byte overwritten, without CAP_PERFMON",
		.expect = "EACCES attempt to corrupt spilled pointer on stack",
		.unprivileged = true,
		INSNS(STX(DW, R10, -8, R1), ST(B, R10, -5, 0), LDX(DW, R2, R10, -8), DONE()),
	},
	{
		.name = "half of a pointer read",
		.expect = "EACCES invalid size of register fill",
		INSNS(STX(DW, R10, -8, R1), LDX(W, R2, R10, -8), DONE()),
	},
	{
		.name = "half of a pointer read, without CAP_PERFMON",
		.expect = "EACCES invalid size of register fill",
		.unprivileged = true,
		INSNS(STX(DW, R10, -8, R1), LDX(W, R2, R10, -8), DONE()),
	},
	{
		.name = "half of a pointer written",
		.expect = "EACCES invalid size of register spill",
		INSNS(STX(W, R10, -8, R1), DONE()),
	},
	{
		.name = "half of a pointer written, without CAP_PERFMON",
		.expect = "EACCES invalid size of register spill",
		.unprivileged = true,
		INSNS(STX(W, R10, -8, R1), DONE()),
	},
	{
		.name = "a bound survives eight bytes",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), STX(DW, R10, -16, R2), VALUE(MAP_HASH), LDX(DW, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a bound survives four bytes",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), STX(W, R10, -16, R2), VALUE(MAP_HASH), LDX(W, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a bound survives one byte",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), STX(B, R10, -16, R2), VALUE(MAP_HASH), LDX(B, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "the low half of an eight-byte spill",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), STX(DW, R10, -16, R2), VALUE(MAP_HASH), LDX(W, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "the high half of an eight-byte spill",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), STX(DW, R10, -16, R2), VALUE(MAP_HASH), LDX(W, R2, R10, -12),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a wider read than was spilled",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 15), ST(DW, R10, -16, -1), STX(W, R10, -16, R2), VALUE(MAP_HASH),
		      LDX(DW, R2, R10, -16), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a wider number narrowed by a four-byte spill",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(LDX(DW, R2, R1, CTX_TSTAMP), ALU(RSH, R2, 8), STX(W, R10, -16, R2), VALUE(MAP_HASH),
		      LDX(W, R2, R10, -16), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a constant stored and read",
		.expect = "ok",
		INSNS(ST(DW, R10, -16, 15), VALUE(MAP_HASH), LDX(DW, R2, R10, -16), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a constant of four bytes stored and read",
		.expect = "ok",
		INSNS(ST(W, R10, -16, 15), VALUE(MAP_HASH), LDX(W, R2, R10, -16), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a constant too large",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(ST(DW, R10, -16, 16), VALUE(MAP_HASH), LDX(DW, R2, R10, -16), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "zeros in two pieces",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(W, R10, -16, 0), ST(W, R10, -12, 0), VALUE(MAP_HASH), LDX(DW, R2, R10, -16), ALUR(ADD, R0, R2),
		      LDX(B, R0, R0, 15), EXIT()),
	},
	{
		.name = "one byte of zeros",
		.expect = "ok",
		INSNS(ST(DW, R10, -16, 0), VALUE(MAP_HASH), LDX(B, R2, R10, -13), ALUR(ADD, R0, R2), LDX(B, R0, R0, 15), EXIT()),
	},
	{
		.name = "zeros with one byte of another number",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 0), LDX(B, R2, R1, 0), STX(B, R10, -16, R2), VALUE(MAP_HASH), LDX(DW, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a sign-extending fill",
		.expect = "ok",
		INSNS(ST(W, R10, -16, -1), VALUE(MAP_HASH), LDSX(W, R2, R10, -16), ALU(ADD, R2, 1), ALUR(ADD, R0, R2),
		      LDX(B, R0, R0, 15), EXIT()),
	},
	{
		.name = "a spilled number compared after the fill",
		.expect = "ok",
		INSNS(LDX(W, R2, R1, 0), STX(DW, R10, -16, R2), VALUE(MAP_HASH), LDX(DW, R3, R10, -16), JMP(JGT, R3, 15, 2),
		      ALUR(ADD, R0, R3), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "a spilled number learns from its register",
		.expect = "ok",
		INSNS(LDX(W, R7, R1, 0), STX(DW, R10, -16, R7), JMP(JGT, R7, 15, 13), VALUE(MAP_HASH), LDX(DW, R3, R10, -16),
		      ALUR(ADD, R0, R3), LDX(B, R0, R0, 0), EXIT(), DONE()),
	},
	{
		.name = "a spilled NULL check",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), STX(DW, R10, -16, R0), JMP(JEQ, R0, 0, 2), LDX(DW, R2, R10, -16), LDX(B, R0, R2, 0), DONE()),
	},
	{
		.name = "a spilled NULL check on the other way",
		.expect = "EACCES R2 invalid mem access 'scalar'",
		INSNS(LOOKUP(MAP_HASH), STX(DW, R10, -16, R0), JMP(JNE, R0, 0, 2), LDX(DW, R2, R10, -16), LDX(B, R0, R2, 0), DONE()),
	},
	{
		.name = "an atomic add on the stack",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 1), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R10, -8, R2), LDX(DW, R0, R10, -8), EXIT()),
	},
	{
		.name = "an atomic add on a spilled pointer",
		.expect = "EACCES R2 invalid mem access 'scalar'",
		INSNS(STX(DW, R10, -8, R1), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R10, -8, R2), LDX(DW, R2, R10, -8), LDX(B, R0, R2, 0), EXIT()),
	},
	{
		.name = "an atomic add forgets the constant",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 1), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R10, -16, R2), VALUE(MAP_HASH), LDX(DW, R2, R10, -16),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "fetch and add",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 1), MOV(R2, 1), ATOMIC(DW, BPF_ADD | BPF_FETCH, R10, -8, R2), MOVR(R0, R2), EXIT()),
	},
	{
		.name = "compare and exchange",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 1), MOV(R0, 1), MOV(R2, 2), ATOMIC(DW, BPF_CMPXCHG, R10, -8, R2), EXIT()),
	},
	{
		.name = "compare and exchange without r0",
		.expect = "EACCES R0 !read_ok",
		INSNS(ST(DW, R10, -8, 1), MOV(R2, 2), ATOMIC(DW, BPF_CMPXCHG, R10, -8, R2), DONE()),
	},
	{
		.name = "compare and exchange of a pointer, without CAP_PERFMON",
		.expect = "EACCES R0 leaks addr into mem",
		.unprivileged = true,
		INSNS(ST(DW, R10, -8, 1), MOVR(R0, R10), MOV(R2, 2), ATOMIC(DW, BPF_CMPXCHG, R10, -8, R2), DONE()),
	},
	{
		.name = "an atomic operation of two bytes",
		.expect = "EINVAL invalid atomic operand size",
		INSNS(ST(DW, R10, -8, 1), MOV(R2, 1), ATOMIC(H, BPF_ADD, R10, -8, R2), DONE()),
	},
	{
		.name = "an atomic operation that does not exist",
		.expect = "EINVAL BPF_ATOMIC uses invalid atomic opcode 70",
		INSNS(ST(DW, R10, -8, 1), MOV(R2, 1), ATOMIC(DW, 0x70, R10, -8, R2), DONE()),
	},
	{
		.name = "an atomic operation on bytes never written, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R10 off=-8 size=8",
		.unprivileged = true,
		INSNS(MOV(R2, 1), ATOMIC(DW, BPF_ADD, R10, -8, R2), DONE()),
	},
	{
		.name = "exchange brings the spilled pointer",
		.expect = "ok",
		INSNS(STX(DW, R10, -8, R1), MOV(R2, 1), ATOMIC(DW, BPF_XCHG, R10, -8, R2), LDX(B, R0, R2, 0), EXIT()),
	},
};
VERIFY_GROUP(stack_spills, spills)

/* r2 = r10 - 8 * (1 + a number from 0 to @count - 1, a power of two) */
#define VARIABLE(count) \
	LDX(W, R3, R1, 0), ALU(AND, R3, (count) - 1), ALU(LSH, R3, 3), MOVR(R2, R10), ALU(ADD, R2, -8 * (count)), \
	ALUR(ADD, R2, R3)

static const struct verify_test variable[] = {
	{
		.name = "a write at a variable offset",
		.expect = "ok",
		INSNS(VARIABLE(4), ST(DW, R2, 0, 1), DONE()),
	},
	{
		.name = "a read at a variable offset",
		.expect = "ok",
		INSNS(VARIABLE(4), LDX(DW, R0, R2, 0), EXIT()),
	},
	{
		.name = "a write, one past the end",
		.expect = "EINVAL invalid variable-offset write to stack R2 var_off=(0x0; 0x18) off=-24 size=8",
		INSNS(VARIABLE(4), ST(DW, R2, 8, 1), DONE()),
	},
	{
		.name = "a read, one past the end",
		.expect = "EINVAL invalid variable-offset read from stack R2 var_off=(0x0; 0x18) off=-24 size=8",
		INSNS(VARIABLE(4), LDX(DW, R0, R2, 8), EXIT()),
	},
	{
		.name = "a write below the stack",
		.expect = "EACCES invalid variable-offset write to stack R2 var_off=(0x0; 0x1f8) off=-520 size=8",
		INSNS(VARIABLE(64), ST(DW, R2, -8, 1), DONE()),
	},
	{
		.name = "the whole stack",
		.expect = "ok",
		INSNS(VARIABLE(64), ST(DW, R2, 0, 1), LDX(DW, R0, R2, 0), EXIT()),
	},
	{
		.name = "an unbounded offset",
		.expect = "EINVAL math between fp pointer and register with unbounded min value is not allowed",
		INSNS(LDX(DW, R3, R1, CTX_TSTAMP), MOVR(R2, R10), ALUR(ADD, R2, R3), ST(B, R2, 0, 1), DONE()),
	},
	{
		.name = "a misaligned variable offset",
		.expect = "EACCES misaligned stack access off (0x0; 0x7)+-16+0 size 8",
		INSNS(LDX(W, R3, R1, 0), ALU(AND, R3, 7), MOVR(R2, R10), ALU(ADD, R2, -16), ALUR(ADD, R2, R3),
		      ST(DW, R2, 0, 1), DONE()),
	},
	{
		.name = "a write, without CAP_PERFMON",
		.expect = "EACCES R2 variable stack access prohibited for !root, var_off=(0x0; 0x18) off=-32",
		.unprivileged = true,
		INSNS(VARIABLE(4), ST(DW, R2, 0, 1), DONE()),
	},
	{
		.name = "a write may have hit a spilled pointer",
		.expect = "EACCES R1 invalid mem access 'scalar'",
		INSNS(STX(DW, R10, -16, R1), MOVR(R7, R1), VARIABLE(4), ST(DW, R2, 0, 0), LDX(DW, R1, R10, -16),
		      LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "a write may have hit a bounded number",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 3), VARIABLE(4), ST(DW, R2, 0, 255), LDX(DW, R7, R10, -16), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a write of zero keeps zeros",
		.expect = "ok",
		INSNS(ST(DW, R10, -16, 0), VARIABLE(4), ST(DW, R2, 0, 0), LDX(DW, R7, R10, -16), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a write elsewhere keeps the spill",
		.expect = "ok",
		INSNS(STX(DW, R10, -64, R1), VARIABLE(4), ST(DW, R2, 0, 0), LDX(DW, R1, R10, -64), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "a read may have hit a spilled pointer",
		.expect = "ok",
		INSNS(STX(DW, R10, -16, R1), VARIABLE(4), LDX(DW, R0, R2, 0), DONE()),
	},
	{
		.name = "a read of zeros at a variable offset",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 0), ST(DW, R10, -8, 0), VARIABLE(2), LDX(DW, R7, R2, 0), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 15), EXIT()),
	},
	{
		.name = "a read of a bounded number at a variable offset",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(ST(DW, R10, -16, 3), ST(DW, R10, -8, 3), VARIABLE(2), LDX(DW, R7, R2, 0), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "to a helper that reads",
		.expect = "ok",
		INSNS(ST(DW, R10, -16, 0), ST(DW, R10, -8, 0), VARIABLE(2), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "to a helper that writes",
		.expect = "ok",
		INSNS(VARIABLE(2), MOVR(R3, R2), MOV(R2, 0), MOV(R4, 8), CALL(skb_load_bytes), DONE()),
	},
	{
		.name = "to a helper that writes past the end",
		.expect = "EINVAL invalid variable-offset write to stack R3 var_off=(0x0; 0x8) off=-16 size=16",
		INSNS(VARIABLE(2), MOVR(R3, R2), MOV(R2, 0), MOV(R4, 16), CALL(skb_load_bytes), DONE()),
	},
	{
		.name = "a spill at a variable offset is a number",
		.expect = "EACCES R1 invalid mem access 'scalar'",
		INSNS(MOVR(R7, R1), VARIABLE(2), STX(DW, R2, 0, R7), LDX(DW, R1, R2, 0), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "an index that is one number in the end",
		.expect = "ok",
		INSNS(STX(DW, R10, -16, R1), LDX(W, R3, R1, 0), JMP(JNE, R3, 8, 5), MOVR(R2, R10), ALU(ADD, R2, -24),
		      ALUR(ADD, R2, R3), LDX(DW, R1, R2, 0), LDX(W, R0, R1, 0), DONE()),
	},
};
VERIFY_GROUP(stack_variable, variable)
