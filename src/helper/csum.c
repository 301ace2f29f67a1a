/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csum.c - mending the checksums of a packet after a change, RFC 1624.
 *
 * A program names the check's place and what changed: two words of 2 or 4 bytes, or (size 0) the
 * difference that bpf_csum_diff computed. Words and differences are in network order.
 */
#include "skb/csum.h"

#include <errno.h>
#include <string.h>

#include "helper/helper.h"

/* The flags' lowest bits: the size of the words. */
#define FIELD_SIZE(flags) ((flags)&BPF_F_HDR_FIELD_MASK)

#ifndef BPF_F_IPV6
#define BPF_F_IPV6 (1ull << 7) /* since Linux 6.16 */
#endif

#define MANGLED_0 0xffff /* what a check of 0 is sent as where 0 means "none", as in UDP */

/* Where the check is, made writable; NULL: not in the packet, at an odd or impossible offset. */
static u8 *check_at(struct skb *skb, u32 offset)
{
	if (unlikely(offset > 0xffff || offset & 1))
		return NULL;
	return skb_writable(skb, offset, 2);
}

static u16 check_get(const u8 *at)
{
	u16 check;

	memcpy(&check, at, 2);
	return check;
}

static void check_put(u8 *at, u16 check)
{
	memcpy(at, &check, 2);
}

/* bpf_l3_csum_replace(skb, offset, from, to, size): 0, -EINVAL (flags, size) or -EFAULT. */
u64 helper_l3_csum_replace(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 from = r3, to = r4, flags = r5;
	u16 check;
	u8 *at;

	if (unlikely(flags & ~(u64)BPF_F_HDR_FIELD_MASK))
		return (u64)-EINVAL;
	at = check_at(run->skb, (u32)r2);
	if (unlikely(!at))
		return (u64)-EFAULT;
	check = check_get(at);
	switch (FIELD_SIZE(flags)) {
	case 0:
		if (unlikely(from))
			return (u64)-EINVAL;
		check = csum_replace_by_diff(check, (u32)to);
		break;
	case 2:
		check = csum_replace2(check, (be16)from, (be16)to);
		break;
	case 4:
		check = csum_replace4(check, (be32)from, (be32)to);
		break;
	default:
		return (u64)-EINVAL;
	}
	check_put(at, check);
	return 0;
}

/*
 * The check of a transport header after @from became @to. A change of the pseudo header does not
 * change what a device sums over, so there CHECKSUM_COMPLETE has to follow by itself; and a
 * check still to be completed (CHECKSUM_PARTIAL) holds the uncomplemented sum of the pseudo
 * header and nothing else. Mirrors inet_proto_csum_replace4.
 */
static u16 replace4(struct skb *skb, u16 check, be32 from, be32 to, bool pseudo)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (!pseudo)
			return check;
		return (u16)~csum_fold(csum_add(csum_sub(check, from), to));
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE && pseudo)
		skb->csum = ~csum_add(csum_sub(~skb->csum, from), to);
	return csum_replace4(check, from, to);
}

/* The same for a difference. With @ipv6 no IP header's check absorbed the change already, so the
 * whole sum has not changed. Mirrors inet_proto_csum_replace_by_diff. */
static u16 replace_by_diff(struct skb *skb, u16 check, u32 diff, bool pseudo, bool ipv6)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		if (!pseudo)
			return check;
		return (u16)~csum_fold(csum_add(diff, check));
	}
	if (skb->ip_summed == CHECKSUM_COMPLETE && pseudo && !ipv6)
		skb->csum = ~csum_sub(diff, skb->csum);
	return csum_replace_by_diff(check, diff);
}

/*
 * bpf_l4_csum_replace(skb, offset, from, to, flags | size): 0, -EINVAL or -EFAULT.
 * BPF_F_MARK_MANGLED_0: a check of 0 means there is none and stays (but see BPF_F_MARK_ENFORCE),
 * and one that becomes 0 is stored as 0xffff.
 */
u64 helper_l4_csum_replace(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 from = r3, to = r4, flags = r5;
	bool pseudo = flags & BPF_F_PSEUDO_HDR, mangle = flags & BPF_F_MARK_MANGLED_0;
	struct skb *skb = run->skb;
	u16 check;
	u8 *at;

	if (unlikely(flags & ~(u64)(BPF_F_MARK_MANGLED_0 | BPF_F_MARK_ENFORCE | BPF_F_PSEUDO_HDR |
				    BPF_F_HDR_FIELD_MASK | BPF_F_IPV6)))
		return (u64)-EINVAL;
	at = check_at(skb, (u32)r2);
	if (unlikely(!at))
		return (u64)-EFAULT;
	check = check_get(at);
	if (mangle && !(flags & BPF_F_MARK_ENFORCE) && !check)
		return 0;
	switch (FIELD_SIZE(flags)) {
	case 0:
		if (unlikely(from))
			return (u64)-EINVAL;
		check = replace_by_diff(skb, check, (u32)to, pseudo, flags & BPF_F_IPV6);
		break;
	case 2:
		check = replace4(skb, check, (be16)from, (be16)to, pseudo);
		break;
	case 4:
		check = replace4(skb, check, (be32)from, (be32)to, pseudo);
		break;
	default:
		return (u64)-EINVAL;
	}
	check_put(at, mangle && !check ? MANGLED_0 : check);
	return 0;
}

/*
 * bpf_csum_diff(from, from_size, to, to_size, seed): the seed without the sum of @from, with that
 * of @to; folded to 16 bits, not complemented. Any sizes, either may be 0.
 */
u64 helper_csum_diff(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const void *from = (const void *)(uintptr_t)r1, *to = (const void *)(uintptr_t)r3;
	u32 from_size = (u32)r2, to_size = (u32)r4, sum = (u32)r5;

	if (from_size && to_size)
		sum = csum_sub(csum_partial(to, to_size, sum), csum_partial(from, from_size, 0));
	else if (to_size)
		sum = csum_partial(to, to_size, sum);
	else if (from_size)
		sum = ~csum_partial(from, from_size, ~sum);
	return csum_fold16(sum);
}
