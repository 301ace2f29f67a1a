/* SPDX-License-Identifier: BSD-2-Clause */
/* Moving pointers without CAP_PERFMON: where a mispredicted branch could let the CPU read along. */
#include "corpus.h"

#define PACKET_START LDX(W, R7, R1, 76), LDX(W, R8, R1, 80)
#define VALUE_IN_R7                                                                                \
	ST(W, R10, -4, 0), MOVR(R2, R10), ALU(ADD, R2, -4), MOVR(R6, R1), LD_MAP(R1, MAP_ARRAY),   \
		CALL(map_lookup_elem), JMP(JNE, R0, 0, +1), EXIT(), MOVR(R7, R0)

static const struct verify_test moves[] = {
	{
		.name = "a packet pointer plus a constant",
		.expect = "ok",
		.unprivileged = true,
		INSNS(PACKET_START, ALU(ADD, R7, 14), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a packet pointer plus a register that is known",
		.expect = "EACCES R7 has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(PACKET_START, MOV(R2, 14), ALUR(ADD, R7, R2), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a packet pointer plus a register",
		.expect = "EACCES R7 has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(PACKET_START, LDX(W, R2, R1, 0), ALU(AND, R2, 7), ALUR(ADD, R7, R2), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a register plus a packet pointer",
		.expect = "EACCES R7 has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(PACKET_START, LDX(W, R2, R1, 0), ALU(AND, R2, 7), ALUR(ADD, R2, R7), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a map value plus a register",
		.expect = "ok",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, LDX(W, R2, R6, 0), ALU(AND, R2, 7), ALUR(ADD, R7, R2), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a map value plus a register that goes past it",
		.expect = "EACCES R7 pointer arithmetic of map value goes out of range, prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, LDX(W, R2, R6, 0), ALU(AND, R2, 31), ALUR(ADD, R7, R2), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a map value plus a constant that goes past it",
		.expect = "EACCES R7 pointer arithmetic of map value goes out of range, prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, ALU(ADD, R7, 16), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a map value plus a number of either sign",
		.expect = "EACCES R2 has unknown scalar with mixed signed bounds, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, LDX(DW, R2, R7, 0), JMP(JSGT, R2, 4, +3), JMP(JSLT, R2, -4, +2), ALUR(ADD, R7, R2),
		      JA(0), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a number of either sign plus a map value",
		.expect = "EACCES R2 has unknown scalar with mixed signed bounds, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, LDX(DW, R2, R7, 0), JMP(JSGT, R2, 4, +3), JMP(JSLT, R2, -4, +2), ALUR(ADD, R2, R7),
		      JA(0), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a map value minus a register",
		.expect = "EACCES R7 pointer arithmetic of map value goes out of range, prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, ALU(ADD, R7, 8), LDX(W, R2, R6, 0), ALU(AND, R2, 7), ALUR(SUB, R7, R2),
		      LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a stack pointer plus a register",
		.expect = "EACCES R2 variable stack access prohibited for !root, var_off=(0x0; 0x7) off=-16",
		.unprivileged = true,
		INSNS(LDX(W, R3, R1, 0), ALU(AND, R3, 7), MOVR(R2, R10), ALU(ADD, R2, -16), ALUR(ADD, R2, R3), MOV(R0, 0),
		      EXIT()),
	},
	{
		.name = "a stack pointer plus a register that is known",
		.expect = "ok",
		.unprivileged = true,
		INSNS(MOV(R3, -8), MOVR(R2, R10), ALUR(ADD, R2, R3), ST(DW, R2, 0, 0), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a stack pointer past the stack",
		.expect = "EACCES R2 stack pointer arithmetic goes out of range, prohibited for !root; off=-516",
		.unprivileged = true,
		INSNS(MOVR(R2, R10), ALU(ADD, R2, -516), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a stack pointer above the stack",
		.expect = "EACCES R2 stack pointer arithmetic goes out of range, prohibited for !root; off=8",
		.unprivileged = true,
		INSNS(MOVR(R2, R10), ALU(ADD, R2, 8), MOV(R0, 0), EXIT()),
	},
	{
		.name = "a context pointer plus a register",
		.expect = "EACCES R1 has pointer with unsupported alu operation, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(LDX(W, R3, R1, 0), ALU(AND, R3, 4), ALUR(ADD, R1, R3), MOV(R0, 0), EXIT()),
	},
	{
		.name = "two map values through one addition",
		.expect = "EACCES R7 tried to add from different maps, paths or scalars, pointer arithmetic with it prohibited for !root",
		.unprivileged = true,
		INSNS(VALUE_IN_R7, LDX(W, R2, R6, 0), MOV(R3, 4), JMP(JEQ, R2, 60, +1), MOV(R3, 8), ALUR(ADD, R7, R3),
		      LDX(B, R0, R7, 0), EXIT()),
	},
};

VERIFY_GROUP(unprivileged_moves, moves)
