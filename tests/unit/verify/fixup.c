/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fixup.c - the finished program: what no path comes by is gone from it, and at each
 * bpf_clone_redirect stands whether a direct write can follow.
 */
#include <stdlib.h>

#include "helper/helper.h"
#include "phrases.h"
#include "tap.h"
#include "verify/verify.h"

/* @callback is where the program's callback starts; 0: it has none. */
static struct prog *accept(struct bpf_insn *insns, u32 cnt, u32 callback)
{
	struct prog_func funcs[] = {{.start = 0, .has_btf = true},
				    {.start = callback, .has_btf = true}};
	struct prog_source source = {
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.gpl = true,
		.insns = insns,
		.insn_cnt = cnt,
		.funcs = funcs,
		.func_cnt = callback ? 2 : 0,
	};
	struct verify_options options = {0};
	struct verify_result result;
	struct prog *prog;

	EQ(verify(&source, &options, &prog, &result), 0);
	STR_EQ(result.message, "");
	verify_result_free(&result);
	return prog;
}

static bool is_dead(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_JA) && insn->off == -1;
}

/* A constant switches off a call of a helper that skiff does not have. */
TEST(dead_call)
{
	struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},	       /* r0 = 0 */
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .off = 1}, /* if r0 == 0 goto +1 */
		{.code = BPF_JMP | BPF_CALL, .imm = HELPER_skb_vlan_pop},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct prog *prog = accept(insns, ARRAY_SIZE(insns), 0);

	REQUIRE(prog);
	OK(is_dead(&prog->insns[2]));
	OK(!is_dead(&prog->insns[1]));
	OK(!is_dead(&prog->insns[3]));
	prog_put(prog);
}

/* A 64-bit immediate is two slots, both dead or neither. */
TEST(dead_imm64)
{
	struct bpf_insn insns[] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = 1},
		{.imm = 0}, /* r0 = 1 */
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .off = 2, .imm = 1},
		{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = 2},
		{.imm = 0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct prog *prog = accept(insns, ARRAY_SIZE(insns), 0);

	REQUIRE(prog);
	OK(!is_dead(&prog->insns[0]));
	EQ(prog->insns[1].code, 0);
	OK(is_dead(&prog->insns[3]));
	OK(is_dead(&prog->insns[4]));
	prog_put(prog);
}

/* clang-format off */

/* r6 is the context: its first byte = 1 */
#define WRITE() \
	LDX(W, R7, R6, CTX_DATA), LDX(W, R8, R6, CTX_DATA_END), MOVR(R2, R7), \
	ALU(ADD, R2, 14), JMPR(JGT, R2, R8, 1), ST(B, R7, 0, 1)

/* A function of the context that does so, 9 instructions. */
#define WRITER() MOVR(R6, R1), WRITE(), DONE()

#define SITE_INSNS_MAX 40

static const struct site {
	const char *name;
	bool follows;
	struct bpf_insn insns[SITE_INSNS_MAX]; /* with one bpf_clone_redirect */
	u32 callback; /* where it starts; 0: none */
} sites[] = {
	{"nothing is written", false, {MOVR(R6, R1), CLONE(), EXIT()}},
	{"written before", false, {MOVR(R6, R1), WRITE(), CLONE(), EXIT()}},
	{"written after", true, {MOVR(R6, R1), CLONE(), WRITE(), DONE()}},
	{"written on the other branch only", false,
	 {MOVR(R6, R1), UNKNOWN(), JMP(JEQ, R0, 0, 5), CLONE(), EXIT(), WRITE(), DONE()}},
	{"behind a jump", true,
	 {MOVR(R6, R1), CLONE(), JMP(JEQ, R0, 0, 1), EXIT(), WRITE(), DONE()}},
	{"in the next turn of a loop", true,
	 {MOVR(R6, R1), MOV(R9, 2), WRITE(), CLONE(), ALU(ADD, R9, -1), JMP(JNE, R9, 0, -12), DONE()}},
	{"in a function called before", false,
	 {MOVR(R6, R1), CALL_LOCAL(6), CLONE(), DONE(), WRITER()}},
	{"in a function called next", true,
	 {MOVR(R6, R1), CLONE(), MOVR(R1, R6), CALL_LOCAL(1), EXIT(), WRITER()}},
	{"in a function whose call is jumped to", true,
	 {MOVR(R6, R1), CLONE(), MOVR(R1, R6), JMP(JEQ, R0, 0, 1), EXIT(), CALL_LOCAL(1), EXIT(),
	  WRITER()}},
	{"in a function whose call is jumped to from afar", true,
	 {MOVR(R6, R1), CLONE(), MOVR(R1, R6), JMP(JEQ, R0, 0, 1),
	  INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, 1), EXIT(), CALL_LOCAL(1), EXIT(), WRITER()}},
	{"in a callback", true,
	 {MOVR(R6, R1), STX(DW, R10, -8, R6), CLONE(), MOV(R1, 1), LD_FUNC(R2, 6), MOVR(R3, R10),
	  ALU(ADD, R3, -8), MOV(R4, 0), CALL(loop), EXIT(), LDX(DW, R1, R2, 0), WRITER()}, 14},
	{"in a callback of a call that is jumped to", true,
	 {MOVR(R6, R1), STX(DW, R10, -8, R6), CLONE(), MOV(R1, 1), LD_FUNC(R2, 8), MOVR(R3, R10),
	  ALU(ADD, R3, -8), MOV(R4, 0), JMP(JEQ, R0, 0, 1), EXIT(), CALL(loop), EXIT(),
	  LDX(DW, R1, R2, 0), WRITER()}, 16},
	{"before, but a function may be called again", true,
	 {MOVR(R6, R1), WRITE(), MOVR(R1, R6), CALL_LOCAL(1), EXIT(), MOVR(R6, R1), CLONE(), DONE()}},
	{"behind a load that may end the program", true,
	 {MOVR(R6, R1), CLONE(), LD_ABS(B, 0), WRITE(), DONE()}},
};
/* clang-format on */

