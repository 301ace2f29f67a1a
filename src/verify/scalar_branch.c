/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_branch.c - what a comparison of two numbers decides, and what it teaches.
 *
 * A 32-bit comparison looks at the low halves alone. struct side is what a comparison sees of an
 * operand, whichever width; scalar_branch asks it, and scalar_refine narrows it and puts it back.
 */
#include "verify/scalar.h"

struct side {
	struct tnum bits;
	u64 umin, umax;
	s64 smin, smax;
};

static struct side side_of(struct scalar s, bool is32)
{
	if (is32)
		return (struct side){tnum_low32(s.bits), s.u32_min, s.u32_max, s.s32_min,
				     s.s32_max};
	return (struct side){s.bits, s.umin, s.umax, s.smin, s.smax};
}

static void side_put(struct scalar *s, bool is32, struct side side)
{
	if (is32) {
		s->bits = tnum_with_low32(s->bits, side.bits);
		s->u32_min = (u32)side.umin;
		s->u32_max = (u32)side.umax;
		s->s32_min = (s32)side.smin;
		s->s32_max = (s32)side.smax;
	} else {
		s->bits = side.bits;
		s->umin = side.umin;
		s->umax = side.umax;
		s->smin = side.smin;
		s->smax = side.smax;
	}
}

u8 scalar_negate(u8 op)
{
	switch (op) {
	case BPF_JEQ:
		return BPF_JNE;
	case BPF_JNE:
		return BPF_JEQ;
	case BPF_JGT:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGE;
	case BPF_JSGT:
		return BPF_JSLE;
	case BPF_JSLE:
		return BPF_JSGT;
	case BPF_JSGE:
		return BPF_JSLT;
	case BPF_JSLT:
		return BPF_JSGE;
	case BPF_JSET:
		return SCALAR_JNSET;
	default:
		return BPF_JSET;
	}
}

u8 scalar_flip(u8 op)
{
	switch (op) {
	case BPF_JGT:
		return BPF_JLT;
	case BPF_JLT:
		return BPF_JGT;
	case BPF_JGE:
		return BPF_JLE;
	case BPF_JLE:
		return BPF_JGE;
	case BPF_JSGT:
		return BPF_JSLT;
	case BPF_JSLT:
		return BPF_JSGT;
	case BPF_JSGE:
		return BPF_JSLE;
	case BPF_JSLE:
		return BPF_JSGE;
	default:
		return op;
	}
}

/* Can the two be the same number at all? */
static bool can_equal(struct side a, struct side b)
{
	return tnum_overlap(a.bits, b.bits) && a.umin <= b.umax && b.umin <= a.umax &&
	       a.smin <= b.smax && b.smin <= a.smax;
}

static int is_equal(struct scalar a, struct scalar b, bool is32)
{
	struct side left = side_of(a, is32), right = side_of(b, is32);

	if (tnum_is_const(left.bits) && tnum_is_const(right.bits))
		return left.bits.value == right.bits.value;
	/* Numbers whose low halves cannot be equal are not. */
	if (!can_equal(left, right) || (!is32 && !can_equal(side_of(a, true), side_of(b, true))))
		return 0;
	return -1;
}

/* Has a any of b's bits? Answered only when one of them is known. */
static int has_bits(struct tnum a, struct tnum b)
{
	if (!tnum_is_const(a) && !tnum_is_const(b))
		return -1;
	if (a.value & b.value)
		return 1;
	return tnum_umax(a) & tnum_umax(b) ? -1 : 0;
}

static int negated(int answer)
{
	return answer < 0 ? -1 : !answer;
}

static int is_below(struct side a, struct side b)
{
	return a.umax < b.umin ? 1 : a.umin >= b.umax ? 0 : -1;
}

static int is_below_signed(struct side a, struct side b)
{
	return a.smax < b.smin ? 1 : a.smin >= b.smax ? 0 : -1;
}

