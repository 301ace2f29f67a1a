/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_verify.c - skiff verify: the verdict on each program, why, and where. Each program is loaded
 * alone, into a loader of its own, so that a refusal hides no other.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/judge.h"
#include "report/json.h"

struct verify_args {
	struct opt_common common;
	const char *prog;
	const char *type;
	u64 log_level;
	bool unprivileged;
};

#define AT(field) offsetof(struct verify_args, field)

static const struct opt opts[] = {
	ROW_TEXT('p', "prog", "NAME", prog, "only this program"),
	ROW_TEXT('t', "type", "TYPE", type,
		 "SCHED_CLS, SCHED_ACT, LWT_IN, LWT_OUT or LWT_XMIT,\n"
		 "whatever the section names say"),
	ROW_U64('l', "log", "N", log_level, 2,
		"print the verifier's log: 1 each branch, 2 each step"),
	ROW_FLAG('u', "unprivileged", unprivileged,
		 "judge as for a loader with CAP_BPF and CAP_NET_ADMIN\n"
		 "only: no pointer may leak"),
	ROW_LATER("kernel"),
};

static const char detail[] =
	"Each program is judged on its own: a refusal hides no other.\n"
	"\n"
	"example:\n"
	"  skiff verify --log 2 --prog classify filter.o\n"
	"\n"
	"Exit status: 0 every program is accepted; 1 one is refused or cannot be loaded;\n"
	"2 called wrongly, or a file could not be read.";

/* Counts over all programs, and where they go. */
struct verdicts {
	const struct verify_args *args;
	struct json json;
	u32 accepted, rejected, unloadable;
};

static void print_where(const struct judgement *judgement)
{
	const struct prog_line *line = judgement_line(judgement);

	if (judgement->program->result.insn < 0)
		return;
	printf("    at instruction %d", judgement->program->result.insn);
	if (line)
		printf(", %s:%u: %s", file_name(line->file), line->line,
		       line->text + strspn(line->text, " \t"));
	putchar('\n');
}

/* Several lines, each pushed to the right. */
static void print_indented(const char *text)
{
	while (*text) {
		int len = (int)strcspn(text, "\n");

		printf("%s%.*s\n", len ? "    " : "", len, text);
		text += len + (text[len] == '\n');
	}
}

static void print(const struct verdicts *verdicts, const struct judgement *judgement)
{
	const struct object_program *program = judgement->program;
	const struct verify_result *result = &program->result;
	const char *type = judgement_type(judgement);

	printf("%-10s  %s (%s, section \"%s\")\n", verdict_text(judgement->verdict), program->name,
	       type ? type : "no type", program->section);
	switch (judgement->verdict) {
	case VERDICT_ACCEPTED:
		if (verdicts->args->common.verbose)
			printf("    %u instructions, %u processed in %.3f ms; at most %u states of "
			       "one instruction, %u in all\n",
			       program->prog->insn_cnt, result->processed, (double)result->ns / 1e6,
			       result->max_states_per_insn, result->states_total);
		break;
	case VERDICT_REJECTED:
		printf("    %s (%s)\n", result->message, strerrorname_np(-result->code));
		print_where(judgement);
		if (result->explanation) {
			putchar('\n');
			print_indented(result->explanation);
		}
		break;
	case VERDICT_UNLOADABLE:
		printf("    %s\n", judgement->err.text);
		break;
	}
	if (verdicts->args->log_level && program->judged && result->log[0]) {
		putchar('\n');
		print_indented(result->log);
		putchar('\n');
	}
}

static void add_json(struct verdicts *verdicts, const struct judgement *judgement)
{
	const struct object_program *program = judgement->program;
	const struct verify_result *result = &program->result;
	const struct prog_line *line = judgement_line(judgement);
	const char *type = judgement_type(judgement);
	struct json *json = &verdicts->json;
	char where[512];

	json_object(json);
	json_key_string(json, "object", judgement->path);
	json_key_string(json, "name", program->name);
	json_key_string(json, "section", program->section);
	if (type)
		json_key_string(json, "type", type);
	json_key_string(json, "verdict", verdict_text(judgement->verdict));
	if (judgement->verdict == VERDICT_UNLOADABLE) {
		json_key_s64(json, "errno", judgement->code);
		json_key_string(json, "message", judgement->err.text);
	}
	if (judgement->verdict == VERDICT_REJECTED) {
		json_key_s64(json, "errno", result->code);
		json_key_string(json, "message", result->message);
		if (result->insn >= 0)
			json_key_s64(json, "insn", result->insn);
		if (line) {
			snprintf(where, sizeof(where), "%s:%u", file_name(line->file), line->line);
			json_key_string(json, "line", where);
		}
		if (result->explanation)
			json_key_string(json, "explanation", result->explanation);
	}
	if (program->judged) {
		json_key_u64(json, "processed", result->processed);
		json_key_u64(json, "ns", result->ns);
	}
	if (verdicts->args->log_level && program->judged)
		json_key_string(json, "log", result->log);
	json_end(json);
}

static int tell(void *ctx, const struct judgement *judgement)
{
	struct verdicts *verdicts = ctx;

	switch (judgement->verdict) {
	case VERDICT_ACCEPTED:
		verdicts->accepted++;
		break;
	case VERDICT_REJECTED:
		verdicts->rejected++;
		break;
	case VERDICT_UNLOADABLE:
		verdicts->unloadable++;
		break;
	}
	if (verdicts->args->common.json)
		add_json(verdicts, judgement);
	else if (!verdicts->args->common.quiet)
		print(verdicts, judgement);
	return 0;
}

static int judge_objects(const struct verify_args *args, struct verdicts *verdicts)
{
	struct judge_options options = {
		.program = args->prog,
		.log_level = (u32)args->log_level,
		.unprivileged = args->unprivileged,
	};
	struct error err;

	if (args->type && judge_type(args->type, &options.type, &err)) {
		complain("--type: %s", err.text);
		return EXIT_WRONG;
	}
	for (u32 i = 0; i < args->common.operands.cnt; i++) {
		if (judge_object(args->common.operands.items[i], &options, tell, verdicts, &err)) {
			complain("%s", err.text);
			return EXIT_WRONG;
		}
	}
	return verdicts->rejected || verdicts->unloadable ? EXIT_NO : EXIT_OK;
}

static int verify_all(const struct verify_args *args)
{
	struct verdicts verdicts = {.args = args};
	int ret;

	if (!args->common.json) {
		ret = judge_objects(args, &verdicts);
		if (ret != EXIT_WRONG && !args->common.quiet)
			printf("\n%u accepted, %u rejected, %u unloadable\n", verdicts.accepted,
			       verdicts.rejected, verdicts.unloadable);
		return ret;
	}
	json_init(&verdicts.json, stdout);
	json_object(&verdicts.json);
	json_key(&verdicts.json, "programs");
	json_array(&verdicts.json);
	ret = judge_objects(args, &verdicts);
	json_end(&verdicts.json);
	json_end(&verdicts.json);
	return ret;
}

static int verify_main(void *args)
{
	return verify_all(args);
}

const struct command command_verify = {
	.name = "verify",
	.operands = "OBJECT...",
	.operand_min = 1,
	.operand_max = UINT32_MAX,
	.summary =
		"Say of each program in eBPF objects whether Linux's verifier accepts it; if not,\n"
		"where, in the kernel's words and in plain ones.",
	.detail = detail,
	.opts = opts,
	.opt_cnt = ARRAY_SIZE(opts),
	.args_size = sizeof(struct verify_args),
	.run = verify_main,
};
