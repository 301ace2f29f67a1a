/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skb_bytes.c - a packet's bytes by copy, and making them directly reachable.
 *
 * Offsets and lengths arrive in 64-bit registers and count as 32 bits. A load that cannot be done
 * leaves zeros, so that a program which ignores the error reads nothing of the stack's past.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "helper/helper.h"
#include "skb/csum.h"

static u64 load_nothing(void *to, u32 len)
{
	memset(to, 0, len);
	return (u64)-EFAULT;
}

/* bpf_skb_load_bytes(skb, offset, to, len): 0, or -EFAULT unless all are in the packet. */
u64 helper_skb_load_bytes(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u32 offset = (u32)r2, len = (u32)r4;
	void *to = (void *)(uintptr_t)r3;

	if (unlikely(offset > INT_MAX || skb_copy_bits(run->skb, offset, to, len)))
		return load_nothing(to, len);
	return 0;
}

/*
 * bpf_skb_load_bytes_relative(skb, offset, to, len, start): from the link-layer or the network
 * header on, wherever data is; only what is linear. 0, or -EFAULT also for an unknown start, a
 * link-layer header that never was, and an offset above 0xffff.
 */
u64 helper_skb_load_bytes_relative(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct skb *skb = run->skb;
	u32 offset = (u32)r2, len = (u32)r4, start;
	void *to = (void *)(uintptr_t)r3;
	u64 end = skb_data_offset(skb) + (u64)skb_headlen(skb);

	if (unlikely(offset > 0xffff))
		return load_nothing(to, len);
	if ((u32)r5 == BPF_HDR_START_MAC)
		start = skb->mac_header;
	else if ((u32)r5 == BPF_HDR_START_NET)
		start = skb->network_header;
	else
		return load_nothing(to, len);
	if (unlikely(start == SKB_HEADER_UNSET || (u64)start + offset + len > end))
		return load_nothing(to, len);
	memcpy(to, skb_head(skb) + start + offset, len);
	return 0;
}

static void clear_hash(struct skb *skb)
{
	skb->ctx.hash = 0;
	skb->sw_hash = false;
	skb->l4_hash = false;
}

/*
 * bpf_skb_store_bytes(skb, offset, from, len, flags): 0; -EINVAL for unknown flags; -EFAULT
 * unless all are in the packet and no memory is wanting.
 */
u64 helper_skb_store_bytes(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u32 offset = (u32)r2, len = (u32)r4;
	const void *from = (const void *)(uintptr_t)r3;
	struct skb *skb = run->skb;
	u64 flags = r5;
	u8 *to;

	if (unlikely(flags & ~(u64)(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH)))
		return (u64)-EINVAL;
	if (unlikely(offset > INT_MAX))
		return (u64)-EFAULT;
	to = skb_writable(skb, offset, len);
	if (unlikely(!to))
		return (u64)-EFAULT;
	if (flags & BPF_F_RECOMPUTE_CSUM)
		csum_pulled(skb, to, len, offset);
	memcpy(to, from, len);
	if (flags & BPF_F_RECOMPUTE_CSUM)
		csum_pushed(skb, to, len, offset);
	if (flags & BPF_F_INVALIDATE_HASH)
		clear_hash(skb);
	return 0;
}

/*
 * bpf_skb_pull_data(skb, len): the first @len bytes, or with 0 those that are linear already,
 * can be read and written directly. 0, or -ENOMEM, also when the packet is shorter.
 */
u64 helper_skb_pull_data(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u32 len = (u32)r2 ? (u32)r2 : skb_headlen(run->skb);

	return skb_writable(run->skb, 0, len) ? 0 : (u64)-ENOMEM;
}
