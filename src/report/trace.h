/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.h - a listener that prints the journey of each packet, one line an event:
 *
 *     0.000000  1        eth0 rx       IP 10.0.0.1 > 10.0.0.2: ICMP echo request, id 7, seq 1,
 * length 64 1        eth0:ingress  mirror runs 1.1        eth0:ingress  cloned from 1 by mirror 1.1
 * mon0          redirected here, to egress 1.1        mon0 wire     out, 98 bytes 1 eth0:ingress
 * mirror: bpf_clone_redirect(ifindex=3 (mon0), flags=0) = 0 1        eth0:ingress  mirror:
 * TC_ACT_OK 1        eth0 host     up to the host, 98 bytes
 *
 * The first column is virtual time since the first event, left out while it stands still. The
 * second says which packet: 1 is the first injected frame, 1.2 its second clone, 1.2.1 that one's
 * first. Events are in the order in which they happened, so a synchronous clone's journey stands
 * before the return of the call that made it; a clone that went into a backlog goes on later, under
 * its own label. A packet is named when it is born, and again (now ...) when it has changed.
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
