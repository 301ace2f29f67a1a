/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * programs.c - whole programs that no verifier has seen, through the conformance plugin as a
 * suite drives it: memory as an argument, instructions on standard input, r0 on standard output.
 * And what the plugin must refuse or stop, with its sentence.
 */
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>
#include <sys/wait.h>

#include "checked.h"

#define INSN(c, d, s, o, i)                                                                        \
	(struct bpf_insn)                                                                          \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

/* The few instructions the programs below are written in. */
#define MOV(d, i)	   INSN(0xb7, d, 0, 0, i)
#define COPY(d, s)	   INSN(0xbf, d, s, 0, 0)
#define ADD(d, i)	   INSN(0x07, d, 0, 0, i)
#define ADD_REG(d, s)	   INSN(0x0f, d, s, 0, 0)
#define LOAD_DW(d, s, o)   INSN(0x79, d, s, o, 0)
#define STORE_DW(d, o, s)  INSN(0x7b, d, s, o, 0)
#define STORE_IMM(d, o, i) INSN(0x7a, d, 0, o, i)
#define LDDW(d, lo, hi)	   INSN(0x18, d, 0, 0, lo), INSN(0, 0, 0, 0, hi)
#define JA(o)		   INSN(0x05, 0, 0, o, 0)
#define GOTOL(i)	   INSN(0x06, 0, 0, 0, i)
#define MAY_GOTO(o)	   INSN(0xe5, 0, 0, o, 0)
#define JNE(d, i, o)	   INSN(0x55, d, 0, o, i)
#define CALL(i)		   INSN(0x85, 0, 0, 0, i)
#define CALL_LOCAL(i)	   INSN(0x85, 0, 1, 0, i)
#define CALL_KFUNC(i)	   INSN(0x85, 0, 2, 0, i)
#define CALLX(d)	   INSN(0x8d, d, 0, 0, 0)
#define EXIT()		   INSN(0x95, 0, 0, 0, 0)

struct program {
	const char *name;
	const char *memory; /* the argument */
	const char *expected;
	struct bpf_insn insns[24]; /* up to the last that is not zero */
};

/* These print a number. */
static const struct program runs[] = {
	{"r0 is printed whole",
	 "",
	 "fedcba9876543210\n",
	 {LDDW(0, 0x76543210, (s32)0xfedcba98), EXIT()}},
	{"the lower half of a 64-bit immediate is no signed number",
	 "",
	 "80000000\n",
	 {LDDW(0, (s32)0x80000000, 0), EXIT()}},
	{"r1 is the memory and r2 its length",
	 "0102030405060708  0910 1112 13141516",
	 "807060504030207\n",
	 {LOAD_DW(0, 1, 0), ADD(2, -10), ADD_REG(0, 2), EXIT()}},
	{"an empty argument is no memory", "", "0\n", {COPY(0, 1), ADD_REG(0, 2), EXIT()}},
	{"an exit in the middle ends it", "", "1\n", {MOV(0, 1), EXIT(), MOV(0, 2), EXIT()}},
	{"ja, forward and back", "", "3\n", {MOV(0, 1), JA(2), ADD(0, 2), EXIT(), JA(-3)}},
	{"gotol, forward and back", "", "3\n", {MOV(0, 1), GOTOL(2), ADD(0, 2), EXIT(), GOTOL(-3)}},
	{"may_goto passes by", "", "7\n", {MOV(0, 7), MAY_GOTO(1), EXIT(), MOV(0, 1), EXIT()}},
	{"a local call: arguments, result, saved registers, stacks",
	 "",
	 "1e\n",
	 {MOV(1, 5), MOV(6, 10), STORE_IMM(10, -8, 11), CALL_LOCAL(4), ADD_REG(0, 6),
	  LOAD_DW(3, 10, -8), ADD_REG(0, 3), EXIT(),
	  /* returns r1 + 4 */
	  MOV(6, 99), STORE_IMM(10, -8, 98), COPY(0, 1), ADD(0, 4), EXIT()}},
	{"a callee writes its caller's stack through a pointer",
	 "",
	 "2a\n",
	 {COPY(1, 10), STORE_IMM(10, -16, 1), CALL_LOCAL(2), LOAD_DW(0, 10, -16), EXIT(),
	  STORE_IMM(1, -16, 42), EXIT()}},
	{"eight functions deep",
	 "",
	 "8\n",
	 {MOV(0, 0), MOV(1, 8), ADD(1, -1), ADD(0, 1), JNE(1, 0, 1), EXIT(), CALL_LOCAL(-5),
	  EXIT()}},
	{"helper 5 is there", "", "2\n", {MOV(1, -1), CALL(5), MOV(0, 2), EXIT()}},
	{"and through a register", "", "2\n", {MOV(2, 5), CALLX(2), MOV(0, 2), EXIT()}},
	{"the stack may be read before it is written", "", "0\n", {LOAD_DW(0, 10, -512), EXIT()}},
};

