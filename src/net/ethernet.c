/* SPDX-License-Identifier: BSD-2-Clause */
/* ethernet.c - the link-layer header and the VLAN tag: taking them off and putting them on. */
#include "net/ethernet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#define ADDRESSES_LEN 12 /* destination and source */
#define VLAN_VID_MASK 0x0fff
#define PROTOCOL_MIN  ETH_P_802_3_MIN /* a smaller "type" is the length of an 802.3 frame */

_Static_assert(ADDRESSES_LEN + sizeof(be16) == ETHERNET_LEN, "addresses, then the type");

static be16 read16(const u8 *bytes)
{
	be16 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

bool ethernet_is_vlan(be16 protocol)
{
	return protocol == htons(ETH_P_8021Q) || protocol == htons(ETH_P_8021AD);
}

/* The protocol that @type in a header says, when the payload begins at @offset from data. */
static be16 protocol_of(const struct skb *skb, be16 type, u32 offset)
{
	u8 sap[2];

	if (ntohs(type) >= PROTOCOL_MIN)
		return type;
	/* Novell's raw 802.3: an IPX header begins with a checksum that is never used. */
	if (!skb_copy_bits(skb, offset, sap, sizeof(sap)) && sap[0] == 0xff && sap[1] == 0xff)
		return htons(ETH_P_802_3);
	return htons(ETH_P_802_2);
}

/* For whom, as far as it is not for @dev itself: then pkt_type stays what it was. */
static void find_type(const struct device *dev, struct skb *skb, const u8 *to)
{
	if (!memcmp(to, dev->mac, sizeof(dev->mac)))
		return;
	if (!(to[0] & 1))
		skb->ctx.pkt_type = PKT_OTHERHOST;
	else if (!memcmp(to, dev->broadcast, sizeof(dev->broadcast)))
		skb->ctx.pkt_type = PKT_BROADCAST;
	else
		skb->ctx.pkt_type = PKT_MULTICAST;
}

void ethernet_enter(struct device *dev, struct skb *skb)
{
	const u8 *header;

	device_own(dev, skb);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETHERNET_LEN);
	header = skb_head(skb) + skb->mac_header;
	find_type(dev, skb, header);
	skb->ctx.protocol = protocol_of(skb, read16(header + ADDRESSES_LEN), 0);
}

static void set_tag(struct skb *skb, be16 protocol, u16 tci)
{
	skb->ctx.vlan_present = 1;
	skb->ctx.vlan_proto = protocol;
	skb->ctx.vlan_tci = tci;
}

int ethernet_untag(struct skb *skb)
{
	be16 inner;
	u8 *frame;

	if (skb->ctx.vlan_present)
		return 0;
	/* The type behind the tag, and the two bytes after it, which may tell 802.3 from 802.2. */
	if (skb_linear(skb, SKB_VLAN_LEN + sizeof(be16)))
		return -EINVAL;
	skb_push(skb, ETHERNET_LEN);
	frame = skb_writable(skb, 0, ETHERNET_LEN + SKB_VLAN_LEN);
	if (!frame)
		return -ENOMEM;
	set_tag(skb, (be16)skb->ctx.protocol, ntohs(read16(frame + ETHERNET_LEN)));
	inner = read16(frame + ETHERNET_LEN + sizeof(be16));
	skb->ctx.protocol = protocol_of(skb, inner, ETHERNET_LEN + SKB_VLAN_LEN);
	memmove(frame + SKB_VLAN_LEN, frame, ADDRESSES_LEN);
	skb_pull(skb, ETHERNET_LEN + SKB_VLAN_LEN);
	skb->mac_header += SKB_VLAN_LEN;
	skb_reset_network_header(skb);
	skb->mac_len = skb->network_header - skb->mac_header;
	return 0;
}

int ethernet_tag_inside(struct skb *skb)
{
	be16 tag[2] = {(be16)skb->ctx.vlan_proto, htons((u16)skb->ctx.vlan_tci)};
	u8 *frame;

	if (skb->ctx.len < ADDRESSES_LEN)
		return -EINVAL;
	if (skb_headroom(skb) < SKB_VLAN_LEN && skb_expand(skb, SKB_VLAN_LEN, 0))
		return -ENOMEM;
	skb_push(skb, SKB_VLAN_LEN);
	frame = skb_writable(skb, 0, ADDRESSES_LEN + SKB_VLAN_LEN);
	if (!frame)
		return -ENOMEM;
	memmove(frame, frame + SKB_VLAN_LEN, ADDRESSES_LEN);
	memcpy(frame + ADDRESSES_LEN, tag, sizeof(tag));
	skb_reset_mac_header(skb);
	skb->ctx.protocol = skb->ctx.vlan_proto;
	skb->ctx.vlan_present = skb->ctx.vlan_proto = skb->ctx.vlan_tci = 0;
	return 0;
}

static bool has_handler(be16 protocol)
{
	return protocol == htons(ETH_P_IP) || protocol == htons(ETH_P_IPV6) ||
	       protocol == htons(ETH_P_ARP) || protocol == htons(ETH_P_802_2);
}

enum drop_reason ethernet_handler(const struct skb *skb)
{
	be16 protocol = (be16)skb->ctx.protocol;
	u8 tag[SKB_VLAN_LEN + sizeof(be16)];
	bool other = skb->ctx.pkt_type == PKT_OTHERHOST;
	u32 tci = skb->ctx.vlan_present ? skb->ctx.vlan_tci : 0;
	u32 offset = 0;

	/* Of a tag for VLAN 0 only the priority counts: the stack takes it off and looks at the
	 * next. One for any other VLAN, of which there is no device, makes it somebody else's
	 * frame. */
	while (skb->ctx.vlan_present && !(tci & VLAN_VID_MASK) && ethernet_is_vlan(protocol)) {
		if (skb_copy_bits(skb, offset, tag, sizeof(tag)))
			return DROP_VLAN_HDR;
		tci = ntohs(read16(tag));
		offset += SKB_VLAN_LEN;
		protocol = protocol_of(skb, read16(tag + sizeof(be16)), offset);
	}
	other |= (tci & VLAN_VID_MASK) != 0;
	if (!has_handler(protocol))
		return DROP_UNHANDLED_PROTO;
	return other ? DROP_OTHERHOST : DROP_NOT_SPECIFIED;
}
