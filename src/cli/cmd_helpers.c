/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_helpers.c - skiff helpers: the table of helper functions, from helper.def. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/judge.h"
#include "helper/helper.h"
#include "report/json.h"

struct helpers_args {
	struct opt_common common;
	const char *type;
	bool have;
	bool missing;
};

#define AT(field) offsetof(struct helpers_args, field)

static const struct opt opts[] = {
	ROW_TEXT('t', "type", "TYPE", type,
		 "only what programs of this type may call: SCHED_CLS,\n"
		 "SCHED_ACT, LWT_IN, LWT_OUT or LWT_XMIT"),
	ROW_FLAG(0, "have", have, "only what this version of skiff has"),
	ROW_FLAG(0, "missing", missing, "only what Linux has and skiff not yet"),
};

static const char detail[] =
	"One line a helper: its number, whether skiff has it, its name, and the types of\n"
	"program that Linux 6.18 lets call it. Flags: p it may change the packet, so every\n"
	"packet pointer is void after it; g only for programs under a GPL-compatible\n"
	"licence.";

static const struct {
	const char *name, *column;
	u32 bit;
} types[] = {
	{"SCHED_CLS", "cls", HELPER_CLS},      {"SCHED_ACT", "act", HELPER_ACT},
	{"LWT_XMIT", "xmit", HELPER_LWT_XMIT}, {"LWT_IN", "in", HELPER_LWT_IN},
	{"LWT_OUT", "out", HELPER_LWT_OUT},
};

/* The rows that were asked for; false: not this one. */
static bool is_wanted(const struct helpers_args *args, u32 type_bit, const struct helper *helper)
{
	if (!helper->name || (type_bit && !(helper->types & type_bit)))
		return false;
	return !(args->have && !helper->fn) && !(args->missing && helper->fn);
}

static void print_table(const struct helpers_args *args, u32 type_bit)
{
	u32 have = 0, all = 0;

	printf(" id  have  %-5s", "flags");
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		printf("  %-4s", types[i].column);
	puts("  name");
	for (u32 id = 0; id < HELPER_MAX; id++) {
		const struct helper *helper = helper_find(id);

		if (!is_wanted(args, type_bit, helper))
			continue;
		all++;
		have += helper->fn != NULL;
		printf("%3u  %-4s  %c%c   ", id, helper->fn ? "yes" : "-",
		       helper->flags & HELPER_CHANGES_PACKET ? 'p' : '-',
		       helper->flags & HELPER_GPL_ONLY ? 'g' : '-');
		for (u32 i = 0; i < ARRAY_SIZE(types); i++)
			printf("  %-4s", helper->types & types[i].bit ? types[i].column : "-");
		printf("  bpf_%s\n", helper->name);
	}
	printf("\n%u of these %u\n", have, all);
}

static void add_json(struct json *json, u32 id, const struct helper *helper)
{
	char name[64];

	json_object(json);
	json_key_u64(json, "id", id);
	snprintf(name, sizeof(name), "bpf_%s", helper->name);
	json_key_string(json, "name", name);
	json_key(json, "have");
	json_bool(json, helper->fn != NULL);
	json_key(json, "types");
	json_array(json);
	for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
		if (helper->types & types[i].bit)
			json_string(json, types[i].name);
	}
	json_end(json);
	/* What skiff does not have it knows nothing more of. */
	if (helper->fn) {
		json_key(json, "changes_packet");
		json_bool(json, helper->flags & HELPER_CHANGES_PACKET);
		json_key(json, "gpl_only");
		json_bool(json, helper->flags & HELPER_GPL_ONLY);
	}
	json_end(json);
}

static void print_json(const struct helpers_args *args, u32 type_bit)
{
	struct json json;

	json_init(&json, stdout);
	json_object(&json);
	json_key(&json, "helpers");
	json_array(&json);
	for (u32 id = 0; id < HELPER_MAX; id++) {
		const struct helper *helper = helper_find(id);

		if (is_wanted(args, type_bit, helper))
			add_json(&json, id, helper);
	}
	json_end(&json);
	json_end(&json);
}

static int list(const struct helpers_args *args)
{
	enum bpf_prog_type type = BPF_PROG_TYPE_UNSPEC;
	struct error err;

	if (args->type && judge_type(args->type, &type, &err)) {
		complain("--type: %s", err.text);
		return EXIT_WRONG;
	}
	if (args->common.json)
		print_json(args, helper_type_bit(type));
	else
		print_table(args, helper_type_bit(type));
	return EXIT_OK;
}

static int helpers_main(void *args)
{
	return list(args);
}

const struct command command_helpers = {
	.name = "helpers",
	.summary = "List the helper functions of Linux's tc and LWT programs: which type may call "
		   "which,\n"
		   "and which of them skiff has.",
	.detail = detail,
	.opts = opts,
	.opt_cnt = ARRAY_SIZE(opts),
	.args_size = sizeof(struct helpers_args),
	.run = helpers_main,
};
