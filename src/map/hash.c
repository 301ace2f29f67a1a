/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.c - HASH and PERCPU_HASH.
 *
 * A HASH replaces a value by a new element at the head of its bucket: a program that holds a
 * pointer to the old value goes on seeing the old bytes until the element is used again. A
 * PERCPU_HASH overwrites in place. When preallocated (the default), the element a value replaced
 * is kept aside for the next replacement; with BPF_F_NO_PREALLOC it is the next one to be
 * inserted. Mirrors kernel/bpf/hashtab.c.
 */
#include <stdlib.h>

#include "map/htab.h"
#include "map/ops.h"
#include "map/value.h"

static struct map *hash_alloc(const struct map_spec *spec)
{
	struct htab *htab = map_new(sizeof(*htab));

	if (!htab)
		return NULL;
	/* One spare: the new element of a replacement is made before the old one goes. */
	if (htab_init(htab, spec, spec->value_size, 1)) {
		free(htab);
		return NULL;
	}
	if (!(spec->flags & BPF_F_NO_PREALLOC))
		htab->extra = pool_take(&htab->pool);
	return &htab->map;
}

static void hash_free(struct map *map)
{
	htab_destroy(htab_of(map));
	free(htab_of(map));
}

static void *hash_lookup(struct map *map, const void *key)
{
	struct hash_elem *elem = htab_find(htab_of(map), key);

	return elem ? htab_value(htab_of(map), elem) : NULL;
}

/* An element for a new key, or -E2BIG or -ENOMEM. */
static int take_new(struct htab *htab, struct hash_elem **elem)
{
	if (unlikely(htab->count >= htab->full))
		return -E2BIG;
	*elem = pool_take(&htab->pool);
	return likely(*elem) ? 0 : -ENOMEM;
}

/* An element to take the place of @old, which is free after this. */
static struct hash_elem *take_for(struct htab *htab, struct hash_elem *old)
{
	struct hash_elem *elem = htab->extra;

	if (elem) {
		htab->extra = old;
		return elem;
	}
	elem = pool_take(&htab->pool);
	if (elem)
		pool_give(&htab->pool, old);
	return elem;
}

static long hash_update(struct map *map, const void *key, const void *value, u64 flags)
{
	struct htab *htab = htab_of(map);
	struct hash_elem **link, *old, *elem;
	u32 hash;
	int rc;

	if (unlikely((flags & ~(u64)BPF_F_LOCK) > BPF_EXIST))
		return -EINVAL;
	if (unlikely((flags & BPF_F_LOCK) && map->spin_lock_off < 0))
		return -EINVAL;
	hash = htab_hash(map, key);
	link = htab_link(htab, key, hash);
	old = *link;
	rc = htab_check_exists(old, flags);
	if (unlikely(rc))
		return rc;
	if (unlikely(old && (flags & BPF_F_LOCK))) {
		value_copy(map, htab_value(htab, old), value);
		return 0;
	}
	if (old) {
		elem = take_for(htab, old);
		if (unlikely(!elem))
			return -ENOMEM;
		*link = old->next;
		htab->count--;
	} else {
		rc = take_new(htab, &elem);
		if (unlikely(rc))
			return rc;
	}
	value_bytes(elem->key, key, map->key_size);
	value_copy(map, htab_value(htab, elem), value);
	elem->hash = hash;
	htab_insert(htab, elem);
	return 0;
}

static long hash_remove(struct map *map, const void *key)
{
	struct htab *htab = htab_of(map);
	struct hash_elem **link = htab_link(htab, key, htab_hash(map, key));
	struct hash_elem *elem = *link;

	if (!elem)
		return -ENOENT;
	*link = elem->next;
	htab->count--;
	pool_give(&htab->pool, elem);
	return 0;
}

static int hash_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *from = hash_lookup(map, key);

	if (!from)
		return -ENOENT;
	value_copy_out(map, value, from);
	return 0;
}

static int hash_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	return (int)hash_update(map, key, value, flags);
}

static struct map *percpu_hash_alloc(const struct map_spec *spec)
{
	struct htab *htab = map_new(sizeof(*htab));

	if (!htab)
		return NULL;
	if (htab_init(htab, spec, ALIGN_UP(spec->value_size, 8), 0)) {
		free(htab);
		return NULL;
	}
	return &htab->map;
}

/* The value of @key, made if need be, for an update with @flags to write to. */
static int percpu_place(struct map *map, const void *key, u64 flags, void **value)
{
	struct htab *htab = htab_of(map);
	struct hash_elem *elem;
	u32 hash;
	int rc;

	if (unlikely(flags > BPF_EXIST))
		return -EINVAL;
	hash = htab_hash(map, key);
	elem = *htab_link(htab, key, hash);
	rc = htab_check_exists(elem, flags);
	if (unlikely(rc))
		return rc;
	if (!elem) {
		rc = take_new(htab, &elem);
		if (unlikely(rc))
			return rc;
		value_bytes(elem->key, key, map->key_size);
		elem->hash = hash;
		htab_insert(htab, elem);
	}
	*value = htab_value(htab, elem);
	return 0;
}

static long percpu_hash_update(struct map *map, const void *key, const void *value, u64 flags)
{
	void *to;
	int rc = percpu_place(map, key, flags, &to);

	if (unlikely(rc))
		return rc;
	value_copy(map, to, value);
	return 0;
}

static int percpu_hash_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	void *to;
	int rc = percpu_place(map, key, flags, &to);

	if (rc)
		return rc;
	value_copy_user_percpu(map, to, value);
	return 0;
}

static int percpu_hash_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *from = hash_lookup(map, key);

	if (!from)
		return -ENOENT;
	value_copy_user_percpu(map, value, from);
	return 0;
}

const struct map_ops hash_ops = {
	.type = BPF_MAP_TYPE_HASH,
	.check = htab_check,
	.alloc = hash_alloc,
	.free = hash_free,
	.lookup = hash_lookup,
	.update = hash_update,
	.remove = hash_remove,
	.for_each = htab_for_each,
	.next_key = htab_next_key,
	.copy_out = hash_copy_out,
	.copy_in = hash_copy_in,
};

const struct map_ops percpu_hash_ops = {
	.type = BPF_MAP_TYPE_PERCPU_HASH,
	.check = htab_check,
	.alloc = percpu_hash_alloc,
	.free = hash_free,
	.lookup = hash_lookup,
	.update = percpu_hash_update,
	.remove = hash_remove,
	.for_each = htab_for_each,
	.next_key = htab_next_key,
	.copy_out = percpu_hash_copy_out,
	.copy_in = percpu_hash_copy_in,
};
