/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * records.c - queues, stacks, ring buffers and perf events against Linux, as a program reaches
 * them: return codes, what is popped, what a ring says of itself, and a perf record's bytes.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "asm.h"
#include "desk.h"
#include "linux.h"
#include "tap.h"

static struct fake fake;
static struct desk desk;
static u8 frame[60];

static void setup(void)
{
	fake_init(&fake);
	for (u32 i = 0; i < sizeof(frame); i++)
		frame[i] = (u8)i;
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (u32 i = 0; i < sizeof(desk.mem); i++)
		desk.mem[i] = (u8)(i / 8);
}

/* The same map on both sides. */
static int make(struct desk_question *question, enum bpf_map_type type, u32 key_size,
		u32 value_size, u32 max_entries)
{
	struct map_spec spec = {.type = type,
				.key_size = key_size,
				.value_size = value_size,
				.max_entries = max_entries,
				.spin_lock_off = -1};

	question->type = BPF_PROG_TYPE_SCHED_CLS;
	question->map = linux_map(type, key_size, value_size, max_entries);
	return question->map < 0 ? question->map : map_create(&spec, &question->skiff_map, NULL);
}

static void unmake(struct desk_question *question)
{
	close(question->map);
	map_put(question->skiff_map);
}

/* A second question about the same map. */
static struct desk_question another(const struct desk_question *first, u32 helper)
{
	struct desk_question question = *first;

	question.helper = helper;
	return question;
}

/* Fill and drain, with peeks and bad flags between, at every level. */
static void queue(enum bpf_map_type type)
{
	static const u64 flags[] = {0, 0, 0, BPF_EXIST, 0, 0, BPF_NOEXIST, 3, 1ull << 32, 0, 0};
	struct desk_question push = {.helper = BPF_FUNC_map_push_elem,
				     .kinds = {DESK_MAP, DESK_MEM, DESK_NUM}};
	struct desk_question pop, peek;
	u32 turn = 0;

	setup();
	REQUIRE(make(&push, type, 0, 8, 4) == 0);
	pop = another(&push, BPF_FUNC_map_pop_elem);
	pop.kinds[2] = DESK_NONE;
	peek = another(&pop, BPF_FUNC_map_peek_elem);
	REQUIRE(desk_open(&push) == 0);
	REQUIRE(desk_open(&pop) == 0);
	REQUIRE(desk_open(&peek) == 0);
	for (; turn < 120; turn++) {
		desk.args[1] = turn * 8;
		desk.args[2] = flags[turn % ARRAY_SIZE(flags)];
		if (turn % 7 < 4 - turn / 60)
			OK(desk_agree(&push, &fake, &desk, frame, sizeof(frame), "push"));
		else if (turn % 7 < 6)
			OK(desk_agree(&pop, &fake, &desk, frame, sizeof(frame), "pop"));
		OK(desk_agree(&peek, &fake, &desk, frame, sizeof(frame), "peek"));
	}
	desk_close(&push);
	desk_close(&pop);
	desk_close(&peek);
	unmake(&push);
	fake_free(&fake);
}

TEST(queue)
{
	if (linux_missing())
		SKIP(linux_missing());
	queue(BPF_MAP_TYPE_QUEUE);
}

TEST(stack)
{
	if (linux_missing())
		SKIP(linux_missing());
	queue(BPF_MAP_TYPE_STACK);
}

