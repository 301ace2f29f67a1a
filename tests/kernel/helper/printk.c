/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk.c - the formats of bpf_trace_printk and bpf_trace_vprintk against Linux: which are
 * accepted, the errno of the others, the length returned, and the text itself as the kernel's
 * trace has it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asm.h"
#include "fake.h"
#include "helper/format.h"
#include "linux.h"
#include "tap.h"
#include "trace.h"

#define ARGS	    FORMAT_ARGS_MAX
#define STRING_SIZE 640

/* What is to be printed; for Linux the value of an array map. An argument whose bit is set in
 * strings is the address of strings[i], and a number otherwise. */
struct question {
	u64 args[ARGS];
	u64 args_size;
	u64 strings;
	u64 ret;
	char fmt[1024];
	char bytes[ARGS][STRING_SIZE];
};

static struct fake fake;
static struct trace trace;
static int map, printk_prog, vprintk_prog;

static void emit(struct bpf_insn *insns, u32 *cnt, struct bpf_insn insn)
{
	insns[(*cnt)++] = insn;
}

/* r6 is the question; the arguments are put together on the stack, from -96 on. */
static int load(bool vprintk)
{
	struct bpf_insn insns[256], map_insns[] = {LOAD_MAP(1, map)};
	u32 cnt = 0;

	emit(insns, &cnt, STORE32_IMM(10, -4, 0));
	emit(insns, &cnt, map_insns[0]);
	emit(insns, &cnt, map_insns[1]);
	emit(insns, &cnt, MOV(2, 10));
	emit(insns, &cnt, ADD_IMM(2, -4));
	emit(insns, &cnt, CALL(BPF_FUNC_map_lookup_elem));
	emit(insns, &cnt, JNE_IMM(0, 0, 1));
	emit(insns, &cnt, EXIT());
	emit(insns, &cnt, MOV(6, 0));
	for (s32 i = 0; i < ARGS; i++) {
		emit(insns, &cnt, LOAD64(1, 6, (s16)(i * 8)));
		emit(insns, &cnt, LOAD64(2, 6, offsetof(struct question, strings)));
		emit(insns, &cnt, JSET_IMM(2, 1 << i, 1));
		emit(insns, &cnt, JA(2));
		emit(insns, &cnt, MOV(1, 6));
		emit(insns, &cnt,
		     ADD_IMM(1, (s32)offsetof(struct question, bytes) + i * STRING_SIZE));
		emit(insns, &cnt, STORE64(10, 1, (s16)(-104 + i * 8)));
	}
	emit(insns, &cnt, MOV(1, 6));
	emit(insns, &cnt, ADD_IMM(1, offsetof(struct question, fmt)));
	emit(insns, &cnt, MOV_IMM(2, sizeof((struct question){}.fmt)));
	if (vprintk) {
		emit(insns, &cnt, MOV(3, 10));
		emit(insns, &cnt, ADD_IMM(3, -104));
		emit(insns, &cnt, LOAD64(4, 6, offsetof(struct question, args_size)));
		emit(insns, &cnt, JGT_IMM(4, 104, 2));
		emit(insns, &cnt, CALL(BPF_FUNC_trace_vprintk));
	} else {
		emit(insns, &cnt, LOAD64(3, 10, -104));
		emit(insns, &cnt, LOAD64(4, 10, -96));
		emit(insns, &cnt, LOAD64(5, 10, -88));
		emit(insns, &cnt, CALL(BPF_FUNC_trace_printk));
	}
	emit(insns, &cnt, STORE64(6, 0, offsetof(struct question, ret)));
	emit(insns, &cnt, MOV_IMM(0, 0));
	emit(insns, &cnt, EXIT());
	return linux_prog(BPF_PROG_TYPE_SCHED_CLS, insns, cnt);
}

/* 0, or -errno of what could not be set up; without a trace only return values are compared. */
static int setup(void)
{
	int err;

	map = linux_map(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct question), 1);
	printk_prog = load(false);
	vprintk_prog = load(true);
	if (map < 0 || printk_prog < 0 || vprintk_prog < 0)
		return -EINVAL;
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake_listen(&fake, BIT(EVENT_PRINTK));
	err = trace_open(&trace);
	if (err)
		printf("# no trace (%s): texts are not compared\n", strerror(-err));
	return 0;
}

