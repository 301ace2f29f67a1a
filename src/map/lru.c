/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lru.c - LRU_HASH and LRU_PERCPU_HASH: hash tables in which there is always room for one more.
 *
 * An insertion never fails for want of room: elements that were not looked up lately go. Who goes
 * is lru_list.h's affair. A program's lookup counts as a use, user space's does not. As on Linux
 * a place is taken before the table is searched, so even an update of a key that is there can
 * push out another one. Mirrors the htab_lru_ functions of kernel/bpf/hashtab.c.
 */
#include <stdlib.h>

#include "map/htab.h"
#include "map/lru_list.h"
#include "map/ops.h"
#include "map/value.h"

struct lru_map {
	struct htab htab;
	struct lru_list list;
};

static struct lru_list *list_of(struct map *map)
{
	return &container_of(htab_of(map), struct lru_map, htab)->list;
}

static struct map *lru_alloc(const struct map_spec *spec)
{
	struct lru_map *lru = map_new(sizeof(*lru));

	if (!lru)
		return NULL;
	if (htab_init(&lru->htab, spec, ALIGN_UP(spec->value_size, 8), 0)) {
		free(lru);
		return NULL;
	}
	lru_init(&lru->list, &lru->htab, spec->max_entries, !(spec->flags & BPF_F_NO_COMMON_LRU));
	return &lru->htab.map;
}

static void lru_free(struct map *map)
{
	struct lru_map *lru = container_of(htab_of(map), struct lru_map, htab);

	htab_destroy(&lru->htab);
	free(lru);
}

static void *lru_lookup(struct map *map, const void *key)
{
	struct hash_elem *elem = htab_find(htab_of(map), key);

	if (!elem)
		return NULL;
	if (!elem->ref)
		elem->ref = 1;
	return htab_value(htab_of(map), elem);
}

static long lru_update(struct map *map, const void *key, const void *value, u64 flags)
{
	struct htab *htab = htab_of(map);
	struct hash_elem **link, *old, *elem;
	u32 hash;
	int rc;

	if (unlikely(flags > BPF_EXIST))
		return -EINVAL;
	hash = htab_hash(map, key);
	elem = lru_take(list_of(map), hash);
	if (unlikely(!elem))
		return -ENOMEM;
	value_bytes(elem->key, key, map->key_size);
	value_copy(map, htab_value(htab, elem), value);
	link = htab_link(htab, key, hash);
	old = *link;
	rc = htab_check_exists(old, flags);
	if (unlikely(rc)) {
		lru_give(list_of(map), elem);
		return rc;
	}
	if (old) {
		*link = old->next;
		htab->count--;
		elem->ref = 1;
		lru_give(list_of(map), old);
	}
	htab_insert(htab, elem);
	return 0;
}

static long lru_remove(struct map *map, const void *key)
{
	struct htab *htab = htab_of(map);
	struct hash_elem **link = htab_link(htab, key, htab_hash(map, key));
	struct hash_elem *elem = *link;

	if (!elem)
		return -ENOENT;
	*link = elem->next;
	htab->count--;
	lru_give(list_of(map), elem);
	return 0;
}

static int lru_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	struct hash_elem *elem = htab_find(htab_of(map), key);

	if (!elem)
		return -ENOENT;
	value_copy_out(map, value, htab_value(htab_of(map), elem));
	return 0;
}

static int lru_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	return (int)lru_update(map, key, value, flags);
}

/* The value of @key, made if need be, for an update with @flags to write to. */
static int percpu_place(struct map *map, const void *key, u64 flags, void **value)
{
	struct htab *htab = htab_of(map);
	struct hash_elem *elem = NULL, *old;
	u32 hash;
	int rc;

	if (unlikely(flags > BPF_EXIST))
		return -EINVAL;
	hash = htab_hash(map, key);
	if (flags != BPF_EXIST) {
		elem = lru_take(list_of(map), hash);
		if (unlikely(!elem))
			return -ENOMEM;
	}
	old = *htab_link(htab, key, hash);
	rc = htab_check_exists(old, flags);
	if (rc || old) {
		if (elem)
			lru_give(list_of(map), elem);
		if (rc)
			return rc;
		old->ref = 1;
		*value = htab_value(htab, old);
		return 0;
	}
	value_bytes(elem->key, key, map->key_size);
	htab_insert(htab, elem);
	*value = htab_value(htab, elem);
	return 0;
}

static long lru_percpu_update(struct map *map, const void *key, const void *value, u64 flags)
{
	void *to;
	int rc = percpu_place(map, key, flags, &to);

	if (unlikely(rc))
		return rc;
	value_copy(map, to, value);
	return 0;
}

static int lru_percpu_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	void *to;
	int rc = percpu_place(map, key, flags, &to);

	if (rc)
		return rc;
	value_copy_user_percpu(map, to, value);
	return 0;
}

static int lru_percpu_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	struct hash_elem *elem = htab_find(htab_of(map), key);

	if (!elem)
		return -ENOENT;
	value_copy_user_percpu(map, value, htab_value(htab_of(map), elem));
	return 0;
}

const struct map_ops lru_hash_ops = {
	.type = BPF_MAP_TYPE_LRU_HASH,
	.check = htab_check,
	.alloc = lru_alloc,
	.free = lru_free,
	.lookup = lru_lookup,
	.update = lru_update,
	.remove = lru_remove,
	.for_each = htab_for_each,
	.next_key = htab_next_key,
	.copy_out = lru_copy_out,
	.copy_in = lru_copy_in,
};

const struct map_ops lru_percpu_hash_ops = {
	.type = BPF_MAP_TYPE_LRU_PERCPU_HASH,
	.check = htab_check,
	.alloc = lru_alloc,
	.free = lru_free,
	.lookup = lru_lookup,
	.update = lru_percpu_update,
	.remove = lru_remove,
	.for_each = htab_for_each,
	.next_key = htab_next_key,
	.copy_out = lru_percpu_copy_out,
	.copy_in = lru_percpu_copy_in,
};
