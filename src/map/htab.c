/* SPDX-License-Identifier: BSD-2-Clause */
/* htab.c - making and walking the hash table; what is done to one element is in htab.h. */
#include "map/htab.h"

#include <stdlib.h>

#include "map/ops.h"

#define HTAB_FLAGS                                                                                 \
	(BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE | BPF_F_ZERO_SEED |             \
	 MAP_ACCESS_FLAGS)

/* What the kernel's element and bucket take, where its limits depend on it. */
#define KERNEL_ELEM_SIZE   48u
#define KERNEL_BUCKETS_MAX (UINT32_MAX / 16)

static bool is_lru(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

/* The smallest power of two that is not below @n, 1 <= n. */
static u64 power_of_two_from(u32 n)
{
	return n == 1 ? 1 : 1ull << (32 - __builtin_clz(n - 1));
}

int htab_check(const struct map_spec *spec, struct error *err)
{
	int rc = map_check_flags(spec, HTAB_FLAGS, err);

	if (rc)
		return rc;
	if (!is_lru(spec->type) && (spec->flags & BPF_F_NO_COMMON_LRU))
		return error_set(err, -EINVAL, "BPF_F_NO_COMMON_LRU is for LRU maps");
	if (is_lru(spec->type) && (spec->flags & BPF_F_NO_PREALLOC))
		return error_set(err, -ENOTSUPP, "an LRU map cannot have BPF_F_NO_PREALLOC");
	if (map_numa_asked(spec) && (is_percpu(spec->type) || (spec->flags & BPF_F_NO_COMMON_LRU)))
		return error_set(err, -EINVAL, "a per-CPU map takes no NUMA node");
	if (spec->max_entries == 0)
		return error_set(err, -EINVAL, "max_entries is 0");
	if (spec->key_size == 0)
		return error_set(err, -EINVAL, "key_size is 0");
	if (spec->value_size == 0)
		return error_set(err, -EINVAL, "value_size is 0");
	if ((u64)spec->key_size + spec->value_size >= MAP_KMALLOC_MAX - KERNEL_ELEM_SIZE)
		return error_set(err, -E2BIG, "key and value of %llu bytes are too large",
				 (unsigned long long)spec->key_size + spec->value_size);
	if (is_percpu(spec->type) && ALIGN_UP(spec->value_size, 8) > MAP_PERCPU_MAX)
		return error_set(err, -E2BIG, "value_size %u of a per-CPU map is above %u",
				 spec->value_size, MAP_PERCPU_MAX);
	if (spec->max_entries > 1u << 31 ||
	    power_of_two_from(spec->max_entries) > KERNEL_BUCKETS_MAX)
		return error_set(err, -E2BIG, "max_entries %u is too large", spec->max_entries);
	return 0;
}

int htab_init(struct htab *htab, const struct map_spec *spec, u32 value_bytes, u32 spare)
{
	u32 link = offsetof(struct hash_elem, free);
	u64 buckets = power_of_two_from(spec->max_entries);
	u64 elem_bytes;

	htab->mask = (u32)(buckets - 1);
	htab->value_off = ALIGN_UP(spec->key_size, 8);
	htab->full = spec->max_entries;
	elem_bytes = sizeof(struct hash_elem) + htab->value_off + value_bytes;
	if (spec->flags & BPF_F_NO_PREALLOC)
		pool_init_growing(&htab->pool, elem_bytes, link);
	else if (pool_init(&htab->pool, elem_bytes, (u64)spec->max_entries + spare, link))
		return -ENOMEM;
	htab->buckets = area_alloc(buckets * sizeof(*htab->buckets));
	if (!htab->buckets) {
		pool_destroy(&htab->pool);
		return -ENOMEM;
	}
	return 0;
}

void htab_destroy(struct htab *htab)
{
	area_free(htab->buckets, ((u64)htab->mask + 1) * sizeof(*htab->buckets));
	pool_destroy(&htab->pool);
}

bool htab_unlink(struct htab *htab, struct hash_elem *elem)
{
	struct hash_elem **link = &htab->buckets[elem->hash & htab->mask];

	while (*link && *link != elem)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = elem->next;
	htab->count--;
	return true;
}

/* In the order of the buckets; an unknown key starts again, as on Linux. */
int htab_next_key(struct map *map, const void *key, void *next)
{
	struct htab *htab = htab_of(map);
	struct hash_elem *elem = key ? htab_find(htab, key) : NULL;
	u64 bucket = 0;

	if (elem) {
		bucket = (u64)(elem->hash & htab->mask) + 1;
		elem = elem->next;
	}
	for (; !elem; bucket++) {
		if (bucket > htab->mask)
			return -ENOENT;
		elem = htab->buckets[bucket];
	}
	memcpy(next, elem->key, map->key_size);
	return 0;
}

/*
 * The callback may delete any element, and insert: elements it stands on keep their link, and one
 * that was reused leads into another bucket, so some may be met twice and some not at all, as on
 * Linux. There such a walk may also never end; here it does, at a number of visits that no walk
 * reaches whose callback inserts as much as it deletes.
 */
long htab_for_each(struct map *map, map_visit_fn visit, void *ctx)
{
	struct htab *htab = htab_of(map);
	u64 visits_max = 64ull * map->max_entries + 1024;
	struct hash_elem *elem, *next;
	u64 visits = 0;

	for (u64 bucket = 0; bucket <= htab->mask; bucket++) {
		for (elem = htab->buckets[bucket]; elem; elem = next) {
			next = elem->next;
			visits++;
			if (visit(ctx, map, elem->key, htab_value(htab, elem)))
				return (long)visits;
			if (visits == visits_max)
				return (long)visits;
		}
	}
	return (long)visits;
}
