/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_return.c - what bpf_clone_redirect returns when it refuses, and when there is no room left:
 * FACTS A.1, A.3, A.4 and G.4. Every figure is asserted in both engines (rig.h).
 */
#include <errno.h>
#include <string.h>

#include "targets.h"

/* FACTS A.1 [K]: bad flags and missing devices, from both hooks; flags come first. Nothing is seen,
 * nothing counted. */
TEST(refused_before_cloning)
{
	static const struct {
		u64 flags;
		u32 ifindex;
	} bad[] = {
		{2, T0},
		{3, T0},
		{1u << 16, T0},
		{1u << 17, T0},
		{1u << 18, T0},
		{1ull << 32, T0},
		{(1ull << 32) + 1, T0},
		{1ull << 63, T0},
		{~0ull, T0},
		{2, 9999},
		{0, 0},
		{1, 0},
		{0, 9999},
		{1, 9999},
		{0, 0x7fffffff},
		{0, 0x80000000},
		{0, 0xffffffff},
		{1, 0xffffffff},
	};

	RIG_START();
	build();
	for (enum hook source = 0; source < HOOKS; source++) {
		int sender = rig_sender(S0, source, 2);

		for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
			struct device_stats before = rig_stats(T0);
			static const struct delta none;
			struct delta delta;

			rig_clear(bad[i].ifindex, bad[i].flags, 1, 1);
			rig_give(S0, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
				 rig_frame(other, IPV4, 60), 60);
			EQ(rig_value()->sender.ret[0], -EINVAL);
			delta = subtract(rig_stats(T0), before);
			DELTA_EQ("t0", delta, none);
		}
		rig_detach(sender);
	}
}

/* FACTS A.3 [K]: a packet without a link-layer header goes nowhere but to its like. */
TEST(from_tun)
{
	static const struct {
		u32 target;
		u64 flags;
		s32 ret;
	} from_tun[] = {
		{T0, 0, -ERANGE}, {T0, 1, -ERANGE}, {IFB, 0, -ERANGE}, {IFB, 1, -ERANGE},
		{LO, 0, -ERANGE}, {LO, 1, -ERANGE}, {TD, 0, -ERANGE},  {E0, 0, -ERANGE},
		{TUN, 0, 0},	  {TUNN, 0, 2},	    {TUNN, 1, 0},
	};

	RIG_START();
	build_with_tunn();
	for (enum hook source = 0; source < HOOKS; source++) {
		int sender = rig_sender(TUN, source, 2);

		for (u32 i = 0; i < ARRAY_SIZE(from_tun); i++) {
			/* Sending out of its own egress hook is recursion: rows_loop.c. */
			if (source == HOOK_EGRESS && from_tun[i].target == TUN)
				continue;
			rig_clear(from_tun[i].target, from_tun[i].flags, 1, 1);
			EQ(rig_give(TUN, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
				    rig_frame(other, IPV4, 60) + 14, 46),
			   0);
			EQ(rig_value()->sender.calls, 1);
			EQ(rig_value()->sender.ret[0], from_tun[i].ret);
		}
		rig_detach(sender);
	}
}

/* The first @good calls returned 0, and all after them @bad. */
static void check_burst(u32 good, s32 bad)
{
	const struct sender *seen = &rig_value()->sender;

	for (u32 i = 0; i < seen->calls; i++) {
		if (seen->ret[i] == (i < good ? 0 : bad))
			continue;
		TAP_FAIL("call %u: expected %d, seen %d", i + 1, i < good ? 0 : bad, seen->ret[i]);
		return;
	}
}

/* FACTS A.4, A.5, G.4 [K]: 1200 clones in one run. What ifb takes was asked for this table: 33
 * packets until it stops its queue, the one that was on its way then, and 32 in the queue. */
