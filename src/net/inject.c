/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inject.c - frames into the world, by the two doors in.
 *
 * rx: the frame comes from the device's wire, as if the other end of a veth pair had sent it; into
 * a tun its reader writes it. tx: the host sends it, as send(2) on an AF_PACKET socket does. What
 * Linux lets a sender do bounds what may be given; what it counts as lost is lost here.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "net/ethernet.h"
#include "net/outcome.h"

#define PAGE_SIZE 4096u
/* Bytes in front of a frame that AF_PACKET sends through a device with an Ethernet header; the
 * first page takes both, or only the header is linear (FACTS A.2). */
#define PACKET_RESERVED 16u
/* The same for what is written to a tun, and the most that is linear of a longer one. */
#define TUN_RESERVED   64u
#define TUN_LINEAR_MAX 3712u

#define IPV4_LEN 20u
#define IPV6_LEN 40u
#define TAGS_MAX 7 /* VLAN_MAX_DEPTH is the first that is too many */

struct frame {
	struct world *world;
	struct device *dev;
	enum door door;
	const u8 *bytes;
	u32 len;
};

static be16 read16(const u8 *bytes)
{
	be16 value;

	memcpy(&value, bytes, sizeof(value));
	return value;
}

static int check(const struct frame *frame, struct error *err)
{
	const struct device *dev = frame->dev;
	u32 least = max(dev->ops->header_len, 1u);

	if (frame->door != DOOR_RX && frame->door != DOOR_TX)
		return error_set(err, -EINVAL, "%s: frames go in by rx or tx", dev->name);
	if (frame->door == DOOR_RX && !dev->ops->has_wire)
		return error_set(err, -EINVAL,
				 "%s: nothing arrives on type=%s from outside; give it frames that "
				 "the host sends (tx), or a program that redirects into it",
				 dev->name, dev->ops->name);
	if (frame->len < least)
		return error_set(err, -EINVAL, "%s: a frame of %u bytes; the shortest has %u",
				 dev->name, frame->len, least);
	if (frame->len > SKB_LEN_MAX)
		return error_set(err, -EINVAL, "%s: a frame of %u bytes; the longest has %u",
				 dev->name, frame->len, SKB_LEN_MAX);
	return 0;
}

/* How many of the bytes are linear when Linux has just made the packet. */
static u32 linear_len(const struct frame *frame)
{
	u32 len = frame->len;

	if (frame->dev->ops->header_len)
		return PACKET_RESERVED + len < PAGE_SIZE ? len : ETHERNET_LEN;
	if (frame->door == DOOR_TX)
		return len;
	return TUN_RESERVED + len < PAGE_SIZE ? len : TUN_LINEAR_MAX;
}

static struct skb *create(const struct frame *frame)
{
	struct skb *skb = skb_alloc(frame->world->host.pool, frame->len);

	if (!skb)
		return NULL;
	memcpy(skb_writable(skb, 0, frame->len), frame->bytes, frame->len);
	skb->ctx.data_end = skb->ctx.data + linear_len(frame);
	skb->frame = frame->world->frames;
	device_own(frame->dev, skb);
	return skb;
}

static void report_born(const struct frame *frame, const struct skb *skb)
{
	const struct host *host = &frame->world->host;
	struct event event = {
		.kind = EVENT_BORN,
		.time = host->now,
		.skb = skb,
		.ifindex = frame->dev->ifindex,
		.dev = frame->dev->name,
		.door = frame->door,
	};

	if (event_wanted(&host->events, EVENT_BORN))
		event_emit(&host->events, &event);
}

/* Of a packet without link-layer header. Mirrors ip_tunnel_parse_protocol. */
static be16 ip_protocol(const u8 *bytes, u32 len)
{
	if (len >= IPV4_LEN && bytes[0] >> 4 == 4)
		return htons(ETH_P_IP);
	if (len >= IPV6_LEN && bytes[0] >> 4 == 6)
		return htons(ETH_P_IPV6);
	return 0;
}

/* Where the tags in the frame end; the header's end when they are cut off, too many, or the type
 * behind them is 0. Mirrors vlan_get_protocol_and_depth as packet_parse_headers uses it. */
