/* SPDX-License-Identifier: BSD-2-Clause */
/* pool.h - where skbs and buffers come from; for the files of this room only. */
#ifndef SKIFF_SKB_POOL_H
#define SKIFF_SKB_POOL_H

#include "skb/skb.h"

/* Each gives NULL when memory has run out or a fault was ordered. */
struct skb *pool_skb_get(struct skb_pool *pool);
void pool_skb_put(struct skb_pool *pool, struct skb *skb);

/* A buffer with at least @size bytes, refs = 1. */
struct skb_buf *pool_buf_get(struct skb_pool *pool, u32 size);
/* Gives up one reference. */
void pool_buf_put(struct skb_pool *pool, struct skb_buf *buf);

/* Count one allocation against the ordered faults: true, it has to fail. */
bool pool_fault(struct skb_pool *pool);
void pool_count_copy(struct skb_pool *pool, u32 bytes);
u64 pool_next_id(struct skb_pool *pool);

/* Tell AddressSanitizer which bytes of a buffer nobody may touch; nothing without it. */
void pool_poison(const void *from, size_t len);
void pool_unpoison(const void *from, size_t len);

#endif