TEST(burst)
{
	static const struct {
		u32 target, peer;
		u64 flags;
		enum hook source;
		u32 good;
		struct delta on_target, on_peer;
	} bursts[] = {
		{T0,
		 P0,
		 0,
		 HOOK_INGRESS,
		 1001,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
		{T0,
		 P0,
		 0,
		 HOOK_EGRESS,
		 1001,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
		{T0, 0, 1, HOOK_INGRESS, 1001, {.rx_dropped = 199}, {0}},
		{T0, 0, 1, HOOK_EGRESS, 1001, {.rx_dropped = 199}, {0}},
		/* lo's driver says yes whatever becomes of the packet. */
		{LO, 0, 0, HOOK_INGRESS, 1200, {.rx = 1001, .tx = 1001, .rx_dropped = 199}, {0}},
		{TUN, 0, 0, HOOK_INGRESS, 1200, {.tx = 500, .tx_dropped = 700}, {0}},
		{IFB, 0, 0, HOOK_INGRESS, 66, {.rx = 66, .tx = 66}, {0}},
		{IFB, 0, 0, HOOK_EGRESS, 1200, {.rx = 1200, .rx_dropped = 1200}, {0}},
		/* The queue is empty again at once, so its limit is never reached; the driver's
		 * refusals are not seen. */
		{TF,
		 PF,
		 0,
		 HOOK_INGRESS,
		 1200,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
	};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(bursts); i++) {
		enum hook source = bursts[i].source;
		int sender = rig_sender(S0, source, 2);
		u32 peer = bursts[i].peer ? bursts[i].peer : bursts[i].target;
		struct device_stats before = rig_stats(bursts[i].target);
		struct device_stats peer_before = rig_stats(peer);
		struct delta delta;

		rig_clear(bursts[i].target, bursts[i].flags, 1200, 1);
		rig_give(S0, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX, rig_frame(other, IPV4, 60),
			 60);
		EQ(rig_value()->sender.calls, 1200);
		check_burst(bursts[i].good, 1);
		if (bursts[i].target == TUN)
			EQ(rig_wire(TUN), 500);
		delta = subtract(rig_stats(bursts[i].target), before);
		DELTA_EQ("the target", delta, bursts[i].on_target);
		if (bursts[i].peer) {
			delta = subtract(rig_stats(peer), peer_before);
			DELTA_EQ("its peer", delta, bursts[i].on_peer);
		}
		rig_detach(sender);
	}
}

/* Asked with a pfifo of 10 on the ifb: 33 until it stops, and 10, the one on its way among them. */
TEST(burst_into_ifb_with_pfifo)
{
	struct device_desc desc = {.name = "ifb1", .ifindex = 30, .kind = DEVICE_IFB, .qlen = 10};

	RIG_START();
	build();
	rig_add(&desc);
	rig_ready();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(30, 0, 100, 1);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 100);
	check_burst(43, 1);
}

/* FACTS A.4, H.15 [K]: it is the peer's MTU that bounds what a veth sends, and not its own. Asked
 * with two that differ. */
TEST(mtu_of_the_peer)
{
	static const struct {
		u32 target, len;
		s32 ret;
	} rows[] = {
		{40, 1518, 0}, {40, 1519, 1}, {41, 1519, 0}, {41, 9018, 0}, {41, 9019, 1},
	};

	RIG_START();
	build();
	rig_device(40, "large", DEVICE_VETH, 9000, "small");
	rig_device(41, "small", DEVICE_VETH, 1500, "large");
	rig_ready();
	rig_sender(S0, HOOK_INGRESS, 2);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 peer = rows[i].target == 40 ? 41 : 40;
		struct device_stats sends = rig_stats(rows[i].target), takes = rig_stats(peer);

		rig_clear(rows[i].target, 0, 1, 1);
		rig_give(S0, DOOR_RX, rig_frame(other, IPV4, rows[i].len), rows[i].len);
		EQ(rig_value()->sender.ret[0], rows[i].ret);
		EQ(rig_stats(rows[i].target).tx_dropped - sends.tx_dropped, rows[i].ret);
		EQ(rig_stats(peer).rx_dropped - takes.rx_dropped, rows[i].ret);
	}
}

/* FACTS A.4 [K]: lo is no exception when it is down. */
TEST(lo_down)
{
	static const struct {
		u64 flags;
		s32 ret;
		struct delta delta;
	} rows[] = {{0, 2, {.tx_dropped = 1}}, {1, 1, {.rx_dropped = 1}}};

	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_set_up(LO, false);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_stats before = rig_stats(LO);
		struct delta delta;

		rig_clear(LO, rows[i].flags, 1, 1);
		rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
		EQ(rig_value()->sender.ret[0], rows[i].ret);
		delta = subtract(rig_stats(LO), before);
		DELTA_EQ("lo", delta, rows[i].delta);
	}
}

#define PRIORITY_AT ((s16)offsetof(struct __sk_buff, priority))

/* pfifo_fast has room for 32 in each band: of 40 with priority 1, 34 are with ifb and 6 wait in
 * band 2; of 40 with priority 6, 32 wait in band 0. */
TEST(burst_into_bands)
{
	static const u32 priorities[] = {1, 6};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(priorities); i++) {
		const struct bpf_insn set[] = {
			MOVI(R2, priorities[i]),
			STW(R1, R2, PRIORITY_AT),
			MOVI(R0, -1),
			EXIT,
		};

		rig_tcx(S0, HOOK_INGRESS, set, ARRAY_SIZE(set));
		rig_sender(S0, HOOK_INGRESS, i ? 2 : -1);
	}
	rig_clear(IFB, 0, 40, 2);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 80);
	check_burst(72, 1);
	EQ(rig_stats(IFB).tx_packets, 72);
}

/* Asked with tbf (a bucket of one frame) over a pfifo of 5: one frame leaves, 5 wait. */
TEST(burst_into_a_slow_queue)
{
	struct device_desc desc = {.name = "ts",
				   .peer = "ps",
				   .ifindex = 30,
				   .kind = DEVICE_VETH,
				   .rate = 8000,
				   .qlen = 5};

	RIG_START();
	build();
	rig_add(&desc);
	rig_device(31, "ps", DEVICE_VETH, 0, "ts");
	rig_ready();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(30, 0, 20, 1);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 20);
	check_burst(6, 1);
}

TAP_MAIN()
