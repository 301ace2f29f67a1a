/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * small_world.h - for tests of skiff alone: a world with one device of each kind, a ledger that
 * listens to it, and the program that clones once.
 */
#ifndef SKIFF_TESTS_NET_SMALL_WORLD_H
#define SKIFF_TESTS_NET_SMALL_WORLD_H

#include <linux/pkt_cls.h>

#include "ledger.h"
#include "rig_world.h"
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

static inline struct world *build(void)
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

static inline void check_all_ended(struct world *world)
{
	struct skb_pool_stats stats;

	skb_pool_stats(world_host(world)->pool, &stats);
	EQ(stats.skbs_live, 0);
	EQ(stats.bufs_live, 0);
	EQ(ledger.wrong, 0);
	EQ(ledger.begun, ledger.ended);
}

static inline int attach(struct world *world, u32 ifindex, enum hook hook,
			 const struct bpf_insn *insns, u32 cnt)
{
	struct prog *prog = rig_prog("prog", insns, cnt);
	int number = world_attach(world, &(struct attachment){.ifindex = ifindex, .hook = hook},
				  prog, NULL);

	prog_put(prog);
	return number;
}

/* Clones to @ifindex with @flags, and returns @verdict. */
static inline int attach_cloner(struct world *world, u32 at, enum hook hook, u32 ifindex, u32 flags,
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

static inline int give(struct world *world, u32 dev, enum door door, u16 protocol, u32 len,
		       u64 time)
{
	struct error err;
	int ret = world_inject(world, world_device(world, dev), door,
			       rig_frame(other, protocol, len), len, time, &err);

	return ret ? ret : world_settle(world, &err);
}

#endif