/* These are refused, or stopped, with this part of a sentence. */
static const struct program refused[] = {
	{"nine functions deep",
	 "",
	 "instruction 6: calls nest deeper than 8 functions",
	 {MOV(0, 0), MOV(1, 9), ADD(1, -1), ADD(0, 1), JNE(1, 0, 1), EXIT(), CALL_LOCAL(-5),
	  EXIT()}},
	{"a loop of may_goto reaches the budget first",
	 "",
	 "not done after 10000000 instructions",
	 {MAY_GOTO(1), JA(-2), EXIT()}},
	{"a helper with arguments", "", "instruction 0: no helper 1 here", {CALL(1), EXIT()}},
	{"a helper with arguments, through a register",
	 "",
	 "instruction 1: no helper 1 here",
	 {MOV(3, 1), CALLX(3), EXIT()}},
	{"no helper at all",
	 "",
	 "instruction 1: no helper 4294967295 here",
	 {INSN(0xb4, 3, 0, 0, -1), CALLX(3), EXIT()}},
	{"a kernel function",
	 "",
	 "instruction 0: what it refers to does not exist here",
	 {CALL_KFUNC(42), EXIT()}},
	{"below the stack", "", "instruction 0: 8 bytes at 0x", {LOAD_DW(0, 10, -520), EXIT()}},
	{"before the memory",
	 "01 02 03 04 05 06 07 08",
	 "instruction 0: 8 bytes at 0x",
	 {LOAD_DW(0, 1, -1), EXIT()}},
	{"over the end of the memory",
	 "01 02 03 04 05 06 07 08",
	 "instruction 0: 8 bytes at 0x",
	 {STORE_DW(1, 1, 2), EXIT()}},
	{"through NULL",
	 "",
	 "instruction 1: 8 bytes at 0x0 ",
	 {MOV(1, 0), LOAD_DW(0, 1, 0), EXIT()}},
	{"around the end of the address space",
	 "",
	 "neither in the memory nor on the stack",
	 {MOV(1, -4), LOAD_DW(0, 1, 0), EXIT()}},
	{"an atomic operation nowhere",
	 "",
	 "instruction 1: 8 bytes at 0x10 ",
	 {MOV(1, 16), INSN(0xdb, 1, 2, 0, 1), EXIT()}},
	{"an opcode that is none",
	 "",
	 "instruction 1: unknown opcode 8f",
	 {MOV(0, 0), INSN(0x8f, 0, 0, 0, 0), EXIT()}},
	{"an opcode that is skiff's own",
	 "",
	 "instruction 0: unknown opcode a0",
	 {INSN(0xa0, 0, 1, 0, 0), EXIT()}},
	{"a reserved field",
	 "",
	 "instruction 0: BPF_ALU uses reserved fields",
	 {INSN(0x0f, 0, 1, 0, 7), EXIT()}},
	{"a register that is none", "", "instruction 0: R11 is invalid", {MOV(11, 0), EXIT()}},
	{"moving the frame pointer",
	 "",
	 "instruction 0: frame pointer is read only",
	 {ADD(10, 8), EXIT()}},
	{"fetching into the frame pointer",
	 "",
	 "instruction 0: frame pointer is read only",
	 {INSN(0xdb, 10, 10, -8, 1), EXIT()}},
	{"a jump out of the program", "", "jump out of range from insn 0 to 2", {JA(1), EXIT()}},
	{"a jump before it", "", "jump out of range from insn 0 to -1", {JA(-2), EXIT()}},
	{"a jump into an immediate",
	 "",
	 "jump into the middle of ldimm64 insn 2",
	 {JA(1), LDDW(0, 1, 0), EXIT()}},
	{"half an immediate",
	 "",
	 "instruction 0: invalid bpf_ld_imm64 insn",
	 {INSN(0x18, 0, 0, 0, 1)}},
	{"a map",
	 "",
	 "instruction 0: what it refers to does not exist here",
	 {INSN(0x18, 1, 1, 0, 3), INSN(0, 0, 0, 0, 0), EXIT()}},
	{"a packet",
	 "",
	 "instruction 0: what it refers to does not exist here",
	 {INSN(0x30, 0, 0, 0, 0), EXIT()}},
	{"no exit", "", "the program runs past its last instruction, 0", {MOV(0, 1)}},
	{"no end", "", "instruction 0: not done after 10000000 instructions", {JA(-1)}},
	{"no instructions", "", "a program has 1 to 65536 instructions, not 0", {{0}}},
};

