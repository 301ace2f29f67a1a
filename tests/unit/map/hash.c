/* SPDX-License-Identifier: BSD-2-Clause */
/* hash.c - HASH and PERCPU_HASH. */
#include "maps.h"

#include "base/random.h"

static void check_table(struct map *map)
{
	CALLS(map, {GET, 1, 0, 0, -ENOENT}, {NEXT, 1, 0, 0, -ENOENT},
	      {PUT, 1, 10, BPF_EXIST, -ENOENT}, {PUT, 1, 10, BPF_ANY, 0},
	      {PUT, 1, 11, BPF_NOEXIST, -EEXIST}, {GET, 1, 10, 0, 0}, {PUT, 1, 12, BPF_EXIST, 0},
	      {GET, 1, 12, 0, 0}, {PUT, 1, 13, 3, -EINVAL}, {PUT, 1, 13, 1ull << 63, -EINVAL},
	      {PUT, 1, 13, BPF_F_LOCK, -EINVAL}, {GET, 1, 0, BPF_F_LOCK, -EINVAL},
	      {PUT, 2, 20, BPF_NOEXIST, 0}, {PUT, 3, 30, BPF_ANY, 0},
	      {PUT, 4, 40, BPF_ANY, -E2BIG}, /* full, at three */
	      {PUT, 4, 40, BPF_EXIST, -ENOENT}, {PUT, 3, 31, BPF_ANY, 0},
	      {PROG_PUT, 4, 40, BPF_ANY, -E2BIG}, {PROG_PUT, 2, 21, BPF_ANY, 0},
	      {PROG_GET, 2, 21, 0, 0}, {PROG_GET, 4, 0, 0, -ENOENT},
	      {PROG_PUT, 2, 21, BPF_F_LOCK, -EINVAL}, {PROG_DEL, 4, 0, 0, -ENOENT},
	      {PROG_DEL, 2, 0, 0, 0}, {DEL, 2, 0, 0, -ENOENT}, {PUT, 4, 40, BPF_ANY, 0},
	      {TAKE, 2, 0, 0, -ENOENT}, {TAKE, 4, 0, 1, -EINVAL}, {TAKE, 4, 40, 0, 0},
	      {GET, 4, 0, 0, -ENOENT}, {DEL, 1, 0, 0, 0},
	      {NEXT, 99, 3, 0, 0}, /* the one that is left, from an unknown key */
	      {NEXT, 3, 0, 0, -ENOENT});
	EQ(count_keys(map), 1);
	map_put(map);
}

TEST(hash)
{
	check_table(MAP(HASH, 4, 8, 3, 0));
	check_table(MAP(HASH, 4, 8, 3, BPF_F_NO_PREALLOC));
	check_table(MAP(HASH, 4, 8, 3, BPF_F_ZERO_SEED));
}

TEST(percpu_hash)
{
	check_table(MAP(PERCPU_HASH, 4, 8, 3, 0));
	check_table(MAP(PERCPU_HASH, 4, 8, 3, BPF_F_NO_PREALLOC));
}

/* Each size of key takes another way through the comparison. */
TEST(key_sizes)
{
	for (u32 size = 1; size <= 40; size++) {
		struct map *map = MAP(HASH, size, 4, 2 * size + 2, 0);
		u8 key[40] = {0}, flipped[40];
		u32 value = 1, seen;

		EQ(map_user_update(map, key, &value, 0), 0);
		for (u32 at = 0; at < size; at++) {
			memcpy(flipped, key, sizeof(key));
			flipped[at] ^= 0x40;
			EQ(map_user_lookup(map, flipped, &seen, 0), -ENOENT);
			value = at + 2;
			EQ(map_user_update(map, flipped, &value, BPF_NOEXIST), 0);
		}
		for (u32 at = 0; at < size; at++) {
			memcpy(flipped, key, sizeof(key));
			flipped[at] ^= 0x40;
			EQ(map_user_lookup(map, flipped, &seen, 0), 0);
			EQ(seen, at + 2);
		}
		EQ(count_keys(map), size + 1);
		map_put(map);
	}
}

/* A replaced value stays readable until its place is needed. Compared with Linux in
 * tests/kernel/map/by_program.c. */