int scalar_branch(u8 op, bool is32, struct scalar a, struct scalar b)
{
	struct side left = side_of(a, is32), right = side_of(b, is32);

	switch (op) {
	case BPF_JEQ:
		return is_equal(a, b, is32);
	case BPF_JNE:
		return negated(is_equal(a, b, is32));
	case BPF_JSET:
		return has_bits(left.bits, right.bits);
	case BPF_JLT:
		return is_below(left, right);
	case BPF_JGT:
		return is_below(right, left);
	case BPF_JGE:
		return negated(is_below(left, right));
	case BPF_JLE:
		return negated(is_below(right, left));
	case BPF_JSLT:
		return is_below_signed(left, right);
	case BPF_JSGT:
		return is_below_signed(right, left);
	case BPF_JSGE:
		return negated(is_below_signed(left, right));
	case BPF_JSLE:
		return negated(is_below_signed(right, left));
	default:
		return -1;
	}
}

static void refine_equal(struct side *a, struct side *b)
{
	a->umin = max(a->umin, b->umin);
	a->umax = min(a->umax, b->umax);
	a->smin = max(a->smin, b->smin);
	a->smax = min(a->smax, b->smax);
	a->bits = tnum_intersect(a->bits, b->bits);
	*b = *a;
}

/* Not the constant @c: an end that is @c moves inward by one. */
static void refine_not(struct side *a, struct side c, bool is32)
{
	u64 u = c.bits.value;
	s64 s = is32 ? (s32)u : (s64)u;

	if (a->umin == u)
		a->umin++;
	if (a->umax == u)
		a->umax--;
	if (a->smin == s)
		a->smin = (s64)((u64)s + 1);
	if (a->smax == s)
		a->smax = (s64)((u64)s - 1);
}

/* a <= b, or a < b with @strict. Both may be the same, see scalar_refine. */
static void refine_below(struct side *a, struct side *b, u64 strict)
{
	a->umax = min(a->umax, b->umax - strict);
	b->umin = max(a->umin + strict, b->umin);
}

static void refine_below_signed(struct side *a, struct side *b, u64 strict)
{
	a->smax = min(a->smax, (s64)((u64)b->smax - strict));
	b->smin = max((s64)((u64)a->smin + strict), b->smin);
}

/*
 * None of @c's bits. Linux forgets the bounds here, all of them: on a path that cannot be taken
 * they might contradict what is now known of the bits.
 */
static struct scalar refine_not_set(struct scalar s, bool is32, struct side c)
{
	struct side side = side_of(s, is32);

	side.bits = tnum_and(side.bits, tnum_const(~c.bits.value));
	side_put(&s, is32, side);
	return scalar_unbounded(s);
}

void scalar_refine(u8 op, bool is32, struct scalar *a, struct scalar *b)
{
	struct side left = side_of(*a, is32), other = side_of(*b, is32);
	struct side *right = a == b ? &left : &other;
	/* For the operators that want a constant: the constant, and what it is compared with. */
	bool right_const = tnum_is_const(right->bits);
	struct side *c = right_const ? right : &left, *number = right_const ? &left : right;
	bool with_const = tnum_is_const(c->bits);

	switch (op) {
	case BPF_JEQ:
		refine_equal(&left, right);
		break;
	case BPF_JNE:
		if (with_const)
			refine_not(number, *c, is32);
		break;
	case BPF_JSET:
		/* Of several bits it is not known which one is set. */
		if (with_const && __builtin_popcountll(c->bits.value) == 1)
			number->bits = tnum_or(number->bits, c->bits);
		break;
	case BPF_JLE:
		refine_below(&left, right, 0);
		break;
	case BPF_JLT:
		refine_below(&left, right, 1);
		break;
	case BPF_JGE:
		refine_below(right, &left, 0);
		break;
	case BPF_JGT:
		refine_below(right, &left, 1);
		break;
	case BPF_JSLE:
		refine_below_signed(&left, right, 0);
		break;
	case BPF_JSLT:
		refine_below_signed(&left, right, 1);
		break;
	case BPF_JSGE:
		refine_below_signed(right, &left, 0);
		break;
	case BPF_JSGT:
		refine_below_signed(right, &left, 1);
		break;
	}
	side_put(a, is32, left);
	if (a != b)
		side_put(b, is32, *right);
	if (op == SCALAR_JNSET && with_const) {
		struct scalar *s = right_const ? a : b;

		*s = refine_not_set(*s, is32, *c);
	}
	/* The same object is synced twice, and the second time may learn more: Linux does so. */
	*a = scalar_sync(*a);
	*b = scalar_sync(*b);
}
