/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doors.h - a listener that writes every frame that leaves by a door to a capture: one interface a
 * device, outbound what left on the wire, inbound what was handed up to the host.
 *
 * Where the form has room for comments, a clone's says where it comes from:
 *
 *     clone 1.2 of frame 1, made by bpf_clone_redirect in mirror at eth0:egress
 *
 * A tag that Linux keeps outside the frame is put back where a tap shows it.
 */
#ifndef SKIFF_REPORT_DOORS_H
#define SKIFF_REPORT_DOORS_H

#include "base/error.h"
#include "net/world.h"

struct doors;

/*
 * Create the capture @path (its name decides the form: capture_create) with the devices that
 * @world has now, in ifindex order. 0 and *@doors, or -errno with the sentence.
 */
int doors_open(const char *path, struct world *world, struct doors **doors, struct error *err);
/* For event_listen. */
struct event_listener *doors_listener(struct doors *doors);
/* 0, or the -errno of the first write that failed: the run is over then, as no later one succeeds.
 */
int doors_failed(const struct doors *doors);
/* Write out the rest and close: 0, or the first failure with its sentence. Always frees. */
int doors_close(struct doors *doors, struct error *err);

#endif
