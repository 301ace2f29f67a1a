/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar.c - scalars are sound: whatever a number does, the scalar that stood for it still does.
 *
 * Two ways. Small: every tnum of four bits and a set of ranges, at the bottom of the word, at the
 * borders of the halves and at its top, each operation on each pair, each member. Large: random
 * programs run on numbers and on scalars side by side, the numbers choosing the way at each jump.
 * How tight scalars are is scalar_precision.c's and scalar_kernel.c's question.
 */
#include <inttypes.h>

#include "base/random.h"
#include "concrete.h"
#include "tap.h"
#include "verify/scalar.h"

static const u8 alu_ops[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_MOD,  BPF_OR,
			     BPF_AND, BPF_XOR, BPF_LSH, BPF_RSH, BPF_ARSH, BPF_NEG};
static const u8 jump_ops[] = {BPF_JEQ, BPF_JNE,	 BPF_JSET, BPF_JGT,  BPF_JGE, BPF_JLT,
			      BPF_JLE, BPF_JSGT, BPF_JSGE, BPF_JSLT, BPF_JSLE};

#define MEMBERS_MAX 16
#define FAMILY_MAX  512

/* A scalar, and every number in it. */
struct sample {
	struct scalar scalar;
	u64 members[MEMBERS_MAX];
	int cnt;
};

struct family {
	struct sample samples[FAMILY_MAX];
	int cnt;
};

/* Adds @s with those of @base, @base + step, ... (16 of them) that it holds; all it holds. */
static void family_add(struct family *family, struct scalar s, u64 base, u64 step)
{
	struct sample *sample = &family->samples[family->cnt++];

	sample->scalar = s;
	sample->cnt = 0;
	for (u64 i = 0; i < MEMBERS_MAX; i++) {
		if (scalar_has(s, base + i * step))
			sample->members[sample->cnt++] = base + i * step;
	}
}

/* All tnums of four bits at @place, every @every-th of them. */
static void family_tnums(struct family *family, u8 place, int every)
{
	for (int n = 0; n < 81; n += every) {
		struct scalar s = scalar_unknown();

		s.bits = tnum_const(0);
		for (int bit = 0, digits = n; bit < 4; bit++, digits /= 3) {
			if (digits % 3 == 1)
				s.bits.value |= 1ull << (place + bit);
			if (digits % 3 == 2)
				s.bits.mask |= 1ull << (place + bit);
		}
		family_add(family, scalar_sync(s), 0, 1ull << place);
	}
}

/* Ranges within the 16 numbers from @base on: as unsigned, or as signed ones. */
static void family_ranges(struct family *family, u64 base)
{
	static const u8 ends[][2] = {{0, 15}, {0, 1},  {3, 11}, {7, 8},
				     {6, 9},  {8, 15}, {0, 7},	{8, 8}};

	for (u32 i = 0; i < ARRAY_SIZE(ends); i++) {
		struct scalar s = scalar_unknown();

		if (base + ends[i][0] <= base + ends[i][1]) {
			s.umin = base + ends[i][0];
			s.umax = base + ends[i][1];
		} else {
			s.smin = (s64)(base + ends[i][0]);
			s.smax = (s64)(base + ends[i][1]);
		}
		family_add(family, scalar_sync(s), base, 1);
	}
}

static struct family *family(int every)
{
	static const u64 bases[] = {0,
				    0x7ffffff8,
				    0xfffffff8,
				    0x17ffffff8,
				    0x7ffffffffffffff8,
				    0xfffffffffffffff8,
				    0xffffffff7ffffff8,
				    0xfffffffefffffff8};
	static struct family all;

	all.cnt = 0;
	family_tnums(&all, 0, every);
	family_tnums(&all, 30, every);
	family_tnums(&all, 60, every);
	for (u32 i = 0; i < ARRAY_SIZE(bases); i++)
		family_ranges(&all, bases[i]);
	return &all;
}

/* Does each number stand in a scalar that says it is all there is? Then so it is. */
TEST(samples_are_what_they_say)
{
	struct family *all = family(1);

	for (int i = 0; i < all->cnt; i++) {
		const struct sample *sample = &all->samples[i];

		OK(sample->cnt > 0);
		OK(scalar_is_valid(sample->scalar));
		if (scalar_is_const(sample->scalar))
			EQ(sample->cnt, 1);
	}
}

