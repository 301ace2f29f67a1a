/* SPDX-License-Identifier: BSD-2-Clause */
/* lru_list.c - the lists of an LRU map; start at lru_take. */
#include "map/lru_list.h"

#define BATCH_MAX     128u
#define SCANS_COMMON  128u
#define SCANS_PERCPU  4u
#define SHRINK_PERCPU 4u

static struct hash_elem *elem_of(struct lru_chain *chain)
{
	return container_of(chain, struct hash_elem, chain);
}

static bool is_empty(const struct lru_chain *head)
{
	return head->next == head;
}

static void cut(struct lru_chain *chain)
{
	chain->prev->next = chain->next;
	chain->next->prev = chain->prev;
}

static void put_first(struct lru_list *lru, struct hash_elem *elem, enum lru_list_id id)
{
	struct lru_chain *head = &lru->heads[id];

	elem->chain.prev = head;
	elem->chain.next = head->next;
	head->next->prev = &elem->chain;
	head->next = &elem->chain;
	elem->list = id;
	if (id == LRU_ACTIVE)
		lru->active++;
	else if (id == LRU_INACTIVE)
		lru->inactive++;
}

static void take_out(struct lru_list *lru, struct hash_elem *elem)
{
	if (lru->rotation == &elem->chain)
		lru->rotation = elem->chain.prev;
	if (elem->list == LRU_ACTIVE)
		lru->active--;
	else if (elem->list == LRU_INACTIVE)
		lru->inactive--;
	cut(&elem->chain);
}

static void move(struct lru_list *lru, struct hash_elem *elem, enum lru_list_id to)
{
	take_out(lru, elem);
	put_first(lru, elem, to);
}

/* As move, and the element has to be referenced again to be spared the next time. */
static void move_unref(struct lru_list *lru, struct hash_elem *elem, enum lru_list_id to)
{
	elem->ref = 0;
	move(lru, elem, to);
}

/* The oldest active elements get another round when referenced, else they become inactive. */
static void rotate_active(struct lru_list *lru)
{
	struct lru_chain *head = &lru->heads[LRU_ACTIVE];
	struct lru_chain *first = head->next;
	struct lru_chain *at, *before;
	u32 scanned = 0;

	for (at = head->prev; at != head; at = before) {
		before = at->prev;
		move_unref(lru, elem_of(at), elem_of(at)->ref ? LRU_ACTIVE : LRU_INACTIVE);
		if (++scanned == lru->scans || at == first)
			return;
	}
}

/* Referenced inactive elements become active, a stretch at a time, once around the list. */
static void rotate_inactive(struct lru_list *lru)
{
	struct lru_chain *head = &lru->heads[LRU_INACTIVE];
	struct lru_chain *at, *before = head, *last;
	u32 scanned = 0;

	if (is_empty(head))
		return;
	last = lru->rotation->next;
	if (last == head)
		last = last->next;
	at = lru->rotation;
	while (scanned < lru->scans) {
		if (at == head) {
			at = at->prev;
			continue;
		}
		before = at->prev;
		if (elem_of(at)->ref)
			move_unref(lru, elem_of(at), LRU_ACTIVE);
		if (at == last)
			break;
		at = before;
		scanned++;
	}
	lru->rotation = before;
}

static void rotate(struct lru_list *lru)
{
	if (lru->inactive < lru->active)
		rotate_active(lru);
	rotate_inactive(lru);
}

/* Up to @want unreferenced elements from the inactive list's tail go; how many did. */
static u32 shrink_inactive(struct lru_list *lru, u32 want, enum lru_list_id to)
{
	struct lru_chain *head = &lru->heads[LRU_INACTIVE];
	struct lru_chain *at, *before;
	u32 scanned = 0, gone = 0;

	for (at = head->prev; at != head; at = before) {
		before = at->prev;
		if (elem_of(at)->ref) {
			move_unref(lru, elem_of(at), LRU_ACTIVE);
		} else if (htab_unlink(lru->htab, elem_of(at))) {
			move(lru, elem_of(at), to);
			if (++gone == want)
				break;
		}
		if (++scanned == lru->scans)
			break;
	}
	return gone;
}

