/* SPDX-License-Identifier: BSD-2-Clause */
/* context.c - skiff's own operations: the context fields that are more than memory. */
#include "tap.h"

#include "program.h"

static struct bench bench;

static u64 run_insn(struct bpf_insn insn, u64 r2)
{
	struct prog *prog = PROGRAM(COPY(6, 1), MOV(0, 0), LDDW(2, 0, r2), insn, EXIT());
	u64 r0 = bench_run(&bench, prog);

	prog_put(prog);
	return r0;
}

#define TSTAMP offsetof(struct __sk_buff, tstamp)
#define QUEUE  offsetof(struct __sk_buff, queue_mapping)

TEST(tstamp_reads_as_zero_at_ingress_while_it_has_a_type)
{
	struct bpf_insn load = INSN(OP_LDX_TSTAMP, 0, 6, TSTAMP, 0);

	bench_open(&bench, 60);
	bench.skb->ctx.tstamp = 0x1122334455667788;
	EQ(run_insn(load, 0), 0x1122334455667788);
	bench.skb->ctx.tstamp_type = 1;
	EQ(run_insn(load, 0), 0x1122334455667788);
	bench.skb->tc_at_ingress = true;
	EQ(run_insn(load, 0), 0);
	bench.skb->ctx.tstamp_type = 0;
	EQ(run_insn(load, 0), 0x1122334455667788);
	EQ(bench.skb->ctx.tstamp, 0x1122334455667788);
	bench_close(&bench);
}

TEST(writing_tstamp_at_ingress_clears_its_type)
{
	bench_open(&bench, 60);
	bench.skb->ctx.tstamp_type = 1;
	run_insn(INSN(OP_STX_TSTAMP, 6, 2, TSTAMP, 0), 0xfedcba9876543210);
	EQ(bench.skb->ctx.tstamp, 0xfedcba9876543210);
	EQ(bench.skb->ctx.tstamp_type, 1);
	bench.skb->tc_at_ingress = true;
	run_insn(INSN(OP_ST_TSTAMP, 6, 0, TSTAMP, -2), 0);
	EQ(bench.skb->ctx.tstamp, -2);
	EQ(bench.skb->ctx.tstamp_type, 0);
	bench_close(&bench);
}

TEST(queue_mapping_takes_what_is_below_ffff)
{
	static const struct {
		u64 value;
		u32 queue;
	} stores[] = {
		{0, 0},	      {3, 3},	    {0xfffe, 0xfffe}, {0xffff, 9},
		{0x10000, 9}, {(u64)-1, 9}, {1ull << 32, 0},
	};

	bench_open(&bench, 60);
	for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
		bench.skb->ctx.queue_mapping = 9;
		run_insn(INSN(OP_STX_QUEUE, 6, 2, QUEUE, 0), stores[i].value);
		EQ(bench.skb->ctx.queue_mapping, stores[i].queue);
		if (stores[i].value > UINT32_MAX)
			continue;
		bench.skb->ctx.queue_mapping = 9;
		run_insn(INSN(OP_ST_QUEUE, 6, 0, QUEUE, (s32)stores[i].value), 0);
		EQ(bench.skb->ctx.queue_mapping, stores[i].queue);
	}
	bench_close(&bench);
}

TAP_MAIN()
