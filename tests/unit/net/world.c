/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.c - what Linux does not show, or has no name for: the order of events, the end of every
 * packet, time and rates, dummy devices, attaching and its mistakes, memory that runs out.
 */
#include "rig_world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>

#include "ledger.h"
#include "tap.h"

enum {
	LO = 1,
	A,
	B,
	V,
	W,
	IFB,
	TUN,
	DUMMY,
};

static const u8 other[6] = RIG_MAC_OTHER;
static struct ledger ledger;

static struct world *build(void)
{
	static const struct device_desc devices[] = {
		{.name = "a", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "b", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "v", .kind = DEVICE_VETH, .peer = "w", .qlen = -1},
		{.name = "w", .kind = DEVICE_VETH, .peer = "v", .qlen = -1},
		{.name = "ifb0", .kind = DEVICE_IFB, .qlen = -1},
		{.name = "tun0", .kind = DEVICE_TUN, .qlen = -1},
		{.name = "dummy0", .kind = DEVICE_DUMMY, .qlen = -1},
	};
	struct world *world =
		world_new(&(struct world_options){.limit = 100000, .start = 1000}, NULL);

	for (u32 i = 0; i < ARRAY_SIZE(devices); i++)
		world_add_device(world, &devices[i], NULL);
	ledger_open(&ledger, &world_host(world)->events);
	return world;
}

static void check_all_ended(struct world *world)
{
	struct skb_pool_stats stats;

	skb_pool_stats(world_host(world)->pool, &stats);
	EQ(stats.skbs_live, 0);
	EQ(stats.bufs_live, 0);
	EQ(ledger.wrong, 0);
	EQ(ledger.begun, ledger.ended);
}

static int attach(struct world *world, u32 ifindex, enum hook hook, const struct bpf_insn *insns,
		  u32 cnt)
{
	struct prog *prog = rig_prog("prog", insns, cnt);
	int number = world_attach(world, &(struct attachment){.ifindex = ifindex, .hook = hook},
				  prog, NULL);

	prog_put(prog);
	return number;
}

/* Clones to @ifindex with @flags, and returns @verdict. */
static int attach_cloner(struct world *world, u32 at, enum hook hook, u32 ifindex, u32 flags,
			 s32 verdict)
{
	const struct bpf_insn insns[] = {
		MOVI(R2, ifindex),
		MOVI(R3, flags),
		CALL(BPF_FUNC_clone_redirect),
		MOVI(R0, verdict),
		EXIT,
	};

	return attach(world, at, hook, insns, ARRAY_SIZE(insns));
}

static int give(struct world *world, u32 dev, enum door door, u16 protocol, u32 len, u64 time)
{
	struct error err;
	int ret = world_inject(world, world_device(world, dev), door,
			       rig_frame(other, protocol, len), len, time, &err);

	return ret ? ret : world_settle(world, &err);
}

struct step {
	enum event_kind kind;
	u32 skb, ifindex;
	u32 peer; /* WIRE */
};

static void check_steps(const struct step *steps, u32 cnt)
{
	EQ(ledger.cnt, cnt);
	for (u32 i = 0; i < cnt && i < ledger.cnt; i++) {
		if (ledger.entries[i].kind == steps[i].kind &&
		    ledger.entries[i].skb == steps[i].skb &&
		    ledger.entries[i].ifindex == steps[i].ifindex &&
		    ledger.entries[i].peer == steps[i].peer)
			continue;
		TAP_FAIL("step %u: expected kind %d skb %u at %u, seen kind %d skb %llu at %u", i,
			 steps[i].kind, steps[i].skb, steps[i].ifindex, ledger.entries[i].kind,
			 (unsigned long long)ledger.entries[i].skb, ledger.entries[i].ifindex);
		return;
	}
}

