/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_alu.c - what is known of the result of an arithmetic instruction.
 *
 * An operation works on three things apart: the bits (tnum.c), the ranges of the 64-bit number,
 * and those of its low half; scalar_sync then lets them learn from each other. The two pairs of
 * ranges obey the same laws, so each law is written once, in exact arithmetic (128 bits), for a
 * width of 64 or 32: "the sum of the ends, unless it does not fit the width".
 */
#include "verify/scalar.h"
#include "verify/scalar_private.h"

typedef __int128 exact;

/* The ranges of the whole number (width 64) or of its low half (32). */
struct range {
	u64 umin, umax;
	s64 smin, smax;
};

static u64 umax_of(int width)
{
	return ~0ull >> (64 - width);
}

static s64 smax_of(int width)
{
	return INT64_MAX >> (64 - width);
}

static s64 smin_of(int width)
{
	return INT64_MIN >> (64 - width);
}

static struct range range_of(struct scalar s, int width)
{
	if (width == 64)
		return (struct range){s.umin, s.umax, s.smin, s.smax};
	return (struct range){s.u32_min, s.u32_max, s.s32_min, s.s32_max};
}

static void range_put(struct scalar *s, int width, struct range r)
{
	if (width == 64) {
		s->umin = r.umin;
		s->umax = r.umax;
		s->smin = r.smin;
		s->smax = r.smax;
	} else {
		s->u32_min = (u32)r.umin;
		s->u32_max = (u32)r.umax;
		s->s32_min = (s32)r.smin;
		s->s32_max = (s32)r.smax;
	}
}

static struct range range_full(int width)
{
	return (struct range){0, umax_of(width), smin_of(width), smax_of(width)};
}

/* Signed ends, or everything when either does not fit. */
static void signed_ends(struct range *r, exact lo, exact hi, int width)
{
	bool fits = lo >= smin_of(width) && hi <= smax_of(width) && lo <= smax_of(width) &&
		    hi >= smin_of(width);

	r->smin = fits ? (s64)lo : smin_of(width);
	r->smax = fits ? (s64)hi : smax_of(width);
}

/*
 * Unsigned ends modulo 2^width. They stay a range when both wrapped, or neither did: then the
 * range was moved as a piece. Everything when it was torn.
 */
static void unsigned_ends(struct range *r, exact lo, exact hi, int width)
{
	bool whole = lo >> width == hi >> width;

	r->umin = whole ? (u64)lo & umax_of(width) : 0;
	r->umax = whole ? (u64)hi & umax_of(width) : umax_of(width);
}

static struct range range_add(struct range a, struct range b, int width)
{
	struct range r;

	signed_ends(&r, (exact)a.smin + b.smin, (exact)a.smax + b.smax, width);
	unsigned_ends(&r, (exact)a.umin + b.umin, (exact)a.umax + b.umax, width);
	return r;
}

static struct range range_sub(struct range a, struct range b, int width)
{
	struct range r;

	signed_ends(&r, (exact)a.smin - b.smax, (exact)a.smax - b.smin, width);
	unsigned_ends(&r, (exact)a.umin - b.umax, (exact)a.umax - b.umin, width);
	return r;
}

static struct range range_mul(struct range a, struct range b, int width)
{
	struct range r = range_full(width);
	unsigned __int128 most = (unsigned __int128)a.umax * b.umax;
	exact corner[4] = {
		(exact)a.smin * b.smin,
		(exact)a.smin * b.smax,
		(exact)a.smax * b.smin,
		(exact)a.smax * b.smax,
	};
	exact lo = corner[0], hi = corner[0];

	if (most <= umax_of(width)) {
		r.umin = a.umin * b.umin;
		r.umax = (u64)most;
	}
	/* A product is extreme at a corner of the rectangle of its factors. */
	for (int i = 1; i < 4; i++) {
		lo = min(lo, corner[i]);
		hi = max(hi, corner[i]);
	}
	signed_ends(&r, lo, hi, width);
	return r;
}

/* An unsigned range alone; as a signed one it is the same unless it crosses the sign boundary. */
static struct range range_unsigned(u64 lo, u64 hi, int width)
{
	struct range r = range_full(width);
	s64 slo = width == 64 ? (s64)lo : (s32)lo, shi = width == 64 ? (s64)hi : (s32)hi;

	r.umin = lo;
	r.umax = hi;
	if (slo <= shi) {
		r.smin = slo;
		r.smax = shi;
	}
	return r;
}

