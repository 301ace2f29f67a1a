/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace.c - the journeys of packets for a person at a terminal. Each kind of event has its own few
 * words; begin_line puts time, label and place in front of them. How a helper's call is written
 * is in trace_call.c.
 */
#include "report/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "helper/helper.h"
#include "report/lineage.h"
#include "report/name.h"
#include "report/tally.h"
#include "report/text.h"
#include "report/trace_call.h"

#define LABEL_WIDTH 14 /* columns; two of indentation a generation are among them */
#define PLACE_WIDTH 13 /* "eth0:ingress" and a space */

struct trace {
	struct event_listener listener;
	struct world *world;
	FILE *out;
	struct lineage lineage;
	bool begun;
	u64 first; /* virtual time of the first event */
	u64 shown; /* ... and of the last line */
};

/* Where an event happened: "eth0", "eth0 rx", "eth0:ingress". */
static void place_name(const struct event *event, char *place, size_t size)
{
	const char *dev = event->dev ? event->dev : "?";

	switch (event->kind) {
	case EVENT_BORN:
	case EVENT_WIRE:
	case EVENT_HOST:
		snprintf(place, size, "%s %s", dev, door_name(event->door));
		break;
	case EVENT_CLONE:
	case EVENT_HOOK:
	case EVENT_HELPER:
	case EVENT_VERDICT:
	case EVENT_PRINTK:
	case EVENT_OUTPUT:
		snprintf(place, size, "%s:%s", dev, hook_name(event->hook));
		break;
	case EVENT_REDIRECT:
	case EVENT_QUEUE:
	case EVENT_DROP:
	case EVENT_CONSUME:
	case EVENT_KINDS:
		snprintf(place, size, "%s", dev);
		break;
	}
}

/* Time, label and place; the rest of the line follows. */
static void begin_line(struct trace *trace, const struct event *event,
		       const struct lineage_packet *packet)
{
	int indent = packet ? (int)(2 * min(packet->depth, LINEAGE_DEPTH_MAX)) : 0;
	u64 since = event->time - trace->first;
	char place[48];

	if (!trace->begun || event->time != trace->shown || event->kind == EVENT_BORN)
		fprintf(trace->out, "%5" PRIu64 ".%06" PRIu64 "  ", since / 1000000000,
			since % 1000000000 / 1000);
	else
		fprintf(trace->out, "%14s", "");
	trace->begun = true;
	trace->shown = event->time;
	place_name(event, place, sizeof(place));
	fprintf(trace->out, "%*s%-*s %-*s ", indent, "", LABEL_WIDTH - indent,
		packet ? packet->label : "", PLACE_WIDTH, place);
}

static void name_of(const struct trace *trace, const struct skb *skb, char name[NAME_MAX_LEN])
{
	const struct device *dev = world_device(trace->world, skb->ctx.ifindex);

	name_skb(name, NAME_MAX_LEN, skb, !dev || device_has_mac(dev) ? PARSE_ETHERNET : PARSE_IP);
}

static u32 name_hash(const char *name)
{
	return hash_bytes(name, strlen(name), 0);
}

/* A line of its own when the packet is no longer what it was called. */
static void tell_change(struct trace *trace, const struct event *event,
			struct lineage_packet *packet)
{
	char name[NAME_MAX_LEN];

	if (!packet)
		return;
	name_of(trace, event->skb, name);
	if (name_hash(name) == packet->shown)
		return;
	packet->shown = name_hash(name);
	begin_line(trace, event, packet);
	fprintf(trace->out, "now %s\n", name);
}

static void tell_born(struct trace *trace, const struct event *event, struct lineage_packet *packet)
{
	char name[NAME_MAX_LEN];

	name_of(trace, event->skb, name);
	if (packet)
		packet->shown = name_hash(name);
	fprintf(trace->out, "%s\n", name);
}

static void tell_verdict(struct trace *trace, const struct event *event)
{
	int r0 = (int)event->ret;
	const char *name = verdict_name(event->prog->type, r0);
	const char *meaning = verdict_name(event->prog->type, event->action);

	fprintf(trace->out, "%s returns ", event->prog->name);
	if (name)
		fprintf(trace->out, "%s", name);
	else
		fprintf(trace->out, "%d", r0);
	if (r0 != event->action && meaning)
		fprintf(trace->out, ", which counts as %s here", meaning);
	fputc('\n', trace->out);
}

/* Bytes that a tap would show: with the tag that stands outside. */
static u32 length_at_door(const struct skb *skb)
{
	return skb->ctx.len + (skb->ctx.vlan_present ? SKB_VLAN_LEN : 0);
}

static void tell_wire(struct trace *trace, const struct event *event)
{
	const struct device *peer = event->peer ? world_device(trace->world, event->peer) : NULL;

	fprintf(trace->out, "out on the wire, %u bytes", length_at_door(event->skb));
	if (peer)
		fprintf(trace->out, ", to %s", device_name(peer));
	fputc('\n', trace->out);
}

