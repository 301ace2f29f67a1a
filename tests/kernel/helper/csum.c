/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csum.c - the checksum helpers against Linux: all flags, good and bad sizes and offsets, and the
 * words at which ones' complement arithmetic has its two zeros.
 */
#include <string.h>

#include "desk.h"
#include "linux.h"
#include "tap.h"

#define CHECK_AT 24 /* where the frame keeps its check */

static struct fake fake;
static struct desk desk;
static struct random stream;
static u8 frame[60];

static void setup(void)
{
	fake_init(&fake);
	random_seed(&stream, 11);
	for (u32 i = 0; i < sizeof(frame); i++)
		frame[i] = (u8)random_u32(&stream);
	frame[12] = 0x88;
	frame[13] = 0xb5;
}

/* Checks and words: both zeros, their neighbours, and any. */
static u64 word(u32 turn)
{
	static const u64 borders[] = {0,	  1,	      0xffff,	   0xfffe,
				      0x10000,	  0xffff0000, 0xffffffff,  0xfffffffe,
				      0x80008000, 0x7fff7fff, 0x100000000, ~0ull};

	if (turn % 3)
		return borders[random_u32(&stream) % ARRAY_SIZE(borders)];
	return turn % 2 ? random_u64(&stream) : random_u32(&stream) & 0xffff;
}

static void ask(struct desk_question *question, const char *what, u64 offset, u64 flags, u32 turns)
{
	for (u32 turn = 0; turn < turns; turn++) {
		u16 check = (u16)word(turn);

		memcpy(frame + CHECK_AT, &check, 2);
		desk.args[1] = offset;
		desk.args[2] = flags & 0xf ? word(turn) : turn % 4 ? 0 : word(turn);
		desk.args[3] = word(turn + 1);
		desk.args[4] = flags;
		OK(desk_agree(question, &fake, &desk, frame, sizeof(frame), what));
	}
}

static const u64 offsets[] = {0,	  CHECK_AT + 1, 56,	    57,		 58,
			      59,	  60,		0xfffe,	    0xffff,	 0x10000,
			      0x80000000, 0xffffffff,	0xfffffffe, 0x100000018, ~0ull};

TEST(l3_csum_replace)
{
	struct desk_question question = {
		.helper = BPF_FUNC_l3_csum_replace,
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.kinds = {DESK_CTX, DESK_NUM, DESK_NUM, DESK_NUM, DESK_NUM},
	};

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	REQUIRE(desk_open(&question) == 0);
	for (u64 flags = 0; flags < 32; flags++) {
		ask(&question, "l3", CHECK_AT, flags, 200);
		for (u32 o = 0; o < ARRAY_SIZE(offsets); o++)
			ask(&question, "l3", offsets[o], flags, 2);
	}
	ask(&question, "l3", CHECK_AT, 2 | 1ull << 32, 2);
	desk_close(&question);
	fake_free(&fake);
}

static void l4(enum bpf_prog_type type, bool csum)
{
	struct desk_question question = {
		.helper = BPF_FUNC_l4_csum_replace,
		.type = type,
		.kinds = {DESK_CTX, DESK_NUM, DESK_NUM, DESK_NUM, DESK_NUM},
		.csum = csum,
	};

	setup();
	REQUIRE(desk_open(&question) == 0);
	/* Sizes 0 to 15, with each combination of the four flags and one that is none. */
	for (u64 flags = 0; flags < 512; flags++) {
		ask(&question, "l4", CHECK_AT, flags, (flags & 0xf) > 4 ? 2 : 60);
		for (u32 o = 0; o < ARRAY_SIZE(offsets) && flags % 7 == 0; o++)
			ask(&question, "l4", offsets[o], flags, 1);
	}
	ask(&question, "l4", CHECK_AT, 2 | 1ull << 32, 2);
	desk_close(&question);
	fake_free(&fake);
}

TEST(l4_csum_replace)
{
	if (linux_missing())
		SKIP(linux_missing());
	l4(BPF_PROG_TYPE_SCHED_CLS, false);
	l4(BPF_PROG_TYPE_LWT_XMIT, false);
}

TEST(l4_csum_replace_complete)
{
	if (linux_missing())
		SKIP(linux_missing());
	l4(BPF_PROG_TYPE_SCHED_CLS, true);
}

/* What lies in memory: anything, or so much of a zero that sums reach both of them. */
static void fill(u32 turn)
{
	for (u32 i = 0; i < sizeof(desk.mem); i++)
		desk.mem[i] = turn % 4 == 0 ? 0 : turn % 4 == 1 ? 0xff : (u8)random_u32(&stream);
}

static void diff(const enum desk_arg kinds[5], u32 turns)
{
	static const u32 sizes[] = {0,	1,  2,	3,  4,	5,  7,	 8,   9,    15,	  16,
				    17, 31, 32, 33, 63, 64, 512, 513, 1023, 4095, 4096};
	struct desk_question question = {.helper = BPF_FUNC_csum_diff,
					 .type = BPF_PROG_TYPE_SCHED_CLS};

	memcpy(question.kinds, kinds, sizeof(question.kinds));
	setup();
	REQUIRE(desk_open(&question) == 0);
	for (u32 turn = 0; turn < turns; turn++) {
		fill(turn);
		desk.args[0] = random_u32(&stream) % 64;
		desk.args[1] = sizes[random_u32(&stream) % ARRAY_SIZE(sizes)];
		desk.args[2] = random_u32(&stream) % 64;
		desk.args[3] = sizes[random_u32(&stream) % ARRAY_SIZE(sizes)];
		desk.args[4] = word(turn);
		OK(desk_agree(&question, &fake, &desk, frame, sizeof(frame), "csum_diff"));
	}
	desk_close(&question);
	fake_free(&fake);
}

TEST(csum_diff)
{
	static const enum desk_arg both[] = {DESK_MEM, DESK_SIZE0, DESK_MEM, DESK_SIZE0, DESK_NUM};
	static const enum desk_arg to[] = {DESK_NULL, DESK_NULL, DESK_MEM, DESK_SIZE0, DESK_NUM};
	static const enum desk_arg from[] = {DESK_MEM, DESK_SIZE0, DESK_NULL, DESK_NULL, DESK_NUM};

	if (linux_missing())
		SKIP(linux_missing());
	diff(both, 8000);
	diff(to, 2000);
	diff(from, 2000);
}

TAP_MAIN()
