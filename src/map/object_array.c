/* SPDX-License-Identifier: BSD-2-Clause */
/* object_array.c - arrays of counted objects; see object_array.h. */
#include "map/object_array.h"

#include <limits.h>
#include <stdlib.h>

#include "map/area.h"
#include "map/ops.h"

static u64 bytes_of(u32 max_entries)
{
	return (u64)max_entries * sizeof(void *);
}

int object_array_check(const struct map_spec *spec, u32 extra_flags, struct error *err)
{
	u32 allowed = BPF_F_NUMA_NODE | BPF_F_RDONLY | BPF_F_WRONLY | extra_flags;

	if (spec->value_size != 4)
		return error_set(err, -EINVAL, "value_size must be 4, not %u", spec->value_size);
	if (spec->max_entries == 0)
		return error_set(err, -EINVAL, "max_entries is 0");
	if (spec->key_size != 4)
		return error_set(err, -EINVAL, "key_size must be 4, not %u", spec->key_size);
	return map_check_flags(spec, allowed, err);
}

struct map *object_array_alloc(const struct map_spec *spec)
{
	struct object_array *array = map_new(sizeof(*array));

	if (!array)
		return NULL;
	array->objects = area_alloc(bytes_of(spec->max_entries));
	if (!array->objects) {
		free(array);
		return NULL;
	}
	return &array->map;
}

void object_drop(struct map *map, void *object)
{
	if (map->object_put)
		map->object_put(object);
}

void object_array_clear(struct map *map)
{
	struct object_array *array = object_array_of(map);

	/* Stops at the last one: a large array that holds little is not read to its end. */
	for (u32 index = 0; array->used; index++) {
		void *object = array->objects[index];

		if (!object)
			continue;
		array->objects[index] = NULL;
		array->used--;
		object_drop(map, object);
	}
}

void object_array_free(struct map *map)
{
	struct object_array *array = object_array_of(map);

	object_array_clear(map);
	area_free(array->objects, bytes_of(map->max_entries));
	free(array);
}

void *object_array_at(struct map *map, const void *key)
{
	u32 index = map_index(key);

	return index < map->max_entries ? object_array_of(map)->objects[index] : NULL;
}

int object_array_next_key(struct map *map, const void *key, void *next)
{
	u32 index = key ? map_index(key) : UINT32_MAX;

	if (index == map->max_entries - 1)
		return -ENOENT;
	index = index >= map->max_entries ? 0 : index + 1;
	memcpy(next, &index, sizeof(index));
	return 0;
}

long object_array_remove(struct map *map, const void *key)
{
	struct object_array *array = object_array_of(map);
	u32 index = map_index(key);
	void *object;

	if (index >= map->max_entries)
		return -E2BIG;
	object = array->objects[index];
	if (!object)
		return -ENOENT;
	array->objects[index] = NULL;
	array->used--;
	object_drop(map, object);
	return 0;
}

int object_array_check_update(const struct map *map, const void *key, u64 flags)
{
	if (flags != BPF_ANY)
		return -EINVAL;
	if (map_index(key) >= map->max_entries)
		return -E2BIG;
	return 0;
}

void object_array_put(struct map *map, const void *key, void *object)
{
	struct object_array *array = object_array_of(map);
	u32 index = map_index(key);
	void *old = array->objects[index];

	array->objects[index] = object;
	if (old)
		object_drop(map, old);
	else
		array->used++;
}
