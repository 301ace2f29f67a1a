/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The explanations of tests/verify/explain, word by word. Each program of NAME.bpf.c is judged
 * alone (as without CAP_PERFMON where its name begins with "unpriv_") and has to be refused;
 * NAME.txt has what is said of each:
 *
 *     == program: the kernel's last line (EACCES)
 *     the explanation
 *
 *     test-explain-objects OBJECT TEXT [--record | --titles]
 *
 * --record writes TEXT; read it before it is committed. --titles compares the first lines alone and
 * without their places, for a clang that numbers columns and registers another way than the one the
 * texts were recorded with.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/object.h"

static unsigned int number, failed;

static void ok(bool good, const char *name)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++number, name);
	failed += !good;
}

static int fail(const char *what, const char *why)
{
	printf("Bail out! %s: %s\n", what, why);
	return 1;
}

static void print_program(FILE *out, const struct object_program *program)
{
	const struct verify_result *result = &program->result;

	fprintf(out, "== %s: %s (%s)\n%s\n", program->name, result->message,
		strerrorname_np(-result->code), result->explanation ? result->explanation : "");
}

/* Program @index of the object at @path, judged alone. Returns its section of the text. */
static char *judge(const char *path, u32 index, char name[64], u32 *cnt)
{
	struct loader_options options = {0};
	struct object *object = NULL;
	struct loader *loader;
	struct error err = {""};
	char *text = NULL;
	size_t len;
	FILE *out;

	for (;;) {
		loader = loader_new(&options, &err);
		if (!loader || object_open(loader, path, &object, &err))
			break;
		*cnt = object_program_cnt(object);
		snprintf(name, 64, "%s", object_program(object, index)->name);
		if (options.unprivileged == !strncmp(name, "unpriv_", 7))
			break;
		object_close(object);
		loader_free(loader);
		object = NULL;
		options.unprivileged = true;
	}
	if (object) {
		object_select(object, index, true);
		object_load(object, &err);
		out = open_memstream(&text, &len);
		if (out) {
			if (object_program(object, index)->judged)
				print_program(out, object_program(object, index));
			else
				fprintf(out, "== %s: not judged: %s\n", name, err.text);
			fclose(out);
		}
	} else {
		printf("# %s\n", err.text);
	}
	object_close(object);
	loader_free(loader);
	return text;
}

static char *read_whole(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0;

	if (in && getdelim(&text, &cap, '\0', in) < 0) {
		free(text);
		text = NULL;
	}
	if (in)
		fclose(in);
	return text;
}

/* The section of program @name in @all: its start, and its length in *@len. */
static const char *find_section(const char *all, const char *name, size_t *len)
{
	char head[80];
	const char *at, *next;

	snprintf(head, sizeof(head), "== %s: ", name);
	for (at = all; at; at = strstr(at, "\n== ") ? strstr(at, "\n== ") + 1 : NULL) {
		if (strncmp(at, head, strlen(head)))
			continue;
		next = strstr(at, "\n== ");
		*len = next ? (size_t)(next + 1 - at) : strlen(at);
		return at;
	}
	return NULL;
}

/* The words of the title: the second line, behind "file:line:column: ". */
static const char *title(const char *text, size_t *len)
{
	const char *line = strchr(text, '\n');
	const char *place = line ? strstr(line, ": ") : NULL;

	*len = place ? strcspn(place, "\n") : 0;
	return place ? place : "";
}

static bool same(const char *seen, const char *expected, size_t len, bool titles)
{
	size_t seen_len = strlen(seen);

	if (!titles)
		return seen_len == len && !memcmp(seen, expected, len);
	seen = title(seen, &seen_len);
	expected = title(expected, &len);
	return seen_len == len && !memcmp(seen, expected, len);
}

static void print_comment(const char *what, const char *text, size_t len)
{
	printf("# %s:\n", what);
	while (len) {
		size_t line = strcspn(text, "\n");

		line = line < len ? line : len;
		printf("#   %.*s\n", (int)line, text);
		text += line;
		len -= line;
		if (len) {
			text++;
			len--;
		}
	}
}

static void compare(const char *name, const char *seen, const char *all, bool titles)
{
	size_t len = 0;
	const char *expected = find_section(all, name, &len);
	bool good = expected && same(seen, expected, len, titles);

	ok(good, name);
	if (good)
		return;
	print_comment("expected", expected ? expected : "nothing", expected ? len : 7);
	print_comment("seen", seen, strlen(seen));
}

static int record(const char *object, const char *path)
{
	FILE *out = fopen(path, "w");
	u32 cnt = 1;

	if (!out)
		return fail(path, strerror(errno));
	for (u32 i = 0; i < cnt; i++) {
		char name[64], *text = judge(object, i, name, &cnt);

		if (!text)
			return fail(object, "cannot be judged");
		fputs(text, out);
		free(text);
	}
	return fclose(out) ? fail(path, strerror(errno)) : 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 3 ? argv[3] : "";
	char *all;
	u32 cnt = 1;

	if (argc < 3)
		return fail("usage", "test-explain-objects OBJECT TEXT [--record | --titles]");
	if (!strcmp(mode, "--record"))
		return record(argv[1], argv[2]);
	all = read_whole(argv[2]);
	if (!all)
		return fail(argv[2], "cannot be read");
	for (u32 i = 0; i < cnt; i++) {
		char name[64] = "?", *text = judge(argv[1], i, name, &cnt);

		if (text)
			compare(name, text, all, !strcmp(mode, "--titles"));
		else
			ok(false, argv[1]);
		free(text);
	}
	free(all);
	printf("1..%u\n", number);
	if (failed)
		printf("# again: %s %s %s %s\n", argv[0], argv[1], argv[2], mode);
	return failed != 0;
}
