/* SPDX-License-Identifier: BSD-2-Clause */
/* hash.h - a 32-bit hash of a run of bytes, for tables in memory; seeded, not for secrets. */
#ifndef SKIFF_BASE_HASH_H
#define SKIFF_BASE_HASH_H

#include "base/types.h"

u32 hash_bytes(const void *bytes, size_t len, u32 seed);

#endif
