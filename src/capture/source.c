/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - filling the buffer of a source. */
#include "capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, len)
#define ASAN_UNPOISON_MEMORY_REGION(at, len)
#endif

#define BUFFER (SOURCE_READ + SOURCE_PEEK_MAX)

int source_open(struct source *source, const char *path, struct error *err)
{
	bool standard = !strcmp(path, "-");
	struct stat st;
	int code;

	*source = (struct source){.fd = STDIN_FILENO};
	if (!standard) {
		source->fd = open(path, O_RDONLY | O_CLOEXEC);
		if (source->fd < 0)
			return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	}
	if (fstat(source->fd, &st) == 0) {
		if (S_ISDIR(st.st_mode)) {
			code = error_set(err, -EISDIR,
					 "%s is a folder; give one of the captures in it", path);
			goto fail;
		}
		if (S_ISREG(st.st_mode))
			source->size = (u64)st.st_size;
	}
	source->name = strdup(standard ? "standard input" : path);
	source->buf = malloc(BUFFER);
	if (!source->name || !source->buf) {
		code = error_set(err, -ENOMEM, "no memory to read %s", path);
		goto fail;
	}
	return 0;

fail:
	source_close(source);
	return code;
}

void source_close(struct source *source)
{
	if (source->fd > STDIN_FILENO)
		close(source->fd);
	free(source->name);
	free(source->buf);
	*source = (struct source){0};
}

/*
 * read(2), waiting for a pipe that was left non-blocking. A signal that is handled ends the waiting
 * (EINTR), so that a person can stop a run whose input has dried up.
 */
static ssize_t read_some(int fd, void *to, size_t len)
{
	for (;;) {
		ssize_t n = read(fd, to, len);

		if (n >= 0 || errno != EAGAIN)
			return n;
		if (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, -1) < 0)
			return -1;
	}
}

const u8 *source_fill(struct source *source, u32 n)
{
	/* What is left of the buffer moves to its front: a part of one record, as a rule. */
	memmove(source->buf, source->buf + source->at, source->end - source->at);
	source->base += source->at;
	source->end -= source->at;
	source->at = 0;

	/* To the sanitizer, the buffer ends where the bytes of the file do. */
	ASAN_UNPOISON_MEMORY_REGION(source->buf, BUFFER);
	while (source->end < n && !source->eof && !source->error) {
		ssize_t got = read_some(source->fd, source->buf + source->end, SOURCE_READ);

		if (got < 0)
			source->error = errno;
		else if (got == 0)
			source->eof = true;
		else
			source->end += (u32)got;
	}
	ASAN_POISON_MEMORY_REGION(source->buf + source->end, BUFFER - source->end);
	return source->end < n ? NULL : source->buf;
}

/* Over what is not in the buffer, when a file has it: nothing is read. */
static bool seek(struct source *source, u64 n)
{
	u64 to = source_offset(source) + n;

	if (n <= SOURCE_READ || to > source->size ||
	    lseek(source->fd, (off_t)(n - source_left(source)), SEEK_CUR) < 0)
		return false;
	source->base = to;
	source->at = source->end = 0;
	return true;
}

bool source_skip(struct source *source, u64 n)
{
	if (n > source_left(source) && seek(source, n))
		return true;
	while (n) {
		u32 step = (u32)min(n, (u64)SOURCE_READ);

		if (!source_peek(source, step)) {
			source->at = source->end;
			return false;
		}
		source_advance(source, step);
		n -= step;
	}
	return true;
}
