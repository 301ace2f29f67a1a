/* SPDX-License-Identifier: BSD-2-Clause */
/* equal.h - does one state allow at least what another may do? */
#ifndef SKIFF_VERIFY_EQUAL_H
#define SKIFF_VERIFY_EQUAL_H

#include "verify/verifier.h"

enum compare {
	COMPARE_NEEDED, /* numbers that nobody needs exactly may differ */
	COMPARE_RANGES, /* each number of the later lies within the earlier's */
	COMPARE_EXACT,  /* nothing differs */
};

/*
 * Is everything that is true of @old at its instruction true of @cur there, so that whatever is
 * safe from @old on is safe from @cur on? Registers and stack slots that nothing reads any more are
 * not compared; ids are compared up to renaming. Mirrors states_equal.
 */
bool state_equal(struct verifier *v, const struct state *old, const struct state *cur,
		 enum compare how);

/*
 * @cur was found covered by @old: what is, or later turns out to be, needed exactly of a number in
 * @old is needed of the one in @cur. Mirrors propagate_precision.
 */
void state_link(struct verifier *v, const struct state *old, const struct state *cur);

#endif
