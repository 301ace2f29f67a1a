/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lru_list.h - which element of an LRU map goes when a new one needs its place.
 *
 * Linux only approximates "least recently used", and skiff does the same steps, so that on one
 * CPU the same elements go. A lookup just sets an element's ref flag. Elements in use stand in the
 * active or the inactive list. When a place is needed, the lists are rotated a little: what has
 * been referenced moves to the front of the active list, what has not sinks from active to
 * inactive; and the tail of the inactive list is taken, a batch at a time.
 *
 * With the common LRU (the default) a CPU takes a batch of free places at once and keeps its own
 * new elements in a pending list until the next batch, so elements go before the map is full: up
 * to a batch less than max_entries stay. With BPF_F_NO_COMMON_LRU there is no batch. Mirrors
 * kernel/bpf/bpf_lru_list.c of Linux 6.18.
 */
#ifndef SKIFF_MAP_LRU_LIST_H
#define SKIFF_MAP_LRU_LIST_H

#include "map/htab.h"

enum lru_list_id {
	LRU_ACTIVE,
	LRU_INACTIVE,
	LRU_FREE,
	LRU_LOCAL_FREE,	   /* the CPU's batch */
	LRU_LOCAL_PENDING, /* what it inserted since */
	LRU_LISTS
};

struct lru_list {
	struct lru_chain heads[LRU_LISTS];
	struct lru_chain *rotation; /* where the next look at the inactive list starts */
	u32 active, inactive;	    /* elements in these lists */
	u32 scans;		    /* elements to look at in one go */
	u32 batch;		    /* free places to take at once; 0: no common LRU */
	struct htab *htab;
};

void lru_init(struct lru_list *lru, struct htab *htab, u32 max_entries, bool common);

/*
 * A place for a new element with @hash, which is set in it; other elements may leave the table
 * for it. It counts as in use from here on. NULL when there is none at all.
 */
struct hash_elem *lru_take(struct lru_list *lru, u32 hash);

/* @elem is out of the table and its place is free. */
void lru_give(struct lru_list *lru, struct hash_elem *elem);

#endif
