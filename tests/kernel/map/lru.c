/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lru.c - who has to go from an LRU map: on one CPU, exactly the elements that Linux lets go.
 *
 * The process stays on one CPU. With the common LRU (of 1 to 3, or at least 256 entries a CPU,
 * where Linux's batch is that of one CPU) both maps are alike; with BPF_F_NO_COMMON_LRU
 * Linux divides the entries between its CPUs, so its map is that much larger. An update of a key
 * that is there counts as a use, a lookup by user space does not; lookups by a program do, and are
 * made by one.
 */
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "pair.h"
#include "program.h"
#include "tap.h"

struct mix {
	u32 keys;    /* in play */
	u32 hot;     /* of these, the first so many are used half of the time */
	u32 lookups; /* of 16 calls, lookups by a program */
	u32 deletes; /* of 16 calls */
	u32 turns;
	bool growing; /* keys are inserted in turn, not at random */
};

static u32 draw_key(struct random *random, const struct mix *mix)
{
	if (mix->hot && random_u32(random) % 2)
		return random_u32(random) % mix->hot;
	return random_u32(random) % mix->keys;
}

static void play(enum bpf_map_type type, u32 entries, u32 flags, const struct mix *mix)
{
	struct map_spec spec = {.type = type,
				.key_size = 4,
				.value_size = 8,
				.max_entries = entries,
				.flags = flags,
				.spin_lock_off = -1};
	struct program lookup;
	struct random random;
	struct pair pair;

	PAIR_SAME(pair_create(&pair, &spec, NULL));
	REQUIRE(pair.rc == 0);
	if (flags & BPF_F_NO_COMMON_LRU) {
		close(pair.fd);
		spec.max_entries *= pair_cpus();
		pair.fd = linux_map(&spec, -1);
		REQUIRE(pair.fd >= 0);
	}
	REQUIRE(!program_load(&lookup, PROGRAM_LOOKUP, &pair));
	random_seed(&random, entries);
	for (u32 turn = 0; turn < mix->turns; turn++) {
		u32 key = draw_key(&random, mix);
		u64 value[1] = {(u64)turn << 32 | key};
		u32 kind = random_u32(&random) % 16;
		const char *difference;
		u64 update_flags = 0;

		if (mix->growing)
			key = turn;
		if (random_u32(&random) % 16 == 0)
			update_flags = 1 + random_u32(&random) % 2;
		if (kind < mix->lookups)
			difference = program_same(&lookup, &pair, &key, NULL, 0);
		else if (kind < mix->lookups + mix->deletes)
			difference = pair_delete(&pair, &key);
		else
			difference = pair_update(&pair, &key, value, update_flags);
		if (!difference && (turn % 512 == 511 || turn + 1 == mix->turns))
			difference = pair_contents(&pair);
		if (difference) {
			TAP_FAIL("call %u: %s", turn, difference);
			break;
		}
	}
	program_unload(&lookup);
	pair_destroy(&pair);
}

static const struct mix mixes[] = {
	{.keys = 1, .growing = true, .turns = 3000},
	{.keys = 1500, .turns = 5000},
	{.keys = 1500, .turns = 5000, .deletes = 2},
	{.keys = 3000, .turns = 8000, .hot = 200, .lookups = 6, .deletes = 1},
	{.keys = 700, .turns = 5000, .hot = 20, .lookups = 10, .deletes = 1},
	{.keys = 10000, .turns = 8000, .hot = 500, .lookups = 8},
};

#define NEEDS_LINUX()                                                                              \
	do {                                                                                       \
		const char *missing = pair_missing();                                              \
		if (missing)                                                                       \
			SKIP(missing);                                                             \
	} while (0)

TEST(common)
{
	u32 large = 256 * pair_cpus();

	NEEDS_LINUX();
	for (u32 i = 0; i < ARRAY_SIZE(mixes); i++) {
		play(BPF_MAP_TYPE_LRU_HASH, 1, 0, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, 2, 0, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, 3, 0, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, large, 0, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, large + 333, 0, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_PERCPU_HASH, large + 333, 0, &mixes[i]);
	}
}

TEST(per_cpu)
{
	NEEDS_LINUX();
	for (u32 i = 0; i < ARRAY_SIZE(mixes); i++) {
		play(BPF_MAP_TYPE_LRU_HASH, 1, BPF_F_NO_COMMON_LRU, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, 7, BPF_F_NO_COMMON_LRU, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_HASH, 400, BPF_F_NO_COMMON_LRU, &mixes[i]);
		play(BPF_MAP_TYPE_LRU_PERCPU_HASH, 400, BPF_F_NO_COMMON_LRU, &mixes[i]);
	}
}

TAP_MAIN()
