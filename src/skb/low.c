/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * low.c - finding room below 4 GiB. The kernel is asked for each piece at a definite address
 * with MAP_FIXED_NOREPLACE, going up from where the last one was found, so whatever else lives
 * down there is stepped over and never replaced. Freed pieces go back to the system.
 */
#include "skb/low.h"

#include <pthread.h>
#include <sys/mman.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

#if defined(__SANITIZE_ADDRESS__)
#define LOW_IN_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOW_IN_ASAN 1
#endif
#endif

#define LOW_START (1ull << 28) /* above anything a non-PIE program or its heap is likely to use */
#ifdef LOW_IN_ASAN
#define LOW_END (0x7fff8000ull & ~(LOW_CHUNK - 1ull)) /* where ASan's shadow begins */
#else
#define LOW_END (1ull << 32)
#endif

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static u64 next = LOW_START;

static void *map_at(u64 at, u64 size)
{
	void *got = mmap((void *)(uintptr_t)at, size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (got == MAP_FAILED)
		return NULL;
	/* A kernel before 4.17 takes the address for a hint. */
	if ((u64)(uintptr_t)got != at) {
		munmap(got, size);
		return NULL;
	}
	return got;
}

static void *map_between(u64 from, u64 to, u64 size)
{
	for (u64 at = from; at + size <= to; at += LOW_CHUNK) {
		void *got = map_at(at, size);

		if (got) {
			next = at + size;
			return got;
		}
	}
	return NULL;
}

void *low_alloc(u32 cnt)
{
	u64 size = (u64)cnt * LOW_CHUNK;
	void *got;

	pthread_mutex_lock(&lock);
	got = map_between(next, LOW_END, size);
	if (!got)
		got = map_between(LOW_START, min(next + size, (u64)LOW_END), size);
	pthread_mutex_unlock(&lock);
	return got;
}

void low_free(void *chunks, u32 cnt)
{
	u64 at = (u64)(uintptr_t)chunks;

	pthread_mutex_lock(&lock);
	munmap(chunks, (u64)cnt * LOW_CHUNK);
	if (at < next)
		next = at;
	pthread_mutex_unlock(&lock);
}