/* The way of one packet, and of its clone through a veth, step by step. */
TEST(events_in_order)
{
	static const struct step steps[] = {
		{EVENT_BORN, 1, A, 0},	   {EVENT_HOOK, 1, A, 0},    {EVENT_CLONE, 2, A, 0},
		{EVENT_REDIRECT, 2, V, 0}, {EVENT_WIRE, 2, V, W},    {EVENT_QUEUE, 2, W, 0},
		{EVENT_HELPER, 1, A, 0},   {EVENT_VERDICT, 1, A, 0}, {EVENT_HOST, 1, A, 0},
		{EVENT_HOST, 2, W, 0},
	};
	struct world *world = build();

	attach_cloner(world, A, HOOK_INGRESS, V, 0, TC_ACT_OK);
	EQ(give(world, A, DOOR_RX, ETH_P_IP, 60, 0), 0);
	check_steps(steps, ARRAY_SIZE(steps));
	/* At both ends of its way the frame is whole. */
	EQ(ledger.entries[0].len, 60);
	EQ(ledger.entries[8].len, 60);
	EQ(ledger.entries[9].len, 60);
	EQ(ledger.entries[9].parent, 1);
	check_all_ended(world);
	world_free(world);
}

TEST(events_of_redirects_and_drops)
{
	static const struct step steps[] = {
		{EVENT_BORN, 1, A, 0},	  {EVENT_HOOK, 1, A, 0},     {EVENT_HELPER, 1, A, 0},
		{EVENT_VERDICT, 1, A, 0}, {EVENT_REDIRECT, 1, B, 0}, {EVENT_QUEUE, 1, B, 0},
		{EVENT_HOOK, 1, B, 0},	  {EVENT_VERDICT, 1, B, 0},  {EVENT_DROP, 1, B, 0},
	};
	const struct bpf_insn redirect[] = {
		MOVI(R1, B),
		MOVI(R2, 1),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};
	const struct bpf_insn shot[] = {MOVI(R0, 2), EXIT};
	struct world *world = build();

	attach(world, A, HOOK_INGRESS, redirect, ARRAY_SIZE(redirect));
	attach(world, B, HOOK_INGRESS, shot, ARRAY_SIZE(shot));
	EQ(give(world, A, DOOR_RX, ETH_P_IP, 60, 0), 0);
	check_steps(steps, ARRAY_SIZE(steps));
	EQ(ledger.entries[3].action, TC_ACT_REDIRECT);
	EQ(ledger.entries[7].action, TC_ACT_SHOT);
	EQ(ledger.entries[8].reason, DROP_TC_INGRESS);
	check_all_ended(world);
	world_free(world);
}

/* What the host makes of a frame is a note on its arrival there. */
TEST(host_reasons)
{
	static const struct {
		u8 to[6];
		u16 protocol;
		enum drop_reason reason;
	} rows[] = {
		{RIG_MAC(A), ETH_P_IP, DROP_NOT_SPECIFIED},
		{RIG_MAC_OTHER, ETH_P_IP, DROP_OTHERHOST},
		{RIG_MAC_BROADCAST, ETH_P_ARP, DROP_NOT_SPECIFIED},
		{RIG_MAC_MULTICAST, ETH_P_IPV6, DROP_NOT_SPECIFIED},
		{RIG_MAC(A), 0x1234, DROP_UNHANDLED_PROTO},
		{RIG_MAC_OTHER, 0x1234, DROP_UNHANDLED_PROTO},
	};
	struct world *world = build();

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		world_inject(world, world_device(world, A), DOOR_RX,
			     rig_frame(rows[i].to, rows[i].protocol, 60), 60, 0, NULL);
		EQ(ledger.entries[ledger.cnt - 1].kind, EVENT_HOST);
		EQ(ledger.entries[ledger.cnt - 1].reason, rows[i].reason);
	}
	EQ(ledger_count(&ledger, EVENT_DROP, 0), 0);
	world_free(world);
}

