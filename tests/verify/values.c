/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * values.c - map values: the NULL check, bounds, constant and variable offsets, read-only maps,
 * maps in maps, global data.
 */
#include "phrases.h"

/* clang-format off */

static const struct verify_test nulls[] = {
	{
		.name = "no check",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "checked with JEQ",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), JMP(JEQ, R0, 0, 1), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "checked with JNE",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), JMP(JNE, R0, 0, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "the wrong side of JEQ",
		.expect = "EACCES R0 invalid mem access 'scalar'",
		INSNS(LOOKUP(MAP_HASH), JMP(JEQ, R0, 0, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "checked with JGT",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), JMP(JGT, R0, 0, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "checked in 32 bits",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), JMP32(JNE, R0, 0, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "compared with one",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), JMP(JNE, R0, 1, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "compared with a register that is zero",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), MOV(R2, 0), JMPR(JNE, R0, R2, 2), DONE(), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a copy is checked too",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), MOVR(R7, R0), JMP(JEQ, R0, 0, 1), LDX(B, R0, R7, 0), DONE()),
	},
	{
		.name = "another lookup is not",
		.expect = "EACCES R7 invalid mem access 'map_value_or_null'",
		INSNS(LOOKUP(MAP_HASH), MOVR(R7, R0), LOOKUP(MAP_HASH), JMP(JEQ, R0, 0, 1), LDX(B, R0, R7, 0), DONE()),
	},
	{
		.name = "arithmetic before the check",
		.expect = "EACCES R0 pointer arithmetic on map_value_or_null prohibited, null-check it first",
		INSNS(LOOKUP(MAP_HASH), ALU(ADD, R0, 8), JMP(JEQ, R0, 0, 1), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "NULL is the number zero",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), JMP(JNE, R0, 0, 2), ALU(ADD, R0, 8), EXIT(), DONE()),
	},
	{
		.name = "checked twice",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), JMP(JEQ, R0, 0, 3), JMP(JNE, R0, 0, 1), LDX(B, R0, R9, 0), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "an unchecked value to a helper",
		.expect = "EACCES R2 type=map_value_or_null expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(LOOKUP(MAP_HASH), MOVR(R2, R0), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "an unchecked value where NULL is allowed",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), MOVR(R1, R0), MOV(R2, 0), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "compared with a value that was checked",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOVR(R7, R0), LOOKUP(MAP_HASH), JMPR(JNE, R0, R7, 1), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "checked in a subprogram",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), MOVR(R1, R0), CALL_LOCAL(1), EXIT(), JMP(JEQ, R1, 0, 1), LDX(B, R0, R1, 0), DONE()),
	},
	{
		.name = "returned from a subprogram and checked there",
		.expect = "ok",
		INSNS(CALL_LOCAL(3), JMP(JEQ, R0, 0, 1), LDX(B, R0, R0, 0), EXIT(), LOOKUP(MAP_HASH), EXIT()),
	},
	{
		.name = "checked before a spill",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), STX(DW, R10, -16, R0), LDX(DW, R2, R10, -16), LDX(B, R0, R2, 0), EXIT()),
	},
	{
		.name = "returned, checked or not",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), EXIT()),
	},
	{
		.name = "returned, without CAP_PERFMON",
		.expect = "EACCES R0 leaks addr as return value",
		.unprivileged = true,
		INSNS(LOOKUP(MAP_HASH), EXIT()),
	},
};
VERIFY_GROUP(null_checks, nulls)

