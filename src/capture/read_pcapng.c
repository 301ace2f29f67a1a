/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read_pcapng.c - pcapng: a file of blocks, each of which says its type and its length twice.
 *
 * Sections (a byte order of their own, interfaces from 0 again), interfaces with if_tsresol and
 * if_tsoffset, and the three blocks that hold frames: enhanced, simple, and the obsolete one. All
 * other blocks are skipped, however long, without being kept in memory. A frame longer than its
 * interface's snapshot length is taken whole, as in read_pcap.c. Mirrors
 * draft-ietf-opsawg-pcapng.
 */
#include "capture/read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACES_MAX 65536u /* of one section; bounds the memory a hostile file can ask for */
#define NS_PER_S       1000000000ull

/* A whole block in the buffer. */
struct block {
	u64 offset; /* in the file */
	u32 type;
	u32 body_len;
	const u8 *body; /* between the two lengths */
};

static u64 read_u64(const struct capture_reader *reader, const u8 *at)
{
	u64 value;

	memcpy(&value, at, sizeof(value));
	return reader->swapped ? __builtin_bswap64(value) : value;
}

/* A section begins: learn its byte order, without which its length means nothing. */
static int section_order(struct capture_reader *reader, struct error *err)
{
	struct source *source = &reader->source;
	const u8 *header = source_peek(source, PCAPNG_BLOCK_MIN);
	u32 magic;

	if (!header)
		return read_cut(reader, source_offset(source), "a section header block", err);
	memcpy(&magic, header + 8, sizeof(magic));
	reader->swapped = magic != PCAPNG_BYTE_ORDER;
	if (reader->swapped && magic != __builtin_bswap32(PCAPNG_BYTE_ORDER))
		return read_damaged(reader, source_offset(source), err,
				    "a section begins without its byte-order magic (0x%08x)",
				    magic);
	return 0;
}

/*
 * The next block of a type that matters, others skipped: 1, 0 at the end, or -errno. The source
 * stands behind the block, whose bytes stay until the next peek.
 */
static int block_next(struct capture_reader *reader, struct block *block, struct error *err)
{
	struct source *source = &reader->source;
	const u8 *head, *tail;
	u32 len;
	int code;

again:
	head = source_peek(source, 8);
	block->offset = source_offset(source);
	if (!head) {
		if (source_left(source) == 0 && !source->error)
			return 0;
		return read_cut(reader, block->offset, "the header of a block", err);
	}
	block->type = read_u32(reader, head);
	if (block->type == BLOCK_SECTION) {
		code = section_order(reader, err);
		if (code)
			return code;
		head = source->buf + source->at;
	}
	len = read_u32(reader, head + 4);
	if (len < PCAPNG_BLOCK_MIN || len % 4)
		return read_damaged(
			reader, block->offset, err,
			"the block (type 0x%08x) claims a length of %u bytes; it must be "
			"12 or more, and a multiple of 4",
			block->type, len);

	switch (block->type) {
	case BLOCK_SECTION:
	case BLOCK_INTERFACE:
	case BLOCK_PACKET:
	case BLOCK_SIMPLE:
	case BLOCK_ENHANCED:
		break;
	default:
		if (!source_skip(source, len - 4) || !(tail = source_peek(source, 4)))
			goto cut;
		if (read_u32(reader, tail) != len)
			goto contradiction;
		source_advance(source, 4);
		goto again;
	}

	if (len > SOURCE_PEEK_MAX)
		return read_damaged(
			reader, block->offset, err,
			"the block (type 0x%08x) claims a length of %u bytes, more than "
			"any block with one frame of up to %u needs",
			block->type, len, CAPTURE_LEN_MAX);
	head = source_peek(source, len);
	if (!head)
		goto cut;
	tail = head + len - 4;
	if (read_u32(reader, tail) != len)
		goto contradiction;
	block->body = head + 8;
	block->body_len = len - PCAPNG_BLOCK_MIN;
	source_advance(source, len);
	return 1;

cut:
	if (source->error)
		return read_cut(reader, block->offset, "", err);
	return read_damaged(
		reader, block->offset, err,
		"the block (type 0x%08x, %u bytes long) is cut off: the file ends at byte "
		"%llu",
		block->type, len, (unsigned long long)(source->base + source->end));
contradiction:
	return read_damaged(reader, block->offset, err,
			    "the block (type 0x%08x) contradicts itself: its length is %u at its "
			    "beginning and %u at its end",
			    block->type, len, read_u32(reader, tail));
}

