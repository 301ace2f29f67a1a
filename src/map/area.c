/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * area.c - small areas come from the heap, where a sanitizer watches their edges; large ones are
 * mapped, so that untouched pages cost nothing.
 */
#include "map/area.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map/map.h"

#define AREA_MAPPED_FROM (64u << 10) /* bytes */

_Static_assert(sizeof(size_t) == 8, "an area may be larger than 4 GiB");

void *area_alloc(u64 bytes)
{
	void *area;

	if (bytes > MAP_MEMORY_MAX)
		return NULL;
	if (bytes < AREA_MAPPED_FROM)
		return calloc(1, bytes ? bytes : 1);
	area = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return area == MAP_FAILED ? NULL : area;
}

void area_free(void *area, u64 bytes)
{
	if (bytes < AREA_MAPPED_FROM)
		free(area);
	else if (area)
		munmap(area, bytes);
}

int area_memfd(const char *name, u64 bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	int high;

	if (fd < 0)
		return -errno;
	/* The descriptor is handed to user space as a map: it must not pass for standard input. */
	if (fd < 3) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		close(fd);
		if (high < 0)
			return -errno;
		fd = high;
	}
	if (ftruncate(fd, (off_t)bytes)) {
		close(fd);
		return -ENOMEM;
	}
	return fd;
}

int pool_init(struct pool *pool, u64 size, u64 capacity, u32 link, bool shrink)
{
	u64 stride = ALIGN_UP(size, 8);

	if (capacity > MAP_MEMORY_MAX / stride) {
		if (!shrink)
			return -ENOMEM;
		capacity = MAP_MEMORY_MAX / stride;
	}
	*pool = (struct pool){.stride = stride, .capacity = capacity, .link = link};
	pool->base = area_alloc(stride * capacity);
	return pool->base ? 0 : -ENOMEM;
}

void pool_destroy(struct pool *pool)
{
	area_free(pool->base, pool->stride * pool->capacity);
}
