/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skb.c - one packet: birth, clone, death, the gate to writing, and moving its borders. Bytes
 * are only ever written here and through the pointer that skb_writable returns.
 */
#include "skb/skb.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "skb/pool.h"

/* Let the context point into @buf, with data at @offset from its first byte. */
static void place(struct skb *skb, struct skb_buf *buf, u32 offset)
{
	u32 linear = skb_headlen(skb);
	u32 meta = skb->ctx.data - skb->ctx.data_meta;

	skb->buf = buf;
	skb->ctx.data = (u32)(uintptr_t)buf->bytes + offset;
	skb->ctx.data_end = skb->ctx.data + linear;
	skb->ctx.data_meta = skb->ctx.data - meta;
}

struct skb *skb_alloc(struct skb_pool *pool, u32 len)
{
	struct skb *skb;

	if (len > SKB_LEN_MAX || pool_fault(pool))
		return NULL;
	skb = pool_skb_get(pool);
	if (!skb)
		return NULL;
	memset(skb, 0, sizeof(*skb));
	skb->buf = pool_buf_get(pool, SKB_HEADROOM + len);
	if (!skb->buf) {
		pool_skb_put(pool, skb);
		return NULL;
	}
	skb->pool = pool;
	skb->id = pool_next_id(pool);
	skb->mac_header = skb->network_header = skb->transport_header = SKB_HEADER_UNSET;
	place(skb, skb->buf, SKB_HEADROOM);
	skb_set_len(skb, len);
	pool_unpoison(skb_data(skb), len);
	return skb;
}

struct skb *skb_clone(const struct skb *skb)
{
	struct skb *clone;

	if (pool_fault(skb->pool))
		return NULL;
	clone = pool_skb_get(skb->pool);
	if (!clone)
		return NULL;
	*clone = *skb;
	clone->buf->refs++;
	clone->next = NULL;
	clone->parent = skb->id;
	clone->id = pool_next_id(skb->pool);
	return clone;
}

void skb_free(struct skb *skb)
{
	if (!skb)
		return;
	pool_buf_put(skb->pool, skb->buf);
	pool_skb_put(skb->pool, skb);
}

/* Bytes in front of data that still mean something: metadata, headers that were pulled. */
static u32 kept_in_front(const struct skb *skb)
{
	u32 kept = skb->ctx.data - skb->ctx.data_meta;
	u32 at = skb_data_offset(skb);

	if (skb->mac_header < at)
		kept = max(kept, at - skb->mac_header);
	if (skb->network_header < at)
		kept = max(kept, at - skb->network_header);
	return kept;
}

/* Move to @to, whose data will be at @offset, and give up the old buffer. */
static void move(struct skb *skb, struct skb_buf *to, u32 offset)
{
	struct skb_buf *from = skb->buf;
	u32 front = kept_in_front(skb);

	pool_unpoison(to->bytes + offset - front, front + skb->ctx.len);
	memcpy(to->bytes + offset - front, skb_data(skb) - front, front + skb->ctx.len);
	pool_count_copy(skb->pool, front + skb->ctx.len);
	place(skb, to, offset);
	pool_buf_put(skb->pool, from);
}

struct skb_buf *skb_copy_prepare(struct skb *skb)
{
	if (pool_fault(skb->pool))
		return NULL;
	return pool_buf_get(skb->pool, skb->buf->size);
}

void skb_copy_commit(struct skb *skb, struct skb_buf *spare)
{
	if (skb_shared(skb))
		move(skb, spare, skb_data_offset(skb));
	else
		pool_buf_put(skb->pool, spare);
}

void skb_copy_cancel(struct skb *skb, struct skb_buf *spare)
{
	pool_buf_put(skb->pool, spare);
}

int skb_unshare(struct skb *skb)
{
	struct skb_buf *spare;

	if (!skb_shared(skb))
		return 0;
	spare = skb_copy_prepare(skb);
	if (!spare)
		return -ENOMEM;
	skb_copy_commit(skb, spare);
	return 0;
}

int skb_linear(struct skb *skb, u32 len)
{
	if (len <= skb_headlen(skb))
		return 0;
	if (len > skb->ctx.len)
		return -EINVAL;
	skb->ctx.data_end = skb->ctx.data + len;
	return 0;
}

u8 *skb_writable(struct skb *skb, u32 offset, u32 len)
{
	if (offset > skb->ctx.len || len > skb->ctx.len - offset)
		return NULL;
	if (skb_unshare(skb))
		return NULL;
	skb_linear(skb, offset + len);
	return (u8 *)(uintptr_t)skb->ctx.data + offset;
}

int skb_copy_bits(const struct skb *skb, u32 offset, void *to, u32 len)
{
	if (offset > skb->ctx.len || len > skb->ctx.len - offset)
		return -EFAULT;
	memcpy(to, skb_data(skb) + offset, len);
	return 0;
}

void skb_push(struct skb *skb, u32 n)
{
	assert(n <= skb_headroom(skb));
	skb->ctx.data -= n;
	skb->ctx.data_meta = skb->ctx.data;
	skb->ctx.len += n;
	pool_unpoison(skb_data(skb), n);
}

void skb_pull(struct skb *skb, u32 n)
{
	assert(n <= skb->ctx.len);
	skb_linear(skb, n);
	skb->ctx.data += n;
	skb->ctx.data_meta = skb->ctx.data;
	skb->ctx.len -= n;
}

int skb_expand(struct skb *skb, u32 head, u32 tail)
{
	u32 offset = max(head, skb_headroom(skb));
	struct skb_buf *to;
	u32 shift;

	if (!skb_shared(skb) && head <= skb_headroom(skb) && tail <= skb_tailroom(skb))
		return 0;
	if (pool_fault(skb->pool))
		return -ENOMEM;
	to = pool_buf_get(skb->pool, offset + skb->ctx.len + tail);
	if (!to)
		return -ENOMEM;
	shift = offset - skb_headroom(skb);
	move(skb, to, offset);
	if (skb->mac_header != SKB_HEADER_UNSET)
		skb->mac_header += shift;
	if (skb->network_header != SKB_HEADER_UNSET)
		skb->network_header += shift;
	if (skb->transport_header != SKB_HEADER_UNSET)
		skb->transport_header += shift;
	skb->csum_start += shift;
	return 0;
}

void skb_set_len(struct skb *skb, u32 len)
{
	bool linear = skb_headlen(skb) == skb->ctx.len;

	assert(skb_data_offset(skb) + len <= skb->buf->size);
	if (linear || len < skb_headlen(skb))
		skb->ctx.data_end = skb->ctx.data + len;
	if (len > skb->ctx.len)
		pool_unpoison(skb_data(skb) + skb->ctx.len, len - skb->ctx.len);
	skb->ctx.len = len;
}
