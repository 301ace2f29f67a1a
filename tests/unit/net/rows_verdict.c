/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_verdict.c - what a program's return value does: FACTS C, for every value, both hooks, and
 * both ways of attaching. Every figure is asserted in both engines (rig.h).
 *
 * Frames have a protocol that nobody handles, so that one that passes the ingress hook counts as
 * rx_dropped; one that passes the egress hook leaves by the wire.
 */
#include "rig.h"
#include "tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#define UNHANDLED 0x1234

enum {
	LO = 1,
	S0,
	E0,
	T0,
	P0,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void build(void)
{
	rig_device(S0, "s0", DEVICE_ETHER, 0, NULL);
	rig_device(E0, "e0", DEVICE_ETHER, 0, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_ready();
}

static const s32 values[] = {
	TC_ACT_UNSPEC,
	TC_ACT_OK,
	TC_ACT_RECLASSIFY,
	TC_ACT_SHOT,
	TC_ACT_PIPE,
	TC_ACT_STOLEN,
	TC_ACT_QUEUED,
	TC_ACT_REPEAT,
	TC_ACT_REDIRECT,
	TC_ACT_TRAP,
	9,
	10,
	99,
	-2,
	0x7fffffff,
	0x10000001,
	0x20000001,
	0x30000000,
	(s32)0x80000000,
};

/* What becomes of the packet, and which of the programs behind this one still run. */
struct fate {
	bool passes;
	bool next_tcx, next_filter;
};

/* FACTS C.1 [K]: a direct-action classifier. 7 without bpf_redirect is a drop nobody is told of. */
static struct fate filter_fate(s32 value)
{
	switch (value) {
	case TC_ACT_OK:
		return (struct fate){.passes = true};
	case TC_ACT_SHOT:
	case TC_ACT_STOLEN:
	case TC_ACT_TRAP:
	case TC_ACT_REDIRECT:
		return (struct fate){.passes = false};
	}
	return (struct fate){.passes = true, .next_filter = true};
}

/* FACTS C.1, C.2 [K]: a tcx program. An unknown value ends the list, but not the way. */
static struct fate tcx_fate(s32 value)
{
	switch (value) {
	case TC_ACT_UNSPEC:
		return (struct fate){.passes = true, .next_tcx = true, .next_filter = true};
	case TC_ACT_OK:
		return (struct fate){.passes = true};
	case TC_ACT_SHOT:
	case TC_ACT_REDIRECT:
		return (struct fate){.passes = false};
	}
	return (struct fate){.passes = true, .next_filter = true};
}

enum {
	NEXT_TCX,
	NEXT_FILTER,
};

static void add_judge(enum hook hook, bool tcx)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	if (tcx)
		rig_tcx(E0, hook, insns, judge_build(insns));
	else
		rig_clsact(E0, hook, 1, 0, ETH_P_ALL, insns, judge_build(insns));
	if (tcx)
		rig_probe(E0, hook, NEXT_TCX);
	rig_clsact(E0, hook, 2, 0, ETH_P_ALL, insns, probe_build(insns, NEXT_FILTER, -1));
}

/* Send a clone from s0 out of or into e0, whose judge says @value. */
static void check_value(enum hook hook, bool tcx, s32 value)
{
	struct fate fate = tcx ? tcx_fate(value) : filter_fate(value);
	struct device_stats before = rig_stats(E0);
	unsigned int failures = tap_failures;
	const struct probe_value *seen;

	rig_wire(E0);
	rig_verdict(E0, hook == HOOK_INGRESS, value);
	rig_give(S0, DOOR_RX, rig_frame(other, UNHANDLED, 60), 60);
	seen = rig_value();
	EQ(seen->probes[NEXT_TCX].runs, fate.next_tcx);
	EQ(seen->probes[NEXT_FILTER].runs, fate.next_filter);
	if (hook == HOOK_INGRESS) {
		EQ(rig_stats(E0).rx_dropped - before.rx_dropped, fate.passes);
		EQ(seen->sender.ret[0], 0);
	} else {
		/* FACTS C.4, A.4: only a drop is something the sender learns of. */
		EQ(rig_wire(E0), fate.passes);
		EQ(seen->sender.ret[0], value == TC_ACT_SHOT);
		EQ(rig_stats(E0).tx_dropped - before.tx_dropped, 0);
	}
	if (tap_failures != failures)
		printf("# that was: %s %s verdict %d\n", hook_name(hook), tcx ? "tcx" : "clsact",
		       value);
}

static void check_values(enum hook hook, bool tcx)
{
	add_judge(hook, tcx);
	rig_sender(S0, HOOK_INGRESS, 2);
	for (u32 i = 0; i < ARRAY_SIZE(values); i++)
		check_value(hook, tcx, values[i]);
}

TEST(tcx_ingress)
{
	RIG_START();
	build();
	check_values(HOOK_INGRESS, true);
}

TEST(tcx_egress)
{
	RIG_START();
	build();
	check_values(HOOK_EGRESS, true);
}

TEST(clsact_ingress)
{
	RIG_START();
	build();
	check_values(HOOK_INGRESS, false);
}

TEST(clsact_egress)
{
	RIG_START();
	build();
	check_values(HOOK_EGRESS, false);
}

static void add_marker(enum hook hook, u32 prio, u16 protocol, u32 digit, s32 verdict)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	if (prio)
		rig_clsact(S0, hook, prio, 0, protocol, insns, marker_build(insns, digit, verdict));
	else
		rig_tcx(S0, hook, insns, marker_build(insns, digit, verdict));
}

/* FACTS C.3 [K]: tcx in order of attaching, then priorities upwards, within one the newest first.
 */
