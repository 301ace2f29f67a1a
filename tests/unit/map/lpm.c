/* SPDX-License-Identifier: BSD-2-Clause */
/* lpm.c - LPM_TRIE. */
#include "maps.h"

#include "base/random.h"

struct prefix {
	u32 len;
	u8 bytes[16];
};

#define IP(len, a, b, c, d)                                                                        \
	{                                                                                          \
		len,                                                                               \
		{                                                                                  \
			a, b, c, d                                                                 \
		}                                                                                  \
	}

TEST(longest_match_wins)
{
	static const struct prefix entries[] = {IP(0, 0, 0, 0, 0),     IP(8, 10, 0, 0, 0),
						IP(9, 10, 128, 0, 0),  IP(16, 10, 0, 0, 0),
						IP(16, 10, 1, 0, 0),   IP(32, 10, 1, 2, 3),
						IP(31, 192, 168, 0, 0)};
	static const struct {
		struct prefix key;
		int entry; /* -1: none */
	} rows[] = {
		{IP(32, 10, 1, 2, 3), 5},    {IP(32, 10, 1, 2, 4), 4},
		{IP(32, 10, 0, 9, 9), 3},    {IP(32, 10, 200, 0, 1), 2},
		{IP(32, 10, 100, 0, 1), 1},  {IP(32, 11, 0, 0, 1), 0},
		{IP(32, 192, 168, 0, 1), 6}, {IP(32, 192, 168, 0, 2), 0},
		{IP(16, 10, 1, 2, 3), 4},    {IP(15, 10, 1, 0, 0), 1},
		{IP(8, 10, 1, 2, 3), 1},     {IP(7, 10, 0, 0, 0), 0},
		{IP(0, 10, 0, 0, 0), 0},     {IP(33, 10, 1, 2, 3), -1},
		{IP(~0u, 10, 1, 2, 3), -1},
	};
	struct map *map = MAP(LPM_TRIE, 8, 8, 7, BPF_F_NO_PREALLOC);
	struct prefix more = IP(32, 1, 2, 3, 4);
	u64 value;

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++) {
		value = i;
		EQ(map_user_update(map, &entries[i], &value, BPF_NOEXIST), 0);
	}
	EQ(map_user_update(map, &more, &value, 0), -ENOSPC);
	EQ(map_user_update(map, &more, &value, BPF_EXIST), -ENOENT);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int rc = map_user_lookup(map, &rows[i].key, &value, 0);

		EQ(rc, rows[i].entry < 0 ? -ENOENT : 0);
		if (!rc)
			EQ(value, rows[i].entry);
	}
	map_put(map);
}

TEST(calls)
{
	struct map *map = MAP(LPM_TRIE, 8, 8, 3, BPF_F_NO_PREALLOC);
	struct prefix a = IP(16, 10, 1, 0, 0), b = IP(16, 10, 0, 0, 0), fork = IP(15, 10, 0, 0, 0);
	struct prefix bad = IP(33, 10, 1, 0, 0), next;
	u64 value = 1;

	EQ(map_user_next_key(map, NULL, &next), -ENOENT);
	EQ(map_user_next_key(map, &a, &next), -ENOENT);
	EQ(map_user_update(map, &a, &value, BPF_EXIST), -ENOENT);
	EQ(map_user_update(map, &a, &value, 3), -EINVAL);
	EQ(map_user_update(map, &a, &value, BPF_F_LOCK), -EINVAL);
	EQ(map_user_update(map, &bad, &value, 0), -EINVAL);
	EQ(map_user_delete(map, &bad), -EINVAL);
	EQ(map_user_update(map, &a, &value, 0), 0);
	EQ(map_user_update(map, &a, &value, BPF_NOEXIST), -EEXIST);
	EQ(map_user_update(map, &a, &value, BPF_EXIST), 0);
	EQ(map_user_update(map, &b, &value, 0), 0);
	/* Between the two a fork stands, which is no entry until somebody puts one there. */
	EQ(map_user_lookup(map, &fork, &value, 0), -ENOENT);
	EQ(map_user_delete(map, &fork), -ENOENT);
	EQ(map_user_update(map, &fork, &value, BPF_EXIST), -ENOENT);
	EQ(map_user_update(map, &fork, &value, BPF_NOEXIST), 0);
	EQ(map_user_take(map, &fork, &value, 0), -ENOTSUPP);
	EQ(map_user_delete(map, &fork), 0);
	EQ(map_user_delete(map, &fork), -ENOENT);
	EQ(map_user_delete(map, &a), 0);
	EQ(map_user_delete(map, &b), 0);
	EQ(map_user_next_key(map, NULL, &next), -ENOENT);
	map_put(map);
}

