/* SPDX-License-Identifier: BSD-2-Clause */
/* skb_list.h - packets in a row, first in, first out, linked through skb->next. */
#ifndef SKIFF_NET_SKB_LIST_H
#define SKIFF_NET_SKB_LIST_H

#include "skb/skb.h"

struct skb_list {
	struct skb *first, *last;
	u32 len;
};

static inline void skb_list_push(struct skb_list *list, struct skb *skb)
{
	skb->next = NULL;
	if (list->first)
		list->last->next = skb;
	else
		list->first = skb;
	list->last = skb;
	list->len++;
}

/* The first, or NULL. */
static inline struct skb *skb_list_pop(struct skb_list *list)
{
	struct skb *skb = list->first;

	if (!skb)
		return NULL;
	list->first = skb->next;
	list->len--;
	skb->next = NULL;
	return skb;
}

/* Everything of @from goes to the end of @to. */
static inline void skb_list_move(struct skb_list *to, struct skb_list *from)
{
	if (!from->first)
		return;
	if (to->first)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->len += from->len;
	*from = (struct skb_list){0};
}

#endif