static void text_of(struct scalar s, char *buf)
{
	scalar_print(s, buf, SCALAR_TEXT_MAX);
}

static void missing(const char *what, u8 op, u64 result, struct scalar a, struct scalar b,
		    struct scalar seen)
{
	char left[SCALAR_TEXT_MAX], right[SCALAR_TEXT_MAX], text[SCALAR_TEXT_MAX];

	text_of(a, left);
	text_of(b, right);
	text_of(seen, text);
	TAP_FAIL("%s 0x%x of %s and %s: 0x%" PRIx64 " is missing in %s", what, op, left, right,
		 result, text);
}

static void check_alu(u8 op, bool is64, s16 off, const struct sample *a, const struct sample *b)
{
	struct scalar result = scalar_alu(op, is64, a->scalar, b->scalar, off);

	for (int i = 0; i < a->cnt; i++) {
		for (int j = 0; j < b->cnt; j++) {
			u64 z = concrete_alu(op, is64, a->members[i], b->members[j], off);

			if (!scalar_has(result, z))
				missing(is64 ? "alu64" : "alu32", op, z, a->scalar, b->scalar,
					result);
		}
	}
}

TEST(arithmetic_of_small_sets)
{
	struct family *all = family(4);

	for (u32 op = 0; op < ARRAY_SIZE(alu_ops) && !tap_failures; op++) {
		for (int i = 0; i < all->cnt; i++) {
			for (int j = 0; j < all->cnt; j++) {
				for (int mode = 0; mode < 4; mode++)
					check_alu(alu_ops[op], mode & 1, mode >> 1,
						  &all->samples[i], &all->samples[j]);
			}
		}
	}
}

TEST(offsets_of_small_sets)
{
	struct family *all = family(4);

	for (int i = 0; i < all->cnt * all->cnt && !tap_failures; i++) {
		const struct sample *a = &all->samples[i / all->cnt],
				    *b = &all->samples[i % all->cnt];
		struct scalar sum = scalar_offset(BPF_ADD, a->scalar, b->scalar);
		struct scalar difference = scalar_offset(BPF_SUB, a->scalar, b->scalar);

		for (int x = 0; x < a->cnt; x++) {
			for (int y = 0; y < b->cnt; y++) {
				OK(scalar_has(sum, a->members[x] + b->members[y]));
				OK(scalar_has(difference, a->members[x] - b->members[y]));
			}
		}
	}
}

/* The answer, and what either way teaches, of a jump on each pair of members. */
static void check_jump(u8 op, bool is32, const struct sample *a, const struct sample *b)
{
	int answer = scalar_branch(op, is32, a->scalar, b->scalar);
	struct scalar yes_a = a->scalar, yes_b = b->scalar, no_a = a->scalar, no_b = b->scalar;

	scalar_refine(op, is32, &yes_a, &yes_b);
	scalar_refine(scalar_negate(op), is32, &no_a, &no_b);
	for (int i = 0; i < a->cnt; i++) {
		for (int j = 0; j < b->cnt; j++) {
			u64 x = a->members[i], y = b->members[j];
			bool taken = concrete_branch(op, is32, x, y);

			if (answer >= 0 && answer != taken)
				missing("jump", op, taken, a->scalar, b->scalar, a->scalar);
			if (!scalar_has(taken ? yes_a : no_a, x))
				missing("left of jump", op, x, a->scalar, b->scalar,
					taken ? yes_a : no_a);
			if (!scalar_has(taken ? yes_b : no_b, y))
				missing("right of jump", op, y, a->scalar, b->scalar,
					taken ? yes_b : no_b);
		}
	}
}

TEST(jumps_on_small_sets)
{
	struct family *all = family(4);

	for (u32 op = 0; op < ARRAY_SIZE(jump_ops) && !tap_failures; op++) {
		for (int i = 0; i < all->cnt * all->cnt; i++) {
			check_jump(jump_ops[op], true, &all->samples[i / all->cnt],
				   &all->samples[i % all->cnt]);
			check_jump(jump_ops[op], false, &all->samples[i / all->cnt],
				   &all->samples[i % all->cnt]);
		}
	}
}

