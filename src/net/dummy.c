/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dummy.c - a device that sends to nowhere. What is sent is counted, and a tap would see
 * it, so for skiff it has left by the wire. It has no VLAN hardware: a tag goes into the frame.
 * Mirrors drivers/net/dummy.c.
 */
#include "net/device.h"
#include "net/outcome.h"

static int xmit(struct device *dev, struct skb *skb)
{
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->ctx.len;
	packet_wire(dev, skb);
	return NET_XMIT_SUCCESS;
}

const struct device_ops dummy_ops = {
	.name = "dummy",
	.mtu = 1500,
	.mtu_max = 65536,
	.header_len = ETHERNET_LEN,
	.ethernet = true,
	.has_address = true,
	.queue = QUEUE_NONE,
	.queue_len = 1000,
	.xmit = xmit,
};