/* Nobody reads, so the ring fills up; every answer about it after every record. */
TEST(ringbuf_output)
{
	static const u64 sizes[] = {0, 1, 7, 8, 9, 100, 1000, 4080, 4088, 4089, 4096};
	static const u64 flags[] = {0, BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP, 3, 4, 1ull << 32};
	struct desk_question output = {.helper = BPF_FUNC_ringbuf_output,
				       .kinds = {DESK_MAP, DESK_MEM, DESK_SIZE0, DESK_NUM}};

	if (linux_missing())
		SKIP(linux_missing());
	for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
		struct desk_question query;

		setup();
		REQUIRE(make(&output, BPF_MAP_TYPE_RINGBUF, 0, 0, 4096) == 0);
		query = another(&output, BPF_FUNC_ringbuf_query);
		query.kinds[1] = DESK_NUM;
		query.kinds[2] = query.kinds[3] = DESK_NONE;
		REQUIRE(desk_open(&output) == 0);
		REQUIRE(desk_open(&query) == 0);
		for (u32 turn = 0; turn < 24; turn++) {
			desk.args[1] = turn;
			desk.args[2] = turn == 10 ? 4096 : sizes[s];
			desk.args[3] = flags[turn % ARRAY_SIZE(flags)];
			OK(desk_agree(&output, &fake, &desk, frame, sizeof(frame), "output"));
			for (u64 what = 0; what < 6; what++) {
				desk.args[1] = what;
				OK(desk_agree(&query, &fake, &desk, frame, sizeof(frame), "query"));
			}
		}
		desk_close(&output);
		desk_close(&query);
		unmake(&output);
		fake_free(&fake);
	}
}

/* Reserve @size bytes with @flags in a new ring, and submit them if they were got: 1 if so. */
static int reserve_linux(int map, u32 size, u32 flags)
{
	const struct bpf_insn insns[] = {
		LOAD_MAP(1, map),
		MOV_IMM(2, (s32)size),
		MOV_IMM(3, (s32)flags),
		CALL(BPF_FUNC_ringbuf_reserve),
		JNE_IMM(0, 0, 1),
		EXIT(),
		MOV(1, 0),
		MOV_IMM(2, 0),
		CALL(BPF_FUNC_ringbuf_submit),
		MOV_IMM(0, 1),
		EXIT(),
	};
	struct linux_run run = {.in = frame, .in_len = sizeof(frame)};
	int prog = linux_prog(BPF_PROG_TYPE_SCHED_CLS, insns, ARRAY_SIZE(insns));
	int err = prog < 0 ? prog : linux_run(prog, &run);

	close(prog);
	return err ? err : (int)run.retval;
}

TEST(ringbuf_reserve)
{
	static const u32 sizes[] = {0,	  1,	8,    100,     4080,	  4087,
				    4088, 4089, 4096, 1 << 20, 0x3fffffff};
	struct desk_question question = {};
	u64 record;

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	fake_packet(&fake, frame, sizeof(frame));
	for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
		for (u32 flags = 0; flags < 3; flags++) {
			REQUIRE(make(&question, BPF_MAP_TYPE_RINGBUF, 0, 0, 4096) == 0);
			record = (u64)fake_call(&fake, BPF_FUNC_ringbuf_reserve,
						reg(question.skiff_map), sizes[s], flags, 0, 0);
			if ((record != 0) != reserve_linux(question.map, sizes[s], flags))
				TAP_FAIL("reserve %u bytes, flags %u: skiff %s", sizes[s], flags,
					 record ? "has them" : "refuses");
			if (record)
				fake_call(&fake, BPF_FUNC_ringbuf_submit, record, 0, 0, 0, 0);
			unmake(&question);
		}
	}
	fake_free(&fake);
}

static const u64 perf_flags[] = {
	BPF_F_CURRENT_CPU,
	0,
	1,
	2,
	3,
	4,
	0xfffffffe,
	1ull << 32 | BPF_F_CURRENT_CPU,
	60ull << 32 | BPF_F_CURRENT_CPU,
	61ull << 32 | BPF_F_CURRENT_CPU,
	61ull << 32 | 4,
	0xfffffull << 32 | BPF_F_CURRENT_CPU,
	1ull << 52 | BPF_F_CURRENT_CPU,
	~0ull,
};

/* The program runs where the test does, and that is to be the CPU there is in skiff. */
static void stay_on_cpu_0(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
}

