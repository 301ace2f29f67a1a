/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shapes_skiff.c - skiff accepts every program of the objects named on the command line: the
 * commonest shapes of real tc programs, compiled for two versions of the instruction set.
 *
 * shapes_linux.c holds the running kernel to the same.
 */
#include <stdio.h>
#include <string.h>

#include "bpf/object.h"

static u32 number, failed;

static void told(const char *path, const struct object_program *program)
{
	const char *base = strrchr(path, '/');
	bool accepted = program->judged && !program->result.code;

	number++;
	failed += !accepted;
	if (!accepted)
		printf("# expected: accepted\n# seen: %d %s\n", program->result.code,
		       program->result.message);
	printf("%sok %u - %s: %s (%u instructions processed)\n", accepted ? "" : "not ", number,
	       base ? base + 1 : path, program->name, program->result.processed);
}

static void cannot(const char *path, const char *why)
{
	number++;
	failed++;
	printf("not ok %u - %s: %s\n", number, path, why);
}

/* Each program by itself, so that one refusal hides no other. */
static void judge(const char *path)
{
	u32 cnt = 1;

	for (u32 i = 0; i < cnt; i++) {
		struct loader_options options = {.seed = 1};
		struct error err = {""};
		struct loader *loader = loader_new(&options, &err);
		struct object *object = NULL;

		if (!loader || object_open(loader, path, &object, &err)) {
			cannot(path, err.text);
		} else {
			cnt = object_program_cnt(object);
			object_select(object, i, true);
			if (object_load(object, &err) && !object_program(object, i)->judged)
				cannot(path, err.text);
			else
				told(path, object_program(object, i));
		}
		object_close(object);
		loader_free(loader);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		judge(argv[i]);
	printf("1..%u\n", number);
	return failed != 0;
}
