/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lineage.h - who is whose clone, for the views that tell it: a label for each packet alive.
 *
 *     1        the first frame that was injected
 *     1.2      the second clone made of it
 *     1.2.1    the first clone made of that one
 *     1#4711   a clone whose label would be too long, by the frame and the packet's own number
 *
 * A view tells of clones (lineage_clone) and of ends (lineage_end), and asks for the rest
 * (lineage_get); memory is bounded by the packets alive at one time.
 */
#ifndef SKIFF_REPORT_LINEAGE_H
#define SKIFF_REPORT_LINEAGE_H

#include "event/event.h"
#include "skb/skb.h"

#define LINEAGE_DEPTH_MAX 6u /* generations that a label spells out */

struct lineage_packet {
	u64 id; /* the skb's; 0: a free slot */
	u64 frame;
	u32 depth;	  /* generations from the frame, which has 0 */
	u32 clones;	  /* made of it so far */
	u32 shown;	  /* the view's own: which name it showed last, and */
	const void *prog; /* ... the program that runs on it, only to be compared */
	char label[64];
	char parent[64]; /* its label, "" without one */
	char maker[96];	 /* of a clone: "mirror at eth0:egress" */
};

struct lineage {
	struct lineage_packet *slots; /* open addressing by id; NULL before the first */
	u32 cnt, size;		      /* size is a power of two */
};

void lineage_free(struct lineage *lineage);

/*
 * The packet @skb, from now on known if it was not. NULL: no memory. What is returned here and
 * below is valid until the next call.
 */
struct lineage_packet *lineage_get(struct lineage *lineage, const struct skb *skb);
/* The clone that an EVENT_CLONE tells of; NULL: no memory. */
struct lineage_packet *lineage_clone(struct lineage *lineage, const struct event *event);
/* The packet @id if it is known, or NULL. */
struct lineage_packet *lineage_find(const struct lineage *lineage, u64 id);
/* @skb has ended. */
void lineage_end(struct lineage *lineage, const struct skb *skb);

/* Does @event end its skb? */
bool lineage_is_end(const struct event *event);

#endif
