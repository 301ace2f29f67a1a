/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit.c - the guard against loops: what it counts, how it ends a loop, and the sentence that
 * names the cycle. Linux has no such limit; rows_loop.c shows what it does instead.
 */
#include "rig_world.h"

#include <errno.h>
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
};

static const u8 other[6] = RIG_MAC_OTHER;
static struct ledger ledger;

static struct world *build(u64 limit)
{
	static const struct device_desc devices[] = {
		{.name = "a", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "b", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "v", .kind = DEVICE_VETH, .peer = "w", .qlen = -1},
		{.name = "w", .kind = DEVICE_VETH, .peer = "v", .qlen = -1},
	};
	struct world *world = world_new(&(struct world_options){.limit = limit}, NULL);

	for (u32 i = 0; i < ARRAY_SIZE(devices); i++)
		world_add_device(world, &devices[i], NULL);
	ledger_open(&ledger, &world_host(world)->events);
	return world;
}

static void attach(struct world *world, u32 ifindex, enum hook hook, const char *name,
		   const struct bpf_insn *insns, u32 cnt)
{
	struct prog *prog = rig_prog(name, insns, cnt);

	world_attach(world, &(struct attachment){.ifindex = ifindex, .hook = hook}, prog, NULL);
	prog_put(prog);
}

/* A program that clones to @ifindex with @flags @times, and drops its packet. */
static void attach_cloner(struct world *world, u32 at, enum hook hook, const char *name,
			  u32 ifindex, u32 flags, u32 times)
{
	struct bpf_insn insns[64] = {MOV(R6, R1)};
	u32 n = 1;

	for (u32 i = 0; i < times; i++) {
		insns[n++] = MOV(R1, R6);
		insns[n++] = MOVI(R2, ifindex);
		insns[n++] = MOVI(R3, flags);
		insns[n++] = CALL(BPF_FUNC_clone_redirect);
	}
	insns[n++] = MOVI(R0, TC_ACT_SHOT);
	insns[n++] = EXIT;
	attach(world, at, hook, name, insns, n);
}

static int run(struct world *world, u32 dev, enum door door, struct error *err)
{
	int ret = world_inject(world, world_device(world, dev), door, rig_frame(other, 0x0800, 60),
			       60, 0, err);

	return ret ? ret : world_settle(world, err);
}

/* Every packet has ended, once, and its memory is back. */
static void check_all_ended(struct world *world)
{
	struct skb_pool_stats stats;

	skb_pool_stats(world_host(world)->pool, &stats);
	EQ(stats.skbs_live, 0);
	EQ(stats.bufs_live, 0);
	EQ(ledger.wrong, 0);
	EQ(ledger.begun, ledger.ended);
}

TEST(own_ingress)
{
	struct world *world = build(100000);
	struct error err;

	attach_cloner(world, A, HOOK_INGRESS, "prog", A, 1, 1);
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	STR_EQ(err.text,
	       "frame 1: 100000 hook runs and no end: a ingress (prog) clones into a ingress; let "
	       "the program mark its copies (skb->mark) and leave marked packets alone, or raise "
	       "--limit");
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 100000);
	EQ(ledger_drops(&ledger, DROP_LOOP_LIMIT), 1);
	check_all_ended(world);
	world_free(world);
}

TEST(limits_of_any_size)
{
	static const u32 limits[] = {1, 2, 3, 10, 1000, 65536, 65537};

	for (u32 i = 0; i < ARRAY_SIZE(limits); i++) {
		struct world *world = build(limits[i]);
		struct error err;
		char start[64];

		attach_cloner(world, A, HOOK_INGRESS, "prog", A, 1, 1);
		EQ(run(world, A, DOOR_RX, &err), -ELOOP);
		snprintf(start, sizeof(start),
			 "frame 1: %u hook runs and no end: a ingress (prog) ", limits[i]);
		STR_HAS(err.text, start);
		EQ(ledger_count(&ledger, EVENT_HOOK, 0), limits[i]);
		check_all_ended(world);
		world_free(world);
	}
}

/* What an ifb has and not yet put back ends with the rest. */
TEST(beside_an_ifb)
{
	const struct device_desc ifb = {.name = "ifb0", .kind = DEVICE_IFB, .qlen = -1};
	struct world *world = build(1000);
	u32 at = (u32)world_add_device(world, &ifb, NULL);
	const struct bpf_insn insns[] = {
		MOV(R6, R1), MOVI(R2, at), MOVI(R3, 0), CALL(BPF_FUNC_clone_redirect),
		MOV(R1, R6), MOVI(R2, A),  MOVI(R3, 1), CALL(BPF_FUNC_clone_redirect),
		MOVI(R0, 2), EXIT,
	};
	struct error err;

	attach(world, A, HOOK_INGRESS, "prog", insns, ARRAY_SIZE(insns));
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	OK(ledger_drops(&ledger, DROP_LOOP_LIMIT) > 1);
	check_all_ended(world);
	world_free(world);
}

TEST(two_devices)
{
	struct world *world = build(1000);
	struct error err;

	attach_cloner(world, A, HOOK_INGRESS, "there", B, 1, 1);
	attach_cloner(world, B, HOOK_INGRESS, "back", A, 1, 1);
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	STR_HAS(err.text, "no end: a ingress (there) clones into b ingress (back) clones into a "
			  "ingress; ");
	check_all_ended(world);
	world_free(world);
}

