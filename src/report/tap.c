/* SPDX-License-Identifier: BSD-2-Clause */
/* tap.c - putting a VLAN tag back into its frame, in memory of the tap's own; see tap.h. */
#include "report/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "skb/skb.h"

#define ADDRESSES_LEN 12 /* a tag goes behind the two Ethernet addresses */

static bool shows_tag(const struct event *event)
{
	const struct skb *skb = event->skb;

	if (!skb->ctx.vlan_present || skb->ctx.len < ADDRESSES_LEN)
		return false;
	return event->kind == EVENT_WIRE || skb->network_header > skb_data_offset(skb);
}

int tap_bytes(struct tap *tap, const struct event *event, const u8 **bytes, u32 *len)
{
	const struct skb *skb = event->skb;
	const be16 tag[2] = {(be16)skb->ctx.vlan_proto, htons((u16)skb->ctx.vlan_tci)};

	*bytes = skb_data(skb);
	*len = skb->ctx.len;
	if (!shows_tag(event))
		return 0;
	if (!tap->room)
		tap->room = malloc(SKB_LEN_MAX + SKB_VLAN_LEN);
	if (!tap->room)
		return -ENOMEM;
	memcpy(tap->room, *bytes, ADDRESSES_LEN);
	memcpy(tap->room + ADDRESSES_LEN, tag, sizeof(tag));
	memcpy(tap->room + ADDRESSES_LEN + sizeof(tag), *bytes + ADDRESSES_LEN,
	       *len - ADDRESSES_LEN);
	*bytes = tap->room;
	*len += sizeof(tag);
	return 0;
}

void tap_free(struct tap *tap)
{
	free(tap->room);
	tap->room = NULL;
}
