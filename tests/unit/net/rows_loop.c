/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_loop.c - programs that send to where they run: FACTS A.4 and G.4 (recursion), A.5 (no limit
 * into ingress), and what ifb puts back. Every figure is asserted in both engines (rig.h).
 */
#include "rig.h"
#include "tap.h"

#include <errno.h>
#include <linux/if_ether.h>

enum {
	LO = 1,
	S0,
	T0,
	P0,
	IFB,
	TUN,
	E0,
	IFB2,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void build(void)
{
	struct device_desc queued = {
		.name = "e0", .ifindex = E0, .kind = DEVICE_ETHER, .qlen = 100};

	rig_device(S0, "s0", DEVICE_ETHER, 65535, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_device(IFB, "ifb0", DEVICE_IFB, 0, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, 0, NULL);
	rig_add(&queued);
	rig_ready();
}

/* @cnt results, from the innermost call outwards. */
static void check_returns(const s32 *expected, u32 cnt)
{
	const struct sender *seen = &rig_value()->sender;

	EQ(seen->calls, cnt);
	for (u32 i = 0; i < cnt && i < seen->calls; i++)
		EQ(seen->ret[i], expected[i]);
}

/* FACTS G.4 [K], self recursion at egress. With a queue in between only the redirects count, and
 * the driver is never too deep (asked for this table). */
TEST(self_recursion)
{
	static const struct {
		u32 dev;
		s32 verdict;
		s32 ret[10];
		u32 wire;
		u64 tx_dropped;
	} rows[] = {
		{S0, 2, {-ENETDOWN, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, 0},
		{S0, 0, {-ENETDOWN, -ENETDOWN}, 9, 1},
		{E0, 2, {-ENETDOWN, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, 0},
		{E0, 0, {-ENETDOWN}, 10, 0},
	};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int sender = rig_sender(rows[i].dev, HOOK_EGRESS, rows[i].verdict);
		struct device_stats before = rig_stats(rows[i].dev);

		rig_wire(rows[i].dev);
		rig_clear(rows[i].dev, 0, 1, 1000);
		rig_give(rows[i].dev, DOOR_TX, rig_frame(other, ETH_P_IP, 60), 60);
		EQ(rig_value()->sender.runs, 10);
		check_returns(rows[i].ret, 10);
		EQ(rig_wire(rows[i].dev), rows[i].wire);
		EQ(rig_stats(rows[i].dev).tx_dropped - before.tx_dropped, rows[i].tx_dropped);
		rig_detach(sender);
	}
}

/* The same from the ingress hook: the first transmission is one deeper than the hook. */
TEST(self_recursion_from_ingress)
{
	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_sender(T0, HOOK_EGRESS, 2);
	rig_clear(T0, 0, 1, 1000);
	rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
	/* s0's program, and t0's at recursion 1 to 9. */
	EQ(rig_value()->sender.runs, 10);
	check_returns((s32[]){-ENETDOWN, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10);
}

/* FACTS G.4 [K]: bpf_redirect to the own egress. */
TEST(redirect_to_own_egress)
{
	const struct bpf_insn insns[] = {
		LD_VALUE(R7, 0, 0),	 LDW(R8, R7, 0), ADDI(R8, 1),
		STW(R7, R8, 0),		 MOVI(R1, S0),	 MOVI(R2, 0),
		CALL(BPF_FUNC_redirect), EXIT,
	};

	RIG_START();
	build();
	rig_tcx(S0, HOOK_EGRESS, insns, ARRAY_SIZE(insns));
	rig_clear(0, 0, 0, 0);
	EQ(rig_give(S0, DOOR_TX, rig_frame(other, ETH_P_IP, 60), 60), 0);
	EQ(rig_value()->probes[0].runs, 10);
	EQ(rig_wire(S0), 0);
	EQ(rig_stats(S0).tx_dropped, 0);
}

/* FACTS A.5 [K]: into the own ingress nothing limits a program but itself. */
TEST(own_ingress_until_the_budget_ends)
{
	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(S0, 1, 1, 40);
	rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->sender.runs, 40);
	check_returns((s32[40]){0}, 40);
}

/* Each run makes three of one: the backlog's two lists bound how many there are at a time. The sum
 * was asked for this test. */
TEST(own_ingress_tripled)
{
	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(S0, 1, 3, 600);
	rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->sender.runs, 600);
	EQ(rig_value()->sender.calls, 1800);
	EQ(rig_stats(S0).rx_dropped, 0);
}

/* Two programs that clone to each other, through a veth and back. */
TEST(through_a_pair)
{
	RIG_START();
	build();
	rig_sender(P0, HOOK_INGRESS, 2);
	rig_clear(T0, 0, 1, 7);
	rig_give(T0, DOOR_TX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->sender.runs, 7);
	EQ(rig_value()->sender.calls, 7);
	EQ(rig_stats(T0).tx_packets, 8);
	EQ(rig_stats(P0).rx_packets, 8);
}

/* What ifb takes from ingress goes on at the device it came in on, behind the hook: the host has
 * it, and nobody's handler. Asked for this test. */
TEST(ifb_puts_back_into_ingress)
{
	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_probe(IFB, HOOK_EGRESS, 1);
	rig_clear(IFB, 0, 1, 1000);
	rig_give(S0, DOOR_RX, rig_frame(other, 0x1234, 60), 60);
	EQ(rig_value()->sender.runs, 1);
	EQ(rig_value()->probes[1].runs, 1);
	EQ(rig_stats(S0).rx_packets, 1);
	EQ(rig_stats(S0).rx_dropped, 1);
	EQ(rig_stats(IFB).rx_packets, 1);
	EQ(rig_stats(IFB).tx_packets, 1);
}

/* What it takes from an egress hook, of a packet that had come in somewhere, goes out of there:
 * that device's egress hook sees it, with ifb as the origin; the next ingress hook is skipped
 * instead. Asked for this test. */
TEST(ifb_puts_back_into_egress)
{
	const struct bpf_insn redirect[] = {
		MOVI(R1, E0),
		MOVI(R2, 0),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};

	RIG_START();
	build();
	rig_tcx(P0, HOOK_INGRESS, redirect, ARRAY_SIZE(redirect));
	rig_sender(E0, HOOK_EGRESS, -1);
	rig_probe(P0, HOOK_EGRESS, 1);
	rig_probe(T0, HOOK_INGRESS, 2);
	rig_clear(IFB, 0, 1, 1);
	rig_give(T0, DOOR_TX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->sender.ret[0], 0);
	EQ(rig_value()->probes[1].runs, 1);
	EQ(rig_value()->probes[1].ingress_ifindex, IFB);
	EQ(rig_value()->probes[2].runs, 0);
	EQ(rig_stats(T0).rx_packets, 1);
	EQ(rig_wire(E0), 1);
	/* The skipping is for one reception. */
	rig_clear(IFB, 0, 1, 0);
	rig_give(P0, DOOR_TX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->probes[2].runs, 1);
}

/* What one ifb puts back out of another is dropped there: a packet that no program has sent on
 * comes from nowhere an ifb could put it back to. Asked for this test. */
TEST(ifb_puts_back_into_ifb)
{
	const struct bpf_insn into_second[] = {
		MOVI(R1, IFB2),
		MOVI(R2, 1),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};
	const struct bpf_insn out_of_e0[] = {
		MOVI(R1, E0),
		MOVI(R2, 0),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};

	RIG_START();
	build();
	rig_device(IFB2, "ifb1", DEVICE_IFB, 0, NULL);
	rig_ready();
	rig_tcx(S0, HOOK_INGRESS, into_second, ARRAY_SIZE(into_second));
	rig_tcx(IFB2, HOOK_INGRESS, out_of_e0, ARRAY_SIZE(out_of_e0));
	rig_sender(E0, HOOK_EGRESS, -1);
	rig_clear(IFB, 0, 1, 1);
	rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->sender.ret[0], 0);
	EQ(rig_stats(IFB).tx_packets, 1);
	EQ(rig_stats(IFB).rx_dropped, 0);
	EQ(rig_stats(IFB2).rx_packets, 1);
	EQ(rig_stats(IFB2).rx_dropped, 1);
	EQ(rig_stats(IFB2).tx_packets, 0);
	EQ(rig_wire(E0), 1);
}

#define CLONE(ifindex, flags)                                                                      \
	MOV(R1, R6), MOVI(R2, ifindex), MOVI(R3, flags), CALL(BPF_FUNC_clone_redirect)

static void add_marker(u32 ifindex, enum hook hook, u32 digit)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	rig_tcx(ifindex, hook, insns, marker_build(insns, digit, -1));
}

/* What stands in the backlog goes in before ifb puts anything back, though ifb was given its packet
 * first: the softirqs have an order of their own. Asked for this test. */
TEST(backlog_before_ifb)
{
	static const struct bpf_insn at_ingress[] = {
		MOV(R6, R1), CLONE(E0, 0), CLONE(T0, 1), MOVI(R0, 2), EXIT,
	};
	static const struct bpf_insn at_egress[] = {MOV(R6, R1), CLONE(IFB, 0), MOVI(R0, 2), EXIT};

	RIG_START();
	build();
	rig_tcx(S0, HOOK_INGRESS, at_ingress, ARRAY_SIZE(at_ingress));
	rig_tcx(E0, HOOK_EGRESS, at_egress, ARRAY_SIZE(at_egress));
	add_marker(S0, HOOK_EGRESS, 2); /* where ifb puts it */
	add_marker(T0, HOOK_INGRESS, 1);
	rig_clear(0, 0, 0, 0);
	rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
	EQ(rig_value()->order, 12);
}

TAP_MAIN()