/* One reason for each way to lose a packet. */
TEST(drop_reasons)
{
	static const struct {
		u32 dev;
		enum door door;
		u16 protocol;
		u32 len;
		u32 target; /* of a clone from the ingress hook, 0: none */
		enum drop_reason reason;
	} rows[] = {
		{A, DOOR_RX, ETH_P_IP, 1519, 0, DROP_PKT_TOO_BIG},
		{A, DOOR_TX, ETH_P_IP, 1515, 0, DROP_PKT_TOO_BIG},
		{A, DOOR_RX, ETH_P_8021Q, 19, 0, DROP_VLAN_HDR},
		{A, DOOR_RX, ETH_P_IP, 14, TUN, DROP_PKT_TOO_SMALL},
		{IFB, DOOR_TX, ETH_P_IP, 60, 0, DROP_NO_INGRESS},
		{TUN, DOOR_RX, ETH_P_IP, 60, 0, DROP_BAD_IP_VERSION},
		{TUN, DOOR_TX, ETH_P_IP, 1501, 0, DROP_PKT_TOO_BIG},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world *world = build();

		if (rows[i].target)
			attach_cloner(world, A, HOOK_INGRESS, rows[i].target, 0, TC_ACT_OK);
		EQ(give(world, rows[i].dev, rows[i].door, rows[i].protocol, rows[i].len, 0), 0);
		EQ(ledger_count(&ledger, EVENT_DROP, 0), 1);
		EQ(ledger_drops(&ledger, rows[i].reason), 1);
		check_all_ended(world);
		world_free(world);
	}
}

TEST(doors_that_do_not_exist)
{
	static const struct {
		u32 dev;
		enum door door;
		u32 len;
		const char *part;
	} rows[] = {
		{LO, DOOR_RX, 60, "lo: nothing arrives on type=lo from outside"},
		{IFB, DOOR_RX, 60, "ifb0: nothing arrives on type=ifb from outside"},
		{DUMMY, DOOR_RX, 60, "dummy0: nothing arrives on type=dummy from outside"},
		{A, DOOR_WIRE, 60, "a: frames go in by rx or tx"},
		{A, DOOR_RX, 13, "a: a frame of 13 bytes; the shortest has 14"},
		{A, DOOR_TX, 0, "a: a frame of 0 bytes; the shortest has 14"},
		{TUN, DOOR_RX, 0, "tun0: a frame of 0 bytes; the shortest has 1"},
		{A, DOOR_TX, SKB_LEN_MAX + 1, "the longest has 262144"},
	};
	struct world *world = build();
	static u8 bytes[SKB_LEN_MAX + 1];
	struct error err;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		EQ(world_inject(world, world_device(world, rows[i].dev), rows[i].door, bytes,
				rows[i].len, 0, &err),
		   -EINVAL);
		STR_HAS(err.text, rows[i].part);
	}
	EQ(ledger.cnt, 0);
	world_free(world);
}

TEST(nothing_enters_a_dead_device)
{
	struct world *world = build();
	struct device_stats stats;
	struct error err;

	device_set_carrier(world_device(world, A), false);
	EQ(world_inject(world, world_device(world, A), DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60,
			0, &err),
	   -ENETDOWN);
	STR_EQ(err.text, "a is down or has no carrier: it takes no frame");
	device_set_up(world_device(world, W), false);
	EQ(give(world, V, DOOR_RX, ETH_P_IP, 60, 0), -ENETDOWN);
	EQ(ledger_drops(&ledger, DROP_DEV_READY), 2);
	device_stats(world_device(world, A), &stats);
	EQ(stats.rx_packets + stats.rx_dropped, 0);
	check_all_ended(world);
	world_free(world);
}

/* From the source of drivers/net/dummy.c: counts, and has no VLAN hardware. Linux 6.18.44 as it was
 * asked for everything else has no dummy devices. */
