/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device_table.h - the devices of a world: found by ifindex in constant time, walked in ifindex
 * order, found by name by looking at all.
 */
#ifndef SKIFF_NET_DEVICE_TABLE_H
#define SKIFF_NET_DEVICE_TABLE_H

#include "base/types.h"

struct device;

struct device_table {
	struct device **sorted; /* by ifindex */
	u32 cnt, room;
	struct device **slots; /* open addressing by ifindex; a power of two, at most half full */
	u32 slot_cnt;
	u32 last_ifindex; /* the last one given out by itself */
};

/* The device of @ifindex, or NULL. */
struct device *device_table_find(const struct device_table *table, u32 ifindex);
struct device *device_table_find_name(const struct device_table *table, const char *name);
/* The one after @ifindex in order, or NULL. */
struct device *device_table_after(const struct device_table *table, u32 ifindex);
/* The next number nobody has, from 2 (lo has 1). */
u32 device_table_next(struct device_table *table);
/* Add @dev, whose ifindex is free: 0 or -ENOMEM. The table does not own it. */
int device_table_add(struct device_table *table, struct device *dev);
void device_table_free(struct device_table *table);

#endif
