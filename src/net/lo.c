/* SPDX-License-Identifier: BSD-2-Clause */
/* lo.c - the loopback: what is sent out of it comes in on it. Mirrors drivers/net/loopback.c. */
#include "net/ethernet.h"
#include "net/outcome.h"

/* lo counts bytes without the link-layer header, and a full backlog as received and dropped. */
static int xmit(struct device *dev, struct skb *skb)
{
	u32 len;

	if (skb->ctx.len < ETHERNET_LEN) {
		packet_drop(dev, skb, DROP_PKT_TOO_SMALL);
		return NET_XMIT_SUCCESS;
	}
	if (!skb->ctx.tstamp_type)
		skb->ctx.tstamp = 0;
	if (!backlog_full(dev->world))
		packet_crosses(dev, skb, dev);
	/* No scrubbing: priority stays, and pkt_type unless the address is not lo's. */
	ethernet_enter(dev, skb);
	len = skb->ctx.len;
	if (backlog_push(dev->world, skb) == NET_RX_SUCCESS) {
		dev->stats.tx_packets++;
		dev->stats.tx_bytes += len;
		dev->stats.rx_packets++;
		dev->stats.rx_bytes += len;
	}
	return NET_XMIT_SUCCESS;
}

const struct device_ops lo_ops = {
	.name = "lo",
	.mtu = 65536,
	.mtu_max = 65536,
	.header_len = ETHERNET_LEN,
	.keeps_carrier = true,
	.queue = QUEUE_NONE,
	.queue_len = 1000,
	.xmit = xmit,
};
