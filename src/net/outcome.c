/* SPDX-License-Identifier: BSD-2-Clause */
/* outcome.c - the events of a packet's end, and of its stations on the way there. */
#include "net/outcome.h"

static void report(const struct device *dev, const struct skb *skb, struct event event)
{
	const struct host *host = &dev->world->host;

	event.time = host->now;
	event.skb = skb;
	event.ifindex = dev->ifindex;
	event.dev = dev->name;
	event_emit(&host->events, &event);
}

static bool wanted(const struct device *dev, enum event_kind kind)
{
	return unlikely(event_wanted(&dev->world->host.events, kind));
}

void packet_drop(struct device *dev, struct skb *skb, enum drop_reason reason)
{
	if (wanted(dev, EVENT_DROP))
		report(dev, skb, (struct event){.kind = EVENT_DROP, .reason = reason});
	skb_free(skb);
}

void packets_drop(struct skb_list *list, u64 frame, enum drop_reason reason)
{
	struct skb_list rest = {0};
	struct skb *skb;

	while ((skb = skb_list_pop(list))) {
		if (skb->frame == frame)
			packet_drop(skb->dev, skb, reason);
		else
			skb_list_push(&rest, skb);
	}
	*list = rest;
}

void packet_consume(struct device *dev, struct skb *skb)
{
	if (wanted(dev, EVENT_CONSUME))
		report(dev, skb, (struct event){.kind = EVENT_CONSUME});
	skb_free(skb);
}

void packet_wire(struct device *dev, struct skb *skb)
{
	if (wanted(dev, EVENT_WIRE))
		report(dev, skb, (struct event){.kind = EVENT_WIRE, .door = DOOR_WIRE});
	skb_free(skb);
}

void packet_host(struct device *dev, struct skb *skb, enum drop_reason reason)
{
	if (wanted(dev, EVENT_HOST)) {
		skb_push(skb, min((u32)skb->mac_len, skb_headroom(skb)));
		report(dev, skb,
		       (struct event){.kind = EVENT_HOST, .door = DOOR_HOST, .reason = reason});
	}
	skb_free(skb);
}

void packet_crosses(struct device *dev, const struct skb *skb, const struct device *peer)
{
	if (wanted(dev, EVENT_WIRE))
		report(dev, skb,
		       (struct event){
			       .kind = EVENT_WIRE, .door = DOOR_WIRE, .peer = peer->ifindex});
}

void packet_queued(struct device *dev, const struct skb *skb, bool ingress)
{
	if (wanted(dev, EVENT_QUEUE))
		report(dev, skb, (struct event){.kind = EVENT_QUEUE, .ingress = ingress});
}

void packet_returns(struct device *dev, const struct skb *skb, const struct device *to,
		    bool ingress)
{
	if (wanted(dev, EVENT_REDIRECT))
		report(to, skb, (struct event){.kind = EVENT_REDIRECT, .ingress = ingress});
}