TEST(held_value_preallocated)
{
	struct map *map = MAP(HASH, 4, 8, 8, 0);
	const u64 *held;
	u32 key = 1;

	CALLS(map, {PROG_PUT, 1, 10, 0, 0});
	held = map->ops->lookup(map, &key);
	REQUIRE(held);
	CALLS(map, {PROG_PUT, 1, 20, 0, 0});
	EQ(*held, 10);
	CALLS(map, {PROG_PUT, 2, 30, 0, 0}); /* a new key has a place of its own */
	EQ(*held, 10);
	CALLS(map,
	      {PROG_PUT, 2, 40, 0, 0}); /* the next replacement goes where the last came from */
	EQ(*held, 40);
	map_put(map);
}

TEST(held_value_allocated)
{
	struct map *map = MAP(HASH, 4, 8, 8, BPF_F_NO_PREALLOC);
	const u64 *held;
	u32 key = 1;

	CALLS(map, {PROG_PUT, 1, 10, 0, 0});
	held = map->ops->lookup(map, &key);
	REQUIRE(held);
	CALLS(map, {PROG_PUT, 1, 20, 0, 0});
	EQ(*held, 10);
	CALLS(map, {PROG_PUT, 2, 30, 0, 0}); /* what was freed last is used first */
	EQ(*held, 30);
	map_put(map);
}

TEST(held_value_percpu)
{
	struct map *map = MAP(PERCPU_HASH, 4, 8, 8, 0);
	const u64 *held;
	u32 key = 1;

	CALLS(map, {PROG_PUT, 1, 10, 0, 0});
	held = map->ops->lookup(map, &key);
	REQUIRE(held);
	CALLS(map, {PROG_PUT, 1, 20, 0, 0});
	EQ(*held, 20);
	CALLS(map, {PROG_DEL, 1, 0, 0, 0});
	EQ(*held, 20);
	CALLS(map, {PROG_PUT, 5, 50, 0, 0});
	EQ(*held, 50);
	map_put(map);
}

/* A program may pass a value's own address, and a key that lies in the map. */
TEST(value_from_the_map_itself)
{
	struct map *map = MAP(HASH, 4, 8, 4, 0);
	void *held;
	u32 key = 1;

	CALLS(map, {PROG_PUT, 1, 10, 0, 0});
	held = map->ops->lookup(map, &key);
	EQ(map->ops->update(map, &key, held, 0), 0);
	EQ(map->ops->update(map, &key, held, 0), 0);
	CALLS(map, {GET, 1, 10, 0, 0});
	EQ(map->ops->update(map, held, held, 0), 0);
	CALLS(map, {GET, 10, 10, 0, 0});
	map_put(map);
}

TEST(spin_lock_stays)
{
	struct map_spec spec = SPEC(HASH, 4, 16, 2, 0);
	u32 in[4] = {1, 2, 3, 4}, out[4], *inside;
	u32 key = 7, other = 8;
	struct map *map;

	spec.spin_lock_off = 8;
	map = make_map(spec);
	EQ(map_user_update(map, &key, in, BPF_F_LOCK | BPF_EXIST), -ENOENT);
	EQ(map_user_update(map, &key, in, BPF_F_LOCK), 0);
	inside = map->ops->lookup(map, &key);
	REQUIRE(inside);
	EQ(inside[2], 0);
	inside[2] = 77;
	in[0] = 5;
	EQ(map->ops->update(map, &key, in, BPF_F_LOCK), 0); /* in place */
	OK(map->ops->lookup(map, &key) == inside);
	EQ(inside[0], 5);
	EQ(inside[2], 77);
	EQ(map_user_lookup(map, &key, out, 0), 0);
	EQ(out[2], 0);
	EQ(out[3], 4);
	EQ(map->ops->update(map, &key, in, 0), 0); /* by a new element, whose lock is free */
	inside = map->ops->lookup(map, &key);
	EQ(inside[2], 0);
	EQ(map->ops->update(map, &other, in, BPF_F_LOCK | BPF_NOEXIST), 0);
	EQ(map->ops->update(map, &other, in, BPF_F_LOCK | BPF_NOEXIST), -EEXIST);
	EQ(map_user_take(map, &other, out, BPF_F_LOCK), 0);
	EQ(out[0], 5);
	EQ(out[2], 0);
	map_put(map);
}

