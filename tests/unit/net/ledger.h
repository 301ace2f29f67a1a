/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger.h - a listener that keeps everything a world reports, in order, and checks as it listens
 * that each skb is born or cloned once, ends once, and is not heard of afterwards.
 */
#ifndef SKIFF_TESTS_NET_LEDGER_H
#define SKIFF_TESTS_NET_LEDGER_H

#include <string.h>

#include "event/event.h"
#include "skb/skb.h"

#define LEDGER_MAX 200000

struct entry {
	enum event_kind kind;
	u64 time, skb, parent;
	u32 ifindex, peer, len;
	bool ingress;
	enum drop_reason reason;
	int action;
	u32 attachment;
};

struct ledger {
	struct event_listener listener;
	u32 cnt;
	u32 wrong; /* events that broke the rule */
	u32 begun, ended;
	u32 kinds[EVENT_KINDS], reasons[DROP_REASONS]; /* also of what found no room below */
	struct entry entries[LEDGER_MAX];
	u8 state[LEDGER_MAX]; /* by skb: 0 unknown, 1 under way, 2 ended */
};

static bool ledger_is_end(const struct event *event)
{
	switch (event->kind) {
	case EVENT_DROP:
	case EVENT_CONSUME:
	case EVENT_HOST:
		return true;
	case EVENT_WIRE:
		return !event->peer;
	default:
		return false;
	}
}

static void ledger_hear(struct event_listener *listener, const struct event *event)
{
	struct ledger *ledger = container_of(listener, struct ledger, listener);
	struct entry *entry;
	u64 id = event->skb ? event->skb->id : 0;

	ledger->kinds[event->kind]++;
	if (event->kind == EVENT_DROP)
		ledger->reasons[event->reason]++;
	if (ledger->cnt < LEDGER_MAX) {
		entry = &ledger->entries[ledger->cnt++];
		*entry = (struct entry){
			.kind = event->kind,
			.time = event->time,
			.skb = id,
			.parent = id ? event->skb->parent : 0,
			.ifindex = event->ifindex,
			.peer = event->peer,
			.len = id ? event->skb->ctx.len : 0,
			.ingress = event->ingress,
			.reason = event->reason,
			.action = event->action,
			.attachment = event->attachment,
		};
	}
	if (!id || id >= LEDGER_MAX)
		return;
	if (event->kind == EVENT_BORN || event->kind == EVENT_CLONE) {
		ledger->wrong += ledger->state[id] != 0;
		ledger->state[id] = 1;
		ledger->begun++;
		return;
	}
	ledger->wrong += ledger->state[id] != 1;
	if (ledger_is_end(event)) {
		ledger->state[id] = 2;
		ledger->ended++;
	}
}

/* Listen to everything @events reports. The ledger is the caller's, and large. */
static inline void ledger_open(struct ledger *ledger, struct event_stream *events)
{
	memset(ledger, 0, sizeof(*ledger));
	ledger->listener.kinds = BIT(EVENT_KINDS) - 1;
	ledger->listener.fn = ledger_hear;
	event_listen(events, &ledger->listener);
}

/* How many events of @kind at @ifindex (0: anywhere). */
static inline u32 ledger_count(const struct ledger *ledger, enum event_kind kind, u32 ifindex)
{
	u32 cnt = 0;

	if (!ifindex)
		return ledger->kinds[kind];
	for (u32 i = 0; i < ledger->cnt; i++)
		cnt += ledger->entries[i].kind == kind && ledger->entries[i].ifindex == ifindex;
	return cnt;
}

static inline u32 ledger_drops(const struct ledger *ledger, enum drop_reason reason)
{
	return ledger->reasons[reason];
}

#endif
