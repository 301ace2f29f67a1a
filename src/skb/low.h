/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * low.h - memory below 4 GiB, for packet bytes: a program's context holds their addresses in
 * 32 bits.
 */
#ifndef SKIFF_SKB_LOW_H
#define SKIFF_SKB_LOW_H

#include "base/types.h"

#define LOW_CHUNK (1u << 20) /* bytes; what is handed out at a time */

/*
 * @cnt chunks in one piece, readable and writable, zeroed, below 4 GiB (2 GiB under
 * AddressSanitizer, whose shadow lies above). NULL when the low region is exhausted. Any thread.
 */
void *low_alloc(u32 cnt);
void low_free(void *chunks, u32 cnt);

#endif