static void teardown(void)
{
	if (trace.pipe >= 0)
		trace_close(&trace);
	fake_free(&fake);
	close(printk_prog);
	close(vprintk_prog);
	close(map);
}

static s64 ask_linux(const struct question *question, bool vprintk)
{
	static struct question copy;
	u8 frame[60] = {};
	struct linux_run run = {.in = frame, .in_len = sizeof(frame)};
	u32 key = 0;

	copy = *question;
	copy.ret = (u64)-EPROTO;
	linux_map_put(map, &key, &copy);
	if (linux_run(vprintk ? vprintk_prog : printk_prog, &run))
		return -EPROTO;
	linux_map_get(map, &key, &copy);
	return (s64)copy.ret;
}

static s64 ask_skiff(const struct question *question, bool vprintk)
{
	u64 args[ARGS + 1] = {};

	for (u32 i = 0; i < ARGS; i++)
		args[i] = question->strings & BIT(i) ? reg(question->bytes[i]) : question->args[i];
	fake.text[0] = '\0';
	if (vprintk)
		return fake_call(&fake, BPF_FUNC_trace_vprintk, reg(question->fmt),
				 sizeof(question->fmt), reg(args), question->args_size, 0);
	return fake_call(&fake, BPF_FUNC_trace_printk, reg(question->fmt), sizeof(question->fmt),
			 args[0], args[1], args[2]);
}

/* skiff's line is the trace's without a newline of the text's own at its end. */
static bool same_text(const char *ours, char *theirs)
{
	size_t len = strlen(theirs);

	if (len && theirs[len - 1] == '\n')
		theirs[len - 1] = '\0';
	return !strcmp(ours, theirs);
}

static bool agree(const struct question *question, bool vprintk)
{
	static char text[8192];
	s64 theirs = ask_linux(question, vprintk), ours = ask_skiff(question, vprintk);
	bool printed = trace.pipe >= 0 && trace_read(&trace, text, sizeof(text)) >= 0;

	if (ours != theirs) {
		printf("# \"%s\": Linux %lld, skiff %lld\n", question->fmt, (long long)theirs,
		       (long long)ours);
		return false;
	}
	if (trace.pipe < 0 || (ours < 0 && !printed))
		return true;
	if (ours >= 0 && printed && same_text(fake.text, text))
		return true;
	printf("# \"%s\":\n# Linux \"%s\"\n# skiff \"%s\"\n", question->fmt,
	       printed ? text : "(nothing)", fake.text);
	return false;
}

/* A row: the format, and its arguments, separated by spaces: a number, "text" for the address of
 * these bytes (with \xHH), or *HEX for the address of such bytes. */
struct row {
	const char *fmt;
	const char *args;
};

static const struct row rows[] = {
#include "printk_rows.h"
};

static u32 unhex(const char *at)
{
	return (u32)strtoul((const char[]){at[0], at[1], 0}, NULL, 16);
}

static void parse(struct question *question, const struct row *row)
{
	const char *at = row->args;
	u32 cnt = 0;
	char *end;

	memset(question, 0, sizeof(*question));
	snprintf(question->fmt, sizeof(question->fmt), "%s", row->fmt);
	for (; at && *at; at += strspn(at, " "), cnt++) {
		char *bytes = question->bytes[cnt];

		if (*at == '*') {
			for (at++; *at && *at != ' '; at += 2)
				*bytes++ = (char)unhex(at);
			question->strings |= BIT(cnt);
		} else if (*at == '"') {
			end = strchr(at + 1, '"');
			memcpy(bytes, at + 1, (size_t)(end - at - 1));
			at = end + 1;
			question->strings |= BIT(cnt);
		} else {
			question->args[cnt] = strtoull(at, &end, 0);
			at = end;
		}
	}
	question->args_size = cnt * 8;
}

