/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peek.h - reading at an address that may be anything: what a program hands to %s or %pI4 is any
 * number it likes, and Linux reads there without falling over.
 */
#ifndef SKIFF_HELPER_PEEK_H
#define SKIFF_HELPER_PEEK_H

#include "base/types.h"

/* Is there memory at @address that can be read? */
bool peek_ok(u64 address);

/* Copy @len bytes from @address: 0, or -EFAULT with nothing to rely on in @to. */
int peek_bytes(void *to, u64 address, u32 len);

/*
 * Copy the string at @address, cut to @size - 1 bytes (@size > 0), with its NUL. The bytes written,
 * the NUL among them, or -EFAULT. Mirrors strncpy_from_kernel_nofault.
 */
long peek_string(char *to, u64 address, u32 size);

#endif
