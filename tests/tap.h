/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap.h - the whole of the unit tests' framework: named tests, checks that print what was
 * expected and what was seen, output in TAP.
 *
 *     #include "tap.h"
 *
 *     TEST(clone_shares_bytes)
 *     {
 *             ...
 *             EQ(buf->refs, 2);
 *             STR_EQ(error.text, "...");
 *             OK(pointer != NULL);
 *             if (geteuid() != 0)
 *                     SKIP("needs root");
 *     }
 *
 *     TAP_MAIN()
 *
 * A failed check is told with file and line and ends its test only when what follows could not
 * run: use REQUIRE for that. "program NAME" runs one test alone.
 */
#ifndef SKIFF_TESTS_TAP_H
#define SKIFF_TESTS_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct tap_test {
	const char *name;
	void (*fn)(void);
	struct tap_test *next;
};

static struct tap_test *tap_first, **tap_last = &tap_first;
static unsigned int tap_failures;
static const char *tap_skip;

#define TEST(test)                                                                                 \
	static void test_##test(void);                                                             \
	static struct tap_test tap_##test = {#test, test_##test, NULL};                            \
	__attribute__((constructor)) static void tap_add_##test(void)                              \
	{                                                                                          \
		*tap_last = &tap_##test;                                                           \
		tap_last = &tap_##test.next;                                                       \
	}                                                                                          \
	static void test_##test(void)

#define TAP_FAIL(...)                                                                              \
	do {                                                                                       \
		tap_failures++;                                                                    \
		printf("# %s:%d: ", __FILE__, __LINE__);                                           \
		printf(__VA_ARGS__);                                                               \
		printf("\n");                                                                      \
	} while (0)

#define OK(condition)                                                                              \
	do {                                                                                       \
		if (!(condition))                                                                  \
			TAP_FAIL("expected %s", #condition);                                       \
	} while (0)

/* Both are compared as long long, which suits every integer here. */
#define EQ(seen, expected)                                                                         \
	do {                                                                                       \
		long long tap_seen = (long long)(seen), tap_expected = (long long)(expected);      \
		if (tap_seen != tap_expected)                                                      \
			TAP_FAIL("%s: expected %lld (0x%llx), seen %lld (0x%llx)", #seen,          \
				 tap_expected, tap_expected, tap_seen, tap_seen);                  \
	} while (0)

#define STR_EQ(seen, expected)                                                                     \
	do {                                                                                       \
		const char *tap_seen = (seen), *tap_expected = (expected);                         \
		if (!tap_seen || strcmp(tap_seen, tap_expected))                                   \
			TAP_FAIL("%s: expected \"%s\", seen \"%s\"", #seen, tap_expected,          \
				 tap_seen ? tap_seen : "(null)");                                  \
	} while (0)

#define STR_HAS(seen, part)                                                                        \
	do {                                                                                       \
		const char *tap_seen = (seen), *tap_part = (part);                                 \
		if (!tap_seen || !strstr(tap_seen, tap_part))                                      \
			TAP_FAIL("%s: expected \"...%s...\", seen \"%s\"", #seen, tap_part,        \
				 tap_seen ? tap_seen : "(null)");                                  \
	} while (0)

#define MEM_EQ(seen, expected, len)                                                                \
	do {                                                                                       \
		const unsigned char *tap_seen = (const void *)(seen);                              \
		const unsigned char *tap_expected = (const void *)(expected);                      \
		for (size_t tap_i = 0; tap_i < (size_t)(len); tap_i++) {                           \
			if (tap_seen[tap_i] != tap_expected[tap_i]) {                              \
				TAP_FAIL("%s: byte %zu: expected %02x, seen %02x", #seen, tap_i,   \
					 tap_expected[tap_i], tap_seen[tap_i]);                    \
				break;                                                             \
			}                                                                          \
		}                                                                                  \
	} while (0)

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			TAP_FAIL("expected %s; the rest of this test cannot run", #condition);     \
			return;                                                                    \
		}                                                                                  \
	} while (0)

#define SKIP(reason)                                                                               \
	do {                                                                                       \
		tap_skip = (reason);                                                               \
		return;                                                                            \
	} while (0)

static inline int tap_main(int argc, char **argv)
{
	unsigned int number = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (struct tap_test *test = tap_first; test; test = test->next) {
		if (argc > 1 && strcmp(argv[1], test->name))
			continue;
		tap_failures = 0;
		tap_skip = NULL;
		test->fn();
		if (tap_failures) {
			printf("not ok %u - %s\n# again: %s %s\n", ++number, test->name, argv[0],
			       test->name);
			failed++;
		} else if (tap_skip) {
			printf("ok %u - %s # SKIP %s\n", ++number, test->name, tap_skip);
		} else {
			printf("ok %u - %s\n", ++number, test->name);
		}
	}
	printf("1..%u\n", number);
	return failed != 0;
}

#define TAP_MAIN()                                                                                 \
	int main(int argc, char **argv)                                                            \
	{                                                                                          \
		return tap_main(argc, argv);                                                       \
	}

#endif
