/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generated.c - generate.c's programs before both judges: skiff must say of each what Linux says,
 * word for word. First of all it must accept none that Linux refuses.
 *
 * SEED and TRIALS in the environment say where to begin and how many.
 */
#include <stdlib.h>
#include <string.h>

#include "generate.h"

static u64 from_environment(const char *name, u64 otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

static void generated_programs(void)
{
	u64 seed = from_environment("SEED", 1), trials = from_environment("TRIALS", 2000);
	u32 accepted = 0, wrong = 0;

	if (judge_kernel_reason())
		return;
	for (u64 i = 0; i < trials && wrong < 20; i++, seed++) {
		static struct generated program;
		struct verdict linux_verdict, skiff_verdict;

		generate(&program, seed);
		if (!judge_kernel(&program.test, &linux_verdict) ||
		    !judge_skiff(&program.test, &skiff_verdict))
			return;
		accepted += !linux_verdict.code;
		if (!strcmp(linux_verdict.text, skiff_verdict.text))
			continue;
		wrong++;
		CORPUS_FAIL("%sseed %llu: Linux \"%s\", skiff \"%s\"",
			    linux_verdict.code && !skiff_verdict.code ? "ACCEPTED WRONGLY, " : "",
			    (unsigned long long)seed, linux_verdict.text, skiff_verdict.text);
	}
	/* Programs that are all refused would try little. */
	if (trials >= 1000 && accepted < trials / 20)
		CORPUS_FAIL("only %u of %llu programs were accepted", accepted,
			    (unsigned long long)trials);
}
VERIFY_RUN(generated, generated_programs)
