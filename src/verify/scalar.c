/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar.c - making scalars, asking them, keeping their bits and bounds consistent, casts.
 *
 * Start at scalar_sync. The bits and the four ranges say the same thing in five languages, and
 * no language can say everything: sync lets each learn from the others. All it does is narrow,
 * so whatever was true of a number stays true.
 */
#include "verify/scalar.h"

#include "verify/scalar_private.h"

struct scalar scalar_unknown(void)
{
	return (struct scalar){
		.bits = tnum_unknown(),
		.smin = INT64_MIN,
		.smax = INT64_MAX,
		.umin = 0,
		.umax = UINT64_MAX,
		.s32_min = INT32_MIN,
		.s32_max = INT32_MAX,
		.u32_min = 0,
		.u32_max = UINT32_MAX,
	};
}

struct scalar scalar_const(u64 value)
{
	return (struct scalar){
		.bits = tnum_const(value),
		.smin = (s64)value,
		.smax = (s64)value,
		.umin = value,
		.umax = value,
		.s32_min = (s32)value,
		.s32_max = (s32)value,
		.u32_min = (u32)value,
		.u32_max = (u32)value,
	};
}

struct scalar scalar_unbounded(struct scalar s)
{
	struct scalar unbounded = scalar_unknown();

	unbounded.bits = s.bits;
	return unbounded;
}

bool scalar_is_unknown(struct scalar s)
{
	return scalar_equal(s, scalar_unknown());
}

bool scalar_has(struct scalar s, u64 x)
{
	return tnum_has(s.bits, x) && s.umin <= x && x <= s.umax && s.smin <= (s64)x &&
	       (s64)x <= s.smax && s.u32_min <= (u32)x && (u32)x <= s.u32_max &&
	       s.s32_min <= (s32)x && (s32)x <= s.s32_max;
}

bool scalar_equal(struct scalar a, struct scalar b)
{
	return tnum_equal(a.bits, b.bits) && a.smin == b.smin && a.smax == b.smax &&
	       a.umin == b.umin && a.umax == b.umax && a.s32_min == b.s32_min &&
	       a.s32_max == b.s32_max && a.u32_min == b.u32_min && a.u32_max == b.u32_max;
}

bool scalar_is_valid(struct scalar s)
{
	if (s.umin > s.umax || s.smin > s.smax || s.u32_min > s.u32_max || s.s32_min > s.s32_max)
		return false;

	if (tnum_is_const(s.bits) && (s.umin != s.bits.value || s.umax != s.bits.value ||
				      s.smin != (s64)s.bits.value || s.smax != (s64)s.bits.value))
		return false;

	struct tnum low = tnum_low32(s.bits);

	return !tnum_is_const(low) || (s.u32_min == (u32)low.value && s.u32_max == (u32)low.value &&
				       s.s32_min == (s32)low.value && s.s32_max == (s32)low.value);
}

bool scalar_within(struct scalar old, struct scalar cur)
{
	return old.umin <= cur.umin && old.umax >= cur.umax && old.smin <= cur.smin &&
	       old.smax >= cur.smax && old.u32_min <= cur.u32_min && old.u32_max >= cur.u32_max &&
	       old.s32_min <= cur.s32_min && old.s32_max >= cur.s32_max &&
	       tnum_in(old.bits, cur.bits);
}

/* The four ways to learn that the number lies in [lo, hi]. */
static void clamp_u64(struct scalar *s, u64 lo, u64 hi)
{
	s->umin = max(s->umin, lo);
	s->umax = min(s->umax, hi);
}

static void clamp_s64(struct scalar *s, s64 lo, s64 hi)
{
	s->smin = max(s->smin, lo);
	s->smax = min(s->smax, hi);
}

static void clamp_u32(struct scalar *s, u32 lo, u32 hi)
{
	s->u32_min = max(s->u32_min, lo);
	s->u32_max = min(s->u32_max, hi);
}

static void clamp_s32(struct scalar *s, s32 lo, s32 hi)
{
	s->s32_min = max(s->s32_min, lo);
	s->s32_max = min(s->s32_max, hi);
}

/* Is there one member of the bits alone in [umin, umax]? Then that is the number. */
static void single_member(struct scalar *s)
{
	u64 next = tnum_next(s->bits, s->umin);

	if (tnum_has(s->bits, s->umin)) {
		if (next > s->umax)
			*s = scalar_const(s->umin);
	} else if (next == tnum_umax(s->bits) ||
		   (next <= s->umax && tnum_next(s->bits, next) > s->umax)) {
		*s = scalar_const(next);
	}
}

/*
 * bits -> ranges. The least member has every unknown bit 0 and the greatest has it 1; as signed
 * numbers it is the other way round for the sign bit.
 */
