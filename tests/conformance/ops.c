/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops.c - every line of the .data files, through the interpreter for verified programs and
 * through the checked one; and no operation of op.def is without a test.
 */
#include "tap.h"

#include <stdlib.h>

#include "cases.h"
#include "checked.h"
#include "vm/vm.h"

/* Rows that a line cannot describe, and where they are tested. */
static const struct {
	enum op op;
	const char *where;
} elsewhere[] = {
	{OP_addr_space_cast, "unit/vm: refused, there are no arenas"},
	{OP_ld_imm64, "programs.c"},
	{OP_ld_map_fd, "unit/vm/calls.c"},
	{OP_ld_map_value, "unit/vm/calls.c"},
	{OP_ld_btf_id, "unit/vm/calls.c"},
	{OP_ld_func, "unit/vm/calls.c"},
	{OP_ld_map_idx, "unit/vm/calls.c"},
	{OP_ld_map_idx_value, "unit/vm/calls.c"},
	{OP_ld_abs_b, "unit/vm/packet.c"},
	{OP_ld_abs_h, "unit/vm/packet.c"},
	{OP_ld_abs_w, "unit/vm/packet.c"},
	{OP_ld_ind_b, "unit/vm/packet.c"},
	{OP_ld_ind_h, "unit/vm/packet.c"},
	{OP_ld_ind_w, "unit/vm/packet.c"},
	{OP_ja, "programs.c"},
	{OP_ja32, "programs.c"},
	{OP_may_goto, "programs.c"},
	{OP_call_helper, "programs.c"},
	{OP_call_local, "programs.c"},
	{OP_call_kfunc, "programs.c"},
	{OP_callx, "programs.c"},
	{OP_exit, "programs.c"},
	{OP_tstamp_load, "unit/vm/context.c"},
	{OP_tstamp_store_reg, "unit/vm/context.c"},
	{OP_tstamp_store_imm, "unit/vm/context.c"},
	{OP_queue_store_reg, "unit/vm/context.c"},
	{OP_queue_store_imm, "unit/vm/context.c"},
};

#define LINES_MIN 3 /* of each operation */

static struct op_cases read_cases(void)
{
	struct op_cases cases = {0};
	struct error err;

	if (cases_read(getenv("CASES"), &cases, &err))
		TAP_FAIL("%s", err.text);
	return cases;
}

static bool is_elsewhere(enum op op)
{
	for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
		if (elsewhere[i].op == op)
			return true;
	return false;
}

TEST(no_operation_is_without_a_test)
{
	struct op_cases cases = read_cases();
	u32 lines[OPS] = {0};

	for (u32 i = 0; i < cases.cnt; i++)
		lines[cases.cases[i].op]++;
	for (enum op op = 1; op < OPS; op++) {
		if (case_describes(op) ? lines[op] < LINES_MIN : !is_elsewhere(op))
			TAP_FAIL("%s: %u lines", op_info(op)->name, lines[op]);
	}
	cases_free(&cases);
}

static void compare(const struct op_case *op_case, const struct case_state *seen)
{
	char text[512];

	if (*case_compare(op_case, seen, text, sizeof(text)))
		TAP_FAIL("%s", text);
}

/* r6 = the 64-bit immediate @at */
static void point_at(struct bpf_insn *insns, const void *at)
{
	u64 address = (u64)(uintptr_t)at;

	insns[0] = (struct bpf_insn){
		.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = 6, .imm = (s32)address};
	insns[1] = (struct bpf_insn){.imm = (s32)(address >> 32)};
}

TEST(as_a_verified_program)
{
	struct op_cases cases = read_cases();

	for (u32 i = 0; i < cases.cnt; i++) {
		const struct op_case *op_case = &cases.cases[i];
		struct case_state state = op_case->before;
		struct bpf_insn insns[CASE_PROGRAM_MAX];
		struct prog prog = {.refs = 1, .insns = insns};
		struct run run = {0};

		point_at(insns, &state);
		prog.insn_cnt = case_program(op_case, insns, 2);
		REQUIRE(vm_prepare(&prog) == 0);
		EQ(vm_run(&run, &prog), 0);
		prog.code_free(&prog);
		compare(op_case, &state);
	}
	OK(cases.cnt > 0);
	cases_free(&cases);
}

TEST(with_every_step_checked)
{
	struct op_cases cases = read_cases();

	for (u32 i = 0; i < cases.cnt; i++) {
		const struct op_case *op_case = &cases.cases[i];
		struct case_state state = op_case->before;
		struct bpf_insn insns[CASE_PROGRAM_MAX] = {
			{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6, .src_reg = 1}};
		struct error err = {0};
		u64 r0 = 1;

		if (checked_run(insns, case_program(op_case, insns, 1), &state, sizeof(state), &r0,
				&err))
			TAP_FAIL("%s: %s", op_case->where, err.text);
		EQ(r0, 0);
		compare(op_case, &state);
	}
	OK(cases.cnt > 0);
	cases_free(&cases);
}

TAP_MAIN()
