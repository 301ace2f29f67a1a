/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tnum.c - known bits: sound over every tnum of four bits, and as tight as can be where that is
 * promised.
 *
 * All 81 tnums of four bits are placed at the bottom of the word, across the border of the low
 * half, and at the top. "Best" is the smallest tnum that contains a set of results, found by
 * looking at each member.
 */
#include "tap.h"
#include "verify/tnum.h"

#define SMALL 81
static const u8 places[] = {0, 30, 60};

/* The @n-th tnum of four bits: each digit of n to the base of 3 says 0, 1 or unknown. */
static struct tnum small(int n, u8 place)
{
	struct tnum t = {0, 0};

	for (u8 bit = 0; bit < 4; bit++, n /= 3) {
		if (n % 3 == 1)
			t.value |= 1ull << (place + bit);
		if (n % 3 == 2)
			t.mask |= 1ull << (place + bit);
	}
	return t;
}

/* The members of a small tnum into @x, and how many. */
static int members(struct tnum t, u8 place, u64 x[16])
{
	int cnt = 0;

	for (u64 i = 0; i < 16; i++) {
		if (tnum_has(t, i << place))
			x[cnt++] = i << place;
	}
	return cnt;
}

struct best {
	u64 ones, zeros; /* bits that some result had as 1, as 0 */
};

static void best_add(struct best *best, u64 x)
{
	best->ones |= x;
	best->zeros |= ~x;
}

static struct tnum best_tnum(struct best best)
{
	u64 both = best.ones & best.zeros;

	return (struct tnum){best.ones & ~both, both};
}

static u64 do_add(u64 x, u64 y)
{
	return x + y;
}
static u64 do_sub(u64 x, u64 y)
{
	return x - y;
}
static u64 do_mul(u64 x, u64 y)
{
	return x * y;
}
static u64 do_and(u64 x, u64 y)
{
	return x & y;
}
static u64 do_or(u64 x, u64 y)
{
	return x | y;
}
static u64 do_xor(u64 x, u64 y)
{
	return x ^ y;
}

static const struct {
	const char *name;
	struct tnum (*abstract)(struct tnum, struct tnum);
	u64 (*concrete)(u64, u64);
	bool best;
} binary[] = {
	{"add", tnum_add, do_add, true},  {"sub", tnum_sub, do_sub, true},
	{"mul", tnum_mul, do_mul, false}, {"and", tnum_and, do_and, true},
	{"or", tnum_or, do_or, true},	  {"xor", tnum_xor, do_xor, true},
};

static void check_pair(u32 op, struct tnum a, struct tnum b, u8 place_a, u8 place_b)
{
	struct tnum result = binary[op].abstract(a, b);
	struct best best = {0, 0};
	u64 x[16], y[16];
	int x_cnt = members(a, place_a, x), y_cnt = members(b, place_b, y);

	if (result.value & result.mask)
		TAP_FAIL("%s: a bit is both known and unknown", binary[op].name);
	for (int i = 0; i < x_cnt; i++) {
		for (int j = 0; j < y_cnt; j++) {
			u64 z = binary[op].concrete(x[i], y[j]);

			best_add(&best, z);
			if (!tnum_has(result, z))
				TAP_FAIL("%s: 0x%llx of 0x%llx, 0x%llx is missing", binary[op].name,
					 (unsigned long long)z, (unsigned long long)x[i],
					 (unsigned long long)y[j]);
		}
	}
	if (binary[op].best && !tnum_equal(result, best_tnum(best)))
		TAP_FAIL("%s of (0x%llx; 0x%llx), (0x%llx; 0x%llx) is not the best answer",
			 binary[op].name, (unsigned long long)a.value, (unsigned long long)a.mask,
			 (unsigned long long)b.value, (unsigned long long)b.mask);
}

TEST(every_pair_of_small_tnums)
{
	for (u32 op = 0; op < ARRAY_SIZE(binary) && !tap_failures; op++) {
		for (u32 p = 0; p < 3; p++) {
			for (u32 q = 0; q < 3; q++) {
				for (int i = 0; i < SMALL * SMALL; i++)
					check_pair(op, small(i / SMALL, places[p]),
						   small(i % SMALL, places[q]), places[p],
						   places[q]);
			}
		}
	}
}

TEST(shifts_move_what_is_known)
{
	for (u32 p = 0; p < 3; p++) {
		for (int i = 0; i < SMALL; i++) {
			struct tnum t = small(i, places[p]);
			u64 x[16];
			int cnt = members(t, places[p], x);

			for (u8 n = 0; n < 64; n++) {
				struct best left = {0, 0}, right = left, signed_right = left,
					    low = left;

				for (int j = 0; j < cnt; j++) {
					best_add(&left, x[j] << n);
					best_add(&right, x[j] >> n);
					best_add(&signed_right, (u64)((s64)x[j] >> n));
					best_add(&low, (u32)((s32)x[j] >> (n & 31)));
				}
				OK(tnum_equal(tnum_lsh(t, n), best_tnum(left)));
				OK(tnum_equal(tnum_rsh(t, n), best_tnum(right)));
				OK(tnum_equal(tnum_arsh(t, n, 64), best_tnum(signed_right)));
				OK(tnum_equal(tnum_arsh(t, n & 31, 32), best_tnum(low)));
			}
		}
	}
}

