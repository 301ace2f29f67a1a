/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - what the tests of maps share: making one in a line, and transcripts: tables of calls
 * with the answer each must give.
 */
#ifndef SKIFF_TESTS_UNIT_MAP_MAPS_H
#define SKIFF_TESTS_UNIT_MAP_MAPS_H

#include <errno.h>
#include <stdlib.h>

#include "map/map.h"
#include "tap.h"

#define SPEC(t, k, v, n, f)                                                                        \
	((struct map_spec){.type = BPF_MAP_TYPE_##t,                                               \
			   .key_size = (k),                                                        \
			   .value_size = (v),                                                      \
			   .max_entries = (n),                                                     \
			   .flags = (f),                                                           \
			   .spin_lock_off = -1,                                                    \
			   .seed = 17})

/* A map that can be made; the test cannot go on without. */
static inline struct map *make_map(struct map_spec spec)
{
	struct error err = {""};
	struct map *map = NULL;
	int rc = map_create(&spec, &map, &err);

	if (rc) {
		printf("# cannot make the map: %d %s\n", rc, err.text);
		printf("Bail out!\n");
		exit(1);
	}
	return map;
}

#define MAP(t, k, v, n, f) make_map(SPEC(t, k, v, n, f))

/* Who calls what. PROG_ calls are a program's. */
enum call {
	GET,
	PUT,
	DEL,
	NEXT,
	TAKE,
	FREEZE,
	PROG_GET,
	PROG_PUT,
	PROG_DEL,
	PUSH,
	POP,
	PEEK,
};

/* One line of a transcript, for u32 keys and u64 values. */
struct call_row {
	enum call call;
	u32 key;
	u64 value; /* given, or expected where the answer has one */
	u64 flags;
	long rc;
};

/* Run them in turn. A failed GET, TAKE, NEXT must not write; a failed POP or PEEK writes zeroes. */
static inline void run_calls(const char *file, int line, struct map *map,
			     const struct call_row *rows, size_t cnt)
{
	static const char *const names[] = {"GET",	"PUT",	  "DEL",      "NEXT",
					    "TAKE",	"FREEZE", "PROG_GET", "PROG_PUT",
					    "PROG_DEL", "PUSH",	  "POP",      "PEEK"};

	for (size_t i = 0; i < cnt; i++) {
		const struct call_row *row = &rows[i];
		const u64 untouched = 0xa5a5a5a5a5a5a5a5;
		const void *key = map->key_size ? &row->key : NULL;
		u64 seen = untouched, expected = untouched;
		const u64 *found;
		u32 next = 0;
		long rc = 0;

		switch (row->call) {
		case GET:
			rc = map_user_lookup(map, key, &seen, row->flags);
			expected = row->rc ? untouched : row->value;
			break;
		case TAKE:
			rc = map_user_take(map, key, &seen, row->flags);
			expected = row->rc ? untouched : row->value;
			break;
		case NEXT:
			rc = map_user_next_key(map, key, &next);
			seen = rc ? untouched : next;
			expected = row->rc ? untouched : row->value;
			break;
		case PUT:
			rc = map_user_update(map, key, &row->value, row->flags);
			break;
		case DEL:
			rc = map_user_delete(map, key);
			break;
		case FREEZE:
			rc = map_user_freeze(map);
			break;
		case PROG_GET:
			found = map->ops->lookup(map, key);
			rc = found ? 0 : -ENOENT;
			seen = found ? *found : untouched;
			expected = row->rc ? untouched : row->value;
			break;
		case PROG_PUT:
			rc = map->ops->update(map, key, &row->value, row->flags);
			break;
		case PROG_DEL:
			rc = map->ops->remove(map, key);
			break;
		case PUSH:
			rc = map->ops->push(map, &row->value, row->flags);
			break;
		case POP:
			rc = map->ops->pop(map, &seen);
			expected = row->rc ? 0 : row->value;
			break;
		case PEEK:
			rc = map->ops->peek(map, &seen);
			expected = row->rc ? 0 : row->value;
			break;
		}
		if (rc == row->rc && seen == expected)
			continue;
		tap_failures++;
		printf("# %s:%d: row %zu: %s key %u flags 0x%llx: expected %ld 0x%llx, seen %ld "
		       "0x%llx\n",
		       file, line, i, names[row->call], row->key, (unsigned long long)row->flags,
		       row->rc, (unsigned long long)expected, rc, (unsigned long long)seen);
	}
}

#define CALLS(map, ...)                                                                            \
	do {                                                                                       \
		const struct call_row rows[] = {__VA_ARGS__};                                      \
		run_calls(__FILE__, __LINE__, map, rows, ARRAY_SIZE(rows));                        \
	} while (0)

/* How many elements there are, by user space's walk; -1 when it does not end. */
static inline int count_keys(struct map *map)
{
	u8 key[512], next[512];
	bool first = true;
	int cnt = 0;

	while (!map_user_next_key(map, first ? NULL : key, next)) {
		memcpy(key, next, map->key_size);
		first = false;
		if (++cnt > 1 << 20)
			return -1;
	}
	return cnt;
}

#endif
