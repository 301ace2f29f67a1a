/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corpus.c - runs the corpus, in TAP; or records what the kernel says of it.
 *
 *     corpus [--judge skiff|kernel] [GROUP [NAME]]
 *     corpus --record [GROUP]
 *     corpus --logs GROUP NAME      both judges' logs of level 2, into NAME.linux and NAME.skiff
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "corpus.h"

static struct verify_group *groups, **groups_end = &groups;
static u32 failures; /* of the test that runs */

void group_add(struct verify_group *group)
{
	*groups_end = group;
	groups_end = &group->next;
}

struct verify_group *group_first(void)
{
	return groups;
}

void corpus_fail(const char *file, int line, const char *fmt, ...)
{
	va_list args;

	failures++;
	printf("# %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

struct request {
	const char *group, *name; /* NULL: all */
	bool record, skiff, kernel;
};

static bool wanted(const char *asked, const char *name)
{
	return !asked || !strcmp(asked, name);
}

static void check(const char *expected, const char *judge, const struct verdict *seen)
{
	if (strcmp(seen->text, expected)) {
		failures++;
		printf("# expected \"%s\"\n# %-8s \"%s\"\n", expected, judge, seen->text);
	}
}

/* One program before the judges; returns how many could be asked. */
static int judge(const struct request *request, const struct verify_test *test)
{
	struct verdict verdict;
	int asked = 0;

	if (request->skiff && judge_skiff(test, &verdict)) {
		check(test->skiff ? test->skiff : test->expect, "skiff", &verdict);
		asked++;
	}
	if (request->kernel && judge_kernel(test, &verdict)) {
		check(test->expect, "Linux", &verdict);
		asked++;
	}
	return asked;
}

static u32 run(const struct request *request, const char *self)
{
	u32 number = 0, failed = 0;

	for (struct verify_group *group = groups; group; group = group->next) {
		if (!wanted(request->group, group->name))
			continue;
		for (u32 i = 0; i < (group->run ? 1 : group->cnt); i++) {
			const char *name = group->run ? "all" : group->tests[i].name;
			int asked = 1;

			if (!wanted(request->name, name))
				continue;
			failures = 0;
			if (group->run)
				group->run();
			else
				asked = judge(request, &group->tests[i]);
			if (failures) {
				printf("not ok %u - %s: %s\n# again: %s %s '%s'\n", ++number,
				       group->name, name, self, group->name, name);
				failed++;
			} else {
				printf("ok %u - %s: %s%s%s\n", ++number, group->name, name,
				       asked ? "" : " # SKIP ", asked ? "" : judge_kernel_reason());
			}
		}
	}
	if (judge_kernel_reason())
		printf("# Linux was not asked: %s\n", judge_kernel_reason());
	printf("1..%u\n", number);
	return failed;
}

/* A C string literal of @text. */
static void put_literal(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

static const struct verify_test *test_named(const struct verify_group *group, const char *line)
{
	const char *name = strstr(line, ".name = \"");

	if (!name || strspn(line, "\t ") != (size_t)(name - line))
		return NULL;
	name += strlen(".name = \"");
	for (u32 i = 0; i < group->cnt; i++) {
		size_t len = strlen(group->tests[i].name);

		if (!strncmp(name, group->tests[i].name, len) && name[len] == '"')
			return &group->tests[i];
	}
	return NULL;
}

static bool is_expectation(const char *line)
{
	return !strncmp(line + strspn(line, "\t "), ".expect = \"", 11);
}

/* Writes @from to @to with every .expect as the kernel says now; returns how many are new. */
static u32 record_lines(const struct verify_group *group, FILE *from, FILE *to)
{
	char line[4096];
	bool recorded = false; /* the line before: the old expectation is dropped */
	u32 changed = 0;

	while (fgets(line, sizeof(line), from)) {
		const struct verify_test *test = test_named(group, line);
		struct verdict verdict;

		if (!recorded || !is_expectation(line))
			fputs(line, to);
		recorded = test && judge_kernel(test, &verdict);
		if (!recorded)
			continue;
		fprintf(to, "%.*s.expect = ", (int)strspn(line, "\t "), line);
		put_literal(to, verdict.text);
		fputs(",\n", to);
		if (!test->expect || strcmp(test->expect, verdict.text)) {
			changed++;
			printf("%s: %s\n  was \"%s\"\n  is  \"%s\"\n", group->name, test->name,
			       test->expect ? test->expect : "", verdict.text);
		}
	}
	return changed;
}

static int record(const struct request *request)
{
	u32 changed = 0;

	if (judge_kernel_reason()) {
		fprintf(stderr, "corpus: nothing was recorded: %s\n", judge_kernel_reason());
		return 2;
	}
	for (struct verify_group *group = groups; group; group = group->next) {
		char temporary[4096];

		if (!wanted(request->group, group->name) || group->run)
			continue;
		snprintf(temporary, sizeof(temporary), "%s.%d.new", group->file, (int)getpid());

		FILE *from = fopen(group->file, "r"), *to = fopen(temporary, "w");

		if (!from || !to) {
			fprintf(stderr, "corpus: %s: %s\n", group->file, strerror(errno));
			return 2;
		}
		changed += record_lines(group, from, to);
		fclose(from);
		if (fclose(to) || rename(temporary, group->file)) {
			fprintf(stderr, "corpus: %s: %s\n", group->file, strerror(errno));
			return 2;
		}
	}
	printf("%u changed\n", changed);
	return 0;
}

int main(int argc, char **argv)
{
	struct request request = {.skiff = true, .kernel = true};
	int i = 1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
		if (!strcmp(argv[i], "--record")) {
			request.record = true;
		} else if (!strcmp(argv[i], "--judge") && i + 1 < argc) {
			i++;
			request.skiff = !strcmp(argv[i], "skiff");
			request.kernel = !strcmp(argv[i], "kernel");
		} else {
			fprintf(stderr,
				"usage: %s [--record | --judge skiff|kernel] [GROUP [NAME]]\n",
				argv[0]);
			return 2;
		}
	}
	request.group = i < argc ? argv[i] : NULL;
	request.name = i + 1 < argc ? argv[i + 1] : NULL;

	int ret = request.record ? record(&request) : run(&request, argv[0]) != 0;

	maps_close();
	return ret;
}
