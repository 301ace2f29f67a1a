/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random.h - a seeded stream of numbers: the same seed gives the same stream, always.
 *
 * xoshiro256** by Blackman and Vigna (2018), seeded through splitmix64. Not for secrets.
 */
#ifndef SKIFF_BASE_RANDOM_H
#define SKIFF_BASE_RANDOM_H

#include "base/types.h"

struct random {
	u64 state[4];
};

void random_seed(struct random *random, u64 seed);
u64 random_u64(struct random *random);

static inline u32 random_u32(struct random *random)
{
	return (u32)(random_u64(random) >> 32);
}

#endif
