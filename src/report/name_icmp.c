/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name_icmp.c - the messages of ICMP (RFC 792), ICMPv6 (RFC 4443, 4861, 2710, 3810) and IGMP
 * (RFC 2236, 3376), in the words of tcpdump 4.99.
 */
#include "report/name_part.h"

#include <netinet/in.h>
#include <stdio.h>

#define MESSAGE_LEN 8 /* type, code, checksum, and four bytes whose meaning the type decides */

/* The message: its first bytes, and how many IP says there are. */
static const u8 *message(const struct naming *naming)
{
	return naming->bytes + naming->parse.transport_offset;
}

static bool has(const struct naming *naming, u32 n)
{
	return naming->parse.transport_len >= n &&
	       name_has(naming, naming->parse.transport_offset, n);
}

/* The packet that an error message complains about. */
static bool inner_packet(const struct naming *naming, struct parse *inner, u32 *offset)
{
	*offset = naming->parse.transport_offset + MESSAGE_LEN;
	if (!name_has(naming, *offset, 1))
		return false;
	parse_frame(inner, naming->bytes + *offset, naming->len - *offset, PARSE_IP);
	return inner->network != PARSE_NETWORK_NONE && inner->cut != PARSE_CUT_NETWORK &&
	       inner->cut != PARSE_BAD_NETWORK;
}

static const char *port_name(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp ";
	case IPPROTO_UDP:
		return "udp ";
	}
	return "";
}

/* How "destination unreachable" is said for each code: before and after the address. */
static const struct {
	const char *before, *after;
} unreachable[] = {
	{"net ", " unreachable"},
	{"host ", " unreachable"},
	{"", NULL}, /* protocol */
	{"", NULL}, /* port */
	{"", NULL}, /* fragmentation needed */
	{"", " unreachable - source route failed"},
	{"net ", " unreachable - unknown"},
	{"host ", " unreachable - unknown"},
	{"", " unreachable - source host isolated"},
	{"net ", " unreachable - admin prohibited"},
	{"host ", " unreachable - admin prohibited"},
	{"net ", " unreachable - tos prohibited"},
	{"host ", " unreachable - tos prohibited"},
	{"host ", " unreachable - admin prohibited filter"},
	{"host ", " unreachable - host precedence violation"},
	{"host ", " unreachable - precedence cutoff"},
};

static void name_unreachable(struct naming *naming, u8 code)
{
	struct text *text = &naming->text;
	struct parse inner;
	u32 offset;

	if (!inner_packet(naming, &inner, &offset)) {
		text_put(text, "[|icmp]");
		return;
	}
	text_put(text, "ICMP %s", code < ARRAY_SIZE(unreachable) ? unreachable[code].before : "");
	name_address(naming, offset + inner.target, inner.address_len);
	switch (code) {
	case 2:
		text_put(text, " protocol %u unreachable", inner.protocol);
		break;
	case 3:
		if (!*port_name(inner.protocol))
			text_put(text, " protocol %u", inner.protocol);
		text_put(text, " %sport %u unreachable", port_name(inner.protocol),
			 inner.target_port);
		break;
	case 4:
		text_put(text, " unreachable - need to frag (mtu %u)",
			 parse_u16(message(naming) + 6));
		break;
	default:
		if (code < ARRAY_SIZE(unreachable))
			text_put(text, "%s", unreachable[code].after);
		else
			text_put(text, " unreachable - #%u", code);
	}
}

static void name_redirect(struct naming *naming, u8 code)
{
	struct parse inner;
	u32 offset;

	if (!inner_packet(naming, &inner, &offset)) {
		text_put(&naming->text, "[|icmp]");
		return;
	}
	if (code > 3)
		text_put(&naming->text, "ICMP redirect-#%u ", code);
	else
		text_put(&naming->text, "ICMP redirect%s ", code >= 2 ? "-tos" : "");
	name_address(naming, offset + inner.target, inner.address_len);
	text_put(&naming->text, " to %s", code > 3 ? "" : code % 2 ? "host " : "net ");
	name_address(naming, naming->parse.transport_offset + 4, 4);
}

void name_icmp(struct naming *naming)
{
	const u8 *at = message(naming);
	struct text *text = &naming->text;
	u8 type = at[0], code = at[1];

	if (!has(naming, MESSAGE_LEN)) {
		text_put(text, "[|icmp]");
		return;
	}
	switch (type) {
	case 0:
	case 8:
		text_put(text, "ICMP echo %s, id %u, seq %u", type ? "request" : "reply",
			 parse_u16(at + 4), parse_u16(at + 6));
		break;
	case 3:
		name_unreachable(naming, code);
		break;
	case 4:
		text_put(text, "ICMP source quench");
		break;
	case 5:
		name_redirect(naming, code);
		break;
	case 9:
		text_put(text, "ICMP router advertisement");
		break;
	case 10:
		text_put(text, "ICMP router solicitation");
		break;
	case 11:
		if (code == 0)
			text_put(text, "ICMP time exceeded in-transit");
		else if (code == 1)
			text_put(text, "ICMP ip reassembly time exceeded");
		else
			text_put(text, "ICMP time exceeded-#%u", code);
		break;
	case 12:
		text_put(text, "ICMP parameter problem - octet %u", at[4]);
		break;
	case 13:
	case 14:
		text_put(text, "ICMP time stamp %s id %u seq %u", type == 13 ? "query" : "reply",
			 parse_u16(at + 4), parse_u16(at + 6));
		break;
	default:
		text_put(text, "ICMP type-#%u", type);
	}
	text_put(text, ", length %u", naming->parse.transport_len);
}

