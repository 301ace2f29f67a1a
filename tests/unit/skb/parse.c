/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the headers of a frame are. What is cut off or wrong is tested by its name, report/name.c.
 */
#include "tap.h"

#include <netinet/in.h>

#include "skb/parse.h"

TEST(tagged_tcp)
{
	static const u8 frame[] = {
		2,    0,    0,	 0, 0,	2,    2, 0,    0,  0, 0, 1,    0x88, 0xa8, 0,	 200,  0x81,
		0x00, 0x60, 100, 8, 0,	0x46, 0, 0,    44, 0, 0, 0x40, 0,    64,   6,	 0,    0,
		10,   0,    0,	 1, 10, 0,    0, 2,    1,  1, 1, 0,    0,    80,   0x30, 0x39, 0,
		0,    0,    1,	 0, 0,	0,    2, 0x50, 2,  0, 0, 0,    0,    0,	   0,
	};
	struct parse parse;

	parse_frame(&parse, frame, sizeof(frame), PARSE_ETHERNET);
	EQ(parse.cut, PARSE_WHOLE);
	OK(parse.has_ethernet);
	EQ(parse.tag_cnt, 2);
	EQ(parse.tags[0].protocol, 0x88a8);
	EQ(parse.tags[0].tci, 200);
	EQ(parse.tags[1].protocol, 0x8100);
	EQ(parse.tags[1].tci, 3 << 13 | 100);
	EQ(parse.ethertype, 0x800);
	EQ(parse.network, PARSE_IPV4);
	EQ(parse.network_offset, 22);
	EQ(parse.network_len, 44);
	EQ(parse.version, 4);
	EQ(parse.source, 34);
	EQ(parse.target, 38);
	EQ(parse.address_len, 4);
	OK(!parse.fragment);
	EQ(parse.protocol, IPPROTO_TCP);
	EQ(parse.transport_offset, 46);
	EQ(parse.transport_len, 20);
	EQ(parse.source_port, 80);
	EQ(parse.target_port, 12345);
	EQ(parse_u32(frame + parse.transport_offset + 4), 1);
}

TEST(ipv6_behind_extensions)
{
	static const u8 packet[40 + 8 + 8 + 8] = {
		0x60,
		0,
		0,
		0,
		0,
		24,
		IPPROTO_HOPOPTS,
		64,
		[40] = IPPROTO_FRAGMENT,
		0,
		[48] = IPPROTO_UDP,
		0,
		0,
		1,
		[56] = 0,
		53,
		0,
		54,
		0,
		8,
	};
	struct parse parse;

	parse_frame(&parse, packet, sizeof(packet), PARSE_IP);
	EQ(parse.cut, PARSE_WHOLE);
	OK(!parse.has_ethernet);
	EQ(parse.ethertype, 0x86dd);
	EQ(parse.network, PARSE_IPV6);
	EQ(parse.network_offset, 0);
	EQ(parse.network_len, 64);
	EQ(parse.source, 8);
	EQ(parse.target, 24);
	EQ(parse.address_len, 16);
	OK(parse.has_hop_by_hop);
	OK(parse.fragment);
	EQ(parse.fragment_offset, 0);
	EQ(parse.protocol, IPPROTO_UDP);
	EQ(parse.transport_offset, 56);
	EQ(parse.transport_len, 8);
	EQ(parse.source_port, 53);
	EQ(parse.target_port, 54);
}

TEST(later_fragment_has_no_transport)
{
	static const u8 packet[] = {0x45, 0, 0,	 28, 0, 0, 0x20, 13, 64, 17, 0, 0, 10, 0,
				    0,	  1, 10, 0,  0, 2, 9,	 9,  9,	 9,  9, 9, 9,  9};
	struct parse parse;

	parse_frame(&parse, packet, sizeof(packet), PARSE_IP);
	EQ(parse.cut, PARSE_WHOLE);
	OK(parse.fragment);
	EQ(parse.fragment_offset, 104);
	EQ(parse.transport_offset, 0);
	EQ(parse.transport_len, 8);
	EQ(parse.source_port, 0);
}

TEST(arp)
{
	static const u8 frame[60] = {[12] = 8, 6, 0, 1, 8, 0, 6, 4, 0, 1};
	struct parse parse;

	parse_frame(&parse, frame, sizeof(frame), PARSE_ETHERNET);
	EQ(parse.cut, PARSE_WHOLE);
	EQ(parse.network, PARSE_ARP);
	EQ(parse.network_offset, 14);
	EQ(parse.network_len, 46);
	parse_frame(&parse, frame, 41, PARSE_ETHERNET);
	EQ(parse.cut, PARSE_CUT_NETWORK);
}

TAP_MAIN()