TEST(order)
{
	RIG_START();
	build();
	for (enum hook hook = 0; hook < HOOKS; hook++) {
		add_marker(hook, 7, ETH_P_ALL, 6, -1);
		add_marker(hook, 2, ETH_P_ALL, 4, -1);
		add_marker(hook, 2, ETH_P_ALL, 3, -1);
		add_marker(hook, 0, 0, 1, -1);
		add_marker(hook, 5, ETH_P_ALL, 5, -1);
		add_marker(hook, 0, 0, 2, -1);
		rig_clear(0, 0, 0, 0);
		rig_give(S0, hook == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
			 rig_frame(other, UNHANDLED, 60), 60);
		EQ(rig_value()->order, 123456);
	}
}

/* FACTS C.3 [S]: a filter for another protocol does not run; that of a tagged frame is the
 * outermost tag's, wherever it stands. Asked for this table. */
TEST(filter_protocol)
{
	u8 frame[64];

	RIG_START();
	build();
	for (enum hook hook = 0; hook < HOOKS; hook++) {
		enum door door = hook == HOOK_INGRESS ? DOOR_RX : DOOR_TX;

		add_marker(hook, 1, ETH_P_IP, 1, -1);
		add_marker(hook, 2, ETH_P_8021Q, 2, -1);
		add_marker(hook, 3, UNHANDLED, 3, -1);
		add_marker(hook, 4, ETH_P_ALL, 4, -1);
		rig_clear(0, 0, 0, 0);
		rig_give(S0, door, rig_frame(other, ETH_P_IP, 60), 60);
		EQ(rig_value()->order, 14);
		rig_clear(0, 0, 0, 0);
		rig_give(S0, door, rig_frame(other, UNHANDLED, 60), 60);
		EQ(rig_value()->order, 34);
		memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
		memcpy(frame + 14, "\0\5\x08\0", 4);
		rig_clear(0, 0, 0, 0);
		rig_give(S0, door, frame, 64);
		EQ(rig_value()->order, 24);
	}
}

#define CLASSID_AT ((s16)offsetof(struct __sk_buff, tc_classid))

/* FACTS C.5 [K]: which classid a program finds, and what tc_index becomes; seen behind the veth. */
TEST(classid)
{
	static const struct {
		bool tcx;
		u32 classid;	  /* of the filter */
		s32 set, verdict; /* what the program stores in tc_classid (-1: nothing) and returns
				   */
		u32 tc_index;	  /* behind it */
	} rows[] = {
		{false, 0x10005, -1, TC_ACT_OK, 5},
		{false, 0x10005, 0x42, TC_ACT_OK, 0x42},
		{false, 0x10005, 0x42, TC_ACT_UNSPEC, 0},
		{false, 0x10005, 0x42, TC_ACT_PIPE, 0},
		{false, 0x10005, 0x42, TC_ACT_RECLASSIFY, 0},
		{false, 0, -1, TC_ACT_OK, 0},
		{true, 0, 0x42, TC_ACT_OK, 0x42},
		{true, 0, -1, TC_ACT_OK, 0},
		{true, 0, 0x42, TC_ACT_UNSPEC, 0},
		{true, 0, 0x42, 99, 0},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct bpf_insn set[] = {
			MOVI(R2, rows[i].set),
			rows[i].set >= 0 ? STW(R1, R2, CLASSID_AT) : MOVI(R2, 0),
			MOVI(R0, rows[i].verdict),
			EXIT,
		};
		struct bpf_insn insns[PROBE_INSNS_MAX];

		RIG_START();
		build();
		if (rows[i].tcx) {
			rig_tcx(T0, HOOK_EGRESS, set, ARRAY_SIZE(set));
		} else {
			rig_clsact(T0, HOOK_EGRESS, 1, rows[i].classid, ETH_P_ALL, insns,
				   probe_build(insns, 0, -1));
			rig_clsact(T0, HOOK_EGRESS, 2, rows[i].classid, ETH_P_ALL, set,
				   ARRAY_SIZE(set));
		}
		rig_probe(P0, HOOK_INGRESS, 1);
		rig_clear(0, 0, 0, 0);
		rig_give(T0, DOOR_TX, rig_frame(other, UNHANDLED, 60), 60);
		EQ(rig_value()->probes[1].runs, 1);
		EQ(rig_value()->probes[1].tc_index, rows[i].tc_index);
		if (!rows[i].tcx)
			EQ(rig_value()->probes[0].tc_classid, rows[i].classid & 0xffff);
	}
}

/* FACTS C.5 [K]: tcx presets nothing; the next program finds what the one before left. A filter's
 * own classid overwrites it. */
TEST(classid_handed_on)
{
	const struct bpf_insn set[] = {
		MOVI(R2, 0x40),
		STW(R1, R2, CLASSID_AT),
		MOVI(R0, -1),
		EXIT,
	};
	struct bpf_insn insns[PROBE_INSNS_MAX];

	RIG_START();
	build();
	for (enum hook hook = 0; hook < HOOKS; hook++) {
		rig_tcx(S0, hook, set, ARRAY_SIZE(set));
		rig_probe(S0, hook, 0);
		rig_clsact(S0, hook, 1, 0x20007, ETH_P_ALL, insns, probe_build(insns, 1, -1));
		rig_clear(0, 0, 0, 0);
		rig_give(S0, hook == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
			 rig_frame(other, UNHANDLED, 60), 60);
		EQ(rig_value()->probes[0].tc_classid, 0x40);
		EQ(rig_value()->probes[1].tc_classid, 7);
	}
}

TAP_MAIN()
