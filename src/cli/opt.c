/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * opt.c - the command line against the rows of a command. One pass, in the manner of
 * getopt_long: -x VALUE, -xVALUE, -xy, --name VALUE, --name=VALUE, "--"; "-" is an operand.
 */
#include "cli/opt.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"

#define AT(field) offsetof(struct opt_common, field)

static const struct opt common_opts[] = {
	ROW_FLAG(0, "json", json, "the answer as one JSON object on standard output"),
	ROW_FLAG('q', "quiet", quiet, "errors only"),
	ROW_FLAG('v', "verbose", verbose, "say more"),
	ROW_FLAG('h', "help", help, "this text"),
};

void complain(const char *fmt, ...)
{
	va_list args;

	fflush(stdout); /* so that the two streams of a terminal stay in order */
	fputs("skiff: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* Row @index of the command's options followed by the common ones; NULL at the end. */
static const struct opt *row(const struct command *command, u32 index)
{
	if (index < command->opt_cnt)
		return &command->opts[index];
	index -= command->opt_cnt;
	return index < ARRAY_SIZE(common_opts) ? &common_opts[index] : NULL;
}

static const struct opt *find_letter(const struct command *command, char letter)
{
	const struct opt *opt;

	for (u32 i = 0; (opt = row(command, i)); i++) {
		if (opt->letter && opt->letter == letter)
			return opt;
	}
	return NULL;
}

static const struct opt *find_name(const struct command *command, const char *name, size_t len)
{
	const struct opt *opt;

	for (u32 i = 0; (opt = row(command, i)); i++) {
		if (strlen(opt->name) == len && !strncmp(opt->name, name, len))
			return opt;
	}
	return NULL;
}

static const char *nearest_name(const struct command *command, const char *name)
{
	const char *names[32];
	const struct opt *opt;
	u32 cnt = 0;

	for (u32 i = 0; (opt = row(command, i)) && cnt < ARRAY_SIZE(names); i++) {
		if (opt->kind != OPT_LATER)
			names[cnt++] = opt->name;
	}
	return nearest(name, names, cnt);
}

static bool list_add(struct opt_list *list, const char *item)
{
	const char **bigger = realloc(list->items, (list->cnt + 1) * sizeof(*bigger));

	if (!bigger)
		return false;
	list->items = bigger;
	list->items[list->cnt++] = item;
	return true;
}

int opt_number(const char *text, u64 min, u64 max, u64 *number, struct error *err)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	errno = 0;
	*number = strtoull(text, &end, hex ? 16 : 10);
	if (!isdigit((u8)text[0]) || *end)
		return error_set(err, -EINVAL, "'%s' is not a whole number", text);
	if (!errno && *number >= min && (!max || *number <= max))
		return 0;
	if (max)
		return error_set(err, -EINVAL, "%s is not from %" PRIu64 " to %" PRIu64, text, min,
				 max);
	return error_set(err, -EINVAL, "%s is %s", text,
			 *number < min ? "too small" : "too large a number");
}

/* Store an occurrence of @opt; @shown is how the user wrote it. */
static bool take(const struct opt *opt, const char *shown, const char *value, void *args)
{
	char *at = (char *)args + opt->at;
	struct error err;

	switch (opt->kind) {
	case OPT_FLAG:
		*(bool *)at = true;
		return true;
	case OPT_TEXT:
		*(const char **)at = value;
		return true;
	case OPT_LIST:
		if (list_add((struct opt_list *)at, value))
			return true;
		complain("no memory");
		return false;
	case OPT_U64:
		if (!opt_number(value, opt->min, opt->max, (u64 *)at, &err))
			return true;
		complain("%s: %s", shown, err.text);
		return false;
	case OPT_LATER:
		break;
	}
	complain("%s: this version of skiff does not have it yet", shown);
	return false;
}

static bool parse_long(const struct command *command, int *at, int argc, char **argv, void *args)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct opt *opt = find_name(command, name, len);
	const char *value = equals ? equals + 1 : NULL;
	char shown[80];

	snprintf(shown, sizeof(shown), "--%.*s", (int)min(len, (size_t)64), name);
	if (!opt) {
		const char *near = nearest_name(command, shown + 2);

		complain("there is no option %s%s%s%s", shown, near ? "; did you mean --" : "",
			 near ? near : "", near ? "?" : "");
		return false;
	}
	if (opt->kind == OPT_LATER)
		return take(opt, shown, NULL, args);
	if (!opt->arg && value) {
		complain("%s takes no value", shown);
		return false;
	}
	if (opt->arg && !value) {
		if (*at + 1 == argc) {
			complain("%s needs a value: %s %s", shown, shown, opt->arg);
			return false;
		}
		value = argv[++*at];
	}
	return take(opt, shown, value, args);
}

