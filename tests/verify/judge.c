/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * judge.c - the two judges of the corpus: the running kernel, and skiff.
 *
 * A program names its maps by enum test_map; each judge gets a copy in which they are named as it
 * wants them: by descriptor, or by their place in the program's list of maps.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "corpus.h"
#include "kernel.h"
#include "verify/verify.h"

#define LOG_SIZE (1u << 16)

#define LABELS_MAX 64

/* A program with its labels resolved, and the functions' starts. */
struct program {
	struct bpf_insn *insns; /* freed by program_free */
	u32 cnt;
	struct test_func funcs[TEST_FUNCS_MAX];
	u32 func_cnt;
};

static bool is_label(s32 target)
{
	return target >= TO(0) && target < TO(LABELS_MAX);
}

static bool jumps(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && BPF_OP(insn->code) != BPF_CALL &&
	       BPF_OP(insn->code) != BPF_EXIT;
}

static bool names_func(const struct bpf_insn *insn)
{
	return insn_is_local_call(insn) || (insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC);
}

/* Takes the labels out and puts the distances in. */
static void resolve_labels(struct program *program)
{
	s32 places[LABELS_MAX] = {0};
	u32 cnt = 0;

	for (u32 i = 0; i < program->cnt; i++) {
		if (program->insns[i].code == LABEL_CODE)
			places[program->insns[i].imm] = (s32)cnt;
		else
			program->insns[cnt++] = program->insns[i];
	}
	program->cnt = cnt;
	for (u32 i = 0; i < cnt; i++) {
		struct bpf_insn *insn = &program->insns[i];

		if (jumps(insn) && is_label(insn->off))
			insn->off = (s16)(places[insn->off - TO(0)] - (s32)i - 1);
		if (names_func(insn) && is_label(insn->imm))
			insn->imm = places[insn->imm - TO(0)] - (s32)i - 1;
	}
	for (u32 i = 0; i < program->func_cnt; i++) {
		if (is_label((s32)program->funcs[i].start))
			program->funcs[i].start = (u32)places[program->funcs[i].start - TO(0)];
	}
}

static bool program_init(struct program *program, const struct verify_test *test)
{
	memset(program, 0, sizeof(*program));
	program->insns =
		calloc(test->fill ? FILL_MAX : test->insn_cnt + 1, sizeof(*program->insns));
	if (!program->insns)
		return false;
	if (test->fill) {
		program->cnt = test->fill(program->insns);
	} else {
		memcpy(program->insns, test->insns, test->insn_cnt * sizeof(*program->insns));
		program->cnt = test->insn_cnt;
	}
	while (program->func_cnt < TEST_FUNCS_MAX && test->funcs[program->func_cnt].name)
		program->func_cnt++;
	memcpy(program->funcs, test->funcs, program->func_cnt * sizeof(program->funcs[0]));
	resolve_labels(program);
	return true;
}

static void program_free(struct program *program)
{
	free(program->insns);
}

static bool names_map(const struct bpf_insn *insn)
{
	return insn_is_ld_imm64(insn) &&
	       (insn->src_reg == INSN_MAP_FD || insn->src_reg == INSN_MAP_VALUE);
}

