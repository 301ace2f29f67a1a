/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ether.c - a NIC whose wire is a capture. It behaves as one end of a veth pair whose other end has
 * an MTU of 65535, so that what it does can be compared with Linux: what arrives at that other end
 * is its wire. In one thing it is a NIC and no veth: a wire has no backlog, so that it takes any
 * number of frames at once, where the other end of a veth takes 1001.
 */
#include "net/device.h"
#include "net/outcome.h"

#define LEN_MAX (DEVICE_MTU_MAX + ETHERNET_LEN + SKB_VLAN_LEN)

static int xmit(struct device *dev, struct skb *skb)
{
	enum drop_reason reason = DROP_PKT_TOO_SMALL;

	if (skb->ctx.len < ETHERNET_LEN)
		goto drop;
	reason = DROP_PKT_TOO_BIG;
	if (skb->ctx.len > LEN_MAX && !skb->ctx.gso_size)
		goto drop;
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += skb->ctx.len;
	packet_wire(dev, skb);
	return NET_XMIT_SUCCESS;

drop:
	dev->stats.tx_dropped++;
	packet_drop(dev, skb, reason);
	return NET_XMIT_DROP;
}

const struct device_ops ether_ops = {
	.name = "ether",
	.mtu = 1500,
	.mtu_max = DEVICE_MTU_MAX,
	.header_len = ETHERNET_LEN,
	.ethernet = true,
	.has_address = true,
	.has_wire = true,
	.vlan_tx = true,
	.queue = QUEUE_NONE,
	.queue_len = 1000,
	.xmit = xmit,
};
