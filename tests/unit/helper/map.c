/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - maps, records, callbacks and tail calls as a program reaches them. What each map type
 * answers is the map room's to test; here it is that the right thing is asked and told.
 */
#include <errno.h>
#include <string.h>

#include "fake.h"
#include "tap.h"

static struct fake fake;

static struct map *map_of(enum bpf_map_type type, u32 key_size, u32 value_size, u32 max_entries)
{
	struct map_spec spec = {.type = type,
				.key_size = key_size,
				.value_size = value_size,
				.max_entries = max_entries,
				.name = "records",
				.spin_lock_off = -1};
	struct map *map = NULL;

	map_create(&spec, &map, NULL);
	return map;
}

TEST(hash)
{
	struct map *map = map_of(BPF_MAP_TYPE_HASH, 4, 8, 2);
	u64 value = 5, *at;
	u32 key = 1;

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	EQ(fake_call(&fake, 1, reg(map), reg(&key), 0, 0, 0), 0);
	EQ(fake_call(&fake, 3, reg(map), reg(&key), 0, 0, 0), -ENOENT);
	EQ(fake_call(&fake, 2, reg(map), reg(&key), reg(&value), BPF_EXIST, 0), -ENOENT);
	EQ(fake_call(&fake, 2, reg(map), reg(&key), reg(&value), BPF_NOEXIST, 0), 0);
	EQ(fake_call(&fake, 2, reg(map), reg(&key), reg(&value), BPF_NOEXIST, 0), -EEXIST);
	EQ(fake_call(&fake, 2, reg(map), reg(&key), reg(&value), 5, 0), -EINVAL);
	at = (u64 *)(uintptr_t)fake_call(&fake, 1, reg(map), reg(&key), 0, 0, 0);
	REQUIRE(at != NULL);
	EQ(*at, 5);
	EQ(fake_call(&fake, 3, reg(map), reg(&key), 0, 0, 0), 0);
	EQ(fake_call(&fake, 1, reg(map), reg(&key), 0, 0, 0), 0);
	map_put(map);
	fake_free(&fake);
}

/* What the type cannot do is no crash. */
TEST(wrong_type)
{
	struct map *ring = map_of(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	struct map *hash = map_of(BPF_MAP_TYPE_HASH, 4, 8, 2);
	u64 bytes[2] = {};

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	EQ(fake_call(&fake, 1, reg(ring), reg(bytes), 0, 0, 0), 0);
	EQ(fake_call(&fake, 2, reg(ring), reg(bytes), reg(bytes), 0, 0), -ENOTSUPP);
	EQ(fake_call(&fake, 3, reg(ring), reg(bytes), 0, 0, 0), -ENOTSUPP);
	EQ(fake_call(&fake, 87, reg(hash), reg(bytes), 0, 0, 0), -ENOTSUPP);
	EQ(fake_call(&fake, 88, reg(hash), reg(bytes), 0, 0, 0), -ENOTSUPP);
	EQ(fake_call(&fake, 89, reg(hash), reg(bytes), 0, 0, 0), -ENOTSUPP);
	EQ(fake_call(&fake, 164, reg(ring), 0, 0, 0, 0), -EINVAL);
	map_put(ring);
	map_put(hash);
	fake_free(&fake);
}

/* A record is told of when it is submitted, with what is in it then; never when discarded. */
TEST(ringbuf_events)
{
	struct map *ring = map_of(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096);
	char *record;

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake_listen(&fake, BIT(EVENT_OUTPUT));
	EQ(fake_call(&fake, 130, reg(ring), reg("one"), 3, 0, 0), 0);
	EQ(fake.event_cnt, 1);
	STR_EQ(fake.text, "records");
	EQ(fake.events[0].len, 3);
	MEM_EQ(fake.record, "one", 3);
	EQ(fake_call(&fake, 130, reg(ring), reg("one"), 3, 4, 0), -EINVAL);
	EQ(fake.event_cnt, 1);

	record = (char *)(uintptr_t)fake_call(&fake, 131, reg(ring), 5, 0, 0, 0);
	REQUIRE(record != NULL);
	EQ(fake.event_cnt, 1);
	memcpy(record, "three", 5);
	fake_call(&fake, 132, reg(record), 0, 0, 0, 0);
	EQ(fake.event_cnt, 2);
	EQ(fake.events[1].len, 5);
	MEM_EQ(fake.record, "three", 5);

	record = (char *)(uintptr_t)fake_call(&fake, 131, reg(ring), 5, 0, 0, 0);
	REQUIRE(record != NULL);
	fake_call(&fake, 133, reg(record), 0, 0, 0, 0);
	EQ(fake.event_cnt, 2);
	EQ(fake_call(&fake, 134, reg(ring), BPF_RB_RING_SIZE, 0, 0, 0), 4096);
	map_put(ring);
	fake_free(&fake);
}

static void object_put(void *object)
{
}

/* Order of the checks, and the bytes of the packet behind those of the program. */
TEST(perf_event_output)
{
	static const struct {
		u64 flags;
		s64 ret;
		u32 len;
	} rows[] = {
		{1ull << 52, -EINVAL, 0},
		{1ull << 52 | 61ull << 32 | 7, -EINVAL, 0},
		{61ull << 32 | 7, -EFAULT, 0},
		{7, -E2BIG, 0},
		{2, -E2BIG, 0},
		{1, -ENOENT, 0},
		{0, 0, 3},
		{BPF_F_CURRENT_CPU, 0, 3},
		{4ull << 32 | BPF_F_CURRENT_CPU, 0, 7},
		{60ull << 32, 0, 63},
	};
	struct map *map = map_of(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2);
	u32 key = 0;

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	map->object_put = object_put;
	REQUIRE(map_user_update_object(map, &key, &fake, 0) == 0);
	/* The same with nobody listening. */
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++)
		EQ(fake_call(&fake, 25, reg(fake.run.skb), reg(map), rows[i].flags, reg("abc"), 3),
		   rows[i].ret);
	fake_listen(&fake, BIT(EVENT_OUTPUT));
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.event_cnt = 0;
		EQ(fake_call(&fake, 25, reg(fake.run.skb), reg(map), rows[i].flags, reg("abc"), 3),
		   rows[i].ret);
		EQ(fake.event_cnt, rows[i].ret == 0);
		if (rows[i].ret)
			continue;
		EQ(fake.events[0].len, rows[i].len);
		MEM_EQ(fake.record, "abc", 3);
		MEM_EQ(fake.record + 3, skb_data(fake.run.skb), rows[i].len - 3);
	}
	map_put(map);
	fake_free(&fake);
}

