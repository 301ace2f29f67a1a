/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * peek.c - the kernel is asked, once a page, whether an address can be read: rt_sigprocmask(2)
 * first reads the set it is given, -EFAULT if it cannot, and only then refuses to do what there
 * is no name for. No descriptor, no privilege, and no sandbox lacks it.
 */
#include "helper/peek.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096u /* the smallest there is */

bool peek_ok(u64 address)
{
	/* 8 aligned bytes lie on one page. */
	return syscall(SYS_rt_sigprocmask, ~0, address & ~7ull, NULL, 8) != 0 && errno == EINVAL;
}

/* A program may look behind the end of its own objects, as on Linux; that is no error of ours. */
__attribute__((no_sanitize("address"))) static u8 byte_at(u64 address)
{
	return *(const volatile u8 *)(uintptr_t)address;
}

int peek_bytes(void *to, u64 address, u32 len)
{
	u8 *at = to;

	for (u32 i = 0; i < len; i++) {
		if ((i == 0 || (address + i) % PAGE == 0) && !peek_ok(address + i))
			return -EFAULT;
		at[i] = byte_at(address + i);
	}
	return 0;
}

long peek_string(char *to, u64 address, u32 size)
{
	for (u32 i = 0; i < size; i++) {
		if ((i == 0 || (address + i) % PAGE == 0) && !peek_ok(address + i))
			return -EFAULT;
		to[i] = (char)byte_at(address + i);
		if (!to[i])
			return i + 1;
	}
	to[size - 1] = '\0';
	return size;
}