static int section_begin(struct capture_reader *reader, const struct block *block,
			 struct error *err)
{
	u16 major, minor;

	if (block->body_len < 16)
		return read_damaged(reader, block->offset, err,
				    "the section header block is too short: %u bytes",
				    block->body_len + PCAPNG_BLOCK_MIN);
	major = read_u16(reader, block->body + 4);
	minor = read_u16(reader, block->body + 6);
	if (major != 1 || (minor != 0 && minor != 2))
		return read_damaged(reader, block->offset, err,
				    "the section is of pcapng version %u.%u; 1.0 is what is known",
				    major, minor);
	reader->interface_cnt = 0;
	return 0;
}

/* if_tsresol: a power of ten, or with the high bit a power of two, of which a second has 1. */
static int interface_resolution(const struct capture_reader *reader, const struct block *block,
				struct read_interface *interface, u8 resol, struct error *err)
{
	u32 power = resol & 0x7f;

	*interface = (struct read_interface){.linktype = interface->linktype,
					     .snaplen = interface->snaplen,
					     .offset = interface->offset,
					     .mul = 1,
					     .div = 1};
	if (resol & 0x80) {
		if (power > 63)
			goto too_fine;
		interface->mul = NS_PER_S;
		interface->shift = power;
		return 0;
	}
	if (power > 19)
		goto too_fine;
	for (; power < 9; power++)
		interface->mul *= 10;
	for (; power > 9; power--)
		interface->div *= 10;
	return 0;

too_fine:
	return read_damaged(
		reader, block->offset, err,
		"the interface's timestamps are in units of %s^-%u s, finer than 64 bits "
		"can count",
		resol & 0x80 ? "2" : "10", power);
}

static int interface_options(const struct capture_reader *reader, const struct block *block,
			     struct read_interface *interface, struct error *err)
{
	const u8 *at = block->body + 8, *end = block->body + block->body_len;

	while (end - at >= 4) {
		u32 code = read_u16(reader, at), len = read_u16(reader, at + 2);
		int result = 0;

		if (code == OPTION_END)
			break;
		at += 4;
		if ((size_t)(end - at) < ALIGN_UP(len, 4))
			return read_damaged(
				reader, block->offset, err,
				"option %u of the interface claims %u bytes, more than its "
				"block has",
				code, len);
		if (code == INTERFACE_TSRESOL && len == 1)
			result = interface_resolution(reader, block, interface, *at, err);
		else if (code == INTERFACE_TSOFFSET && len == 8)
			interface->offset = (s64)read_u64(reader, at);
		if (result)
			return result;
		at += ALIGN_UP(len, 4);
	}
	return 0;
}

static int interface_add(struct capture_reader *reader, const struct block *block,
			 struct error *err)
{
	struct read_interface *interface;
	int code;

	if (block->body_len < 8)
		return read_damaged(reader, block->offset, err,
				    "the interface description block is too short: %u bytes",
				    block->body_len + PCAPNG_BLOCK_MIN);
	if (reader->interface_cnt == INTERFACES_MAX)
		return read_damaged(reader, block->offset, err,
				    "the section describes more than %u interfaces",
				    INTERFACES_MAX);
	if (reader->interface_cnt == reader->interface_room) {
		u32 room = reader->interface_room ? reader->interface_room * 2 : 8;
		void *more = reallocarray(reader->interfaces, room, sizeof(*interface));

		if (!more)
			return error_set(err, -ENOMEM, "no memory to read %s", reader->source.name);
		reader->interfaces = more;
		reader->interface_room = room;
	}
	interface = &reader->interfaces[reader->interface_cnt];
	*interface = (struct read_interface){.linktype = read_u16(reader, block->body),
					     .snaplen = read_u32(reader, block->body + 4)};
	code = interface_resolution(reader, block, interface, 6, err);
	if (!code)
		code = interface_options(reader, block, interface, err);
	if (!code)
		reader->interface_cnt++;
	return code;
}

/* The interface a frame names, or NULL with the sentence. */
static const struct read_interface *frame_interface(const struct capture_reader *reader,
						    const struct block *block, u32 number,
						    struct error *err)
{
	if (likely(number < reader->interface_cnt))
		return &reader->interfaces[number];
	read_damaged(reader, block->offset, err,
		     "the frame is of interface %u, but its section has described %u so far",
		     number, reader->interface_cnt);
	return NULL;
}

