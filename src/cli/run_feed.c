/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_feed.c - the captures, merged by time and, at the same time, by device; after each frame the
 * world runs until it is quiet. Ctrl-C ends it between two frames, and what was done so far is
 * reported.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "skb/skb.h"

/* A signal handler has no argument to put it in. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	interrupted = 1;
}

int feed_next(struct feed *feed, struct error *err)
{
	int code = capture_read(feed->reader, &feed->frame, err);

	if (code > 0)
		return 0;
	feed->done = true;
	return code;
}

/* The feed whose frame comes next, or NULL: feeds are in device order, rx before tx. */
static struct feed *earliest(struct job *job)
{
	struct feed *first = NULL;

	for (u32 i = 0; i < job->feed_cnt; i++) {
		struct feed *feed = &job->feeds[i];

		if (!feed->done && (!first || feed->frame.time < first->frame.time))
			first = feed;
	}
	return first;
}

static const char *linktype_name(u32 linktype)
{
	switch (linktype) {
	case LINKTYPE_ETHERNET:
		return "Ethernet";
	case LINKTYPE_RAW:
	case LINKTYPE_IPV4:
	case LINKTYPE_IPV6:
		return "raw IP";
	case LINKTYPE_LINUX_SLL:
	case 276:
		return "Linux cooked, as recorded on \"any\"; record on one device instead";
	default:
		return "not Ethernet and not raw IP";
	}
}

static int check_linktype(struct job *job, const struct feed *feed, const struct device *dev)
{
	u32 linktype = feed->frame.linktype;
	bool is_ip =
		linktype == LINKTYPE_RAW || linktype == LINKTYPE_IPV4 || linktype == LINKTYPE_IPV6;

	if (device_has_mac(dev) ? linktype == LINKTYPE_ETHERNET : is_ip)
		return 0;
	return error_set(&job->err, -EINVAL,
			 "%s: frame %llu: a type=%s device like %s takes %s frames, and this one's "
			 "link type is %u (%s)",
			 feed->path, (unsigned long long)feed->frame.number,
			 device_kind_name(device_kind(dev)), device_name(dev),
			 device_has_mac(dev) ? "Ethernet" : "raw IP", linktype,
			 linktype_name(linktype));
}

/* Ring buffers that --listen reads: take what is there, so that there is room for more. */
static void ignore_record(void *ctx, const void *bytes, u32 len)
{
}

/* Put the capture and the frame's number in it before the sentence. */
static int where(struct job *job, const struct feed *feed, int code)
{
	if (code != -ELOOP)
		return error_prefix(&job->err, code, "%s: frame %llu", feed->path,
				    (unsigned long long)feed->frame.number);
	/* The world has counted too, over all captures. */
	if (job->feed_cnt == 1)
		return error_prefix(&job->err, code, "%s", feed->path);
	return error_prefix(&job->err, code, "%s: frame %llu of this file", feed->path,
			    (unsigned long long)feed->frame.number);
}

/* Give one frame and run what it causes. */
static int give(struct job *job, struct feed *feed)
{
	struct device *dev = world_device(job->world, job->devs[feed->dev].ifindex);
	const struct capture_frame *frame = &feed->frame;
	int code = check_linktype(job, feed, dev);

	if (code)
		return code;
	job->tally.cut += frame->len < frame->wire_len;
	code = world_inject(job->world, dev, feed->door, frame->bytes, frame->len, frame->time,
			    &job->err);
	switch (code) {
	case -EINVAL:
		if (frame->len >= (device_has_mac(dev) ? SKB_MAC_LEN : 1))
			break;
		job->tally.not_taken++;
		return 0;
	case 0:
	case -ENETDOWN:
		code = world_settle(job->world, &job->err);
		break;
	}
	for (u32 i = 0; i < job->ring_cnt; i++)
		ringbuf_consume(job->rings[i], ignore_record, NULL);
	if (code == -ELOOP)
		job->refused = true;
	return code ? where(job, feed, code) : 0;
}

static void show_progress(struct job *job)
{
	u64 done = 0, size = 0;
	bool known = true;

	for (u32 i = 0; i < job->feed_cnt; i++) {
		u64 feed_done, feed_size;

		capture_progress(job->feeds[i].reader, &feed_done, &feed_size);
		done += feed_done;
		size += feed_size;
		known &= feed_size > 0;
	}
	progress_draw(&job->progress, job->tally.frames, done, known ? size : 0);
}

/* That the user stopped it is no failure. */
static int stopped(int code)
{
	return code == -EINTR && interrupted ? 0 : code;
}

static int feed_all(struct job *job)
{
	struct feed *feed;

	while (!interrupted && (feed = earliest(job))) {
		int code = give(job, feed);

		if (!code)
			code = feed_next(feed, &job->err);
		if (code == -EINTR && interrupted)
			break;
		if (code)
			return code;
		/* Nobody reads any more, or the disk is full: whoever closes it says which. */
		if (ferror_unlocked(stdout) || (job->doors && doors_failed(job->doors)))
			return 0;
		if (progress_due(&job->progress))
			show_progress(job);
	}
	if (interrupted)
		return 0;
	return stopped(world_drain(job->world, &job->err));
}

int job_feed(struct job *job)
{
	/* Without SA_RESTART, so that a read that waits for its reader's next frame comes back. The
	 * second Ctrl-C kills. */
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
	struct sigaction old;
	int code;

	interrupted = 0;
	world_stop_at(job->world, &interrupted);
	sigaction(SIGINT, &action, &old);
	code = feed_all(job);
	if (code == -ELOOP)
		job->refused = true;
	sigaction(SIGINT, &old, NULL);
	job->interrupted = interrupted;
	progress_clear(&job->progress);
	return code;
}