static void expect(const char *what, u8 width, const struct sample *a, u64 z, struct scalar result)
{
	if (!scalar_has(result, z))
		missing(what, width, z, a->scalar, a->scalar, result);
}

TEST(casts_of_small_sets)
{
	struct family *all = family(1);

	for (int i = 0; i < all->cnt && !tap_failures; i++) {
		const struct sample *a = &all->samples[i];

		for (int j = 0; j < a->cnt; j++) {
			u64 x = a->members[j];

			expect("zext", 32, a, (u32)x, scalar_zext32(a->scalar));
			for (u8 bytes = 1; bytes <= 4; bytes *= 2) {
				u8 bits = 8 * bytes;
				u64 low = x & ((1ull << bits) - 1);

				expect("truncate", bits, a, low, scalar_truncate(a->scalar, bytes));
				expect("load", bits, a, low, scalar_load_range(bytes, false));
				expect("sign load", bits, a, concrete_sign_extend(x, bits, true),
				       scalar_load_range(bytes, true));
				expect("movsx64", bits, a, concrete_sign_extend(x, bits, true),
				       scalar_mov_sx(a->scalar, bits, true));
				if (bits < 32)
					expect("movsx32", bits, a,
					       concrete_sign_extend(x, bits, false),
					       scalar_mov_sx(a->scalar, bits, false));
			}
			for (u8 bits = 16; bits && bits <= 64; bits *= 2) {
				u64 low = bits == 64 ? x : x & ((1ull << bits) - 1);

				expect("be", bits, a, concrete_swap(x, bits),
				       scalar_end(a->scalar, BPF_TO_BE, false, bits));
				expect("bswap", bits, a, concrete_swap(x, bits),
				       scalar_end(a->scalar, BPF_TO_LE, true, bits));
				expect("le", bits, a, low,
				       scalar_end(a->scalar, BPF_TO_LE, false, bits));
			}
		}
	}
}

TEST(within_means_every_member)
{
	struct family *all = family(1);
	int within = 0;

	for (int i = 0; i < all->cnt; i++) {
		for (int j = 0; j < all->cnt; j++) {
			const struct sample *old = &all->samples[i], *cur = &all->samples[j];

			if (!scalar_within(old->scalar, cur->scalar))
				continue;
			within++;
			for (int x = 0; x < cur->cnt; x++)
				OK(scalar_has(old->scalar, cur->members[x]));
		}
		OK(scalar_within(all->samples[i].scalar, all->samples[i].scalar));
		OK(scalar_within(scalar_unknown(), all->samples[i].scalar));
	}
	OK(within > 2 * all->cnt); /* and not only the trivial ones */
}

TEST(a_split_covers_both_numbers)
{
	struct scalar sign = scalar_alu(BPF_ARSH, true, scalar_unknown(), scalar_const(63), 0);
	struct scalar low = scalar_alu(BPF_ARSH, false, scalar_unknown(), scalar_const(31), 0),
		      zero;

	OK(scalar_split(BPF_AND, &sign, scalar_const(12), &zero));
	EQ(scalar_value(sign), -1);
	EQ(scalar_value(zero), 0);
	OK(scalar_split(BPF_OR, &low, scalar_const(12), &zero));
	OK(scalar_is_const(low) && scalar_value(low) == 0xffffffff);
	OK(scalar_is_const(zero) && scalar_value(zero) == 0);
	OK(!scalar_split(BPF_XOR, &low, scalar_const(12), &zero));
	low = scalar_alu(BPF_ARSH, false, scalar_unknown(), scalar_const(31), 0);
	OK(!scalar_split(BPF_AND, &low, scalar_unknown(), &zero));
	low = scalar_const(0);
	OK(!scalar_split(BPF_AND, &low, scalar_const(12), &zero));
}

