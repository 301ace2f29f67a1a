/* SPDX-License-Identifier: BSD-2-Clause */
/* objects.c - PROG_ARRAY, PERF_EVENT_ARRAY and the maps of maps: who holds what, and lets go. */
#include "maps.h"

struct thing {
	int refs;
	u32 id;
};

static void thing_put(void *object)
{
	((struct thing *)object)->refs--;
}

static u32 thing_id(const void *object)
{
	return ((const struct thing *)object)->id;
}

static struct map *array_of_things(enum bpf_map_type type, u32 flags)
{
	struct map_spec spec = SPEC(PROG_ARRAY, 4, 4, 3, flags);
	struct map *map;

	spec.type = type;
	map = make_map(spec);
	map->object_put = thing_put;
	map->object_id = thing_id;
	return map;
}

static void check_array(enum bpf_map_type type, int lookup_rc)
{
	struct map *map = array_of_things(type, 0);
	struct thing a = {1, 41}, b = {1, 42};
	u32 key = 1, bad_key = 3, id = 0;

	EQ(map_user_update_object(map, &key, NULL, 0), -EBADF);
	EQ(map_user_update_object(map, &key, &a, BPF_NOEXIST), -EINVAL);
	EQ(map_user_update_object(map, &key, NULL, BPF_EXIST), -EINVAL); /* before the descriptor */
	EQ(map_user_update_object(map, &bad_key, NULL, 0), -E2BIG);
	EQ(map_user_update_object(map, NULL, &a, 0), -EFAULT);
	EQ(map_user_update(map, &key, &id, 0), -EBADF);
	EQ(a.refs, 1);
	EQ(map_user_update_object(map, &key, &a, 0), 0);
	OK(map_object(map, 1) == &a);
	OK(map_object(map, 0) == NULL);
	OK(map_object(map, 3) == NULL);
	OK(map_object(map, 1ull << 32 | 1) == NULL);
	EQ(map_user_lookup(map, &key, &id, 0), lookup_rc);
	EQ(id, lookup_rc ? 0 : 41);
	EQ(map_user_update_object(map, &key, &b, 0), 0);
	EQ(a.refs, 0);
	EQ(b.refs, 1);
	EQ(map_user_delete(map, &bad_key), -E2BIG);
	EQ(map_user_delete(map, &key), 0);
	EQ(b.refs, 0);
	EQ(map_user_delete(map, &key), -ENOENT);
	EQ(map_user_lookup(map, &key, &id, 0), lookup_rc ? lookup_rc : -ENOENT);
	b.refs = 1;
	EQ(map_user_update_object(map, &key, &b, 0), 0);
	map_put(map);
	EQ(b.refs, 0);
}

TEST(prog_array)
{
	check_array(BPF_MAP_TYPE_PROG_ARRAY, 0);
}

TEST(perf_event_array)
{
	check_array(BPF_MAP_TYPE_PERF_EVENT_ARRAY, -ENOTSUPP);
}

