/* SPDX-License-Identifier: BSD-2-Clause */
/* judge.c - an object opened anew for each of its programs. */
#include "cli/judge.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "cli/nearest.h"

const char *verdict_text(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_ACCEPTED:
		return "accepted";
	case VERDICT_REJECTED:
		return "rejected";
	case VERDICT_UNLOADABLE:
		return "unloadable";
	}
	return "";
}

const struct prog_line *judgement_line(const struct judgement *judgement)
{
	const struct object_program *program = judgement->program;
	const struct prog_line *line;

	if (!program->judged || !program->source || program->result.insn < 0)
		return NULL;
	line = prog_lines_find(program->source->lines, (u32)program->result.insn);
	return line && line->line ? line : NULL;
}

const char *judgement_type(const struct judgement *judgement)
{
	enum bpf_prog_type type = judgement->program->type;

	return type == BPF_PROG_TYPE_UNSPEC ? NULL : prog_type_name(type);
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int judge_type(const char *text, enum bpf_prog_type *type, struct error *err)
{
	static const struct {
		const char *name, *section;
		enum bpf_prog_type type;
	} rows[] = {
		{"SCHED_CLS", "tc", BPF_PROG_TYPE_SCHED_CLS},
		{"SCHED_ACT", "action", BPF_PROG_TYPE_SCHED_ACT},
		{"LWT_IN", "lwt_in", BPF_PROG_TYPE_LWT_IN},
		{"LWT_OUT", "lwt_out", BPF_PROG_TYPE_LWT_OUT},
		{"LWT_XMIT", "lwt_xmit", BPF_PROG_TYPE_LWT_XMIT},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!strcasecmp(text, rows[i].name) || !strcmp(text, rows[i].section)) {
			*type = rows[i].type;
			return 0;
		}
	}
	return error_set(
		err, -EINVAL,
		"there is no type '%s'; the types are SCHED_CLS, SCHED_ACT, LWT_IN, LWT_OUT "
		"and LWT_XMIT",
		text);
}

/* Load program @index of a fresh object alone and tell @fn. */
static int judge_one(const char *path, const struct judge_options *options, u32 index, judge_fn fn,
		     void *ctx, struct error *err)
{
	struct loader_options loader_options = {.unprivileged = options->unprivileged,
						.log_level = options->log_level};
	struct judgement judgement = {.path = path};
	struct loader *loader = loader_new(&loader_options, err);
	struct object *object;
	int code;

	if (!loader)
		return -ENOMEM;
	code = object_open(loader, path, &object, err);
	if (code) {
		loader_free(loader);
		return code;
	}
	judgement.object = object;
	judgement.program = object_program(object, index);
	object_select(object, index, true);
	if (options->type)
		object_set_type(object, index, options->type);
	judgement.code = object_load(object, &judgement.err);
	if (judgement.program->judged && judgement.program->result.code)
		judgement.verdict = VERDICT_REJECTED;
	else if (judgement.code)
		judgement.verdict = VERDICT_UNLOADABLE;
	code = fn(ctx, &judgement);
	object_close(object);
	loader_free(loader);
	return code;
}

static int no_such_program(const struct object *object, const char *name, struct error *err)
{
	const char *names[64], *near;
	u32 cnt = 0;

	for (u32 i = 0; i < object_program_cnt(object) && cnt < ARRAY_SIZE(names); i++)
		names[cnt++] = object_program(object, i)->name;
	near = nearest(name, names, cnt);
	return error_set(err, -ENOENT, "%s: there is no program '%s'%s%s%s", object_path(object),
			 name, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

int judge_object(const char *path, const struct judge_options *options, judge_fn fn, void *ctx,
		 struct error *err)
{
	struct loader *loader = loader_new(&(struct loader_options){0}, err);
	struct object *object = NULL;
	u32 first = 0, end = 0;
	int code;

	if (!loader)
		return -ENOMEM;
	code = object_open(loader, path, &object, err);
	if (!code) {
		end = object_program_cnt(object);
		if (!end)
			code = error_set(err, -ENOENT, "%s has no program in it", path);
	}
	if (!code && options->program) {
		int found = object_find_program(object, options->program);

		if (found < 0)
			code = no_such_program(object, options->program, err);
		first = (u32)found;
		end = first + 1;
	}
	object_close(object);
	loader_free(loader);

	for (u32 i = first; !code && i < end; i++)
		code = judge_one(path, options, i, fn, ctx, err);
	return code;
}
