/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limit.h - the guard against loops. Linux lets a program that clones into its own ingress run
 * for ever; here one injected frame may cause so many runs of programs on hooks, and no more. Past
 * that, every packet of the frame is dropped, and a sentence names the cycle.
 *
 * To name it, the last runs are remembered, each with the run that caused it: the one its packet,
 * or the packet it was cloned from, went through before (skb->run). The shortest repetition at the
 * end of that chain is the cycle. Remembering begins only when a frame comes near the limit.
 */
#ifndef SKIFF_NET_LIMIT_H
#define SKIFF_NET_LIMIT_H

#include "net/world.h"
#include "skb/skb.h"

struct attached;

#define LIMIT_RUNS_KEPT	  65536
#define LIMIT_FRAMES_KEPT 65536 /* beyond that, those that have waited longest start again at 0 */
#define LIMIT_CHAIN_MAX	  4096	/* the longest cycle that is found has half as many runs */
#define LIMIT_SHOWN_MAX	  8	/* runs of it that are named */

/* One run of a program. */
struct limit_run {
	u64 number; /* of the run, in its world, from 1 */
	u64 cause;  /* the number of the run before it, 0: none */
	u64 skb;    /* id */
	u32 attachment;
	int action; /* TC_ACT_* */
};

/* How many runs a frame has caused whose packets may still be under way. */
struct limit_frame {
	u64 frame;
	u64 runs;
};

struct limit {
	u64 max;		    /* 0: no limit */
	u64 numbers;		    /* runs in this world so far: the last one's number */
	struct limit_frame now;	    /* the frame that ran last, and */
	struct limit_frame *others; /* those that may run again, by number */
	u32 other_cnt, other_room;
	struct limit_run *runs; /* a ring of kept entries, by number; NULL: nothing remembered */
	u64 kept;
	bool over; /* a frame went past the limit, and this is what wanted to run then: */
	u64 frame;
	u64 cause;
	u64 skb;
	u32 attachment;
};

/* A program is about to run on @skb. False: its frame has used up its runs, and it must not. */
bool limit_step(const struct attached *attached, struct skb *skb);

/* What became of the run that @skb went through last. */
static inline void limit_verdict(struct limit *limit, const struct skb *skb, int action)
{
	struct limit_run *run;

	if (likely(!limit->runs))
		return;
	run = &limit->runs[skb->run % limit->kept];
	if (run->number == skb->run)
		run->action = action;
}

/*
 * A frame has gone past the limit: put the sentence in @err, forget the frame, and return -ELOOP.
 * The caller has taken its packets out of the queues.
 */
int limit_report(struct world *world, struct error *err);

/* Nothing is under way any more: forget every frame. */
void limit_rest(struct limit *limit);

void limit_free(struct limit *limit);

#endif
