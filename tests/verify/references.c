/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * references.c - what must be given back: ring buffer records and spin locks.
 */
#include "phrases.h"

/* clang-format off */

static const struct verify_test ringbuf[] = {
	{
		.name = "reserved, written, submitted",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), ST(DW, R0, 0, 1), MOVR(R1, R0), MOV(R2, 0), CALL(ringbuf_submit), L(1), DONE()),
	},
	{
		.name = "reserved and discarded",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "no NULL check",
		.expect = "EACCES R0 invalid mem access 'ringbuf_mem_or_null'",
		INSNS(RESERVE(8), ST(DW, R0, 0, 1), DONE()),
	},
	{
		.name = "submitted without a NULL check",
		.expect = "EACCES R1 type=ringbuf_mem_or_null expected=ringbuf_mem",
		INSNS(RESERVE(8), DISCARD(R0), DONE()),
	},
	{
		.name = "not given back",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(RESERVE(8), DONE()),
	},
	{
		.name = "not given back on one way",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(MOVR(R6, R1), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "given back twice",
		.expect = "EACCES R1 type=scalar expected=ringbuf_mem",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R6, R0), DISCARD(R6), DISCARD(R6), L(1), DONE()),
	},
	{
		.name = "written after it was submitted",
		.expect = "EACCES R6 invalid mem access 'scalar'",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R6, R0), DISCARD(R6), ST(DW, R6, 0, 1), L(1), DONE()),
	},
	{
		.name = "a copy written after it was submitted",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R6, R0), MOVR(R7, R0), DISCARD(R6), ST(DW, R7, 0, 1), L(1), DONE()),
	},
	{
		.name = "a spilled copy written after it was submitted",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), STX(DW, R10, -8, R0), DISCARD(R0), LDX(DW, R7, R10, -8), ST(DW, R7, 0, 1), L(1), DONE()),
	},
	{
		.name = "one past its end",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), ST(B, R0, 8, 1), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "before its beginning",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), ST(B, R0, -1, 1), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "a variable offset",
		.expect = "ok",
		INSNS(MOVR(R6, R1), RESERVE(16), JMP(JEQ, R0, 0, TO(1)), LDX(W, R2, R6, 0), ALU(AND, R2, 15), MOVR(R3, R0), ALUR(ADD, R3, R2),
		      ST(B, R3, 0, 1), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "a variable offset, one past",
		.expect = "EACCES R3 max value is outside of the allowed memory range",
		INSNS(MOVR(R6, R1), RESERVE(16), JMP(JEQ, R0, 0, TO(1)), LDX(W, R2, R6, 0), ALU(AND, R2, 31), MOVR(R3, R0), ALUR(ADD, R3, R2),
		      ST(B, R3, 0, 1), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "given back with an offset",
		.expect = "EINVAL R1 must have zero offset when passed to release func or trusted arg to kfunc",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R1, R0), ALU(ADD, R1, 4), MOV(R2, 0), CALL(ringbuf_discard), L(1), DONE()),
	},
	{
		.name = "given back after moving forth and back",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R1, R0), ALU(ADD, R1, 4), ALU(ADD, R1, -4), MOV(R2, 0), CALL(ringbuf_discard), L(1), DONE()),
	},
	{
		.name = "something else given back",
		.expect = "EACCES R1 type=map_value expected=ringbuf_mem",
		INSNS(VALUE(MAP_HASH), DISCARD(R0), DONE()),
	},
	{
		.name = "the stack given back",
		.expect = "EACCES R1 type=fp expected=ringbuf_mem",
		INSNS(DISCARD(R10), DONE()),
	},
	{
		.name = "a size that is not constant",
		.expect = "EACCES R2 is not a known constant'",
		INSNS(LDX(W, R2, R1, 0), LD_MAP(R1, MAP_RINGBUF), MOV(R3, 0), CALL(ringbuf_reserve), DONE()),
	},
	{
		.name = "a size of zero",
		.expect = "ok",
		INSNS(RESERVE(0), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "a size of zero, written",
		.expect = "EACCES R0 min value is outside of the allowed memory range",
		INSNS(RESERVE(0), JMP(JEQ, R0, 0, TO(1)), ST(B, R0, 0, 1), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "a negative size",
		.expect = "ok",
		INSNS(RESERVE(-1), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "another kind of map",
		.expect = "EINVAL cannot pass map_type 2 into func bpf_ringbuf_reserve#131",
		INSNS(LD_MAP(R1, MAP_ARRAY), MOV(R2, 8), MOV(R3, 0), CALL(ringbuf_reserve), DONE()),
	},
	{
		.name = "a ring buffer looked up",
		.expect = "EACCES invalid zero-sized read",
		INSNS(LOOKUP(MAP_RINGBUF), DONE()),
	},
	{
		.name = "as memory for a helper",
		.expect = "ok",
		INSNS(MOVR(R6, R1), RESERVE(64), JMP(JEQ, R0, 0, TO(1)), MOVR(R7, R0), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R7), MOV(R4, 64),
		      CALL(skb_load_bytes), DISCARD(R7), L(1), DONE()),
	},
	{
		.name = "as memory for a helper, one past",
		.expect = "EACCES R3 min value is outside of the allowed memory range",
		INSNS(MOVR(R6, R1), RESERVE(64), JMP(JEQ, R0, 0, TO(1)), MOVR(R7, R0), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R7), MOV(R4, 65),
		      CALL(skb_load_bytes), DISCARD(R7), L(1), DONE()),
	},
	{
		.name = "as a key",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R7, R0), ST(DW, R7, 0, 0), LD_MAP(R1, MAP_HASH), MOVR(R2, R7), CALL(map_lookup_elem),
		      DISCARD(R7), L(1), DONE()),
	},
	{
		.name = "a clone while holding it",
		.expect = "ok",
		INSNS(MOVR(R6, R1), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R7, R0), CLONE(), ST(DW, R7, 0, 1), DISCARD(R7), L(1), DONE()),
	},
	{
		.name = "two records",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(2)), MOVR(R6, R0), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DISCARD(R6), L(2), DONE()),
	},
	{
		.name = "two records, the second not given back",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(2)), MOVR(R6, R0), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), L(1), DISCARD(R6), L(2), DONE()),
	},
	{
		.name = "the same register for two records",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R6, R0), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "given back by a subprogram",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), MOVR(R1, R0), CALL_LOCAL(TO(2)), L(1), DONE(), L(2), MOV(R2, 0), CALL(ringbuf_discard), DONE()),
	},
	{
		.name = "reserved by a subprogram",
		.expect = "ok",
		INSNS(CALL_LOCAL(TO(2)), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE(), L(2), RESERVE(8), EXIT()),
	},
	{
		.name = "reserved by a subprogram that loses it",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(CALL_LOCAL(TO(2)), DONE(), L(2), RESERVE(8), DONE()),
	},
	{
		.name = "reserved in a loop",
		.expect = "ok",
		INSNS(MOV(R6, 0), L(2), RESERVE(8), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), ALU(ADD, R6, 1), JMP(JLT, R6, 5, TO(2)), DONE()),
	},
	{
		.name = "stored in a map",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(RESERVE(8), JMP(JEQ, R0, 0, TO(1)), LD_MAP_VALUE(R2, MAP_GLOBAL, 0), STX(DW, R2, 0, R0), L(1), DONE()),
	},
	{
		.name = "returned",
		.expect = "EINVAL BPF_EXIT instruction in main prog would lead to reference leak",
		INSNS(RESERVE(8), EXIT()),
	},
	{
		.name = "a record checked with JNE",
		.expect = "ok",
		INSNS(RESERVE(8), JMP(JNE, R0, 0, TO(1)), DONE(), L(1), DISCARD(R0), DONE()),
	},
	{
		.name = "flags that are a pointer",
		.expect = "ok",
		INSNS(LD_MAP(R1, MAP_RINGBUF), MOV(R2, 8), MOVR(R3, R10), CALL(ringbuf_reserve), JMP(JEQ, R0, 0, TO(1)), DISCARD(R0), L(1), DONE()),
	},
	{
		.name = "output of a stack buffer",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), LD_MAP(R1, MAP_RINGBUF), MOVR(R2, R10), ALU(ADD, R2, -8), MOV(R3, 8), MOV(R4, 0), CALL(ringbuf_output), EXIT()),
	},
	{
		.name = "output of too much",
		.expect = "EINVAL invalid read from stack R2 off=-8 size=16",
		INSNS(ST(DW, R10, -8, 0), LD_MAP(R1, MAP_RINGBUF), MOVR(R2, R10), ALU(ADD, R2, -8), MOV(R3, 16), MOV(R4, 0), CALL(ringbuf_output), EXIT()),
	},
	{
		.name = "output of the packet",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), LD_MAP(R1, MAP_RINGBUF), MOVR(R2, R7), MOV(R3, 14), MOV(R4, 0), CALL(ringbuf_output), EXIT()),
	},
};
VERIFY_GROUP(ringbuf, ringbuf)