TEST(perf_event_output_unread)
{
	static const u64 sizes[] = {0, 1, 8, 100};
	struct desk_question question = {
		.helper = BPF_FUNC_perf_event_output,
		.kinds = {DESK_CTX, DESK_MAP, DESK_NUM, DESK_MEM, DESK_SIZE0}};

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	stay_on_cpu_0();
	REQUIRE(make(&question, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 3) == 0);
	REQUIRE(desk_open(&question) == 0);
	for (u32 f = 0; f < ARRAY_SIZE(perf_flags); f++) {
		for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
			desk.args[2] = perf_flags[f];
			desk.args[3] = 3;
			desk.args[4] = sizes[s];
			OK(desk_agree(&question, &fake, &desk, frame, sizeof(frame), "perf"));
		}
	}
	desk_close(&question);
	unmake(&question);
	fake_free(&fake);
}

/* Linux's reader: a perf event with a page for records. */
struct reader {
	int fd;
	struct perf_event_mmap_page *page;
};

static int reader_open(struct reader *reader)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW,
		.sample_period = 1,
	};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	reader->fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (reader->fd < 0)
		return -errno;
	reader->page = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, reader->fd, 0);
	if (reader->page == MAP_FAILED || ioctl(reader->fd, PERF_EVENT_IOC_ENABLE, 0))
		return -errno;
	return 0;
}

/* The newest record: its bytes, with the zeros Linux pads it with; how many, 0: none. */
static u32 reader_get(struct reader *reader, u8 *bytes)
{
	const u8 *ring = (const u8 *)reader->page + reader->page->data_offset;
	u64 tail = reader->page->data_tail, size = reader->page->data_size;
	u8 record[4096];
	struct perf_event_header header;
	u32 raw;

	if (__atomic_load_n(&reader->page->data_head, __ATOMIC_ACQUIRE) == tail)
		return 0;
	for (u32 i = 0; i < sizeof(header); i++)
		((u8 *)&header)[i] = ring[(tail + i) % size];
	for (u32 i = 0; i < header.size && i < sizeof(record); i++)
		record[i] = ring[(tail + i) % size];
	__atomic_store_n(&reader->page->data_tail, tail + header.size, __ATOMIC_RELEASE);
	memcpy(&raw, record + sizeof(header), 4);
	memcpy(bytes, record + sizeof(header) + 4, raw);
	return raw;
}

static void object_put(void *object)
{
}

TEST(perf_event_output_read)
{
	static const u64 sizes[] = {0, 1, 4, 8, 100};
	struct desk_question question = {
		.helper = BPF_FUNC_perf_event_output,
		.kinds = {DESK_CTX, DESK_MAP, DESK_NUM, DESK_MEM, DESK_SIZE0}};
	u8 bytes[4096];
	struct reader reader;
	u32 key = 0, len;

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	stay_on_cpu_0();
	REQUIRE(make(&question, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 3) == 0);
	REQUIRE(desk_open(&question) == 0);
	if (reader_open(&reader))
		SKIP("perf_event_open(2) is refused");
	REQUIRE(linux_map_put(question.map, &key, &reader.fd) == 0);
	question.skiff_map->object_put = object_put;
	REQUIRE(map_user_update_object(question.skiff_map, &key, &reader, 0) == 0);
	fake_listen(&fake, BIT(EVENT_OUTPUT));
	for (u32 f = 0; f < ARRAY_SIZE(perf_flags); f++) {
		for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
			desk.args[2] = perf_flags[f];
			desk.args[3] = 5;
			desk.args[4] = sizes[s];
			fake.event_cnt = 0;
			OK(desk_agree(&question, &fake, &desk, frame, sizeof(frame), "perf"));
			len = reader_get(&reader, bytes);
			EQ(fake.event_cnt, len != 0);
			if (!len)
				continue;
			/* Linux's is padded, so that with its length it fills words of 8. */
			EQ(ALIGN_UP(fake.events[0].len + 4, 8) - 4, len);
			MEM_EQ(fake.record, bytes, fake.events[0].len);
		}
	}
	desk_close(&question);
	unmake(&question);
	close(reader.fd);
	fake_free(&fake);
}

TAP_MAIN()