TEST(formats)
{
	static struct question question;

	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		parse(&question, &rows[i]);
		OK(agree(&question, true));
		/* bpf_trace_printk has three arguments, whether the format wants them or not. */
		OK(agree(&question, false));
	}
	teardown();
}

/* The size of the arguments: not a multiple of 8, and one number too many. */
TEST(sizes)
{
	static struct question question = {.fmt = "%d"};

	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	for (u64 size = 0; size <= 104; size++) {
		question.args_size = size;
		OK(agree(&question, true));
	}
	teardown();
}

/* Strings so long that the 512 bytes for arguments come to their end in every phase. */
TEST(packed)
{
	static const char *const last[] = {"%d", "%lld", "%c", "%s", "%px", "%pI4", "%pi6", "%ps"};
	static struct question question;

	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	for (u32 l = 0; l < ARRAY_SIZE(last); l++) {
		for (u32 len = 480; len <= 520; len++) {
			memset(&question, 0, sizeof(question));
			snprintf(question.fmt, sizeof(question.fmt), "%%s|%s|", last[l]);
			memset(question.bytes[0], 'a', len);
			strcpy(question.bytes[1], "bcd");
			question.strings =
				last[l][1] == 's' || strstr("%pI4 %pi6", last[l]) ? 3 : 1;
			question.args[1] = 0x3132333435;
			question.args_size = 16;
			OK(agree(&question, true));
		}
	}
	teardown();
}

/* One conversion at random, with its argument: @nth of the question. */
static void add_random(struct question *question, u32 nth, struct random *stream)
{
	static const char *const flags[] = {"", "", "", "0", "-", "+", " ", "0-", "+0", "#", "*"};
	static const char *const widths[] = {"",	   "",		 "1",	       "5",
					     "17",	   "40",	 "300",	       "09",
					     "4294967295", "4294967301", "2147483649", ".3"};
	static const char *const kinds[] = {
		"s", "s",  "pI4", "pi4", "pI6", "pi6", "pks", "pus", "pI4c", "pi6h", /* memory */
		"d", "i",  "u",	  "x",	 "X",	"ld",  "lld", "lu",  "llx",  "lX",   "c",
		"p", "px", "pK",  "ps",	 "pS",	"pB",  "pxz", "%",   "l",    "hd",   "zu",
		"o", "n",  "pM",  "pI",	 "f",	"lll", "",    "pk",  "ls",
	};
	static const char *const texts[] = {"", "", "", " ", "x", "7", ",", "é", "%%", "\n", "_a"};
	/* None that could be read as an address, and none that %p hides. */
	static const u64 numbers[] = {0, 0, -1ull, -2ull, -4095ull};
	u32 kind = random_u32(stream) % ARRAY_SIZE(kinds);
	size_t len = strlen(question->fmt);

	snprintf(question->fmt + len, sizeof(question->fmt) - len, "%%%s%s%s%s",
		 flags[random_u32(stream) % ARRAY_SIZE(flags)],
		 widths[random_u32(stream) % ARRAY_SIZE(widths)], kinds[kind],
		 texts[random_u32(stream) % ARRAY_SIZE(texts)]);
	question->args[nth] = numbers[random_u32(stream) % ARRAY_SIZE(numbers)];
	if (kind < 10 && random_u32(stream) % 4)
		question->strings |= BIT(nth);
	strcpy(question->bytes[nth], "one two three four");
}

TEST(random_formats)
{
	static struct question question;
	struct random stream;
	u32 accepted = 0;

	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	random_seed(&stream, 3);
	for (u32 turn = 0; turn < 4000; turn++) {
		u32 cnt = 1 + random_u32(&stream) % 3;

		memset(&question, 0, sizeof(question));
		for (u32 i = 0; i < cnt; i++)
			add_random(&question, i, &stream);
		question.args_size = cnt * 8;
		OK(agree(&question, true));
		accepted += ask_skiff(&question, true) >= 0;
	}
	printf("# %u of 4000 formats accepted\n", accepted);
	/* Enough of both kinds. */
	OK(accepted > 500 && accepted < 3500);
	teardown();
}

TAP_MAIN()
