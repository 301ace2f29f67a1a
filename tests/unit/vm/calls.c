/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * calls.c - functions of a program, callbacks, tail calls, and the gate before each program.
 *
 * How often tail calls go on, and where a program tail-called by a function returns to, was asked
 * of Linux 6.18.44: the same programs written in C, run by BPF_PROG_TEST_RUN.
 */
#include "tap.h"

#include <errno.h>
#include <linux/pkt_cls.h>

#include "program.h"

#define HELPER_TAIL_CALL      12
#define HELPER_CLONE_REDIRECT 13
#define HELPER_LOOP	      181
#define CB0		      48 /* offset of __sk_buff.cb[0] */

/* cb[0]++, clobbers r3 */
#define COUNT_RUN(ctx) LOAD_W(3, ctx, CB0), ADD(3, 1), STORE_W(ctx, CB0, 3)
#define TAIL_CALL(ctx, map, index)                                                                 \
	COPY(1, ctx), LDDW(2, INSN_MAP_FD, (uintptr_t)(map)), MOV(3, index), CALL(HELPER_TAIL_CALL)

static u64 run_once(const struct prog *prog)
{
	struct bench bench;
	u64 r0;

	bench_open(&bench, 60);
	r0 = bench_run(&bench, prog);
	bench_close(&bench);
	return r0;
}

TEST(the_program_gets_its_context)
{
	struct prog *prog = PROGRAM(COPY(0, 1), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, 60);
	EQ(bench_run(&bench, prog), (uintptr_t)bench.skb);
	OK(bench.run.prog == prog);
	bench_close(&bench);
	prog_put(prog);
}

TEST(a_function_has_its_own_stack_and_saves_r6_to_r9)
{
	struct prog *prog =
		PROGRAM(MOV(6, 1), MOV(7, 2), MOV(8, 3), MOV(9, 4), STORE_IMM(10, -512, 5),
			CALL_LOCAL(7), ADD_REG(0, 6), ADD_REG(0, 7), ADD_REG(0, 8), ADD_REG(0, 9),
			LOAD_DW(1, 10, -512), ADD_REG(0, 1), EXIT(),
			/* the function */
			MOV(6, 99), MOV(7, 99), MOV(8, 99), MOV(9, 99), STORE_IMM(10, -512, 99),
			STORE_IMM(10, -8, 99), MOV(0, 100), EXIT());

	REQUIRE(prog);
	EQ(run_once(prog), 100 + 1 + 2 + 3 + 4 + 5);
	prog_put(prog);
}

TEST(eight_functions_deep)
{
	/* f(n): stack[-8] = n; return n ? f(n - 1) + stack[-8] : 0 */
	struct prog *prog =
		PROGRAM(MOV(1, 7), STORE_DW(10, -8, 1), MOV(0, 0), JNE(1, 0, 1), EXIT(), ADD(1, -1),
			CALL_LOCAL(-6), LOAD_DW(1, 10, -8), ADD_REG(0, 1), EXIT());

	REQUIRE(prog);
	EQ(run_once(prog), 7 + 6 + 5 + 4 + 3 + 2 + 1);
	prog_put(prog);
}

TEST(a_callback_gets_its_arguments_and_reaches_the_callers_stack)
{
	/* sum = 0; bpf_loop(10, callback, &sum, 0); callback(i, ctx): *ctx += i, return 0 */
	struct prog *prog =
		PROGRAM(MOV(6, 1000), STORE_IMM(10, -8, 0), MOV(1, 10), LDDW(2, INSN_FUNC, 13),
			COPY(3, 10), ADD(3, -8), MOV(4, 0), CALL(HELPER_LOOP), LOAD_DW(1, 10, -8),
			ADD_REG(0, 1), ADD_REG(0, 6), EXIT(),
			/* 13 */
			LOAD_DW(3, 2, 0), ADD_REG(3, 1), STORE_DW(2, 0, 3), STORE_IMM(10, -8, 77),
			MOV(6, 77), MOV(0, 0), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, 60);
	EQ(bench_run(&bench, prog), 10 + 45 + 1000);
	EQ(bench.run.insn, 8);
	bench_close(&bench);
	prog_put(prog);
}

TEST(a_callback_calls_on_and_ends_the_loop)
{
	/* The callback calls a function, which loops in turn; on turn 2 it returns 1. */
	struct prog *prog = PROGRAM(
		STORE_IMM(10, -8, 0), MOV(1, 10), LDDW(2, INSN_FUNC, 11), COPY(3, 10), ADD(3, -8),
		MOV(4, 0), CALL(HELPER_LOOP), LOAD_DW(1, 10, -8), ADD_REG(0, 1), EXIT(),
		/* 11: callback */
		COPY(6, 1), COPY(1, 2), CALL_LOCAL(4), MOV(0, 0), JNE(6, 2, 1), MOV(0, 1), EXIT(),
		/* 18: bpf_loop(3, plus_100, r1, 0) */
		COPY(3, 1), MOV(1, 3), LDDW(2, INSN_FUNC, 25), MOV(4, 0), CALL(HELPER_LOOP), EXIT(),
		/* 25: plus_100 */
		LOAD_DW(3, 2, 0), ADD(3, 100), STORE_DW(2, 0, 3), MOV(0, 0), EXIT());

	REQUIRE(prog);
	EQ(run_once(prog), 3 + 3 * 3 * 100);
	prog_put(prog);
}

