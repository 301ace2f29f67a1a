/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object_array.h - the array of counted objects under PROG_ARRAY, PERF_EVENT_ARRAY and
 * ARRAY_OF_MAPS. User space fills it by descriptor, so an update hands over an object; what an
 * object is, and how its reference is dropped, the map's object_put knows. Mirrors the
 * fd_array_map_ functions of kernel/bpf/arraymap.c.
 */
#ifndef SKIFF_MAP_OBJECT_ARRAY_H
#define SKIFF_MAP_OBJECT_ARRAY_H

#include "map/map.h"

struct object_array {
	struct map map;
	void **objects;
	u32 used; /* objects in it */
};

static inline struct object_array *object_array_of(struct map *map)
{
	return container_of(map, struct object_array, map);
}

/* What the kernel checks of all three; @extra_flags may be set beside the common ones. */
int object_array_check(const struct map_spec *spec, u32 extra_flags, struct error *err);

struct map *object_array_alloc(const struct map_spec *spec);
/* Drops what it holds. */
void object_array_free(struct map *map);
void object_array_clear(struct map *map);

/* Drops the reference that @map holds on @object. */
void object_drop(struct map *map, void *object);

/* The object at the index that @key points to, or NULL. */
void *object_array_at(struct map *map, const void *key);

int object_array_next_key(struct map *map, const void *key, void *next);
long object_array_remove(struct map *map, const void *key);

/* What precedes the look at the descriptor, and then the exchange itself. */
int object_array_check_update(const struct map *map, const void *key, u64 flags);
void object_array_put(struct map *map, const void *key, void *object);

#endif
