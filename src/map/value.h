/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * value.h - how a value is copied in and out of a map.
 *
 * A struct bpf_spin_lock in the value belongs to the programs that take it: a copy into the map
 * leaves the lock's four bytes as they are, a copy out to user space shows zeroes there. Mirrors
 * copy_map_value and check_and_init_map_value of include/linux/bpf.h.
 */
#ifndef SKIFF_MAP_VALUE_H
#define SKIFF_MAP_VALUE_H

#include <string.h>

#include "map/map.h"

#define VALUE_LOCK_SIZE 4u /* sizeof(struct bpf_spin_lock) */

_Static_assert(MAP_CPUS == 1, "per-CPU maps keep one value, and copy one");

/* The common sizes without a call. @to and @from may be the same, but do not overlap otherwise. */
static inline void value_bytes(void *to, const void *from, u32 size)
{
	switch (size) {
	case 4:
		memcpy(to, from, 4);
		return;
	case 8:
		memcpy(to, from, 8);
		return;
	case 16:
		memcpy(to, from, 16);
		return;
	}
	memcpy(to, from, size);
}

static inline void value_copy(const struct map *map, void *to, const void *from)
{
	u32 lock, after;

	if (likely(map->spin_lock_off < 0)) {
		value_bytes(to, from, map->value_size);
		return;
	}
	lock = (u32)map->spin_lock_off;
	after = lock + VALUE_LOCK_SIZE;
	memcpy(to, from, lock);
	memcpy((u8 *)to + after, (const u8 *)from + after, map->value_size - after);
}

static inline void value_copy_out(const struct map *map, void *to, const void *from)
{
	value_copy(map, to, from);
	if (map->spin_lock_off >= 0)
		memset((u8 *)to + map->spin_lock_off, 0, VALUE_LOCK_SIZE);
}

/* Bytes from one value to the next, and what user space passes for one CPU's. */
static inline u32 value_stride(const struct map *map)
{
	return ALIGN_UP(map->value_size, 8);
}

/* A per-CPU map's values as user space passes them, padding included, as Linux copies them. */
static inline void value_copy_user_percpu(const struct map *map, void *to, const void *from)
{
	memcpy(to, from, value_stride(map));
}

#endif
