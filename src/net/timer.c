/* SPDX-License-Identifier: BSD-2-Clause */
/* timer.c - a binary heap of devices by the time their queues are due. */
#include "net/timer.h"

#include <errno.h>
#include <stdlib.h>

static bool before(const struct timer *a, const struct timer *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

static void swap(struct timer *a, struct timer *b)
{
	struct timer t = *a;

	*a = *b;
	*b = t;
}

static void sift_up(struct timer *heap, u32 at)
{
	for (u32 up; at && before(&heap[at], &heap[up = (at - 1) / 2]); at = up)
		swap(&heap[at], &heap[up]);
}

static void sift_down(struct timer *heap, u32 cnt, u32 at)
{
	for (u32 child; (child = 2 * at + 1) < cnt; at = child) {
		if (child + 1 < cnt && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &heap[at]))
			return;
		swap(&heap[child], &heap[at]);
	}
}

int timers_reserve(struct timers *timers)
{
	struct timer *heap = realloc(timers->heap, (timers->room + 1) * sizeof(*heap));

	if (!heap)
		return -ENOMEM;
	timers->heap = heap;
	timers->room++;
	return 0;
}

void timers_add(struct timers *timers, struct device *dev, u64 due)
{
	timers->heap[timers->cnt] = (struct timer){due, ++timers->order, dev};
	sift_up(timers->heap, timers->cnt++);
}

void timers_remove(struct timers *timers, const struct device *dev)
{
	for (u32 i = 0; i < timers->cnt; i++) {
		if (timers->heap[i].dev != dev)
			continue;
		timers->heap[i] = timers->heap[--timers->cnt];
		if (i < timers->cnt) {
			sift_up(timers->heap, i);
			sift_down(timers->heap, timers->cnt, i);
		}
		return;
	}
}

const struct timer *timers_first(const struct timers *timers)
{
	return timers->cnt ? &timers->heap[0] : NULL;
}

void timers_free(struct timers *timers)
{
	free(timers->heap);
	*timers = (struct timers){0};
}
