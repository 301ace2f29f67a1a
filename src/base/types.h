/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * types.h - the short names of fixed-width types that the rest of the code is written in.
 *
 * They are the kernel's. A be16 or be32 holds a value in network byte order.
 */
#ifndef SKIFF_BASE_TYPES_H
#define SKIFF_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;
typedef uint16_t be16;
typedef uint32_t be32;

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(n)	      (1u << (n))
#define BIT_ULL(n)    (1ull << (n))
#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)

#define min(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) min_a = (a);                                                         \
		__typeof__(b) min_b = (b);                                                         \
		min_a < min_b ? min_a : min_b;                                                     \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) max_a = (a);                                                         \
		__typeof__(b) max_b = (b);                                                         \
		max_a > max_b ? max_a : max_b;                                                     \
	})

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* a rounded up to a multiple of @to, a power of two. */
#define ALIGN_UP(a, to) (((a) + ((__typeof__(a))(to)-1)) & ~((__typeof__(a))(to)-1))

#endif