/* What became of one run of the plugin. */
struct result {
	int status;
	char out[256];
	char error[1024];
};

static void slurp(FILE *from, char *to, size_t size)
{
	rewind(from);
	to[fread(to, 1, size - 1, from)] = '\0';
	fclose(from);
}

/* @input is what stands on the plugin's standard input, @args its arguments. */
static void plugin(const char *input, char *const args[], struct result *result)
{
	FILE *in = tmpfile(), *out = tmpfile(), *error = tmpfile();
	pid_t pid;

	memset(result, 0, sizeof(*result));
	fputs(input, in);
	fflush(in);
	rewind(in);
	pid = fork();
	if (!pid) {
		dup2(fileno(in), STDIN_FILENO);
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(error), STDERR_FILENO);
		execv(args[0], args);
		_exit(127);
	}
	waitpid(pid, &result->status, 0);
	result->status = WIFEXITED(result->status) ? WEXITSTATUS(result->status) : -1;
	fclose(in);
	slurp(out, result->out, sizeof(result->out));
	slurp(error, result->error, sizeof(result->error));
}

/* Bytes in hexadecimal, two blanks between them, as runners write them. */
static void write_hex(char *to, const struct program *program)
{
	const u8 *bytes = (const u8 *)program->insns;
	size_t cnt = ARRAY_SIZE(program->insns);

	while (cnt && !program->insns[cnt - 1].code)
		cnt--;
	for (size_t i = 0; i < cnt * sizeof(struct bpf_insn); i++)
		to += sprintf(to, "%02x  ", bytes[i]);
	strcpy(to, "\n");
}

static void drive(const struct program *program, struct result *result)
{
	char *const args[] = {getenv("PLUGIN"), (char *)(uintptr_t)program->memory, NULL};
	char hex[sizeof(program->insns) * 4 + 2];

	write_hex(hex, program);
	plugin(hex, args, result);
}

TEST(programs_that_run)
{
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		unsigned int failures = tap_failures;
		struct result result;

		drive(&runs[i], &result);
		EQ(result.status, 0);
		STR_EQ(result.out, runs[i].expected);
		STR_EQ(result.error, "");
		if (tap_failures != failures)
			printf("# in \"%s\"\n", runs[i].name);
	}
}

TEST(programs_that_do_not)
{
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		unsigned int failures = tap_failures;
		struct result result;

		drive(&refused[i], &result);
		EQ(result.status, 1);
		STR_EQ(result.out, "");
		STR_HAS(result.error, refused[i].expected);
		if (tap_failures != failures)
			printf("# in \"%s\"\n", refused[i].name);
	}
}

TEST(what_is_no_program)
{
	char *path = getenv("PLUGIN");
	char *const none[] = {path, NULL};
	char *const memory[] = {path, (char[]){"01 0x"}, NULL};
	char *const option[] = {path, (char[]){""}, (char[]){"--fast"}, NULL};
	char *const empty[] = {path, (char[]){""}, (char[]){""}, NULL};
	const char *exit = "b7 00 00 00 01 00 00 00 95 00 00 00 00 00 00 00\n";
	struct result result;

	plugin("b7 00 00\n", none, &result);
	EQ(result.status, 1);
	STR_HAS(result.error, "3 bytes are no whole number of instructions");
	plugin("hello\n", none, &result);
	EQ(result.status, 2);
	STR_HAS(result.error, "the program is no list of hexadecimal bytes");
	plugin("b7 0\n", none, &result);
	EQ(result.status, 2);
	plugin(exit, memory, &result);
	EQ(result.status, 2);
	STR_HAS(result.error, "the memory argument is no list of hexadecimal bytes");
	plugin(exit, option, &result);
	EQ(result.status, 2);
	STR_HAS(result.error, "usage: ");
	plugin(exit, empty, &result);
	EQ(result.status, 0);
	STR_EQ(result.out, "1\n");
}

TAP_MAIN()