static u32 calls;

/* A callback that itself calls helpers, from another place. */
static u64 third_stops(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	EQ(func, 42);
	EQ(a1, calls);
	EQ(a2, 99);
	run->insn = 1000;
	return ++calls == 3;
}

/* The event of a call is that of its place, whatever the callback called meanwhile. */
TEST(callbacks_leave_the_place)
{
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake_listen(&fake, BIT(EVENT_HELPER));
	fake.run.call = third_stops;
	calls = 0;
	EQ(fake_call(&fake, BPF_FUNC_loop, 10, 42, 99, 0, 0), 3);
	EQ(fake.run.insn, 0);
	EQ(fake.event_cnt, 1);
	EQ(fake.events[0].insn, 0);
	EQ(fake.events[0].ret, 3);
	fake_free(&fake);
}

/* Where Linux calls the helper, and where it writes the loop out. */
TEST(loop_limits)
{
	static const struct {
		u8 site;
		u64 turns, flags;
		s64 ret;
	} rows[] = {
		{0, 0, 0, 0},
		{0, 0, 1, -EINVAL},
		{0, (1 << 23) + 1, 1, -EINVAL},
		{0, (1 << 23) + 1, 0, -E2BIG},
		{0, 0x100000000, 0, 0},
		{PROG_SITE_LOOP_INLINE, 0, 0, 0},
		{PROG_SITE_LOOP_INLINE, (1 << 23) + 1, 0, 4294967289},
		{PROG_SITE_LOOP_INLINE, 0x100000000, 0, 4294967289},
	};

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.site = rows[i].site;
		EQ(fake_call(&fake, BPF_FUNC_loop, rows[i].turns, 0, 0, rows[i].flags, 0),
		   rows[i].ret);
	}
	fake_free(&fake);
}

/* 33 calls that find a program; those that find none do not count. */
TEST(tail_calls)
{
	struct map *map = map_of(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2);
	struct prog next = {.refs = 1, .type = BPF_PROG_TYPE_SCHED_CLS};
	u32 key = 0;

	fake_init(&fake);
	map->object_put = object_put;
	REQUIRE(map_user_update_object(map, &key, &next, 0) == 0);
	for (u32 i = 0; i < 50; i++) {
		EQ(helper_tail_call(&fake.run, 0, reg(map), 1, 0, 0), 0);
		EQ(helper_tail_call(&fake.run, 0, reg(map), 2, 0, 0), 0);
	}
	EQ(fake.run.tail_calls, 0);
	for (u32 i = 0; i < 33; i++)
		OK(helper_tail_call(&fake.run, 0, reg(map), i % 2 ? 0x100000000 : 0, 0, 0) ==
		   reg(&next));
	EQ(helper_tail_call(&fake.run, 0, reg(map), 0, 0, 0), 0);
	map_put(map);
	fake_free(&fake);
}

TAP_MAIN()