/* r6 = the value with the lock, r1 = the lock in it */
#define LOCKED(map) VALUE(map), MOVR(R6, R0), MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF)
#define UNLOCK() MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock)

static const struct verify_test locks[] = {
	{
		.name = "locked and unlocked",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), UNLOCK(), DONE()),
	},
	{
		.name = "a value written under it",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), LDX(W, R2, R6, 0), ALU(ADD, R2, 1), STX(W, R6, 0, R2), UNLOCK(), DONE()),
	},
	{
		.name = "in an array",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED_ARRAY), CALL(spin_lock), UNLOCK(), DONE()),
	},
	{
		.name = "in global data",
		.expect = "ok",
		INSNS(LD_MAP_VALUE(R6, MAP_LOCKED_ARRAY, 0), MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF), CALL(spin_lock), UNLOCK(), DONE()),
	},
	{
		.name = "not unlocked",
		.expect = "EINVAL BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), DONE()),
	},
	{
		.name = "not unlocked on one way",
		.expect = "EINVAL BPF_EXIT instruction in main prog cannot be used inside bpf_spin_lock-ed region",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), LDX(W, R2, R6, 0), JMP(JEQ, R2, 0, TO(1)), UNLOCK(), L(1), DONE()),
	},
	{
		.name = "unlocked without being locked",
		.expect = "EINVAL bpf_spin_unlock without taking a lock",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_unlock), DONE()),
	},
	{
		.name = "locked twice",
		.expect = "EINVAL function calls are not allowed while holding a lock",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), MOVR(R1, R6), ALU(ADD, R1, LOCK_OFF), CALL(spin_lock), UNLOCK(), DONE()),
	},
	{
		.name = "another value's lock unlocked",
		.expect = "EINVAL bpf_spin_unlock of different lock",
		INSNS(VALUE(MAP_LOCKED), MOVR(R7, R0), LOCKED(MAP_LOCKED), CALL(spin_lock), MOVR(R1, R7), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock), DONE()),
	},
	{
		.name = "the wrong offset",
		.expect = "EINVAL off 0 doesn't point to 'struct bpf_spin_lock' that is at 4",
		INSNS(VALUE(MAP_LOCKED), MOVR(R1, R0), CALL(spin_lock), DONE()),
	},
	{
		.name = "a variable offset of a lock",
		.expect = "EINVAL R1 doesn't have constant offset. bpf_spin_lock has to be at the constant offset",
		INSNS(MOVR(R7, R1), VALUE(MAP_LOCKED), LDX(W, R2, R7, 0), ALU(AND, R2, 4), MOVR(R1, R0), ALUR(ADD, R1, R2), CALL(spin_lock), DONE()),
	},
	{
		.name = "a map without a lock",
		.expect = "EINVAL map '' has to have BTF in order to use bpf_spin_lock",
		INSNS(VALUE(MAP_HASH), MOVR(R1, R0), CALL(spin_lock), DONE()),
	},
	{
		.name = "a lock on the stack",
		.expect = "EACCES R1 type=fp expected=map_value, ptr_",
		INSNS(ST(DW, R10, -8, 0), MOVR(R1, R10), ALU(ADD, R1, -8), CALL(spin_lock), DONE()),
	},
	{
		.name = "the lock read",
		.expect = "EACCES bpf_spin_lock cannot be accessed directly by load/store",
		INSNS(VALUE(MAP_LOCKED), LDX(W, R0, R0, LOCK_OFF), EXIT()),
	},
	{
		.name = "the lock written",
		.expect = "EACCES bpf_spin_lock cannot be accessed directly by load/store",
		INSNS(VALUE(MAP_LOCKED), ST(W, R0, LOCK_OFF, 0), DONE()),
	},
	{
		.name = "a word that touches the lock",
		.expect = "EACCES bpf_spin_lock cannot be accessed directly by load/store",
		INSNS(VALUE(MAP_LOCKED), LDX(DW, R0, R0, 0), EXIT()),
	},
	{
		.name = "beside the lock",
		.expect = "ok",
		INSNS(VALUE(MAP_LOCKED), LDX(W, R2, R0, 0), LDX(DW, R2, R0, 8), DONE()),
	},
	{
		.name = "the value with its lock to a helper",
		.expect = "EACCES bpf_spin_lock cannot be accessed directly by load/store",
		INSNS(VALUE(MAP_LOCKED), MOVR(R6, R0), LD_MAP(R1, MAP_HASH), MOVR(R2, R10), ALU(ADD, R2, -4), MOVR(R3, R6), MOV(R4, 0),
		      CALL(map_update_elem), DONE()),
	},
	{
		.name = "a helper under the lock",
		.expect = "EINVAL function calls are not allowed while holding a lock",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), CALL(ktime_get_ns), UNLOCK(), DONE()),
	},
	{
		.name = "a clone under the lock",
		.expect = "EINVAL function calls are not allowed while holding a lock",
		INSNS(MOVR(R9, R1), LOCKED(MAP_LOCKED), CALL(spin_lock), MOVR(R1, R9), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), UNLOCK(), DONE()),
	},
	{
		.name = "a subprogram under the lock",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), CALL_LOCAL(TO(1)), UNLOCK(), DONE(), L(1), DONE()),
	},
	{
		.name = "a subprogram that unlocks",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), MOVR(R1, R6), CALL_LOCAL(TO(1)), DONE(), L(1), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock), DONE()),
	},
	{
		.name = "locked and unlocked in a subprogram",
		.expect = "ok",
		INSNS(VALUE(MAP_LOCKED), MOVR(R1, R0), CALL_LOCAL(TO(1)), EXIT(), L(1), MOVR(R6, R1), ALU(ADD, R1, LOCK_OFF), CALL(spin_lock), UNLOCK(), DONE()),
	},
	{
		.name = "LD_ABS under the lock",
		.expect = "EINVAL BPF_LD_[ABS|IND] cannot be used inside bpf_spin_lock-ed region",
		INSNS(MOVR(R9, R1), VALUE(MAP_LOCKED), MOVR(R7, R0), MOVR(R6, R9), MOVR(R1, R7), ALU(ADD, R1, LOCK_OFF), CALL(spin_lock), LD_ABS(B, 0),
		      MOVR(R1, R7), ALU(ADD, R1, LOCK_OFF), CALL(spin_unlock), DONE()),
	},
	{
		.name = "a loop under the lock",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), MOV(R2, 0), L(1), ALU(ADD, R2, 1), JMP(JLT, R2, 10, TO(1)), UNLOCK(), DONE()),
	},
	{
		.name = "an atomic add under the lock",
		.expect = "ok",
		INSNS(LOCKED(MAP_LOCKED), CALL(spin_lock), MOV(R2, 1), ATOMIC(DW, BPF_ADD, R6, 8, R2), UNLOCK(), DONE()),
	},
	{
		.name = "no NULL check before locking",
		.expect = "EACCES R1 type=map_value_or_null expected=map_value, ptr_",
		INSNS(LOOKUP(MAP_LOCKED), MOVR(R1, R0), CALL(spin_lock), DONE()),
	},
};
VERIFY_GROUP(spin_locks, locks)