static u32 count(const struct bpf_insn *insns)
{
	u32 cnt = SITE_INSNS_MAX;

	while (!insns[cnt - 1].code)
		cnt--;
	return cnt;
}

TEST(write_follows)
{
	for (u32 i = 0; i < ARRAY_SIZE(sites); i++) {
		struct bpf_insn insns[SITE_INSNS_MAX];
		u32 cnt = count(sites[i].insns);
		struct prog *prog;

		memcpy(insns, sites[i].insns, sizeof(insns));
		prog = accept(insns, cnt, sites[i].callback);
		if (!prog) {
			TAP_FAIL("%s: refused", sites[i].name);
			continue;
		}
		for (u32 at = 0; at < cnt; at++) {
			if (insns[at].code != (BPF_JMP | BPF_CALL) || insns[at].src_reg ||
			    insns[at].imm != HELPER_clone_redirect)
				continue;
			if (!!(prog->sites[at] & PROG_SITE_WRITE_FOLLOWS) != sites[i].follows)
				TAP_FAIL("%s: %d", sites[i].name, prog->sites[at]);
		}
		prog_put(prog);
	}
}

/* clang-format off */
/* An access to the context, and what stands in its place. */
static const struct access {
	const char *name;
	struct bpf_insn insn;
	u8 code, tstamp_type; /* without and with the program reading tstamp_type; 0: as it was */
} accesses[] = {
	{"mark", STX(W, R1, 8, R0)},
	{"queue_mapping", STX(W, R1, 12, R0), OP_STX_QUEUE, OP_STX_QUEUE},
	{"queue_mapping, constant", ST(W, R1, 12, 3), OP_ST_QUEUE, OP_ST_QUEUE},
	{"queue_mapping, load", LDX(W, R0, R1, 12)},
	{"tc_index", STX(W, R1, 44, R0), BPF_STX | BPF_MEM | BPF_H, BPF_STX | BPF_MEM | BPF_H},
	{"tc_index, constant", ST(W, R1, 44, 3), BPF_ST | BPF_MEM | BPF_H, BPF_ST | BPF_MEM | BPF_H},
	{"tc_classid", STX(W, R1, 72, R0), BPF_STX | BPF_MEM | BPF_H, BPF_STX | BPF_MEM | BPF_H},
	{"tc_classid, load", LDX(W, R0, R1, 72)},
	{"tstamp", STX(DW, R1, 152, R0), OP_STX_TSTAMP},
	{"tstamp, constant", ST(DW, R1, 152, 3), OP_ST_TSTAMP},
	{"tstamp, load", LDX(DW, R0, R1, 152), OP_LDX_TSTAMP},
	{"hwtstamp, load", LDX(DW, R0, R1, 184)},
};
/* clang-format on */

/* FACTS E.6: fields whose access is more than a load or a store. */
TEST(context)
{
	for (u32 i = 0; i < ARRAY_SIZE(accesses); i++) {
		for (u32 reads = 0; reads < 2; reads++) {
			struct bpf_insn insns[] = {MOV(R0, 1), accesses[i].insn,
						   reads ? (struct bpf_insn)LDX(B, R0, R1, 180)
							 : (struct bpf_insn)MOV(R0, 0),
						   EXIT()};
			u8 code = reads ? accesses[i].tstamp_type : accesses[i].code;
			struct prog *prog = accept(insns, ARRAY_SIZE(insns), 0);

			REQUIRE(prog);
			if (prog->insns[1].code != (code ? code : accesses[i].insn.code))
				TAP_FAIL("%s: %#x", accesses[i].name, prog->insns[1].code);
			prog_put(prog);
		}
	}
}

#define BLOCKS 50000

/* The program runs through its blocks from the last to the first, where it writes: what flows
 * backwards must not go over all of it for each block. (It took more than a minute.) */
TEST(blocks_in_reverse)
{
	const struct bpf_insn enter[] = {MOVR(R6, R1), INSN(BPF_JMP32 | BPF_JA, 0, 0, 0, 0)};
	const struct bpf_insn first[] = {WRITE(), DONE()};
	u32 cnt = ARRAY_SIZE(enter) + ARRAY_SIZE(first) + 2 * BLOCKS, at = 0, to;
	struct bpf_insn *insns = calloc(cnt, sizeof(*insns));
	struct prog *prog;

	REQUIRE(insns);
	memcpy(insns, enter, sizeof(enter));
	at += ARRAY_SIZE(enter);
	memcpy(insns + at, first, sizeof(first));
	to = at;
	at += ARRAY_SIZE(first);
	for (u32 i = 0; i < BLOCKS; i++, at += 2) {
		const struct bpf_insn block[] = {MOV(R0, 0), JA((s16)(to - (at + 2)))};

		memcpy(insns + at, block, sizeof(block));
		to = at;
	}
	insns[1].imm = (s32)(to - 2);
	prog = accept(insns, cnt, 0);
	OK(prog);
	prog_put(prog);
	free(insns);
}

TAP_MAIN()
