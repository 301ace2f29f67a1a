/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe.h - two programs that write down what happens, into the only value of an array map. The
 * same instructions run in skiff and in Linux, so what they saw can be compared byte by byte.
 *
 * A probe keeps what its context looked like when it ran last. A sender calls
 * bpf_clone_redirect as the map tells it, and keeps what each call returned. A judge returns the
 * verdict that stands in the map. A marker leaves its digit in the order in which markers ran.
 */
#ifndef SKIFF_TESTS_NET_PROBE_H
#define SKIFF_TESTS_NET_PROBE_H

#include <string.h>

#include "asm.h"

#define PROBE_SLOTS	64
#define PROBE_CALLS	2048 /* a power of two */
#define PROBE_INSNS_MAX 96

/* What the probe of one slot saw when it ran last. */
struct probe {
	u32 runs;
	u32 len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci, vlan_proto;
	u32 priority, ingress_ifindex, ifindex, tc_index, cb[5], hash, tc_classid, wire_len;
	u32 linear; /* data_end - data */
	u64 tstamp;
};

/* What a sender does, and what came of it. */
struct sender {
	u64 budget;  /* runs it may still make; with none left it returns its verdict at once */
	u64 flags;   /* of each call */
	u32 ifindex; /* the target */
	u32 count;   /* calls a run makes */
	u32 runs;    /* made */
	u32 calls;   /* results written so far */
	s32 ret[PROBE_CALLS]; /* what the calls returned, in the order they returned */
};

/* The map's value. */
struct probe_value {
	struct probe probes[PROBE_SLOTS];
	struct sender sender;
	u64 order;   /* decimal digits of the markers that ran, the first one leftmost */
	s32 verdict; /* what a judge returns */
	u32 unused;
};

/* Write the probe of @slot, which returns @verdict, into @insns: the number of instructions. */
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

#define SENDER(field) ((s16)offsetof(struct sender, field))

/* Write the sender, which returns @verdict, into @insns: the number of instructions. */
static inline u32 sender_build(struct bpf_insn *insns, s32 verdict)
{
	u32 n = 0, loop, no_budget, done, too_many;

	insns[n++] = MOV(R6, R1);
	insns[n++] = INSN(BPF_LD | BPF_IMM | BPF_DW, R7, INSN_MAP_VALUE, 0, 0);
	insns[n++] = INSN(0, 0, 0, 0, offsetof(struct probe_value, sender));
	insns[n++] = LDDW(R1, R7, SENDER(budget));
	no_budget = n;
	insns[n++] = JEQI(R1, 0, 0);
	insns[n++] = ADDI(R1, -1);
	insns[n++] = STDW(R7, R1, SENDER(budget));
	insns[n++] = LDW(R1, R7, SENDER(runs));
	insns[n++] = ADDI(R1, 1);
	insns[n++] = STW(R7, R1, SENDER(runs));
	insns[n++] = MOVI(R8, 0);
	loop = n;
	too_many = n;
	insns[n++] = JEQI(R8, PROBE_CALLS, 0);
	insns[n++] = LDW(R9, R7, SENDER(count));
	done = n;
	insns[n++] = INSN(BPF_JMP | BPF_JEQ | BPF_X, R8, R9, 0, 0);
	insns[n++] = MOV(R1, R6);
	insns[n++] = LDW(R2, R7, SENDER(ifindex));
	insns[n++] = LDDW(R3, R7, SENDER(flags));
	insns[n++] = CALL(BPF_FUNC_clone_redirect);
	insns[n++] = LDW(R1, R7, SENDER(calls));
	insns[n++] = MOV(R2, R1);
	insns[n++] = ADDI(R2, 1);
	insns[n++] = STW(R7, R2, SENDER(calls));
	insns[n++] = ANDI(R1, PROBE_CALLS - 1);
	insns[n++] = MULI(R1, 4);
	insns[n++] = ADD(R1, R7);
	insns[n++] = STW(R1, R0, SENDER(ret));
	insns[n++] = ADDI(R8, 1);
	insns[n] = JA((int)loop - (int)n - 1);
	n++;
	insns[no_budget].off = (s16)(n - no_budget - 1);
	insns[too_many].off = (s16)(n - too_many - 1);
	insns[done].off = (s16)(n - done - 1);
	insns[n++] = MOVI(R0, verdict);
	insns[n++] = EXIT;
	return n;
}

#undef SENDER

#define VALUE(field) ((u32)offsetof(struct probe_value, field))

/* Write the judge into @insns: the number of instructions. */
static inline u32 judge_build(struct bpf_insn *insns)
{
	const struct bpf_insn judge[] = {
		LD_VALUE(R1, 0, VALUE(verdict)),
		LDW(R0, R1, 0),
		EXIT,
	};

	memcpy(insns, judge, sizeof(judge));
	return ARRAY_SIZE(judge);
}

/* Write the marker of @digit, which returns @verdict, into @insns: the number of instructions. */
static inline u32 marker_build(struct bpf_insn *insns, u32 digit, s32 verdict)
{
	const struct bpf_insn marker[] = {
		LD_VALUE(R1, 0, VALUE(order)),
		LDDW(R2, R1, 0),
		MULI(R2, 10),
		ADDI(R2, digit),
		STDW(R1, R2, 0),
		MOVI(R0, verdict),
		EXIT,
	};

	memcpy(insns, marker, sizeof(marker));
	return ARRAY_SIZE(marker);
}

#endif