static void name_unreachable6(struct naming *naming, u8 code)
{
	static const char *const what[] = {"route", "prohibited", "beyond scope", "address",
					   "port"};
	struct text *text = &naming->text;
	struct parse inner;
	u32 offset;

	text_put(text, "ICMP6, destination unreachable, ");
	if (code >= ARRAY_SIZE(what)) {
		text_put(text, "unknown unreach code (%u)", code);
		return;
	}
	text_put(text, "unreachable %s", what[code]);
	if (!inner_packet(naming, &inner, &offset)) {
		text_put(text, " [|icmp6]");
		return;
	}
	text_put(text, code == 4 ? ", " : " ");
	name_address(naming, offset + inner.target, inner.address_len);
	if (code == 4)
		text_put(text, " %sport %u", port_name(inner.protocol), inner.target_port);
}

/* "name ADDRESS" of neighbour and listener messages, whose address follows the first 8 bytes. */
static void name_with_target(struct naming *naming, const char *name)
{
	text_put(&naming->text, "ICMP6, %s", name);
	if (has(naming, MESSAGE_LEN + 16))
		name_address(naming, naming->parse.transport_offset + MESSAGE_LEN, 16);
	else
		text_put(&naming->text, "[|icmp6]");
}

void name_icmpv6(struct naming *naming)
{
	const u8 *at = message(naming);
	struct text *text = &naming->text;
	u8 type = at[0], code = at[1];

	if (!has(naming, MESSAGE_LEN)) {
		text_put(text, "ICMP6, type-#%u [|icmp6]", type);
		return;
	}
	switch (type) {
	case 1:
		name_unreachable6(naming, code);
		break;
	case 2:
		text_put(text, "ICMP6, packet too big, mtu %u", parse_u32(at + 4));
		break;
	case 3:
		text_put(text, "ICMP6, time exceeded in-transit%s", code ? " (reassembly)" : "");
		break;
	case 4:
		text_put(text, "ICMP6, parameter problem, code %u - octet %u", code,
			 parse_u32(at + 4));
		break;
	case 128:
	case 129:
		text_put(text, "ICMP6, echo %s, id %u, seq %u", type == 128 ? "request" : "reply",
			 parse_u16(at + 4), parse_u16(at + 6));
		break;
	case 130:
		name_with_target(naming, "multicast listener query addr: ");
		break;
	case 131:
		name_with_target(naming, "multicast listener report addr: ");
		break;
	case 132:
		name_with_target(naming, "multicast listener done addr: ");
		break;
	case 133:
		text_put(text, "ICMP6, router solicitation");
		break;
	case 134:
		text_put(text, "ICMP6, router advertisement");
		break;
	case 135:
		name_with_target(naming, "neighbor solicitation, who has ");
		break;
	case 136:
		name_with_target(naming, "neighbor advertisement, tgt is ");
		break;
	case 137:
		name_with_target(naming, "redirect to ");
		break;
	case 143:
		text_put(text, "ICMP6, multicast listener report v2, %u group record(s)",
			 parse_u16(at + 6));
		break;
	default:
		text_put(text, "ICMP6, type-#%u", type);
	}
	text_put(text, ", length %u", naming->parse.transport_len);
}

/* A query's version is told by its length and, between 1 and 2, its code. */
static void name_query(struct naming *naming)
{
	u32 offset = naming->parse.transport_offset + 4;
	u8 code = message(naming)[1];
	u32 version = naming->parse.transport_len >= 12 ? 3 : code ? 2 : 1;

	text_put(&naming->text, "igmp query v%u", version);
	if (version == 2 && code != 100)
		text_put(&naming->text, " [max resp time %u]", code);
	if (parse_u32(naming->bytes + offset)) {
		text_put(&naming->text, " [gaddr ");
		name_address(naming, offset, 4);
		text_put(&naming->text, "]");
	}
}

void name_igmp(struct naming *naming)
{
	u32 group = naming->parse.transport_offset + 4;
	const u8 *at = message(naming);
	struct text *text = &naming->text;

	if (!has(naming, MESSAGE_LEN)) {
		text_put(text, "[|igmp]");
		return;
	}
	switch (at[0]) {
	case 0x11:
		name_query(naming);
		break;
	case 0x12:
	case 0x16:
		text_put(text, "igmp v%u report ", at[0] == 0x12 ? 1 : 2);
		name_address(naming, group, 4);
		break;
	case 0x17:
		text_put(text, "igmp leave ");
		name_address(naming, group, 4);
		break;
	case 0x22:
		text_put(text, "igmp v3 report, %u group record(s)", parse_u16(at + 6));
		break;
	default:
		text_put(text, "igmp-%u", at[0]);
	}
}