static bool parse_letters(const struct command *command, int *at, int argc, char **argv, void *args)
{
	for (const char *letter = argv[*at] + 1; *letter; letter++) {
		const struct opt *opt = find_letter(command, *letter);
		char shown[3] = {'-', *letter, '\0'};

		if (!opt) {
			complain("there is no option %s", shown);
			return false;
		}
		if (!opt->arg) {
			if (!take(opt, shown, NULL, args))
				return false;
			continue;
		}
		if (letter[1])
			return take(opt, shown, letter + 1, args);
		if (*at + 1 == argc) {
			complain("%s needs a value: %s %s", shown, shown, opt->arg);
			return false;
		}
		return take(opt, shown, argv[++*at], args);
	}
	return true;
}

static bool parse_all(const struct command *command, int argc, char **argv, void *args)
{
	struct opt_common *common = args;
	bool only_operands = false;

	for (int i = 1; i < argc; i++) {
		bool fine;

		if (only_operands || argv[i][0] != '-' || !argv[i][1])
			fine = list_add(&common->operands, argv[i]);
		else if (!strcmp(argv[i], "--"))
			fine = only_operands = true;
		else if (argv[i][1] == '-')
			fine = parse_long(command, &i, argc, argv, args);
		else
			fine = parse_letters(command, &i, argc, argv, args);
		/* --help is answered whatever else the line says. */
		if (common->help)
			return true;
		if (!fine)
			return false;
	}
	return true;
}

static bool check_operands(const struct command *command, const struct opt_list *operands)
{
	if (operands->cnt < command->operand_min) {
		complain("%s needs an operand: skiff %s [OPTIONS] %s", command->name, command->name,
			 command->operands);
		return false;
	}
	if (operands->cnt > command->operand_max) {
		complain("%s takes no operand '%s'", command->name,
			 operands->items[command->operand_max]);
		return false;
	}
	return true;
}

enum opt_result opt_parse(const struct command *command, int argc, char **argv, void *args)
{
	struct opt_common *common = args;

	if (parse_all(command, argc, argv, args)) {
		if (common->help) {
			opt_usage(command, stdout);
			return OPT_HELP;
		}
		if (check_operands(command, &common->operands))
			return OPT_GO;
	}
	fprintf(stderr, "skiff %s --help lists what it understands\n", command->name);
	return OPT_WRONG;
}

void opt_free(const struct command *command, void *args)
{
	struct opt_common *common = args;

	free(common->operands.items);
	for (u32 i = 0; i < command->opt_cnt; i++) {
		if (command->opts[i].kind == OPT_LIST)
			free(((struct opt_list *)((char *)args + command->opts[i].at))->items);
	}
}

/* One option and its help, which begins in column 30. */
static void print_row(const struct opt *opt, FILE *out)
{
	char left[64];
	const char *line = opt->help;
	int n;

	n = snprintf(left, sizeof(left), "  %c%c%c --%s%s%s", opt->letter ? '-' : ' ',
		     opt->letter ? opt->letter : ' ', opt->letter ? ',' : ' ', opt->name,
		     opt->arg ? " " : "", opt->arg ? opt->arg : "");
	fputs(left, out);
	if (n > 27) {
		fputc('\n', out);
		n = 0;
	}
	for (;;) {
		int len = (int)strcspn(line, "\n");

		fprintf(out, "%*s%.*s\n", 29 - n, "", len, line);
		if (!line[len])
			return;
		line += len + 1;
		n = 0;
	}
}

void opt_usage(const struct command *command, FILE *out)
{
	const struct opt *opt;

	fprintf(out, "usage: skiff %s [OPTIONS]%s%s\n\n%s\n\n", command->name,
		command->operands ? " " : "", command->operands ? command->operands : "",
		command->summary);
	for (u32 i = 0; (opt = row(command, i)); i++) {
		if (opt->kind != OPT_LATER)
			print_row(opt, out);
	}
	if (command->detail)
		fprintf(out, "\n%s\n", command->detail);
}

int command_main(const struct command *command, int argc, char **argv)
{
	void *args = calloc(1, command->args_size);
	int ret = EXIT_OK;

	if (!args) {
		complain("no memory");
		return EXIT_WRONG;
	}
	if (command->defaults)
		command->defaults(args);
	switch (opt_parse(command, argc, argv, args)) {
	case OPT_GO:
		ret = command->run(args);
		break;
	case OPT_HELP:
		break;
	case OPT_WRONG:
		ret = EXIT_WRONG;
		break;
	}
	opt_free(command, args);
	free(args);
	return ret;
}
