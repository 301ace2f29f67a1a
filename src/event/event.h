/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event.h - the stream of what happened. The datapath reports; views listen.
 *
 * An event is one thing that happened to one skb, or one thing a program said. Whatever is
 * shown to a person (journeys, counters of returns and verdicts, written captures, printk lines)
 * is a view of this stream. With nobody listening for a kind, reporting it costs one branch:
 *
 *     if (unlikely(event_wanted(events, EVENT_DROP)))
 *             event_emit(events, &(struct event){ .kind = EVENT_DROP, ... });
 *
 * An event and everything it points to live only during the call to the listener.
 */
#ifndef SKIFF_EVENT_EVENT_H
#define SKIFF_EVENT_EVENT_H

#include "base/types.h"

struct skb;
struct prog;

enum event_kind {
	EVENT_BORN,     /* a frame was given to a device: door says by which */
	EVENT_CLONE,    /* skb was cloned from skb->parent (before the header rule and transmit) */
	EVENT_HOOK,     /* a program is about to run on skb */
	EVENT_HELPER,   /* a helper returned: helper, ret (none of a RET_VOID one), args */
	EVENT_VERDICT,  /* a program ended: ret is its raw r0, action what became of it */
	EVENT_REDIRECT, /* skb moves to another device: ifindex is the target, ingress the direction */
	EVENT_QUEUE,    /* skb stands in a queue: the backlog of a CPU, or a device's qdisc */
	EVENT_DROP,     /* skb ended: reason */
	EVENT_CONSUME,  /* skb ended without being a drop: stolen or trapped by a verdict */
	EVENT_WIRE,     /* skb left on the wire of the device */
	EVENT_HOST,     /* skb was handed up to the host by the device */
	EVENT_PRINTK,   /* a program wrote a line: text, len (no newline) */
	EVENT_OUTPUT,   /* a program put a record in map text: bytes, len (perf event, ring buffer) */
	EVENT_KINDS
};

/*
 * Of the two ways out. data stands at the link-layer header (tun: at the packet), and a VLAN tag
 * that Linux carries outside the frame (ctx.vlan_present) is not in the bytes: whoever writes them
 * to a file inserts it at byte 12, as libpcap does. A packet that leaves by WIRE with a peer is
 * not at its end: it arrives there next. reason of HOST is NOT_SPECIFIED for what a handler takes,
 * UNHANDLED_PROTO (then rx_dropped counts it) and OTHERHOST for what the stack throws away.
 */

/* Where on a device. HOOK_INGRESS and HOOK_EGRESS are the two hooks of tc. */
enum hook {
	HOOK_INGRESS,
	HOOK_EGRESS,
	HOOKS
};

enum door {
	DOOR_RX,   /* in: from the wire */
	DOOR_TX,   /* in: from the host */
	DOOR_WIRE, /* out: on the wire */
	DOOR_HOST, /* out: up to the host */
	DOORS
};

/* Why an skb ended. Names are Linux's (enum skb_drop_reason) where it has one: drop.def. */
enum drop_reason {
#define DROP(name, text) DROP_##name,
#include "event/drop.def"
#undef DROP
	DROP_REASONS
};

const char *drop_reason_name(enum drop_reason reason);
const char *drop_reason_text(enum drop_reason reason);
const char *door_name(enum door door);
const char *hook_name(enum hook hook);

struct event {
	enum event_kind kind;
	u64 time;              /* virtual ns */
	const struct skb *skb; /* as it is now; NULL when the event concerns none */
	u32 ifindex;           /* the device it happened at, 0: none */
	const char *dev;       /* its name, or NULL */
	enum hook hook;        /* HOOK, VERDICT, HELPER: where the program runs */
	bool ingress;          /* REDIRECT, QUEUE: towards the device's ingress */
	enum door door;        /* BORN, WIRE, HOST */
	const struct prog *prog; /* HOOK, VERDICT, HELPER, PRINTK, OUTPUT */
	u32 attachment;        /* HOOK, VERDICT, HELPER: number of the attachment in the world */
	u32 insn;              /* HELPER, PRINTK, OUTPUT: the calling instruction */
	u32 helper;            /* HELPER: its number */
	u64 args[5];           /* HELPER: as the program passed them, before the call */
	u64 ret;               /* HELPER: the returned value; VERDICT: r0 */
	int action;            /* VERDICT: what Linux makes of it, TC_ACT_*; NEXT is TC_ACT_UNSPEC */
	enum drop_reason reason; /* DROP; HOST: what the host's stack then makes of it, see below */
	u32 peer;              /* WIRE: the device at the other end (veth, lo), where skb goes on;
				  0: there is none in this world, and skb has ended */
	const char *text;      /* PRINTK; OUTPUT: the map's name */
	const void *bytes;     /* OUTPUT */
	u32 len;               /* PRINTK, OUTPUT */
};

struct event_listener {
	u32 kinds; /* BIT(EVENT_...) */
	void (*fn)(struct event_listener *listener, const struct event *event);
	struct event_listener *next; /* the stream's */
};

struct event_stream {
	u32 kinds; /* what anybody listens for */
	struct event_listener *first;
};

static inline bool event_wanted(const struct event_stream *events, enum event_kind kind)
{
	return events->kinds & BIT(kind);
}

/* Tell every listener of the kind, in the order they were added. */
void event_emit(const struct event_stream *events, const struct event *event);

/* @listener is the caller's memory, and must outlive the stream or be taken off again. */
void event_listen(struct event_stream *events, struct event_listener *listener);
void event_unlisten(struct event_stream *events, struct event_listener *listener);

#endif