struct walk {
	u32 cnt, stop;
	bool seen[2000];
	enum { LOOK, DELETE_SELF, DELETE_ALL, CHURN } deed;
};

static u64 visit(void *ctx, struct map *map, void *key, void *value)
{
	struct walk *walk = ctx;
	u32 number;
	u64 fresh;

	memcpy(&number, key, 4);
	walk->seen[number % ARRAY_SIZE(walk->seen)] = true;
	walk->cnt++;
	switch (walk->deed) {
	case LOOK:
		break;
	case DELETE_SELF:
		EQ(map->ops->remove(map, key), 0);
		break;
	case DELETE_ALL:
		for (u32 other = 0; other < 1000; other++)
			map->ops->remove(map, &other);
		break;
	case CHURN:
		/* Out and in again, at the head of the bucket, and its neighbours too. */
		for (u32 other = number ^ 1; other < number + 3; other++) {
			fresh = walk->cnt;
			map->ops->remove(map, &other);
			map->ops->update(map, &other, &fresh, 0);
		}
		break;
	}
	return walk->cnt == walk->stop;
}

static struct map *with_elements(u32 flags, u32 cnt)
{
	struct map *map = MAP(HASH, 4, 8, 1000, flags);

	for (u32 key = 0; key < cnt; key++) {
		u64 value = key;

		EQ(map_user_update(map, &key, &value, BPF_NOEXIST), 0);
	}
	return map;
}

TEST(for_each)
{
	static const u32 flags[] = {0, BPF_F_NO_PREALLOC};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct map *map = with_elements(flags[i], 500);
		static struct walk walk;

		walk = (struct walk){.deed = LOOK};
		EQ(map->ops->for_each(map, visit, &walk), 500);
		for (u32 key = 0; key < 500; key++)
			OK(walk.seen[key]);
		walk = (struct walk){.stop = 7};
		EQ(map->ops->for_each(map, visit, &walk), 7);
		walk = (struct walk){.deed = DELETE_SELF};
		EQ(map->ops->for_each(map, visit, &walk), 500);
		EQ(count_keys(map), 0);
		EQ(map->ops->for_each(map, visit, &walk), 0);
		map_put(map);

		/* The element after the deleted one is met all the same when it was next. */
		map = with_elements(flags[i], 500);
		walk = (struct walk){.deed = DELETE_ALL};
		OK(map->ops->for_each(map, visit, &walk) >= 1);
		EQ(count_keys(map), 0);
		map_put(map);
	}
}

/* A callback that keeps moving elements ahead of the walk could keep it going for ever. */
TEST(for_each_ends)
{
	struct map *map = MAP(HASH, 4, 8, 2, 0);
	static struct walk walk;

	walk = (struct walk){.deed = CHURN};
	CALLS(map, {PUT, 0, 1, 0, 0}, {PUT, 1, 1, 0, 0});
	OK(map->ops->for_each(map, visit, &walk) >= 1);
	OK(walk.cnt <= 64 * 2 + 1024);
	map_put(map);
}

/* Against a plain array that knows what must be there. */
TEST(many_random_calls)
{
	static const u32 flags[] = {0, BPF_F_NO_PREALLOC};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct map *map = MAP(HASH, 4, 8, 300, flags[i]);
		u64 expected[500] = {0};
		struct random random;
		u32 cnt = 0;

		random_seed(&random, 5);
		for (u64 turn = 1; turn < 40000; turn++) {
			u32 key = random_u32(&random) % ARRAY_SIZE(expected);
			u64 *now = &expected[key];
			const u64 *found;

			if (random_u32(&random) % 2) {
				int rc = !*now && cnt == 300 ? -E2BIG : 0;

				EQ(map->ops->update(map, &key, &turn, 0), rc);
				cnt += !rc && !*now;
				*now = rc ? *now : turn;
			} else {
				EQ(map->ops->remove(map, &key), *now ? 0 : -ENOENT);
				cnt -= *now != 0;
				*now = 0;
			}
			found = map->ops->lookup(map, &key);
			EQ(found ? *found : 0, *now);
		}
		EQ(count_keys(map), cnt);
		map_put(map);
	}
}

TAP_MAIN()
