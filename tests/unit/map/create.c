/* SPDX-License-Identifier: BSD-2-Clause */
/* create.c - what map_create accepts, what it refuses, with which errno and sentence. */
#include "maps.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

struct row {
	struct map_spec spec;
	int rc;
	const char *text; /* part of the sentence */
};

static void check_rows(const struct row *rows, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++) {
		struct error err = {""};
		struct map *map = NULL;
		int rc = map_create(&rows[i].spec, &map, &err);

		if (rc != rows[i].rc)
			TAP_FAIL("row %zu: expected %d, seen %d (%s)", i, rows[i].rc, rc, err.text);
		if (rows[i].text)
			STR_HAS(err.text, rows[i].text);
		if (rc == 0)
			EQ(map->refs, 1);
		else
			OK(map == NULL);
		map_put(map);
	}
}

TEST(good_and_bad)
{
	/* clang-format off */
	static const struct row rows[] = {
		{SPEC(ARRAY, 4, 1, 1, 0), 0, NULL},
		{SPEC(ARRAY, 4, 8, 0, 0), -EINVAL, "ARRAY map: max_entries is 0"},
		{SPEC(ARRAY, 8, 8, 1, 0), -EINVAL, "key_size must be 4, not 8"},
		{SPEC(ARRAY, 4, 0, 1, 0), -EINVAL, "value_size is 0"},
		{SPEC(ARRAY, 4, 1u << 31, 1, 0), -E2BIG, "value_size"},
		{SPEC(ARRAY, 4, 8, 1, BPF_F_MMAPABLE | BPF_F_INNER_MAP), 0, NULL},
		{SPEC(ARRAY, 4, 8, 1, BPF_F_NO_PREALLOC), -EINVAL, "flag 0x1"},
		{SPEC(ARRAY, 4, 8, 1, BPF_F_PRESERVE_ELEMS), -EINVAL, "flag 0x800"},
		{SPEC(ARRAY, 4, 8, 1, BPF_F_RDONLY | BPF_F_WRONLY), -EINVAL, "exclude each other"},
		{SPEC(ARRAY, 4, 8, 1, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG), -EINVAL, "exclude each other"},
		{SPEC(PERCPU_ARRAY, 4, 32768, 1, 0), 0, NULL},
		{SPEC(PERCPU_ARRAY, 4, 32769, 1, 0), -E2BIG, "above 32768"},
		{SPEC(PERCPU_ARRAY, 4, 8, 1, BPF_F_MMAPABLE), -EINVAL, "flag 0x400"},
		{SPEC(PERCPU_ARRAY, 4, 8, 1, BPF_F_NUMA_NODE), -EINVAL, "NUMA"},
		{SPEC(HASH, 1, 1, 1, 0), 0, NULL},
		{SPEC(HASH, 0, 8, 1, 0), -EINVAL, "key_size is 0"},
		{SPEC(HASH, 4, 0, 1, 0), -EINVAL, "value_size is 0"},
		{SPEC(HASH, 4, 8, 0, 0), -EINVAL, "max_entries is 0"},
		{SPEC(HASH, 4, 4194251, 1, 0), 0, NULL},
		{SPEC(HASH, 4, 4194252, 1, 0), -E2BIG, "too large"},
		{SPEC(HASH, ~0u, ~0u, 1, 0), -E2BIG, "too large"},
		{SPEC(HASH, 4, 8, (1u << 27) + 1, 0), -E2BIG, "max_entries"},
		{SPEC(HASH, 4, 8, ~0u, BPF_F_NO_PREALLOC), -E2BIG, "max_entries"},
		{SPEC(HASH, 4, 8, 1, BPF_F_NO_COMMON_LRU), -EINVAL, "LRU"},
		{SPEC(HASH, 4, 8, 1, BPF_F_NUMA_NODE | BPF_F_ZERO_SEED | BPF_F_NO_PREALLOC), 0, NULL},
		{SPEC(PERCPU_HASH, 4, 32769, 1, 0), -E2BIG, "above 32768"},
		{SPEC(LRU_HASH, 4, 8, 1, BPF_F_NO_PREALLOC), -ENOTSUPP, "BPF_F_NO_PREALLOC"},
		{SPEC(LRU_HASH, 4, 8, 1, BPF_F_NO_COMMON_LRU), 0, NULL},
		{SPEC(LRU_HASH, 4, 8, 1, BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE), -EINVAL, "NUMA"},
		{SPEC(LRU_PERCPU_HASH, 4, 8, 1, BPF_F_NO_COMMON_LRU), 0, NULL},
		{SPEC(LPM_TRIE, 8, 8, 1, 0), -EINVAL, "needs BPF_F_NO_PREALLOC"},
		{SPEC(LPM_TRIE, 5, 1, 1, BPF_F_NO_PREALLOC), 0, NULL},
		{SPEC(LPM_TRIE, 4, 1, 1, BPF_F_NO_PREALLOC), -EINVAL, "5 to 260"},
		{SPEC(LPM_TRIE, 260, 1, ~0u, BPF_F_NO_PREALLOC), 0, NULL},
		{SPEC(LPM_TRIE, 261, 1, 1, BPF_F_NO_PREALLOC), -EINVAL, "5 to 260"},
		{SPEC(LPM_TRIE, 8, 4194025, 1, BPF_F_NO_PREALLOC), -EINVAL, "value_size"},
		{SPEC(PROG_ARRAY, 4, 4, 1, 0), 0, NULL},
		{SPEC(PROG_ARRAY, 4, 8, 1, 0), -EINVAL, "value_size must be 4"},
		{SPEC(PROG_ARRAY, 4, 4, 1, BPF_F_RDONLY_PROG), -EINVAL, "flag 0x80"},
		{SPEC(PERF_EVENT_ARRAY, 4, 4, 1, BPF_F_PRESERVE_ELEMS), 0, NULL},
		{SPEC(PERF_EVENT_ARRAY, 8, 4, 1, 0), -EINVAL, "key_size must be 4"},
		{SPEC(QUEUE, 0, 4, 1, 0), 0, NULL},
		{SPEC(QUEUE, 4, 4, 1, 0), -EINVAL, "key_size must be 0"},
		{SPEC(QUEUE, 0, 4194305, 1, 0), -E2BIG, "value_size"},
		{SPEC(STACK, 0, 4, 0, 0), -EINVAL, "max_entries is 0"},
		{SPEC(STACK, 0, 4, 1, BPF_F_NO_PREALLOC), -EINVAL, "flag 0x1"},
		{SPEC(RINGBUF, 0, 0, 4096, 0), 0, NULL},
		{SPEC(RINGBUF, 0, 0, 0, 0), -EINVAL, "power of two"},
		{SPEC(RINGBUF, 0, 0, 12288, 0), -EINVAL, "power of two"},
		{SPEC(RINGBUF, 0, 0, 2048, 0), -EINVAL, "power of two"},
		{SPEC(RINGBUF, 4, 0, 4096, 0), -EINVAL, "must be 0"},
		{SPEC(RINGBUF, 0, 0, 4096, BPF_F_RDONLY), -EINVAL, "flag 0x8"},
		{SPEC(ARRAY_OF_MAPS, 4, 4, 1, 0), -EBADF, "no inner map"},
		{SPEC(HASH_OF_MAPS, 4, 8, 1, 0), -EINVAL, "value_size must be 4"},
		{SPEC(STACK_TRACE, 4, 8, 1, 0), -EINVAL, "STACK_TRACE are not implemented"},
		{SPEC(UNSPEC, 4, 8, 1, 0), -EINVAL, "no map type 0"},
		{{.type = 1000, .key_size = 4, .spin_lock_off = -1}, -EINVAL, "no map type 1000"},
		{{.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1, .extra = 1,
		  .spin_lock_off = -1}, -EINVAL, "map_extra"},
		{{.type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1,
		  .flags = BPF_F_NUMA_NODE, .numa_node = 1, .spin_lock_off = -1}, -EINVAL, "NUMA node 1"},
	};
	/* clang-format on */

	check_rows(rows, ARRAY_SIZE(rows));
}

