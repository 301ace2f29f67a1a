/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tun.c - a device whose wire is a program: its reader reads what is sent, and writes what shall
 * come in, IP packets without a link-layer header. Without a reader it has no carrier. The
 * reader gets to run when the CPU has nothing else to do; until then a ring keeps 500 packets.
 * Mirrors drivers/net/tun.c.
 */
#include "net/device.h"
#include "net/outcome.h"

static int xmit(struct device *dev, struct skb *skb)
{
	struct world *world = dev->world;

	if (dev->tun.ring >= dev->ops->queue_len)
		goto ring_full;
	if (!dev->tun.ring++) {
		dev->tun.next = world->readers;
		world->readers = dev;
	}
	dev->stats.tx_packets++;
	/* What the reader gets has the tag inside. */
	dev->stats.tx_bytes += skb->ctx.len + (skb->ctx.vlan_present ? SKB_VLAN_LEN : 0);
	packet_wire(dev, skb);
	return NET_XMIT_SUCCESS;

ring_full:
	dev->stats.tx_dropped++;
	packet_drop(dev, skb, DROP_FULL_RING);
	return NET_XMIT_DROP;
}

void tun_read(struct device *dev)
{
	dev->tun.ring = 0;
}

static bool carrier(const struct device *dev)
{
	return !dev->tun.noreader;
}

const struct device_ops tun_ops = {
	.name = "tun",
	.mtu = 1500,
	.mtu_max = DEVICE_MTU_MAX,
	.has_wire = true,
	.vlan_tx = true,
	.queue = QUEUE_FIFO_FAST,
	.queue_len = 500,
	.xmit = xmit,
	.carrier = carrier,
};
