/* SPDX-License-Identifier: BSD-2-Clause */
/* device_table.c - a sorted array of devices, and a hash table over their ifindexes. */
#include "net/device_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/device.h"

static u32 slot_of(const struct device_table *table, u32 ifindex)
{
	return ifindex * 0x9e3779b1u & (table->slot_cnt - 1);
}

/* The slot of @ifindex: its device's, or the empty one where it would stand. */
static struct device **probe(const struct device_table *table, u32 ifindex)
{
	u32 slot = slot_of(table, ifindex);

	while (table->slots[slot] && table->slots[slot]->ifindex != ifindex)
		slot = (slot + 1) & (table->slot_cnt - 1);
	return &table->slots[slot];
}

struct device *device_table_find(const struct device_table *table, u32 ifindex)
{
	return table->slot_cnt ? *probe(table, ifindex) : NULL;
}

struct device *device_table_find_name(const struct device_table *table, const char *name)
{
	for (u32 i = 0; i < table->cnt; i++) {
		if (!strcmp(table->sorted[i]->name, name))
			return table->sorted[i];
	}
	return NULL;
}

/* How many devices have a number up to @ifindex. */
static u32 rank(const struct device_table *table, u32 ifindex)
{
	u32 low = 0, high = table->cnt;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (table->sorted[middle]->ifindex <= ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct device *device_table_after(const struct device_table *table, u32 ifindex)
{
	u32 at = rank(table, ifindex);

	return at < table->cnt ? table->sorted[at] : NULL;
}

u32 device_table_next(struct device_table *table)
{
	do
		table->last_ifindex = max(table->last_ifindex, 1u) + 1;
	while (device_table_find(table, table->last_ifindex));
	return table->last_ifindex;
}

/* Twice the room in both. */
static int grow(struct device_table *table)
{
	u32 room = table->room ? 2 * table->room : 8;
	struct device **sorted = realloc(table->sorted, room * sizeof(*sorted));
	struct device **slots;

	if (!sorted)
		return -ENOMEM;
	table->sorted = sorted;
	slots = calloc(2 * room, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->slot_cnt = 2 * room;
	table->room = room;
	for (u32 i = 0; i < table->cnt; i++)
		*probe(table, sorted[i]->ifindex) = sorted[i];
	return 0;
}

int device_table_add(struct device_table *table, struct device *dev)
{
	u32 at;

	if (table->cnt == table->room && grow(table))
		return -ENOMEM;
	at = rank(table, dev->ifindex);
	memmove(table->sorted + at + 1, table->sorted + at,
		(table->cnt - at) * sizeof(*table->sorted));
	table->sorted[at] = dev;
	table->cnt++;
	*probe(table, dev->ifindex) = dev;
	return 0;
}

void device_table_free(struct device_table *table)
{
	free(table->sorted);
	free(table->slots);
	*table = (struct device_table){0};
}