static void tell_host(struct trace *trace, const struct event *event)
{
	fprintf(trace->out, "up to the host, %u bytes", length_at_door(event->skb));
	if (event->reason != DROP_NOT_SPECIFIED)
		fprintf(trace->out, ", where it ends: %s (%s)", drop_reason_name(event->reason),
			drop_reason_text(event->reason));
	fputc('\n', trace->out);
}

/*
 * What a program does while it runs stands under the line that said so; only a program that was
 * reached by a tail call is named again.
 */
static void begin_deed(struct trace *trace, const struct event *event,
		       const struct lineage_packet *packet)
{
	fputs("  ", trace->out);
	if (!packet || packet->prog != event->prog)
		fprintf(trace->out, "%s: ", event->prog->name);
}

/* What a program wrote, on one line whatever is in it. */
static void tell_printk(struct trace *trace, const struct event *event)
{
	fputs("printk: ", trace->out);
	for (u32 i = 0; i < event->len; i++) {
		u8 c = (u8)event->text[i];

		if (c < ' ' ? c == '\t' : c != 0x7f)
			fputc(c, trace->out);
		else
			fprintf(trace->out, "\\x%02x", c);
	}
	fputc('\n', trace->out);
}

static void tell(struct trace *trace, const struct event *event, struct lineage_packet *packet)
{
	FILE *out = trace->out;

	switch (event->kind) {
	case EVENT_BORN:
		tell_born(trace, event, packet);
		break;
	case EVENT_CLONE:
		fprintf(out, "cloned from %s by %s\n", packet ? packet->parent : "?",
			event->prog ? event->prog->name : "?");
		break;
	case EVENT_HOOK:
		fprintf(out, "%s runs\n", event->prog->name);
		if (packet)
			packet->prog = event->prog;
		break;
	case EVENT_HELPER:
		begin_deed(trace, event, packet);
		trace_call(trace->world, event, out);
		fputc('\n', out);
		break;
	case EVENT_VERDICT:
		tell_verdict(trace, event);
		break;
	case EVENT_REDIRECT:
		fprintf(out, "sent to its %s\n", event->ingress ? "ingress" : "egress");
		break;
	case EVENT_QUEUE:
		fprintf(out, "waits in %s\n", event->ingress ? "the backlog" : "the queue");
		break;
	case EVENT_DROP:
		fprintf(out, "dropped: %s (%s)\n", drop_reason_name(event->reason),
			drop_reason_text(event->reason));
		break;
	case EVENT_CONSUME:
		fprintf(out, "ends here, taken by the verdict\n");
		break;
	case EVENT_WIRE:
		tell_wire(trace, event);
		break;
	case EVENT_HOST:
		tell_host(trace, event);
		break;
	case EVENT_PRINTK:
		begin_deed(trace, event, packet);
		tell_printk(trace, event);
		break;
	case EVENT_OUTPUT:
		begin_deed(trace, event, packet);
		fprintf(out, "%u bytes into %s\n", event->len, event->text);
		break;
	case EVENT_KINDS:
		break;
	}
}

static void hear(struct event_listener *listener, const struct event *event)
{
	struct trace *trace = container_of(listener, struct trace, listener);
	struct lineage_packet *packet = NULL;

	/* A journey is told by what was done to packets and maps, not by every look at a clock. */
	if (event->kind == EVENT_HELPER && !(helper_find(event->helper)->flags & HELPER_STATUS))
		return;
	/* Each injected frame's journey stands apart. */
	if (!trace->begun)
		trace->first = event->time;
	else if (event->kind == EVENT_BORN)
		fputc('\n', trace->out);

	if (event->kind == EVENT_CLONE)
		packet = lineage_clone(&trace->lineage, event);
	else if (event->skb)
		packet = lineage_get(&trace->lineage, event->skb);
	/* A helper's change is seen after its call, a direct write before whatever comes next. */
	if (event->kind != EVENT_BORN && event->kind != EVENT_HELPER)
		tell_change(trace, event, packet);
	begin_line(trace, event, packet);
	tell(trace, event, packet);
	if (event->kind == EVENT_HELPER)
		tell_change(trace, event, packet);
	if (event->skb && lineage_is_end(event))
		lineage_end(&trace->lineage, event->skb);
}

struct trace *trace_new(struct world *world, FILE *out)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	trace->listener.kinds = BIT(EVENT_KINDS) - 1;
	trace->listener.fn = hear;
	trace->world = world;
	trace->out = out;
	return trace;
}

struct event_listener *trace_listener(struct trace *trace)
{
	return &trace->listener;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	lineage_free(&trace->lineage);
	free(trace);
}
