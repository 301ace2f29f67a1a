/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * backlog.h - the CPU's backlog: packets that are on their way into a device and wait for the
 * softirq, in order of arrival.
 *
 * As in Linux there are two lists. New packets join input, whose length is limited; the softirq
 * moves all of input to process at once and works that off, so that while it does so input has
 * room for as many again. One round of net_rx_action takes 64 packets; then the other
 * softirqs have their turn.
 */
#ifndef SKIFF_NET_BACKLOG_H
#define SKIFF_NET_BACKLOG_H

#include "net/skb_list.h"

#define BACKLOG_WEIGHT 64 /* net.core.dev_weight */

struct device;
struct world;

struct backlog {
	struct skb_list input, process;
	u32 work; /* packets of this round so far */
};

bool backlog_full(const struct world *world);

/*
 * Queue @skb, whose device is set and which stands behind its link-layer header: NET_RX_SUCCESS, or
 * NET_RX_DROP when the backlog is full: dropped, and counted on the device.
 * Mirrors netif_rx.
 */
int backlog_push(struct world *world, struct skb *skb);

/* One round. False: there was nothing to do. Mirrors net_rx_action with process_backlog. */
bool backlog_run(struct world *world);

#endif
