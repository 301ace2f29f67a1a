/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * main.c - skiff, the program: finds the subcommand, and makes sure at the end that what was
 * printed has arrived.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/nearest.h"

static const struct command *const commands[] = {
	&command_run,
	&command_verify,
	&command_dump,
	&command_helpers,
};

/* Subcommands of versions after this one. */
static const char *const later[] = {"test", "diff", "bench"};

static void usage(FILE *out)
{
	fputs("usage: skiff COMMAND [OPTIONS] [OBJECT...]\n"
	      "\n"
	      "The Linux tc eBPF datapath in user space: run tc programs over captures, without\n"
	      "root, devices or a kernel's BPF, and get the answers Linux would give.\n"
	      "\n"
	      "  skiff run       run programs over captured frames\n"
	      "  skiff verify    the verdict of the verifier on each program, and why\n"
	      "  skiff dump      instructions and maps of an object\n"
	      "  skiff helpers   the helper functions there are, for which program type\n"
	      "\n"
	      "  skiff COMMAND --help    its options\n"
	      "  skiff --version\n",
	      out);
}

static const struct command *find(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	return NULL;
}

static int unknown(const char *word)
{
	const char *names[ARRAY_SIZE(commands)], *near;

	for (u32 i = 0; i < ARRAY_SIZE(later); i++) {
		if (!strcmp(word, later[i])) {
			complain("this version does not have the command %s yet", word);
			return EXIT_WRONG;
		}
	}
	for (u32 i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i]->name;
	near = nearest(word, names, ARRAY_SIZE(names));
	complain("there is no %s %s%s%s%s", word[0] == '-' ? "option" : "command", word,
		 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	fputs("skiff --help lists what it understands\n", stderr);
	return EXIT_WRONG;
}

static int dispatch(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		usage(stderr);
		return EXIT_WRONG;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("skiff " SKIFF_VERSION);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		if (argc == 2 || strcmp(argv[1], "help")) {
			usage(stdout);
			return EXIT_OK;
		}
		command = find(argv[2]);
		if (!command)
			return unknown(argv[2]);
		opt_usage(command, stdout);
		return EXIT_OK;
	}
	command = find(argv[1]);
	return command ? command_main(command, argc - 1, argv + 1) : unknown(argv[1]);
}

/* Standard output, with a memory for why it could not be written. */
struct sink {
	int code; /* errno of the first write that failed */
};

static ssize_t sink_write(void *cookie, const char *bytes, size_t size)
{
	struct sink *sink = cookie;
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(STDOUT_FILENO, bytes + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			sink->code = sink->code ? sink->code : errno;
			return 0;
		}
		done += (size_t)n;
	}
	return (ssize_t)size;
}

static void open_stdout(struct sink *sink)
{
	FILE *out = fopencookie(sink, "w", (cookie_io_functions_t){.write = sink_write});

	if (!out)
		return;
	setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, 1 << 16);
	stdout = out;
}

/* A full disk or a reader that went away shows here at the latest. */
static int close_stdout(struct sink *sink, int ret)
{
	int failed = fflush(stdout) | ferror(stdout);

	if (close(STDOUT_FILENO) && !sink->code)
		sink->code = errno;
	fclose(stdout);
	if (!failed && !sink->code)
		return ret;
	fprintf(stderr, "skiff: standard output: %s; what was printed is not complete\n",
		strerror(sink->code ? sink->code : EIO));
	return EXIT_WRONG;
}

/* A standard stream that is closed must not become the number of the next file that is opened, or
 * what is printed lands in a map or a capture. What takes its place fails with the same EBADF. */
static void keep_standard_numbers(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

int main(int argc, char **argv)
{
	struct sink sink = {0};

	keep_standard_numbers();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error like a full disk */
	open_stdout(&sink);
	return close_stdout(&sink, dispatch(argc, argv));
}
