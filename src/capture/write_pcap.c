/* SPDX-License-Identifier: BSD-2-Clause */
/* write_pcap.c - the classic format, version 2.4, in nanoseconds. Read back by read_pcap.c. */
#include "capture/write.h"

#include <errno.h>
#include <string.h>

#define TIME_END (BIT_ULL(32) * 1000000000) /* ns; the seconds have 32 bits */

struct file_header {
	u32 magic;
	u16 major, minor;
	u32 reserved[2];
	u32 snaplen;
	u32 linktype;
};
_Static_assert(sizeof(struct file_header) == PCAP_FILE_HEADER, "the format's");

struct record_header {
	u32 seconds, nanoseconds;
	u32 len, wire_len;
};
_Static_assert(sizeof(struct record_header) == PCAP_RECORD_HEADER, "the format's");

int write_pcap_header(struct sink *sink, u32 linktype, struct error *err)
{
	struct file_header header = {
		.magic = PCAP_MAGIC_NS,
		.major = 2,
		.minor = 4,
		.snaplen = CAPTURE_LEN_MAX,
		.linktype = linktype,
	};

	return sink_put(sink, &header, sizeof(header), err);
}

int write_pcap_frame(struct sink *sink, const struct capture_packet *packet, struct error *err)
{
	struct record_header header = {
		.seconds = (u32)(packet->time / 1000000000),
		.nanoseconds = (u32)(packet->time % 1000000000),
		.len = packet->len,
		.wire_len = packet->len,
	};
	u8 *room;
	int code;

	if (unlikely(packet->time >= TIME_END))
		return error_set(err, -ERANGE,
				 "%s: a frame's time is after 2106, more than a .pcap can tell; "
				 "write a .pcapng",
				 sink->name);
	room = sink_room(sink, sizeof(header) + packet->len);
	if (likely(room)) {
		memcpy(room, &header, sizeof(header));
		memcpy(room + sizeof(header), packet->bytes, packet->len);
		return 0;
	}
	code = sink_put(sink, &header, sizeof(header), err);
	return code ? code : sink_put(sink, packet->bytes, packet->len, err);
}
