/* SPDX-License-Identifier: BSD-2-Clause */
/* limit.c - counting the runs a frame causes, and naming the cycle of one that does not end. */
#include "net/limit.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/device.h"

/* Where @frame stands among the others, or would. */
static u32 find_other(const struct limit *limit, u64 frame)
{
	u32 low = 0, high = limit->other_cnt;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (limit->others[middle].frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_room(struct limit *limit)
{
	u32 room = limit->other_room ? 2 * limit->other_room : 64;
	struct limit_frame *others = NULL;

	if (room <= LIMIT_FRAMES_KEPT)
		others = realloc(limit->others, room * sizeof(*others));
	if (others) {
		limit->others = others;
		limit->other_room = room;
		return;
	}
	limit->other_cnt -= (limit->other_cnt + 1) / 2;
	memmove(limit->others, limit->others + (limit->other_room + 1) / 2,
		limit->other_cnt * sizeof(*others));
}

/* Remember limit->now, which another frame is about to take the place of. */
static void save(struct limit *limit)
{
	u32 at = find_other(limit, limit->now.frame);

	if (at == limit->other_cnt || limit->others[at].frame != limit->now.frame) {
		if (limit->other_cnt == limit->other_room) {
			make_room(limit);
			at = find_other(limit, limit->now.frame);
		}
		if (limit->other_cnt == limit->other_room)
			return;
		memmove(limit->others + at + 1, limit->others + at,
			(limit->other_cnt++ - at) * sizeof(*limit->others));
	}
	limit->others[at] = limit->now;
}

static void turn_to(struct limit *limit, u64 frame)
{
	u32 at;

	if (limit->now.runs)
		save(limit);
	at = find_other(limit, frame);
	limit->now = at < limit->other_cnt && limit->others[at].frame == frame
			     ? limit->others[at]
			     : (struct limit_frame){.frame = frame};
}

/* Remember the run that begins: in a ring that is made when a frame first comes near the limit. */
static void remember(struct limit *limit, const struct attached *attached, const struct skb *skb)
{
	u64 number = limit->numbers;

	if (!limit->runs) {
		limit->kept = min(limit->max, (u64)LIMIT_RUNS_KEPT);
		limit->runs = calloc(limit->kept, sizeof(*limit->runs));
		if (!limit->runs)
			return; /* the cycle will not be named, that is all */
	}
	limit->runs[number % limit->kept] = (struct limit_run){
		.number = number,
		.cause = skb->run,
		.skb = skb->id,
		.attachment = attached->how.number,
		.action = TC_ACT_UNSPEC,
	};
}

bool limit_step(const struct attached *attached, struct skb *skb)
{
	struct limit *limit = &attached->dev->world->limit;
	u64 left;

	if (unlikely(limit->now.frame != skb->frame))
		turn_to(limit, skb->frame);
	left = limit->max - limit->now.runs;
	if (unlikely(limit->max && !left)) {
		if (!limit->over) {
			limit->over = true;
			limit->frame = skb->frame;
			limit->cause = skb->run;
			limit->skb = skb->id;
			limit->attachment = attached->how.number;
		}
		return false;
	}
	limit->now.runs++;
	limit->numbers++;
	if (unlikely(limit->max && left <= LIMIT_RUNS_KEPT))
		remember(limit, attached, skb);
	skb->run = limit->numbers;
	return true;
}

static const struct limit_run *find_run(const struct limit *limit, u64 number)
{
	const struct limit_run *run;

	if (!number || !limit->runs)
		return NULL;
	run = &limit->runs[number % limit->kept];
	return run->number == number ? run : NULL;
}

/* The runs that led to the one that was refused, it first and then backwards: how many. */
static u32 trace_back(const struct limit *limit, struct limit_run *chain)
{
	u32 cnt = 1;

	chain[0] = (struct limit_run){
		.cause = limit->cause, .skb = limit->skb, .attachment = limit->attachment};
	for (; cnt < LIMIT_CHAIN_MAX; cnt++) {
		const struct limit_run *run = find_run(limit, chain[cnt - 1].cause);

		if (!run)
			break;
		chain[cnt] = *run;
	}
	return cnt;
}

/* The chain's last @period runs are those before them over again, as far as it is known. */
static bool repeats(const struct limit_run *chain, u32 cnt, u32 period)
{
	for (u32 i = 0; i < period && i + period < cnt; i++) {
		if (chain[i].attachment != chain[i + period].attachment)
			return false;
	}
	return true;
}

/* How many runs the shortest cycle has; 0: none is to be seen. */
static u32 find_period(const struct limit_run *chain, u32 cnt)
{
	for (u32 period = 1; period < cnt; period++) {
		if (repeats(chain, cnt, period))
			return period;
	}
	return 0;
}

static void append(struct error *err, const char *text)
{
	size_t len = strlen(err->text);

	snprintf(err->text + len, sizeof(err->text) - len, "%s", text);
}

static void append_hook(struct error *err, const struct world *world, u32 number, bool with_prog)
{
	const struct attached *attached = world->attached[number];
	char text[160];

	snprintf(text, sizeof(text), "%s %s", attached->dev->name, hook_name(attached->how.hook));
	append(err, text);
	if (with_prog) {
		snprintf(text, sizeof(text), " (%s)", attached->how.prog->name);
		append(err, text);
	}
}

/* How the packet of @run's came to the next run, whose packet is @skb. */
static const char *link_text(const struct limit_run *run, u64 skb)
{
	if (run->skb != skb)
		return " clones into ";
	return run->action == TC_ACT_REDIRECT ? " redirects into " : " passes on to ";
}

static void name_cycle(struct error *err, const struct world *world, const struct limit_run *chain,
		       u32 period)
{
	for (u32 i = period; i; i--) {
		if (period - i == LIMIT_SHOWN_MAX) {
			append(err, "... ");
			i = 1;
		}
		append_hook(err, world, chain[i].attachment, true);
		append(err, link_text(&chain[i], chain[i - 1].skb));
	}
	append_hook(err, world, chain[0].attachment, false);
}

int limit_report(struct world *world, struct error *err)
{
	struct limit *limit = &world->limit;
	struct limit_run *chain = calloc(LIMIT_CHAIN_MAX, sizeof(*chain));
	u32 cnt = 0, period = 0;

	error_set(err, -ELOOP, "frame %llu: %llu hook runs and no end",
		  (unsigned long long)limit->frame, (unsigned long long)limit->max);
	if (chain) {
		cnt = trace_back(limit, chain);
		period = find_period(chain, cnt);
	}
	if (err && period) {
		append(err, ": ");
		name_cycle(err, world, chain, period);
		append(err, "; let the program mark its copies (skb->mark) and leave marked "
			    "packets alone, or raise --limit");
	} else if (err) {
		append(err, ", though nothing repeats; the last was ");
		append_hook(err, world, limit->attachment, true);
		append(err, "; raise --limit if so many are meant");
	}
	free(chain);
	limit->over = false;
	return -ELOOP;
}

void limit_rest(struct limit *limit)
{
	limit->now = (struct limit_frame){0};
	limit->other_cnt = 0;
}

void limit_free(struct limit *limit)
{
	free(limit->others);
	free(limit->runs);
	*limit = (struct limit){0};
}