/*
 * AND, OR, XOR: one end comes from the result's @bits, the other from the operands (x & y is at
 * most either, x | y at least either; of x ^ y the ranges say nothing).
 */
static struct range range_bitwise(u8 op, struct tnum bits, struct range a, struct range b,
				  int width)
{
	struct tnum t = width == 64 ? bits : tnum_low32(bits);
	u64 lo = tnum_umin(t), hi = tnum_umax(t);

	if (op == BPF_AND)
		hi = min(a.umax, b.umax);
	else if (op == BPF_OR)
		lo = max(a.umin, b.umin);
	return range_unsigned(lo, hi, width);
}

/*
 * Shift left by @n. The signed range is lost. The unsigned one is kept while its upper end does
 * not exceed the power of two that is shifted to the top bit.
 */
static struct range range_lsh(struct range a, u8 n, int width)
{
	struct range r = range_full(width);

	if (n < width && a.umax <= 1ull << (width - 1 - n)) {
		r.umin = a.umin << n;
		r.umax = a.umax << n;
	}
	return r;
}

static struct scalar add(struct scalar a, struct scalar b)
{
	range_put(&a, 32, range_add(range_of(a, 32), range_of(b, 32), 32));
	range_put(&a, 64, range_add(range_of(a, 64), range_of(b, 64), 64));
	a.bits = tnum_add(a.bits, b.bits);
	return a;
}

static struct scalar sub(struct scalar a, struct scalar b)
{
	range_put(&a, 32, range_sub(range_of(a, 32), range_of(b, 32), 32));
	range_put(&a, 64, range_sub(range_of(a, 64), range_of(b, 64), 64));
	a.bits = tnum_sub(a.bits, b.bits);
	return a;
}

static struct scalar mul(struct scalar a, struct scalar b)
{
	range_put(&a, 32, range_mul(range_of(a, 32), range_of(b, 32), 32));
	range_put(&a, 64, range_mul(range_of(a, 64), range_of(b, 64), 64));
	a.bits = tnum_mul(a.bits, b.bits);
	return a;
}

static struct scalar bitwise(u8 op, struct scalar a, struct scalar b)
{
	a.bits = op == BPF_AND	? tnum_and(a.bits, b.bits)
		 : op == BPF_OR ? tnum_or(a.bits, b.bits)
				: tnum_xor(a.bits, b.bits);
	range_put(&a, 32, range_bitwise(op, a.bits, range_of(a, 32), range_of(b, 32), 32));
	range_put(&a, 64, range_bitwise(op, a.bits, range_of(a, 64), range_of(b, 64), 64));
	return a;
}

/* The low half's ranges from its bits, ahead of scalar_clear_high which builds upon them. */
static struct scalar low_from_bits(struct scalar s, struct range low)
{
	struct tnum bits = tnum_low32(s.bits);
	u32 ones = (u32)bits.value, unknown = (u32)bits.mask;

	low.umin = max(low.umin, (u64)ones);
	low.umax = min(low.umax, (u64)(ones | unknown));
	low.smin = max(low.smin, (s64)(s32)(ones | (unknown & 0x80000000u)));
	low.smax = min(low.smax, (s64)(s32)(ones | (unknown & 0x7fffffffu)));
	range_put(&s, 32, low);
	range_put(&s, 64, range_full(64));
	return s;
}

/* The low half shifted by @n, 0 to 31. */
static struct scalar shift32(u8 op, struct scalar s, u8 n)
{
	struct tnum low = tnum_low32(s.bits);
	struct range r = range_of(s, 32);

	switch (op) {
	case BPF_LSH:
		s.bits = tnum_low32(tnum_lsh(low, n));
		r = range_lsh(r, n, 32);
		break;
	case BPF_RSH:
		s.bits = tnum_rsh(low, n);
		r = (struct range){r.umin >> n, r.umax >> n, INT32_MIN, INT32_MAX};
		break;
	default:
		s.bits = tnum_arsh(low, n, 32);
		r = (struct range){0, UINT32_MAX, r.smin >> n, r.smax >> n};
		break;
	}
	return low_from_bits(s, r);
}

/* The number shifted by @n, 0 to 63. To the right, other bits come down into the low half. */
static struct scalar shift64(u8 op, struct scalar s, u8 n)
{
	struct range whole = range_of(s, 64), low = range_of(s, 32);

