/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.c - the line of progress. */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define FIRST_NS  500000000ull
#define NEXT_NS	  100000000ull
#define ASK_EVERY 256 /* frames between two looks at the clock */

static u64 real_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
}

void progress_start(struct progress *progress, bool wanted)
{
	*progress = (struct progress){.on = wanted && isatty(STDERR_FILENO)};
	if (progress->on)
		progress->due = real_time() + FIRST_NS;
}

bool progress_due(struct progress *progress)
{
	if (!progress->on || ++progress->calls % ASK_EVERY)
		return false;
	return real_time() >= progress->due;
}

void progress_draw(struct progress *progress, u64 frames, u64 done, u64 size)
{
	fprintf(stderr, "\r%" PRIu64 " frames, ", frames);
	if (size)
		fprintf(stderr, "%.1f of %.1f MB (%u %%)\033[K", (double)done / 1e6,
			(double)size / 1e6, (unsigned int)(100 * done / size));
	else
		fprintf(stderr, "%.1f MB\033[K", (double)done / 1e6);
	fflush(stderr);
	progress->shown = true;
	progress->due = real_time() + NEXT_NS;
}

void progress_clear(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	progress->shown = false;
}
