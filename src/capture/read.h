/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read.h - what the formats that can be read share: a reader is a source of bytes and the
 * function that takes the next frame out of it.
 *
 * read.c looks at the first bytes of the file and picks the format; read_pcap.c and read_pcapng.c
 * are skiff's own, read_other.c hands the bytes to libpcap.
 */
#ifndef SKIFF_CAPTURE_READ_H
#define SKIFF_CAPTURE_READ_H

#include "capture/capture.h"
#include "capture/format.h"
#include "capture/source.h"

/* An interface of a pcapng section; how its timestamps become ns: ts * mul / div >> shift. */
struct read_interface {
	u32 linktype;
	u32 snaplen; /* 0: no limit */
	u64 mul;
	u64 div;
	u32 shift;
	s64 offset; /* seconds to add */
};

struct capture_reader {
	struct source source;
	/* As capture_read, but for a reader that has not failed yet. */
	int (*next)(struct capture_reader *reader, struct capture_frame *frame, struct error *err);
	bool swapped; /* the file's byte order is not this machine's */
	u64 frames;   /* read so far */
	int failed;   /* what the last read returned when it failed, and */
	struct error why;

	u32 linktype; /* pcap, libpcap */
	u32 tick;     /* pcap: ns in a unit of the timestamp's fraction */

	struct read_interface *interfaces; /* pcapng: of the present section */
	u32 interface_cnt, interface_room;

	void *pcap; /* libpcap's */
};

/* Each is given a reader whose source has not been moved: 0 or -errno with the sentence. */
int read_pcap_open(struct capture_reader *reader, struct error *err);
int read_pcapng_open(struct capture_reader *reader, struct error *err);
int read_other_open(struct capture_reader *reader, struct error *err);
void read_other_close(struct capture_reader *reader);

/*
 * "NAME: byte OFFSET: <fmt>", and which frames before it are whole. @offset counts from the
 * file's beginning. Returns -EBADMSG.
 */
int read_damaged(const struct capture_reader *reader, u64 offset, struct error *err,
		 const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The source has ended, or failed, in the middle of @what, which begins at @offset. */
int read_cut(const struct capture_reader *reader, u64 offset, const char *what, struct error *err);

static inline u16 read_u16(const struct capture_reader *reader, const u8 *at)
{
	u16 value;

	__builtin_memcpy(&value, at, sizeof(value));
	return reader->swapped ? __builtin_bswap16(value) : value;
}

static inline u32 read_u32(const struct capture_reader *reader, const u8 *at)
{
	u32 value;

	__builtin_memcpy(&value, at, sizeof(value));
	return reader->swapped ? __builtin_bswap32(value) : value;
}

#endif
