/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.c - printing for programs. That the formats are Linux's is asked of Linux itself, in
 * tests/kernel/helper/printk.c; the rows here are the texts it gave, for where it cannot be
 * asked, and what is skiff's own: addresses that are the same in every run, and the event.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake.h"
#include "helper/format.h"
#include "helper/peek.h"
#include "tap.h"

static struct fake fake;
static char text[FORMAT_TEXT_SIZE + 64]; /* the last 64 are not to be touched */

static const u8 ip6[] = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

static int print(const char *fmt, const u64 *args, u32 cnt)
{
	int ret;

	memset(text, 0x55, sizeof(text));
	ret = format_print(&fake.host, fmt, (u32)strlen(fmt) + 1, args, cnt, text);
	for (u32 i = FORMAT_TEXT_SIZE; i < sizeof(text); i++)
		EQ(text[i], 0x55);
	return ret;
}

#define PRINT(fmt, ...)                                                                            \
	print(fmt, (const u64[]){__VA_ARGS__}, sizeof((const u64[]){__VA_ARGS__}) / sizeof(u64))

TEST(texts)
{
	static const struct {
		const char *fmt;
		u64 args[6];
		const char *text;
	} rows[] = {
		{"%d %i %u", {-1ull, -2ull, -3ull}, "-1 -2 4294967293"},
		{"%x %X", {0xabcdef, 0xabcdef}, "abcdef ABCDEF"},
		{"%ld %llu %lx", {-1ull, -1ull, -1ull}, "-1 18446744073709551615 ffffffffffffffff"},
		{"%d|%5d|%-5d|%05d|%+d|% d", {1, 2, 3, 4, 5, 6}, "1|    2|3    |00004|+5| 6"},
		{"%+5d|%+-5d|%-+5d|%0+5d|%+05d|",
		 {1, 2, 3, 4, 5},
		 "   +1|+2   |+3   |+0004|+0005|"},
		{"%lld", {1ull << 63}, "-9223372036854775808"},
		{"%p", {0}, "0000000000000000"},
		{"%p", {-4095ull}, "fffffffffffff001"},
		{"%px", {0x12345}, "0000000000012345"},
		{"[%20px][%-20px][%5px]",
		 {1, 2, 3},
		 "[                   1][2                   ][    3]"},
		{"%ps %pS %pB", {0x1234, 0, -1ull}, "0x1234 0x0 0xffffffffffffffff"},
		{"%pxyz. %psR", {1, 1}, "0000000000000001. 0x1"},
		{"%s", {5}, ""},
		{"[%4c][%-4c][%c]", {65, 66, 0x142}, "[   A][B   ][B]"},
		{"100%% %d%%", {1}, "100% 1%"},
		{"%p%d", {0, 5}, "00000000000000005"},
		{"h\xc3\xa9", {0}, "h\xc3\xa9"},
		{"%pI4 %pi4", {0, 1}, "0.0.0.0 000.000.000.000"},
	};

	fake_init(&fake);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		EQ(print(rows[i].fmt, rows[i].args, 6), strlen(rows[i].text));
		STR_EQ(text, rows[i].text);
	}
	fake_free(&fake);
}

TEST(memory)
{
	fake_init(&fake);
	PRINT("%s|%6s|%-6s|%pks|%pus|", reg("abc"), reg("abc"), reg("abc"), reg("k"), reg("u"));
	STR_EQ(text, "abc|   abc|abc   |k||");
	PRINT("%pI4 %pi4", reg("\1\2\3\xff"), reg("\1\2\3\xff"));
	STR_EQ(text, "1.2.3.255 001.002.003.255");
	PRINT("%pI6 %pi6", reg(ip6), reg(ip6));
	STR_EQ(text, "2001:0db8:0000:0000:0000:0000:0000:0001 20010db8000000000000000000000001");
	fake_free(&fake);
}

TEST(refused)
{
	static const char *const fmts[] = {"%",	  "%5",	  "%#x", "%.5d",  "%*d", "%hd",	 "%zu",
					   "%o",  "%f",	  "%n",	 "%llld", "%ls", "%sx",	 "%s\x80",
					   "%pa", "%pi5", "%pk", "%pMx",  "%d%", "\x07", "\x7f"};

	fake_init(&fake);
	for (u32 i = 0; i < ARRAY_SIZE(fmts); i++) {
		if (PRINT(fmts[i], 1, 2) != -EINVAL)
			TAP_FAIL("%s is accepted", fmts[i]);
	}
	/* More conversions than arguments; no NUL within the size. */
	EQ(PRINT("%d%d", 1), -EINVAL);
	EQ(format_print(&fake.host, "abc", 3, NULL, 0, text), -EINVAL);
	EQ(format_print(&fake.host, "abc", 4, NULL, 0, text), 3);
	fake_free(&fake);
}

