/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.c - tracefs by hand. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_file(const struct trace *trace, const char *name, const char *value)
{
	char path[256];
	int file;
	ssize_t written;

	snprintf(path, sizeof(path), "%s/%s", trace->buffer, name);
	file = open(path, O_WRONLY);
	if (file < 0)
		return -errno;
	written = write(file, value, strlen(value));
	close(file);
	return written < 0 ? -errno : 0;
}

static int open_buffer(struct trace *trace)
{
	char path[256], pid[16];
	int err;

	snprintf(pid, sizeof(pid), "%d", getpid());
	if (mkdir(trace->buffer, 0700))
		return -errno;
	err = write_file(trace, "set_event_pid", pid);
	if (!err)
		err = write_file(trace, "events/bpf_trace/bpf_trace_printk/enable", "1");
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/trace_pipe", trace->buffer);
	trace->pipe = open(path, O_RDONLY | O_NONBLOCK);
	return trace->pipe < 0 ? -errno : 0;
}

int trace_open(struct trace *trace)
{
	int err;

	trace->pipe = -1;
	strcpy(trace->folder, "/tmp/skiff-trace-XXXXXX");
	if (unshare(CLONE_NEWNS) || mount("", "/", "", MS_REC | MS_PRIVATE, NULL))
		return -errno;
	if (!mkdtemp(trace->folder))
		return -errno;
	if (mount("tracefs", trace->folder, "tracefs", 0, NULL)) {
		err = -errno;
		rmdir(trace->folder);
		return err;
	}
	snprintf(trace->buffer, sizeof(trace->buffer), "%s/instances/skiff-%d", trace->folder,
		 getpid());
	err = open_buffer(trace);
	if (err)
		trace_close(trace);
	return err;
}

void trace_close(struct trace *trace)
{
	if (trace->pipe >= 0)
		close(trace->pipe);
	trace->pipe = -1;
	write_file(trace, "events/bpf_trace/bpf_trace_printk/enable", "0");
	rmdir(trace->buffer);
	umount2(trace->folder, MNT_DETACH);
	rmdir(trace->folder);
}

int trace_read(struct trace *trace, char *text, u32 size)
{
	static const char mark[] = "bpf_trace_printk: ";
	static char line[1 << 14];
	size_t len = 0;
	ssize_t got;
	char *at;

	while ((got = read(trace->pipe, line + len, sizeof(line) - 1 - len)) > 0)
		len += (size_t)got;
	line[len] = '\0';
	at = strstr(line, mark);
	if (!at)
		return -ENOENT;
	at += strlen(mark);
	len = strlen(at);
	if (len && at[len - 1] == '\n')
		at[--len] = '\0';
	return snprintf(text, size, "%s", at);
}
