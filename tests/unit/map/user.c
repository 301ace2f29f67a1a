/* SPDX-License-Identifier: BSD-2-Clause */
/* user.c - what user space may do through a descriptor, whatever the type. */
#include "maps.h"

TEST(read_only_descriptor)
{
	struct map *map = MAP(HASH, 4, 8, 3, BPF_F_RDONLY);

	CALLS(map, {PUT, 1, 10, 0, -EPERM}, {PUT, 1, 10, 77, -EPERM}, {DEL, 1, 0, 0, -EPERM},
	      {FREEZE, 0, 0, 0, -EPERM}, {PROG_PUT, 1, 10, 0, 0}, /* programs may */
	      {GET, 1, 10, 0, 0}, {GET, 1, 10, 77, -EINVAL}, {TAKE, 1, 10, 0, -EPERM},
	      {NEXT, 9, 1, 0, 0});
	map_put(map);
}

TEST(write_only_descriptor)
{
	struct map *map = MAP(HASH, 4, 8, 3, BPF_F_WRONLY);

	CALLS(map, {PUT, 1, 10, 0, 0}, {GET, 1, 0, 0, -EPERM}, {NEXT, 1, 0, 0, -EPERM},
	      {TAKE, 1, 0, 0, -EPERM}, {DEL, 1, 0, 0, 0}, {FREEZE, 0, 0, 0, 0},
	      {PUT, 1, 10, 0, -EPERM});
	map_put(map);
}

/* What programs may do is the verifier's to see to. */
TEST(flags_for_programs)
{
	struct map *map = MAP(HASH, 4, 8, 3, BPF_F_RDONLY_PROG);

	CALLS(map, {PUT, 1, 10, 0, 0}, {GET, 1, 10, 0, 0});
	map_put(map);
	map = MAP(HASH, 4, 8, 3, BPF_F_WRONLY_PROG);
	CALLS(map, {PUT, 1, 10, 0, 0}, {GET, 1, 10, 0, 0});
	map_put(map);
}

TEST(frozen)
{
	struct map *map = MAP(ARRAY, 4, 8, 3, 0);

	CALLS(map, {PUT, 1, 10, 0, 0}, {FREEZE, 0, 0, 0, 0}, {FREEZE, 0, 0, 0, -EPERM},
	      {PUT, 1, 11, 0, -EPERM}, {DEL, 1, 0, 0, -EPERM}, {TAKE, 1, 0, 0, -EPERM},
	      {GET, 1, 10, 0, 0}, {NEXT, 0, 1, 0, 0}, {PROG_PUT, 1, 12, 0, 0}, {GET, 1, 12, 0, 0});
	OK(map->frozen);
	map_put(map);
}

TEST(missing_pointers)
{
	struct map *map = MAP(HASH, 4, 8, 3, 0);
	u64 value = 10;
	u32 key = 1;

	EQ(map_user_update(map, NULL, &value, 0), -EFAULT);
	EQ(map_user_update(map, &key, NULL, 0), -EFAULT);
	EQ(map_user_lookup(map, NULL, &value, 0), -EFAULT);
	EQ(map_user_delete(map, NULL), -EFAULT);
	EQ(map_user_take(map, NULL, &value, 0), -EFAULT);
	EQ(map_user_lookup(map, &key, NULL, 0), -ENOENT);
	EQ(map_user_take(map, &key, NULL, 0), -ENOENT);
	EQ(map_user_update(map, &key, &value, 0), 0);
	EQ(map_user_lookup(map, &key, NULL, 0), -EFAULT);
	EQ(map_user_next_key(map, NULL, NULL), -EFAULT);
	EQ(map_user_take(map, &key, NULL, 0), -EFAULT); /* and it is gone, as on Linux */
	EQ(map_user_lookup(map, &key, &value, 0), -ENOENT);
	map_put(map);
}

TAP_MAIN()
