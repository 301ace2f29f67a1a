/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.h - a program that writes down what it sees: the fields of its context, as they are when
 * it runs, into its slot of an array map's only value, and how often it ran. The same
 * instructions run in skiff and in Linux, so what they saw can be compared byte by byte.
 */
#ifndef SKIFF_TESTS_NET_PROBE_H
#define SKIFF_TESTS_NET_PROBE_H

#include "asm.h"

#define PROBE_SLOTS 8
#define PROBE_CALLS 2048 /* a power of two */

/* What the probe of one slot saw when it ran last. */
struct probe {
	u32 runs;
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto;
	u32 priority, ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, wire_len;
	u32 linear; /* data_end - data */
	u64 tstamp;
};

/* The map's value: what probes saw, and what other programs' calls returned. */
struct probe_value {
	struct probe probes[PROBE_SLOTS];
	u64 budget;	      /* runs a looping program may still make */
	u32 calls;	      /* results written so far */
	u32 runs;	      /* of the sender */
	s32 ret[PROBE_CALLS]; /* what its calls returned, in the order they returned */
};

#define PROBE_INSNS 96

/*
 * Write the probe of @slot, which returns @verdict, into @insns (PROBE_INSNS of them at least):
 * the number of instructions.
 */
static inline u32 probe_build(struct bpf_insn *insns, u32 slot, s32 verdict)
{
	static const struct {
		u16 from, to;
	} words[] = {
#define WORD(ctx, field) {offsetof(struct __sk_buff, ctx), offsetof(struct probe, field)}
		WORD(len, len),
		WORD(pkt_type, pkt_type),
		WORD(mark, mark),
		WORD(queue_mapping, queue_mapping),
		WORD(protocol, protocol),
		WORD(vlan_present, vlan_present),
		WORD(vlan_tci, vlan_tci),
		WORD(vlan_proto, vlan_proto),
		WORD(priority, priority),
		WORD(ingress_ifindex, ingress_ifindex),
		WORD(ifindex, ifindex),
		WORD(tc_index, tc_index),
		WORD(cb[0], cb[0]),
		WORD(cb[1], cb[1]),
		WORD(cb[2], cb[2]),
		WORD(cb[3], cb[3]),
		WORD(cb[4], cb[4]),
		WORD(hash, hash),
		WORD(tc_classid, tc_classid),
		WORD(wire_len, wire_len),
#undef WORD
	};
	u32 n = 0;

	insns[n++] = MOV(R6, R1);
	insns[n++] = INSN(BPF_LD | BPF_IMM | BPF_DW, R7, INSN_MAP_VALUE, 0, 0);
	insns[n++] = INSN(0, 0, 0, 0, slot * sizeof(struct probe));
	insns[n++] = LDW(R1, R7, 0);
	insns[n++] = ADDI(R1, 1);
	insns[n++] = STW(R7, R1, 0);
	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		insns[n++] = LDW(R1, R6, words[i].from);
		insns[n++] = STW(R7, R1, words[i].to);
	}
	insns[n++] = LDW(R1, R6, offsetof(struct __sk_buff, data));
	insns[n++] = LDW(R2, R6, offsetof(struct __sk_buff, data_end));
	insns[n++] = SUB(R2, R1);
	insns[n++] = STW(R7, R2, offsetof(struct probe, linear));
	insns[n++] = LDDW(R1, R6, offsetof(struct __sk_buff, tstamp));
	insns[n++] = STDW(R7, R1, offsetof(struct probe, tstamp));
	insns[n++] = MOVI(R0, verdict);
	insns[n++] = EXIT;
	return n;
}

/*
 * Write the sender: @count times bpf_clone_redirect(ctx, @ifindex, @flags), each result into ret[],
 * as long as the budget lasts (a run costs 1; with none left the verdict is returned at once).
 */
static inline u32 sender_build(struct bpf_insn *insns, u32 ifindex, u64 flags, u32 count,
			       s32 verdict)
{
	u32 n = 0, loop, none;

	insns[n++] = MOV(R6, R1);
	insns[n++] = INSN(BPF_LD | BPF_IMM | BPF_DW, R7, INSN_MAP_VALUE, 0, 0);
	insns[n++] = INSN(0, 0, 0, 0, offsetof(struct probe_value, budget));
	insns[n++] = LDDW(R1, R7, 0);
	none = n;
	insns[n++] = JEQI(R1, 0, 0);
	insns[n++] = ADDI(R1, -1);
	insns[n++] = STDW(R7, R1, 0);
	insns[n++] = LDW(R1, R7, 12);
	insns[n++] = ADDI(R1, 1);
	insns[n++] = STW(R7, R1, 12);
	insns[n++] = MOVI(R8, count);
	loop = n;
	insns[n++] = MOV(R1, R6);
	insns[n++] = MOVI(R2, ifindex);
	insns[n++] = INSN(BPF_LD | BPF_IMM | BPF_DW, R3, 0, 0, flags);
	insns[n++] = INSN(0, 0, 0, 0, flags >> 32);
	insns[n++] = CALL(13);
	insns[n++] = LDW(R1, R7, 8);
	insns[n++] = MOV(R2, R1);
	insns[n++] = ADDI(R2, 1);
	insns[n++] = STW(R7, R2, 8);
	insns[n++] = ANDI(R1, PROBE_CALLS - 1);
	insns[n++] = MULI(R1, 4);
	insns[n++] = ADD(R1, R7);
	insns[n++] = STW(R1, R0, 16);
	insns[n++] = ADDI(R8, -1);
	insns[n] = JNEI(R8, 0, (int)loop - (int)n - 1);
	n++;
	insns[none].off = (s16)(n - none - 1);
	insns[n++] = MOVI(R0, verdict);
	insns[n++] = EXIT;
	return n;
}

_Static_assert(offsetof(struct probe_value, ret) - offsetof(struct probe_value, budget) == 16 &&
		       offsetof(struct probe_value, calls) - offsetof(struct probe_value, budget) ==
			       8,
	       "sender_build knows these distances");

#endif
