/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify.c - the stages of a verification in the kernel's order, and what becomes of its result.
 * verifier.h is the map of the rooms. Mirrors bpf_check.
 */
#include "verify/verify.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "verify/verifier.h"

/* What ends a subprogram in the middle needs to know what it returns. Mirrors
 * check_abnormal_return. */
static int check_without_btf(struct verifier *v)
{
	for (u32 i = 1; i < v->sub_cnt; i++) {
		if (v->subs[i].uses_ld_abs)
			return refuse(v, -EINVAL, "LD_ABS is not allowed in subprogs without BTF");
		if (v->subs[i].has_tail_call)
			return refuse(v, -EINVAL, "tail_call is not allowed in subprogs without BTF");
	}
	return 0;
}

/* BTF must know each function, and the line of its first instruction. Mirrors check_btf_func and
 * check_btf_line. */
static int check_btf(struct verifier *v)
{
	const struct prog_source *source = v->source;
	const struct prog_lines *lines = source->lines;
	u32 row = 0;

	if (!source->func_cnt) {
		int err = check_without_btf(v);

		if (err)
			return err;
	}
	if (source->func_cnt && source->func_cnt != v->sub_cnt)
		return refuse(v, -EINVAL,
			      "number of funcs in func_info doesn't match number of subprogs");
	for (u32 i = 0; i < source->func_cnt; i++) {
		if (source->funcs[i].start != v->subs[i].start)
			return refuse(v, -EINVAL,
				      "func_info BTF section doesn't match subprog layout in BPF "
				      "program");
	}
	for (u32 i = 0; lines && i < v->sub_cnt; i++) {
		while (row < lines->cnt && lines->rows[row].insn < v->subs[i].start)
			row++;
		if (row == lines->cnt || lines->rows[row].insn != v->subs[i].start)
			return refuse(v, -EINVAL, "missing bpf_line_info for func#%u", i);
	}
	return 0;
}

/* What the call itself is checked for before any instruction is looked at. Mirrors bpf_prog_load.
 */
static int check_source(struct verifier *v)
{
	const struct prog_source *source = v->source;

	v->type_bit = helper_type_bit(source->type);
	if (!v->type_bit)
		return refuse(v, -EINVAL, "skiff does not verify programs of type %s (%u)",
			      prog_type_name(source->type) ? prog_type_name(source->type)
							   : "unknown",
			      source->type);
	if (!source->insn_cnt || source->insn_cnt > PROG_INSNS_MAX)
		return -E2BIG;
	return 0;
}

static int prepare(struct verifier *v)
{
	const struct prog_source *source = v->source;

	v->insn_cnt = source->insn_cnt;
	v->insns = malloc(v->insn_cnt * sizeof(*v->insns));
	v->info = calloc(v->insn_cnt, sizeof(*v->info));
	if (!v->insns || !v->info)
		return -ENOMEM;
	memcpy(v->insns, source->insns, v->insn_cnt * sizeof(*v->insns));
	return 0;
}

static int run(struct verifier *v)
{
	int err = check_source(v);

	if (!err)
		err = prepare(v);
	if (!err)
		err = cfg_find_subprogs(v);
	if (!err)
		err = cfg_check_subprogs(v);
	if (!err)
		err = check_btf(v);
	if (!err)
		err = cfg_check_insns(v);
	if (!err)
		err = cfg_check_flow(v);
	if (!err)
		err = live_compute(v);
	if (!err)
		err = walk_all(v);
	if (!err)
		err = cfg_check_stack_depth(v);
	return err;
}

/* The sentence that a refusal ends with: the line that refuse() wrote last. */
static void take_message(struct verifier *v, struct verify_result *result)
{
	const char *line;
	size_t len;

	if (!v->log.has_refusal || v->log.broken)
		return;
	line = v->log.text + v->log.last_line;
	len = min(strcspn(line, "\n"), sizeof(result->message) - 1);
	memcpy(result->message, line, len);
	result->message[len] = '\0';
}

static void finish(struct verifier *v, int code, struct verify_result *result)
{
	result->code = code;
	result->insn = -1;
	if (code) {
		result->insn = v->fault.insn;
		take_message(v, result);
		result->explanation = explain(v);
	}
	log_stats(v);
	result->processed = v->processed;
	result->states_total = v->total_states;
	result->states_peak = v->peak_states;
	result->max_states_per_insn = v->max_states_per_insn;
	result->log = v->log.text ? v->log.text : strdup("");
	v->log.text = NULL;
}

static void release(struct verifier *v)
{
	for (u32 i = 0; i < PROG_MAPS_MAX; i++)
		free(v->inner[i]);
	state_pools_drop(v);
	nodes_free(&v->nodes);
	free(v->ids);
	free(v->log.text);
	free(v->info);
	free(v->insns);
	free(v);
}

static u64 now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (u64)time.tv_sec * 1000000000ull + (u64)time.tv_nsec;
}

int verify(const struct prog_source *source, const struct verify_options *options,
	   struct prog **prog, struct verify_result *result)
{
	struct verifier *v = calloc(1, sizeof(*v));
	u64 start = now_ns();
	int code;

	*prog = NULL;
	*result = (struct verify_result){.code = -ENOMEM, .insn = -1};
	if (!v) {
		result->log = strdup("");
		return -ENOMEM;
	}
	v->source = source;
	v->options = *options;
	v->result = result;
	v->fault.insn = -1;
	v->leaks_allowed = v->uninit_stack_allowed = !options->unprivileged;
	code = run(v);
	if (!code) {
		*prog = fixup(v);
		code = *prog ? 0 : -ENOMEM;
	}
	finish(v, code, result);
	result->ns = now_ns() - start;
	release(v);
	return code;
}

void verify_result_free(struct verify_result *result)
{
	free(result->log);
	free(result->explanation);
	*result = (struct verify_result){.insn = -1};
}
