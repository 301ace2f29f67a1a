/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ifb.c - the intermediate functional block: a device to queue packets on that came in elsewhere.
 * What is sent out of it goes back to where it was taken from, past the hook there: into the
 * device it had come in on, or, taken from an egress hook, out of that device.
 * Mirrors drivers/net/ifb.c.
 */
#include "net/ethernet.h"
#include "net/outcome.h"

static void schedule(struct device *dev)
{
	struct device **at = &dev->world->tasklets;

	if (dev->ifb.scheduled)
		return;
	dev->ifb.scheduled = true;
	dev->ifb.next = NULL;
	while (*at)
		at = &(*at)->ifb.next;
	*at = dev;
}

/* To an ifb, sending is receiving: rx counts what it is given, tx what it puts back. */
static int xmit(struct device *dev, struct skb *skb)
{
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->ctx.len;
	if (!skb->redirected || !skb->ctx.ingress_ifindex) {
		dev->stats.rx_dropped++;
		packet_drop(dev, skb, DROP_NO_INGRESS);
		return NET_XMIT_SUCCESS;
	}
	if (dev->ifb.rq.len >= dev->ops->queue_len)
		dev->queue.stopped = true;
	packet_queued(dev, skb, false);
	skb_list_push(&dev->ifb.rq, skb);
	schedule(dev);
	return NET_XMIT_SUCCESS;
}

static void put_back(struct device *dev, struct skb *skb)
{
	struct device *to = device_table_find(&dev->world->devices, skb->ctx.ingress_ifindex);

	skb->redirected = false;
	skb->tc_skip_classify = true;
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->ctx.len;
	if (!to) {
		dev->stats.tx_dropped++;
		packet_drop(dev, skb, DROP_NO_DEVICE);
		return;
	}
	packet_returns(dev, skb, to, skb->from_ingress);
	device_own(to, skb);
	skb->ctx.ingress_ifindex = dev->ifindex;
	if (!skb->from_ingress) {
		transmit(to, skb);
		return;
	}
	skb_pull(skb, min((u32)skb->mac_len, skb->ctx.len));
	receive(skb);
}

void ifb_tasklet(struct device *dev)
{
	struct skb_list tq = {0};
	struct skb *skb;

	skb_list_move(&tq, &dev->ifb.rq);
	while ((skb = skb_list_pop(&tq)))
		put_back(dev, skb);
	if (!dev->ifb.rq.first && dev->queue.stopped)
		queue_wake(dev);
}

static void purge(struct device *dev)
{
	struct skb *skb;

	while ((skb = skb_list_pop(&dev->ifb.rq)))
		packet_drop(dev, skb, DROP_QUEUE_PURGED);
}

const struct device_ops ifb_ops = {
	.name = "ifb",
	.mtu = 1500,
	.mtu_max = 65536,
	.header_len = ETHERNET_LEN,
	.ethernet = true,
	.has_address = true,
	.keeps_carrier = true,
	.vlan_tx = true,
	.queue = QUEUE_FIFO_FAST,
	.queue_len = 32,
	.xmit = xmit,
	.purge = purge,
};