TEST(dummy)
{
	struct world *world = build();
	struct device_stats stats;
	u8 frame[64];

	attach_cloner(world, A, HOOK_INGRESS, DUMMY, 0, TC_ACT_SHOT);
	EQ(give(world, A, DOOR_RX, ETH_P_IP, 1518, 0), 0);
	EQ(give(world, DUMMY, DOOR_TX, ETH_P_IP, 60, 0), 0);
	memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
	memcpy(frame + 14, "\0\5\x08\0\x45", 5);
	EQ(world_inject(world, world_device(world, A), DOOR_RX, frame, 64, 0, NULL), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, DUMMY), 3);
	EQ(ledger.entries[ledger.cnt - 1].kind, EVENT_DROP); /* the original */
	device_stats(world_device(world, DUMMY), &stats);
	EQ(stats.tx_packets, 3);
	EQ(stats.tx_bytes, 1518 + 60 + 64);
	EQ(stats.rx_packets, 0);
	device_set_carrier(world_device(world, DUMMY), false);
	EQ(give(world, DUMMY, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_drops(&ledger, DROP_DEV_READY), 1);
	device_stats(world_device(world, DUMMY), &stats);
	EQ(stats.tx_dropped, 1);
	check_all_ended(world);
	world_free(world);
}

/* Inserting a tag needs a copy when the clone shares its bytes, and the original keeps its own. */
TEST(tag_inside_leaves_the_original_alone)
{
	struct world *world = build();
	struct skb_pool_stats stats;
	u8 frame[64];

	attach_cloner(world, A, HOOK_INGRESS, DUMMY, 0, TC_ACT_OK);
	memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
	memcpy(frame + 14, "\0\5\x08\0\x45", 5);
	EQ(world_inject(world, world_device(world, A), DOOR_RX, frame, 64, 0, NULL), 0);
	skb_pool_stats(world_host(world)->pool, &stats);
	EQ(stats.copies, 1);
	for (u32 i = 0; i < ledger.cnt; i++) {
		if (ledger.entries[i].kind == EVENT_WIRE)
			EQ(ledger.entries[i].len, 64);
		if (ledger.entries[i].kind == EVENT_HOST)
			EQ(ledger.entries[i].len, 60);
	}
	check_all_ended(world);
	world_free(world);
}

/* 60 bytes at 480 kbit/s are a millisecond. The first frame leaves at once, then one a
 * millisecond; the queue holds 3. */
TEST(rate)
{
	const struct device_desc slow = {
		.name = "s", .kind = DEVICE_ETHER, .ifindex = 20, .rate = 480000, .qlen = 3};
	static const u64 times[] = {1000, 1001000, 2001000, 3001000};
	struct world *world = build();
	struct error err;
	u32 seen = 0;

	world_add_device(world, &slow, NULL);
	for (u32 i = 0; i < 6; i++)
		EQ(give(world, 20, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, 20), 1);
	EQ(ledger_count(&ledger, EVENT_QUEUE, 20), 3);
	EQ(ledger_drops(&ledger, DROP_QDISC_DROP), 2);
	EQ(world_advance(world, 1500000, &err), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, 20), 2);
	EQ(world_host(world)->now, 1500000);
	EQ(world_drain(world, &err), 0);
	EQ(world_host(world)->now, 3001000);
	for (u32 i = 0; i < ledger.cnt; i++) {
		if (ledger.entries[i].kind == EVENT_WIRE)
			EQ(ledger.entries[i].time, times[seen++]);
	}
	EQ(seen, 4);
	/* The line is idle again: the next one leaves at once. */
	EQ(give(world, 20, DOOR_TX, ETH_P_IP, 60, 10000000), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, 20), 5);
	check_all_ended(world);
	world_free(world);
}

/* What waits in a queue gets its turn before a later frame does, and the clock never goes back. */
TEST(time_passes_before_a_frame)
{
	const struct device_desc slow = {
		.name = "s", .kind = DEVICE_ETHER, .ifindex = 20, .rate = 480000, .qlen = -1};
	struct world *world = build();

	world_add_device(world, &slow, NULL);
	give(world, 20, DOOR_TX, ETH_P_IP, 60, 0);
	give(world, 20, DOOR_TX, ETH_P_IP, 60, 0);
	give(world, A, DOOR_RX, ETH_P_IP, 60, 5000000);
	give(world, A, DOOR_RX, ETH_P_IP, 60, 4000000);
	EQ(world_host(world)->now, 5000000);
	for (u32 i = 1; i < ledger.cnt; i++)
		OK(ledger.entries[i].time >= ledger.entries[i - 1].time);
	EQ(ledger.entries[ledger.cnt - 1].time, 5000000);
	EQ(ledger_count(&ledger, EVENT_WIRE, 20), 2);
	check_all_ended(world);
	world_free(world);
}

