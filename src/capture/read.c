/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * read.c - opening a capture, whatever its format, and reading on until it ends or is damaged.
 *
 * A damaged file gives every frame before the damage and then one sentence that says where it
 * is; from then on each read says the same again.
 */
#include "capture/read.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int read_damaged(const struct capture_reader *reader, u64 offset, struct error *err,
		 const char *fmt, ...)
{
	const char *name = reader->source.name;
	char what[ERROR_TEXT_MAX / 2];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	if (reader->frames == 0)
		return error_set(err, -EBADMSG,
				 "%s: byte %llu: %s; no whole frame stands before it", name,
				 (unsigned long long)offset, what);
	return error_set(err, -EBADMSG,
			 "%s: byte %llu: %s; to keep what is whole: editcap -r FILE NEW 1-%llu",
			 name, (unsigned long long)offset, what,
			 (unsigned long long)reader->frames);
}

int read_cut(const struct capture_reader *reader, u64 offset, const char *what, struct error *err)
{
	const struct source *source = &reader->source;

	if (source->error)
		return error_set(err, -source->error, "%s: byte %llu: cannot be read: %s",
				 source->name, (unsigned long long)source_offset(source),
				 strerror(source->error));
	return read_damaged(reader, offset, err, "%s is cut off: it ends at byte %llu", what,
			    (unsigned long long)(source->base + source->end));
}

/* What a file that is no capture is, where that leads to better advice than libpcap's. */
static const struct {
	const char *magic;
	u32 len;
	const char *advice; /* follows the file's name */
} foreign[] = {
	{"\x1f\x8b", 2, "is compressed by gzip; unpack it (gunzip -c) into a file or into \"-\""},
	{"\xfd"
	 "7zXZ",
	 5, "is compressed by xz; unpack it (xz -dc) into a file or into \"-\""},
	{"\x28\xb5\x2f\xfd", 4,
	 "is compressed by zstd; unpack it (zstd -dc) into a file or into \"-\""},
	{"BZh", 3, "is compressed by bzip2; unpack it (bunzip2 -c) into a file or into \"-\""},
	{"\x7f"
	 "ELF",
	 4, "is an ELF file, not a capture; an object is given without rx= or tx="},
};

static int open_format(struct capture_reader *reader, struct error *err)
{
	struct source *source = &reader->source;
	const u8 *first = source_peek(source, 4);
	u32 magic;

	if (!first && source->error)
		return read_cut(reader, 0, "", err);
	if (!first && source_left(source) == 0)
		return error_set(err, -EBADMSG,
				 "%s is empty: a capture begins with a header; record "
				 "one with tcpdump -w",
				 source->name);
	for (u32 i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (source_left(source) >= foreign[i].len &&
		    !memcmp(source->buf + source->at, foreign[i].magic, foreign[i].len))
			return error_set(err, -EBADMSG, "%s %s", source->name, foreign[i].advice);
	}
	if (!first)
		return error_set(err, -EBADMSG, "%s has only %u bytes: not a capture", source->name,
				 source_left(source));

	memcpy(&magic, first, sizeof(magic));
	switch (magic) {
	case BLOCK_SECTION:
		return read_pcapng_open(reader, err);
	case PCAP_MAGIC_US:
	case PCAP_MAGIC_NS:
		return read_pcap_open(reader, err);
	case __builtin_bswap32(PCAP_MAGIC_US):
	case __builtin_bswap32(PCAP_MAGIC_NS):
		reader->swapped = true;
		return read_pcap_open(reader, err);
	}
	return read_other_open(reader, err);
}

int capture_open(const char *path, struct capture_reader **reader, struct error *err)
{
	struct capture_reader *new = calloc(1, sizeof(*new));
	int code;

	if (!new)
		return error_set(err, -ENOMEM, "no memory to read %s", path);
	code = source_open(&new->source, path, err);
	if (!code)
		code = open_format(new, err);
	if (code) {
		capture_close(new);
		return code;
	}
	*reader = new;
	return 0;
}

int capture_read(struct capture_reader *reader, struct capture_frame *frame, struct error *err)
{
	int code;

	if (unlikely(reader->failed)) {
		if (err)
			*err = reader->why;
		return reader->failed;
	}
	code = reader->next(reader, frame, &reader->why);
	if (likely(code > 0)) {
		frame->number = ++reader->frames;
		return code;
	}
	if (code < 0) {
		reader->failed = code;
		if (err)
			*err = reader->why;
	}
	return code;
}

void capture_close(struct capture_reader *reader)
{
	if (!reader)
		return;
	read_other_close(reader);
	source_close(&reader->source);
	free(reader->interfaces);
	free(reader);
}

bool capture_reads(const struct capture_reader *reader, const char *path)
{
	struct stat file, read;

	return stat(path, &file) == 0 && fstat(reader->source.fd, &read) == 0 &&
	       S_ISREG(file.st_mode) && file.st_dev == read.st_dev && file.st_ino == read.st_ino;
}

void capture_progress(const struct capture_reader *reader, u64 *done, u64 *size)
{
	*done = source_offset(&reader->source);
	*size = reader->source.size;
}
