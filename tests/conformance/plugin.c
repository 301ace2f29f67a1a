/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * plugin.c - the program that a conformance suite for eBPF runtimes drives.
 *
 *     conformance-plugin ["HEX BYTES OF MEMORY"] < "HEX BYTES OF INSTRUCTIONS"
 *
 * Both are bytes in hexadecimal with white space between them. The program runs with r1 = the
 * memory and r2 = its length; r0 is printed in hexadecimal. Exit status 0; or 1 and a sentence
 * on standard error when the program is refused or stopped, 2 when it was called wrongly.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checked.h"

#define BYTES_MAX (CHECKED_INSNS_MAX * sizeof(struct bpf_insn)) /* of program and of memory */

struct bytes {
	u8 *at;
	size_t len;
	size_t size;
};

static int append(struct bytes *bytes, u8 byte)
{
	if (bytes->len == BYTES_MAX)
		return -E2BIG;
	if (bytes->len == bytes->size) {
		size_t size = bytes->size ? 2 * bytes->size : 256;
		u8 *at = realloc(bytes->at, size);

		if (!at)
			return -ENOMEM;
		bytes->at = at;
		bytes->size = size;
	}
	bytes->at[bytes->len++] = byte;
	return 0;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads hexadecimal bytes up to the end of @in; -EINVAL where something else stands. */
static int read_bytes(FILE *in, struct bytes *bytes)
{
	int c;

	while ((c = getc(in)) != EOF) {
		int high = hex_digit(c), low, err;

		if (isspace(c))
			continue;
		low = hex_digit(c = getc(in));
		if (high < 0 || low < 0)
			return -EINVAL;
		err = append(bytes, (u8)(high << 4 | low));
		if (err)
			return err;
	}
	return ferror(in) ? -EIO : 0;
}

static int read_memory(const char *text, struct bytes *memory)
{
	FILE *in;
	int err;

	if (!text[0])
		return 0;
	in = fmemopen((char *)(uintptr_t)text, strlen(text), "r");
	if (!in)
		return -errno;
	err = read_bytes(in, memory);
	fclose(in);
	return err;
}

static int fail(int status, const char *what, int err)
{
	fprintf(stderr, "conformance-plugin: %s: %s\n", what, strerror(-err));
	return status;
}

static int run(const struct bytes *program, const struct bytes *memory)
{
	struct error err = {0};
	u64 r0;

	if (program->len % sizeof(struct bpf_insn)) {
		fprintf(stderr,
			"conformance-plugin: %zu bytes are no whole number of instructions\n",
			program->len);
		return 1;
	}
	if (checked_run((const struct bpf_insn *)program->at,
			(u32)(program->len / sizeof(struct bpf_insn)), memory->at, (u32)memory->len,
			&r0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	if (printf("%llx\n", (unsigned long long)r0) < 0 || fflush(stdout)) {
		fprintf(stderr, "conformance-plugin: r0 could not be written\n");
		return 1;
	}
	return 0;
}

static int read_and_run(const char *text, struct bytes *memory, struct bytes *program)
{
	int err = read_memory(text, memory);

	if (err)
		return fail(2, "the memory argument is no list of hexadecimal bytes", err);
	err = read_bytes(stdin, program);
	if (err)
		return fail(2, "the program is no list of hexadecimal bytes", err);
	return run(program, memory);
}

int main(int argc, char **argv)
{
	struct bytes memory = {0}, program = {0};
	int status;

	/* Runners pass empty options along. */
	for (int i = 2; i < argc; i++) {
		if (argv[i][0]) {
			fprintf(stderr,
				"usage: conformance-plugin [\"HEX MEMORY\"] < HEX-PROGRAM\n");
			return 2;
		}
	}
	status = read_and_run(argc > 1 ? argv[1] : "", &memory, &program);
	free(memory.at);
	free(program.at);
	return status;
}
