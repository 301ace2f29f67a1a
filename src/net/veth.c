/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * veth.c - a pair of devices: what goes out of one comes in on the other, through the backlog.
 * A veth has a carrier while both ends are up. Mirrors drivers/net/veth.c.
 */
#include <errno.h>
#include <string.h>

#include "net/ethernet.h"
#include "net/outcome.h"

bool device_takes(const struct device *dev, const struct skb *skb)
{
	return skb->ctx.len <= dev->mtu + dev->ops->header_len + SKB_VLAN_LEN || skb->ctx.gso_size;
}

static int xmit(struct device *dev, struct skb *skb)
{
	struct device *peer = dev->veth.peer;
	u32 len = skb->ctx.len;
	enum drop_reason reason;

	reason = DROP_PKT_TOO_SMALL;
	if (len < ETHERNET_LEN)
		goto drop;
	reason = DROP_PKT_TOO_BIG;
	if (!device_takes(peer, skb))
		goto peer_drop;
	reason = DROP_CPU_BACKLOG;
	if (backlog_full(dev->world))
		goto peer_drop;

	packet_crosses(dev, skb, peer);
	receive_scrub(skb);
	ethernet_enter(peer, skb);
	backlog_push(dev->world, skb);
	dev->stats.tx_packets++;
	dev->stats.tx_bytes += len;
	peer->stats.rx_packets++;
	peer->stats.rx_bytes += len;
	return NET_XMIT_SUCCESS;

peer_drop:
	peer->stats.rx_dropped++;
drop:
	dev->stats.tx_dropped++;
	packet_drop(dev, skb, reason);
	return NET_XMIT_DROP;
}

static bool carrier(const struct device *dev)
{
	return dev->veth.peer && dev->veth.peer->up;
}

int veth_pair(struct device *dev, struct error *err)
{
	struct device *peer = world_device_by_name(dev->world, dev->veth.peer_name);

	if (!peer)
		return 0;
	if (peer->kind != DEVICE_VETH)
		return error_set(err, -EINVAL, "%s: its peer %s is no veth but type=%s", dev->name,
				 peer->name, peer->ops->name);
	if (strcmp(peer->veth.peer_name, dev->name))
		return error_set(err, -EINVAL, "%s: its peer %s has %s as its peer", dev->name,
				 peer->name, peer->veth.peer_name);
	dev->veth.peer = peer;
	peer->veth.peer = dev;
	return 0;
}

const struct device_ops veth_ops = {
	.name = "veth",
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
	.carrier = carrier,
};
