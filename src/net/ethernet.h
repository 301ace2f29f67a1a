/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ethernet.h - the link-layer header and the VLAN tag: taking them off and putting them on.
 *
 * A tag lives inside the frame, or outside it in ctx.vlan_tci and ctx.vlan_proto. Receiving
 * moves the outermost one out; transmitting through a device that cannot insert it moves it in.
 */
#ifndef SKIFF_NET_ETHERNET_H
#define SKIFF_NET_ETHERNET_H

#include "net/device.h"

/* 0x8100 or 0x88a8, in network order. Mirrors eth_type_vlan. */
bool ethernet_is_vlan(be16 protocol);

/*
 * @skb's data stands at an Ethernet header that has reached @dev: pull it, and find out for whom
 * the frame is (pkt_type) and what it carries (protocol). The frame has the 14 bytes.
 * Mirrors eth_type_trans.
 */
void ethernet_enter(struct device *dev, struct skb *skb);

/*
 * Move the tag behind the header of @skb, whose protocol says that there is one, out of the
 * frame; one that has a tag outside stays as it is. 0; -EINVAL: the frame ends inside its tag;
 * -ENOMEM. Mirrors skb_vlan_untag.
 */
int ethernet_untag(struct skb *skb);

/* Move the tag outside @skb, data at the link-layer header, into the frame. 0 or -ENOMEM.
 * Mirrors __vlan_hwaccel_push_inside. */
int ethernet_tag_inside(struct skb *skb);

/*
 * What the host's stack makes of @skb, data behind the link-layer header: DROP_NOT_SPECIFIED for
 * what has a handler, DROP_UNHANDLED_PROTO, DROP_OTHERHOST. The protocols with a handler are
 * those of a Linux 6.18.44 without further modules: IPv4, IPv6, ARP, and 802.2.
 */
enum drop_reason ethernet_handler(const struct skb *skb);

#endif
