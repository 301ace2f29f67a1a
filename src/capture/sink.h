/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sink.h - the bytes of a file or a pipe that is written, through one buffer.
 *
 * Every write is checked, and the first failure is kept: from then on each call, the last one
 * included, fails with the same sentence, so that a full disk or a reader that went away cannot be
 * overlooked. (Whoever writes to a pipe ignores SIGPIPE; then a write fails with EPIPE.)
 */
#ifndef SKIFF_CAPTURE_SINK_H
#define SKIFF_CAPTURE_SINK_H

#include "base/error.h"
#include "base/types.h"

struct sink {
	int fd;
	char *name; /* for people; "standard output" for "-" */
	u8 *buf;
	u32 len, size;
	u64 written; /* bytes the kernel took */
	int failed;  /* -errno of the first failure, and */
	struct error why;
};

/*
 * Create or empty @path ("-": standard output), with a buffer of @size bytes. 0, or -errno with
 * the sentence and nothing to close.
 */
int sink_open(struct sink *sink, const char *path, u32 size, struct error *err);

/* Take @len bytes: 0, or -errno with the sentence of the first failure. */
int sink_put(struct sink *sink, const void *bytes, u32 len, struct error *err);

/*
 * @len bytes of the buffer to fill in, for records of known size; NULL when they do not fit at
 * once, or writing has failed: use sink_put then. They count as put.
 */
static inline u8 *sink_room(struct sink *sink, u32 len)
{
	u8 *room = sink->buf + sink->len;

	if (unlikely(sink->size - sink->len < len || sink->failed))
		return NULL;
	sink->len += len;
	return room;
}

/* Write out what is buffered, close and free: the first failure, this one's included. */
int sink_close(struct sink *sink, struct error *err);

#endif
