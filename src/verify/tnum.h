/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tnum.h - known bits: a set of 64-bit numbers told by what is known of each bit.
 *
 * A tnum is a pair (value, mask). A bit of mask says "unknown"; a known bit is in value. The set
 * it stands for is
 *
 *     gamma(t) = { x : (x & ~t.mask) == t.value }
 *
 * and value & mask == 0 always: a pair where it is not stands for the empty set and is made by
 * nothing here. Every operation is sound: for x in gamma(a) and y in gamma(b), x op y is in
 * gamma(tnum_op(a, b)). How tight the answer is matters as much as that it is sound, since a
 * program is accepted or refused by it: each operation loses what kernel/bpf/tnum.c of
 * Linux 6.18 loses, and no more.
 *
 * Values in, values out; no function looks at anything but its arguments.
 */
#ifndef SKIFF_VERIFY_TNUM_H
#define SKIFF_VERIFY_TNUM_H

#include "base/types.h"

struct tnum {
	u64 value; /* the known ones */
	u64 mask;  /* the unknown bits */
};

_Static_assert(sizeof(struct tnum) == 16, "a tnum is passed in two registers");

static inline struct tnum tnum_const(u64 value)
{
	return (struct tnum){value, 0};
}

static inline struct tnum tnum_unknown(void)
{
	return (struct tnum){0, ~0ull};
}

static inline bool tnum_is_const(struct tnum a)
{
	return a.mask == 0;
}

static inline bool tnum_is_unknown(struct tnum a)
{
	return ~a.mask == 0;
}

static inline bool tnum_equal(struct tnum a, struct tnum b)
{
	return a.value == b.value && a.mask == b.mask;
}

/* Is the number @x in gamma(@a)? */
static inline bool tnum_has(struct tnum a, u64 x)
{
	return (x & ~a.mask) == a.value;
}

/* Least and greatest member, unsigned. */
static inline u64 tnum_umin(struct tnum a)
{
	return a.value;
}

static inline u64 tnum_umax(struct tnum a)
{
	return a.value | a.mask;
}

/* The smallest tnum that contains every x with @min <= x <= @max (unsigned, @min <= @max). */
struct tnum tnum_range(u64 min, u64 max);

struct tnum tnum_add(struct tnum a, struct tnum b);
struct tnum tnum_sub(struct tnum a, struct tnum b);
struct tnum tnum_neg(struct tnum a);
struct tnum tnum_mul(struct tnum a, struct tnum b);
struct tnum tnum_and(struct tnum a, struct tnum b);
struct tnum tnum_or(struct tnum a, struct tnum b);
struct tnum tnum_xor(struct tnum a, struct tnum b);

/* Shifts by a known number of bits, 0 to 63. */
struct tnum tnum_lsh(struct tnum a, u8 shift);
struct tnum tnum_rsh(struct tnum a, u8 shift);
/* Arithmetic; @bits 64, or 32: the low half alone is shifted, and the high half becomes 0. */
struct tnum tnum_arsh(struct tnum a, u8 shift, u8 bits);

/* Do @a and @b have a common member? */
bool tnum_overlap(struct tnum a, struct tnum b);
/* What is known when both are known to contain the number; they must overlap. */
struct tnum tnum_intersect(struct tnum a, struct tnum b);
/* The smallest tnum that contains both. */
struct tnum tnum_union(struct tnum a, struct tnum b);
/* Is gamma(@b) a subset of gamma(@a)? */
bool tnum_in(struct tnum a, struct tnum b);
/* Is every member a multiple of @size, a power of two or 0 (which asks nothing)? */
bool tnum_is_aligned(struct tnum a, u64 size);

/* The low @bytes bytes, zero-extended; 1, 2, 4 or 8. */
struct tnum tnum_truncate(struct tnum a, u8 bytes);

/* The low @bytes bytes (2, 4, 8) in opposite order, zero-extended. */
struct tnum tnum_bswap(struct tnum a, u8 bytes);

/*
 * The least member greater than @x: the least of all when @x lies below it. There is none from
 * the greatest on, which is returned then.
 */
u64 tnum_next(struct tnum a, u64 x);

/* The low 32 bits, as of a 32-bit operation, and what goes with them. */
struct tnum tnum_low32(struct tnum a);			     /* low half, high half 0 */
struct tnum tnum_high32(struct tnum a);			     /* high half, low half 0 */
struct tnum tnum_with_low32(struct tnum a, struct tnum low); /* high of @a, low of @low */

/*
 * "(0x0; 0xffff)", value and mask, or one number as "8" or, from 65536 on, "0x10000": as the
 * kernel's log prints it, into @buf of @size bytes (64 are enough). Returns @buf. Mirrors
 * tnum_strn.
 */
char *tnum_print(struct tnum a, char *buf, size_t size);

#endif
