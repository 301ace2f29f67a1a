/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.h - what this process's programs print, out of the running kernel's trace: tracefs in a
 * mount namespace of our own, and in it a trace buffer of our own that sees only this process.
 */
#ifndef SKIFF_TESTS_KERNEL_HELPER_TRACE_H
#define SKIFF_TESTS_KERNEL_HELPER_TRACE_H

#include "base/types.h"

struct trace {
	char folder[64];
	char buffer[128];
	int pipe; /* -1: not open */
};

/* 0 or -errno, with nothing left behind. */
int trace_open(struct trace *trace);
void trace_close(struct trace *trace);

/* The text printed since the last call, without the newline that ends the line, in @text; its
 * length, or -ENOENT when there was none. */
int trace_read(struct trace *trace, char *text, u32 size);

#endif
