/* SPDX-License-Identifier: BSD-2-Clause */
/* area.c - areas and pools: the memory of maps. */
#include "map/area.h"

#include "maps.h"

#include <unistd.h>

TEST(areas)
{
	static const struct {
		u64 bytes;
		bool given;
	} rows[] = {
		{0, true},
		{1, true},
		{65535, true},
		{65536, true},
		{MAP_MEMORY_MAX, true},
		{MAP_MEMORY_MAX + 1, false},
		{~0ull, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		u8 *area = area_alloc(rows[i].bytes);

		EQ(area != NULL, rows[i].given);
		if (!area)
			continue;
		EQ((uintptr_t)area % 8, 0);
		if (rows[i].bytes) {
			EQ(area[0], 0);
			EQ(area[rows[i].bytes - 1], 0);
			area[rows[i].bytes - 1] = 1;
		}
		area_free(area, rows[i].bytes);
	}
	area_free(NULL, 0);
	area_free(NULL, 1 << 20);
}

TEST(memfds)
{
	int fd = area_memfd("test", 4096);

	OK(fd >= 3);
	EQ(lseek(fd, 0, SEEK_END), 4096);
	close(fd);
}

TEST(pool_of_a_size)
{
	struct pool pool;
	u8 *objects[3];

	EQ(pool_init(&pool, 20, 3, 8), 0);
	EQ(pool.stride, 24);
	for (u32 i = 0; i < 3; i++) {
		objects[i] = pool_take(&pool);
		REQUIRE(objects[i]);
		memset(objects[i], (int)i + 1, 20);
	}
	OK(pool_take(&pool) == NULL);
	pool_give(&pool, objects[0]);
	pool_give(&pool, objects[2]);
	OK(pool_take(&pool) == objects[2]); /* the last given is the first taken */
	EQ(objects[2][0], 3);		    /* its bytes are still there, but for the link */
	EQ(objects[2][16], 3);
	OK(pool_take(&pool) == objects[0]);
	OK(pool_take(&pool) == NULL);
	pool_destroy(&pool);
	EQ(pool_init(&pool, 1 << 20, 1 << 20, 0), -ENOMEM);
}

TEST(pool_that_grows)
{
	enum { OBJECTS = 5000 };
	static u64 *objects[OBJECTS];
	struct pool pool;

	pool_init_growing(&pool, 16, 8);
	for (u64 i = 0; i < OBJECTS; i++) {
		objects[i] = pool_take(&pool);
		REQUIRE(objects[i]);
		EQ(objects[i][0], 0);
		objects[i][0] = i;
	}
	for (u64 i = 0; i < OBJECTS; i++)
		EQ(objects[i][0], i);
	OK(pool.bytes < 3 * 16 * OBJECTS);
	pool_destroy(&pool);

	/* Up to the bound, and no further: each object is a gibibyte that nobody touches. */
	pool_init_growing(&pool, 1 << 30, 0);
	for (u32 i = 0; i < 3; i++)
		OK(pool_take(&pool) != NULL);
	OK(pool_take(&pool) == NULL);
	pool_destroy(&pool);
}

TAP_MAIN()
