/* SPDX-License-Identifier: BSD-2-Clause */
/* judge.h - loading the programs of an object one by one; what verify and dump have in common. */
#ifndef SKIFF_CLI_JUDGE_H
#define SKIFF_CLI_JUDGE_H

#include "bpf/object.h"

enum verdict {
	VERDICT_ACCEPTED,
	VERDICT_REJECTED,   /* by the verifier */
	VERDICT_UNLOADABLE, /* it never came to be judged, or could not be used after it */
};

const char *verdict_text(enum verdict verdict);

struct judge_options {
	const char *program;	 /* only this one; NULL: all */
	enum bpf_prog_type type; /* UNSPEC: as the section says */
	u32 log_level;
	bool unprivileged;
};

/* One program after it was loaded alone. Lives only during the call that is given it. */
struct judgement {
	const char *path;
	const struct object *object;
	const struct object_program *program;
	enum verdict verdict;
	int code;	  /* UNLOADABLE: -errno, and */
	struct error err; /* the sentence */
};

typedef int (*judge_fn)(void *ctx, const struct judgement *judgement);

/*
 * Call @fn with each program of the object at @path, in the object's order. 0, or -errno with the
 * sentence: the file cannot be read, it has no such program, or what @fn returned.
 */
int judge_object(const char *path, const struct judge_options *options, judge_fn fn, void *ctx,
		 struct error *err);

/* The source line at which it was refused, or NULL. */
const struct prog_line *judgement_line(const struct judgement *judgement);

/* "SCHED_CLS"; NULL when nothing says what type it is. */
const char *judgement_type(const struct judgement *judgement);

/* The last part of a path. */
const char *file_name(const char *path);

/* The type that a person calls @text: "SCHED_CLS", "sched_cls", "tc"; 0 or -EINVAL. */
int judge_type(const char *text, enum bpf_prog_type *type, struct error *err);

#endif
