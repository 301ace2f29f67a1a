/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.h - where the headers of a frame are: Ethernet, VLAN tags, ARP, IPv4, IPv6 with its
 * extension headers, and the first header behind them.
 *
 * For views only: the datapath asks the bytes what Linux asks them and no more. Every offset that
 * is set lies inside the frame, with the whole fixed part of its header behind it; a header that is
 * cut off ends the parsing and is named in cut.
 */
#ifndef SKIFF_SKB_PARSE_H
#define SKIFF_SKB_PARSE_H

#include "base/types.h"

#define PARSE_TAGS_MAX	  4  /* VLAN tags that are followed */
#define PARSE_HEADERS_MAX 16 /* IPv6 extension headers that are followed */

enum parse_start {
	PARSE_ETHERNET, /* the frame begins with an Ethernet header */
	PARSE_IP,	/* ... with an IP header */
};

/* What the link layer carries. */
enum parse_network {
	PARSE_NETWORK_NONE, /* nothing known, see ethertype */
	PARSE_ARP,
	PARSE_IPV4,
	PARSE_IPV6,
};

/* The header that could not be read whole, or contradicts itself. */
enum parse_cut {
	PARSE_WHOLE,
	PARSE_CUT_ETHERNET,
	PARSE_CUT_TAG,
	PARSE_CUT_NETWORK,
	PARSE_BAD_NETWORK,   /* a version, header length or total length that cannot be */
	PARSE_CUT_TRANSPORT, /* or an extension header */
};

struct parse_tag {
	u16 protocol; /* 0x8100, 0x88a8 */
	u16 tci;      /* priority, drop indicator, VLAN */
};

struct parse {
	enum parse_cut cut;

	/* Link layer. */
	bool has_ethernet;
	u8 tag_cnt;
	struct parse_tag tags[PARSE_TAGS_MAX];
	u16 ethertype; /* behind the tags; below 1536 the length of an 802.3 frame */

	/* Network layer; valid unless NONE, or cut says otherwise. */
	enum parse_network network;
	u32 network_offset;
	u8 version;	     /* the first four bits of an IP header, 4 and 6 being right */
	u32 network_len;     /* bytes the packet has by its own header, ARP: to the frame's end */
	u32 source, target;  /* offsets of the addresses */
	u8 address_len;	     /* bytes: 4 or 16 */
	bool fragment;	     /* a part of a datagram */
	bool has_hop_by_hop; /* an IPv6 hop-by-hop header was passed */
	u32 fragment_offset; /* bytes */

	/* What IP carries; its offset is set also for protocols nothing more is known of. */
	u8 protocol;		      /* IPPROTO_*, behind extension headers */
	u32 transport_offset;	      /* 0: none (cut off, or a fragment other than the first) */
	u32 transport_len;	      /* bytes the packet has from there, by the IP header */
	u16 source_port, target_port; /* TCP, UDP */
};

/* Parse the @len bytes at @bytes into @parse. Nothing beyond them is read. */
void parse_frame(struct parse *parse, const u8 *bytes, u32 len, enum parse_start start);

static inline u16 parse_u16(const u8 *at)
{
	return (u16)(at[0] << 8 | at[1]);
}

static inline u32 parse_u32(const u8 *at)
{
	return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];
}

#endif
