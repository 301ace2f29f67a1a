/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * corpus.h - small programs and what the verifier says of them, judged twice.
 *
 * A group is a file with a table of programs around one rule. Each row says what is expected:
 *
 *     .expect = "ok"                                            accepted
 *     .expect = "EACCES R7 invalid mem access 'scalar'"         refused: errno, last line of the
 * log
 *
 * which is what the running kernel (6.18.44) said when it was recorded. skiff's verifier must say
 * the same, and so must the kernel, whenever the tests run as root. "ninja verify-record" asks the
 * kernel again, writes its answers into the tables, and tells what changed (corpus.c --record).
 *
 * The arrays of instructions are written with asm.h. A name must stand alone on its line, with
 * .expect on the next, and be the only one of its file, so that recording finds it.
 */
#ifndef SKIFF_TESTS_VERIFY_CORPUS_H
#define SKIFF_TESTS_VERIFY_CORPUS_H

#include "asm.h"
#include "btf.h"
#include "maps.h"

#define EXPECT_MAX 512

struct verify_test {
	const char *name;
	const char *expect;
	const char *skiff; /* what skiff says instead, where it differs knowingly; NULL: the same */
	enum bpf_prog_type type; /* 0: SCHED_CLS */
	bool unprivileged;	 /* CAP_BPF and CAP_NET_ADMIN, not CAP_PERFMON */
	bool proprietary;	 /* not a GPL-compatible licence */
	u32 flags;		 /* BPF_F_* of the load */
	const struct bpf_insn *insns;
	u32 insn_cnt;
	/* Or a function that writes them, into room for FILL_MAX; returns how many. */
	u32 (*fill)(struct bpf_insn *insns);
	struct test_func funcs[TEST_FUNCS_MAX + 1];
};

#define FILL_MAX 1100000

#define INSNS(...)                                                                                 \
	.insns = (const struct bpf_insn[]){__VA_ARGS__},                                           \
	.insn_cnt = sizeof((const struct bpf_insn[]){__VA_ARGS__}) / sizeof(struct bpf_insn)

struct verify_group {
	const char *name, *file;
	const struct verify_test *tests;
	u32 cnt;
	/* Instead of a table: a whole test of its own, which tells what is wrong with TAP_FAIL. */
	void (*run)(void);
	struct verify_group *next;
};

void group_add(struct verify_group *group);
struct verify_group *group_first(void);

#define VERIFY_GROUP(group, table)                                                                 \
	__attribute__((constructor)) static void add_##group(void)                                 \
	{                                                                                          \
		static struct verify_group self = {                                                \
			.name = #group,                                                            \
			.file = __FILE__,                                                          \
			.tests = (table),                                                          \
			.cnt = sizeof(table) / sizeof((table)[0]),                                 \
		};                                                                                 \
		group_add(&self);                                                                  \
	}

#define VERIFY_RUN(group, function)                                                                \
	__attribute__((constructor)) static void add_##group(void)                                 \
	{                                                                                          \
		static struct verify_group self = {.name = #group, .run = (function)};             \
		group_add(&self);                                                                  \
	}

/* What a judge said: "ok" or "ERRNO last line", as in .expect. */
struct verdict {
	char text[EXPECT_MAX];
	int code;      /* 0 or -errno */
	u32 processed; /* instructions that were followed */
};

/* Each writes to @verdict. False: this judge cannot be asked here (and judge_reason says why). */
bool judge_kernel(const struct verify_test *test, struct verdict *verdict);
bool judge_skiff(const struct verify_test *test, struct verdict *verdict);
/* The same with a log of @level (1, 2) in @log of @size bytes, without its statistics. */
bool judge_kernel_log(const struct verify_test *test, u32 level, struct verdict *verdict, char *log,
		      size_t size);
bool judge_skiff_log(const struct verify_test *test, u32 level, struct verdict *verdict, char *log,
		     size_t size);
const char *judge_kernel_reason(void); /* NULL: it can */

/* One failed check of a VERIFY_RUN, told with file and line. */
void corpus_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define CORPUS_FAIL(...) corpus_fail(__FILE__, __LINE__, __VA_ARGS__)

#endif
