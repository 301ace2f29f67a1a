/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.c - a world's life, and how time passes in it.
 *
 * Order of work, the same always: a frame's synchronous part (inject.c); then, until nothing is
 * left, one round of the backlog and, as the softirqs come one after the other, what ifb devices
 * put back; then queues that are due. When the CPU has come to rest, readers of tun devices read.
 */
#include "net/world.h"

#include <errno.h>
#include <stdlib.h>

#include "net/outcome.h"

static struct device *find(struct host *host, const struct skb *skb, u32 ifindex)
{
	return device_table_find(&host_world(host)->devices, ifindex);
}

static const struct host_ops ops = {
	.device_find = find,
	.device_has_mac = device_has_mac,
	.transmit = transmit_redirected,
	.receive = receive_redirected,
	.device_ifindex = device_ifindex,
	.device_name = device_name,
};

struct world *world_new(const struct world_options *options, struct error *err)
{
	const struct device_desc lo = {.name = "lo", .kind = DEVICE_LO, .qlen = -1};
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		goto nomem;
	world->host.ops = &ops;
	world->host.now = options->start;
	random_seed(&world->host.random, options->seed);
	world->limit.max = options->limit;
	world->host.pool = skb_pool_new();
	if (!world->host.pool || world_add_device(world, &lo, NULL) < 0)
		goto nomem;
	return world;

nomem:
	world_free(world);
	error_set(err, -ENOMEM, "no memory for a world");
	return NULL;
}

static void free_device(struct device *dev)
{
	for (u32 hook = 0; hook < HOOKS; hook++)
		hook_free(&dev->hooks[hook]);
	free(dev);
}

void world_free(struct world *world)
{
	if (!world)
		return;
	for (u32 i = 0; i < world->attached_cnt; i++)
		world_detach(world, i);
	free(world->attached);
	/* Packets still under way go with the pool; nobody listens any more. */
	for (u32 i = 0; i < world->devices.cnt; i++)
		free_device(world->devices.sorted[i]);
	device_table_free(&world->devices);
	timers_free(&world->timers);
	limit_free(&world->limit);
	skb_pool_free(world->host.pool);
	free(world);
}

struct host *world_host(struct world *world)
{
	return &world->host;
}

struct device *world_device(const struct world *world, u32 ifindex)
{
	return device_table_find(&world->devices, ifindex);
}

struct device *world_device_by_name(const struct world *world, const char *name)
{
	return device_table_find_name(&world->devices, name);
}

struct device *world_next_device(const struct world *world, const struct device *dev)
{
	return device_table_after(&world->devices, dev ? dev->ifindex : 0);
}

/* Each ifb that was given something puts it back. False: there was none. */
static bool run_tasklets(struct world *world)
{
	struct device *dev = world->tasklets, *next;

	if (!dev)
		return false;
	world->tasklets = NULL;
	for (; dev; dev = next) {
		next = dev->ifb.next;
		dev->ifb.scheduled = false;
		ifb_tasklet(dev);
	}
	return true;
}

/* Every queue that is due at the present time runs. False: there was none. */
static bool run_timers(struct world *world)
{
	const struct timer *first = timers_first(&world->timers);

	if (!first || first->due > world->host.now)
		return false;
	for (; first && first->due <= world->host.now; first = timers_first(&world->timers)) {
		struct device *dev = first->dev;

		timers_remove(&world->timers, dev);
		dev->queue.timed = false;
		queue_run(dev);
	}
	return true;
}

static void run_readers(struct world *world)
{
	for (struct device *dev; (dev = world->readers);) {
		world->readers = dev->tun.next;
		tun_read(dev);
	}
}

/* A frame has used up its runs: nothing of it goes on. -ELOOP. */
static int end_loop(struct world *world, struct error *err)
{
	u64 frame = world->limit.frame;
	struct device *dev = NULL;

	packets_drop(&world->backlog.process, frame, DROP_LOOP_LIMIT);
	packets_drop(&world->backlog.input, frame, DROP_LOOP_LIMIT);
	while ((dev = world_next_device(world, dev))) {
		queue_purge_frame(dev, frame);
		if (dev->kind == DEVICE_IFB)
			packets_drop(&dev->ifb.rq, frame, DROP_LOOP_LIMIT);
	}
	return limit_report(world, err);
}

void world_stop_at(struct world *world, const volatile sig_atomic_t *stop)
{
	world->stop = stop;
}

int world_settle(struct world *world, struct error *err)
{
	bool work;

	do {
		if (unlikely(world->limit.over))
			return end_loop(world, err);
		if (unlikely(world->stop && *world->stop))
			return error_set(err, -EINTR, "interrupted");
		work = backlog_run(world);
		work |= run_tasklets(world);
		work = work || run_timers(world);
	} while (work);
	run_readers(world);
	if (!timers_first(&world->timers))
		limit_rest(&world->limit);
	return 0;
}

int world_advance(struct world *world, u64 time, struct error *err)
{
	const struct timer *first;
	int ret = world_settle(world, err);

	while (!ret && (first = timers_first(&world->timers)) && first->due <= time) {
		world->host.now = max(world->host.now, first->due);
		ret = world_settle(world, err);
	}
	world->host.now = max(world->host.now, time);
	return ret;
}

int world_drain(struct world *world, struct error *err)
{
	const struct timer *first;
	int ret = world_settle(world, err);

	while (!ret && (first = timers_first(&world->timers)))
		ret = world_advance(world, first->due, err);
	return ret;
}
