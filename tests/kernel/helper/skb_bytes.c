/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skb_bytes.c - loading, storing and pulling a packet's bytes, as Linux does: every combination
 * of the lengths, offsets, sizes and flags that are good or at a border.
 */
#include <string.h>

#include "desk.h"
#include "linux.h"
#include "tap.h"

static struct fake fake;
static struct desk desk;
static u8 frame[3712];

/* No ethertype that Linux expects more bytes of. */
static void setup(void)
{
	struct random random;

	fake_init(&fake);
	random_seed(&random, 7);
	for (u32 i = 0; i < sizeof(frame); i++)
		frame[i] = (u8)random_u32(&random);
	frame[12] = 0x88;
	frame[13] = 0xb5;
	for (u32 i = 0; i < sizeof(desk.mem); i++)
		desk.mem[i] = (u8)random_u32(&random);
}

static const u32 lens[] = {14, 15, 60, 61, 1514, 3712};

/* Offsets that matter for a packet of @len bytes; more than 32 bits are cut off by the helper. */
#define OFFSETS(len)                                                                               \
	{                                                                                          \
		0, 1, 2, 13, 14, 15, (len) / 2, (len)-2, (len)-1, (len), (len) + 1, 0xfffe,        \
			0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,          \
			0x100000001, ~0ull                                                         \
	}

static const u32 sizes[] = {1, 2, 3, 14, 60, 1500, 3712, 4096};

TEST(load_bytes)
{
	static const enum bpf_prog_type types[] = {BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_LWT_XMIT};

	if (linux_missing())
		SKIP(linux_missing());
	for (u32 t = 0; t < ARRAY_SIZE(types); t++) {
		struct desk_question question = {
			.helper = BPF_FUNC_skb_load_bytes,
			.type = types[t],
			.kinds = {DESK_CTX, DESK_NUM, DESK_MEM, DESK_SIZE},
		};

		setup();
		REQUIRE(desk_open(&question) == 0);
		for (u32 l = 0; l < ARRAY_SIZE(lens); l++) {
			const u64 offsets[] = OFFSETS(lens[l]);

			for (u32 o = 0; o < ARRAY_SIZE(offsets); o++) {
				for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
					desk.args[1] = offsets[o];
					desk.args[2] = s;
					desk.args[3] = sizes[s];
					OK(desk_agree(&question, &fake, &desk, frame, lens[l],
						      "load_bytes"));
				}
			}
		}
		desk_close(&question);
		fake_free(&fake);
	}
}

TEST(load_bytes_relative)
{
	static const u64 starts[] = {BPF_HDR_START_MAC, BPF_HDR_START_NET, 2,
				     0xffffffff,	0x100000000,	   0x100000001};
	struct desk_question question = {
		.helper = BPF_FUNC_skb_load_bytes_relative,
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.kinds = {DESK_CTX, DESK_NUM, DESK_MEM, DESK_SIZE, DESK_NUM},
	};

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	REQUIRE(desk_open(&question) == 0);
	for (u32 l = 0; l < ARRAY_SIZE(lens); l++) {
		const u64 offsets[] = OFFSETS(lens[l]);

		for (u32 o = 0; o < ARRAY_SIZE(offsets); o++) {
			for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
				for (u32 h = 0; h < ARRAY_SIZE(starts); h++) {
					desk.args[1] = offsets[o];
					desk.args[2] = s;
					desk.args[3] = sizes[s];
					desk.args[4] = starts[h];
					OK(desk_agree(&question, &fake, &desk, frame, lens[l],
						      "load_bytes_relative"));
				}
			}
		}
	}
	desk_close(&question);
	fake_free(&fake);
}

static void store(enum bpf_prog_type type, bool csum)
{
	static const u64 flags[] = {0,
				    BPF_F_RECOMPUTE_CSUM,
				    BPF_F_INVALIDATE_HASH,
				    BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH,
				    4,
				    1ull << 32,
				    ~0ull};
	struct desk_question question = {
		.helper = BPF_FUNC_skb_store_bytes,
		.type = type,
		.kinds = {DESK_CTX, DESK_NUM, DESK_MEM, DESK_SIZE, DESK_NUM},
		.csum = csum,
	};

	setup();
	REQUIRE(desk_open(&question) == 0);
	for (u32 l = 0; l < ARRAY_SIZE(lens); l++) {
		const u64 offsets[] = OFFSETS(lens[l]);

		for (u32 o = 0; o < ARRAY_SIZE(offsets); o++) {
			for (u32 s = 0; s < ARRAY_SIZE(sizes); s++) {
				desk.args[1] = offsets[o];
				desk.args[2] = s;
				desk.args[3] = sizes[s];
				desk.args[4] = flags[(o + s) % ARRAY_SIZE(flags)];
				OK(desk_agree(&question, &fake, &desk, frame, lens[l],
					      "store_bytes"));
			}
		}
	}
	desk_close(&question);
	fake_free(&fake);
}

TEST(store_bytes)
{
	if (linux_missing())
		SKIP(linux_missing());
	store(BPF_PROG_TYPE_SCHED_CLS, false);
	store(BPF_PROG_TYPE_LWT_XMIT, false);
}

/* skb->csum follows as Linux's does, the representation in 32 bits included. */
TEST(store_bytes_complete)
{
	if (linux_missing())
		SKIP(linux_missing());
	store(BPF_PROG_TYPE_SCHED_CLS, true);
}

TEST(pull_data)
{
	struct desk_question question = {
		.helper = BPF_FUNC_skb_pull_data,
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.kinds = {DESK_CTX, DESK_NUM},
	};

	if (linux_missing())
		SKIP(linux_missing());
	setup();
	REQUIRE(desk_open(&question) == 0);
	for (u32 l = 0; l < ARRAY_SIZE(lens); l++) {
		const u64 offsets[] = OFFSETS(lens[l]);

		for (u32 o = 0; o < ARRAY_SIZE(offsets); o++) {
			desk.args[1] = offsets[o];
			OK(desk_agree(&question, &fake, &desk, frame, lens[l], "pull_data"));
		}
	}
	desk_close(&question);
	fake_free(&fake);
}

TAP_MAIN()
