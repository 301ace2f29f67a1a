/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * args.c - arguments of helpers: memory and its size, keys and values, contexts, numbers.
 */
#include "phrases.h"

/* clang-format off */

/* skb_load_bytes(r6, 0, @to, @size) with r3 and r4 set by the caller */
#define LOAD_BYTES() MOVR(R1, R6), MOV(R2, 0), CALL(skb_load_bytes)
#define STACK(reg, off) MOVR(reg, R10), ALU(ADD, reg, off)

static const struct verify_test memory[] = {
	{
		.name = "into the stack",
		.expect = "ok",
		INSNS(MOVR(R6, R1), STACK(R3, -64), MOV(R4, 64), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "past the stack's end",
		.expect = "EINVAL invalid write to stack R3 off=-64 size=65",
		INSNS(MOVR(R6, R1), STACK(R3, -64), MOV(R4, 65), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "below the stack",
		.expect = "EACCES invalid write to stack R3 off=-513 size=1",
		INSNS(MOVR(R6, R1), STACK(R3, -513), MOV(R4, 1), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a size of zero",
		.expect = "EACCES R4 invalid zero-sized read: u64=[0,0]",
		INSNS(MOVR(R6, R1), STACK(R3, -64), MOV(R4, 0), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a negative size",
		.expect = "EACCES R4 min value is negative, either use unsigned or 'var &= const'",
		INSNS(MOVR(R6, R1), STACK(R3, -64), MOV(R4, -1), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "an unknown size",
		.expect = "EACCES R4 invalid zero-sized read: u64=[0,4294967295]",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(W, R4, R6, 0), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a bounded size that may be zero",
		.expect = "EACCES R4 invalid zero-sized read: u64=[0,63]",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(W, R4, R6, 0), ALU(AND, R4, 63), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a bounded size from one on",
		.expect = "ok",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(W, R4, R6, 0), ALU(AND, R4, 63), ALU(ADD, R4, 1), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a bounded size, one too large",
		.expect = "EINVAL invalid write to stack R3 off=-64 size=65",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(W, R4, R6, 0), ALU(AND, R4, 63), ALU(ADD, R4, 2), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a size bounded by jumps",
		.expect = "ok",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(W, R4, R6, 0), JMP(JGT, R4, 64, TO(1)), JMP(JEQ, R4, 0, TO(1)), LOAD_BYTES(), L(1), DONE()),
	},
	{
		.name = "a size bounded by a signed jump",
		.expect = "EACCES R4 min value is negative, either use unsigned or 'var &= const'",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(DW, R4, R6, CTX_TSTAMP), JMP(JSGT, R4, 64, TO(1)), LOAD_BYTES(), L(1), DONE()),
	},
	{
		.name = "a size of 64 unknown bits",
		.expect = "EACCES R4 min value is negative, either use unsigned or 'var &= const'",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LDX(DW, R4, R6, CTX_TSTAMP), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a size that is a pointer",
		.expect = "EACCES R4 type=fp expected=scalar",
		INSNS(MOVR(R6, R1), STACK(R3, -64), MOVR(R4, R10), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "a size never set",
		.expect = "EACCES R4 !read_ok",
		INSNS(MOVR(R6, R1), STACK(R3, -64), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "into a map value",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), MOVR(R3, R0), MOV(R4, 16), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "into a map value, one past",
		.expect = "EACCES R3 min value is outside of the allowed memory range",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), MOVR(R3, R0), MOV(R4, 17), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "into a map value at a variable offset",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), MOVR(R3, R0), LDX(W, R5, R6, 0), ALU(AND, R5, 7), ALUR(ADD, R3, R5), MOV(R4, 9), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "into the packet",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), MOVR(R3, R7), MOV(R4, 14), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "from the packet",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R7), MOV(R4, 14), MOV(R5, 0), CALL(skb_store_bytes), EXIT()),
	},
	{
		.name = "into the context",
		.expect = "EACCES R3 type=ctx expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(MOVR(R6, R1), MOVR(R3, R1), MOV(R4, 4), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "into NULL",
		.expect = "EACCES R3 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(MOVR(R6, R1), MOV(R3, 0), MOV(R4, 4), LOAD_BYTES(), EXIT()),
	},
	{
		.name = "NULL where it is allowed, with a size of zero",
		.expect = "ok",
		INSNS(MOV(R1, 0), MOV(R2, 0), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "NULL where it is allowed, with another size",
		.expect = "EACCES R1 type=scalar expected=fp",
		INSNS(MOV(R1, 0), MOV(R2, 4), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "csum_diff of the stack",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), STACK(R1, -8), MOV(R2, 8), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "csum_diff of the packet with too large a size",
		.expect = "EACCES R1 offset is outside of the packet",
		INSNS(PACKET(14), MOVR(R1, R7), MOV(R2, 16), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "csum_diff of the packet with a variable size",
		.expect = "ok",
		INSNS(PACKET(64), LDX(B, R2, R7, 0), ALU(AND, R2, 60), MOVR(R1, R7), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "a size of zero where it is allowed",
		.expect = "ok",
		INSNS(STACK(R1, -8), MOV(R2, 0), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), EXIT()),
	},
	{
		.name = "trace_printk with a size of zero",
		.expect = "EACCES R2 invalid zero-sized read: u64=[0,0]",
		INSNS(ST(DW, R10, -8, 0), STACK(R1, -8), MOV(R2, 0), CALL(trace_printk), EXIT()),
	},
	{
		.name = "trace_vprintk with its numbers",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), ST(DW, R10, -16, 0), STACK(R1, -8), MOV(R2, 8), STACK(R3, -16), MOV(R4, 8), CALL(trace_vprintk), EXIT()),
	},
	{
		.name = "trace_vprintk without numbers",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 0), STACK(R1, -8), MOV(R2, 8), MOV(R3, 0), MOV(R4, 0), CALL(trace_vprintk), EXIT()),
	},
	{
		.name = "perf_event_output of nothing",
		.expect = "ok",
		INSNS(LD_MAP(R2, MAP_PERF), MOV(R3, 0), STACK(R4, -8), MOV(R5, 0), CALL(perf_event_output), EXIT()),
	},
	{
		.name = "perf_event_output of the packet",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), MOVR(R1, R6), LD_MAP(R2, MAP_PERF), MOV(R3, 0), MOVR(R4, R7), MOV(R5, 14), CALL(perf_event_output), EXIT()),
	},
	{
		.name = "perf_event_output into another kind of map",
		.expect = "EINVAL cannot pass map_type 2 into func bpf_perf_event_output#25",
		INSNS(LD_MAP(R2, MAP_ARRAY), MOV(R3, 0), STACK(R4, -8), MOV(R5, 8), CALL(perf_event_output), EXIT()),
	},
	{
		.name = "two bytes more than were initialised, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R3 off=-10 size=10",
		.unprivileged = true,
		INSNS(ST(DW, R10, -8, 0), MOV(R2, 0), STACK(R3, -10), MOV(R4, 10), MOV(R5, 0), CALL(skb_store_bytes), DONE()),
	},
};
VERIFY_GROUP(helper_memory, memory)

