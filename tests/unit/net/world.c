/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.c - what Linux does not show, or has no name for: the order of events, the end of every
 * packet, dummy devices, attaching and its mistakes, memory that runs out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#include "small_world.h"

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
	STR_EQ(err.text, "priority 0 is not between 1 and 65535");
	how.prio = 65536;
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	how.prio = 1;
	how.protocol = htons(ETH_P_IP);
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "priority 1 is taken by a filter for another protocol");
	how.protocol = 0;
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "ETH_P_ALL");
	how.ifindex = 99;
	EQ(world_attach(world, &how, prog, &err), -ENODEV);
	STR_EQ(err.text, "there is no device with ifindex 99");
	prog->type = BPF_PROG_TYPE_LWT_XMIT;
	how = (struct attachment){.ifindex = A, .hook = HOOK_EGRESS};
	EQ(world_attach(world, &how, prog, &err), -EINVAL);
	STR_HAS(err.text, "prog is a program of type LWT_XMIT");
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
