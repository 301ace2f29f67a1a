/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * timer.h - the queues that wait for time to pass: a binary heap of devices, the one that is due
 * first on top; of several due at the same time, the one that asked first.
 */
#ifndef SKIFF_NET_TIMER_H
#define SKIFF_NET_TIMER_H

#include "base/types.h"

struct device;

struct timer {
	u64 due; /* virtual ns */
	u64 order;
	struct device *dev;
};

struct timers {
	struct timer *heap;
	u32 cnt, room;
	u64 order;
};

/* There is room for one more device: 0 or -ENOMEM. Called for each device that is added. */
int timers_reserve(struct timers *timers);
/* @dev, which is not in it, is due at @due. */
void timers_add(struct timers *timers, struct device *dev, u64 due);
/* Take @dev off; nothing happens when it is not in it. */
void timers_remove(struct timers *timers, const struct device *dev);
/* The first, or NULL. */
const struct timer *timers_first(const struct timers *timers);
void timers_free(struct timers *timers);

#endif
