/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_in_map.c - ARRAY_OF_MAPS and HASH_OF_MAPS: maps whose values are maps.
 *
 * The outer map is made with a template, and takes only maps of the template's shape, because the
 * verifier has judged programs by it. A program's lookup gives the inner map itself; user space
 * puts maps in by descriptor and reads their ids. Only user space changes an outer map. One level
 * deep, no more. Mirrors kernel/bpf/map_in_map.c.
 */
#include <stdlib.h>

#include "map/htab.h"
#include "map/object_array.h"
#include "map/ops.h"

/* Mirrors bpf_map_meta_alloc. */
static int check_template(const struct map_spec *spec, struct error *err)
{
	const struct map *inner = spec->inner;

	if (!inner)
		return error_set(err, -EBADF, "there is no inner map to take the shape from");
	if (inner->inner.type)
		return error_set(err, -EINVAL, "the inner map holds maps itself");
	if (inner->type == BPF_MAP_TYPE_PROG_ARRAY)
		return error_set(err, -ENOTSUPP, "the inner map cannot be a PROG_ARRAY");
	return 0;
}

static void keep_template(struct map *map, const struct map *inner)
{
	map->inner.type = inner->type;
	map->inner.key_size = inner->key_size;
	map->inner.value_size = inner->value_size;
	map->inner.max_entries = inner->max_entries;
	map->inner.flags = inner->flags;
	map->inner.spin_lock_off = inner->spin_lock_off;
}

/* Mirrors bpf_map_meta_equal and array_map_meta_equal. */
bool map_inner_fits(const struct map *outer, const struct map *inner)
{
	const struct map_meta *meta = &outer->inner;

	if (meta->type != inner->type || meta->key_size != inner->key_size ||
	    meta->value_size != inner->value_size || meta->flags != inner->flags ||
	    meta->spin_lock_off != inner->spin_lock_off)
		return false;
	if (meta->type != BPF_MAP_TYPE_ARRAY || (meta->flags & BPF_F_INNER_MAP))
		return true;
	return meta->max_entries == inner->max_entries;
}

static void inner_put(void *object)
{
	map_put(object);
}

static int check_inner(const struct map *outer, const struct map *inner)
{
	if (!inner)
		return -EBADF;
	return map_inner_fits(outer, inner) ? 0 : -EINVAL;
}

static void write_id(void *value, const struct map *inner)
{
	memcpy(value, &inner->id, sizeof(inner->id));
}

static int array_of_maps_check(const struct map_spec *spec, struct error *err)
{
	int rc = object_array_check(spec, 0, err);

	return rc ? rc : check_template(spec, err);
}

static struct map *array_of_maps_alloc(const struct map_spec *spec)
{
	struct map *map = object_array_alloc(spec);

	if (!map)
		return NULL;
	keep_template(map, spec->inner);
	map->object_put = inner_put;
	return map;
}

static void *array_of_maps_lookup(struct map *map, const void *key)
{
	return object_array_at(map, key);
}

static int array_of_maps_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const struct map *inner = object_array_at(map, key);

	if (!inner)
		return -ENOENT;
	write_id(value, inner);
	return 0;
}

static int array_of_maps_update_object(struct map *map, const void *key, void *object, u64 flags)
{
	int rc = object_array_check_update(map, key, flags);

	if (!rc)
		rc = check_inner(map, object);
	if (rc)
		return rc;
	object_array_put(map, key, object);
	return 0;
}

static int hash_of_maps_check(const struct map_spec *spec, struct error *err)
{
	int rc;

	if (spec->value_size != 4)
		return error_set(err, -EINVAL, "value_size must be 4, not %u", spec->value_size);
	rc = htab_check(spec, err);
	return rc ? rc : check_template(spec, err);
}

static struct map *hash_of_maps_alloc(const struct map_spec *spec)
{
	struct htab *htab = map_new(sizeof(*htab));

	if (!htab)
		return NULL;
	if (htab_init(htab, spec, sizeof(struct map *), 0)) {
		free(htab);
		return NULL;
	}
	keep_template(&htab->map, spec->inner);
	htab->map.object_put = inner_put;
	return &htab->map;
}

static struct map **hash_slot(struct htab *htab, struct hash_elem *elem)
{
	return htab_value(htab, elem);
}

static void hash_of_maps_free(struct map *map)
{
	struct htab *htab = htab_of(map);

	for (u64 bucket = 0; bucket <= htab->mask && htab->count; bucket++) {
		for (struct hash_elem *elem = htab->buckets[bucket]; elem; elem = elem->next) {
			object_drop(map, *hash_slot(htab, elem));
			htab->count--;
		}
	}
	htab_destroy(htab);
	free(htab);
}

static void *hash_of_maps_lookup(struct map *map, const void *key)
{
	struct hash_elem *elem = htab_find(htab_of(map), key);

	return elem ? *hash_slot(htab_of(map), elem) : NULL;
}

static int hash_of_maps_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const struct map *inner = hash_of_maps_lookup(map, key);

	if (!inner)
		return -ENOENT;
	write_id(value, inner);
	return 0;
}

static int hash_of_maps_update_object(struct map *map, const void *key, void *object, u64 flags)
{
	struct htab *htab = htab_of(map);
	struct hash_elem *elem;
	u32 hash;
	int rc;

	rc = check_inner(map, object);
	if (rc)
		return rc;
	if (flags > BPF_EXIST)
		return -EINVAL;
	hash = htab_hash(map, key);
	elem = *htab_link(htab, key, hash);
	rc = htab_check_exists(elem, flags);
	if (rc)
		return rc;
	if (elem) {
		object_drop(map, *hash_slot(htab, elem));
		*hash_slot(htab, elem) = object;
		return 0;
	}
	if (htab->count >= htab->full)
		return -E2BIG;
	elem = pool_take(&htab->pool);
	if (!elem)
		return -ENOMEM;
	memcpy(elem->key, key, map->key_size);
	*hash_slot(htab, elem) = object;
	elem->hash = hash;
	htab_insert(htab, elem);
	return 0;
}

static long hash_of_maps_remove(struct map *map, const void *key)
{
	struct htab *htab = htab_of(map);
	struct hash_elem *elem = htab_find(htab, key);

	if (!elem)
		return -ENOENT;
	htab_unlink(htab, elem);
	object_drop(map, *hash_slot(htab, elem));
	pool_give(&htab->pool, elem);
	return 0;
}

const struct map_ops array_of_maps_ops = {
	.type = BPF_MAP_TYPE_ARRAY_OF_MAPS,
	.check = array_of_maps_check,
	.alloc = array_of_maps_alloc,
	.free = object_array_free,
	.lookup = array_of_maps_lookup,
	.remove = object_array_remove,
	.next_key = object_array_next_key,
	.copy_out = array_of_maps_copy_out,
	.update_object = array_of_maps_update_object,
};

const struct map_ops hash_of_maps_ops = {
	.type = BPF_MAP_TYPE_HASH_OF_MAPS,
	.check = hash_of_maps_check,
	.alloc = hash_of_maps_alloc,
	.free = hash_of_maps_free,
	.lookup = hash_of_maps_lookup,
	.remove = hash_of_maps_remove,
	.next_key = htab_next_key,
	.copy_out = hash_of_maps_copy_out,
	.update_object = hash_of_maps_update_object,
};
