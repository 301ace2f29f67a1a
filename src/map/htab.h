/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * htab.h - the hash table under HASH, PERCPU_HASH, the LRU types and HASH_OF_MAPS.
 *
 * A power of two of buckets, each a list of elements with the newest first. All elements come
 * from one pool that is laid out, but not touched, when the map is made; an update never calls
 * malloc. An element that is taken out keeps its link to the next one, so that a walk that stands
 * on it goes on, and is reused as soon as the next one is asked for: a program that kept a pointer
 * to a deleted value sees it change, as on Linux.
 *
 *      +------+------+-----+------+----------------+------------------+----------+-------
 *      | next | hash | ref | list | free, or chain | key (round_up 8) | value    |
 *      +------+------+-----+------+----------------+------------------+----------+-------
 *                                                   ^ key               ^ key + value_off
 */
#ifndef SKIFF_MAP_HTAB_H
#define SKIFF_MAP_HTAB_H

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "map/area.h"
#include "map/map.h"

/* A place in one of the lists of lru_list.h. */
struct lru_chain {
	struct lru_chain *prev, *next;
};

struct hash_elem {
	struct hash_elem *next; /* in its bucket */
	u32 hash;
	u8 ref;	 /* LRU: looked up since it was last considered */
	u8 list; /* LRU: enum lru_list_id */
	union {
		void *free;		/* in the pool */
		struct lru_chain chain; /* LRU: in its list */
	};
	u8 key[];
};
_Static_assert(sizeof(struct hash_elem) == 32, "a key starts at a multiple of 8");
_Static_assert(sizeof(struct hash_elem) == offsetof(struct hash_elem, key), "no padding");

struct htab {
	struct map map;
	struct hash_elem **buckets;
	u32 mask;      /* number of buckets - 1 */
	u32 value_off; /* from the key to the value */
	u32 count;     /* elements in the table */
	u32 full;      /* as many as there may be */
	struct pool pool;
	struct hash_elem *extra; /* preallocated: what the next replacement of a value goes to */
};

static inline struct htab *htab_of(struct map *map)
{
	return container_of(map, struct htab, map);
}

/* What every hash-like type checks of @spec, as htab_map_alloc_check and htab_map_alloc do. */
int htab_check(const struct map_spec *spec, struct error *err);

/*
 * Buckets and a pool for @spec in @htab: max_entries elements whose value takes @value_bytes, and
 * @spare more. 0 or -ENOMEM. On failure nothing is held.
 */
int htab_init(struct htab *htab, const struct map_spec *spec, u32 value_bytes, u32 spare);
void htab_destroy(struct htab *htab);

int htab_next_key(struct map *map, const void *key, void *next);
long htab_for_each(struct map *map, map_visit_fn visit, void *ctx);

/* Unlinks @elem from its bucket; false when it is not in the table. */
bool htab_unlink(struct htab *htab, struct hash_elem *elem);

/* hash_bytes in one step, for a key of one word: no call, and no bytes to gather. */
static inline u32 htab_hash_word(u64 word, u32 seed)
{
	u64 salted = word ^ seed ^ 0x9e3779b97f4a7c15ull;
	unsigned __int128 product = (unsigned __int128)salted * 0xd6e8feb86659fd93ull;
	u64 folded = (u64)product ^ (u64)(product >> 64);

	return (u32)(folded ^ folded >> 32);
}

static inline u32 htab_hash(const struct map *map, const void *key)
{
	u64 word;
	u32 half;

	switch (map->key_size) {
	case 4:
		memcpy(&half, key, 4);
		return htab_hash_word(half, map->seed);
	case 8:
		memcpy(&word, key, 8);
		return htab_hash_word(word, map->seed);
	}
	return hash_bytes(key, map->key_size, map->seed);
}

static inline void *htab_value(const struct htab *htab, struct hash_elem *elem)
{
	return elem->key + htab->value_off;
}

static inline bool htab_key_equal(const u8 *a, const u8 *b, u32 len)
{
	u64 x, y;
	u32 p, q;

	for (; len >= 8; len -= 8, a += 8, b += 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		if (x != y)
			return false;
	}
	if (len >= 4) {
		memcpy(&p, a, 4);
		memcpy(&q, b, 4);
		if (p != q)
			return false;
		len -= 4;
		a += 4;
		b += 4;
	}
	for (; len; len--) {
		if (*a++ != *b++)
			return false;
	}
	return true;
}

/* Where the link to the element of this key is, or the end of its bucket (*link is NULL). */
static inline struct hash_elem **htab_link(struct htab *htab, const void *key, u32 hash)
{
	struct hash_elem **link = &htab->buckets[hash & htab->mask];
	struct hash_elem *elem;

	for (; (elem = *link); link = &elem->next) {
		if (elem->hash == hash && htab_key_equal(elem->key, key, htab->map.key_size))
			break;
	}
	return link;
}

static inline struct hash_elem *htab_find(struct htab *htab, const void *key)
{
	return *htab_link(htab, key, htab_hash(&htab->map, key));
}

/* @elem, whose key and hash are set, becomes the first of its bucket. */
static inline void htab_insert(struct htab *htab, struct hash_elem *elem)
{
	struct hash_elem **bucket = &htab->buckets[elem->hash & htab->mask];

	elem->next = *bucket;
	*bucket = elem;
	htab->count++;
}

/* -EEXIST or -ENOENT when BPF_NOEXIST or BPF_EXIST says that there is to be no update. */
static inline int htab_check_exists(const struct hash_elem *old, u64 flags)
{
	flags &= ~(u64)BPF_F_LOCK;
	if (unlikely(old && flags == BPF_NOEXIST))
		return -EEXIST;
	if (unlikely(!old && flags == BPF_EXIST))
		return -ENOENT;
	return 0;
}

#endif
