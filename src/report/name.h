/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * name.h - one line that names a packet, in tcpdump's manner:
 *
 *     IP 10.0.0.1.53124 > 10.0.0.2.53: UDP, length 64
 *     vlan 100, p 3, ARP, Request who-has 10.0.0.2 tell 10.0.0.1, length 28
 *
 * As tcpdump -ntS prints it, with these differences. Shorter: no TCP options, and nothing of what
 * UDP and TCP carry. Longer: VLAN tags are named, and fragments of IPv4 as those of IPv6 are
 * ("frag (OFFSET|LENGTH)"). Protocols other than ARP, TCP, UDP, ICMP, ICMPv6 and IGMP are only
 * named: "GRE, length 20", "ip-proto-253, length 20", or by their ethertype.
 */
#ifndef SKIFF_REPORT_NAME_H
#define SKIFF_REPORT_NAME_H

#include "base/types.h"
#include "skb/parse.h"
#include "skb/skb.h"

#define NAME_MAX_LEN 256 /* bytes that hold any name, with its NUL */

/*
 * Write the name of the frame of @len bytes at @bytes, @wire_len long before a capture cut it, to
 * @name (cut to @size).
 */
void name_frame(char *name, size_t size, const u8 *bytes, u32 len, u32 wire_len,
		enum parse_start start);

/*
 * Write the name of @skb as it is now, with a tag that it has outside its bytes. Before its headers
 * are found, @start says what it begins with.
 */
void name_skb(char *name, size_t size, const struct skb *skb, enum parse_start start);

#endif
