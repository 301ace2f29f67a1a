/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clone.c - bpf_clone_redirect: its arguments, and what is void after it.
 *
 * The call may move the packet's head, so every pointer into the packet, in whichever register,
 * stack slot or frame it stands, is an unknown number afterwards.
 */
#include "phrases.h"

/* clang-format off */

#define CTX_ARG .arg_cnt = 1, .args = {{PROG_ARG_CTX}}

static const struct verify_test args[] = {
	{
		.name = "ifindex and flags as constants",
		.expect = "ok",
		INSNS(MOVR(R6, R1), CLONE(), EXIT()),
	},
	{
		.name = "ifindex and flags as unknown numbers",
		.expect = "ok",
		INSNS(MOVR(R6, R1), UNKNOWN(), MOVR(R2, R0), MOVR(R3, R0), MOVR(R1, R6),
		      CALL(clone_redirect), EXIT()),
	},
	{
		.name = "flags that no call accepts",
		.expect = "ok",
		INSNS(MOV(R2, 1), MOV(R3, -1), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is a number",
		.expect = "EACCES R1 type=scalar expected=ctx",
		INSNS(MOV(R1, 0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is an unknown number",
		.expect = "EACCES R1 type=scalar expected=ctx",
		INSNS(UNKNOWN(), MOVR(R1, R0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is the frame pointer",
		.expect = "EACCES R1 type=fp expected=ctx",
		INSNS(MOVR(R1, R10), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is a packet pointer",
		.expect = "EACCES helper access to the packet is not allowed",
		INSNS(PACKET(14), MOVR(R1, R7), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is the packet's end",
		.expect = "EACCES R1 type=pkt_end expected=ctx",
		INSNS(PACKET(14), MOVR(R1, R8), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is a map",
		.expect = "EACCES R1 type=map_ptr expected=ctx",
		INSNS(LD_MAP(R1, MAP_HASH), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is a map value",
		.expect = "EACCES R1 type=map_value expected=ctx",
		INSNS(VALUE(MAP_HASH), MOVR(R1, R0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context is a map value that may be NULL",
		.expect = "EACCES R1 type=map_value_or_null expected=ctx",
		INSNS(LOOKUP(MAP_HASH), MOVR(R1, R0), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context plus four",
		.expect = "EACCES dereference of modified ctx ptr R1 off=4 disallowed",
		INSNS(ALU(ADD, R1, 4), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context plus an unknown number",
		.expect = "EACCES variable ctx access var_off=(0x0; 0x4) disallowed",
		INSNS(MOVR(R6, R1), UNKNOWN(), ALU(AND, R0, 4), ALUR(ADD, R6, R0), CLONE(), EXIT()),
	},
	{
		.name = "context plus four minus four",
		.expect = "ok",
		INSNS(ALU(ADD, R1, 4), ALU(ADD, R1, -4), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "context never set",
		.expect = "EACCES R1 !read_ok",
		INSNS(MOVR(R6, R1), UNKNOWN(), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "ifindex never set",
		.expect = "EACCES R2 !read_ok",
		INSNS(MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "flags never set",
		.expect = "EACCES R3 !read_ok",
		INSNS(MOV(R2, 1), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "ifindex is a pointer",
		.expect = "ok",
		INSNS(MOVR(R2, R10), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "flags are a pointer",
		.expect = "ok",
		INSNS(MOV(R2, 1), MOVR(R3, R1), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "ifindex is a pointer, without CAP_PERFMON",
		.expect = "EACCES R2 leaks addr into helper function",
		.unprivileged = true,
		INSNS(MOVR(R2, R10), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "flags are a pointer, without CAP_PERFMON",
		.expect = "EACCES R3 leaks addr into helper function",
		.unprivileged = true,
		INSNS(MOV(R2, 1), MOVR(R3, R1), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "without CAP_PERFMON",
		.expect = "ok",
		.unprivileged = true,
		INSNS(MOVR(R6, R1), CLONE(), DONE()),
	},
	{
		.name = "from a proprietary program",
		.expect = "ok",
		.proprietary = true,
		INSNS(MOVR(R6, R1), CLONE(), EXIT()),
	},
	{
		.name = "r1 read after the call",
		.expect = "EACCES R1 !read_ok",
		INSNS(MOVR(R6, R1), CLONE(), MOVR(R0, R1), EXIT()),
	},
	{
		.name = "r2 read after the call",
		.expect = "EACCES R2 !read_ok",
		INSNS(MOVR(R6, R1), CLONE(), MOVR(R0, R2), EXIT()),
	},
	{
		.name = "r5 read after the call",
		.expect = "EACCES R5 !read_ok",
		INSNS(MOV(R5, 1), MOVR(R6, R1), CLONE(), MOVR(R0, R5), EXIT()),
	},
	{
		.name = "the result compared and returned",
		.expect = "ok",
		INSNS(MOVR(R6, R1), CLONE(), JMP(JSLT, R0, 0, 1), MOV(R0, 2), EXIT()),
	},
	{
		.name = "the result as an address",
		.expect = "EACCES R0 invalid mem access 'scalar'",
		INSNS(MOVR(R6, R1), CLONE(), LDX(B, R0, R0, 0), EXIT()),
	},
};
VERIFY_GROUP(clone_args, args)

static const struct verify_test invalidate[] = {
	{
		.name = "read before",
		.expect = "ok",
		INSNS(PACKET(14), LDX(B, R9, R7, 0), CLONE(), EXIT()),
	},
	{
		.name = "read through old data",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "write through old data",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), CLONE(), ST(B, R7, 0, 1), DONE()),
	},
	{
		.name = "read through old data with an offset",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), ALU(ADD, R7, 14), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "read through old data_end",
		.expect = "EACCES R8 invalid mem access 'scalar'",
		INSNS(PACKET(14), CLONE(), LDX(B, R0, R8, -1), EXIT()),
	},
	{
		.name = "old data and data_end compared again",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), CLONE(), MOVR(R2, R7), ALU(ADD, R2, 14), JMPR(JGT, R2, R8, 1),
		      LDX(B, R0, R7, 0), DONE()),
	},
	{
		.name = "old data spilled and filled",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), STX(DW, R10, -8, R7), CLONE(), LDX(DW, R7, R10, -8), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "old data spilled and filled, not used",
		.expect = "ok",
		INSNS(PACKET(14), STX(DW, R10, -8, R7), CLONE(), LDX(DW, R7, R10, -8), DONE()),
	},
	{
		.name = "old data_meta",
		.expect = "EACCES R9 invalid mem access 'scalar'",
		INSNS(PACKET_POINTERS(), LDX(W, R9, R1, CTX_DATA_META), MOVR(R2, R9), ALU(ADD, R2, 4),
		      JMPR(JLE, R2, R7, 2), DONE(), CLONE(), LDX(B, R0, R9, 0), EXIT()),
	},
	{
		.name = "old data to a helper as memory",
		.expect = "EACCES R3 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(PACKET(14), CLONE(), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R7), MOV(R4, 4), MOV(R5, 0),
		      CALL(skb_store_bytes), EXIT()),
	},
	{
		.name = "old data to a helper as a key",
		.expect = "EACCES R2 type=scalar expected=fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_",
		INSNS(PACKET(14), CLONE(), LD_MAP(R1, MAP_HASH), MOVR(R2, R7), CALL(map_lookup_elem), DONE()),
	},
	{
		.name = "arithmetic on old data",
		.expect = "ok",
		INSNS(PACKET(14), CLONE(), ALUR(SUB, R8, R7), MOVR(R0, R8), EXIT()),
	},
	{
		.name = "old data returned",
		.expect = "ok",
		INSNS(PACKET(14), CLONE(), MOVR(R0, R7), EXIT()),
	},
	{
		.name = "old data stored in a map",
		.expect = "ok",
		INSNS(PACKET(14), CLONE(), VALUE(MAP_HASH), STX(DW, R0, 0, R7), DONE()),
	},
	{
		.name = "reload and compare",
		.expect = "ok",
		INSNS(PACKET(14), CLONE(), LDX(W, R7, R6, CTX_DATA), LDX(W, R8, R6, CTX_DATA_END),
		      MOVR(R2, R7), ALU(ADD, R2, 14), JMPR(JGT, R2, R8, 1), LDX(B, R0, R7, 0), DONE()),
	},
	{
		.name = "reload without comparing",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), CLONE(), LDX(W, R7, R6, CTX_DATA), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "reload data, old data_end",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), CLONE(), LDX(W, R7, R6, CTX_DATA), MOVR(R2, R7), ALU(ADD, R2, 14),
		      JMPR(JGT, R2, R8, 1), LDX(B, R0, R7, 0), DONE()),
	},
	{
		.name = "on one way only",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), LDX(W, R2, R6, CTX_MARK), JMP(JEQ, R2, 0, 4), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the other way keeps the pointer",
		.expect = "ok",
		INSNS(PACKET(14), LDX(W, R2, R6, CTX_MARK), JMP(JEQ, R2, 0, 5), CLONE(), EXIT(),
		      LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the bounds of a number taken from the packet stay",
		.expect = "ok",
		INSNS(PACKET(14), LDX(B, R9, R7, 0), ALU(AND, R9, 15), CLONE(), VALUE(MAP_HASH),
		      ALUR(ADD, R0, R9), LDX(B, R0, R0, 0), EXIT()),
	},
	{
		.name = "a map value stays",
		.expect = "ok",
		INSNS(MOVR(R6, R1), VALUE(MAP_HASH), MOVR(R7, R0), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the context and the stack stay",
		.expect = "ok",
		INSNS(MOVR(R6, R1), STX(DW, R10, -8, R6), CLONE(), LDX(DW, R1, R10, -8), LDX(W, R0, R1, CTX_LEN), EXIT()),
	},
	{
		.name = "an old pointer, a new comparison of another",
		.expect = "EACCES R9 invalid mem access 'scalar'",
		INSNS(PACKET(14), MOVR(R9, R7), CLONE(), LDX(W, R7, R6, CTX_DATA), LDX(W, R8, R6, CTX_DATA_END),
		      MOVR(R2, R7), ALU(ADD, R2, 14), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R9, 0), EXIT()),
	},
	{
		.name = "in a subprogram, the caller's pointer",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(),
		      MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "in a subprogram of a subprogram",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(),
		      CALL_LOCAL(1), EXIT(), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "in a subprogram, the caller's spilled pointer",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), STX(DW, R10, -8, R7), MOVR(R1, R6), CALL_LOCAL(3), LDX(DW, R7, R10, -8),
		      LDX(B, R0, R7, 0), EXIT(), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
	},
	{
		.name = "in a subprogram on one of its ways",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(),
		      LDX(W, R2, R1, CTX_MARK), JMP(JEQ, R2, 0, 3), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect),
		      DONE()),
	},
	{
		.name = "a subprogram that does not call it",
		.expect = "ok",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(), LDX(W, R0, R1, CTX_LEN), EXIT()),
	},
	{
		.name = "in a global function",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(),
		      MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect), EXIT()),
		.funcs = {{"main", 0, CTX_ARG}, {"callee", 12, true, CTX_ARG}},
	},
	{
		.name = "a global function that does not call it",
		.expect = "ok",
		INSNS(PACKET(14), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(), LDX(W, R0, R1, CTX_LEN), EXIT()),
		.funcs = {{"main", 0, CTX_ARG}, {"callee", 12, true, CTX_ARG}},
	},
	{
		.name = "without CAP_PERFMON, read through old data",
		.expect = "EACCES R7 !read_ok",
		.unprivileged = true,
		INSNS(PACKET(14), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "without CAP_PERFMON, old data returned",
		.expect = "EACCES R7 !read_ok",
		.unprivileged = true,
		INSNS(PACKET(14), CLONE(), MOVR(R0, R7), EXIT()),
	},
	{
		.name = "without CAP_PERFMON, filled and not used",
		.expect = "ok",
		.unprivileged = true,
		INSNS(PACKET(14), STX(DW, R10, -8, R7), CLONE(), LDX(DW, R7, R10, -8), DONE()),
	},
	{
		.name = "on LWT_XMIT",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		.type = BPF_PROG_TYPE_LWT_XMIT,
		INSNS(PACKET(14), CLONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "on SCHED_ACT",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		.type = BPF_PROG_TYPE_SCHED_ACT,
		INSNS(PACKET(14), CLONE(), ST(B, R7, 0, 0), EXIT()),
	},
};
VERIFY_GROUP(clone_invalidates, invalidate)

/* The same for every helper that skiff has: r7 is read after the call. */
#define AFTER() LDX(B, R0, R7, 0), DONE()

static const struct verify_test helpers[] = {
	{
		.name = "skb_store_bytes",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), ST(DW, R10, -8, 0), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8),
		      MOV(R4, 8), MOV(R5, 0), CALL(skb_store_bytes), AFTER()),
	},
	{
		.name = "l3_csum_replace",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 24), MOV(R3, 0), MOV(R4, 1), MOV(R5, 2), CALL(l3_csum_replace), AFTER()),
	},
	{
		.name = "l4_csum_replace",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 24), MOV(R3, 0), MOV(R4, 1), MOV(R5, 2), CALL(l4_csum_replace), AFTER()),
	},
	{
		.name = "clone_redirect",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), CLONE(), AFTER()),
	},
	{
		.name = "skb_pull_data",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 0), CALL(skb_pull_data), AFTER()),
	},
	{
		.name = "skb_pull_data on LWT_IN",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		.type = BPF_PROG_TYPE_LWT_IN,
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 0), CALL(skb_pull_data), AFTER()),
	},
	{
		.name = "skb_store_bytes on LWT_XMIT",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		.type = BPF_PROG_TYPE_LWT_XMIT,
		INSNS(PACKET(34), ST(DW, R10, -8, 0), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8),
		      MOV(R4, 8), MOV(R5, 0), CALL(skb_store_bytes), AFTER()),
	},
	{
		.name = "redirect",
		.expect = "ok",
		INSNS(PACKET(34), MOV(R1, 1), MOV(R2, 0), CALL(redirect), AFTER()),
	},
	{
		.name = "map_lookup_elem",
		.expect = "ok",
		INSNS(PACKET(34), LOOKUP(MAP_HASH), AFTER()),
	},
	{
		.name = "map_update_elem",
		.expect = "ok",
		INSNS(PACKET(34), ST(DW, R10, -16, 0), ST(DW, R10, -8, 0), LD_MAP(R1, MAP_HASH), MOVR(R2, R10),
		      ALU(ADD, R2, -16), MOVR(R3, R2), MOV(R4, 0), CALL(map_update_elem), AFTER()),
	},
	{
		.name = "map_delete_elem",
		.expect = "ok",
		INSNS(PACKET(34), ST(W, R10, -4, 0), LD_MAP(R1, MAP_HASH), MOVR(R2, R10), ALU(ADD, R2, -4),
		      CALL(map_delete_elem), AFTER()),
	},
	{
		.name = "map_push_elem",
		.expect = "ok",
		INSNS(PACKET(34), LD_MAP(R1, MAP_QUEUE), MOVR(R2, R7), MOV(R3, 0), CALL(map_push_elem), AFTER()),
	},
	{
		.name = "map_pop_elem",
		.expect = "ok",
		INSNS(PACKET(34), LD_MAP(R1, MAP_QUEUE), MOVR(R2, R10), ALU(ADD, R2, -16), CALL(map_pop_elem), AFTER()),
	},
	{
		.name = "map_peek_elem",
		.expect = "ok",
		INSNS(PACKET(34), LD_MAP(R1, MAP_QUEUE), MOVR(R2, R10), ALU(ADD, R2, -16), CALL(map_peek_elem), AFTER()),
	},
	{
		.name = "skb_load_bytes",
		.expect = "ok",
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 8),
		      CALL(skb_load_bytes), AFTER()),
	},
	{
		.name = "skb_load_bytes_relative",
		.expect = "ok",
		INSNS(PACKET(34), MOVR(R1, R6), MOV(R2, 0), MOVR(R3, R10), ALU(ADD, R3, -8), MOV(R4, 8), MOV(R5, 0),
		      CALL(skb_load_bytes_relative), AFTER()),
	},
	{
		.name = "csum_diff of the packet",
		.expect = "ok",
		INSNS(PACKET(34), MOVR(R1, R7), MOV(R2, 4), MOV(R3, 0), MOV(R4, 0), MOV(R5, 0), CALL(csum_diff), AFTER()),
	},
	{
		.name = "perf_event_output",
		.expect = "ok",
		INSNS(PACKET(34), MOVR(R1, R6), LD_MAP(R2, MAP_PERF), LD_IMM64(R3, 0xffffffff), ST(DW, R10, -8, 0), MOVR(R4, R10),
		      ALU(ADD, R4, -8), MOV(R5, 8), CALL(perf_event_output), AFTER()),
	},
	{
		.name = "ringbuf_output",
		.expect = "ok",
		INSNS(PACKET(34), ST(DW, R10, -8, 0), LD_MAP(R1, MAP_RINGBUF), MOVR(R2, R10), ALU(ADD, R2, -8), MOV(R3, 8),
		      MOV(R4, 0), CALL(ringbuf_output), AFTER()),
	},
	{
		.name = "ringbuf_reserve and discard",
		.expect = "ok",
		INSNS(PACKET(34), RESERVE(8), JMP(JEQ, R0, 0, 3), DISCARD(R0), AFTER()),
	},
	{
		.name = "ringbuf_query",
		.expect = "ok",
		INSNS(PACKET(34), LD_MAP(R1, MAP_RINGBUF), MOV(R2, 0), CALL(ringbuf_query), AFTER()),
	},
	{
		.name = "ktime_get_ns",
		.expect = "ok",
		INSNS(PACKET(34), CALL(ktime_get_ns), AFTER()),
	},
	{
		.name = "ktime_get_boot_ns",
		.expect = "ok",
		INSNS(PACKET(34), CALL(ktime_get_boot_ns), AFTER()),
	},
	{
		.name = "get_prandom_u32",
		.expect = "ok",
		INSNS(PACKET(34), CALL(get_prandom_u32), AFTER()),
	},
	{
		.name = "get_smp_processor_id",
		.expect = "ok",
		INSNS(PACKET(34), CALL(get_smp_processor_id), AFTER()),
	},
	{
		.name = "trace_printk",
		.expect = "ok",
		INSNS(PACKET(34), ST(DW, R10, -8, 0), MOVR(R1, R10), ALU(ADD, R1, -8), MOV(R2, 8), CALL(trace_printk), AFTER()),
	},
	{
		.name = "tail_call, falling through",
		.expect = "ok",
		INSNS(PACKET(34), MOVR(R1, R6), LD_MAP(R2, MAP_PROGS), MOV(R3, 0), CALL(tail_call), AFTER()),
	},
	{
		.name = "tail_call in a subprogram",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(34), MOVR(R1, R6), CALL_LOCAL(2), LDX(B, R0, R7, 0), EXIT(),
		      LD_MAP(R2, MAP_PROGS), MOV(R3, 0), CALL(tail_call), DONE()),
		.funcs = {{"main", 0, CTX_ARG}, {"callee", 12, CTX_ARG}},
	},
};
VERIFY_GROUP(helper_invalidates, helpers)