TEST(negation_is_the_best)
{
	for (u32 p = 0; p < 3; p++) {
		for (int i = 0; i < SMALL; i++) {
			struct tnum t = small(i, places[p]);
			struct best best = {0, 0};
			u64 x[16];
			int cnt = members(t, places[p], x);

			for (int j = 0; j < cnt; j++)
				best_add(&best, -x[j]);
			OK(tnum_equal(tnum_neg(t), best_tnum(best)));
		}
	}
}

TEST(ranges_are_the_best)
{
	static const u64 bases[] = {0, 0x7ffffff8, 0xfffffff8, 0x7ffffffffffffff8,
				    0xffffffffffffffe0};

	for (u32 b = 0; b < ARRAY_SIZE(bases); b++) {
		for (u64 lo = 0; lo < 32; lo++) {
			struct best best = {0, 0};

			for (u64 hi = lo; hi < 32; hi++) {
				best_add(&best, bases[b] + hi);
				OK(tnum_equal(tnum_range(bases[b] + lo, bases[b] + hi),
					      best_tnum(best)));
			}
		}
	}
	OK(tnum_is_unknown(tnum_range(0, ~0ull)));
	OK(tnum_equal(tnum_range(0x7fffffffffffffff, 0x8000000000000000), tnum_unknown()));
}

TEST(sets_of_members)
{
	for (u32 p = 0; p < 3; p++) {
		for (int i = 0; i < SMALL * SMALL; i++) {
			u8 place = places[p];
			struct tnum a = small(i / SMALL, place), b = small(i % SMALL, place);
			struct best either = {0, 0}, both = {0, 0};
			bool share = false, subset = true;

			for (u64 k = 0; k < 16; k++) {
				u64 x = k << place;
				bool in_a = tnum_has(a, x), in_b = tnum_has(b, x);

				if (in_a || in_b)
					best_add(&either, x);
				if (in_a && in_b)
					best_add(&both, x);
				share |= in_a && in_b;
				subset &= in_a || !in_b;
			}
			EQ(tnum_overlap(a, b), share);
			EQ(tnum_in(a, b), subset);
			OK(tnum_equal(tnum_union(a, b), best_tnum(either)));
			if (share)
				OK(tnum_equal(tnum_intersect(a, b), best_tnum(both)));
		}
	}
}

TEST(the_next_member)
{
	for (u32 p = 0; p < 3; p++) {
		for (int i = 0; i < SMALL; i++) {
			struct tnum t = small(i, places[p]);
			u64 x[16];
			int cnt = members(t, places[p], x);

			/* Numbers on, and one off, every place a member could stand. */
			for (u64 k = 0; k < 48; k++) {
				u64 from = ((k / 3) << places[p]) + k % 3 - 1,
				    expected = x[cnt - 1];

				for (int j = cnt - 1; j >= 0; j--) {
					if (x[j] > from)
						expected = x[j];
				}
				EQ(tnum_next(t, from), expected);
			}
		}
	}
	/* Known bits between the unknown ones: 1x0x. */
	EQ(tnum_next((struct tnum){8, 5}, 0), 8);
	EQ(tnum_next((struct tnum){8, 5}, 8), 9);
	EQ(tnum_next((struct tnum){8, 5}, 9), 12);
	EQ(tnum_next((struct tnum){8, 5}, 10), 12);
	EQ(tnum_next((struct tnum){8, 5}, 13), 13);
}

TEST(halves_bytes_and_alignment)
{
	struct tnum t = {0x1122334455667788, 0x0000000f000000f0 & ~0x1122334455667788ull};
	char buf[64];

	EQ(tnum_truncate(t, 1).value, 0x88);
	EQ(tnum_truncate(t, 2).value, 0x7788);
	EQ(tnum_truncate(t, 4).mask, 0x70);
	OK(tnum_equal(tnum_truncate(t, 8), t));
	EQ(tnum_bswap(t, 8).value, 0x8877665544332211);
	EQ(tnum_bswap(t, 4).value, 0x88776655);
	EQ(tnum_bswap(t, 4).mask, 0x70000000);
	EQ(tnum_bswap(t, 2).value, 0x8877);
	OK(tnum_equal(tnum_with_low32(t, tnum_low32(t)), t));
	OK(tnum_equal(tnum_or(tnum_low32(t), tnum_high32(t)), t));
	OK(tnum_is_aligned(t, 8));
	OK(!tnum_is_aligned(t, 16));
	OK(tnum_is_aligned(tnum_unknown(), 0));
	STR_EQ(tnum_print((struct tnum){0, 0xff}, buf, sizeof(buf)), "(0x0; 0xff)");
	STR_EQ(tnum_print(tnum_const(0), buf, sizeof(buf)), "0");
	STR_EQ(tnum_print(tnum_const(65535), buf, sizeof(buf)), "65535");
	STR_EQ(tnum_print(tnum_const(65536), buf, sizeof(buf)), "0x10000");
}

TAP_MAIN()
