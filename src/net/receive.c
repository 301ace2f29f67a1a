/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * receive.c - into a device: from a redirect to the backlog, and from the backlog through VLAN tag
 * and ingress hook to the host.
 */
#include <errno.h>

#include "net/ethernet.h"
#include "net/outcome.h"

void receive_scrub(struct skb *skb)
{
	skb->ctx.pkt_type = PKT_HOST;
	skb->ctx.ingress_ifindex = 0;
	skb->ctx.priority = 0;
	/* Between namespaces mark would become 0 too, and tstamp unless tstamp_type says it is a
	 * delivery time; a world is one namespace. */
}

int receive_redirected(struct host *host, struct device *dev, struct skb *skb)
{
	/* Neither carrier nor MTU matter here: only whether the device is up. */
	if (unlikely(!dev->up)) {
		dev->stats.rx_dropped++;
		packet_drop(dev, skb, DROP_DEV_READY);
		return NET_RX_DROP;
	}
	receive_scrub(skb);
	if (!dev->ops->header_len) {
		device_own(dev, skb);
	} else if (unlikely(skb->ctx.len < ETHERNET_LEN)) {
		packet_drop(dev, skb, DROP_PKT_TOO_SMALL);
		return NET_RX_DROP;
	} else {
		ethernet_enter(dev, skb);
	}
	return backlog_push(host_world(host), skb);
}

/* Up to the host. A frame nobody there has a handler for counts as dropped on the device. */
static void deliver(struct device *dev, struct skb *skb)
{
	enum drop_reason reason = ethernet_handler(skb);

	if (reason == DROP_UNHANDLED_PROTO)
		dev->stats.rx_dropped++;
	packet_host(dev, skb, reason);
}

void receive(struct skb *skb)
{
	struct device *dev = skb->dev;
	int ret;

	skb_reset_network_header(skb);
	if (skb->transport_header == SKB_HEADER_UNSET)
		skb->transport_header = skb->network_header;
	skb->mac_len = skb->network_header - skb->mac_header;
	skb->ctx.ingress_ifindex = dev->ifindex;

	if (ethernet_is_vlan((be16)skb->ctx.protocol)) {
		ret = ethernet_untag(skb);
		if (ret)
			goto no_tag;
	}
	if (unlikely(skb->tc_skip_classify)) {
		skb->tc_skip_classify = false;
		deliver(dev, skb);
		return;
	}
	if (!hook_empty(&dev->hooks[HOOK_INGRESS])) {
		skb->ctx.wire_len = skb->ctx.len;
		skb->tc_at_ingress = true;
		skb = hook_run(dev, HOOK_INGRESS, skb, &ret);
		if (!skb)
			return;
	}
	skb->redirected = false;
	deliver(dev, skb);
	return;

no_tag:
	packet_drop(dev, skb, ret == -ENOMEM ? DROP_NOMEM : DROP_VLAN_HDR);
}