/* As shrink_inactive; when everything is referenced, one goes all the same. */
static void shrink(struct lru_list *lru, u32 want, enum lru_list_id to)
{
	struct lru_chain *head = &lru->heads[LRU_INACTIVE];
	struct lru_chain *at;

	if (shrink_inactive(lru, want, to))
		return;
	if (is_empty(head))
		head = &lru->heads[LRU_ACTIVE];
	for (at = head->prev; at != head; at = at->prev) {
		if (htab_unlink(lru->htab, elem_of(at))) {
			move(lru, elem_of(at), to);
			return;
		}
	}
}

/* The free list: what was given back, the last first, and then what was never used. */
static bool take_free(struct lru_list *lru, enum lru_list_id to)
{
	struct lru_chain *head = &lru->heads[LRU_FREE];
	struct hash_elem *elem;

	if (!is_empty(head)) {
		move(lru, elem_of(head->next), to);
		return true;
	}
	elem = pool_take(&lru->htab->pool);
	if (!elem)
		return false;
	put_first(lru, elem, to);
	return true;
}

static void flush_pending(struct lru_list *lru)
{
	struct lru_chain *head = &lru->heads[LRU_LOCAL_PENDING];
	struct lru_chain *at, *before;

	for (at = head->prev; at != head; at = before) {
		before = at->prev;
		move_unref(lru, elem_of(at), elem_of(at)->ref ? LRU_ACTIVE : LRU_INACTIVE);
	}
}

static void take_batch(struct lru_list *lru)
{
	u32 taken = 0;

	flush_pending(lru);
	rotate(lru);
	while (taken < lru->batch && take_free(lru, LRU_LOCAL_FREE))
		taken++;
	if (taken < lru->batch)
		shrink(lru, lru->batch - taken, LRU_LOCAL_FREE);
}

/*
 * The batch cannot come out empty: what this CPU inserted is in the lists by then, and one of it
 * goes in the end. (With more CPUs, Linux would have to take one from another's pending list.)
 */
_Static_assert(MAP_CPUS == 1, "every element in use is in the lists when a batch is taken");

static struct hash_elem *take_common(struct lru_list *lru)
{
	struct lru_chain *local = &lru->heads[LRU_LOCAL_FREE];
	struct hash_elem *elem;

	if (is_empty(local))
		take_batch(lru);
	if (is_empty(local))
		return NULL;
	elem = elem_of(local->next);
	move_unref(lru, elem, LRU_LOCAL_PENDING);
	return elem;
}

/* Without a batch: in use from the start, and inactive until it is looked up. */
static struct hash_elem *take_percpu(struct lru_list *lru)
{
	rotate(lru);
	if (!take_free(lru, LRU_INACTIVE)) {
		shrink(lru, SHRINK_PERCPU, LRU_FREE);
		if (!take_free(lru, LRU_INACTIVE))
			return NULL;
	}
	elem_of(lru->heads[LRU_INACTIVE].next)->ref = 0;
	return elem_of(lru->heads[LRU_INACTIVE].next);
}

void lru_init(struct lru_list *lru, struct htab *htab, u32 max_entries, bool common)
{
	for (u32 id = 0; id < LRU_LISTS; id++)
		lru->heads[id] = (struct lru_chain){&lru->heads[id], &lru->heads[id]};
	lru->rotation = &lru->heads[LRU_INACTIVE];
	lru->scans = common ? SCANS_COMMON : SCANS_PERCPU;
	lru->batch = common ? max(1u, min(BATCH_MAX, max_entries / MAP_CPUS / 2)) : 0;
	lru->htab = htab;
}

struct hash_elem *lru_take(struct lru_list *lru, u32 hash)
{
	struct hash_elem *elem = lru->batch ? take_common(lru) : take_percpu(lru);

	if (elem)
		elem->hash = hash;
	return elem;
}

void lru_give(struct lru_list *lru, struct hash_elem *elem)
{
	move_unref(lru, elem, elem->list == LRU_LOCAL_PENDING ? LRU_LOCAL_FREE : LRU_FREE);
}
