/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shapes_linux.c - the running kernel accepts every object named on the command line, loaded by
 * libbpf as it is. What was loaded goes with the process; nothing is attached, pinned or left.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/libbpf.h>

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

int main(int argc, char **argv)
{
	int failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (geteuid() != 0) {
		printf("1..0 # SKIP not root: the running kernel cannot be asked\n");
		return 0;
	}
	libbpf_set_print(quiet);
	for (int i = 1; i < argc; i++) {
		const char *base = strrchr(argv[i], '/');
		struct bpf_object *object = bpf_object__open_file(argv[i], NULL);
		int err = object ? bpf_object__load(object) : -1;

		if (err)
			printf("# expected: loaded\n# seen: %d %s\n", err, strerror(-err));
		printf("%sok %d - %s\n", err ? "not " : "", i, base ? base + 1 : argv[i]);
		failed |= err;
		bpf_object__close(object);
	}
	printf("1..%d\n", argc - 1);
	return failed != 0;
}
