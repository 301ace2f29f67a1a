/* SPDX-License-Identifier: BSD-2-Clause */
/* sink.c - writing out the buffer of a sink, and what can go wrong with it. */
#include "capture/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sink_open(struct sink *sink, const char *path, u32 size, struct error *err)
{
	bool standard = !strcmp(path, "-");
	int code;

	*sink = (struct sink){.fd = STDOUT_FILENO, .size = size};
	sink->name = strdup(standard ? "standard output" : path);
	sink->buf = malloc(size);
	if (!sink->name || !sink->buf) {
		code = error_set(err, -ENOMEM, "no memory to write %s", path);
		goto fail;
	}
	if (!standard)
		sink->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (sink->fd < 0) {
		code = error_set(err, -errno, "cannot create %s: %s", path, strerror(errno));
		goto fail;
	}
	return 0;

fail:
	free(sink->name);
	free(sink->buf);
	return code;
}

static int fail(struct sink *sink, int error)
{
	const char *why = error == EPIPE ? "the reader went away" : strerror(error);

	sink->failed = -error;
	return error_set(&sink->why, -error,
			 "%s: %s after %llu bytes; what is there is not the whole of it",
			 sink->name, why, (unsigned long long)sink->written);
}

static int result(const struct sink *sink, struct error *err)
{
	if (sink->failed && err)
		*err = sink->why;
	return sink->failed;
}

/* write(2) until the kernel has all of it; a pipe may have been left non-blocking. */
static int write_all(struct sink *sink, const u8 *bytes, u32 len)
{
	while (len) {
		ssize_t n = write(sink->fd, bytes, len);

		if (n < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){.fd = sink->fd, .events = POLLOUT}, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(sink, errno);
		bytes += n;
		len -= (u32)n;
		sink->written += (u64)n;
	}
	return 0;
}

static int flush(struct sink *sink)
{
	u32 len = sink->len;

	sink->len = 0;
	return write_all(sink, sink->buf, len);
}

int sink_put(struct sink *sink, const void *bytes, u32 len, struct error *err)
{
	if (!sink->failed && sink->size - sink->len < len)
		flush(sink);
	if (sink->failed)
		return result(sink, err);
	if (len > sink->size) {
		write_all(sink, bytes, len);
		return result(sink, err);
	}
	memcpy(sink->buf + sink->len, bytes, len);
	sink->len += len;
	return 0;
}

int sink_close(struct sink *sink, struct error *err)
{
	int code;

	if (!sink->failed)
		flush(sink);
	/* Some file systems tell of a full disk only now. */
	if (sink->fd != STDOUT_FILENO && close(sink->fd) && !sink->failed)
		fail(sink, errno);
	code = result(sink, err);
	free(sink->name);
	free(sink->buf);
	*sink = (struct sink){.fd = -1};
	return code;
}