	switch (op) {
	case BPF_LSH:
		whole = range_lsh(whole, n, 64);
		/* Half of the usual sign extension, << 32 s>> 32: the low half's sign survives. */
		if (n == 32) {
			whole.smin = (s64)((u64)s.s32_min << 32);
			whole.smax = (s64)((u64)s.s32_max << 32);
		}
		low = range_lsh(low, n, 32);
		s.bits = tnum_lsh(s.bits, n);
		break;
	case BPF_RSH:
		whole = (struct range){whole.umin >> n, whole.umax >> n, INT64_MIN, INT64_MAX};
		low = range_full(32);
		s.bits = tnum_rsh(s.bits, n);
		break;
	default:
		whole = (struct range){0, UINT64_MAX, whole.smin >> n, whole.smax >> n};
		low = range_full(32);
		s.bits = tnum_arsh(s.bits, n, 64);
		break;
	}
	range_put(&s, 64, whole);
	range_put(&s, 32, low);
	return s;
}

/*
 * Is @s one number, in the width of the instruction, and a shift that the width allows? (The
 * whole number must be small, also for a 32-bit shift which looks at the low half only.)
 */
static bool shift_known(struct scalar s, bool is64)
{
	struct range r = range_of(s, is64 ? 64 : 32);
	struct tnum bits = is64 ? s.bits : tnum_low32(s.bits);

	return tnum_is_const(bits) && r.umin == r.umax && r.smin == r.smax &&
	       s.umax < (is64 ? 64 : 32);
}

struct scalar scalar_alu(u8 op, bool is64, struct scalar dst, struct scalar src, s16 off)
{
	switch (op) {
	case BPF_ADD:
		dst = add(dst, src);
		break;
	case BPF_SUB:
		dst = sub(dst, src);
		break;
	case BPF_NEG:
		dst = sub(scalar_const(0), dst);
		break;
	case BPF_MUL:
		dst = mul(dst, src);
		break;
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		dst = bitwise(op, dst, src);
		break;
	case BPF_LSH:
	case BPF_RSH:
	case BPF_ARSH:
		if (!shift_known(src, is64))
			return scalar_unknown();
		dst = is64 ? shift64(op, dst, (u8)src.umin) : shift32(op, dst, (u8)src.u32_min);
		break;
	default:
		/* Linux 6.18 follows neither DIV nor MOD, not even of constants, nor that a 32-bit
		 * one clears the high half. */
		return scalar_unknown();
	}
	return scalar_sync(is64 ? dst : scalar_clear_high(dst));
}

static struct scalar with_low(struct scalar s, u32 low)
{
	s.bits = tnum_with_low32(s.bits, tnum_const(low));
	s.s32_min = s.s32_max = (s32)low;
	s.u32_min = s.u32_max = low;
	return s;
}

bool scalar_split(u8 op, struct scalar *dst, struct scalar src, struct scalar *zero)
{
	if ((op != BPF_AND && op != BPF_OR) || !tnum_is_const(src.bits))
		return false;

	if (dst->smin == -1 && dst->smax == 0) {
		*zero = scalar_const(0);
		*dst = scalar_const(-1ull);
		return true;
	}
	if (dst->s32_min == -1 && dst->s32_max == 0) {
		*zero = with_low(*dst, 0);
		*dst = with_low(*dst, -1u);
		return true;
	}
	return false;
}

struct scalar scalar_end(struct scalar s, u8 source, bool unconditional, u8 bits)
{
	/* skiff's processor is little-endian: to little-endian keeps the order. */
	if (unconditional || source == BPF_TO_BE) {
		s.bits = tnum_bswap(s.bits, bits / 8);
		s = scalar_unbounded(s);
	}
	/* A swap of 64 bits that swaps nothing still ends in a sync. */
	return scalar_sync(bits == 64 ? s : scalar_truncate(s, bits / 8));
}

/* Signed or unsigned ends of a pointer's offset: kept only when no end wraps. */
struct scalar scalar_offset(u8 op, struct scalar offset, struct scalar by)
{
	struct range a = range_of(offset, 64), b = range_of(by, 64), r;
	bool wraps;

	if (op == BPF_ADD) {
		r = range_add(a, b, 64);
		wraps = a.umax + b.umax < a.umax;
		offset.bits = tnum_add(offset.bits, by.bits);
	} else {
		r = range_sub(a, b, 64);
		wraps = a.umin < b.umax;
		offset.bits = tnum_sub(offset.bits, by.bits);
	}
	if (wraps) {
		r.umin = 0;
		r.umax = UINT64_MAX;
	}
	range_put(&offset, 64, r);
	range_put(&offset, 32, range_full(32));
	return scalar_sync(offset);
}
