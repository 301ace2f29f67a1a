/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csum.h - the Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * A "sum" is a 32-bit ones' complement sum in network byte order as the kernel's __wsum; a
 * "check" is what stands in a header: the folded, complemented sum.
 */
#ifndef SKIFF_SKB_CSUM_H
#define SKIFF_SKB_CSUM_H

#include "base/types.h"

/* The sum of @len bytes, added to @sum. Mirrors csum_partial. */
u32 csum_partial(const void *bytes, u32 len, u32 sum);

static inline u32 csum_add(u32 a, u32 b)
{
	u32 sum = a + b;

	return sum + (sum < b);
}

static inline u32 csum_sub(u32 a, u32 b)
{
	return csum_add(a, ~b);
}

/* 32 bits to 16, not complemented. */
static inline u16 csum_fold16(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)sum;
}

/* The check of a sum: folded and complemented. Mirrors csum_fold. */
static inline u16 csum_fold(u32 sum)
{
	return (u16)~csum_fold16(sum);
}

/* @sum as it counts when its bytes start at an odd or even @offset. Mirrors csum_shift. */
static inline u32 csum_shift(u32 sum, u32 offset)
{
	return offset & 1 ? (sum >> 8 | sum << 24) : sum;
}

static inline u32 csum_block_add(u32 sum, u32 more, u32 offset)
{
	return csum_add(sum, csum_shift(more, offset));
}

static inline u32 csum_block_sub(u32 sum, u32 less, u32 offset)
{
	return csum_block_add(sum, ~less, offset);
}

/* A check after the 32-bit word @from, which it covers, became @to. RFC 1624, equation 3. */
u16 csum_replace4(u16 check, be32 from, be32 to);
/* The same for a 16-bit word, and for a difference of sums. */
u16 csum_replace2(u16 check, be16 from, be16 to);
u16 csum_replace_by_diff(u16 check, u32 diff);

struct skb;

/*
 * Keep skb->csum true when @len bytes of the packet leave the sum (pull) or enter it (push);
 * @offset is theirs from the sum's start, and only its lowest bit counts. Nothing happens unless
 * ip_summed is CHECKSUM_COMPLETE, but for a pull that passes the start of a CHECKSUM_PARTIAL, which
 * becomes CHECKSUM_NONE: call it when data has moved. Mirror __skb_postpull_rcsum and
 * __skb_postpush_rcsum.
 */
void csum_pulled(struct skb *skb, const void *bytes, u32 len, u32 offset);
void csum_pushed(struct skb *skb, const void *bytes, u32 len, u32 offset);

#endif