/* Longer prefixes before the shorter ones they continue. */
TEST(order_of_keys)
{
	static const struct prefix entries[] = {IP(16, 192, 168, 0, 0), IP(24, 192, 168, 128, 0),
						IP(24, 192, 168, 0, 0), IP(24, 192, 168, 1, 0)};
	static const int order[] = {2, 3, 1, 0};
	struct map *map = MAP(LPM_TRIE, 8, 8, 10, BPF_F_NO_PREALLOC);
	struct prefix key, next, unknown = IP(25, 192, 168, 0, 0);
	u64 value = 0;

	for (u32 i = 0; i < ARRAY_SIZE(entries); i++)
		EQ(map_user_update(map, &entries[i], &value, 0), 0);
	for (u32 i = 0; i < ARRAY_SIZE(order); i++) {
		EQ(map_user_next_key(map, i ? &key : NULL, &next), 0);
		MEM_EQ(&next, &entries[order[i]], 8);
		memcpy(&key, &next, 8);
	}
	EQ(map_user_next_key(map, &key, &next), -ENOENT);
	EQ(map_user_next_key(map, &unknown, &next), 0);
	MEM_EQ(&next, &entries[2], 8);
	map_put(map);
}

/* The plainest way to find the longest prefix, for comparison. */
struct model {
	struct prefix key;
	u64 value;
	bool used;
};

static bool covers(const struct prefix *entry, const struct prefix *key)
{
	for (u32 bit = 0; bit < entry->len; bit++) {
		if ((entry->bytes[bit / 8] ^ key->bytes[bit / 8]) >> (7 - bit % 8) & 1)
			return false;
	}
	return entry->len <= key->len;
}

static struct model *model_best(struct model *model, u32 cnt, const struct prefix *key, bool exact)
{
	struct model *best = NULL;

	for (u32 i = 0; i < cnt; i++) {
		if (!model[i].used || !covers(&model[i].key, key))
			continue;
		if (exact && model[i].key.len != key->len)
			continue;
		if (!best || model[i].key.len > best->key.len)
			best = &model[i];
	}
	return best;
}

static void check_against_model(u32 bytes, u32 entries)
{
	struct map *map = MAP(LPM_TRIE, 4 + bytes, 8, entries, BPF_F_NO_PREALLOC);
	struct model *model = calloc(entries, sizeof(*model)), *best, *place;
	struct random random;
	u32 cnt = 0;

	random_seed(&random, bytes);
	for (u64 turn = 1; turn < 6000; turn++) {
		struct prefix key = {.len = random_u32(&random) % (bytes * 8 + 1)};
		u32 kind = random_u32(&random) % 8;
		const u64 *found;

		key.bytes[0] = (u8)(random_u32(&random) % 4 << 6);
		key.bytes[random_u32(&random) % bytes] |= (u8)(1 << random_u32(&random) % 8);
		best = model_best(model, entries, &key, true);
		if (kind < 3) {
			for (place = model; !best && cnt < entries && place->used; place++)
				;
			EQ(map->ops->update(map, &key, &turn, 0),
			   best || cnt < entries ? 0 : -ENOSPC);
			if (!best && cnt < entries)
				*place = (struct model){key, turn, true};
			else if (best)
				best->value = turn;
			cnt += !best && cnt < entries;
		} else if (kind < 5) {
			EQ(map->ops->remove(map, &key), best ? 0 : -ENOENT);
			if (best)
				best->used = false;
			cnt -= best != NULL;
		}
		found = map->ops->lookup(map, &key);
		best = model_best(model, entries, &key, false);
		OK(!found == !best);
		if (found && best)
			EQ(*found, best->value);
		if (turn % 64 == 0)
			map_quiesce(map);
	}
	EQ(count_keys(map), cnt);
	OK(cnt > 0);
	free(model);
	map_put(map);
}

TEST(against_the_plainest_way)
{
	static const u32 bytes[] = {1, 2, 3, 4, 7, 8, 9, 16};

	for (u32 i = 0; i < ARRAY_SIZE(bytes); i++)
		check_against_model(bytes[i], bytes[i] == 1 ? 60 : 100);
}

/* A pointer stays good until the world says that nobody holds one. */
TEST(held_value)
{
	struct map *map = MAP(LPM_TRIE, 8, 8, 5, BPF_F_NO_PREALLOC);
	struct prefix a = IP(16, 10, 1, 0, 0), b = IP(16, 10, 2, 0, 0);
	u64 value = 10;
	const u64 *held;

	EQ(map->ops->update(map, &a, &value, 0), 0);
	held = map->ops->lookup(map, &a);
	value = 20;
	EQ(map->ops->update(map, &a, &value, 0), 0);
	EQ(map->ops->remove(map, &a), 0);
	EQ(map->ops->update(map, &b, &value, 0), 0);
	EQ(*held, 10);
	map_quiesce(map);
	map_put(map);
}

/* Replacing for ever without a pause takes memory; with pauses it does not. */
TEST(places_are_used_again)
{
	struct map *map = MAP(LPM_TRIE, 8, 4000000, 2, BPF_F_NO_PREALLOC);
	static u8 value[4000000];
	struct prefix a = IP(16, 10, 1, 0, 0);

	for (u32 turn = 0; turn < 1200; turn++) {
		EQ(map->ops->update(map, &a, value, 0), 0);
		if (turn % 10 == 9)
			map_quiesce(map);
	}
	map_put(map);
}

TAP_MAIN()
