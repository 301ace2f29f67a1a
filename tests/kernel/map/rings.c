/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rings.c - RINGBUF on Linux and on skiff: programs reserve, fill, submit, discard and output
 * records, whole and overlapping, until the ring is full and beyond; then both rings' memory is
 * the same, byte for byte, headers and positions included, and so is what a reader gets.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"
#include "kernel/helper/asm.h"
#include "pair.h"
#include "program.h"
#include "tap.h"

#define PAGE	     4096u
#define SCRIPT_LINES 12
#define RESULT(i)    ((s16)(offsetof(struct program_desk, results) + 8 * (i)))

/* BOTH: two records reserved, then released, the second one first. */
enum verb { ONE, BOTH, OUTPUT, QUERY };

struct line {
	enum verb verb;
	u32 size, size2;
	bool discard, discard2;
	u64 flags; /* of the release or the output; what a QUERY asks for */
	u64 reserve_flags;
};

static const u32 sizes[] = {0,	 1,    7,    8,	   9,	 16,   64,   100,
			    500, 1000, 2000, 4000, 4080, 4081, 4088, 4089};
static const u64 output_flags[] = {0, 0, 0, 1, 2, 3, 4, 1ull << 32, 1ull << 63};

static void draw_script(struct line *lines, struct random *random)
{
	static const enum verb verbs[] = {ONE, ONE, BOTH, OUTPUT, OUTPUT, QUERY};

	for (u32 i = 0; i < SCRIPT_LINES; i++) {
		lines[i] = (struct line){
			.verb = verbs[random_u32(random) % ARRAY_SIZE(verbs)],
			.size = sizes[random_u32(random) % ARRAY_SIZE(sizes)],
			.size2 = sizes[random_u32(random) % 10],
			.discard = random_u32(random) % 3 == 0,
			.discard2 = random_u32(random) % 3 == 0,
			.flags = output_flags[random_u32(random) % ARRAY_SIZE(output_flags)],
			.reserve_flags = random_u32(random) % 16 == 0,
		};
		/* What can be output lies on the desk. */
		if (lines[i].verb == OUTPUT)
			lines[i].size = min(lines[i].size, 500u);
		if (lines[i].verb == QUERY)
			lines[i].flags = random_u32(random) % 6;
	}
}

struct text {
	struct bpf_insn insns[64 * SCRIPT_LINES];
	u32 cnt;
};

#define EMIT(text, ...)                                                                            \
	do {                                                                                       \
		const struct bpf_insn emitted[] = {__VA_ARGS__};                                   \
		memcpy((text)->insns + (text)->cnt, emitted, sizeof(emitted));                     \
		(text)->cnt += ARRAY_SIZE(emitted);                                                \
	} while (0)

static void emit_reserve(struct text *text, int ring, u32 size, u64 flags)
{
	EMIT(text, LOAD_MAP(1, ring), MOV_IMM(2, (s32)size), MOV_IMM(3, (s32)flags),
	     CALL(BPF_FUNC_ringbuf_reserve));
}

static void emit_fill(struct text *text, u8 record, u32 size, u32 value)
{
	if (size >= 8)
		EMIT(text, MOV_IMM(1, (s32)value), STORE64(record, 1, 0));
}

static void emit_release(struct text *text, u8 record, bool discard)
{
	EMIT(text, MOV(1, record), MOV_IMM(2, 0),
	     CALL(discard ? BPF_FUNC_ringbuf_discard : BPF_FUNC_ringbuf_submit));
}

static void emit_result(struct text *text, u32 line, u32 value)
{
	EMIT(text, MOV_IMM(1, (s32)value), STORE64(6, 1, RESULT(line)));
}

/* A jump to be pointed at what comes when patch is called. */
static u32 emit_jump(struct text *text, struct bpf_insn jump)
{
	EMIT(text, jump);
	return text->cnt - 1;
}

static void patch(struct text *text, u32 jump)
{
	text->insns[jump].off = (s16)(text->cnt - jump - 1);
}

