/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture.h - files of frames: reading pcap and pcapng, writing both.
 *
 * Reading is streamed and bounded in memory; "-" is standard input. pcap (both byte orders,
 * micro- and nanoseconds) and pcapng (sections, interfaces, enhanced, simple and obsolete packet
 * blocks, if_tsresol, if_tsoffset) are read here; any other format is left to libpcap.
 * Nothing that was written is lost silently: every write and the close report -errno.
 */
#ifndef SKIFF_CAPTURE_CAPTURE_H
#define SKIFF_CAPTURE_CAPTURE_H

#include "base/error.h"
#include "base/types.h"

#define CAPTURE_LEN_MAX (256 * 1024) /* bytes; a record that claims more is an error */

/* LINKTYPE_* of https://www.tcpdump.org/linktypes.html that skiff knows what to do with. */
enum {
	LINKTYPE_ETHERNET = 1,
	LINKTYPE_RAW = 101,
	LINKTYPE_LINUX_SLL = 113,
	LINKTYPE_IPV4 = 228,
	LINKTYPE_IPV6 = 229,
};

struct capture_frame {
	u64 time;	 /* ns since the epoch; 0 when the record has none */
	const u8 *bytes; /* valid until the next read */
	u32 len;	 /* bytes captured */
	u32 wire_len;	 /* bytes the frame had */
	u32 linktype;
	u64 number; /* from 1, as tshark counts */
};

struct capture_reader;

/*
 * Open @path ("-": standard input). 0 and *@reader, or -errno with the sentence: cannot be
 * opened, empty or not a capture or cut off inside its header (-EBADMSG).
 */
int capture_open(const char *path, struct capture_reader **reader, struct error *err);
/*
 * The next frame: 1 and @frame filled, 0 at the end, or -errno with the sentence (-EBADMSG: cut
 * off in the middle of a record, a block that contradicts itself; or the read's own error, -EINTR
 * if a handled signal came while it waited) naming file and byte offset. Every frame before the
 * damage is given; after it, each call says it again.
 */
int capture_read(struct capture_reader *reader, struct capture_frame *frame, struct error *err);
void capture_close(struct capture_reader *reader); /* NULL is allowed */
/* Is @path the very file that is being read? Whoever writes there destroys it. */
bool capture_reads(const struct capture_reader *reader, const char *path);
/* Bytes read so far and, when known, the file's size (0: unknown); for progress. */
void capture_progress(const struct capture_reader *reader, u64 *done, u64 *size);

struct capture_writer;

enum capture_direction {
	CAPTURE_UNKNOWN,
	CAPTURE_INBOUND,  /* pcapng packet flags 01: up to the host */
	CAPTURE_OUTBOUND, /* pcapng packet flags 10: out on the wire */
};

struct capture_interface {
	const char *name;
	const char *description; /* NULL: none */
	u32 linktype;
	u8 mac[6];
	bool has_mac;
	bool optional; /* a .pcap of another link type goes without it; then a frame of it is an
			  error */
};

struct capture_packet {
	u64 time;      /* ns since the epoch */
	u32 interface; /* index into the interfaces given to capture_create */
	enum capture_direction direction;
	const u8 *bytes;
	u32 len;
	const char *comment; /* NULL: none */
};

/*
 * Create @path. Its name decides the form: ".pcapng" pcapng with one interface a device and
 * directions and comments; ".pcap" (or ".cap") frames alone, one link type for all; "-" pcapng on
 * standard output, and likewise an existing pipe or device of any other name; a name ending in "/"
 * (made if need be) or an existing folder: one pcap file an interface, NAME.pcap. An existing file
 * is overwritten, so let it not be one that is being read.
 * 0 and *@writer, or -errno: @err says what cannot be done (no such ending, several link types in
 * one .pcap, not writable). The interfaces are not needed after the call.
 */
int capture_create(const char *path, const struct capture_interface *interfaces, u32 cnt,
		   struct capture_writer **writer, struct error *err);
/*
 * Write one frame: 0, or -errno with the sentence (disk full; -EPIPE when the reader of a pipe went
 * away and SIGPIPE is ignored; -EMSGSIZE longer than CAPTURE_LEN_MAX). Buffered, so a failure may
 * come with a later frame or with capture_finish; after the first, each call says it again.
 */
int capture_write(struct capture_writer *writer, const struct capture_packet *packet,
		  struct error *err);
/* Directions and comments are kept: the form is pcapng. */
bool capture_keeps_comments(const struct capture_writer *writer);
/*
 * Write out what is buffered and close: the last chance to learn of a full disk. 0, or -errno with
 * the sentence of the first failure of all. Always frees.
 */
int capture_finish(struct capture_writer *writer, struct error *err);

#endif
