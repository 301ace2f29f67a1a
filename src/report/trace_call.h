/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_call.h - a helper's call as a line of the trace has it:
 *
 *     bpf_clone_redirect(ifindex=3 (mon0), flags=0) = 0
 *     bpf_skb_store_bytes(offset=30, from, len=4, flags=0) = -14 (EFAULT)
 */
#ifndef SKIFF_REPORT_TRACE_CALL_H
#define SKIFF_REPORT_TRACE_CALL_H

#include <stdio.h>

#include "net/world.h"

/* Write the call and the value it returned, which the EVENT_HELPER @event tells of, to @out. */
void trace_call(const struct world *world, const struct event *event, FILE *out);

#endif