TEST(tail_calls_end_after_33)
{
	struct map *map = program_array(2);
	struct prog *prog =
		PROGRAM(COPY(6, 1), COUNT_RUN(6), TAIL_CALL(6, map, 1), LOAD_W(0, 6, CB0), EXIT());

	REQUIRE(prog);
	EQ(program_array_set(map, 1, prog_get(prog)), 0);
	EQ(run_once(prog), 34);
	map_put(map);
	prog_put(prog);
}

TEST(a_tail_call_to_nowhere_goes_on)
{
	struct map *map = program_array(2);
	struct prog *prog = PROGRAM(COPY(6, 1), MOV(0, 0), TAIL_CALL(6, map, 0),
				    TAIL_CALL(6, map, 2), TAIL_CALL(6, map, -1), MOV(0, 5), EXIT());
	struct bench bench;

	REQUIRE(prog);
	bench_open(&bench, 60);
	EQ(bench_run(&bench, prog), 5);
	EQ(bench.run.tail_calls, 0);
	bench_close(&bench);
	map_put(map);
	prog_put(prog);
}

TEST(a_tail_call_leaves_the_caller)
{
	struct map *map = program_array(1);
	struct prog *other = PROGRAM(LOAD_W(0, 1, CB0), ADD(0, 7), EXIT());
	struct prog *prog =
		PROGRAM(COPY(6, 1), COUNT_RUN(6), TAIL_CALL(6, map, 0), MOV(0, 1), EXIT());
	struct bench bench;

	REQUIRE(prog && other);
	EQ(program_array_set(map, 0, other), 0);
	bench_open(&bench, 60);
	EQ(bench_run(&bench, prog), 8);
	OK(bench.run.prog == other);
	EQ(bench.run.tail_calls, 1);
	bench_close(&bench);
	map_put(map);
	prog_put(prog);
}

TEST(a_tail_call_of_a_function_returns_to_its_caller)
{
	struct map *map = program_array(1);
	struct prog *other = PROGRAM(MOV(6, 98), STORE_IMM(10, -8, 98), MOV(0, 7), EXIT());
	struct prog *prog =
		PROGRAM(COPY(6, 1), MOV(7, 100), STORE_IMM(10, -8, 1000), COPY(1, 6), CALL_LOCAL(4),
			ADD_REG(0, 7), LOAD_DW(1, 10, -8), ADD_REG(0, 1), EXIT(),
			/* the function: r1 is the context */
			LDDW(2, INSN_MAP_FD, (uintptr_t)map), MOV(3, 0), CALL(HELPER_TAIL_CALL),
			MOV(0, 1), EXIT());
	struct bench bench;

	REQUIRE(prog && other);
	bench_open(&bench, 60);
	EQ(bench_run(&bench, prog), 1 + 100 + 1000);
	EQ(program_array_set(map, 0, other), 0);
	EQ(bench_run(&bench, prog), 7 + 100 + 1000);
	OK(bench.run.prog == prog);
	bench_close(&bench);
	map_put(map);
	prog_put(prog);
}

static struct device *find(struct host *host, const struct skb *skb, u32 ifindex)
{
	return (struct device *)host;
}

static bool has_mac(const struct device *dev)
{
	return true;
}

/* Not taken: the clone stays, and shares the original's bytes as long as nobody copies them. */
static int hold(struct host *host, struct device *dev, struct skb *skb)
{
	return 0;
}

/* The tail-called program never writes. But the one it returns to may, without another gate. */
TEST(a_clone_is_kept_from_whoever_waits_for_a_tail_call)
{
	static const struct host_ops ops = {
		.device_find = find, .device_has_mac = has_mac, .receive = hold};
	struct map *map = program_array(1);
	struct prog *other = PROGRAM(MOV(2, 2), MOV(3, 1), CALL(HELPER_CLONE_REDIRECT), EXIT());
	struct prog *prog = PROGRAM(CALL_LOCAL(1), EXIT(),
				    /* the function: r1 is the context */
				    LDDW(2, INSN_MAP_FD, (uintptr_t)map), MOV(3, 0),
				    CALL(HELPER_TAIL_CALL), MOV(0, 1), EXIT());
	struct bench bench;

	REQUIRE(prog && other);
	EQ(program_array_set(map, 0, other), 0);
	for (u32 writes = 0; writes < 2; writes++) {
		bench_open(&bench, 60);
		bench.host.ops = &ops;
		prog->writes_packet = writes;
		EQ(bench_run(&bench, prog), 0);
		EQ(skb_shared(bench.skb), !writes);
		OK(!bench.run.caller_writes);
		bench_close(&bench);
	}
	map_put(map);
	prog_put(prog);
}

