/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar.h - what the verifier knows of one number: its bits and ten bounds, kept consistent.
 *
 * A scalar stands for the set of the 64-bit numbers x that agree with all of
 *
 *     bits       x is in gamma(bits)                     (tnum.h)
 *     u64        umin    <= x            <= umax         as unsigned
 *     s64        smin    <= (s64)x       <= smax         as signed
 *     u32, s32   the same of the low half, (u32)x and (s32)x
 *
 * written gamma(s). Each operation is sound: for x in gamma(a) and y in gamma(b) the number that
 * the instruction computes is in gamma(scalar_op(a, b)), so the set may only be too large, never
 * too small. How much too large is part of the contract: programs are accepted or refused by it,
 * so every operation knows what Linux 6.18 knows after the same instruction, and no more.
 * tests/verify/ compares the two through the kernel's log.
 *
 * Values in, values out; no function looks at anything but its arguments. The variable part of a
 * pointer (its offset) is held in a scalar too, see scalar_offset.
 */
#ifndef SKIFF_VERIFY_SCALAR_H
#define SKIFF_VERIFY_SCALAR_H

#include <linux/bpf.h>

#include "base/types.h"
#include "verify/tnum.h"

struct scalar {
	struct tnum bits;
	s64 smin, smax;
	u64 umin, umax;
	s32 s32_min, s32_max;
	u32 u32_min, u32_max;
};

/*
 * "a has none of b's bits": what holds where JSET was not taken. No instruction says it; it is an
 * operator of scalar_refine only, beside BPF_JEQ, JNE, JSET, J[S]GT, J[S]GE, J[S]LT, J[S]LE.
 */
#define SCALAR_JNSET 0xf0

/* Every number; one number. */
struct scalar scalar_unknown(void);
struct scalar scalar_const(u64 value);

/*
 * The bits of @s, every bound forgotten: what Linux makes of a number whose bounds have come to
 * contradict each other (not scalar_is_valid), and goes on with.
 */
struct scalar scalar_unbounded(struct scalar s);

/* Is exactly one number meant, going by the bits alone (as the kernel does)? */
static inline bool scalar_is_const(struct scalar s)
{
	return tnum_is_const(s.bits);
}

/* Is nothing known at all? */
bool scalar_is_unknown(struct scalar s);

/* The number of a scalar_is_const. */
static inline u64 scalar_value(struct scalar s)
{
	return s.bits.value;
}

/* Is @x in gamma(@s)? */
bool scalar_has(struct scalar s, u64 x);

/* All fields alike? (Two different scalars may stand for the same set.) */
bool scalar_equal(struct scalar a, struct scalar b);

/*
 * Are the bounds in order (min <= max, all five pairs) and do the constants agree? A scalar for
 * which this is false has an empty gamma: the path that led to it cannot be taken.
 * Mirrors reg_bounds_sanity_check.
 */
bool scalar_is_valid(struct scalar s);

/*
 * Let each kind of knowledge improve the others: bits, the four ranges, both halves. Ends every
 * operation below; a caller needs it only after changing fields itself.
 * Mirrors reg_bounds_sync.
 */
struct scalar scalar_sync(struct scalar s);

/*
 * The result of `dst op= src`, a BPF_ALU64 (@is64) or BPF_ALU instruction; the latter clears the
 * high half. @op is BPF_ADD, SUB, MUL, DIV, MOD, OR, AND, XOR, LSH, RSH, ARSH or NEG (@src is
 * not looked at). @off is the instruction's off. Of DIV and MOD, signed or not, and of a shift by
 * anything but a known number that the width allows, nothing is known afterwards.
 * Mirrors adjust_scalar_min_max_vals.
 */
struct scalar scalar_alu(u8 op, bool is64, struct scalar dst, struct scalar src, s16 off);

