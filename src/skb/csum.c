/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csum.c - the Internet checksum.
 *
 * Ones' complement addition has two zeros, 0 and all ones, and a sum over bytes is 0 only when
 * every byte is. All functions keep that property, so a folded result is the kernel's, bit for
 * bit, in whatever order and width the words were added.
 */
#include "skb/csum.h"

#include <string.h>

#include "skb/skb.h"

static inline u64 add64(u64 a, u64 b)
{
	u64 sum = a + b;

	return sum + (sum < b);
}

static inline u32 fold64(u64 sum)
{
	return csum_add((u32)sum, (u32)(sum >> 32));
}

u32 csum_partial(const void *bytes, u32 len, u32 sum)
{
	const u8 *at = bytes;
	u64 even = sum, odd = 0, word, next;
	u32 half;

	/* Two chains of carries, so that one need not wait for the other. */
	for (; len >= 16; len -= 16, at += 16) {
		memcpy(&word, at, 8);
		memcpy(&next, at + 8, 8);
		even = add64(even, word);
		odd = add64(odd, next);
	}
	if (len & 8) {
		memcpy(&word, at, 8);
		even = add64(even, word);
		at += 8;
	}
	if (len & 4) {
		memcpy(&half, at, 4);
		odd = add64(odd, half);
		at += 4;
	}
	if (len & 3) {
		/* What is missing of the last word counts as zeros behind it. */
		half = 0;
		if (len & 2)
			memcpy(&half, at, 2);
		if (len & 1)
			((u8 *)&half)[len & 2] = at[len & 2];
		even = add64(even, half);
	}
	return fold64(add64(even, odd));
}

u16 csum_replace4(u16 check, be32 from, be32 to)
{
	return csum_fold(csum_add(csum_sub(~(u32)check, from), to));
}

static u16 add16(u16 a, u16 b)
{
	u16 sum = (u16)(a + b);

	return (u16)(sum + (sum < b));
}

/* In 16 bits throughout: with all words zero this gives 0xffff where csum_replace4 gives 0. */
u16 csum_replace2(u16 check, be16 from, be16 to)
{
	return (u16)~add16(add16((u16)~check, (u16)~from), to);
}

u16 csum_replace_by_diff(u16 check, u32 diff)
{
	return csum_fold(csum_add(diff, ~(u32)check));
}

void csum_pulled(struct skb *skb, const void *bytes, u32 len, u32 offset)
{
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_block_sub(skb->csum, csum_partial(bytes, len, 0), offset);
	else if (skb->ip_summed == CHECKSUM_PARTIAL && skb->csum_start < skb_data_offset(skb))
		skb->ip_summed = CHECKSUM_NONE;
}

void csum_pushed(struct skb *skb, const void *bytes, u32 len, u32 offset)
{
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_block_add(skb->csum, csum_partial(bytes, len, 0), offset);
}
