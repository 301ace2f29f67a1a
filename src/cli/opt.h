/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opt.h - options of a subcommand, declared as typed rows.
 *
 * A subcommand is one struct command: its rows say what each option is called, what it takes and
 * into which field of the subcommand's own struct it goes. The parser, the usage text, and the
 * nearest match of a mistyped word all come from the rows. The arguments struct begins with a
 * struct opt_common, whose options every subcommand has.
 */
#ifndef SKIFF_CLI_OPT_H
#define SKIFF_CLI_OPT_H

#include <stdio.h>

#include "base/error.h"
#include "base/types.h"

enum opt_kind {
	OPT_FLAG,  /* bool: given */
	OPT_TEXT,  /* const char *: its argument, the last one given */
	OPT_LIST,  /* struct opt_list: its arguments, in order */
	OPT_U64,   /* u64: a decimal or 0x number from min to max */
	OPT_LATER, /* no field: belongs to a version after this one */
};

struct opt_list {
	const char **items; /* the caller's argv */
	u32 cnt;
};

struct opt {
	enum opt_kind kind;
	char letter;	  /* 0: none */
	const char *name; /* without the dashes */
	const char *arg;  /* what its argument is called in the usage; NULL: takes none */
	size_t at;	  /* offset of its field in the arguments struct */
	const char *help; /* "\n" goes on in the next line */
	u64 min, max;	  /* U64; max 0: no limit */
};

/* Rows, for a file that says #define AT(field) offsetof(struct its_args, field). */
#define ROW_FLAG(letter, name, field, help)                                                        \
	{                                                                                          \
		OPT_FLAG, letter, name, NULL, AT(field), help, 0, 0                                \
	}
#define ROW_TEXT(letter, name, arg, field, help)                                                   \
	{                                                                                          \
		OPT_TEXT, letter, name, arg, AT(field), help, 0, 0                                 \
	}
#define ROW_LIST(letter, name, arg, field, help)                                                   \
	{                                                                                          \
		OPT_LIST, letter, name, arg, AT(field), help, 0, 0                                 \
	}
#define ROW_U64(letter, name, arg, field, max, help)                                               \
	{                                                                                          \
		OPT_U64, letter, name, arg, AT(field), help, 0, max                                \
	}
#define ROW_LATER(name)                                                                            \
	{                                                                                          \
		OPT_LATER, 0, name, NULL, 0, NULL, 0, 0                                            \
	}

/* What every subcommand understands; the first member of its arguments struct. */
struct opt_common {
	bool help;
	bool json;
	bool quiet;
	bool verbose;
	struct opt_list operands;
};

struct command {
	const char *name;
	const char *operands; /* "OBJECT..." for the usage; NULL: takes none */
	u32 operand_min, operand_max;
	const char *summary; /* one line */
	const char *detail;  /* what the usage says below the options; NULL: nothing */
	const struct opt *opts;
	u32 opt_cnt;
	size_t args_size;	      /* of the struct that the rows of opts fill in */
	void (*defaults)(void *args); /* sets what is not zero by default; NULL: all is */
	/* What it does, with the arguments given. The exit status: EXIT_OK, EXIT_NO, EXIT_WRONG. */
	int (*run)(void *args);
};

enum {
	EXIT_OK = 0,	/* done, and the answer is yes */
	EXIT_NO = 1,	/* the answer is no: refused, limit reached */
	EXIT_WRONG = 2, /* called wrongly, an input that cannot be read, an output not written */
};

enum opt_result {
	OPT_GO,	   /* *args is filled in */
	OPT_HELP,  /* --help: the usage was printed, exit EXIT_OK */
	OPT_WRONG, /* called wrongly: the sentence was printed, exit EXIT_WRONG */
};

/*
 * Fill @args, which holds the defaults, from the command line. Options and operands mix;
 * "--" ends the options. opt_free in any case.
 */
enum opt_result opt_parse(const struct command *command, int argc, char **argv, void *args);
void opt_free(const struct command *command, void *args);

/* Parse, and run when that is what was asked for; argv[0] is the subcommand. The exit status. */
int command_main(const struct command *command, int argc, char **argv);

void opt_usage(const struct command *command, FILE *out);

/* A whole number, decimal or 0x, from @min to @max: 0, or -EINVAL with the sentence. */
int opt_number(const char *text, u64 min, u64 max, u64 *number, struct error *err);

/* "skiff: SENTENCE" to standard error. */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
