/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - the running kernel is asked what each line of the .data files expects. Needs root.
 *
 * The state goes in and out through an array map, so that the verifier knows none of the values
 * and leaves every branch to be taken or not at run time. Programs are loaded as SCHED_CLS and
 * run by BPF_PROG_TEST_RUN; nothing is attached.
 */
#include "tap.h"

#include <stdlib.h>

#include "cases.h"
#include "linux.h"

#define LOG_SIZE 65536

/* Load the case's program around the one value of map @map: its descriptor or -errno. */
static int load(const struct op_case *op_case, int map)
{
	static char log[LOG_SIZE];
	struct bpf_insn insns[CASE_PROGRAM_MAX] = {
		{.code = BPF_LD | BPF_IMM | BPF_DW,
		 .dst_reg = 6,
		 .src_reg = BPF_PSEUDO_MAP_VALUE,
		 .imm = map},
		{0},
	};
	u32 cnt = case_program(op_case, insns, 2);
	int fd = linux_load(BPF_PROG_TYPE_SCHED_CLS, insns, cnt, 0, NULL, 0);

	if (fd < 0 && !op_case->refused) {
		linux_load(BPF_PROG_TYPE_SCHED_CLS, insns, cnt, 1, log, sizeof(log));
		TAP_FAIL("%s: not loaded: %s", op_case->where, log);
	}
	return fd;
}

static bool same_program(const struct op_case *a, const struct op_case *b)
{
	return a->op == b->op && a->imm == b->imm && !a->refused && !b->refused;
}

static void ask(const struct op_case *op_case, int fd, int map)
{
	struct case_state state = op_case->before;
	u8 packet[64] = {0};
	char text[512];
	u32 retval;

	if (linux_array_set(map, 0, &state) || linux_run(fd, packet, sizeof(packet), &retval) ||
	    linux_array_get(map, 0, &state)) {
		TAP_FAIL("%s: not run: %s", op_case->where, strerror(errno));
		return;
	}
	if (*case_compare(op_case, &state, text, sizeof(text)))
		TAP_FAIL("%s", text);
}

TEST(every_line_is_what_linux_does)
{
	const char *why = linux_answers();
	struct op_cases cases;
	struct error err;
	int map, fd = -1;

	if (why)
		SKIP(why);
	REQUIRE(cases_read(getenv("CASES"), &cases, &err) == 0);
	map = linux_array(sizeof(struct case_state), 1);
	REQUIRE(map >= 0);
	for (u32 i = 0; i < cases.cnt; i++) {
		const struct op_case *op_case = &cases.cases[i];

		if (i && fd >= 0 && !same_program(op_case, op_case - 1)) {
			close(fd);
			fd = -1;
		}
		if (fd < 0)
			fd = load(op_case, map);
		if (op_case->refused)
			EQ(fd, -EINVAL);
		else if (fd >= 0)
			ask(op_case, fd, map);
	}
	if (fd >= 0)
		close(fd);
	close(map);
	cases_free(&cases);
}

TAP_MAIN()