TEST(user_space_lets_go)
{
	static const struct {
		enum bpf_map_type type;
		u32 flags;
		int refs;
	} rows[] = {
		{BPF_MAP_TYPE_PROG_ARRAY, 0, 0},
		{BPF_MAP_TYPE_PERF_EVENT_ARRAY, 0, 0},
		{BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_F_PRESERVE_ELEMS, 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct map *map = array_of_things(rows[i].type, rows[i].flags);
		struct thing thing = {1, 1};
		u32 key = 2;

		EQ(map_user_update_object(map, &key, &thing, 0), 0);
		map_user_released(map);
		EQ(thing.refs, rows[i].refs);
		EQ(map_object(map, 2) != NULL, rows[i].refs);
		map_put(map);
		EQ(thing.refs, 0);
	}
}

static struct map *outer_map(enum bpf_map_type type, const struct map *inner)
{
	struct map_spec spec = SPEC(ARRAY_OF_MAPS, 4, 4, 2, 0);

	spec.type = type;
	spec.inner = inner;
	return make_map(spec);
}

static void check_outer(enum bpf_map_type type)
{
	bool hash = type == BPF_MAP_TYPE_HASH_OF_MAPS;
	struct map *inner = MAP(HASH, 4, 8, 5, 0), *other = MAP(HASH, 4, 16, 5, 0);
	struct map *larger = MAP(HASH, 4, 8, 500, 0);
	struct map *outer = outer_map(type, inner);
	u32 keys[] = {0, 1, 2}, id = 0;

	inner->id = 7;
	larger->id = 8;
	EQ(map_user_update_object(outer, &keys[0], other, 0), -EINVAL);
	EQ(map_user_update_object(outer, &keys[0], NULL, 0), -EBADF);
	EQ(other->refs, 1);
	OK(outer->ops->lookup(outer, &keys[0]) == NULL);
	EQ(map_user_lookup(outer, &keys[0], &id, 0), -ENOENT);
	EQ(map_user_update_object(outer, &keys[0], map_get(inner), 0), 0);
	EQ(inner->refs, 2);
	OK(outer->ops->lookup(outer, &keys[0]) == inner);
	EQ(map_user_lookup(outer, &keys[0], &id, 0), 0);
	EQ(id, 7);
	EQ(map_user_update_object(outer, &keys[0], inner, BPF_NOEXIST), hash ? -EEXIST : -EINVAL);
	EQ(map_user_update_object(outer, &keys[1], inner, BPF_EXIST), hash ? -ENOENT : -EINVAL);
	EQ(map_user_update_object(outer, &keys[0], map_get(larger), 0), 0);
	EQ(inner->refs, 1);
	EQ(map_user_lookup(outer, &keys[0], &id, 0), 0);
	EQ(id, 8);
	EQ(map_user_update_object(outer, &keys[1], map_get(inner), 0), 0);
	EQ(map_user_update_object(outer, &keys[2], inner, 0), -E2BIG);
	EQ(map_user_take(outer, &keys[0], &id, 0), -ENOTSUPP);
	EQ(map_user_delete(outer, &keys[0]), 0);
	EQ(larger->refs, 1);
	EQ(map_user_delete(outer, &keys[0]), -ENOENT);
	map_user_released(outer);
	EQ(inner->refs, 2); /* inner maps stay */
	map_put(outer);
	EQ(inner->refs, 1);
	map_put(inner);
	map_put(other);
	map_put(larger);
}

TEST(array_of_maps)
{
	check_outer(BPF_MAP_TYPE_ARRAY_OF_MAPS);
}

TEST(hash_of_maps)
{
	check_outer(BPF_MAP_TYPE_HASH_OF_MAPS);
}

TEST(what_fits)
{
	static const struct {
		struct map_spec meta, inner;
		bool fits;
	} rows[] = {
		{SPEC(HASH, 4, 8, 5, 0), SPEC(HASH, 4, 8, 9, 0), true},
		{SPEC(HASH, 4, 8, 5, 0), SPEC(HASH, 8, 8, 5, 0), false},
		{SPEC(HASH, 4, 8, 5, 0), SPEC(HASH, 4, 4, 5, 0), false},
		{SPEC(HASH, 4, 8, 5, 0), SPEC(LRU_HASH, 4, 8, 5, 0), false},
		{SPEC(HASH, 4, 8, 5, 0), SPEC(HASH, 4, 8, 5, BPF_F_NO_PREALLOC), false},
		{SPEC(HASH, 4, 8, 5, 0), SPEC(HASH, 4, 8, 5, BPF_F_RDONLY), true},
		{SPEC(ARRAY, 4, 8, 5, 0), SPEC(ARRAY, 4, 8, 5, 0), true},
		{SPEC(ARRAY, 4, 8, 5, 0), SPEC(ARRAY, 4, 8, 6, 0), false},
		{SPEC(ARRAY, 4, 8, 5, BPF_F_INNER_MAP), SPEC(ARRAY, 4, 8, 6, BPF_F_INNER_MAP),
		 true},
		{SPEC(ARRAY, 4, 8, 5, BPF_F_INNER_MAP), SPEC(ARRAY, 4, 8, 5, 0), false},
		{SPEC(QUEUE, 0, 8, 5, 0), SPEC(QUEUE, 0, 8, 6, 0), true},
		{SPEC(RINGBUF, 0, 0, 4096, 0), SPEC(RINGBUF, 0, 0, 8192, 0), true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct map *meta = make_map(rows[i].meta), *inner = make_map(rows[i].inner);
		struct map *outer = outer_map(BPF_MAP_TYPE_ARRAY_OF_MAPS, meta);

		if (map_inner_fits(outer, inner) != rows[i].fits)
			TAP_FAIL("row %zu: expected %d", i, rows[i].fits);
		map_put(outer);
		map_put(meta);
		map_put(inner);
	}
}

TEST(what_can_be_a_template)
{
	struct map *inner = MAP(HASH, 4, 8, 5, 0), *progs = MAP(PROG_ARRAY, 4, 4, 5, 0);
	struct map *outer = outer_map(BPF_MAP_TYPE_HASH_OF_MAPS, inner), *none;
	struct map_spec spec = SPEC(ARRAY_OF_MAPS, 4, 4, 2, 0);
	struct error err = {""};

	spec.inner = outer;
	EQ(map_create(&spec, &none, &err), -EINVAL);
	STR_HAS(err.text, "holds maps itself");
	spec.inner = progs;
	EQ(map_create(&spec, &none, &err), -ENOTSUPP);
	STR_HAS(err.text, "PROG_ARRAY");
	map_put(outer);
	map_put(inner);
	map_put(progs);
}

TAP_MAIN()