static u32 tags_end(const struct frame *frame, be16 protocol)
{
	u32 at = ETHERNET_LEN;

	for (u32 i = 0; ethernet_is_vlan(protocol); i++) {
		if (i == TAGS_MAX || frame->len - at < SKB_VLAN_LEN)
			return ETHERNET_LEN;
		protocol = read16(frame->bytes + at + sizeof(be16));
		at += SKB_VLAN_LEN;
	}
	return protocol ? at : ETHERNET_LEN;
}

/* Longer than the device's MTU, header and, for an 802.1Q frame, tag? Mirrors packet_snd. */
static bool too_long_to_send(const struct frame *frame, be16 protocol)
{
	const struct device *dev = frame->dev;
	u32 most = dev->mtu + dev->ops->header_len;

	if (dev->ops->ethernet && protocol == htons(ETH_P_8021Q))
		most += SKB_VLAN_LEN;
	return frame->len > most;
}

/* The host sends @skb. */
static int host_sends(const struct frame *frame, struct skb *skb)
{
	struct device *dev = frame->dev;
	u32 header = dev->ops->header_len;
	be16 protocol;

	if (!dev->up) {
		packet_drop(dev, skb, DROP_DEV_READY);
		return -ENETDOWN;
	}
	protocol = header ? read16(frame->bytes + ETHERNET_LEN - sizeof(be16))
			  : ip_protocol(frame->bytes, frame->len);
	if (too_long_to_send(frame, protocol)) {
		packet_drop(dev, skb, DROP_PKT_TOO_BIG);
		return 0;
	}
	if (dev->ops->ethernet)
		header = tags_end(frame, protocol);
	skb->ctx.protocol = protocol;
	skb->network_header = (u16)(skb_data_offset(skb) + header);
	transmit(dev, skb);
	return 0;
}

/* The reader of a tun writes @skb. Mirrors tun_get_user. */
static int write_tun(const struct frame *frame, struct skb *skb)
{
	struct device *dev = frame->dev;
	u8 version = frame->bytes[0] >> 4;

	if (!dev->up || dev->tun.noreader) {
		dev->stats.rx_dropped += !dev->tun.noreader;
		packet_drop(dev, skb, DROP_DEV_READY);
		return -ENETDOWN;
	}
	if (version != 4 && version != 6) {
		dev->stats.rx_dropped++;
		packet_drop(dev, skb, DROP_BAD_IP_VERSION);
		return 0;
	}
	skb->ctx.protocol = version == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	skb->ctx.queue_mapping = 1; /* the receive queue, 0, as skb_record_rx_queue notes it */
	skb_reset_mac_header(skb);
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->ctx.len;
	receive(skb);
	return 0;
}

/* @skb arrives from the wire. */
static int arrive(const struct frame *frame, struct skb *skb)
{
	struct world *world = frame->world;
	struct device *dev = frame->dev;

	if (!device_running(dev)) {
		packet_drop(dev, skb, DROP_DEV_READY);
		return -ENETDOWN;
	}
	if (!device_takes(dev, skb)) {
		dev->stats.rx_dropped++;
		packet_drop(dev, skb, DROP_PKT_TOO_BIG);
		return 0;
	}
	dev->stats.rx_packets++;
	dev->stats.rx_bytes += skb->ctx.len;
	ethernet_enter(dev, skb);
	/* The frame is the first packet of a round of the backlog, which world_settle goes on with.
	 */
	world->redirect_context = true;
	world->host.redirect_ifindex = world->host.redirect_flags = 0;
	world->backlog.work = 1;
	receive(skb);
	return 0;
}

int world_inject(struct world *world, struct device *dev, enum door door, const void *bytes,
		 u32 len, u64 time, struct error *err)
{
	struct frame frame = {.world = world, .dev = dev, .door = door, .bytes = bytes, .len = len};
	int ret = check(&frame, err);
	struct skb *skb;

	if (ret)
		return ret;
	if (time > world->host.now) {
		ret = world_advance(world, time, err);
		if (ret)
			return ret;
	}
	world->frames++;
	world->redirect_context = false;
	skb = create(&frame);
	if (!skb)
		return error_set(err, -ENOMEM, "%s: no memory for a frame of %u bytes", dev->name,
				 len);
	report_born(&frame, skb);
	if (door == DOOR_TX)
		ret = host_sends(&frame, skb);
	else if (dev->kind == DEVICE_TUN)
		ret = write_tun(&frame, skb);
	else
		ret = arrive(&frame, skb);
	if (ret == -ENETDOWN)
		error_set(err, ret, "%s is down or has no carrier: it takes no frame", dev->name);
	return ret;
}
