/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.c - the packet loads of classic BPF, on a frame whose byte i is 0x80 + i. The same table
 * is put before the running kernel, as a SCHED_CLS program run by BPF_PROG_TEST_RUN (needs root).
 */
#include "tap.h"

#include <linux/filter.h>
#include <unistd.h>

#include "conformance/linux.h"
#include "program.h"

#define LEN 60

#define ABS(size, at)	   INSN(BPF_LD | BPF_ABS | (size), 0, 0, 0, at)
#define IND(size, src, at) INSN(BPF_LD | BPF_IND | (size), 0, src, 0, at)

static const struct {
	struct bpf_insn load;
	s64 r7;	      /* the register of IND */
	bool ends;    /* beyond the packet: the program ends with 0 */
	u32 expected; /* r0 otherwise */
} loads[] = {
	{ABS(BPF_B, 0), 0, false, 0x80},
	{ABS(BPF_H, 0), 0, false, 0x8081},
	{ABS(BPF_W, 0), 0, false, 0x80818283},
	{ABS(BPF_H, 13), 0, false, 0x8d8e},
	{ABS(BPF_B, LEN - 1), 0, false, 0xbb},
	{ABS(BPF_H, LEN - 2), 0, false, 0xbabb},
	{ABS(BPF_W, LEN - 4), 0, false, 0xb8b9babb},
	{ABS(BPF_B, LEN), 0, true, 0},
	{ABS(BPF_H, LEN - 1), 0, true, 0},
	{ABS(BPF_W, LEN - 3), 0, true, 0},
	{ABS(BPF_W, 0x7fffffff), 0, true, 0},
	{IND(BPF_B, 7, 0), 5, false, 0x85},
	{IND(BPF_H, 7, 4), 5, false, 0x898a},
	{IND(BPF_W, 7, -4), 5, false, 0x81828384},
	{IND(BPF_W, 7, 0), LEN - 3, true, 0},
	{IND(BPF_B, 7, -1), 0, true, 0},
	{IND(BPF_B, 7, 0), -1, true, 0},
	{IND(BPF_B, 7, 0), 1ll << 32, false, 0x80}, /* the offset has 32 bits */
	{IND(BPF_B, 7, 3), 0xffffffff, false, 0x82},
	{ABS(BPF_B, SKF_NET_OFF), 0, false, 0x8e},
	{ABS(BPF_W, SKF_NET_OFF + 9), 0, false, 0x9798999a},
	{ABS(BPF_H, SKF_NET_OFF + LEN - 16), 0, false, 0xbabb},
	{ABS(BPF_H, SKF_NET_OFF + LEN - 15), 0, true, 0},
	{ABS(BPF_B, SKF_LL_OFF), 0, false, 0x80},
	{ABS(BPF_W, SKF_LL_OFF + 12), 0, false, 0x8c8d8e8f},
	{ABS(BPF_B, SKF_LL_OFF + LEN), 0, true, 0},
	{ABS(BPF_B, SKF_LL_OFF - 1), 0, true, 0},
	{ABS(BPF_B, -1), 0, true, 0},
	{IND(BPF_H, 7, SKF_NET_OFF), 2, false, 0x9091},
};

/* What the program returns: what was loaded with bit 32 set, folded, or 0. */
#define MARK 0x01000000u

static u32 program(size_t i, struct bpf_insn *insns)
{
	const struct bpf_insn program[] = {
		COPY(6, 1), LDDW(7, 0, loads[i].r7), loads[i].load, INSN(0xa4, 0, 0, 0, MARK),
		EXIT(),
	};

	memcpy(insns, program, sizeof(program));
	return ARRAY_SIZE(program);
}

static u32 expected(size_t i)
{
	return loads[i].ends ? 0 : loads[i].expected ^ MARK;
}

TEST(loads)
{
	struct bench bench;

	bench_open(&bench, LEN);
	for (size_t i = 0; i < ARRAY_SIZE(loads); i++) {
		struct bpf_insn insns[8];
		struct prog *prog = program_make(insns, program(i, insns));

		REQUIRE(prog);
		if (bench_run(&bench, prog) != expected(i))
			TAP_FAIL("load %zu: expected 0x%x, seen 0x%llx", i, expected(i),
				 (unsigned long long)bench_run(&bench, prog));
		prog_put(prog);
	}
	bench_close(&bench);
}

TEST(bytes_beyond_the_linear_part)
{
	struct prog *prog = PROGRAM(COPY(6, 1), ABS(BPF_W, 38), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, LEN);
	bench.skb->ctx.data_end = bench.skb->ctx.data + 40;
	EQ(bench_run(&bench, prog), 0xa6a7a8a9);
	EQ(skb_headlen(bench.skb), 40);
	bench_close(&bench);
	prog_put(prog);
}

TEST(a_link_layer_header_that_is_not_there)
{
	struct prog *prog = PROGRAM(COPY(6, 1), ABS(BPF_B, SKF_LL_OFF), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, LEN);
	skb_pull(bench.skb, SKB_MAC_LEN);
	EQ(bench_run(&bench, prog), 0x80); /* in front of data, where it still lies */
	bench.skb->mac_header = SKB_HEADER_UNSET;
	EQ(bench_run(&bench, prog), 0);
	bench_close(&bench);
	prog_put(prog);
}

TEST(a_load_that_fails_in_a_function_ends_the_function)
{
	struct prog *prog =
		PROGRAM(COPY(6, 1), CALL_LOCAL(2), ADD(0, 7), EXIT(), ABS(BPF_B, LEN), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, LEN);
	EQ(bench_run(&bench, prog), 7);
	bench_close(&bench);
	prog_put(prog);
}

TEST(as_linux_loads)
{
	const char *why = linux_answers();
	u8 packet[LEN];

	if (why)
		SKIP(why);
	for (size_t i = 0; i < LEN; i++)
		packet[i] = (u8)(0x80 + i);
	for (size_t i = 0; i < ARRAY_SIZE(loads); i++) {
		struct bpf_insn insns[8];
		u32 retval = 0;
		int fd = linux_load(BPF_PROG_TYPE_SCHED_CLS, insns, program(i, insns), 0, NULL, 0);

		REQUIRE(fd >= 0);
		EQ(linux_run(fd, packet, sizeof(packet), &retval), 0);
		close(fd);
		if (retval != expected(i))
			TAP_FAIL("load %zu: expected 0x%x, Linux says 0x%x", i, expected(i),
				 retval);
	}
}

TAP_MAIN()
