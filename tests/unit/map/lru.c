/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lru.c - LRU_HASH and LRU_PERCPU_HASH: what holds whoever goes. That it is exactly whom Linux
 * lets go is for tests/kernel/map/lru.c.
 */
#include "maps.h"

#include "base/random.h"

static void check_table(struct map *map)
{
	CALLS(map, {PUT, 1, 10, BPF_EXIST, -ENOENT}, {PUT, 1, 10, BPF_ANY, 0},
	      {PUT, 1, 11, BPF_NOEXIST, -EEXIST}, {PUT, 1, 12, BPF_EXIST, 0},
	      {PUT, 1, 12, 3, -EINVAL}, {PUT, 1, 12, BPF_F_LOCK, -EINVAL}, {GET, 1, 12, 0, 0},
	      {PROG_PUT, 2, 20, BPF_NOEXIST, 0}, {PROG_PUT, 2, 20, BPF_F_LOCK, -EINVAL},
	      {PROG_GET, 2, 20, 0, 0}, {PROG_DEL, 1, 0, 0, 0}, {DEL, 1, 0, 0, -ENOENT},
	      {TAKE, 2, 20, 0, 0}, {TAKE, 2, 0, 0, -ENOENT}, {NEXT, 2, 0, 0, -ENOENT});
	map_put(map);
}

TEST(calls)
{
	check_table(MAP(LRU_HASH, 4, 8, 100, 0));
	check_table(MAP(LRU_HASH, 4, 8, 100, BPF_F_NO_COMMON_LRU));
	check_table(MAP(LRU_PERCPU_HASH, 4, 8, 100, 0));
	check_table(MAP(LRU_PERCPU_HASH, 4, 8, 100, BPF_F_NO_COMMON_LRU));
}

/* Room for one more, always, and never more than there may be. */
static void check_bounds(enum bpf_map_type type, u32 flags, u32 entries)
{
	struct map_spec spec = SPEC(LRU_HASH, 4, 8, entries, flags);
	struct random random;
	struct map *map;

	spec.type = type;
	map = make_map(spec);
	random_seed(&random, entries);
	for (u64 turn = 0; turn < 20000; turn++) {
		u32 key = random_u32(&random) % (3 * entries + 2);
		u32 kind = random_u32(&random) % 8;
		const u64 *found;

		if (kind == 0) {
			map->ops->remove(map, &key);
			OK(map->ops->lookup(map, &key) == NULL);
			continue;
		}
		if (kind < 3) {
			map->ops->lookup(map, &key);
			continue;
		}
		EQ(map->ops->update(map, &key, &turn, 0), 0);
		found = map->ops->lookup(map, &key);
		REQUIRE(found);
		EQ(*found, turn);
		if (turn % 500 == 0)
			OK((u32)count_keys(map) <= entries);
	}
	OK((u32)count_keys(map) <= entries);
	/* At most a batch of places is kept free. */
	OK((u32)count_keys(map) + min(128u, max(1u, entries / 2)) + 4 >= entries * 3 / 4);
	map_put(map);
}

TEST(bounded_and_never_full)
{
	static const u32 entries[] = {1, 2, 3, 7, 100, 1000};

	for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
		check_bounds(BPF_MAP_TYPE_LRU_HASH, 0, entries[i]);
		check_bounds(BPF_MAP_TYPE_LRU_HASH, BPF_F_NO_COMMON_LRU, entries[i]);
		check_bounds(BPF_MAP_TYPE_LRU_PERCPU_HASH, 0, entries[i]);
		check_bounds(BPF_MAP_TYPE_LRU_PERCPU_HASH, BPF_F_NO_COMMON_LRU, entries[i]);
	}
}

/* What a program keeps looking up stays while ten times as much passes by. */
static void check_survival(u32 flags, bool used, int survivors_min, int survivors_max)
{
	struct map *map = MAP(LRU_HASH, 4, 8, 1000, flags);
	int survivors = 0;
	u64 value = 1;

	for (u32 key = 0; key < 10000; key++) {
		EQ(map->ops->update(map, &key, &value, 0), 0);
		for (u32 hot = 0; used && key >= 50 && key % 20 == 0 && hot < 50; hot++)
			map->ops->lookup(map, &hot);
	}
	for (u32 hot = 0; hot < 50; hot++)
		survivors += map_user_lookup(map, &hot, &value, 0) == 0;
	OK(survivors >= survivors_min);
	OK(survivors <= survivors_max);
	map_put(map);
}

TEST(recently_used_survive)
{
	check_survival(0, true, 50, 50);
	check_survival(0, false, 0, 0);
	check_survival(BPF_F_NO_COMMON_LRU, true, 50, 50);
	check_survival(BPF_F_NO_COMMON_LRU, false, 0, 0);
}

static u64 update_others(void *ctx, struct map *map, void *key, void *value)
{
	u32 *next = ctx;

	for (u32 i = 0; i < 20; i++, ++*next) {
		u64 fresh = *next;

		EQ(map->ops->update(map, next, &fresh, 0), 0);
	}
	/* The key is still readable, though its element may hold another by now. */
	map->ops->lookup(map, key);
	map->ops->remove(map, key);
	return 0;
}

TEST(for_each_with_evictions)
{
	struct map *map = MAP(LRU_HASH, 4, 8, 100, 0);
	u32 next = 1000;

	for (u32 key = 0; key < 100; key++) {
		u64 value = key;

		EQ(map_user_update(map, &key, &value, 0), 0);
	}
	OK(map->ops->for_each(map, update_others, &next) >= 1);
	OK(count_keys(map) <= 100);
	map_put(map);
}

TAP_MAIN()