static void bounds_from_bits(struct scalar *s)
{
	struct tnum bits = s->bits, low = tnum_low32(bits);

	clamp_u32(s, (u32)tnum_umin(low), (u32)tnum_umax(low));
	clamp_s32(s, (s32)(low.value | (low.mask & 0x80000000u)),
		  (s32)(low.value | (low.mask & 0x7fffffffu)));
	clamp_u64(s, tnum_umin(bits), tnum_umax(bits));
	clamp_s64(s, (s64)(bits.value | (bits.mask & (1ull << 63))),
		  (s64)(bits.value | (bits.mask & ~(1ull << 63))));
	single_member(s);
}

/*
 * A 64-bit range [lo, hi] -> the ranges of the low half. Counting from lo to hi, the low half
 * counts too, and stays a range while it does not wrap:
 *
 *     same high halves    it never wraps in u32; it wraps in s32 unless (s32)lo <= (s32)hi
 *     neighbouring ones   it wraps in u32; it passes from -1 to 0 in s32, which is no wrap there,
 *                         when (s32)lo < 0 <= (s32)hi
 */
static bool same_high(u64 lo, u64 hi)
{
	return lo >> 32 == hi >> 32;
}

static void low_signed_from_range(struct scalar *s, u64 lo, u64 hi)
{
	bool neighbours = (u32)(lo >> 32) + 1 == (u32)(hi >> 32);

	if ((same_high(lo, hi) && (s32)lo <= (s32)hi) ||
	    (neighbours && (s32)lo < 0 && (s32)hi >= 0))
		clamp_s32(s, (s32)lo, (s32)hi);
}

static void deduce_low(struct scalar *s)
{
	if (same_high(s->umin, s->umax))
		clamp_u32(s, (u32)s->umin, (u32)s->umax);
	if (same_high((u64)s->smin, (u64)s->smax) && s->smin <= s->smax)
		clamp_u32(s, (u32)s->smin, (u32)s->smax);
	low_signed_from_range(s, s->umin, s->umax);
	low_signed_from_range(s, (u64)s->smin, (u64)s->smax);

	/* A range that does not cross the sign boundary is one as unsigned and as signed. */
	if ((s32)s->u32_min <= (s32)s->u32_max)
		clamp_s32(s, (s32)s->u32_min, (s32)s->u32_max);
	if ((u32)s->s32_min <= (u32)s->s32_max) {
		clamp_u32(s, (u32)s->s32_min, (u32)s->s32_max);
	} else if (s->u32_max < (u32)s->s32_min) {
		s->s32_min = (s32)s->u32_min;
		s->u32_max = min(s->u32_max, (u32)s->s32_max);
	} else if ((u32)s->s32_max < s->u32_min) {
		s->s32_max = (s32)s->u32_max;
		s->u32_min = max(s->u32_min, (u32)s->s32_min);
	}
}

/*
 * u64 <-> s64. A signed range that crosses zero is, unsigned, two pieces at the two ends:
 *
 *     0 ...... smax          smin ........ 2^64-1
 *     [========]             [==================]
 *          [------- u64 -------)                     touches only the left one
 *                   (------- u64 -------]            touches only the right one
 *
 * Where the unsigned range touches only one of the pieces, both shrink to what they share.
 */
static void deduce_whole(struct scalar *s)
{
	if ((s64)s->umin <= (s64)s->umax)
		clamp_s64(s, (s64)s->umin, (s64)s->umax);

	if ((u64)s->smin <= (u64)s->smax) {
		clamp_u64(s, (u64)s->smin, (u64)s->smax);
	} else if (s->umax < (u64)s->smin) {
		s->smin = (s64)s->umin;
		s->umax = min(s->umax, (u64)s->smax);
	} else if ((u64)s->smax < s->umin) {
		s->smax = (s64)s->umax;
		s->umin = max(s->umin, (u64)s->smin);
	}
}

/*
 * Low half -> 64-bit ranges. No member of [min, max] lies below the low half's least value put
 * under min's high half, nor above its greatest under max's.
 */
static void deduce_from_low(struct scalar *s)
{
	const u64 high = 0xffffffffull << 32;

	clamp_u64(s, (s->umin & high) | s->u32_min, (s->umax & high) | s->u32_max);
	clamp_s64(s, (s64)(((u64)s->smin & high) | s->u32_min),
		  (s64)(((u64)s->smax & high) | s->u32_max));

	/* A sign-extended 32-bit number whose low half is not negative is the low half. */
	if (s->s32_min >= 0 && s->smin >= INT32_MIN && s->smax <= INT32_MAX) {
		s->smin = s->s32_min;
		s->smax = s->s32_max;
		s->umin = (u64)s->s32_min;
		s->umax = (u64)s->s32_max;
		s->bits = tnum_intersect(s->bits, tnum_range(s->umin, s->umax));
	}
}

static void deduce(struct scalar *s)
{
	deduce_low(s);
	deduce_whole(s);
	deduce_from_low(s);
}