/* What does not fit is cut off; what is returned is the length it would have had. */
TEST(too_long)
{
	char *string = calloc(1, 700);

	fake_init(&fake);
	EQ(PRINT("%2000d", 5), 2000);
	EQ(strlen(text), FORMAT_TEXT_SIZE - 1);
	EQ(PRINT("%-2000d|", 5), 2001);
	EQ(text[0], '5');
	EQ(strlen(text), FORMAT_TEXT_SIZE - 1);
	memset(string, 'a', 699);
	EQ(PRINT("%s|", reg(string)), 512);
	EQ(PRINT("%s|%d", reg(string), 5), -ENOSPC);
	EQ(PRINT("%s|%pB", reg(string), 5), -ENOSPC);
	EQ(PRINT("%1023d%d", 5, 6), 1024);
	EQ(text[1022], '5');
	EQ(text[1023], '\0');
	EQ(PRINT("%1020d%5d", 5, 6), 1025);
	EQ(strlen(text), FORMAT_TEXT_SIZE - 1);
	fake_free(&fake);
	free(string);
}

/* Nothing can be read at these addresses, and nothing happens. */
TEST(wild_addresses)
{
	static const u64 wild[] = {0,	       1,     4095, 0x7ffffffff000, 0x800000000000,
				   1ull << 63, -1ull, -8ull};

	fake_init(&fake);
	for (u32 i = 0; i < ARRAY_SIZE(wild); i++) {
		EQ(PRINT("%s|%pks|%pI4|%pi6", wild[i], wild[i], wild[i], wild[i]), 42);
		STR_EQ(text, "||0.0.0.0|00000000000000000000000000000000");
	}
	fake_free(&fake);
}

/* Memory ends with a page: what begins in front of the end may be read to there, no further. */
TEST(end_of_memory)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u64 end = reg(at) + page;

	REQUIRE(at != MAP_FAILED);
	fake_init(&fake);
	memset(at, 'x', 2 * page);
	at[2 * page - 1] = '\0';
	memcpy(at + page - 4, "\1\2\3", 4);
	PRINT("%s", end - 6);
	STR_EQ(text, "xx\1\2\3");
	at[page - 1] = 'x';
	EQ(PRINT("%s|", end - 6), 512);

	REQUIRE(mprotect(at + page, page, PROT_NONE) == 0);
	EQ(PRINT("%s|%pI4", end - 6, end - 4), 10);
	STR_EQ(text, "|1.2.3.120");
	PRINT("%s|%pI4|%pI4", end, end - 3, end);
	STR_EQ(text, "|0.0.0.0|0.0.0.0");
	OK(peek_ok(end - 1));
	OK(!peek_ok(end));
	munmap(at, 2 * page);
	fake_free(&fake);
}

/* An address of this process is never shown: two hosts print the same for different ones. */
TEST(addresses_do_not_show)
{
	static const char *const fmts[] = {"%p|%p|%p", "%px|%px|%px", "%pK|%pK|%pK", "%ps|%pS|%pB"};
	char first[FORMAT_TEXT_SIZE];
	u64 *a = malloc(64), *b = malloc(64), *c = malloc(64);

	for (u32 i = 0; i < ARRAY_SIZE(fmts); i++) {
		fake_init(&fake);
		PRINT(fmts[i], reg(a), reg(b), reg(a));
		strcpy(first, text);
		/* The same address is known again, another is told apart. */
		OK(!strncmp(strrchr(text, '|') + 1, text, strcspn(text, "|")));
		OK(strncmp(strchr(text, '|') + 1, text, strcspn(text, "|")));
		fake_free(&fake);

		fake_init(&fake);
		PRINT(fmts[i], reg(b), reg(c), reg(b));
		STR_EQ(text, first);
		fake_free(&fake);
	}
	free(a);
	free(b);
	free(c);
}

/* More addresses than are remembered: the oldest get new numbers, the others keep theirs. */
TEST(many_addresses)
{
	char first[FORMAT_TEXT_SIZE], last[FORMAT_TEXT_SIZE];

	fake_init(&fake);
	PRINT("%p", 5000);
	strcpy(first, text);
	for (u64 i = 1; i <= HOST_SHOWN_MAX; i++)
		PRINT("%p", 5000 + i);
	strcpy(last, text);
	PRINT("%p", 5000 + HOST_SHOWN_MAX);
	STR_EQ(text, last);
	PRINT("%p", 5000);
	OK(strcmp(text, first));
	fake_free(&fake);
}

TEST(event)
{
	static const struct {
		const char *fmt;
		char text[12];
	} rows[] = {{"plain", "plain"}, {"line\n", "line"},   {"two\nlines\n", "two\nlines"},
		    {"\n\n", "\n"},	{"cut%chere", "cut"}, {"", ""}};
	static const char not_ended[] = {'a', 'b'};

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake_listen(&fake, BIT(EVENT_PRINTK));
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		fake.event_cnt = 0;
		fake_call(&fake, BPF_FUNC_trace_printk, reg(rows[i].fmt), strlen(rows[i].fmt) + 1,
			  0, 0, 0);
		EQ(fake.event_cnt, 1);
		STR_EQ(fake.text, rows[i].text);
		EQ(fake.events[0].len, strlen(rows[i].text));
		OK(fake.events[0].prog == &fake.prog);
	}
	fake.event_cnt = 0;
	EQ(fake_call(&fake, BPF_FUNC_trace_printk, reg(not_ended), 2, 0, 0, 0), -EINVAL);
	EQ(fake_call(&fake, BPF_FUNC_trace_vprintk, reg("%d"), 3, 0, 8, 0), -EINVAL);
	EQ(fake_call(&fake, BPF_FUNC_trace_vprintk, reg("a"), 2, 0, 0, 0), 1);
	EQ(fake.event_cnt, 1);
	fake_free(&fake);
}

TAP_MAIN()