TEST(contradictions_are_found)
{
	struct scalar s = scalar_unknown();

	OK(scalar_is_valid(s));
	s.umin = 10;
	s.umax = 9;
	OK(!scalar_is_valid(s));
	OK(scalar_is_valid(scalar_unbounded(s)));

	s = scalar_unknown();
	s.bits = tnum_const(1);
	OK(!scalar_is_valid(s));
	s = scalar_const(7);
	s.s32_max = 8;
	OK(!scalar_is_valid(s));

	/* 64-bit numbers below 16 of which the low half, as signed, is negative. */
	s = scalar_unknown();
	s.umax = 15;
	s.s32_max = -1;
	OK(!scalar_is_valid(scalar_sync(s)));
}

#define LIVES 5
#define RUNS  3000
#define STEPS 60

struct machine {
	u64 x[LIVES];
	struct scalar s[LIVES];
};

static u64 number(struct random *random)
{
	u64 shape = random_u64(random) % 4, x = random_u64(random) >> random_u64(random) % 64;

	if (shape == 0)
		return 0 - x % 20;
	if (shape == 1)
		return (1ull << random_u64(random) % 64) + x % 5 - 2;
	return x;
}

/* One random instruction on numbers and scalars; false: they disagree. */
static bool step(struct machine *m, struct random *random)
{
	u32 d = random_u32(random) % LIVES, e = random_u32(random) % LIVES;
	u64 imm = (u64)(s64)(s32)number(random);
	bool reg = random_u32(random) & 1, wide = random_u32(random) & 1;
	u64 y = reg ? m->x[e] : imm;
	struct scalar operand = reg ? m->s[e] : scalar_const(imm);

	switch (random_u32(random) % 8) {
	case 0: /* a new number of which the width is known */
	{
		u8 bytes = (u8)(1 << random_u32(random) % 4);

		m->x[d] = bytes == 8 ? number(random) : number(random) & ((1ull << 8 * bytes) - 1);
		m->s[d] = scalar_load_range(bytes, false);
		break;
	}
	case 1: {
		u8 bits = (u8)(8 << random_u32(random) % (wide ? 3 : 2));

		m->x[d] = concrete_sign_extend(m->x[e], bits, wide);
		m->s[d] = scalar_mov_sx(m->s[e], bits, wide);
		break;
	}
	case 2:
	case 3:
	case 4: {
		u8 op = alu_ops[random_u32(random) % ARRAY_SIZE(alu_ops)];
		bool shift = op == BPF_LSH || op == BPF_RSH || op == BPF_ARSH;
		s16 off = (op == BPF_DIV || op == BPF_MOD) && random_u32(random) % 2;

		if (shift && !reg) {
			y &= wide ? 63 : 31;
			operand = scalar_const(y);
		}
		m->x[d] = concrete_alu(op, wide, m->x[d], y, off);
		m->s[d] = scalar_alu(op, wide, m->s[d], operand, off);
		break;
	}
	default: {
		u8 op = jump_ops[random_u32(random) % ARRAY_SIZE(jump_ops)];
		bool taken = concrete_branch(op, wide, m->x[d], y);
		int answer = scalar_branch(op, wide, m->s[d], operand);

		if (answer >= 0)
			return answer == taken;
		scalar_refine(taken ? op : scalar_negate(op), wide, &m->s[d],
			      reg ? &m->s[e] : &operand);
		return scalar_has(m->s[d], m->x[d]) && scalar_has(m->s[e], m->x[e]);
	}
	}
	return scalar_has(m->s[d], m->x[d]) && scalar_is_valid(m->s[d]);
}

TEST(programs_on_numbers_and_on_scalars)
{
	u32 told = 0;

	for (u64 seed = 1; seed <= RUNS && !tap_failures; seed++) {
		struct random random;
		struct machine m;

		random_seed(&random, seed);
		for (int i = 0; i < LIVES; i++) {
			m.x[i] = number(&random);
			m.s[i] = scalar_unknown();
		}
		for (int i = 0; i < STEPS; i++) {
			if (!step(&m, &random)) {
				TAP_FAIL("seed %" PRIu64 ", step %d", seed, i);
				break;
			}
		}
		for (int i = 0; i < LIVES; i++)
			told += !scalar_is_unknown(m.s[i]);
	}
	OK(told > RUNS); /* the scalars did know something */
}

TAP_MAIN()
