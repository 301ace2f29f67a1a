/* SPDX-License-Identifier: BSD-2-Clause */
/* random.c - xoshiro256** and its seeding; see random.h. */
#include "base/random.h"

static u64 splitmix64(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static u64 rotate_left(u64 value, int bits)
{
	return value << bits | value >> (64 - bits);
}

void random_seed(struct random *random, u64 seed)
{
	for (size_t i = 0; i < ARRAY_SIZE(random->state); i++)
		random->state[i] = splitmix64(&seed);
}

u64 random_u64(struct random *random)
{
	u64 *s = random->state;
	u64 result = rotate_left(s[1] * 5, 7) * 9;
	u64 shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}
