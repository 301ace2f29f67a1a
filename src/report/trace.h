/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.h - a listener that prints the journey of each packet, one line an event:
 *
 *    0.000000  1              eth0 tx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, length 64
 *              1              eth0:egress   mirror runs
 *                1.1          eth0:egress   cloned from 1 by mirror
 *                1.1          mon0          sent to its egress
 *                1.1          mon0 wire     out on the wire, 106 bytes
 *              1              eth0:egress     bpf_clone_redirect(ifindex=3 (mon0), flags=0) = 0
 *              1              eth0:egress   mirror returns TC_ACT_OK
 *              1              eth0 wire     out on the wire, 106 bytes
 *
 * First virtual time since the first event, left out while it stands still; then which packet
 * (report/lineage.h), clones indented under their parent; then where; then what. Lines stand in the
 * order in which things happened, so a synchronous clone's journey comes before the return of the
 * call that made it, and a clone that went into a backlog goes on after its parent's end, under its
 * own label. A packet is named when it is born, and again ("now ...") when it is another.
 */
#ifndef SKIFF_REPORT_TRACE_H
#define SKIFF_REPORT_TRACE_H

#include <stdio.h>

#include "net/world.h"

struct trace;

/* A trace of @world's events to @out, both the caller's; NULL: no memory. */
struct trace *trace_new(struct world *world, FILE *out);
/* For event_listen. */
struct event_listener *trace_listener(struct trace *trace);
void trace_free(struct trace *trace); /* NULL is allowed */

#endif
