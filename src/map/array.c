/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * array.c - ARRAY and PERCPU_ARRAY: values side by side, the key is the index.
 *
 * An ARRAY's values lie in a memfd, mapped here and again by whoever maps the map's descriptor
 * (libbpf does, for global data), whether BPF_F_MMAPABLE is set or not. A world has one CPU, so a
 * PERCPU_ARRAY keeps one value an index, in memory of its own. Every element always exists:
 * nothing is inserted and nothing deleted. Mirrors kernel/bpf/arraymap.c.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map/area.h"
#include "map/ops.h"
#include "map/value.h"

#define ARRAY_FLAGS	   (BPF_F_NUMA_NODE | BPF_F_MMAPABLE | BPF_F_INNER_MAP | MAP_ACCESS_FLAGS)
#define PERCPU_ARRAY_FLAGS (BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS)

struct array {
	struct map map;
	u8 *values;
	u64 stride; /* bytes from one value to the next */
	u64 bytes;  /* of all of them */
};

static struct array *array_of(struct map *map)
{
	return container_of(map, struct array, map);
}

static int check_sizes(const struct map_spec *spec, struct error *err)
{
	if (spec->max_entries == 0)
		return error_set(err, -EINVAL, "max_entries is 0");
	if (spec->key_size != 4)
		return error_set(err, -EINVAL, "key_size must be 4, not %u", spec->key_size);
	if (spec->value_size == 0)
		return error_set(err, -EINVAL, "value_size is 0");
	return 0;
}

static int array_check(const struct map_spec *spec, struct error *err)
{
	int rc = check_sizes(spec, err);

	if (!rc)
		rc = map_check_flags(spec, ARRAY_FLAGS, err);
	if (rc)
		return rc;
	if (spec->value_size > INT_MAX)
		return error_set(err, -E2BIG, "value_size %u is above %d", spec->value_size,
				 INT_MAX);
	return 0;
}

static int percpu_array_check(const struct map_spec *spec, struct error *err)
{
	int rc = check_sizes(spec, err);

	if (!rc)
		rc = map_check_flags(spec, PERCPU_ARRAY_FLAGS, err);
	if (rc)
		return rc;
	if (map_numa_asked(spec))
		return error_set(err, -EINVAL, "a per-CPU map takes no NUMA node");
	if (spec->value_size > MAP_PERCPU_MAX)
		return error_set(err, -E2BIG, "value_size %u of a per-CPU map is above %u",
				 spec->value_size, MAP_PERCPU_MAX);
	return 0;
}

/* The structure with its sizes; NULL: no memory, or more values than MAP_MEMORY_MAX holds. */
static struct array *sized(const struct map_spec *spec)
{
	u64 stride = ALIGN_UP((u64)spec->value_size, 8);
	u64 bytes = stride * spec->max_entries; /* below 2^63: both are below 2^32 */
	struct array *array;

	if (bytes > MAP_MEMORY_MAX)
		return NULL;
	array = map_new(sizeof(*array));
	if (!array)
		return NULL;
	array->stride = stride;
	array->bytes = bytes;
	return array;
}

static struct map *array_alloc(const struct map_spec *spec)
{
	struct array *array = sized(spec);
	long page = sysconf(_SC_PAGESIZE);
	int fd;

	if (!array)
		return NULL;
	/* Whole pages, so that a mapping of the descriptor has no page beyond the file's end. */
	array->bytes = ALIGN_UP(array->bytes, page);
	fd = area_memfd("skiff-array", array->bytes);
	if (fd < 0)
		goto no_file;
	array->values = mmap(NULL, array->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (array->values == MAP_FAILED)
		goto no_values;
	array->map.memfd = fd;
	return &array->map;

no_values:
	close(fd);
no_file:
	free(array);
	return NULL;
}

static void array_free(struct map *map)
{
	struct array *array = array_of(map);

	munmap(array->values, array->bytes);
	close(map->memfd);
	free(array);
}

static struct map *percpu_array_alloc(const struct map_spec *spec)
{
	struct array *array = sized(spec);

