/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read_pcap.c - the classic format: a header of 24 bytes, then records of 16 bytes and the frame.
 *
 * Version 2.4 in both byte orders, with micro- or nanoseconds. Older versions order the lengths of
 * a record differently; they and the vendors' variants are left to libpcap. A record that is
 * longer than the header's snapshot length is taken whole, since the bytes are there (writers
 * that merge segments make them); one that holds more bytes than its frame had is damage.
 * Mirrors draft-ietf-opsawg-pcap.
 */
#include "capture/read.h"

#include <errno.h>
#include <string.h>

#define LINKTYPE_MASK 0x03ffffffu /* above: the length of a frame check sequence */

static int next(struct capture_reader *reader, struct capture_frame *frame, struct error *err)
{
	struct source *source = &reader->source;
	const u8 *record = source_peek(source, PCAP_RECORD_HEADER);
	u32 len, wire_len;

	if (unlikely(!record)) {
		if (source_left(source) == 0 && !source->error)
			return 0;
		return read_cut(reader, source_offset(source), "the header of a record", err);
	}
	len = read_u32(reader, record + 8);
	wire_len = read_u32(reader, record + 12);
	if (unlikely(len > CAPTURE_LEN_MAX))
		return read_damaged(reader, source_offset(source), err,
				    "the record claims %u captured bytes, more than %u", len,
				    CAPTURE_LEN_MAX);
	if (unlikely(len > wire_len))
		return read_damaged(reader, source_offset(source), err,
				    "the record claims %u captured bytes of a frame of %u", len,
				    wire_len);
	record = source_peek(source, PCAP_RECORD_HEADER + len);
	if (unlikely(!record))
		return read_cut(reader, source_offset(source), "a record", err);

	frame->time = read_u32(reader, record) * 1000000000ull +
		      (u64)read_u32(reader, record + 4) * reader->tick;
	frame->bytes = record + PCAP_RECORD_HEADER;
	frame->len = len;
	frame->wire_len = wire_len;
	frame->linktype = reader->linktype;
	source_advance(source, PCAP_RECORD_HEADER + len);
	return 1;
}

int read_pcap_open(struct capture_reader *reader, struct error *err)
{
	struct source *source = &reader->source;
	const u8 *header = source_peek(source, PCAP_FILE_HEADER);

	if (!header)
		return read_cut(reader, 0, "the file header", err);
	if (read_u16(reader, header + 4) != 2 || read_u16(reader, header + 6) != 4)
		return read_other_open(reader, err);

	reader->tick = read_u32(reader, header) == PCAP_MAGIC_NS ? 1 : 1000;
	reader->linktype = read_u32(reader, header + 20) & LINKTYPE_MASK;
	reader->next = next;
	source_advance(source, PCAP_FILE_HEADER);
	return 0;
}
