/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hash.c - a multiply-and-fold hash over eight bytes at a time: each word is mixed into a
 * 64-bit state by one 64x64->128 multiplication whose halves are xored together.
 */
#include "base/hash.h"

#include <string.h>

static u64 fold(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

u32 hash_bytes(const void *bytes, size_t len, u32 seed)
{
	const u8 *p = bytes;
	u64 state = seed ^ 0x9e3779b97f4a7c15ull;
	size_t left = len;
	u64 word;

	for (; left >= 8; left -= 8, p += 8) {
		memcpy(&word, p, 8);
		state = fold(state ^ word, 0xd6e8feb86659fd93ull);
	}
	word = 0;
	memcpy(&word, p, left);
	state = fold(state ^ word, 0xa0761d6478bd642full ^ len);
	return (u32)(state ^ state >> 32);
}
