/* SPDX-License-Identifier: BSD-2-Clause */
/* backlog.c - packets that wait for the softirq. */
#include "net/backlog.h"

#include "net/outcome.h"

bool backlog_full(const struct world *world)
{
	return world->backlog.input.len > WORLD_BACKLOG_MAX;
}

int backlog_push(struct world *world, struct skb *skb)
{
	struct device *dev = skb->dev;

	if (backlog_full(world)) {
		dev->stats.rx_dropped++;
		packet_drop(dev, skb, DROP_CPU_BACKLOG);
		return NET_RX_DROP;
	}
	packet_queued(dev, skb, true);
	skb_list_push(&world->backlog.input, skb);
	return NET_RX_SUCCESS;
}

bool backlog_run(struct world *world)
{
	struct backlog *backlog = &world->backlog;
	struct skb *skb;

	if (!backlog->process.first && !backlog->input.first) {
		backlog->work = 0;
		world->redirect_context = false;
		return false;
	}
	/* A frame that came in from the wire has begun the round: world_inject. */
	if (!world->redirect_context) {
		world->redirect_context = true;
		world->host.redirect_ifindex = world->host.redirect_flags = 0;
	}
	while (backlog->work < BACKLOG_WEIGHT) {
		if (!backlog->process.first)
			skb_list_move(&backlog->process, &backlog->input);
		skb = skb_list_pop(&backlog->process);
		if (!skb)
			break;
		backlog->work++;
		receive(skb);
	}
	backlog->work = 0;
	world->redirect_context = false;
	return true;
}
