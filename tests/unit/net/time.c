/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * time.c - queues in virtual time: rates, limits, order, and what becomes of a queue whose device
 * goes down. rows_return.c has the return codes, which Linux was asked.
 */
#include <errno.h>
#include <linux/if_ether.h>

#include "small_world.h"

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

/* Queues that are due at the same time run in the order in which they began to wait. */
TEST(same_time)
{
	static const u32 order[] = {24, 20, 23, 21, 22};
	struct world *world = build();
	u32 seen = 0;

	for (u32 i = 20; i < 25; i++) {
		struct device_desc desc = {
			.kind = DEVICE_ETHER, .ifindex = i, .rate = 480000, .qlen = -1};

		snprintf(desc.name, sizeof(desc.name), "s%u", i);
		world_add_device(world, &desc, NULL);
	}
	for (u32 i = 0; i < 2 * ARRAY_SIZE(order); i++)
		give(world, order[i / 2], DOOR_TX, ETH_P_IP, 60, 0);
	EQ(world_drain(world, NULL), 0);
	for (u32 i = 0; i < ledger.cnt; i++) {
		if (ledger.entries[i].kind == EVENT_WIRE && ledger.entries[i].time > 1000)
			EQ(ledger.entries[i].ifindex, order[seen++]);
	}
	EQ(seen, ARRAY_SIZE(order));
	check_all_ended(world);
	world_free(world);
}

/* Many queues, each at its own pace: what is due first leaves first. */
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

TAP_MAIN()
