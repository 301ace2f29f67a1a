/* SPDX-License-Identifier: BSD-2-Clause */
/* event.c - listeners of the stream, and the names of its enums. */
#include "event/event.h"

void event_emit(const struct event_stream *events, const struct event *event)
{
	for (struct event_listener *listener = events->first; listener; listener = listener->next) {
		if (listener->kinds & BIT(event->kind))
			listener->fn(listener, event);
	}
}

static void recount(struct event_stream *events)
{
	events->kinds = 0;
	for (struct event_listener *listener = events->first; listener; listener = listener->next)
		events->kinds |= listener->kinds;
}

void event_listen(struct event_stream *events, struct event_listener *listener)
{
	struct event_listener **at = &events->first;

	while (*at)
		at = &(*at)->next;
	*at = listener;
	listener->next = NULL;
	recount(events);
}

void event_unlisten(struct event_stream *events, struct event_listener *listener)
{
	for (struct event_listener **at = &events->first; *at; at = &(*at)->next) {
		if (*at == listener) {
			*at = listener->next;
			break;
		}
	}
	recount(events);
}

const char *drop_reason_name(enum drop_reason reason)
{
	static const char *const names[] = {
#define DROP(name, text) #name,
#include "event/drop.def"
#undef DROP
	};

	return names[reason];
}

const char *drop_reason_text(enum drop_reason reason)
{
	static const char *const texts[] = {
#define DROP(name, text) text,
#include "event/drop.def"
#undef DROP
	};

	return texts[reason];
}

const char *door_name(enum door door)
{
	static const char *const names[DOORS] = {"rx", "tx", "wire", "host"};

	return names[door];
}

const char *hook_name(enum hook hook)
{
	static const char *const names[HOOKS] = {"ingress", "egress"};

	return names[hook];
}
