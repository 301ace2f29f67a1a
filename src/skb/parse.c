/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.c - finding the headers of a frame. One function a layer, each called by the one before it
 * with the offset at which its header begins; each checks that its header is all there before it
 * looks at it. Mirrors RFC 894, 826, 791, 8200 and IEEE 802.1Q.
 */
#include "skb/parse.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#define TAG_LEN	      4
#define ARP_LEN	      8 /* up to the addresses */
#define IPV4_LEN      20
#define IPV6_LEN      40
#define EXTENSION_LEN 8 /* the shortest IPv6 extension header */
#define ICMP_LEN      4 /* type, code, checksum */
#define PORTS_LEN     4

/* The frame, and what was found in it. */
struct scan {
	struct parse *parse;
	const u8 *bytes;
	u32 len;
};

/* Are there @n bytes at @at? */
static bool has(const struct scan *scan, u32 at, u32 n)
{
	return at <= scan->len && scan->len - at >= n;
}

static void cut(struct scan *scan, enum parse_cut what)
{
	scan->parse->cut = what;
}

/* What IP carries begins at @at. */
static void transport(struct scan *scan, u32 at)
{
	struct parse *parse = scan->parse;
	u32 end = parse->network_offset + parse->network_len;
	u32 need = 0;

	parse->transport_len = end > at ? end - at : 0;
	switch (parse->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		need = PORTS_LEN;
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_IGMP:
		need = ICMP_LEN;
		break;
	}
	if (parse->transport_len < need || !has(scan, at, need)) {
		cut(scan, PARSE_CUT_TRANSPORT);
		return;
	}
	parse->transport_offset = at;
	if (need == PORTS_LEN && parse->protocol != IPPROTO_ICMP) {
		parse->source_port = parse_u16(scan->bytes + at);
		parse->target_port = parse_u16(scan->bytes + at + 2);
	}
}

static void ipv4(struct scan *scan, u32 at)
{
	struct parse *parse = scan->parse;
	const u8 *header = scan->bytes + at;
	u32 header_len;

	parse->network = PARSE_IPV4;
	parse->network_offset = at;
	if (!has(scan, at, IPV4_LEN)) {
		cut(scan, PARSE_CUT_NETWORK);
		return;
	}
	parse->version = header[0] >> 4;
	header_len = (header[0] & 15) * 4u;
	parse->network_len = parse_u16(header + 2);
	if (parse->version != 4 || header_len < IPV4_LEN || parse->network_len < header_len) {
		cut(scan, PARSE_BAD_NETWORK);
		return;
	}
	parse->source = at + 12;
	parse->target = at + 16;
	parse->address_len = 4;
	parse->protocol = header[9];
	parse->fragment_offset = (parse_u16(header + 6) & 0x1fffu) * 8;
	parse->fragment = parse->fragment_offset || header[6] & 0x20;
	if (!has(scan, at, header_len)) {
		cut(scan, PARSE_CUT_TRANSPORT);
		return;
	}
	if (parse->fragment_offset)
		parse->transport_len = parse->network_len - header_len;
	else
		transport(scan, at + header_len);
}

/* The header behind that of IPv6, and those that each say what follows them. */
static void ipv6_extensions(struct scan *scan, u32 at)
{
	struct parse *parse = scan->parse;
	u32 end = parse->network_offset + parse->network_len;

	for (u32 i = 0; i < PARSE_HEADERS_MAX; i++) {
		u32 header_len = EXTENSION_LEN;
		const u8 *header;

		switch (parse->protocol) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
		case IPPROTO_FRAGMENT:
			break;
		default:
			transport(scan, at);
			return;
		}
		if (!has(scan, at, EXTENSION_LEN) || end < at + EXTENSION_LEN) {
			cut(scan, PARSE_CUT_TRANSPORT);
			return;
		}
		header = scan->bytes + at;
		if (parse->protocol == IPPROTO_FRAGMENT) {
			parse->fragment = true;
			parse->fragment_offset = parse_u16(header + 2) & 0xfff8u;
		} else {
			header_len = (header[1] + 1) * 8u;
		}
		parse->has_hop_by_hop |= parse->protocol == IPPROTO_HOPOPTS;
		parse->protocol = header[0];
		at += header_len;
		if (parse->fragment_offset) {
			parse->transport_len = end > at ? end - at : 0;
			return;
		}
	}
	cut(scan, PARSE_CUT_TRANSPORT);
}