static const struct verify_test bounds[] = {
	{
		.name = "the last byte",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), LDX(B, R0, R0, 15), EXIT()),
	},
	{
		.name = "one past",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), LDX(B, R0, R0, 16), EXIT()),
	},
	{
		.name = "a word across the end",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), LDX(DW, R0, R0, 12), EXIT()),
	},
	{
		.name = "before the value",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), LDX(B, R0, R0, -1), EXIT()),
	},
	{
		.name = "moved forward and back",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), ALU(ADD, R0, 32), LDX(B, R0, R0, -17), EXIT()),
	},
	{
		.name = "moved back and forward",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), ALU(SUB, R0, 8), LDX(B, R0, R0, 8), EXIT()),
	},
	{
		.name = "moved back",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), ALU(ADD, R0, -8), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a variable offset within",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALU(AND, R2, 15), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a variable offset and a constant, one past",
		.expect = "EACCES R0 max value is outside of the allowed memory range",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALU(AND, R2, 15), ALUR(ADD, R0, R2), LDX(B, R0, R0, 1), EXIT()),
	},
	{
		.name = "a variable offset, a word across the end",
		.expect = "EACCES R0 max value is outside of the allowed memory range",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALU(AND, R2, 15), ALUR(ADD, R0, R2), LDX(W, R0, R0, 0), EXIT()),
	},
	{
		.name = "a variable offset bounded by an unsigned jump",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), JMP(JGE, R2, 16, 2), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "a variable offset bounded by a signed jump",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(DW, R2, R6, CTX_TSTAMP), JMP(JSGE, R2, 16, 2), ALUR(ADD, R0, R2),
		      LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "bounded by two signed jumps",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(DW, R2, R6, CTX_TSTAMP), JMP(JSGE, R2, 16, 3), JMP(JSLT, R2, 0, 2),
		      ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "an unbounded offset",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an offset of 64 unknown bits",
		.expect = "EINVAL math between map_value pointer and register with unbounded min value is not allowed",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(DW, R2, R6, CTX_TSTAMP), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a negative variable offset",
		.expect = "EACCES R0 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALU(AND, R2, 7), ALUR(SUB, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a negative variable offset from the end",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), LDX(W, R2, R6, 0), ALU(AND, R2, 7), ALU(ADD, R0, 15), ALUR(SUB, R0, R2),
		      LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a far constant",
		.expect = "EINVAL math between map_value pointer and 2147483647 is not allowed",
		INSNS(VALUE(MAP_HASH), ALU(ADD, R0, 0x7fffffff), DONE()),
	},
	{
		.name = "misaligned",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), LDX(W, R0, R0, 1), EXIT()),
	},
	{
		.name = "misaligned under BPF_F_STRICT_ALIGNMENT",
		.expect = "EACCES misaligned value access off 0+0+1 size 4",
		.flags = BPF_F_STRICT_ALIGNMENT,
		INSNS(VALUE(MAP_HASH), LDX(W, R0, R0, 1), EXIT()),
	},
	{
		.name = "multiplied",
		.expect = "EACCES R0 pointer arithmetic with *= operator prohibited",
		INSNS(VALUE(MAP_HASH), ALU(MUL, R0, 2), DONE()),
	},
	{
		.name = "negated",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), NEG(R0), EXIT()),
	},
	{
		.name = "negated and used",
		.expect = "EACCES R0 invalid mem access 'scalar'",
		INSNS(VALUE(MAP_HASH), NEG(R0), NEG(R0), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "moved in 32 bits",
		.expect = "EACCES R0 invalid mem access 'scalar'",
		INSNS(VALUE(MAP_HASH), MOV32R(R0, R0), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "moved in 32 bits, without CAP_PERFMON",
		.expect = "EACCES R0 partial copy of pointer",
		.unprivileged = true,
		INSNS(VALUE(MAP_HASH), MOV32R(R2, R0), DONE()),
	},
	{
		.name = "sign-extended",
		.expect = "EACCES R0 invalid mem access 'scalar'",
		INSNS(VALUE(MAP_HASH), MOVSX(R0, R0, 32), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "written",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), ST(DW, R0, 8, 1), DONE()),
	},
	{
		.name = "a pointer written",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), STX(DW, R0, 8, R10), DONE()),
	},
	{
		.name = "a pointer written, without CAP_PERFMON",
		.expect = "EACCES R10 leaks addr into map",
		.unprivileged = true,
		INSNS(VALUE(MAP_HASH), STX(DW, R0, 8, R10), DONE()),
	},
	{
		.name = "an atomic add",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R0, 8, R2), DONE()),
	},
	{
		.name = "an atomic add past the end",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R0, 16, R2), DONE()),
	},
	{
		.name = "a misaligned atomic add",
		.expect = "EACCES misaligned value access off 0+0+4 size 8",
		INSNS(VALUE(MAP_HASH), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R0, 4, R2), DONE()),
	},
	{
		.name = "an atomic add of a pointer, without CAP_PERFMON",
		.expect = "EACCES R10 leaks addr into mem",
		.unprivileged = true,
		INSNS(VALUE(MAP_HASH), ATOMIC(DW, BPF_ADD, R0, 8, R10), DONE()),
	},
	{
		.name = "a number read from a value is unknown",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(VALUE(MAP_HASH), LDX(W, R2, R0, 0), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a byte read from a value is a byte",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), LDX(B, R2, R0, 0), ALU(RSH, R2, 4), ALUR(ADD, R0, R2), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "two values subtracted",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOVR(R7, R0), VALUE(MAP_HASH), ALUR(SUB, R0, R7), EXIT()),
	},
	{
		.name = "in a loop of constants",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOV(R2, 0), LDX(B, R3, R0, 0), ALU(ADD, R0, 1), ALU(ADD, R2, 1), JMP(JLT, R2, 16, -4), DONE()),
	},
	{
		.name = "in a loop of constants, one too far",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), MOV(R2, 0), LDX(B, R3, R0, 0), ALU(ADD, R0, 1), ALU(ADD, R2, 1), JMP(JLT, R2, 17, -4), DONE()),
	},
};
VERIFY_GROUP(map_values, bounds)