/* The last line of @log before its statistics, which are cut off. */
static const char *last_line(char *log)
{
	char *end = strstr(log, "verification time "), *line;

	if (!end)
		end = strstr(log, "processed ");
	if (end)
		*end = '\0';
	for (end = log + strlen(log); end > log && end[-1] == '\n'; end--)
		end[-1] = '\0';
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

/* "processed 17 insns ..." in the statistics at the end of @log, 0: they are missing. */
static u32 processed(const char *log)
{
	const char *at = strstr(log, "processed ");
	u32 cnt = 0;

	if (at)
		sscanf(at, "processed %u", &cnt);
	return cnt;
}

static const char *errno_name(int code)
{
	const char *name = strerrorname_np(code);

	return name ? name : code == 524 ? "ENOTSUPP" : "errno";
}

static void verdict_set(struct verdict *verdict, int code, const char *line)
{
	verdict->code = code;
	if (!code)
		snprintf(verdict->text, sizeof(verdict->text), "ok");
	else
		snprintf(verdict->text, sizeof(verdict->text), "%s%s%.*s", errno_name(-code),
			 *line ? " " : "", EXPECT_MAX - 32, line);
}

const char *judge_kernel_reason(void)
{
	static const char *reason;
	static bool asked;

	if (!asked)
		reason = kernel_unavailable();
	asked = true;
	return reason;
}

/* The maps' descriptors into the instructions; 0, or -errno of the map *@which. */
static int put_descriptors(struct program *program, s32 *which)
{
	int fds[MAP_CNT];

	for (int i = 0; i < MAP_CNT; i++)
		fds[i] = -1;
	for (u32 i = 0; i < program->cnt; i++) {
		struct bpf_insn *insn = &program->insns[i];

		if (!names_map(insn))
			continue;
		*which = insn->imm;
		if (fds[*which] < 0)
			fds[*which] = maps_kernel_fd((enum test_map) * which);
		if (fds[*which] < 0)
			return fds[*which];
		insn->imm = fds[*which];
	}
	return 0;
}

bool judge_kernel(const struct verify_test *test, struct verdict *verdict)
{
	static char log[LOG_SIZE];

	return judge_kernel_log(test, KERNEL_LOG_STATS, verdict, log, sizeof(log));
}

bool judge_kernel_log(const struct verify_test *test, u32 level, struct verdict *verdict, char *log,
		      size_t size)
{
	struct bpf_func_info info[TEST_FUNCS_MAX];
	struct program program;
	s32 map;

	if (judge_kernel_reason() || !program_init(&program, test))
		return false;

	struct kernel_prog prog = {
		.type = test->type ? test->type : BPF_PROG_TYPE_SCHED_CLS,
		.insns = program.insns,
		.insn_cnt = program.cnt,
		.license = test->proprietary ? "Proprietary" : "GPL",
		.log_level = level,
		.flags = test->flags,
		.unprivileged = test->unprivileged,
		.funcs = info,
		.func_cnt = program.func_cnt,
	};
	int code = put_descriptors(&program, &map);

	if (code) {
		snprintf(log, size, "map %d could not be made", map);
	} else if (program.func_cnt) {
		code = prog.btf_fd = btf_funcs(program.funcs, program.func_cnt, info);
		snprintf(log, size, "the BTF was refused");
	}
	if (code >= 0)
		code = kernel_verify(&prog, log, size);
	if (prog.btf_fd > 0)
		close(prog.btf_fd);
	verdict->processed = processed(log);
	verdict_set(verdict, code, last_line(log));
	program_free(&program);
	return true;
}

/* Gives the maps of @source their places; false: one of them cannot be made. */
static bool number_maps(struct prog_source *source, struct map *maps[MAP_CNT])
{
	int place[MAP_CNT];

	memset(place, -1, sizeof(place));
	for (u32 i = 0; i < source->insn_cnt; i++) {
		struct bpf_insn *insn = &source->insns[i];

		if (!names_map(insn))
			continue;
		if (place[insn->imm] < 0) {
			struct map *map = maps_skiff((enum test_map)insn->imm);

			if (!map)
				return false;
			place[insn->imm] = (int)source->map_cnt;
			maps[source->map_cnt++] = map;
		}
		insn->imm = place[insn->imm];
	}
	return true;
}

bool judge_skiff(const struct verify_test *test, struct verdict *verdict)
{
	return judge_skiff_log(test, 0, verdict, NULL, 0);
}

bool judge_skiff_log(const struct verify_test *test, u32 level, struct verdict *verdict, char *log,
		     size_t size)
{
	struct map *maps[MAP_CNT];
	struct prog_func funcs[TEST_FUNCS_MAX];
	struct program program;

	if (!program_init(&program, test))
		return false;

	struct prog_source source = {
		.type = test->type ? test->type : BPF_PROG_TYPE_SCHED_CLS,
		.flags = test->flags,
		.name = "test",
		.gpl = !test->proprietary,
		.insns = program.insns,
		.insn_cnt = program.cnt,
		.maps = maps,
		.funcs = funcs,
		.func_cnt = program.func_cnt,
	};
	struct verify_options options = {.unprivileged = test->unprivileged, .log_level = level};
	struct verify_result result;
	struct prog *prog = NULL;

	btf_prog_funcs(program.funcs, program.func_cnt, funcs);
	if (number_maps(&source, maps)) {
		int code = verify(&source, &options, &prog, &result);

		verdict_set(verdict, code, result.message);
		verdict->processed = result.processed;
		if (size)
			snprintf(log, size, "%s", result.log);
		verify_result_free(&result);
		prog_put(prog);
	} else {
		verdict_set(verdict, -EINVAL, "a map could not be made");
	}
	for (u32 i = 0; i < source.map_cnt; i++)
		map_put(maps[i]);
	program_free(&program);
	return true;
}