static void emit_line(struct text *text, int ring, const struct line *line, u32 i)
{
	u32 none, none2;

	switch (line->verb) {
	case ONE:
		emit_reserve(text, ring, line->size, line->reserve_flags);
		none = emit_jump(text, JEQ_IMM(0, 0, 0));
		EMIT(text, MOV(7, 0));
		emit_fill(text, 7, line->size, 100 + i);
		emit_result(text, i, 1);
		emit_release(text, 7, line->discard);
		patch(text, none);
		break;
	case BOTH:
		emit_reserve(text, ring, line->size, line->reserve_flags);
		none = emit_jump(text, JEQ_IMM(0, 0, 0));
		EMIT(text, MOV(7, 0));
		emit_fill(text, 7, line->size, 100 + i);
		emit_result(text, i, 1);
		emit_reserve(text, ring, line->size2, 0);
		none2 = emit_jump(text, JEQ_IMM(0, 0, 0));
		EMIT(text, MOV(8, 0));
		emit_fill(text, 8, line->size2, 200 + i);
		emit_result(text, i, 2);
		emit_release(text, 8, line->discard2);
		patch(text, none2);
		emit_release(text, 7, line->discard);
		patch(text, none);
		break;
	case OUTPUT:
		EMIT(text, LOAD_MAP(1, ring), MOV(2, 6), MOV_IMM(3, (s32)line->size),
		     INSN(BPF_LD | BPF_IMM | BPF_DW, 4, 0, 0, (s32)(u32)line->flags),
		     INSN(0, 0, 0, 0, (s32)(line->flags >> 32)), CALL(BPF_FUNC_ringbuf_output),
		     STORE64(6, 0, RESULT(i)));
		break;
	case QUERY:
		EMIT(text, LOAD_MAP(1, ring), MOV_IMM(2, (s32)line->flags),
		     CALL(BPF_FUNC_ringbuf_query), STORE64(6, 0, RESULT(i)));
		break;
	}
}

static void fill(void *record, u32 size, u64 value)
{
	if (size >= 8)
		memcpy(record, &value, 8);
}

static void release(void *record, bool discard)
{
	if (discard)
		ringbuf_discard(record, 0);
	else
		ringbuf_submit(record, 0);
}

static u64 line_in_skiff(struct map *ring, const struct line *line, u32 i, const void *bytes)
{
	void *first, *second;
	u32 size = 0;
	u64 result = 1;

	switch (line->verb) {
	case ONE:
	case BOTH:
		first = ringbuf_reserve(ring, line->size, line->reserve_flags);
		if (!first)
			return 0;
		OK(ringbuf_of(first, &size) == ring);
		EQ(size, line->size);
		fill(first, line->size, 100 + i);
		second = line->verb == BOTH ? ringbuf_reserve(ring, line->size2, 0) : NULL;
		if (second) {
			OK(ringbuf_of(second, &size) == ring);
			EQ(size, line->size2);
			fill(second, line->size2, 200 + i);
			release(second, line->discard2);
			result = 2;
		}
		release(first, line->discard);
		return result;
	case OUTPUT:
		return (u64)ringbuf_output(ring, bytes, line->size, line->flags);
	case QUERY:
		return ringbuf_query(ring, line->flags);
	}
	return 0;
}

/* The pages a reader maps of Linux's ring: its own position, the producer's, the data. */
struct reader {
	u64 *consumer, *producer;
	u8 *data;
	u32 size;
};

static bool reader_open(struct reader *reader, int fd, u32 size)
{
	u8 *shared;

	reader->size = size;
	reader->consumer = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	shared = mmap(NULL, PAGE + 2 * size, PROT_READ, MAP_SHARED, fd, PAGE);
	if (reader->consumer == MAP_FAILED || shared == MAP_FAILED)
		return false;
	reader->producer = (u64 *)shared;
	reader->data = shared + PAGE;
	return true;
}

static void reader_close(struct reader *reader)
{
	munmap(reader->consumer, PAGE);
	munmap(reader->producer, PAGE + 2 * reader->size);
}

/* Everything a reader got, in order. */
struct log {
	u8 bytes[1 << 16];
	u32 len, records;
};

