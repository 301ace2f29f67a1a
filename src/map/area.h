/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * area.h - the memory of maps: zeroed, and backed only once it is touched.
 *
 * An area is what the kernel takes from bpf_map_area_alloc. A large one is mapped without a
 * reservation, so a map of ten million entries costs what its used entries cost. Nothing larger
 * than MAP_MEMORY_MAX is given out: that is the bound on what one map can make of this process.
 *
 * A pool hands out objects of one size from an area and takes them back; the last one given back
 * is the next one taken, as in the kernel's free lists. Its objects stay mapped until the pool
 * goes, so a stale pointer reads another object's bytes, as it does in the kernel, but never
 * faults.
 */
#ifndef SKIFF_MAP_AREA_H
#define SKIFF_MAP_AREA_H

#include "base/types.h"

/* @bytes of zeroes, 8-byte aligned, owned by the caller; NULL: no memory, or too much asked. */
void *area_alloc(u64 bytes);

/* @bytes as it was allocated with. NULL is allowed. */
void area_free(void *area, u64 bytes);

/* A descriptor of at least 3 on @bytes of zeroes that can be mapped shared, or -errno. */
int area_memfd(const char *name, u64 bytes);

struct pool_chunk {
	struct pool_chunk *next;
	u64 bytes; /* of the chunk, this header included */
};

struct pool {
	u64 stride; /* bytes of one object, a multiple of 8 */
	u32 link;   /* offset in a free object of the pointer to the next one */
	bool grows;
	void *free;
	u8 *fresh; /* objects that were never taken start here */
	u64 left;  /* and are so many */
	struct pool_chunk *chunks;
	u64 bytes; /* of all chunks */
};

/*
 * Room for @count objects of @size bytes, and no more than these; 0 or -ENOMEM. @link is the
 * offset in a free object where the pool keeps 8 bytes.
 */
int pool_init(struct pool *pool, u64 size, u64 count, u32 link);
/* Room that grows as objects are taken, up to MAP_MEMORY_MAX. */
void pool_init_growing(struct pool *pool, u64 size, u32 link);
void pool_destroy(struct pool *pool);

/* More fresh objects for a pool that has none left; 0 or -ENOMEM. */
int pool_grow(struct pool *pool);

/* An object with the bytes it had when it was given back (zeroes the first time), or NULL. */
static inline void *pool_take(struct pool *pool)
{
	u8 *object = pool->free;

	if (object) {
		pool->free = *(void **)(object + pool->link);
		return object;
	}
	if (unlikely(!pool->left) && pool_grow(pool))
		return NULL;
	object = pool->fresh;
	pool->fresh += pool->stride;
	pool->left--;
	return object;
}

static inline void pool_give(struct pool *pool, void *object)
{
	*(void **)((u8 *)object + pool->link) = pool->free;
	pool->free = object;
}

#endif
