/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name_part.h - what the files that name packets share: name.c the layers up to UDP and TCP,
 * name_icmp.c the messages of ICMP, ICMPv6 and IGMP.
 */
#ifndef SKIFF_REPORT_NAME_PART_H
#define SKIFF_REPORT_NAME_PART_H

#include "report/text.h"
#include "skb/parse.h"

struct naming {
	struct text text;
	const u8 *bytes;
	u32 len;      /* bytes there are */
	u32 wire_len; /* bytes there were */
	struct parse parse;
};

/* @n bytes at @at are there. */
static inline bool name_has(const struct naming *naming, u32 at, u32 n)
{
	return at <= naming->len && naming->len - at >= n;
}

/* The address of @len (4 or 16) bytes at offset @at, which are there. */
void name_address(struct naming *naming, u32 at, u32 len);

/* The message at parse.transport_offset, of which type, code and checksum are there. */
void name_icmp(struct naming *naming);
void name_icmpv6(struct naming *naming);
void name_igmp(struct naming *naming);

#endif