static void note(void *ctx, const void *bytes, u32 len)
{
	struct log *log = ctx;

	memcpy(log->bytes + log->len, &len, 4);
	memcpy(log->bytes + log->len + 4, bytes, len);
	log->len += 4 + len;
	log->records++;
}

static u32 consume_in_linux(struct reader *reader, struct log *log)
{
	u32 records = 0;

	while (*reader->consumer < *reader->producer) {
		const u8 *header = reader->data + (*reader->consumer & (reader->size - 1));
		u32 len;

		memcpy(&len, header, 4);
		if (!(len & BPF_RINGBUF_DISCARD_BIT)) {
			note(log, header + BPF_RINGBUF_HDR_SZ, len);
			records++;
		}
		len &= ~BPF_RINGBUF_DISCARD_BIT;
		*reader->consumer += (len + BPF_RINGBUF_HDR_SZ + 7) & ~7u;
	}
	return records;
}

static void play(u32 size, u32 scripts)
{
	struct map_spec spec = {
		.type = BPF_MAP_TYPE_RINGBUF, .max_entries = size, .spin_lock_off = -1};
	static struct log linux_log, skiff_log;
	static struct text text;
	struct line lines[SCRIPT_LINES];
	struct reader reader, ours;
	u32 full = 0, records = 0;
	struct random random;
	struct pair pair;

	PAIR_SAME(pair_create(&pair, &spec, NULL));
	REQUIRE(pair.rc == 0);
	REQUIRE(reader_open(&reader, pair.fd, size));
	/* The memfd is laid out as Linux's mapping is, but for the second view of the data. */
	REQUIRE(reader_open(&ours, pair.map->memfd, size));
	random_seed(&random, size);
	for (u32 turn = 0; turn < scripts; turn++) {
		u64 results[SCRIPT_LINES] = {0};
		struct program program;

		draw_script(lines, &random);
		REQUIRE(!program_desk(&program));
		program.desk->flags = turn;
		text.cnt = 0;
		EMIT(&text, LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, program.desk_fd));
		for (u32 i = 0; i < SCRIPT_LINES; i++)
			emit_line(&text, pair.fd, &lines[i], i);
		EMIT(&text, MOV_IMM(0, 0), EXIT());
		REQUIRE(!program_load_insns(&program, text.insns, text.cnt));
		/* Records output by the program are the desk as it is then, results included. */
		EQ(program_run(&program), 0);
		{
			struct program_desk desk;

			memset(&desk, 0, sizeof(desk));
			desk.flags = turn;
			for (u32 i = 0; i < SCRIPT_LINES; i++) {
				results[i] = line_in_skiff(pair.map, &lines[i], i, &desk);
				desk.results[i] = results[i];
				full += lines[i].verb == OUTPUT && results[i] == (u64)-EAGAIN;
			}
		}
		for (u32 i = 0; i < SCRIPT_LINES; i++) {
			if (results[i] != program.desk->results[i])
				TAP_FAIL("script %u line %u (verb %u size %u flags 0x%llx): Linux "
					 "%lld, skiff %lld",
					 turn, i, lines[i].verb, lines[i].size,
					 (unsigned long long)lines[i].flags,
					 (long long)program.desk->results[i],
					 (long long)results[i]);
		}
		EQ(*ours.producer, *reader.producer);
		EQ(*ours.consumer, *reader.consumer);
		MEM_EQ(ours.data, reader.data, size);
		program_unload(&program);
		if (random_u32(&random) % 3 == 0) {
			linux_log.len = skiff_log.len = 0;
			records += ringbuf_consume(pair.map, note, &skiff_log);
			EQ(consume_in_linux(&reader, &linux_log), skiff_log.records);
			EQ(skiff_log.len, linux_log.len);
			MEM_EQ(skiff_log.bytes, linux_log.bytes, linux_log.len);
			linux_log.records = skiff_log.records = 0;
		}
	}
	OK(full > scripts / 10);
	OK(records > scripts);
	reader_close(&reader);
	reader_close(&ours);
	pair_destroy(&pair);
}

TEST(rings)
{
	const char *missing = pair_missing();

	if (missing)
		SKIP(missing);
	play(4096, 300);
	play(8192, 300);
}

TAP_MAIN()
