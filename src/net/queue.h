/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queue.h - what stands between transmit and a driver (a qdisc), one a device.
 *
 * With a queue in between, the sender learns whether there was room, and no more: the
 * driver's own answer is lost (FACTS A.4). Without a rate the queue empties at once, so that
 * packets stand in it only while the driver has asked to stop. With a rate, the first packet
 * leaves at once, and the next when the first one's bits would have been sent.
 */
#ifndef SKIFF_NET_QUEUE_H
#define SKIFF_NET_QUEUE_H

#include "net/skb_list.h"

#define QUEUE_BANDS 3

struct device;

enum queue_kind {
	QUEUE_NONE,	 /* noqueue: transmit calls the driver */
	QUEUE_FIFO,	 /* pfifo: one list of at most limit packets */
	QUEUE_FIFO_FAST, /* pfifo_fast: three lists of at most limit packets each, by priority */
};

struct queue {
	enum queue_kind kind;
	u32 limit;	      /* packets */
	u64 rate;	      /* bits a second, 0: at once */
	bool stopped;	      /* the driver takes no more for now (netif_tx_stop_queue) */
	struct skb *requeued; /* was on its way to the driver when it stopped */
	struct skb_list bands[QUEUE_BANDS]; /* pfifo has the first only */
	u64 free_at;			    /* virtual time at which the line is free again */
	bool timed;			    /* stands in the world's timers */
};

/*
 * Take @skb: NET_XMIT_SUCCESS, or NET_XMIT_DROP when the queue is full. Mirrors __dev_xmit_skb
 * with pfifo_enqueue and pfifo_fast_enqueue.
 */
int queue_send(struct device *dev, struct skb *skb);

/* Hand to the driver what may go now. Mirrors __qdisc_run. */
void queue_run(struct device *dev);

/* The driver takes packets again. Mirrors netif_tx_wake_queue. */
void queue_wake(struct device *dev);

bool queue_empty(const struct queue *queue);

/* Drop everything. Mirrors qdisc_reset. */
void queue_purge(struct device *dev);

/* Drop the packets of @frame. */
void queue_purge_frame(struct device *dev, u64 frame);

#endif
