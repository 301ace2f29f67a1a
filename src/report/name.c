/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.c - the name of a packet, layer by layer: tags, ARP, the addresses of IP, then UDP, TCP or a
 * message (name_icmp.c). The words are those of tcpdump 4.99.
 */
#include "report/name.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <string.h>

#include "report/name_part.h"

#define UDP_LEN 8
#define TCP_LEN 20

void name_address(struct naming *naming, u32 at, u32 len)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(len == 4 ? AF_INET : AF_INET6, naming->bytes + at, text, sizeof(text));
	text_put(&naming->text, "%s", text);
}

static void mac(struct naming *naming, u32 at)
{
	const u8 *mac = naming->bytes + at;

	text_put(&naming->text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}

static void tag(struct text *text, u16 tci)
{
	text_put(text, "vlan %u, p %u, ", tci & 0xfff, tci >> 13);
	if (tci & 0x1000)
		text_put(text, "DEI, ");
}

/* ARP (RFC 826); the length includes padding, as that of tcpdump does. */
static void arp(struct naming *naming)
{
	u32 at = naming->parse.network_offset;
	const u8 *header = naming->bytes + at;
	struct text *text = &naming->text;
	u16 operation;

	if (naming->parse.cut) {
		text_put(text, "ARP [|arp]");
		return;
	}
	operation = parse_u16(header + 6);
	if (parse_u16(header + 2) != ETH_P_IP || header[4] != 6 || header[5] != 4) {
		text_put(text, "ARP, hardware %u (len %u), protocol 0x%04x (len %u), operation %u",
			 parse_u16(header), header[4], parse_u16(header + 2), header[5], operation);
		goto length;
	}
	switch (operation) {
	case 1:
		text_put(text, "ARP, Request who-has ");
		name_address(naming, at + 24, 4);
		if (memcmp(header + 18, "\0\0\0\0\0\0", 6)) {
			text_put(text, " (");
			mac(naming, at + 18);
			text_put(text, ")");
		}
		text_put(text, " tell ");
		name_address(naming, at + 14, 4);
		break;
	case 2:
		text_put(text, "ARP, Reply ");
		name_address(naming, at + 14, 4);
		text_put(text, " is-at ");
		mac(naming, at + 8);
		break;
	default:
		text_put(text, "ARP, operation %u", operation);
	}
length:
	text_put(text, ", length %u", naming->wire_len - at);
}

static void udp(struct naming *naming)
{
	const struct parse *parse = &naming->parse;
	struct text *text = &naming->text;
	u32 at = parse->transport_offset, len;

	if (parse->transport_len < UDP_LEN) {
		text_put(text, "truncated-udp %u", parse->transport_len);
		return;
	}
	if (!name_has(naming, at, UDP_LEN)) {
		text_put(text, "[|udp]");
		return;
	}
	len = parse_u16(naming->bytes + at + 4);
	if (len < UDP_LEN)
		text_put(text, "truncated-udplength %u", len);
	else if (len > parse->transport_len && !parse->fragment)
		text_put(text, "UDP, bad length %u > %u", len - UDP_LEN,
			 parse->transport_len - UDP_LEN);
	else
		text_put(text, "UDP, length %u", len - UDP_LEN);
}

static void tcp_flags(struct text *text, u8 flags)
{
	static const char letters[] = "FSRP.UEW";

	text_put(text, "Flags [");
	for (u32 i = 0; i < 8; i++) {
		if (flags & BIT(i))
			text_put(text, "%c", letters[i]);
	}
	text_put(text, flags ? "]" : "none]");
}

static void tcp(struct naming *naming)
{
	enum { FIN = 1, SYN = 2, RST = 4, ACK = 16, URG = 32 };
	u32 at = naming->parse.transport_offset, len = naming->parse.transport_len;
	const u8 *header = naming->bytes + at;
	struct text *text = &naming->text;
	u32 header_len, seq;
	u8 flags;

	if (!name_has(naming, at, TCP_LEN) || len < TCP_LEN) {
		text_put(text, "[|tcp]");
		return;
	}
	flags = header[13];
	header_len = (header[12] >> 4) * 4u;
	if (header_len < TCP_LEN) {
		text_put(text, "tcp %u [bad hdr length %u - too short, < %u]", len - header_len,
			 header_len, TCP_LEN);
		return;
	}
	tcp_flags(text, flags);
	if (header_len > len) {
		text_put(text, " [bad hdr length %u - too long, > %u]", header_len, len);
		return;
	}
	len -= header_len;
	seq = parse_u32(header + 4);
	if (len)
		text_put(text, ", seq %u:%u", seq, seq + len);
	else if (flags & (SYN | FIN | RST))
		text_put(text, ", seq %u", seq);
	if (flags & ACK)
		text_put(text, ", ack %u", parse_u32(header + 8));
	text_put(text, ", win %u", parse_u16(header + 14));
	if (flags & URG)
		text_put(text, ", urg %u", parse_u16(header + 18));
	text_put(text, ", length %u", len);
}

/* A protocol of which nothing but its name is known. */
static void other(struct naming *naming)
{
	static const char *const names[] = {
		[IPPROTO_IPIP] = "IP in IP", [IPPROTO_IPV6] = "IP6 in IP",
		[IPPROTO_GRE] = "GRE",	     [IPPROTO_ESP] = "ESP",
		[IPPROTO_AH] = "AH",	     [89] = "OSPF",
		[IPPROTO_PIM] = "PIM",	     [112] = "VRRP",
		[IPPROTO_SCTP] = "SCTP",     [IPPROTO_UDPLITE] = "UDPLITE",
	};
	const struct parse *parse = &naming->parse;
	struct text *text = &naming->text;

	if (parse->protocol < ARRAY_SIZE(names) && names[parse->protocol])
		text_put(text, "%s", names[parse->protocol]);
	else
		text_put(text, "ip-proto-%u", parse->protocol);
	if (parse->cut)
		text_put(text, ", cut off");
	else
		text_put(text, ", length %u", parse->transport_len);
}

/* What stands behind the addresses of an IP packet. */
static void ip_payload(struct naming *naming)
{
	const struct parse *parse = &naming->parse;
	struct text *text = &naming->text;

	if (parse->has_hop_by_hop)
		text_put(text, "HBH ");
	if (parse->fragment) {
		text_put(text, "frag (%u|%u)", parse->fragment_offset, parse->transport_len);
		if (parse->fragment_offset)
			return;
		text_put(text, " ");
	}
	switch (parse->protocol) {
	case IPPROTO_TCP:
		if (parse->cut)
			text_put(text, "[|tcp]");
		else
			tcp(naming);
		return;
	case IPPROTO_UDP:
		if (parse->cut)
			text_put(text, "[|udp]");
		else
			udp(naming);
		return;
	case IPPROTO_ICMP:
		if (parse->network != PARSE_IPV4)
			break;
		if (parse->cut)
			text_put(text, "[|icmp]");
		else
			name_icmp(naming);
		return;
	case IPPROTO_ICMPV6:
		if (parse->network != PARSE_IPV6)
			break;
		if (parse->cut)
			text_put(text, "[|icmp6]");
		else
			name_icmpv6(naming);
		return;
	case IPPROTO_IGMP:
		if (parse->network != PARSE_IPV4)
			break;
		if (parse->cut)
			text_put(text, "[|igmp]");
		else
			name_igmp(naming);
		return;
	case IPPROTO_NONE:
		if (parse->network != PARSE_IPV6)
			break;
		text_put(text, "no next header");
		return;
	}
	other(naming);
}

static void ip(struct naming *naming)
{
	const struct parse *parse = &naming->parse;
	const char *name = parse->network == PARSE_IPV4 ? "IP" : "IP6";
	struct text *text = &naming->text;
	u32 wire_len = naming->wire_len - parse->network_offset;
	bool ports = parse->transport_offset &&
		     (parse->protocol == IPPROTO_TCP || parse->protocol == IPPROTO_UDP);

	if (parse->cut == PARSE_CUT_NETWORK) {
		text_put(text, "%s [|%s]", name, parse->network == PARSE_IPV4 ? "ip" : "ip6");
		return;
	}
	if (parse->cut == PARSE_BAD_NETWORK) {
		const u8 *header = naming->bytes + parse->network_offset;
		u32 header_len = (header[0] & 15) * 4u;

		if (parse->version != (parse->network == PARSE_IPV4 ? 4 : 6))
			text_put(text, "%s, version %u (invalid)", name, parse->version);
		else if (header_len < 20)
			text_put(text, "IP bad-hlen %u", header_len);
		else
			text_put(text, "IP bad-len %u", parse->network_len);
		return;
	}
	text_put(text, "%s ", name);
	if (parse->network_len > wire_len)
		text_put(text, "truncated-%s - %u bytes missing! ",
			 parse->network == PARSE_IPV4 ? "ip" : "ip6",
			 parse->network_len - wire_len);
	name_address(naming, parse->source, parse->address_len);
	if (ports)
		text_put(text, ".%u", parse->source_port);
	text_put(text, " > ");
	name_address(naming, parse->target, parse->address_len);
	if (ports)
		text_put(text, ".%u", parse->target_port);
	text_put(text, ": ");
	ip_payload(naming);
}

static const char *ethertype_name(u16 ethertype)
{
	switch (ethertype) {
	case ETH_P_RARP:
		return "Reverse ARP";
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		return "MPLS";
	case ETH_P_PPP_DISC:
		return "PPPoE discovery";
	case ETH_P_PPP_SES:
		return "PPPoE session";
	case ETH_P_PAE:
		return "EAPOL";
	case ETH_P_LLDP:
		return "LLDP";
	case ETH_P_8021Q:
		return "802.1Q";
	case ETH_P_8021AD:
		return "802.1Q-QinQ";
	}
	return "Unknown";
}

/* A frame of which only its own header is known. */
static void ethernet(struct naming *naming)
{
	u16 ethertype = naming->parse.ethertype;
	struct text *text = &naming->text;

	mac(naming, 6);
	text_put(text, " > ");
	mac(naming, 0);
	if (ethertype < ETH_P_802_3_MIN)
		text_put(text, ", 802.3, length %u", naming->wire_len);
	else
		text_put(text, ", ethertype %s (0x%04x), length %u", ethertype_name(ethertype),
			 ethertype, naming->wire_len);
}

static void name_all(struct naming *naming)
{
	const struct parse *parse = &naming->parse;

	if (parse->cut == PARSE_CUT_ETHERNET) {
		text_put(&naming->text, "[|ether], length %u", naming->wire_len);
		return;
	}
	for (u32 i = 0; i < parse->tag_cnt; i++)
		tag(&naming->text, parse->tags[i].tci);
	if (parse->cut == PARSE_CUT_TAG) {
		text_put(&naming->text, "[|vlan], length %u", naming->wire_len);
		return;
	}
	switch (parse->network) {
	case PARSE_ARP:
		arp(naming);
		return;
	case PARSE_IPV4:
	case PARSE_IPV6:
		ip(naming);
		return;
	case PARSE_NETWORK_NONE:
		break;
	}
	if (parse->has_ethernet)
		ethernet(naming);
	else if (!naming->len)
		text_put(&naming->text, "[|ip], length %u", naming->wire_len);
	else
		text_put(&naming->text, "IP version %u (invalid), length %u", parse->version,
			 naming->wire_len);
}

static void name_behind(struct text text, const u8 *bytes, u32 len, u32 wire_len,
			enum parse_start start)
{
	struct naming naming = {
		.text = text,
		.bytes = bytes,
		.len = len,
		.wire_len = max(len, wire_len),
	};

	parse_frame(&naming.parse, bytes, len, start);
	name_all(&naming);
}

void name_frame(char *name, size_t size, const u8 *bytes, u32 len, u32 wire_len,
		enum parse_start start)
{
	name_behind(text_begin(name, size), bytes, len, wire_len, start);
}

void name_skb(char *name, size_t size, const struct skb *skb, enum parse_start start)
{
	struct text text = text_begin(name, size);
	u32 data = skb_data_offset(skb), before = 0;

	/* On the way in, data stands behind a header that is still there. */
	if (skb->mac_header < data) {
		before = data - skb->mac_header;
		start = PARSE_ETHERNET;
	} else if (skb->network_header != SKB_HEADER_UNSET) {
		start = skb->network_header > data ? PARSE_ETHERNET : PARSE_IP;
	}
	if (skb->ctx.vlan_present)
		tag(&text, (u16)skb->ctx.vlan_tci);
	name_behind(text, skb_data(skb) - before, skb->ctx.len + before, 0, start);
}
