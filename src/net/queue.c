/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.c - pfifo, pfifo_fast, and a rate in virtual time. */
#include "net/queue.h"

#include "net/outcome.h"

#define NSEC_PER_SEC 1000000000ull

/* Which band of pfifo_fast a priority's low four bits mean; 0 goes first. tc-pfifo_fast(8) */
static const u8 band_of[16] = {1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1};

bool queue_empty(const struct queue *queue)
{
	return !queue->requeued && !queue->bands[0].first && !queue->bands[1].first &&
	       !queue->bands[2].first;
}

static bool line_free(const struct device *dev)
{
	return !dev->queue.rate || dev->queue.free_at <= dev->world->host.now;
}

/* The line is busy with @len bytes from now on. */
static void occupy(struct device *dev, u32 len)
{
	unsigned __int128 bits = (unsigned __int128)len * 8 * NSEC_PER_SEC;

	if (dev->queue.rate)
		dev->queue.free_at = dev->world->host.now + (u64)(bits / dev->queue.rate);
}

/* Let time wake the queue, if it waits for nothing else. */
static void set_timer(struct device *dev)
{
	struct queue *queue = &dev->queue;

	if (queue->timed || queue->stopped || line_free(dev) || queue_empty(queue))
		return;
	timers_add(&dev->world->timers, dev, queue->free_at);
	queue->timed = true;
}

static struct skb *dequeue(struct queue *queue)
{
	struct skb *skb = queue->requeued;

	queue->requeued = NULL;
	for (u32 band = 0; !skb && band < QUEUE_BANDS; band++)
		skb = skb_list_pop(&queue->bands[band]);
	return skb;
}

void queue_run(struct device *dev)
{
	struct queue *queue = &dev->queue;
	struct skb *skb;

	while (!queue->stopped && line_free(dev) && (skb = dequeue(queue))) {
		occupy(dev, skb->ctx.len);
		transmit_driver(dev, skb);
	}
	set_timer(dev);
}

void queue_wake(struct device *dev)
{
	dev->queue.stopped = false;
	queue_run(dev);
}

/* Is there no room in the band of @skb? *@list is the band. */
static bool full(struct queue *queue, const struct skb *skb, struct skb_list **list)
{
	if (queue->kind == QUEUE_FIFO_FAST) {
		*list = &queue->bands[band_of[skb->ctx.priority & 0xf]];
		return (*list)->len >= queue->limit;
	}
	*list = &queue->bands[0];
	return (*list)->len + !!queue->requeued >= queue->limit;
}

int queue_send(struct device *dev, struct skb *skb)
{
	struct queue *queue = &dev->queue;
	struct skb_list *list;

	/* An empty queue is passed by; a driver that has stopped gives the packet back, and it
	 * waits in front of all others. */
	if (queue->limit && queue_empty(queue) && line_free(dev)) {
		if (queue->stopped) {
			packet_queued(dev, skb, false);
			queue->requeued = skb;
			return NET_XMIT_SUCCESS;
		}
		occupy(dev, skb->ctx.len);
		transmit_driver(dev, skb);
		return NET_XMIT_SUCCESS;
	}
	if (full(queue, skb, &list)) {
		packet_drop(dev, skb, DROP_QDISC_DROP);
		return NET_XMIT_DROP;
	}
	packet_queued(dev, skb, false);
	skb_list_push(list, skb);
	queue_run(dev);
	return NET_XMIT_SUCCESS;
}

void queue_purge(struct device *dev)
{
	struct skb *skb;

	while ((skb = dequeue(&dev->queue)))
		packet_drop(dev, skb, DROP_QUEUE_PURGED);
	timers_remove(&dev->world->timers, dev);
	dev->queue.timed = false;
	dev->queue.stopped = false;
}

void queue_purge_frame(struct device *dev, u64 frame)
{
	struct queue *queue = &dev->queue;

	if (queue->requeued && queue->requeued->frame == frame) {
		packet_drop(dev, queue->requeued, DROP_LOOP_LIMIT);
		queue->requeued = NULL;
	}
	for (u32 band = 0; band < QUEUE_BANDS; band++)
		packets_drop(&queue->bands[band], frame, DROP_LOOP_LIMIT);
}
