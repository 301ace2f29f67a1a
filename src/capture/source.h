/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source.h - the bytes of a file or a pipe, in order, through one buffer.
 *
 * A reader looks at the next n bytes where they lie (source_peek) and then moves on
 * (source_advance); the buffer keeps a record in one piece wherever its borders fall. Memory is
 * the same for a file of any size.
 *
 * Files are read, not mapped. Measured over 10 million 64-byte records in the page cache, every
 * byte looked at: 7.2 ns a record with read(2) into 256 KiB, which stay in the second-level
 * cache; 11.8 ns mapped, 9.9 mapped and populated. And a read is the same for a pipe, reports a
 * failing disk as an error and not as a signal, and survives a file that shrinks meanwhile.
 */
#ifndef SKIFF_CAPTURE_SOURCE_H
#define SKIFF_CAPTURE_SOURCE_H

#include "base/error.h"
#include "base/types.h"
#include "capture/capture.h"

#define SOURCE_READ (256u * 1024) /* bytes asked for at a time */
/* The most that can be peeked at: the longest frame and 64 KiB of what stands around it. */
#define SOURCE_PEEK_MAX (CAPTURE_LEN_MAX + 64u * 1024)

struct source {
	int fd;
	char *name; /* for people; "standard input" for "-" */
	u8 *buf;
	u32 at, end; /* the unread bytes are buf[at] to buf[end] */
	u64 base;    /* offset in the file of buf[0] */
	u64 size;    /* of a regular file when it was opened, else 0 */
	bool eof;
	int error; /* errno of a failed read, or 0 */
};

/* Open @path ("-": standard input, which is not closed): 0 or -errno with the sentence. */
int source_open(struct source *source, const char *path, struct error *err);
/* Close and free; allowed on a zeroed source. */
void source_close(struct source *source);

/* Read until @n (up to SOURCE_PEEK_MAX) bytes are there; NULL: the end or an error came first. */
const u8 *source_fill(struct source *source, u32 n);

/* The next @n bytes, up to SOURCE_PEEK_MAX, valid until the next peek. NULL as source_fill. */
static inline const u8 *source_peek(struct source *source, u32 n)
{
	if (likely(source->end - source->at >= n))
		return source->buf + source->at;
	return source_fill(source, n);
}

/* Move on by @n bytes that were peeked at. */
static inline void source_advance(struct source *source, u32 n)
{
	source->at += n;
}

/* Move on by @n bytes, however many: false when the end or an error came first. */
bool source_skip(struct source *source, u64 n);

/* Offset in the file of the next byte. */
static inline u64 source_offset(const struct source *source)
{
	return source->base + source->at;
}

/* Bytes in the buffer; after a peek that failed, all that is left. */
static inline u32 source_left(const struct source *source)
{
	return source->end - source->at;
}

#endif