/* More than a map may take is refused before it is taken; what is merely laid out costs nothing. */
TEST(too_much_memory)
{
	static const struct row rows[] = {
		{SPEC(ARRAY, 4, 1u << 20, 4096, 0), 0, NULL},
		{SPEC(ARRAY, 4, 1u << 20, 4097, 0), -ENOMEM, "no memory"},
		{SPEC(ARRAY, 4, 0x7fffffff, ~0u, 0), -ENOMEM, "no memory"},
		{SPEC(PERCPU_ARRAY, 4, 32768, ~0u, 0), -ENOMEM, "no memory"},
		{SPEC(HASH, 4, 1u << 20, 1u << 20, 0), -ENOMEM, "no memory"},
		{SPEC(HASH, 4, 1u << 20, 1u << 20, BPF_F_NO_PREALLOC), 0, NULL},
		{SPEC(HASH, 4, 8, 10000000, 0), 0, NULL},
		{SPEC(LRU_HASH, 4, 8, 10000000, 0), 0, NULL},
		{SPEC(QUEUE, 0, 1u << 20, ~0u, 0), -ENOMEM, "no memory"},
		{SPEC(PROG_ARRAY, 4, 4, ~0u, 0), -ENOMEM, "no memory"},
	};

	check_rows(rows, ARRAY_SIZE(rows));
}