/* A timestamp in the interface's units as ns since the epoch. */
static int frame_time(const struct capture_reader *reader, const struct block *block,
		      const struct read_interface *interface, const u8 *at, u64 *time,
		      struct error *err)
{
	u64 units = (u64)read_u32(reader, at) << 32 | read_u32(reader, at + 4);
	__int128 ns;

	if (interface->div == 1 && interface->mul == 1 && !interface->shift && !interface->offset) {
		*time = units;
		return 0;
	}
	/* At most 2^64 * 10^9 and 2^63 * 10^9: well inside 127 bits. */
	ns = ((__int128)units * interface->mul / interface->div) >> interface->shift;
	ns += (__int128)interface->offset * (s64)NS_PER_S;
	if (ns < 0 || ns >> 64)
		return read_damaged(reader, block->offset, err, "the frame's time is %s",
				    ns < 0 ? "before 1970" : "after 2554");
	*time = (u64)ns;
	return 0;
}

/* @len bytes behind @fixed bytes of the body; the room they have was written by the file. */
static int frame_bytes(const struct capture_reader *reader, const struct block *block, u32 fixed,
		       u32 len, u32 wire_len, struct capture_frame *frame, struct error *err)
{
	if (len > CAPTURE_LEN_MAX)
		return read_damaged(reader, block->offset, err,
				    "the block claims %u captured bytes, more than %u", len,
				    CAPTURE_LEN_MAX);
	if (len > block->body_len - fixed)
		return read_damaged(reader, block->offset, err,
				    "the block claims %u captured bytes but has room for %u", len,
				    block->body_len - fixed);
	if (len > wire_len)
		return read_damaged(reader, block->offset, err,
				    "the block claims %u captured bytes of a frame of %u", len,
				    wire_len);
	frame->bytes = block->body + fixed;
	frame->len = len;
	frame->wire_len = wire_len;
	return 1;
}

/* Enhanced and obsolete packet blocks differ only in how wide the interface's number is. */
static int frame_timed(const struct capture_reader *reader, const struct block *block,
		       struct capture_frame *frame, struct error *err)
{
	const struct read_interface *interface;
	const u8 *body = block->body;
	u32 number;
	int code;

	if (block->body_len < 20)
		return read_damaged(reader, block->offset, err,
				    "the packet block is too short: %u bytes",
				    block->body_len + PCAPNG_BLOCK_MIN);
	number = block->type == BLOCK_ENHANCED ? read_u32(reader, body) : read_u16(reader, body);
	interface = frame_interface(reader, block, number, err);
	if (!interface)
		return -EBADMSG;
	code = frame_time(reader, block, interface, body + 4, &frame->time, err);
	if (code)
		return code;
	frame->linktype = interface->linktype;
	return frame_bytes(reader, block, 20, read_u32(reader, body + 12),
			   read_u32(reader, body + 16), frame, err);
}

/* A simple packet block has no time, belongs to interface 0, and is cut at its snaplen. */
static int frame_simple(const struct capture_reader *reader, const struct block *block,
			struct capture_frame *frame, struct error *err)
{
	const struct read_interface *interface;
	u32 wire_len, len;

	if (block->body_len < 4)
		return read_damaged(reader, block->offset, err,
				    "the simple packet block is too short: %u bytes",
				    block->body_len + PCAPNG_BLOCK_MIN);
	interface = frame_interface(reader, block, 0, err);
	if (!interface)
		return -EBADMSG;
	wire_len = read_u32(reader, block->body);
	len = interface->snaplen ? min(wire_len, interface->snaplen) : wire_len;
	frame->time = 0;
	frame->linktype = interface->linktype;
	return frame_bytes(reader, block, 4, len, wire_len, frame, err);
}

static int next(struct capture_reader *reader, struct capture_frame *frame, struct error *err)
{
	struct block block;
	int code;

	while ((code = block_next(reader, &block, err)) > 0) {
		switch (block.type) {
		case BLOCK_ENHANCED:
		case BLOCK_PACKET:
			return frame_timed(reader, &block, frame, err);
		case BLOCK_SIMPLE:
			return frame_simple(reader, &block, frame, err);
		case BLOCK_INTERFACE:
			code = interface_add(reader, &block, err);
			break;
		default: /* BLOCK_SECTION: block_next lets no other through */
			code = section_begin(reader, &block, err);
		}
		if (code)
			return code;
	}
	return code;
}

int read_pcapng_open(struct capture_reader *reader, struct error *err)
{
	struct block block;
	int code = block_next(reader, &block, err);

	if (code < 0)
		return code;
	reader->next = next;
	return section_begin(reader, &block, err); /* the magic said that there is one */
}
