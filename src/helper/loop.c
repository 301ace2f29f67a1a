/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c - helpers that call the program back: bpf_loop and bpf_for_each_map_elem. A callback
 * that returns anything but 0 ends the walk, and the turn in which it did counts.
 */
#include <errno.h>

#include "helper/helper.h"

#define LOOPS_MAX (1u << 23) /* BPF_MAX_LOOPS */

/* The callback's own helper calls move run->insn; whoever called us wants it back. */
static u64 call_back(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4)
{
	u32 insn = run->insn;
	u64 ret = run->call(run, func, a1, a2, a3, a4, 0);

	run->insn = insn;
	return ret;
}

/*
 * Linux writes most bpf_loop calls out as instructions. It does the same, but for two details:
 * too many turns give -E2BIG zero-extended from 32 bits, and all 64 bits of the number count.
 */
static bool written_out(const struct run *run)
{
	const u8 *sites = run->prog->sites;

	return sites && sites[run->insn] & PROG_SITE_LOOP_INLINE;
}

/* bpf_loop(turns, callback(turn, ctx), ctx, flags): turns made; -EINVAL: flags; -E2BIG. */
u64 helper_loop(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u32 turns = (u32)r1;

	if (written_out(run)) {
		if (r1 > LOOPS_MAX)
			return (u32)-E2BIG;
	} else if (r4) {
		return (u64)-EINVAL;
	} else if (turns > LOOPS_MAX) {
		return (u64)-E2BIG;
	}
	for (u32 i = 0; i < turns; i++) {
		if (call_back(run, r2, i, r3, 0, 0))
			return i + 1;
	}
	return turns;
}

struct walk {
	struct run *run;
	u64 func;
	u64 ctx;
};

static u64 visit(void *ctx, struct map *map, void *key, void *value)
{
	const struct walk *walk = ctx;

	return call_back(walk->run, walk->func, (uintptr_t)map, (uintptr_t)key, (uintptr_t)value,
			 walk->ctx);
}

/* bpf_for_each_map_elem(map, callback(map, key, value, ctx), ctx, flags): elements visited;
 * -EINVAL: flags, or a map type that cannot be walked. */
u64 helper_for_each_map_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct walk walk = {.run = run, .func = r2, .ctx = r3};
	struct map *map = (struct map *)(uintptr_t)r1;

	if (unlikely(r4 || !map->ops->for_each))
		return (u64)-EINVAL;
	return (u64)map->ops->for_each(map, visit, &walk);
}