/* r0 = the value of direct address; then one access */
#define DIRECT(map, off) LD_MAP_VALUE(R1, map, off)

static const struct verify_test direct[] = {
	{
		.name = "global data",
		.expect = "ok",
		INSNS(DIRECT(MAP_GLOBAL, 0), ST(DW, R1, 56, 1), LDX(DW, R0, R1, 56), EXIT()),
	},
	{
		.name = "global data at an offset",
		.expect = "ok",
		INSNS(DIRECT(MAP_GLOBAL, 60), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "global data at an offset, one past",
		.expect = "EACCES R1 min value is outside of the allowed memory range",
		INSNS(DIRECT(MAP_GLOBAL, 60), LDX(W, R0, R1, 4), EXIT()),
	},
	{
		.name = "global data at an offset, back",
		.expect = "ok",
		INSNS(DIRECT(MAP_GLOBAL, 60), LDX(W, R0, R1, -60), EXIT()),
	},
	{
		.name = "an address past the value",
		.expect = "EINVAL invalid access to map value pointer, value_size=64 off=64",
		INSNS(DIRECT(MAP_GLOBAL, 64), DONE()),
	},
	{
		.name = "an array of several values has no addresses",
		.expect = "ENOTSUPP invalid access to map value pointer, value_size=16 off=0",
		INSNS(DIRECT(MAP_ARRAY, 0), DONE()),
	},
	{
		.name = "nor has a hash",
		.expect = "EINVAL no direct value access support for this map type",
		INSNS(DIRECT(MAP_HASH, 0), DONE()),
	},
	{
		.name = "frozen data are constants",
		.expect = "ok",
		INSNS(DIRECT(MAP_RODATA, 0), LDX(W, R7, R1, 8), VALUE(MAP_HASH), ALUR(ADD, R0, R7), LDX(B, R0, R0, 13), EXIT()),
	},
	{
		.name = "frozen data are constants, too large",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(DIRECT(MAP_RODATA, 0), LDX(W, R7, R1, 8), VALUE(MAP_HASH), ALUR(ADD, R0, R7), LDX(B, R0, R0, 14), EXIT()),
	},
	{
		.name = "a byte of a frozen constant",
		.expect = "ok",
		INSNS(DIRECT(MAP_RODATA, 0), LDX(B, R7, R1, 12), VALUE(MAP_HASH), ALUR(ADD, R0, R7), LDX(B, R0, R0, 12), EXIT()),
	},
	{
		.name = "a sign-extended frozen constant",
		.expect = "ok",
		INSNS(DIRECT(MAP_RODATA, 0), LDSX(W, R7, R1, 4), JMP(JSLT, R7, 0, 1), LDX(B, R0, R9, 0), DONE()),
	},
	{
		.name = "a way that frozen data rule out",
		.expect = "ok",
		INSNS(DIRECT(MAP_RODATA, 0), LDX(W, R2, R1, 8), JMP(JEQ, R2, 2, 1), LDX(B, R0, R9, 0), DONE()),
	},
	{
		.name = "frozen data at a variable offset",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 4), DIRECT(MAP_RODATA, 0), ALUR(ADD, R1, R2), LDX(W, R7, R1, 0), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R7), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "writing frozen data",
		.expect = "EACCES write into map forbidden, value_size=64 off=0 size=4",
		INSNS(DIRECT(MAP_RODATA, 0), ST(W, R1, 0, 1), DONE()),
	},
	{
		.name = "an atomic add to frozen data",
		.expect = "EACCES write into map forbidden, value_size=64 off=0 size=4",
		INSNS(DIRECT(MAP_RODATA, 0), MOV(R2, 1), ATOMIC(W, BPF_ADD, R1, 0, R2), DONE()),
	},
	{
		.name = "read-only data that are not frozen are unknown",
		.expect = "EACCES R0 unbounded memory access, make sure to bounds check any such access",
		INSNS(DIRECT(MAP_RDONLY, 0), LDX(W, R7, R1, 8), VALUE(MAP_HASH), ALUR(ADD, R0, R7), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a helper writes into read-only data",
		.expect = "EACCES write into map forbidden, value_size=64 off=0 size=8",
		INSNS(MOVR(R6, R1), DIRECT(MAP_RDONLY, 0), MOVR(R3, R1), MOVR(R1, R6), MOV(R2, 0), MOV(R4, 8), CALL(skb_load_bytes), DONE()),
	},
	{
		.name = "a helper reads read-only data",
		.expect = "ok",
		INSNS(MOVR(R6, R1), DIRECT(MAP_RDONLY, 0), MOVR(R3, R1), MOVR(R1, R6), MOV(R2, 0), MOV(R4, 8), MOV(R5, 0),
		      CALL(skb_store_bytes), DONE()),
	},
	{
		.name = "reading a write-only map",
		.expect = "EACCES read from map forbidden, value_size=64 off=0 size=4",
		INSNS(DIRECT(MAP_WRONLY, 0), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "writing a write-only map",
		.expect = "ok",
		INSNS(DIRECT(MAP_WRONLY, 0), ST(W, R1, 0, 1), DONE()),
	},
	{
		.name = "updating a read-only map",
		.expect = "EACCES write into map forbidden",
		INSNS(ST(W, R10, -4, 0), MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP_VALUE(R3, MAP_GLOBAL, 0), LD_MAP(R1, MAP_RDONLY),
		      MOV(R4, 0), CALL(map_update_elem), DONE()),
	},
	{
		.name = "looking up in a write-only map",
		.expect = "ok",
		INSNS(LOOKUP(MAP_WRONLY), DONE()),
	},
	{
		.name = "looking up in a read-only map and writing",
		.expect = "EACCES write into map forbidden, value_size=64 off=0 size=1",
		INSNS(VALUE(MAP_RDONLY), ST(B, R0, 0, 1), DONE()),
	},
	{
		.name = "a map pointer read",
		.expect = "EACCES R1 is bpf_htab invalid negative access: off=-1",
		INSNS(LD_MAP(R1, MAP_HASH), LDX(B, R0, R1, -1), EXIT()),
	},
	{
		.name = "a map pointer written",
		.expect = "EACCES only read from bpf_htab is supported",
		INSNS(LD_MAP(R1, MAP_HASH), ST(DW, R1, 0, 1), DONE()),
	},
	{
		.name = "a map pointer moved",
		.expect = "EACCES R1 pointer arithmetic on map_ptr prohibited",
		INSNS(LD_MAP(R1, MAP_HASH), ALU(ADD, R1, 8), DONE()),
	},
	{
		.name = "a map pointer compared with zero",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_HASH), JMP(JNE, R1, 0, 1), LDX(B, R0, R9, 0), DONE()),
	},
	{
		.name = "a global value compared with zero",
		.expect = "ok",
		INSNS(DIRECT(MAP_GLOBAL, 0), JMP(JNE, R1, 0, 1), LDX(B, R0, R9, 0), DONE()),
	},
	{
		.name = "an inner map",
		.expect = "ok",
		INSNS(VALUE(MAP_OUTER), MOVR(R1, R0), MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), JMP(JEQ, R0, 0, 1),
		      LDX(B, R0, R0, 15), DONE()),
	},
	{
		.name = "an inner map, one past its value",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_OUTER), MOVR(R1, R0), MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), JMP(JEQ, R0, 0, 1),
		      LDX(B, R0, R0, 16), DONE()),
	},
	{
		.name = "an inner map of a hash",
		.expect = "ok",
		INSNS(VALUE(MAP_OUTER_HASH), MOVR(R1, R0), MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), JMP(JEQ, R0, 0, 1),
		      LDX(B, R0, R0, 0), DONE()),
	},
	{
		.name = "an inner map without a check",
		.expect = "EACCES R1 type=map_value_or_null expected=map_ptr",
		INSNS(LOOKUP(MAP_OUTER), MOVR(R1, R0), MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "an inner array's value needs no check for a known key",
		.expect = "ok",
		INSNS(VALUE(MAP_OUTER), MOVR(R1, R0), MOVR(R2, R10), ALU(ADD, R2, -4), CALL(map_lookup_elem), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "updating a map of maps",
		.expect = "EINVAL cannot pass map_type 12 into func bpf_map_update_elem#2",
		INSNS(ST(W, R10, -4, 0), MOVR(R2, R10), ALU(ADD, R2, -4), MOVR(R3, R2), LD_MAP(R1, MAP_OUTER), MOV(R4, 0),
		      CALL(map_update_elem), DONE()),
	},
	{
		.name = "an array's key known to lie within it needs no check",
		.expect = "ok",
		INSNS(LOOKUP(MAP_ARRAY), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key known to lie outside",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(ST(W, R10, -4, 4), MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, MAP_ARRAY), CALL(map_lookup_elem),
		      LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key that is not known",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LDX(W, R2, R1, 0), ALU(AND, R2, 3), STX(W, R10, -4, R2), MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, MAP_ARRAY),
		      CALL(map_lookup_elem), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a per-CPU array's key known to lie within it",
		.expect = "ok",
		INSNS(LOOKUP(MAP_PERCPU_ARRAY), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key in the lower half of a spill",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(ST(DW, R10, -8, 1), MOVR(R2, R10), ALU(ADD, R2, -8), LD_MAP(R1, MAP_ARRAY), CALL(map_lookup_elem),
		      LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key in the upper half of a spill",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 1), MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, MAP_ARRAY), CALL(map_lookup_elem),
		      LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key in global data",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LD_MAP_VALUE(R2, MAP_GLOBAL, 0), LD_MAP(R1, MAP_ARRAY), CALL(map_lookup_elem), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "an array's key in a frozen map",
		.expect = "EACCES R0 invalid mem access 'map_value_or_null'",
		INSNS(LD_MAP_VALUE(R2, MAP_RODATA, 0), LD_MAP(R1, MAP_ARRAY), CALL(map_lookup_elem), LDX(B, R0, R0, 0), EXIT()),
	},
};
VERIFY_GROUP(direct_values, direct)