static void ipv6(struct scan *scan, u32 at)
{
	struct parse *parse = scan->parse;
	const u8 *header = scan->bytes + at;

	parse->network = PARSE_IPV6;
	parse->network_offset = at;
	if (!has(scan, at, IPV6_LEN)) {
		cut(scan, PARSE_CUT_NETWORK);
		return;
	}
	parse->version = header[0] >> 4;
	if (parse->version != 6) {
		cut(scan, PARSE_BAD_NETWORK);
		return;
	}
	parse->network_len = IPV6_LEN + parse_u16(header + 4);
	parse->source = at + 8;
	parse->target = at + 24;
	parse->address_len = 16;
	parse->protocol = header[6];
	ipv6_extensions(scan, at + IPV6_LEN);
}

static void arp(struct scan *scan, u32 at)
{
	struct parse *parse = scan->parse;
	const u8 *header = scan->bytes + at;

	parse->network = PARSE_ARP;
	parse->network_offset = at;
	if (!has(scan, at, ARP_LEN) || !has(scan, at, ARP_LEN + 2u * header[4] + 2u * header[5])) {
		cut(scan, PARSE_CUT_NETWORK);
		return;
	}
	parse->network_len = scan->len - at;
}

static void network(struct scan *scan, u32 at)
{
	switch (scan->parse->ethertype) {
	case ETH_P_IP:
		ipv4(scan, at);
		break;
	case ETH_P_IPV6:
		ipv6(scan, at);
		break;
	case ETH_P_ARP:
		arp(scan, at);
		break;
	default:
		scan->parse->network_offset = min(at, scan->len);
	}
}

static bool is_tag(u16 ethertype)
{
	return ethertype == ETH_P_8021Q || ethertype == ETH_P_8021AD;
}

static void ethernet(struct scan *scan)
{
	struct parse *parse = scan->parse;
	u32 at = ETH_HLEN;

	if (!has(scan, 0, ETH_HLEN)) {
		cut(scan, PARSE_CUT_ETHERNET);
		return;
	}
	parse->has_ethernet = true;
	parse->ethertype = parse_u16(scan->bytes + ETH_HLEN - 2);
	while (is_tag(parse->ethertype) && parse->tag_cnt < PARSE_TAGS_MAX) {
		if (!has(scan, at, TAG_LEN)) {
			cut(scan, PARSE_CUT_TAG);
			return;
		}
		parse->tags[parse->tag_cnt++] =
			(struct parse_tag){parse->ethertype, parse_u16(scan->bytes + at)};
		parse->ethertype = parse_u16(scan->bytes + at + 2);
		at += TAG_LEN;
	}
	network(scan, at);
}

static void ip(struct scan *scan)
{
	struct parse *parse = scan->parse;

	if (!scan->len) {
		cut(scan, PARSE_CUT_NETWORK);
		return;
	}
	parse->version = scan->bytes[0] >> 4;
	if (parse->version == 4)
		parse->ethertype = ETH_P_IP;
	else if (parse->version == 6)
		parse->ethertype = ETH_P_IPV6;
	else
		cut(scan, PARSE_BAD_NETWORK);
	network(scan, 0);
}

void parse_frame(struct parse *parse, const u8 *bytes, u32 len, enum parse_start start)
{
	struct scan scan = {.parse = parse, .bytes = bytes, .len = len};

	memset(parse, 0, sizeof(*parse));
	switch (start) {
	case PARSE_ETHERNET:
		ethernet(&scan);
		break;
	case PARSE_IP:
		ip(&scan);
		break;
	}
}