TEST(names)
{
	static const struct {
		const char *name;
		int rc;
	} rows[] = {
		{"", 0},	   {"a", 0},	      {"counters_v4.1", 0}, {"fifteen_letters", 0},
		{"a b", -EINVAL},  {"a-b", -EINVAL},  {"a/b", -EINVAL},	    {"\xe4h", 0},
		{"\xd7", -EINVAL}, {"\x80", -EINVAL},
	};
	struct map_spec spec = SPEC(HASH, 4, 4, 1, 0);
	struct error err = {""};
	struct map *map;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(spec.name, 0, sizeof(spec.name));
		memcpy(spec.name, rows[i].name, strlen(rows[i].name));
		EQ(map_create(&spec, &map, &err), rows[i].rc);
		if (!rows[i].rc)
			STR_EQ(map->name, rows[i].name);
		map_put(map);
	}
	memset(spec.name, 'x', sizeof(spec.name));
	EQ(map_create(&spec, &map, &err), -EINVAL);
	STR_HAS(err.text, "more than 15");
}

TEST(spin_locks)
{
	struct map_spec spec = SPEC(HASH, 4, 16, 1, 0);
	static const struct {
		enum bpf_map_type type;
		u32 flags;
		int offset, rc;
	} rows[] = {
		{BPF_MAP_TYPE_HASH, 0, 0, 0},
		{BPF_MAP_TYPE_HASH, 0, 12, 0},
		{BPF_MAP_TYPE_ARRAY, 0, 4, 0},
		{BPF_MAP_TYPE_HASH, 0, 13, -EINVAL},
		{BPF_MAP_TYPE_HASH, 0, 16, -EINVAL},
		{BPF_MAP_TYPE_LRU_HASH, 0, 0, -EOPNOTSUPP},
		{BPF_MAP_TYPE_PERCPU_HASH, 0, 0, -EOPNOTSUPP},
		{BPF_MAP_TYPE_ARRAY, BPF_F_RDONLY_PROG, 4, -EACCES},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct error err = {""};
		struct map *map;

		spec.type = rows[i].type;
		spec.flags = rows[i].flags;
		spec.spin_lock_off = rows[i].offset;
		EQ(map_create(&spec, &map, &err), rows[i].rc);
		if (rows[i].rc)
			OK(err.text[0] != 0);
		map_put(map);
	}
}

TEST(what_the_map_remembers)
{
	struct map *map = MAP(HASH, 4, 8, 5, BPF_F_RDONLY | BPF_F_NO_PREALLOC);

	EQ(map->flags, BPF_F_NO_PREALLOC);
	EQ(map->access, BPF_F_RDONLY);
	EQ(map->key_size, 4);
	EQ(map->value_size, 8);
	EQ(map->max_entries, 5);
	EQ(map->seed, 17);
	EQ(map->memfd, -1);
	EQ(map_user_value_size(map), 8);
	map_put(map);
	map = MAP(HASH, 4, 8, 5, BPF_F_ZERO_SEED);
	EQ(map->seed, 0);
	map_put(map);
	map = MAP(PERCPU_ARRAY, 4, 13, 5, 0);
	EQ(map_user_value_size(map), 16 * MAP_CPUS);
	map_put(map);
	map_put(NULL);
}

TEST(names_of_types)
{
	STR_EQ(map_type_name(BPF_MAP_TYPE_HASH), "HASH");
	STR_EQ(map_type_name(BPF_MAP_TYPE_RINGBUF), "RINGBUF");
	STR_EQ(map_type_name(33), "ARENA");
	OK(map_type_name(0) == NULL);
	OK(map_type_name(34) == NULL);
	OK(map_type_name(~0u) == NULL);
	OK(map_type_supported(BPF_MAP_TYPE_LPM_TRIE));
	OK(!map_type_supported(BPF_MAP_TYPE_SOCKMAP));
	OK(!map_type_supported(~0u));
}

TEST(references)
{
	struct map *map = MAP(ARRAY, 4, 8, 5, 0);
	int fd = map->memfd;

	OK(fd >= 3);
	OK(map_get(map) == map);
	EQ(map->refs, 2);
	map_put(map);
	EQ(map->refs, 1);
	OK(fcntl(fd, F_GETFD) >= 0);
	map_put(map);
	EQ(fcntl(fd, F_GETFD), -1);
}

/* An ARRAY and a RINGBUF need a descriptor, the others do not. */
TEST(no_descriptors)
{
	static const struct row rows[] = {
		{SPEC(ARRAY, 4, 8, 1, 0), -ENOMEM, "no descriptor"},
		{SPEC(RINGBUF, 0, 0, 4096, 0), -ENOMEM, "no descriptor"},
		{SPEC(HASH, 4, 8, 1, 0), 0, NULL},
		{SPEC(PERCPU_ARRAY, 4, 8, 1, 0), 0, NULL},
	};
	struct rlimit old, none;

	REQUIRE(getrlimit(RLIMIT_NOFILE, &old) == 0);
	none = old;
	none.rlim_cur = 3;
	REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
	check_rows(rows, ARRAY_SIZE(rows));
	REQUIRE(setrlimit(RLIMIT_NOFILE, &old) == 0);
}

TAP_MAIN()
