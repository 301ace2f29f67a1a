/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * summary.h - a run at a glance, for people: what came in and left by which door, what was dropped
 * and why, what each program did, and then what is worth a person's time.
 */
#ifndef SKIFF_REPORT_SUMMARY_H
#define SKIFF_REPORT_SUMMARY_H

#include <stdio.h>

#include "report/tally.h"

/* Write the summary of @tally to @out, its warnings last. */
void summary_print(const struct tally *tally, FILE *out);

/*
 * Only the warnings, a line each, the first after @gap: a clone that went nowhere, a verdict that
 * means nothing, a program that never ran, frames that were cut. How many there were.
 */
u32 summary_warn(const struct tally *tally, FILE *out, const char *gap);

/* "-22 (EINVAL)", "1 (NET_XMIT_DROP)": a helper's status in words, into @text. */
void summary_status(u32 helper, s64 value, char *text, size_t size);

#endif
