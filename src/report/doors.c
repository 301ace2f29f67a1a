/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doors.c - what leaves by a door, as frames of a capture. The first failure is kept and ends the
 * writing; whoever runs the world asks for it after each frame.
 */
#include "report/doors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "report/lineage.h"
#include "report/tap.h"

struct doors {
	struct event_listener listener;
	struct capture_writer *writer;
	struct lineage lineage;
	u32 *ifindexes; /* of the capture's interfaces, ascending */
	u32 cnt;
	u32 last; /* the interface found last */
	struct tap tap;
	int failed;
	struct error why;
};

static bool find_interface(struct doors *doors, u32 ifindex, u32 *interface)
{
	for (u32 i = 0; i < doors->cnt; i++) {
		u32 at = (doors->last + i) % doors->cnt;

		if (doors->ifindexes[at] == ifindex) {
			*interface = doors->last = at;
			return true;
		}
	}
	return false;
}

static int write_frame(struct doors *doors, const struct event *event)
{
	const struct skb *skb = event->skb;
	const struct lineage_packet *clone = lineage_find(&doors->lineage, skb->id);
	char comment[sizeof(clone->label) + sizeof(clone->parent) + sizeof(clone->maker) + 96];
	struct capture_packet packet = {
		.time = event->time,
		.direction = event->kind == EVENT_WIRE ? CAPTURE_OUTBOUND : CAPTURE_INBOUND,
	};
	int code;

	if (!find_interface(doors, event->ifindex, &packet.interface))
		return error_set(&doors->why, -ENODEV,
				 "a frame left by %s, which was not there when the capture began",
				 event->dev ? event->dev : "a device");
	code = tap_bytes(&doors->tap, event, &packet.bytes, &packet.len);
	if (code)
		return error_set(&doors->why, code, "no memory for a frame of %u bytes",
				 packet.len);
	if (clone && clone->depth) {
		snprintf(comment, sizeof(comment),
			 "clone %s of %s%s%sframe %" PRIu64 ", made by bpf_clone_redirect in %s",
			 clone->label, clone->depth > 1 ? "clone " : "",
			 clone->depth > 1 ? clone->parent : "", clone->depth > 1 ? " of " : "",
			 clone->frame, clone->maker);
		packet.comment = comment;
	}
	return capture_write(doors->writer, &packet, &doors->why);
}

static void hear(struct event_listener *listener, const struct event *event)
{
	struct doors *doors = container_of(listener, struct doors, listener);

	if (event->kind == EVENT_CLONE && !lineage_clone(&doors->lineage, event) && !doors->failed)
		doors->failed = error_set(&doors->why, -ENOMEM,
					  "no memory to remember which packet is whose clone");
	if (!doors->failed && (event->kind == EVENT_WIRE || event->kind == EVENT_HOST))
		doors->failed = write_frame(doors, event);
	if (lineage_is_end(event))
		lineage_end(&doors->lineage, event->skb);
}

static int create(struct doors *doors, const char *path, struct world *world, struct error *err)
{
	struct capture_interface *interfaces;
	struct device *dev = NULL;
	u32 i = 0;
	int code;

	while ((dev = world_next_device(world, dev)))
		doors->cnt++;
	interfaces = calloc(doors->cnt + 1, sizeof(*interfaces));
	doors->ifindexes = calloc(doors->cnt + 1, sizeof(*doors->ifindexes));
	if (!interfaces || !doors->ifindexes) {
		free(interfaces);
		return error_set(err, -ENOMEM, "no memory to write %s", path);
	}
	while ((dev = world_next_device(world, dev))) {
		static const u8 none[6];

		interfaces[i].name = device_name(dev);
		interfaces[i].description = device_kind_name(device_kind(dev));
		interfaces[i].linktype = device_has_mac(dev) ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
		interfaces[i].has_mac = device_has_mac(dev) && memcmp(device_mac(dev), none, 6);
		memcpy(interfaces[i].mac, device_mac(dev), 6);
		/* lo is in every world, and shall not keep a lone tun from its .pcap. */
		interfaces[i].optional = device_kind(dev) == DEVICE_LO;
		doors->ifindexes[i++] = device_ifindex(dev);
	}
	code = capture_create(path, interfaces, doors->cnt, &doors->writer, err);
	free(interfaces);
	return code;
}

int doors_open(const char *path, struct world *world, struct doors **doors, struct error *err)
{
	struct doors *new = calloc(1, sizeof(*new));
	int code;

	if (!new)
		return error_set(err, -ENOMEM, "no memory to write %s", path);
	code = create(new, path, world, err);
	if (code) {
		free(new->ifindexes);
		free(new);
		return code;
	}
	new->listener.fn = hear;
	new->listener.kinds = BIT(EVENT_WIRE) | BIT(EVENT_HOST);
	/* Without comments nobody needs to know who is whose clone. */
	if (capture_keeps_comments(new->writer))
		new->listener.kinds |= BIT(EVENT_CLONE) | BIT(EVENT_DROP) | BIT(EVENT_CONSUME);
	*doors = new;
	return 0;
}

struct event_listener *doors_listener(struct doors *doors)
{
	return &doors->listener;
}

int doors_failed(const struct doors *doors)
{
	return doors->failed;
}

int doors_close(struct doors *doors, struct error *err)
{
	int code = capture_finish(doors->writer, doors->failed ? NULL : err);

	if (doors->failed) {
		code = doors->failed;
		if (err)
			*err = doors->why;
	}
	lineage_free(&doors->lineage);
	free(doors->ifindexes);
	tap_free(&doors->tap);
	free(doors);
	return code;
}