TEST(redirect_cycle)
{
	const struct bpf_insn to_a[] = {
		MOVI(R1, A),
		MOVI(R2, 1),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};
	const struct bpf_insn to_b[] = {
		MOVI(R1, B),
		MOVI(R2, 1),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};
	struct world *world = build(1001);
	struct error err;

	attach(world, A, HOOK_INGRESS, "ping", to_b, ARRAY_SIZE(to_b));
	attach(world, B, HOOK_INGRESS, "pong", to_a, ARRAY_SIZE(to_a));
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	STR_HAS(err.text, "no end: b ingress (pong) redirects into a ingress (ping) redirects into "
			  "b ingress; ");
	/* One packet all the time: nothing was cloned. */
	EQ(ledger_count(&ledger, EVENT_CLONE, 0), 0);
	check_all_ended(world);
	world_free(world);
}

/* Out of v, in on w, and out of v again; v's egress program lets it pass. */
TEST(through_a_pair)
{
	const struct bpf_insn pass[] = {MOVI(R0, 0), EXIT};
	struct world *world = build(500);
	struct error err;

	attach(world, V, HOOK_EGRESS, "look", pass, ARRAY_SIZE(pass));
	attach_cloner(world, W, HOOK_INGRESS, "again", V, 0, 1);
	EQ(run(world, V, DOOR_TX, &err), -ELOOP);
	STR_HAS(err.text, "v egress (look) passes on to w ingress (again) clones into v egress; ");
	check_all_ended(world);
	world_free(world);
}

/* More and more packets: the cycle is still the short one, and everything in the backlog goes. */
TEST(avalanche)
{
	struct world *world = build(3000);
	struct error err;

	attach_cloner(world, A, HOOK_INGRESS, "boom", B, 1, 3);
	attach_cloner(world, B, HOOK_INGRESS, "bang", A, 1, 2);
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	STR_HAS(err.text, " ingress; ");
	STR_HAS(err.text, "a ingress (boom) clones into b ingress");
	STR_HAS(err.text, "b ingress (bang) clones into a ingress");
	check_all_ended(world);
	world_free(world);
}

/* So many copies are no cycle. */
TEST(no_cycle)
{
	struct world *world = build(5);
	struct error err;

	attach_cloner(world, A, HOOK_INGRESS, "fan", B, 1, 9);
	attach_cloner(world, B, HOOK_INGRESS, "leaf", LO, 7, 1);
	EQ(run(world, A, DOOR_RX, &err), -ELOOP);
	STR_EQ(err.text, "frame 1: 5 hook runs and no end, though nothing repeats; the last was b "
			 "ingress (leaf); raise --limit if so many are meant");
	check_all_ended(world);
	world_free(world);
}

/* The count begins anew with each frame, and a world that hit the limit goes on. */
TEST(each_frame_counts_alone)
{
	struct world *world = build(10);
	struct error err;

	attach_cloner(world, A, HOOK_INGRESS, "fan", B, 1, 9);
	attach_cloner(world, B, HOOK_INGRESS, "leaf", LO, 7, 1);
	for (u32 i = 0; i < 100; i++)
		EQ(run(world, A, DOOR_RX, &err), 0);
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 1000);
	attach_cloner(world, LO, HOOK_INGRESS, "loop", LO, 1, 1);
	EQ(run(world, LO, DOOR_TX, &err), -ELOOP);
	STR_HAS(err.text, "frame 101: 10 hook runs and no end: lo ingress (loop)");
	EQ(run(world, A, DOOR_RX, &err), 0);
	check_all_ended(world);
	world_free(world);
}

/* Frames that stand in a slow queue keep their count while others pass. */
TEST(frames_that_wait)
{
	struct device_desc slow = {
		.name = "s", .kind = DEVICE_VETH, .peer = "r", .rate = 480000, .qlen = 1000};
	struct device_desc end = {.name = "r", .kind = DEVICE_VETH, .peer = "s", .qlen = -1};
	struct world *world = build(50);
	struct error err;
	u32 r;
	int ret;

	world_add_device(world, &slow, NULL);
	r = (u32)world_add_device(world, &end, NULL);
	/* Each comes back once a millisecond, for ever. */
	attach_cloner(world, r, HOOK_INGRESS, "back", r - 1, 0, 1);
	for (u32 i = 0; i < 5; i++) {
		EQ(world_inject(world, world_device(world, r - 1), DOOR_TX,
				rig_frame(other, 0x0800, 60), 60, i * 1000, &err),
		   0);
		EQ(world_settle(world, &err), 0);
	}
	ret = world_drain(world, &err);
	EQ(ret, -ELOOP);
	STR_HAS(err.text, "frame 1: 50 hook runs and no end: r ingress (back) clones into r");
	for (u32 i = 2; i <= 5; i++) {
		char start[32];

		EQ(world_drain(world, &err), -ELOOP);
		snprintf(start, sizeof(start), "frame %u: 50 hook runs", i);
		STR_HAS(err.text, start);
	}
	EQ(world_drain(world, &err), 0);
	EQ(ledger_count(&ledger, EVENT_HOOK, 0), 250);
	check_all_ended(world);
	world_free(world);
}

/* 0 is no limit: the program's own budget ends it. */
TEST(no_limit)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];
	struct world *world = build(0);
	struct error err;

	attach(world, A, HOOK_INGRESS, "sender", insns, sender_build(insns, 2));
	rig_clear(A, 1, 1, 150000);
	EQ(run(world, A, DOOR_RX, &err), 0);
	EQ(rig_value()->sender.runs, 150000);
	world_free(world);
}

TAP_MAIN()
