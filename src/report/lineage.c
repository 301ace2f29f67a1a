/* SPDX-License-Identifier: BSD-2-Clause */
/* lineage.c - a hash table of the packets alive, by their number in the world. */
#include "report/lineage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog/prog.h"

#define SLOTS_MIN 64

void lineage_free(struct lineage *lineage)
{
	free(lineage->slots);
	*lineage = (struct lineage){0};
}

/* Numbers count up, so that neighbours in time are neighbours in the table. */
static u32 home(const struct lineage *lineage, u64 id)
{
	return (u32)id & (lineage->size - 1);
}

struct lineage_packet *lineage_find(const struct lineage *lineage, u64 id)
{
	if (!lineage->cnt)
		return NULL;
	for (u32 at = home(lineage, id);; at = (at + 1) & (lineage->size - 1)) {
		if (lineage->slots[at].id == id)
			return &lineage->slots[at];
		if (!lineage->slots[at].id)
			return NULL;
	}
}

/* The free slot for @id, which is not there and for which there is room. */
static struct lineage_packet *place(struct lineage *lineage, u64 id)
{
	u32 at = home(lineage, id);

	while (lineage->slots[at].id)
		at = (at + 1) & (lineage->size - 1);
	return &lineage->slots[at];
}

static bool grow(struct lineage *lineage)
{
	struct lineage more = {.size = lineage->size ? lineage->size * 2 : SLOTS_MIN,
			       .cnt = lineage->cnt};

	more.slots = calloc(more.size, sizeof(*more.slots));
	if (!more.slots)
		return false;
	for (u32 i = 0; i < lineage->size; i++) {
		if (lineage->slots[i].id)
			*place(&more, lineage->slots[i].id) = lineage->slots[i];
	}
	free(lineage->slots);
	*lineage = more;
	return true;
}

static struct lineage_packet *add(struct lineage *lineage, const struct skb *skb)
{
	struct lineage_packet *packet;

	/* At most half full, so that runs of taken slots stay short. */
	if (lineage->cnt * 2 >= lineage->size && !grow(lineage))
		return NULL;
	packet = place(lineage, skb->id);
	lineage->cnt++;
	*packet = (struct lineage_packet){.id = skb->id, .frame = skb->frame};
	return packet;
}

static void label_by_number(struct lineage_packet *packet)
{
	snprintf(packet->label, sizeof(packet->label), "%" PRIu64 "#%" PRIu64, packet->frame,
		 packet->id);
}

struct lineage_packet *lineage_get(struct lineage *lineage, const struct skb *skb)
{
	struct lineage_packet *packet = lineage_find(lineage, skb->id);

	if (packet)
		return packet;
	packet = add(lineage, skb);
	if (!packet)
		return NULL;
	if (!skb->parent) {
		snprintf(packet->label, sizeof(packet->label), "%" PRIu64, skb->frame);
		return packet;
	}
	/* A clone whose making was not told. */
	packet->depth = 1;
	label_by_number(packet);
	return packet;
}

struct lineage_packet *lineage_clone(struct lineage *lineage, const struct event *event)
{
	const struct skb *skb = event->skb;
	const struct skb parent_skb = {.id = skb->parent, .frame = skb->frame};
	struct lineage_packet *packet = add(lineage, skb), *parent;
	u64 id = skb->id;
	int n;

	if (!packet)
		return NULL;
	/* A parent that is not known yet is the frame itself: its own making would have been told.
	 */
	parent = lineage_get(lineage, &parent_skb);
	if (!parent)
		return NULL;
	packet = lineage_find(lineage, id);
	packet->depth = parent->depth + 1;
	packet->shown = parent->shown;
	memcpy(packet->parent, parent->label, sizeof(packet->parent));
	parent->clones++;
	n = packet->depth > LINEAGE_DEPTH_MAX ? (int)sizeof(packet->label)
					      : snprintf(packet->label, sizeof(packet->label),
							 "%s.%u", parent->label, parent->clones);
	if (n >= (int)sizeof(packet->label))
		label_by_number(packet);
	snprintf(packet->maker, sizeof(packet->maker), "%s at %s:%s",
		 event->prog ? event->prog->name : "a program", event->dev ? event->dev : "?",
		 hook_name(event->hook));
	return packet;
}

void lineage_end(struct lineage *lineage, const struct skb *skb)
{
	struct lineage_packet *packet = lineage_find(lineage, skb->id);
	u32 hole, at;

	if (!packet)
		return;
	lineage->cnt--;
	/* Those behind the hole that belong at it or before it move up. */
	hole = at = (u32)(packet - lineage->slots);
	for (;;) {
		u32 from;

		lineage->slots[hole].id = 0;
		do {
			at = (at + 1) & (lineage->size - 1);
			if (!lineage->slots[at].id)
				return;
			from = home(lineage, lineage->slots[at].id);
		} while (hole <= at ? hole < from && from <= at : hole < from || from <= at);
		lineage->slots[hole] = lineage->slots[at];
		hole = at;
	}
}

bool lineage_is_end(const struct event *event)
{
	switch (event->kind) {
	case EVENT_DROP:
	case EVENT_CONSUME:
	case EVENT_HOST:
		return true;
	case EVENT_WIRE:
		return !event->peer;
	case EVENT_BORN:
	case EVENT_CLONE:
	case EVENT_HOOK:
	case EVENT_HELPER:
	case EVENT_VERDICT:
	case EVENT_REDIRECT:
	case EVENT_QUEUE:
	case EVENT_PRINTK:
	case EVENT_OUTPUT:
	case EVENT_KINDS:
		return false;
	}
	return false;
}
