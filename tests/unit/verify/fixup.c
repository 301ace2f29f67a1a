/* SPDX-License-Identifier: BSD-2-Clause */
/* The finished program: what no path comes by is gone from it. */
#include "helper/helper.h"
#include "tap.h"
#include "verify/verify.h"

static struct prog *accept(struct bpf_insn *insns, u32 cnt)
{
	struct prog_source source = {
		.type = BPF_PROG_TYPE_SCHED_CLS, .gpl = true, .insns = insns, .insn_cnt = cnt};
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
	struct prog *prog = accept(insns, ARRAY_SIZE(insns));

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
	struct prog *prog = accept(insns, ARRAY_SIZE(insns));

	REQUIRE(prog);
	OK(!is_dead(&prog->insns[0]));
	EQ(prog->insns[1].code, 0);
	OK(is_dead(&prog->insns[3]));
	OK(is_dead(&prog->insns[4]));
	prog_put(prog);
}

TAP_MAIN()
