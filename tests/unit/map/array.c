/* SPDX-License-Identifier: BSD-2-Clause */
/* array.c - ARRAY and PERCPU_ARRAY. */
#include "maps.h"

#include <sys/mman.h>
#include <unistd.h>

TEST(array)
{
	struct map *map = MAP(ARRAY, 4, 8, 3, 0);

	CALLS(map, {GET, 0, 0, 0, 0}, /* everything is there from the start */
	      {GET, 3, 0, 0, -ENOENT}, {PUT, 0, 10, BPF_ANY, 0}, {PUT, 1, 11, BPF_EXIST, 0},
	      {PUT, 2, 12, BPF_NOEXIST, -EEXIST}, {PUT, 3, 13, BPF_ANY, -E2BIG},
	      {PUT, 3, 13, BPF_NOEXIST, -E2BIG}, {PUT, 0, 13, 3, -EINVAL},
	      {PUT, 0, 13, BPF_F_LOCK, -EINVAL}, {GET, 0, 10, 0, 0},
	      {GET, 0, 10, BPF_F_LOCK, -EINVAL}, {GET, 0, 10, 1, -EINVAL}, {GET, 2, 0, 0, 0},
	      {DEL, 0, 0, 0, -EINVAL}, {TAKE, 0, 0, 0, -ENOTSUPP}, {NEXT, 0, 1, 0, 0},
	      {NEXT, 1, 2, 0, 0}, {NEXT, 2, 0, 0, -ENOENT}, {NEXT, 77, 0, 0, 0},
	      {PROG_GET, 1, 11, 0, 0}, {PROG_GET, 3, 0, 0, -ENOENT}, {PROG_PUT, 1, 21, BPF_ANY, 0},
	      {PROG_PUT, 1, 21, BPF_NOEXIST, -EEXIST}, {PROG_PUT, 1, 21, BPF_F_LOCK, -EINVAL},
	      {PROG_DEL, 1, 0, 0, -EINVAL}, {GET, 1, 21, 0, 0});
	map_put(map);
}

TEST(percpu_array)
{
	struct map *map = MAP(PERCPU_ARRAY, 4, 8, 2, 0);

	CALLS(map, {PUT, 0, 10, BPF_ANY, 0}, {PUT, 0, 11, BPF_NOEXIST, -EEXIST},
	      {PUT, 2, 11, BPF_ANY, -E2BIG}, {PUT, 0, 11, BPF_F_LOCK, -EINVAL},
	      {PROG_GET, 0, 10, 0, 0}, {PROG_PUT, 1, 20, BPF_ANY, 0}, {GET, 1, 20, 0, 0},
	      {DEL, 0, 0, 0, -EINVAL}, {TAKE, 0, 0, 0, -ENOTSUPP}, {NEXT, 1, 0, 0, -ENOENT});
	map_put(map);
}

/* User space passes values rounded up to 8, and gets the padding back as it gave it. */
TEST(percpu_padding)
{
	struct map *map = MAP(PERCPU_ARRAY, 4, 5, 1, 0);
	u8 in[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8] = {0};
	u8 from_program[5] = {9, 9, 9, 9, 9};
	u32 key = 0;

	EQ(map_user_update(map, &key, in, 0), 0);
	EQ(map_user_lookup(map, &key, out, 0), 0);
	MEM_EQ(out, in, 8);
	EQ(map->ops->update(map, &key, from_program, 0), 0);
	EQ(map_user_lookup(map, &key, out, 0), 0);
	MEM_EQ(out, from_program, 5);
	MEM_EQ(out + 5, in + 5, 3);
	map_put(map);
}

/* Global data: libbpf maps the descriptor, programs load the address. */
TEST(memory_is_the_memfd)
{
	struct map *map = MAP(ARRAY, 4, 100, 1, BPF_F_MMAPABLE);
	u8 *seen = mmap(NULL, 4096, PROT_READ, MAP_SHARED, map->memfd, 0);
	u8 value[100];
	u32 key = 0;

	REQUIRE(seen != MAP_FAILED);
	memset(value, 0x3c, sizeof(value));
	EQ(map_user_update(map, &key, value, 0), 0);
	MEM_EQ(seen, value, sizeof(value));
	EQ(seen[100], 0);
	OK(map_direct_value(map, 0) == map->ops->lookup(map, &key));
	OK(map_direct_value(map, 99) == (u8 *)map->ops->lookup(map, &key) + 99);
	OK(map_direct_value(map, 100) == NULL);
	munmap(seen, 4096);
	map_put(map);

	map = MAP(ARRAY, 4, 100, 2, 0);
	OK(map_direct_value(map, 0) == NULL); /* of one element only, on Linux as well */
	map_put(map);
	map = MAP(PERCPU_ARRAY, 4, 100, 1, 0);
	OK(map_direct_value(map, 0) == NULL);
	map_put(map);
}

TEST(spin_lock_stays)
{
	struct map_spec spec = SPEC(ARRAY, 4, 16, 1, 0);
	u32 in[4] = {1, 2, 3, 4}, out[4] = {9, 9, 9, 9}, *inside;
	struct map *map;
	u32 key = 0;

	spec.spin_lock_off = 4;
	map = make_map(spec);
	inside = map->ops->lookup(map, &key);
	inside[1] = 77; /* taken, as far as copies can know */
	EQ(map_user_update(map, &key, in, 0), 0);
	EQ(inside[0], 1);
	EQ(inside[1], 77);
	EQ(inside[2], 3);
	EQ(inside[3], 4);
	in[0] = 5;
	EQ(map_user_update(map, &key, in, BPF_F_LOCK), 0);
	EQ(map->ops->update(map, &key, in, BPF_F_LOCK | BPF_EXIST), 0);
	EQ(map->ops->update(map, &key, in, BPF_F_LOCK | BPF_NOEXIST), -EEXIST);
	EQ(map_user_lookup(map, &key, out, BPF_F_LOCK), 0);
	EQ(out[0], 5);
	EQ(out[1], 0);
	EQ(out[3], 4);
	EQ(inside[1], 77);
	EQ(map_user_freeze(map), -ENOTSUPP);
	map_put(map);
}

static u64 visit(void *ctx, struct map *map, void *key, void *value)
{
	u64 *state = ctx; /* keys seen, when to stop */
	u32 number;

	memcpy(&number, key, 4);
	EQ(number, state[0]);
	*(u32 *)key = 1000; /* the walk goes on all the same */
	*(u64 *)value += 1;
	return ++state[0] == state[1];
}

TEST(for_each)
{
	struct map *maps[] = {MAP(ARRAY, 4, 8, 5, 0), MAP(PERCPU_ARRAY, 4, 8, 5, 0)};

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		u64 all[2] = {0, 100}, some[2] = {0, 3};

		EQ(maps[i]->ops->for_each(maps[i], visit, all), 5);
		EQ(maps[i]->ops->for_each(maps[i], visit, some), 3);
		CALLS(maps[i], {GET, 0, 2, 0, 0}, {GET, 2, 2, 0, 0}, {GET, 3, 1, 0, 0});
		map_put(maps[i]);
	}
}

TEST(unaligned_keys)
{
	struct map *map = MAP(ARRAY, 4, 8, 300, 0);
	u8 bytes[8] = {0, 5, 1, 0, 0};
	u64 value = 9;
	u32 next;

	EQ(map_user_update(map, bytes + 1, &value, 0), 0);
	EQ(map_user_next_key(map, bytes + 1, &next), 0);
	EQ(next, 262);
	CALLS(map, {GET, 261, 9, 0, 0});
	map_put(map);
}

TAP_MAIN()