	if (!array)
		return NULL;
	array->values = area_alloc(array->bytes);
	if (!array->values) {
		free(array);
		return NULL;
	}
	return &array->map;
}

static void percpu_array_free(struct map *map)
{
	struct array *array = array_of(map);

	area_free(array->values, array->bytes);
	free(array);
}

static void *array_lookup(struct map *map, const void *key)
{
	struct array *array = array_of(map);
	u32 index = map_index(key);

	if (unlikely(index >= map->max_entries))
		return NULL;
	return array->values + array->stride * index;
}

/* The value an update writes, or -errno: nothing can be added, everything is there. */
static int update_check(const struct map *map, const void *key, u64 flags)
{
	if (unlikely((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST))
		return -EINVAL;
	if (unlikely(map_index(key) >= map->max_entries))
		return -E2BIG;
	if (unlikely(flags & BPF_NOEXIST))
		return -EEXIST;
	if (unlikely((flags & BPF_F_LOCK) && map->spin_lock_off < 0))
		return -EINVAL;
	return 0;
}

static long array_update(struct map *map, const void *key, const void *value, u64 flags)
{
	int rc = update_check(map, key, flags);

	if (unlikely(rc))
		return rc;
	value_copy(map, array_lookup(map, key), value);
	return 0;
}

static long array_remove(struct map *map, const void *key)
{
	return -EINVAL;
}

static int array_next_key(struct map *map, const void *key, void *next)
{
	u32 index = key ? map_index(key) : UINT32_MAX;

	if (index == map->max_entries - 1)
		return -ENOENT;
	index = index >= map->max_entries ? 0 : index + 1;
	memcpy(next, &index, sizeof(index));
	return 0;
}

u32 map_array_touched(const struct map *map, u32 index)
{
	const struct array *array = container_of(map, const struct array, map);
	off_t at;

	if (map->type != BPF_MAP_TYPE_ARRAY || index >= map->max_entries)
		return min(index, map->max_entries);
	at = lseek(map->memfd, (off_t)(index * array->stride), SEEK_DATA);
	if (at < 0)
		return errno == ENXIO ? map->max_entries : index;
	return (u32)min((u64)at / array->stride, (u64)map->max_entries);
}

static int array_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *from = array_lookup(map, key);

	if (!from)
		return -ENOENT;
	value_copy_out(map, value, from);
	return 0;
}

static int array_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	return (int)array_update(map, key, value, flags);
}

static int percpu_array_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *from = array_lookup(map, key);

	if (!from)
		return -ENOENT;
	value_copy_user_percpu(map, value, from);
	return 0;
}

static int percpu_array_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	if (flags > BPF_EXIST)
		return -EINVAL;
	if (map_index(key) >= map->max_entries)
		return -E2BIG;
	if (flags == BPF_NOEXIST)
		return -EEXIST;
	value_copy_user_percpu(map, array_lookup(map, key), value);
	return 0;
}

static long array_for_each(struct map *map, map_visit_fn visit, void *ctx)
{
	struct array *array = array_of(map);
	u32 index, key;

	for (index = 0; index < map->max_entries; index++) {
		/* A copy: the callback may write to its key. */
		key = index;
		if (visit(ctx, map, &key, array->values + array->stride * index))
			return (long)index + 1;
	}
	return map->max_entries;
}

void *map_direct_value(struct map *map, u32 offset)
{
	if (map->type != BPF_MAP_TYPE_ARRAY || map->max_entries != 1 || offset >= map->value_size)
		return NULL;
	return array_of(map)->values + offset;
}

const struct map_ops array_ops = {
	.type = BPF_MAP_TYPE_ARRAY,
	.check = array_check,
	.alloc = array_alloc,
	.free = array_free,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.for_each = array_for_each,
	.next_key = array_next_key,
	.copy_out = array_copy_out,
	.copy_in = array_copy_in,
};

const struct map_ops percpu_array_ops = {
	.type = BPF_MAP_TYPE_PERCPU_ARRAY,
	.check = percpu_array_check,
	.alloc = percpu_array_alloc,
	.free = percpu_array_free,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.for_each = array_for_each,
	.next_key = array_next_key,
	.copy_out = percpu_array_copy_out,
	.copy_in = percpu_array_copy_in,
};