TEST(tail_calls_of_functions_are_counted_together)
{
	/* Each run calls a function that tail calls the program again: machine in machine. */
	struct map *map = program_array(1);
	struct prog *prog = PROGRAM(
		COPY(6, 1), COUNT_RUN(6), COPY(1, 6), CALL_LOCAL(2), LOAD_W(0, 6, CB0), EXIT(),
		/* the function */
		LDDW(2, INSN_MAP_FD, (uintptr_t)map), MOV(3, 0), CALL(HELPER_TAIL_CALL), EXIT());

	REQUIRE(prog);
	EQ(program_array_set(map, 0, prog_get(prog)), 0);
	EQ(run_once(prog), 34);
	map_put(map);
	prog_put(prog);
}

TEST(the_gate_makes_shared_bytes_private)
{
	struct prog *prog = PROGRAM(LOAD_W(0, 1, offsetof(struct __sk_buff, data)), EXIT());
	struct bench bench;
	struct skb *clone;

	REQUIRE(prog);
	bench_open(&bench, 60);
	clone = skb_clone(bench.skb);
	EQ(bench_run(&bench, prog), clone->ctx.data);
	OK(skb_shared(bench.skb));

	prog->writes_packet = true;
	OK(bench_run(&bench, prog) != clone->ctx.data);
	EQ(bench_run(&bench, prog), bench.skb->ctx.data);
	OK(!skb_shared(bench.skb));
	MEM_EQ(skb_data(bench.skb), skb_data(clone), 60);
	skb_free(clone);
	bench_close(&bench);
	prog_put(prog);
}

TEST(without_memory_the_gate_stays_shut)
{
	struct prog *prog = PROGRAM(COUNT_RUN(1), MOV(0, 0), EXIT());
	struct bench bench;
	struct skb *clone;

	REQUIRE(prog);
	prog->writes_packet = true;
	bench_open(&bench, 60);
	clone = skb_clone(bench.skb);
	skb_pool_fail(bench.pool, 0, 1);
	EQ(bench_run(&bench, prog), TC_ACT_SHOT);
	EQ(bench.skb->ctx.cb[0], 0);
	EQ(bench_run(&bench, prog), 0);
	EQ(bench.skb->ctx.cb[0], 1);
	skb_free(clone);
	bench_close(&bench);
	prog_put(prog);
}

TEST(a_tail_called_program_has_its_gate)
{
	struct map *map = program_array(1);
	struct prog *other = PROGRAM(COUNT_RUN(1), MOV(0, 7), EXIT());
	struct prog *prog = PROGRAM(COPY(6, 1), TAIL_CALL(6, map, 0), MOV(0, 1), EXIT());
	struct bench bench;
	struct skb *clone;

	REQUIRE(prog && other);
	other->writes_packet = true;
	EQ(program_array_set(map, 0, other), 0);
	bench_open(&bench, 60);
	clone = skb_clone(bench.skb);
	skb_pool_fail(bench.pool, 0, 1);
	EQ(bench_run(&bench, prog), TC_ACT_SHOT);
	EQ(bench.skb->ctx.cb[0], 0);
	OK(skb_shared(bench.skb));
	EQ(bench_run(&bench, prog), 7);
	OK(!skb_shared(bench.skb));
	skb_free(clone);
	bench_close(&bench);
	map_put(map);
	prog_put(prog);
}

TEST(a_fixed_up_immediate_is_taken_as_it_is)
{
	for (u8 src = 0; src <= BPF_PSEUDO_MAP_IDX_VALUE; src++) {
		struct prog *prog = PROGRAM(LDDW(0, src & 0xf, 0x123456789abcdef0), EXIT());

		REQUIRE(prog);
		EQ(run_once(prog), 0x123456789abcdef0);
		prog_put(prog);
	}
}

static int prepared(struct bpf_insn insn)
{
	struct bpf_insn insns[2] = {insn, EXIT()};
	struct prog prog = {.refs = 1, .insns = insns, .insn_cnt = 2};
	int err = vm_prepare(&prog);

	if (!err)
		prog.code_free(&prog);
	return err;
}

TEST(what_cannot_run_is_not_prepared)
{
	EQ(prepared(MOV(0, 0)), 0);
	EQ(prepared(INSN(0xff, 0, 0, 0, 0)), -EINVAL);
	EQ(prepared(INSN(0xdb, 1, 2, 0, 0x10)), -EINVAL);
	EQ(prepared(INSN(0xbf, 1, 2, 1, 1)), -EINVAL); /* an address space cast */
	EQ(prepared(INSN(0x85, 0, 2, 0, 1)), -EINVAL); /* a kernel function */
	EQ(prepared(CALL(14)), -EINVAL);	       /* a helper skiff does not have */
	EQ(prepared(CALL(100000)), -EINVAL);
	EQ(prepared(CALL(-1)), -EINVAL);
	EQ(prepared(CALL(1)), 0);
}

TAP_MAIN()
