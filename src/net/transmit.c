/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transmit.c - out of a device: the egress hook, the choice of a queue, and the driver.
 *
 * Everything up to the driver is synchronous, so that what a sender is told covers it. A sender
 * may be a program in a hook of another transmission: the recursion counter bounds that.
 */
#include <errno.h>

#include "net/ethernet.h"
#include "net/outcome.h"

#define RECURSION_LIMIT 8 /* XMIT_RECURSION_LIMIT: refused when the counter is above */

static bool too_deep(const struct world *world)
{
	return world->xmit_recursion > RECURSION_LIMIT;
}

int transmit_driver(struct device *dev, struct skb *skb)
{
	if (skb->ctx.vlan_present && !dev->ops->vlan_tx && ethernet_tag_inside(skb)) {
		dev->stats.tx_dropped++;
		packet_drop(dev, skb, DROP_NOMEM);
		return -ENOMEM;
	}
	return dev->ops->xmit(dev, skb);
}

/* Without a queue: the sender learns what the driver says. */
static int send_directly(struct device *dev, struct skb *skb)
{
	struct world *world = dev->world;
	int ret;

	if (unlikely(too_deep(world)))
		goto dead_loop;
	world->xmit_recursion++;
	ret = transmit_driver(dev, skb);
	world->xmit_recursion--;
	return ret;

dead_loop:
	/* Linux logs "Dead loop on virtual device NAME, fix it urgently!" */
	dev->stats.tx_dropped++;
	packet_drop(dev, skb, DROP_RECURSION_LIMIT);
	return -ENETDOWN;
}

/* The queue of a device that is not running refuses everything. Mirrors noop_enqueue. */
static int refuse(struct device *dev, struct skb *skb)
{
	dev->stats.tx_dropped++;
	packet_drop(dev, skb, DROP_DEV_READY);
	return NET_XMIT_CN;
}

int transmit(struct device *dev, struct skb *skb)
{
	int ret;

	skb_reset_mac_header(skb);
	skb->ctx.wire_len = skb->ctx.len;
	skb->tc_at_ingress = false;
	if (!hook_empty(&dev->hooks[HOOK_EGRESS])) {
		skb = hook_run(dev, HOOK_EGRESS, skb, &ret);
		if (!skb)
			return ret;
	}
	skb->ctx.queue_mapping = 0; /* the queue chosen, of one */
	if (unlikely(!device_running(dev)))
		return refuse(dev, skb);
	if (dev->queue.kind == QUEUE_NONE)
		return send_directly(dev, skb);
	return queue_send(dev, skb);
}

int transmit_redirected(struct host *host, struct device *dev, struct skb *skb)
{
	struct world *world = host_world(host);
	int ret;

	if (unlikely(too_deep(world))) {
		packet_drop(dev, skb, DROP_RECURSION_LIMIT);
		return -ENETDOWN;
	}
	device_own(dev, skb);
	skb->redirected = true;
	skb->from_ingress = skb->tc_at_ingress;
	if (!skb->ctx.tstamp_type)
		skb->ctx.tstamp = 0;
	world->xmit_recursion++;
	ret = transmit(dev, skb);
	world->xmit_recursion--;
	return ret;
}
