/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * files.h - what the tests of captures share: a growing run of bytes, files that exist in memory
 * only, and a reading of a whole capture into a digest that two readings can be compared by.
 */
#ifndef SKIFF_TESTS_CAPTURE_FILES_H
#define SKIFF_TESTS_CAPTURE_FILES_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "capture/capture.h"

struct bytes {
	u8 *at;
	size_t len, room;
};

static inline void bytes_put(struct bytes *bytes, const void *more, size_t len)
{
	if (bytes->len + len >= bytes->room) {
		bytes->room = 2 * (bytes->len + len) + 64;
		bytes->at = realloc(bytes->at, bytes->room);
	}
	if (len)
		memcpy(bytes->at + bytes->len, more, len);
	bytes->len += len;
}

static inline void bytes_free(struct bytes *bytes)
{
	free(bytes->at);
	*bytes = (struct bytes){0};
}

/* The whole of a file; len 0 when there is none. */
static inline struct bytes bytes_load(const char *path)
{
	struct bytes bytes = {0};
	FILE *file = fopen(path, "rb");
	char part[65536];
	size_t n;

	while (file && (n = fread(part, 1, sizeof(part), file)) > 0)
		bytes_put(&bytes, part, n);
	if (file)
		fclose(file);
	return bytes;
}

/* A file in memory; @path gets a name it can be opened by. Close the descriptor in the end. */
static inline int memory_file(const void *bytes, size_t len, char path[32])
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	snprintf(path, 32, "/proc/self/fd/%d", fd);
	return fd;
}

/* What a reading of a whole capture came to. */
struct reading {
	int code; /* of the last capture_read, or of capture_open */
	u64 frames;
	u64 octets;
	u32 digest;	 /* over every field and byte of every frame */
	u64 first, last; /* times */
	u32 linktype;	 /* of the last frame */
	struct error err;
};

static inline struct reading read_all(const char *path)
{
	struct reading reading = {.code = 0};
	struct capture_reader *reader;
	struct capture_frame frame;

	reading.code = capture_open(path, &reader, &reading.err);
	if (reading.code)
		return reading;
	while ((reading.code = capture_read(reader, &frame, &reading.err)) > 0) {
		u64 fields[] = {frame.time, frame.len, frame.wire_len, frame.linktype};

		reading.first = reading.frames ? reading.first : frame.time;
		reading.last = frame.time;
		reading.linktype = frame.linktype;
		reading.frames++;
		reading.octets += frame.len;
		reading.digest = hash_bytes(fields, sizeof(fields), reading.digest);
		reading.digest = hash_bytes(frame.bytes, frame.len, reading.digest);
		if (frame.number != reading.frames)
			abort();
	}
	capture_close(reader);
	return reading;
}

static inline struct reading read_bytes(const void *bytes, size_t len)
{
	char path[32];
	int fd = memory_file(bytes, len, path);
	struct reading reading = read_all(path);

	close(fd);
	return reading;
}

#endif
