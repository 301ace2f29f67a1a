/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - what a world is made of. Private to this room; everybody else has world.h.
 *
 * A world is one CPU of one namespace: its devices, its backlog, and the few per-CPU variables
 * of Linux's datapath that a program can notice. What a file of the room keeps here is named
 * after the file.
 */
#ifndef SKIFF_NET_STATE_H
#define SKIFF_NET_STATE_H

#include "net/backlog.h"
#include "net/device_table.h"
#include "net/limit.h"
#include "net/timer.h"
#include "net/world.h"

/* A program on a hook, as the world keeps it. */
struct attached {
	struct attachment how;
	struct device *dev;
};

struct world {
	struct host host; /* its ops are in world.c */
	struct device_table devices;
	struct attached **attached; /* by number; NULL: taken off again */
	u32 attached_cnt;

	struct backlog backlog;
	struct timers timers; /* the queues that wait for time to pass, by when they are due */
	struct limit limit;
	struct device *readers;	 /* tun devices whose ring the reader has to empty */
	struct device *tasklets; /* ifb devices with packets to put back */

	const volatile sig_atomic_t *stop; /* world_stop_at's, or NULL */
	u64 frames;			   /* injected so far; the number of the last one */
	u32 xmit_recursion;		   /* per-CPU softnet_data.xmit.recursion */
	/* Somebody on the call stack has set up bpf_redirect's note: net_rx_action or a hook.
	 * Mirrors current->bpf_net_context. */
	bool redirect_context;
};

static inline struct world *host_world(struct host *host)
{
	return container_of(host, struct world, host);
}

#endif