/* ranges -> bits: the leading bits that both ends share. */
static void bits_from_bounds(struct scalar *s)
{
	struct tnum whole = tnum_intersect(s->bits, tnum_range(s->umin, s->umax));
	struct tnum low = tnum_intersect(tnum_low32(whole), tnum_range(s->u32_min, s->u32_max));

	s->bits = tnum_or(tnum_high32(whole), low);
}

struct scalar scalar_sync(struct scalar s)
{
	bounds_from_bits(&s);
	/* Three rounds are what Linux does; a fourth could learn more now and then. */
	deduce(&s);
	deduce(&s);
	deduce(&s);
	bits_from_bounds(&s);
	bounds_from_bits(&s);
	return s;
}

/*
 * The bits lose their high half and the 64-bit bounds are taken from the low half's, without the
 * sync at the end. scalar_alu.c ends 32-bit operations with it.
 */
struct scalar scalar_clear_high(struct scalar s)
{
	s.bits = tnum_low32(s.bits);
	s.umin = s.u32_min;
	s.umax = s.u32_max;
	s.smin = 0;
	s.smax = UINT32_MAX;
	if (s.s32_min >= 0 && s.s32_max >= 0) {
		s.smin = s.s32_min;
		s.smax = s.s32_max;
	}
	return s;
}

struct scalar scalar_zext32(struct scalar s)
{
	return scalar_sync(scalar_clear_high(s));
}

struct scalar scalar_truncate(struct scalar s, u8 bytes)
{
	if (bytes == 8)
		return s;

	u64 keep = (1ull << (8 * bytes)) - 1;
	bool same_high = (s.umin & ~keep) == (s.umax & ~keep);

	s.bits = tnum_truncate(s.bits, bytes);
	s.umin = same_high ? s.umin & keep : 0;
	s.umax = same_high ? s.umax & keep : keep;
	s.smin = (s64)s.umin;
	s.smax = (s64)s.umax;
	if (bytes < 4) {
		s.s32_min = INT32_MIN;
		s.s32_max = INT32_MAX;
		s.u32_min = 0;
		s.u32_max = UINT32_MAX;
	}
	return scalar_sync(s);
}

/* The low @bits of @x, sign-extended. */
static s64 sign_extend(u64 x, u8 bits)
{
	return (s64)(x << (64 - bits)) >> (64 - bits);
}

/*
 * Sign extension keeps a range whole where everything above the low @bits is the same throughout
 * it and the new sign is the same at both ends; otherwise only the width is known.
 */
static bool extends_as_range(s64 lo, s64 hi, u8 bits)
{
	return lo >> bits == hi >> bits &&
	       (sign_extend(lo, bits) < 0) == (sign_extend(hi, bits) < 0);
}

static struct scalar sign_extended(u8 bits)
{
	struct scalar s = scalar_unknown();

	s.smin = -(1ll << (bits - 1));
	s.smax = (1ll << (bits - 1)) - 1;
	s.s32_min = (s32)s.smin;
	s.s32_max = (s32)s.smax;
	return s;
}

static struct scalar sign_extend_to_64(struct scalar s, u8 bits)
{
	if (tnum_is_const(s.bits))
		return scalar_const((u64)sign_extend(s.bits.value, bits));

	if (!extends_as_range(s.smin, s.smax, bits))
		return sign_extended(bits);

	s.smin = sign_extend(s.smin, bits);
	s.smax = sign_extend(s.smax, bits);
	s.umin = (u64)s.smin;
	s.umax = (u64)s.smax;
	s.s32_min = (s32)s.smin;
	s.s32_max = (s32)s.smax;
	s.u32_min = (u32)s.smin;
	s.u32_max = (u32)s.smax;
	s.bits = tnum_range(s.umin, s.umax);
	return s;
}

/* The low half alone; scalar_zext32 follows and repairs the rest. */
static struct scalar sign_extend_to_32(struct scalar s, u8 bits)
{
	if (tnum_is_const(s.bits))
		return scalar_const((u32)sign_extend(s.bits.value, bits));

	if (!extends_as_range(s.s32_min, s.s32_max, bits)) {
		struct scalar wide = sign_extended(bits);

		wide.bits = tnum_low32(wide.bits);
		return wide;
	}

	s.s32_min = (s32)sign_extend((u64)s.s32_min, bits);
	s.s32_max = (s32)sign_extend((u64)s.s32_max, bits);
	s.u32_min = (u32)s.s32_min;
	s.u32_max = (u32)s.s32_max;
	s.bits = tnum_range(s.u32_min, s.u32_max);
	return s;
}

struct scalar scalar_mov_sx(struct scalar src, u8 bits, bool is64)
{
	/* No sync after the 64-bit one: Linux has none. */
	return is64 ? sign_extend_to_64(src, bits) : scalar_zext32(sign_extend_to_32(src, bits));
}

struct scalar scalar_load_range(u8 bytes, bool sign_extended_load)
{
	if (bytes == 8)
		return scalar_unknown();
	return sign_extended_load ? sign_extended(8 * bytes)
				  : scalar_truncate(scalar_unknown(), bytes);
}
