/* SPDX-License-Identifier: BSD-2-Clause */
/* ringbuf.c - RINGBUF. Compared with Linux byte by byte in tests/kernel/map/rings.c. */
#include "maps.h"

struct reader {
	u32 records, bytes;
	u8 last[4096];
	u32 last_len;
};

static void read_record(void *ctx, const void *bytes, u32 len)
{
	struct reader *reader = ctx;

	reader->records++;
	reader->bytes += len;
	reader->last_len = len;
	memcpy(reader->last, bytes, len);
}

TEST(a_record)
{
	struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
	struct reader reader = {0};
	u32 size = 0, header[2];
	void *record;

	record = ringbuf_reserve(map, 10, 0);
	REQUIRE(record);
	memcpy(header, (u8 *)record - 8, 8);
	EQ(header[0], BPF_RINGBUF_BUSY_BIT | 10);
	EQ(header[1], 3); /* pages from Linux's struct bpf_ringbuf to here */
	OK(ringbuf_of(record, &size) == map);
	EQ(size, 10);
	EQ(ringbuf_query(map, BPF_RB_AVAIL_DATA), 24);
	EQ(ringbuf_query(map, BPF_RB_RING_SIZE), 4096);
	EQ(ringbuf_query(map, BPF_RB_CONS_POS), 0);
	EQ(ringbuf_query(map, BPF_RB_PROD_POS), 24);
	EQ(ringbuf_query(map, 4), 0);
	EQ(ringbuf_consume(map, read_record, &reader), 0); /* busy */
	memcpy(record, "0123456789", 10);
	ringbuf_submit(record, 0);
	EQ(ringbuf_consume(map, read_record, &reader), 1);
	EQ(reader.last_len, 10);
	MEM_EQ(reader.last, "0123456789", 10);
	EQ(ringbuf_query(map, BPF_RB_CONS_POS), 24);
	EQ(ringbuf_query(map, BPF_RB_AVAIL_DATA), 0);
	EQ(ringbuf_consume(map, read_record, &reader), 0);
	map_put(map);
}

TEST(discarded_and_in_order)
{
	struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
	struct reader reader = {0};
	void *first = ringbuf_reserve(map, 8, 0), *second = ringbuf_reserve(map, 8, 0);
	void *third = ringbuf_reserve(map, 0, 0);

	REQUIRE(first && second && third);
	ringbuf_discard(second, 0);
	ringbuf_submit(third, BPF_RB_FORCE_WAKEUP);
	EQ(ringbuf_consume(map, read_record, &reader), 0); /* nothing passes the first */
	ringbuf_submit(first, 0);
	EQ(ringbuf_consume(map, read_record, &reader), 2);
	EQ(reader.last_len, 0);
	EQ(ringbuf_query(map, BPF_RB_CONS_POS), 16 + 16 + 8);
	map_put(map);
}

TEST(sizes)
{
	static const struct {
		u64 size, flags;
		bool fits;
	} rows[] = {
		{0, 0, true},		{1, 0, true},	   {4080, 0, true},
		{4081, 0, false},	{4088, 0, false},  {4096, 0, false},
		{1u << 30, 0, false},	{~0ull, 0, false}, {~0ull - 7, 0, false},
		{1ull << 32, 0, false}, {8, 1, false},	   {8, 1ull << 63, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
		void *record = ringbuf_reserve(map, rows[i].size, rows[i].flags);

		if (!record != !rows[i].fits)
			TAP_FAIL("size %llu: %p", (unsigned long long)rows[i].size, record);
		if (record)
			ringbuf_discard(record, 0);
		map_put(map);
	}
}

TEST(output)
{
	struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
	struct reader reader = {0};
	u8 bytes[4096];

	memset(bytes, 0x77, sizeof(bytes));
	EQ(ringbuf_output(map, bytes, 5, 4), -EINVAL);
	EQ(ringbuf_output(map, bytes, 5, 1ull << 32), -EINVAL);
	EQ(ringbuf_output(map, bytes, 5, BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP), 0);
	EQ(ringbuf_output(map, bytes, 4096, 0), -EAGAIN);
	EQ(ringbuf_output(map, bytes, ~0ull, 0), -EAGAIN);
	EQ(ringbuf_output(map, NULL, 0, 0), 0);
	EQ(ringbuf_output(map, bytes, 4056, 0),
	   0); /* 16 + 8 + 4064 = 4088: one byte is left over */
	EQ(ringbuf_output(map, bytes, 0, 0), -EAGAIN);
	EQ(ringbuf_consume(map, read_record, &reader), 3);
	EQ(reader.bytes, 5 + 4056);
	EQ(ringbuf_output(map, bytes, 4080, 0), 0);
	map_put(map);
}

/* Records that wrap around are one run of bytes all the same. */
TEST(around_the_end)
{
	struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
	struct reader reader = {0};
	u8 bytes[1500];

	for (u32 turn = 0; turn < 200; turn++) {
		for (u32 i = 0; i < sizeof(bytes); i++)
			bytes[i] = (u8)(turn + i);
		EQ(ringbuf_output(map, bytes, sizeof(bytes) - turn, 0), 0);
		EQ(ringbuf_consume(map, read_record, &reader), 1);
		EQ(reader.last_len, sizeof(bytes) - turn);
		MEM_EQ(reader.last, bytes, sizeof(bytes) - turn);
	}
	map_put(map);
}

TEST(user_space_has_no_elements)
{
	struct map *map = MAP(RINGBUF, 0, 0, 4096, 0);
	u64 value = 0;

	EQ(map_user_lookup(map, NULL, &value, 0), -ENOTSUPP);
	EQ(map_user_update(map, NULL, &value, 0), -ENOTSUPP);
	EQ(map_user_delete(map, NULL), -ENOTSUPP);
	EQ(map_user_next_key(map, NULL, &value), -ENOTSUPP);
	EQ(map_user_take(map, NULL, &value, 0), -ENOTSUPP);
	map_put(map);
}

TAP_MAIN()
