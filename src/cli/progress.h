/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * progress.h - one line on a terminal that says how far a long work is. Silent when standard
 * error is no terminal, for the first half second, and between two changes that nobody could read.
 * The only place that looks at the real clock.
 */
#ifndef SKIFF_CLI_PROGRESS_H
#define SKIFF_CLI_PROGRESS_H

#include "base/types.h"

struct progress {
	bool on;
	bool shown;
	u32 calls;
	u64 due; /* real time in ns at which the line is next drawn */
};

void progress_start(struct progress *progress, bool wanted);
/* True when the caller should work out its numbers and draw: cheap enough to ask each frame. */
bool progress_due(struct progress *progress);
/* @size 0: not known. */
void progress_draw(struct progress *progress, u64 frames, u64 done, u64 size);
/* Take the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);

#endif
