/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pool.c - free lists of skbs and buffers. Buffers come in classes, powers of two from 512 bytes
 * to 512 KiB, cut from chunks of low memory; skbs are cut from slabs. Nothing goes back to the
 * system before the pool does, so the memory of a world is its high-water mark.
 */
#include "skb/pool.h"

#include <stdlib.h>
#include <string.h>

#include "skb/low.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif
#endif

#define CLASS_MIN_SHIFT 9
#define CLASSES		11 /* 512 bytes << 10 is 512 KiB */
#define SLAB_SKBS	64

_Static_assert((512u << (CLASSES - 1)) <= LOW_CHUNK, "the largest buffer fits in a chunk");
_Static_assert((512u << (CLASSES - 1)) > SKB_HEADROOM + SKB_LEN_MAX + sizeof(struct skb_buf),
	       "the longest packet fits in the largest buffer");

struct slab {
	struct slab *next;
	struct skb skbs[SLAB_SKBS];
};

struct class
{
	struct skb_buf *free; /* linked through their first bytes */
	u8 *fresh;	      /* what is left of the newest chunk */
	u8 *fresh_end;
};

struct skb_pool {
	struct class classes[CLASSES];
	struct skb *free_skbs; /* linked through next */
	struct slab *slabs;
	void **chunks;
	u32 chunk_cnt, chunk_room;
	u64 last_id;
	u64 fault_skip, fault_count;
	struct skb_pool_stats stats;
};

#ifdef ASAN_POISON_MEMORY_REGION
void pool_poison(const void *from, size_t len)
{
	ASAN_POISON_MEMORY_REGION(from, len);
}

void pool_unpoison(const void *from, size_t len)
{
	ASAN_UNPOISON_MEMORY_REGION(from, len);
}
#else
void pool_poison(const void *from, size_t len)
{
}

void pool_unpoison(const void *from, size_t len)
{
}
#endif

struct skb_pool *skb_pool_new(void)
{
	return calloc(1, sizeof(struct skb_pool));
}

void skb_pool_free(struct skb_pool *pool)
{
	struct slab *slab, *next;

	if (!pool)
		return;
	for (u32 i = 0; i < pool->chunk_cnt; i++) {
		pool_unpoison(pool->chunks[i], LOW_CHUNK);
		low_free(pool->chunks[i], 1);
	}
	free(pool->chunks);
	for (slab = pool->slabs; slab; slab = next) {
		next = slab->next;
		free(slab);
	}
	free(pool);
}

void skb_pool_stats(const struct skb_pool *pool, struct skb_pool_stats *stats)
{
	*stats = pool->stats;
}

void skb_pool_fail(struct skb_pool *pool, u64 skip, u64 count)
{
	pool->fault_skip = skip;
	pool->fault_count = count;
}

bool pool_fault(struct skb_pool *pool)
{
	if (likely(!pool->fault_count))
		return false;
	if (pool->fault_skip) {
		pool->fault_skip--;
		return false;
	}
	pool->fault_count--;
	return true;
}

void pool_count_copy(struct skb_pool *pool, u32 bytes)
{
	pool->stats.copies++;
	pool->stats.bytes_copied += bytes;
}

u64 pool_next_id(struct skb_pool *pool)
{
	return ++pool->last_id;
}

static int slab_add(struct skb_pool *pool)
{
	struct slab *slab = malloc(sizeof(*slab));

	if (!slab)
		return -1;
	slab->next = pool->slabs;
	pool->slabs = slab;
	for (u32 i = SLAB_SKBS; i-- > 0;) {
		slab->skbs[i].next = pool->free_skbs;
		pool->free_skbs = &slab->skbs[i];
	}
	return 0;
}

struct skb *pool_skb_get(struct skb_pool *pool)
{
	struct skb *skb;

	if (unlikely(!pool->free_skbs) && slab_add(pool))
		return NULL;
	skb = pool->free_skbs;
	pool->free_skbs = skb->next;
	pool->stats.skbs_live++;
	return skb;
}

void pool_skb_put(struct skb_pool *pool, struct skb *skb)
{
	skb->buf = NULL;
	skb->next = pool->free_skbs;
	pool->free_skbs = skb;
	pool->stats.skbs_live--;
}

static u32 class_of(u32 size)
{
	u32 need = size + (u32)sizeof(struct skb_buf) - 1;

	return need >> CLASS_MIN_SHIFT ? 32u - (u32)__builtin_clz(need >> CLASS_MIN_SHIFT) : 0;
}

static int chunk_add(struct skb_pool *pool, struct class *class)
{
	void *chunk;

	if (pool->chunk_cnt == pool->chunk_room) {
		u32 room = max(16u, pool->chunk_room * 2);
		void **chunks = realloc(pool->chunks, room * sizeof(*chunks));

		if (!chunks)
			return -1;
		pool->chunks = chunks;
		pool->chunk_room = room;
	}
	chunk = low_alloc(1);
	if (!chunk)
		return -1;
	pool->chunks[pool->chunk_cnt++] = chunk;
	class->fresh = chunk;
	class->fresh_end = class->fresh + LOW_CHUNK;
	return 0;
}

static struct skb_buf *class_get(struct skb_pool *pool, struct class *class, u32 size)
{
	struct skb_buf *buf = class->free;

	if (likely(buf)) {
		pool_unpoison(buf->bytes, sizeof(buf));
		memcpy(&class->free, buf->bytes, sizeof(buf));
		pool_poison(buf->bytes, sizeof(buf));
		return buf;
	}
	if (class->fresh == class->fresh_end && chunk_add(pool, class))
		return NULL;
	buf = (struct skb_buf *)class->fresh;
	class->fresh += size;
	pool_poison(buf->bytes, size - sizeof(*buf));
	return buf;
}

struct skb_buf *pool_buf_get(struct skb_pool *pool, u32 size)
{
	u32 index = class_of(size);
	struct skb_buf *buf;

	if (unlikely(index >= CLASSES))
		return NULL;
	buf = class_get(pool, &pool->classes[index], 1u << (CLASS_MIN_SHIFT + index));
	if (unlikely(!buf))
		return NULL;
	buf->refs = 1;
	buf->size = (1u << (CLASS_MIN_SHIFT + index)) - (u32)sizeof(*buf);
	buf->class = index;
	pool->stats.bufs_live++;
	return buf;
}

void pool_buf_put(struct skb_pool *pool, struct skb_buf *buf)
{
	struct class *class = &pool->classes[buf->class];

	if (--buf->refs)
		return;
	pool_unpoison(buf->bytes, sizeof(buf));
	memcpy(buf->bytes, &class->free, sizeof(buf));
	pool_poison(buf->bytes, buf->size);
	class->free = buf;
	pool->stats.bufs_live--;
}
