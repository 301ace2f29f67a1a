/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * concrete.h - what instructions compute, on one number: the truth that scalars must contain.
 * Written from RFC 9669, on its own, so that it shares no mistake with the code under test.
 */
#ifndef SKIFF_TESTS_VERIFY_CONCRETE_H
#define SKIFF_TESTS_VERIFY_CONCRETE_H

#include <linux/bpf.h>

#include "base/types.h"

static inline s64 concrete_divide(s64 x, s64 y, bool modulo)
{
	if (y == 0)
		return modulo ? x : 0;
	if (y == -1)
		return modulo ? 0 : (s64)(0 - (u64)x);
	return modulo ? x % y : x / y;
}

static inline u64 concrete_alu64(u8 op, u64 x, u64 y, s16 off)
{
	switch (op) {
	case BPF_ADD:
		return x + y;
	case BPF_SUB:
		return x - y;
	case BPF_MUL:
		return x * y;
	case BPF_DIV:
		return off ? (u64)concrete_divide((s64)x, (s64)y, false) : y ? x / y : 0;
	case BPF_MOD:
		return off ? (u64)concrete_divide((s64)x, (s64)y, true) : y ? x % y : x;
	case BPF_AND:
		return x & y;
	case BPF_OR:
		return x | y;
	case BPF_XOR:
		return x ^ y;
	case BPF_LSH:
		return x << (y & 63);
	case BPF_RSH:
		return x >> (y & 63);
	case BPF_ARSH:
		return (u64)((s64)x >> (y & 63));
	case BPF_NEG:
		return 0 - x;
	}
	return 0;
}

static inline u64 concrete_alu32(u8 op, u32 x, u32 y, s16 off)
{
	switch (op) {
	case BPF_DIV:
		return off ? (u32)concrete_divide((s32)x, (s32)y, false) : y ? x / y : 0;
	case BPF_MOD:
		return off ? (u32)concrete_divide((s32)x, (s32)y, true) : y ? x % y : x;
	case BPF_LSH:
		return x << (y & 31);
	case BPF_RSH:
		return x >> (y & 31);
	case BPF_ARSH:
		return (u32)((s32)x >> (y & 31));
	}
	return (u32)concrete_alu64(op, x, y, 0);
}

static inline u64 concrete_alu(u8 op, bool is64, u64 x, u64 y, s16 off)
{
	return is64 ? concrete_alu64(op, x, y, off) : concrete_alu32(op, (u32)x, (u32)y, off);
}

static inline bool concrete_branch(u8 op, bool is32, u64 x, u64 y)
{
	s64 sx = is32 ? (s32)x : (s64)x, sy = is32 ? (s32)y : (s64)y;

	if (is32) {
		x = (u32)x;
		y = (u32)y;
	}
	switch (op) {
	case BPF_JEQ:
		return x == y;
	case BPF_JNE:
		return x != y;
	case BPF_JSET:
		return x & y;
	case BPF_JGT:
		return x > y;
	case BPF_JGE:
		return x >= y;
	case BPF_JLT:
		return x < y;
	case BPF_JLE:
		return x <= y;
	case BPF_JSGT:
		return sx > sy;
	case BPF_JSGE:
		return sx >= sy;
	case BPF_JSLT:
		return sx < sy;
	case BPF_JSLE:
		return sx <= sy;
	}
	return false;
}

static inline u64 concrete_sign_extend(u64 x, u8 bits, bool is64)
{
	s64 wide = bits == 8 ? (s8)x : bits == 16 ? (s16)x : (s32)x;

	return is64 ? (u64)wide : (u32)wide;
}

static inline u64 concrete_swap(u64 x, u8 bits)
{
	return bits == 16   ? __builtin_bswap16((u16)x)
	       : bits == 32 ? __builtin_bswap32((u32)x)
			    : __builtin_bswap64(x);
}

#endif