/* Many queues, each at its own pace: what is due first leaves first; at the same time, what was
 * asked for first. */
TEST(many_rates)
{
	struct world *world = build();
	struct error err;
	u64 last = 0;

	for (u32 i = 0; i < 50; i++) {
		struct device_desc desc = {.kind = DEVICE_ETHER,
					   .ifindex = 100 + i,
					   .rate = 100000 + 7919 * (i % 10),
					   .qlen = -1};

		snprintf(desc.name, sizeof(desc.name), "s%u", i);
		world_add_device(world, &desc, NULL);
	}
	for (u32 n = 0; n < 5; n++) {
		for (u32 i = 0; i < 50; i++)
			give(world, 100 + i, DOOR_TX, ETH_P_IP, 60 + i, 0);
	}
	EQ(world_drain(world, &err), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, 0), 250);
	for (u32 i = 0; i < ledger.cnt; i++) {
		if (ledger.entries[i].kind != EVENT_WIRE)
			continue;
		OK(ledger.entries[i].time >= last);
		last = ledger.entries[i].time;
	}
	check_all_ended(world);
	world_free(world);
}

TEST(going_down_empties_the_queue)
{
	const struct device_desc slow = {.name = "s",
					 .kind = DEVICE_VETH,
					 .peer = "r",
					 .ifindex = 20,
					 .rate = 480000,
					 .qlen = 10};
	const struct device_desc end = {
		.name = "r", .kind = DEVICE_VETH, .peer = "s", .ifindex = 21, .qlen = -1};
	struct world *world = build();
	struct error err;

	world_add_device(world, &slow, NULL);
	world_add_device(world, &end, NULL);
	for (u32 i = 0; i < 5; i++)
		give(world, 20, DOOR_TX, ETH_P_IP, 60, 0);
	/* The other end going down takes the carrier away. */
	EQ(device_set_up(world_device(world, 21), false), 0);
	EQ(ledger_drops(&ledger, DROP_QUEUE_PURGED), 4);
	EQ(device_set_up(world_device(world, 21), true), 0);
	EQ(give(world, 20, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(world_drain(world, &err), 0);
	EQ(ledger_count(&ledger, EVENT_WIRE, 20), 2);
	check_all_ended(world);
	world_free(world);
}

TEST(veth_waits_for_its_peer)
{
	const struct device_desc one = {.name = "x", .kind = DEVICE_VETH, .peer = "y", .qlen = -1};
	const struct device_desc two = {.name = "y", .kind = DEVICE_VETH, .peer = "x", .qlen = -1};
	struct world *world = build();
	u32 x = (u32)world_add_device(world, &one, NULL), y;

	EQ(give(world, x, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_drops(&ledger, DROP_DEV_READY), 1);
	y = (u32)world_add_device(world, &two, NULL);
	EQ(give(world, x, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_count(&ledger, EVENT_HOST, y), 1);
	check_all_ended(world);
	world_free(world);
}

TEST(attaching)
{
	const struct bpf_insn pass[] = {MOVI(R0, -1), EXIT};
	struct prog *prog = rig_prog("prog", pass, ARRAY_SIZE(pass));
	struct world *world = build();
	struct attachment how = {
		.ifindex = A, .kind = ATTACH_CLSACT, .prio = 1, .protocol = htons(ETH_P_ALL)};
	struct error err;

	EQ(world_attach(world, &how, prog, &err), 0);
	EQ(prog->refs, 2);
	EQ(world_attachment_cnt(world), 1);
	EQ(world_attachment(world, 0)->number, 0);
	OK(world_attachment(world, 0)->prog == prog);
	OK(world_attachment(world, 1) == NULL);

	how.prio = 0;
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_EQ(err.text, "a:ingress: priority 0 is not between 1 and 65535");
	how.prio = 65536;
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	how.prio = 1;
	how.protocol = htons(ETH_P_IP);
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "a:ingress: priority 1 is taken by a filter for another protocol");
	how.protocol = 0;
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "ETH_P_ALL");
	how.ifindex = 99;
	EQ(world_attach(world, &how, prog, &err), -ENODEV);
	STR_EQ(err.text, "there is no device with ifindex 99");
	prog->type = BPF_PROG_TYPE_LWT_XMIT;
	how = (struct attachment){.ifindex = A, .hook = HOOK_EGRESS};
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "a:egress: prog is a program of type LWT_XMIT");
	prog->type = BPF_PROG_TYPE_SCHED_CLS;
	for (u32 i = 0; i < 64; i++)
		EQ(world_attach(world, &how, prog, &err), (int)i + 1);
	EQ(world_attach(world, &how, prog, &err), -ERANGE);
	STR_HAS(err.text, "room for 64 programs");

	EQ(world_detach(world, 0), 0);
	EQ(world_detach(world, 0), -ENOENT);
	EQ(world_detach(world, 65), -ENOENT);
	OK(world_attachment(world, 0) == NULL);
	EQ(prog->refs, 65);
	EQ(give(world, A, DOOR_RX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 0);
	EQ(give(world, A, DOOR_TX, ETH_P_IP, 60, 0), 0);
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 64);
	world_free(world);
	EQ(prog->refs, 1);
	prog_put(prog);
}

/* pfifo_fast: three bands, each with room of its own; the urgent one goes first. */
TEST(bands)
{
	static const u32 priorities[] = {1, 0, 6};
	struct world *world = build();
	struct device *ifb = world_device(world, IFB);
	u64 order[200];
	u32 cnt = 0;

	for (u32 i = 0; i < ARRAY_SIZE(priorities); i++) {
		struct bpf_insn insns[] = {
			MOV(R6, R1),
			MOVI(R2, priorities[i]),
			STW(R1, R2, (s16)offsetof(struct __sk_buff, priority)),
			MOVI(R7, i ? 40 : 60),
			MOV(R1, R6),
			MOVI(R2, IFB),
			MOVI(R3, 0),
			CALL(BPF_FUNC_clone_redirect),
			ADDI(R7, -1),
			JNEI(R7, 0, -6),
			MOVI(R0, i == 2 ? TC_ACT_SHOT : -1),
			EXIT,
		};

		attach(world, A, HOOK_INGRESS, insns, ARRAY_SIZE(insns));
	}
	EQ(give(world, A, DOOR_RX, ETH_P_IP, 60, 0), 0);
	/* 33 and 1 of the first 60 are with the driver, 26 wait in band 2; 32 of each 40 after. */
	EQ(ledger_drops(&ledger, DROP_QDISC_DROP), 16);
	for (u32 i = 0; i < ledger.cnt; i++) {
		if (ledger.entries[i].kind == EVENT_HOST && cnt < ARRAY_SIZE(order))
			order[cnt++] = ledger.entries[i].skb;
	}
	EQ(cnt, 124);
	EQ(order[0], 2);
	EQ(order[33], 2 + 33);	/* the one that came back */
	EQ(order[34], 2 + 100); /* priority 6 */
	EQ(order[66], 2 + 60);	/* priority 0 */
	EQ(order[98], 2 + 34);	/* priority 1 */
	EQ(order[123], 2 + 59);
	OK(ifb != NULL);
	check_all_ended(world);
	world_free(world);
}

/* Every allocation that fails is a packet less, and nothing else. */
TEST(no_memory)
{
	for (u32 skip = 0; skip < 30; skip++) {
		struct world *world = build();
		u8 frame[64];

		attach_cloner(world, A, HOOK_INGRESS, DUMMY, 0, TC_ACT_UNSPEC);
		attach_cloner(world, A, HOOK_INGRESS, V, 0, TC_ACT_UNSPEC);
		attach_cloner(world, A, HOOK_INGRESS, LO, 0, TC_ACT_UNSPEC);
		attach_cloner(world, W, HOOK_INGRESS, IFB, 0, TC_ACT_OK);
		memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
		memcpy(frame + 14, "\0\5\x08\0\x45", 5);
		skb_pool_fail(world_host(world)->pool, skip, 1);
		EQ(world_inject(world, world_device(world, A), DOOR_RX, frame, 64, 0, NULL),
		   skip ? 0 : -ENOMEM);
		EQ(world_settle(world, NULL), 0);
		check_all_ended(world);
		world_free(world);
	}
}

/* Everything at once, for a while: each packet ends exactly once. */
TEST(every_packet_ends_once)
{
	static const enum door doors[] = {DOOR_RX, DOOR_TX};
	static u8 frame[2000];
	struct world *world = build();
	struct random random;
	struct error err;

	random_seed(&random, 7);
	for (u32 at = LO; at <= DUMMY; at++) {
		for (enum hook hook = 0; hook < HOOKS; hook++) {
			u32 target = LO + random_u32(&random) % DUMMY;

			/* Half of them clone only what is not marked, or nothing would end. */
			struct bpf_insn insns[] = {
				MOV(R6, R1),
				LDW(R7, R6, (s16)offsetof(struct __sk_buff, mark)),
				JGTI(R7, 2, 8),
				ADDI(R7, 1),
				STW(R6, R7, (s16)offsetof(struct __sk_buff, mark)),
				MOV(R1, R6),
				MOVI(R2, target),
				MOVI(R3, random_u32(&random) & 1),
				CALL(BPF_FUNC_clone_redirect),
				MOVI(R0, -1),
				EXIT,
				MOVI(R0, random_u32(&random) % 9),
				EXIT,
			};

			attach(world, at, hook, insns, ARRAY_SIZE(insns));
		}
	}
	for (u32 i = 0; i < 500; i++) {
		u32 dev = LO + random_u32(&random) % DUMMY;
		u32 len = 1 + random_u32(&random) % 1600;

		for (u32 n = 0; n < len; n++)
			frame[n] = (u8)random_u32(&random);
		if (i % 3 == 0)
			memcpy(frame + 12, "\x81\0\0\5\x08\0", 6);
		world_inject(world, world_device(world, dev), doors[i & 1], frame, len, i, &err);
		EQ(world_settle(world, &err), 0);
	}
	OK(ledger.begun > 1000);
	OK(ledger.cnt < LEDGER_MAX);
	check_all_ended(world);
	world_free(world);
}

/* Two worlds do not know of each other, and the same frames give the same events. */
TEST(two_worlds)
{
	static struct ledger first;
	struct world *one, *two;

	one = build();
	attach_cloner(one, A, HOOK_INGRESS, V, 0, TC_ACT_OK);
	EQ(give(one, A, DOOR_RX, ETH_P_IP, 60, 5000), 0);
	first = ledger;
	two = build();
	EQ(world_host(two)->now, 1000);
	EQ(give(two, A, DOOR_RX, ETH_P_IP, 60, 5000), 0);
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 0);
	world_free(two);
	two = build();
	attach_cloner(two, A, HOOK_INGRESS, V, 0, TC_ACT_OK);
	EQ(give(two, A, DOOR_RX, ETH_P_IP, 60, 5000), 0);
	EQ(ledger.cnt, first.cnt);
	MEM_EQ(ledger.entries, first.entries, first.cnt * sizeof(first.entries[0]));
	event_unlisten(&world_host(one)->events, &ledger.listener);
	world_free(one);
	world_free(two);
}

TAP_MAIN()