static const struct verify_test maps[] = {
	{
		.name = "a key on the stack",
		.expect = "ok",
		INSNS(LOOKUP(MAP_HASH), DONE()),
	},
	{
		.name = "a key past the stack's end",
		.expect = "EINVAL invalid read from stack R2 off=-2 size=4",
		INSNS(STACK(R2, -2), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key in the packet",
		.expect = "ok",
		INSNS(PACKET(14), MOVR(R2, R7), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key in the packet, not checked",
		.expect = "EACCES R2 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), MOVR(R2, R7), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key in a map value",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOVR(R2, R0), ALU(ADD, R2, 12), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key in a map value, one past",
		.expect = "EACCES R2 min value is outside of the allowed memory range",
		INSNS(VALUE(MAP_HASH), MOVR(R2, R0), ALU(ADD, R2, 13), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key in the context",
		.expect = "EACCES R2 type=ctx expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(MOVR(R2, R1), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a number as the key",
		.expect = "EACCES R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(MOV(R2, 0), LD_MAP(R1, MAP_HASH), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a number as the map",
		.expect = "EACCES R1 type=scalar expected=map_ptr",
		INSNS(MOV(R1, 0), STACK(R2, -4), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "the context as the map",
		.expect = "EACCES R1 type=ctx expected=map_ptr",
		INSNS(STACK(R2, -4), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a map value as the map",
		.expect = "EACCES R1 type=map_value expected=map_ptr",
		INSNS(LD_MAP_VALUE(R1, MAP_GLOBAL, 0), STACK(R2, -4), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key of eight bytes",
		.expect = "ok",
		INSNS(ST(DW, R10, -8, 32), STACK(R2, -8), LD_MAP(R1, MAP_LPM), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a key of eight bytes, four of them there",
		.expect = "EINVAL invalid read from stack R2 off=-4 size=8",
		INSNS(ST(W, R10, -4, 32), STACK(R2, -4), LD_MAP(R1, MAP_LPM), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "a value of sixteen bytes",
		.expect = "ok",
		INSNS(STACK(R2, -4), STACK(R3, -32), LD_MAP(R1, MAP_HASH), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "a value one byte short",
		.expect = "EINVAL invalid read from stack R3 off=-15 size=16",
		INSNS(STACK(R2, -4), STACK(R3, -15), LD_MAP(R1, MAP_HASH), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "a value never written, without CAP_PERFMON",
		.expect = "EACCES invalid read from stack R3 off=-32 size=16",
		.unprivileged = true,
		INSNS(ST(W, R10, -4, 0), STACK(R2, -4), STACK(R3, -32), LD_MAP(R1, MAP_HASH), MOV(R4, 0), CALL(map_update_elem), DONE()),
	},
	{
		.name = "a value in the packet",
		.expect = "ok",
		INSNS(PACKET(16), STACK(R2, -4), MOVR(R3, R7), LD_MAP(R1, MAP_HASH), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "a value one byte short in the packet",
		.expect = "EACCES R3 offset is outside of the packet",
		INSNS(PACKET(15), STACK(R2, -4), MOVR(R3, R7), LD_MAP(R1, MAP_HASH), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "a value that a lookup gave",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), STACK(R2, -4), MOVR(R3, R0), LD_MAP(R1, MAP_LRU), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "flags never set",
		.expect = "EACCES R4 !read_ok",
		INSNS(STACK(R2, -4), STACK(R3, -32), LD_MAP(R1, MAP_HASH), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "push into a queue",
		.expect = "ok",
		INSNS(STACK(R2, -16), LD_MAP(R1, MAP_QUEUE), MOV(R3, 0), CALL(map_push_elem), EXIT()),
	},
	{
		.name = "push into a hash",
		.expect = "EINVAL cannot pass map_type 1 into func bpf_map_push_elem#87",
		INSNS(STACK(R2, -16), LD_MAP(R1, MAP_HASH), MOV(R3, 0), CALL(map_push_elem), EXIT()),
	},
	{
		.name = "pop into the stack",
		.expect = "ok",
		INSNS(STACK(R2, -16), LD_MAP(R1, MAP_QUEUE), CALL(map_pop_elem), LDX(DW, R0, R10, -8), EXIT()),
	},
	{
		.name = "pop past the stack's end",
		.expect = "EINVAL invalid write to stack R2 off=-8 size=16",
		INSNS(STACK(R2, -8), LD_MAP(R1, MAP_QUEUE), CALL(map_pop_elem), DONE()),
	},
	{
		.name = "pop into the packet",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(16), MOVR(R2, R7), LD_MAP(R1, MAP_QUEUE), CALL(map_pop_elem), EXIT()),
	},
	{
		.name = "peek into a map value",
		.expect = "ok",
		INSNS(VALUE(MAP_HASH), MOVR(R2, R0), LD_MAP(R1, MAP_QUEUE), CALL(map_peek_elem), EXIT()),
	},
	{
		.name = "pop makes bytes known to be written",
		.expect = "ok",
		.unprivileged = true,
		INSNS(STACK(R2, -16), LD_MAP(R1, MAP_QUEUE), CALL(map_pop_elem), LDX(DW, R2, R10, -8), DONE()),
	},
	{
		.name = "looking up in a queue",
		.expect = "EACCES invalid zero-sized read",
		INSNS(LOOKUP(MAP_QUEUE), DONE()),
	},
	{
		.name = "looking up in a perf event array",
		.expect = "EINVAL cannot pass map_type 4 into func bpf_map_lookup_elem#1",
		INSNS(LOOKUP(MAP_PERF), DONE()),
	},
	{
		.name = "deleting from an array",
		.expect = "ok",
		INSNS(STACK(R2, -4), LD_MAP(R1, MAP_ARRAY), CALL(map_delete_elem), EXIT()),
	},
	{
		.name = "deleting from a ring buffer",
		.expect = "EACCES invalid zero-sized read",
		INSNS(STACK(R2, -4), LD_MAP(R1, MAP_RINGBUF), CALL(map_delete_elem), EXIT()),
	},
	{
		.name = "updating a per-CPU hash",
		.expect = "ok",
		INSNS(STACK(R2, -4), STACK(R3, -32), LD_MAP(R1, MAP_PERCPU_HASH), MOV(R4, 0), CALL(map_update_elem), EXIT()),
	},
	{
		.name = "querying an array as a ring buffer",
		.expect = "EINVAL cannot pass map_type 2 into func bpf_ringbuf_query#134",
		INSNS(LD_MAP(R1, MAP_ARRAY), MOV(R2, 0), CALL(ringbuf_query), EXIT()),
	},
};
VERIFY_GROUP(helper_maps, maps)
