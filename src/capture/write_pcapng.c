/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * write_pcapng.c - pcapng: one section, one description block an interface (name, description,
 * address, nanoseconds), one enhanced packet block a frame with its direction and comment.
 * Read back by read_pcapng.c. Mirrors draft-ietf-opsawg-pcapng.
 */
#include "capture/write.h"

#include <string.h>

#define OPTION_LEN_MAX 65532u /* bytes of an option's value that stay below 2^16 when padded */

static u32 option_size(u32 len)
{
	return 4 + ALIGN_UP(len, 4);
}

/* A text as an option holds it: without its NUL, and cut between two characters if it must. */
static u32 text_len(const char *text)
{
	u32 len = (u32)strnlen(text, OPTION_LEN_MAX + 1);

	if (len <= OPTION_LEN_MAX)
		return len;
	/* Back from inside a UTF-8 sequence, which has at most three bytes behind its first. */
	for (len = OPTION_LEN_MAX; len > OPTION_LEN_MAX - 3; len--) {
		if (((u8)text[len] & 0xc0) != 0x80)
			break;
	}
	return len;
}

static int put_option(struct sink *sink, u16 code, const void *value, u32 len, struct error *err)
{
	const u16 head[2] = {code, (u16)len};
	int result = sink_put(sink, head, sizeof(head), err);

	if (!result)
		result = sink_put(sink, value, len, err);
	if (!result)
		result = sink_put(sink, "\0\0\0", ALIGN_UP(len, 4) - len, err);
	return result;
}

/* The options' end, then the block's length again. */
static int put_tail(struct sink *sink, u32 block_len, struct error *err)
{
	const u32 tail[2] = {OPTION_END, block_len};

	return sink_put(sink, tail, sizeof(tail), err);
}

static int put_section(struct sink *sink, struct error *err)
{
	static const char application[] = "skiff";
	struct {
		u32 type, len, byte_order;
		u16 major, minor;
		s64 section_len; /* -1: not known */
	} header = {BLOCK_SECTION, 0, PCAPNG_BYTE_ORDER, 1, 0, -1};
	int code;

	header.len = sizeof(header) + option_size(sizeof(application) - 1) + 8;
	code = sink_put(sink, &header, sizeof(header), err);
	if (!code)
		code = put_option(sink, SECTION_APPLICATION, application, sizeof(application) - 1,
				  err);
	return code ? code : put_tail(sink, header.len, err);
}

static int put_interface(struct sink *sink, const struct capture_interface *interface,
			 struct error *err)
{
	static const u8 nanoseconds = 9; /* 10^-9 s */
	u32 name_len = text_len(interface->name);
	u32 description_len = interface->description ? text_len(interface->description) : 0;
	struct {
		u32 type, len;
		u16 linktype, reserved;
		u32 snaplen;
	} header = {
		.type = BLOCK_INTERFACE,
		.linktype = (u16)interface->linktype,
		.snaplen = CAPTURE_LEN_MAX,
	};
	int code;

	header.len = sizeof(header) + option_size(name_len) + option_size(sizeof(nanoseconds)) + 8;
	if (description_len)
		header.len += option_size(description_len);
	if (interface->has_mac)
		header.len += option_size(sizeof(interface->mac));

	code = sink_put(sink, &header, sizeof(header), err);
	if (!code)
		code = put_option(sink, INTERFACE_NAME, interface->name, name_len, err);
	if (!code && description_len)
		code = put_option(sink, INTERFACE_DESCRIPTION, interface->description,
				  description_len, err);
	if (!code && interface->has_mac)
		code = put_option(sink, INTERFACE_MAC, interface->mac, sizeof(interface->mac), err);
	if (!code)
		code = put_option(sink, INTERFACE_TSRESOL, &nanoseconds, sizeof(nanoseconds), err);
	return code ? code : put_tail(sink, header.len, err);
}

int write_pcapng_header(struct sink *sink, const struct capture_interface *interfaces, u32 cnt,
			struct error *err)
{
	int code = put_section(sink, err);

	for (u32 i = 0; !code && i < cnt; i++)
		code = put_interface(sink, &interfaces[i], err);
	return code;
}

struct frame_header {
	u32 type, block_len;
	u32 interface;
	u32 time_high, time_low;
	u32 len, wire_len;
};
_Static_assert(sizeof(struct frame_header) == 28, "the format's");

/* epb_flags: the two low bits are the direction. */
struct frame_flags {
	u16 code, len;
	u32 flags;
};
_Static_assert(sizeof(struct frame_flags) == 8, "the format's");

static u32 direction_flags(enum capture_direction direction)
{
	switch (direction) {
	case CAPTURE_UNKNOWN:
		return 0;
	case CAPTURE_INBOUND:
		return 1;
	case CAPTURE_OUTBOUND:
		return 2;
	}
	return 0;
}

int write_pcapng_frame(struct sink *sink, const struct capture_packet *packet, struct error *err)
{
	struct frame_header header = {
		.type = BLOCK_ENHANCED,
		.interface = packet->interface,
		.time_high = (u32)(packet->time >> 32),
		.time_low = (u32)packet->time,
		.len = packet->len,
		.wire_len = packet->len,
	};
	struct frame_flags flags = {ENHANCED_FLAGS, 4, direction_flags(packet->direction)};
	u32 padding = ALIGN_UP(packet->len, 4) - packet->len;
	u32 comment_len = packet->comment ? text_len(packet->comment) : 0;
	u8 *room;
	int code;

	header.block_len = sizeof(header) + packet->len + padding + sizeof(flags) + 8;
	if (comment_len)
		header.block_len += option_size(comment_len);

	/* Nearly every frame: no comment, and it fits. */
	room = comment_len ? NULL : sink_room(sink, header.block_len);
	if (likely(room)) {
		const u32 tail[2] = {OPTION_END, header.block_len};

		memcpy(room, &header, sizeof(header));
		room += sizeof(header);
		memcpy(room, packet->bytes, packet->len);
		room += packet->len;
		memset(room, 0, padding);
		room += padding;
		memcpy(room, &flags, sizeof(flags));
		memcpy(room + sizeof(flags), tail, sizeof(tail));
		return 0;
	}

	code = sink_put(sink, &header, sizeof(header), err);
	if (!code)
		code = sink_put(sink, packet->bytes, packet->len, err);
	if (!code)
		code = sink_put(sink, "\0\0\0", padding, err);
	if (!code)
		code = sink_put(sink, &flags, sizeof(flags), err);
	if (!code && comment_len)
		code = put_option(sink, OPTION_COMMENT, packet->comment, comment_len, err);
	return code ? code : put_tail(sink, header.block_len, err);
}