/*
 * A number of which it is known that it is -1 or 0 (what `s>>= 63` leaves) is split by an AND or OR
 * with a constant: Linux looks at each by itself. True when scalar_alu(@op, ..., *@dst, @src) is
 * such a case; then *@zero is *@dst as 0, with which a path must be pushed that does the same
 * instruction again, and *@dst has become -1. 32-bit -1 and 0 (in the low half) count as well.
 * Mirrors maybe_fork_scalars.
 */
bool scalar_split(u8 op, struct scalar *dst, struct scalar src, struct scalar *zero);

/*
 * A byte swap: @source is BPF_TO_LE or BPF_TO_BE, @unconditional is class ALU64's bswap, @bits is
 * 16, 32 or 64. Swapped bits stay known, the bounds do not. Mirrors scalar_byte_swap.
 */
struct scalar scalar_end(struct scalar s, u8 source, bool unconditional, u8 bits);

/* MOVSX: sign-extend the low @bits (8, 16; 32 with @is64) to 64 bits, or (not @is64) to 32 with
 * the high half 0. Mirrors coerce_reg_to_size_sx and coerce_subreg_to_size_sx. */
struct scalar scalar_mov_sx(struct scalar src, u8 bits, bool is64);

/* A 32-bit move: the low half, the high half 0. Mirrors zext_32_to_64. */
struct scalar scalar_zext32(struct scalar s);

/* The low @bytes (1, 2, 4; 8 changes nothing), zero-extended. Mirrors coerce_reg_to_size. */
struct scalar scalar_truncate(struct scalar s, u8 bytes);

/* What a load of @bytes (1, 2, 4, 8) of unknown memory gives; MEMSX with @sign_extended. */
struct scalar scalar_load_range(u8 bytes, bool sign_extended);

/*
 * The variable part of a pointer after adding (BPF_ADD) or subtracting (BPF_SUB) the unknown
 * number @by. Less is kept than by scalar_alu: any overflow of a 64-bit pair of bounds forgets the
 * pair, and the 32-bit bounds start unknown. Mirrors the second half of adjust_ptr_min_max_vals.
 */
struct scalar scalar_offset(u8 op, struct scalar offset, struct scalar by);

/*
 * Does the jump `if a op b` happen? 1 always, 0 never, -1 it depends. @is32 compares low halves.
 * @op is BPF_JEQ, JNE, JSET, JGT, JGE, JLT, JLE, JSGT, JSGE, JSLT or JSLE.
 * Mirrors is_scalar_branch_taken (asked with the constant on either side).
 */
int scalar_branch(u8 op, bool is32, struct scalar a, struct scalar b);

/* The operator that holds where `a op b` does not: JEQ/JNE, JGT/JLE, ..., JSET/SCALAR_JNSET. */
u8 scalar_negate(u8 op);
/* The operator with which `b op' a` says the same as `a op b`. */
u8 scalar_flip(u8 op);

/*
 * What is known of both where `a op b` holds; @op may also be SCALAR_JNSET. *@a and *@b come out
 * synced. When that cannot hold, one of them may no longer be scalar_is_valid (the caller goes on
 * with scalar_unbounded of it, as Linux does). @a and @b may be the same object, a register
 * compared with itself: Linux 6.18 then narrows it from both sides, although `r < r` never holds.
 * Mirrors regs_refine_cond_op and reg_bounds_sync on both.
 */
void scalar_refine(u8 op, bool is32, struct scalar *a, struct scalar *b);

/*
 * Is everything that @cur may be covered by @old? Then a state with @cur need not be explored
 * where one with @old was. Mirrors range_within and tnum_in.
 */
bool scalar_within(struct scalar old, struct scalar cur);

/*
 * @s as the kernel's log writes it: "7" or "scalar(umax=255,...)"; and its bounds and bits alone,
 * each after a "," but the first, which comes after @separator ("" or ","). Both into @buf of
 * @size bytes (SCALAR_TEXT_MAX are enough), both return @buf. Mirror print_scalar_ranges.
 */
#define SCALAR_TEXT_MAX 384
char *scalar_print(struct scalar s, char *buf, size_t size);
char *scalar_print_bounds(struct scalar s, const char *separator, char *buf, size_t size);

#endif
