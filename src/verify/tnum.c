/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tnum.c - arithmetic on known bits.
 *
 * Sums and differences follow one idea: add the smallest members and add the largest; a carry
 * can only differ between members where these two sums differ, so the result's unknown bits are
 * those where they do, and those where an operand's were. (H. Vishwanathan, M. Shachnai,
 * S. Narayana, S. Nagarakatte: "Sound, Precise, and Fast Abstract Interpretation with Tristate
 * Numbers", CGO 2022, proves that this is the best possible answer.)
 */
#include <inttypes.h>
#include <stdio.h>

#include "verify/tnum.h"

#define LOW32 0xffffffffull

/* A tnum of these unknown bits, its known ones among the bits of @value. */
static struct tnum of(u64 value, u64 mask)
{
	return (struct tnum){value & ~mask, mask};
}

struct tnum tnum_range(u64 min, u64 max)
{
	u64 differ = min ^ max;

	/* From the highest bit in which the ends differ on down, every bit takes both values. */
	return differ ? of(min, ~0ull >> __builtin_clzll(differ)) : tnum_const(min);
}

struct tnum tnum_add(struct tnum a, struct tnum b)
{
	u64 least = a.value + b.value, most = tnum_umax(a) + tnum_umax(b);

	return of(least, (least ^ most) | a.mask | b.mask);
}

struct tnum tnum_sub(struct tnum a, struct tnum b)
{
	u64 least = a.value - tnum_umax(b), most = tnum_umax(a) - b.value;

	return of(a.value - b.value, (least ^ most) | a.mask | b.mask);
}

struct tnum tnum_neg(struct tnum a)
{
	return tnum_sub(tnum_const(0), a);
}

/*
 * Long multiplication, from the low bit of @a up. Where that bit is unknown the sum so far either
 * stays or grows by the shifted @b, and the union of both goes on. Not the best possible answer,
 * and not symmetric: a * b may know more than b * a.
 */
struct tnum tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum sum = tnum_const(0);

	for (; a.value | a.mask; a = tnum_rsh(a, 1), b = tnum_lsh(b, 1)) {
		if (a.value & 1)
			sum = tnum_add(sum, b);
		else if (a.mask & 1)
			sum = tnum_union(sum, tnum_add(sum, b));
	}
	return sum;
}

struct tnum tnum_and(struct tnum a, struct tnum b)
{
	u64 ones = a.value & b.value;

	return (struct tnum){ones, tnum_umax(a) & tnum_umax(b) & ~ones};
}

struct tnum tnum_or(struct tnum a, struct tnum b)
{
	u64 ones = a.value | b.value;

	return (struct tnum){ones, (a.mask | b.mask) & ~ones};
}

struct tnum tnum_xor(struct tnum a, struct tnum b)
{
	return of(a.value ^ b.value, a.mask | b.mask);
}

struct tnum tnum_lsh(struct tnum a, u8 shift)
{
	return (struct tnum){a.value << shift, a.mask << shift};
}

struct tnum tnum_rsh(struct tnum a, u8 shift)
{
	return (struct tnum){a.value >> shift, a.mask >> shift};
}

struct tnum tnum_arsh(struct tnum a, u8 shift, u8 bits)
{
	/* An unknown sign bit is copied as unknown bits, a known one as itself. */
	if (bits == 32)
		return (struct tnum){(u32)((s32)a.value >> shift), (u32)((s32)a.mask >> shift)};
	return (struct tnum){(u64)((s64)a.value >> shift), (u64)((s64)a.mask >> shift)};
}

bool tnum_overlap(struct tnum a, struct tnum b)
{
	u64 known = ~a.mask & ~b.mask;

	return (a.value & known) == (b.value & known);
}

struct tnum tnum_intersect(struct tnum a, struct tnum b)
{
	return of(a.value | b.value, a.mask & b.mask);
}

struct tnum tnum_union(struct tnum a, struct tnum b)
{
	return of(a.value & b.value, (a.value ^ b.value) | a.mask | b.mask);
}

bool tnum_in(struct tnum a, struct tnum b)
{
	return !(b.mask & ~a.mask) && (b.value & ~a.mask) == a.value;
}

bool tnum_is_aligned(struct tnum a, u64 size)
{
	return !size || !(tnum_umax(a) & (size - 1));
}

struct tnum tnum_truncate(struct tnum a, u8 bytes)
{
	u64 keep = ~0ull >> (64 - 8 * bytes);

	return (struct tnum){a.value & keep, a.mask & keep};
}

struct tnum tnum_bswap(struct tnum a, u8 bytes)
{
	u8 above = 64 - 8 * bytes;

	return (struct tnum){__builtin_bswap64(a.value) >> above,
			     __builtin_bswap64(a.mask) >> above};
}

/*
 * Members are counted by their unknown bits alone. Where @x and the known bits part, from the
 * highest bit at which they do, the wanted member either has all unknown bits below at 0 (x lies
 * under it already), or must count on in the unknown bits above. Adding 1 with the known bits
 * filled in as ones lets the carry jump over them.
 */
u64 tnum_next(struct tnum a, u64 x)
{
	if (x < a.value)
		return a.value;
	if (x >= tnum_umax(a))
		return tnum_umax(a);

	u64 differ = (x ^ a.value) & ~a.mask;
	u64 below = differ ? ~0ull >> __builtin_clzll(differ) : 0;
	u64 unknown = x & a.mask & ~below;

	/* At the highest difference the member has the one: it is larger whatever follows. */
	if (a.value & (below ^ (below >> 1)))
		return a.value | unknown;

	/* x has the one there, or agrees everywhere: count on above it. */
	unknown = ((unknown | ~a.mask | below) + 1) & a.mask;
	return a.value | unknown;
}

struct tnum tnum_low32(struct tnum a)
{
	return (struct tnum){a.value & LOW32, a.mask & LOW32};
}

struct tnum tnum_high32(struct tnum a)
{
	return (struct tnum){a.value & ~LOW32, a.mask & ~LOW32};
}

struct tnum tnum_with_low32(struct tnum a, struct tnum low)
{
	return tnum_or(tnum_high32(a), tnum_low32(low));
}

char *tnum_print(struct tnum a, char *buf, size_t size)
{
	if (!tnum_is_const(a))
		snprintf(buf, size, "(0x%" PRIx64 "; 0x%" PRIx64 ")", a.value, a.mask);
	else if (a.value <= UINT16_MAX)
		snprintf(buf, size, "%" PRIu64, a.value);
	else
		snprintf(buf, size, "0x%" PRIx64, a.value);
	return buf;
}
