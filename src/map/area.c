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

#define AREA_MAPPED_FROM  (64u << 10) /* bytes */
#define CHUNK_OBJECTS_MIN 16u

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

/* A chunk for @count objects more becomes the fresh ones. 0 or -ENOMEM. */
static int add_chunk(struct pool *pool, u64 count)
{
	struct pool_chunk *chunk;
	u64 bytes;

	if (count > MAP_MEMORY_MAX / pool->stride)
		return -ENOMEM;
	bytes = sizeof(*chunk) + count * pool->stride;
	if (bytes > MAP_MEMORY_MAX - pool->bytes)
		return -ENOMEM;
	chunk = area_alloc(bytes);
	if (!chunk)
		return -ENOMEM;
	chunk->bytes = bytes;
	chunk->next = pool->chunks;
	pool->chunks = chunk;
	pool->bytes += bytes;
	pool->fresh = (u8 *)(chunk + 1);
	pool->left = count;
	return 0;
}

int pool_init(struct pool *pool, u64 size, u64 count, u32 link)
{
	pool_init_growing(pool, size, link);
	pool->grows = false;
	return add_chunk(pool, count);
}

void pool_init_growing(struct pool *pool, u64 size, u32 link)
{
	*pool = (struct pool){.stride = ALIGN_UP(size, 8), .link = link, .grows = true};
}

int pool_grow(struct pool *pool)
{
	/* As much again as there is, so that a large pool has few chunks. */
	u64 count = max((u64)CHUNK_OBJECTS_MIN, pool->bytes / pool->stride);

	if (!pool->grows)
		return -ENOMEM;
	while (count && add_chunk(pool, count))
		count /= 2;
	return count ? 0 : -ENOMEM;
}

void pool_destroy(struct pool *pool)
{
	struct pool_chunk *chunk;

	while ((chunk = pool->chunks)) {
		pool->chunks = chunk->next;
		area_free(chunk, chunk->bytes);
	}
}
