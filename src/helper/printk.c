/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk.c - bpf_trace_printk and bpf_trace_vprintk: a line for people. On Linux it goes to the
 * trace; here it is an event.
 */
#include <errno.h>
#include <string.h>

#include "helper/format.h"
#include "helper/helper.h"

/* A text ends at its first NUL; a newline at its end ends the line, not the next one. */
static void report(const struct run *run, char *text)
{
	struct event event = run_event(run, EVENT_PRINTK);
	size_t len = strlen(text);

	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	event.text = text;
	event.len = (u32)len;
	event_emit(&run->host->events, &event);
}

static u64 print(struct run *run, u64 fmt, u64 fmt_size, const u64 *args, u32 arg_cnt)
{
	char text[FORMAT_TEXT_SIZE];
	int ret = format_print(run->host, (const char *)(uintptr_t)fmt, (u32)fmt_size, args,
			       arg_cnt, text);

	if (ret >= 0 && event_wanted(&run->host->events, EVENT_PRINTK))
		report(run, text);
	return (u64)(s64)ret;
}

/* bpf_trace_printk(fmt, fmt_size, up to three numbers): the length of the text, or -EINVAL or
 * -ENOSPC as format_print has them. */
u64 helper_trace_printk(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const u64 args[] = {r3, r4, r5};

	return print(run, r1, r2, args, ARRAY_SIZE(args));
}

/* bpf_trace_vprintk(fmt, fmt_size, numbers, their size in bytes): the same with up to twelve. */
u64 helper_trace_vprintk(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const u64 *args = (const u64 *)(uintptr_t)r3;
	u32 size = (u32)r4;

	if (size % sizeof(u64) || size > FORMAT_ARGS_MAX * sizeof(u64) || (size && !args))
		return (u64)-EINVAL;
	return print(run, r1, r2, args, size / sizeof(u64));
}
