/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * api.c - the functions of include/skiff/skiff.h: a world, its loader and what listens, in one
 * handle. Nothing is decided here; options are translated and calls passed on.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/object.h"
#include "net/world.h"
#include "report/tap.h"
#include "skb/skb.h"
#include "skiff/skiff.h"

#define LIMIT_DEFAULT 100000

struct skiff_object {
	struct skiff_world *world;
	struct object *object;
	struct skiff_object *next;
};

struct skiff_world {
	struct world *world;
	struct loader *loader;
	struct skiff_object *objects;
	struct error err;
	struct event_listener listener;
	struct tap tap;
	void (*frame_fn)(void *data, const struct skiff_frame *frame);
	void *frame_data;
	void (*printk_fn)(void *data, const char *line);
	void *printk_data;
};

_Static_assert((int)SKIFF_INGRESS == HOOK_INGRESS && (int)SKIFF_EGRESS == HOOK_EGRESS, "hooks");
_Static_assert((int)SKIFF_RX == DOOR_RX && (int)SKIFF_TX == DOOR_TX &&
		       (int)SKIFF_WIRE == DOOR_WIRE && (int)SKIFF_HOST == DOOR_HOST,
	       "doors");

/* A caller built against an older, shorter structure: its fields, zero for the rest. */
static void take_opts(void *to, size_t size, const void *from)
{
	size_t given;

	memset(to, 0, size);
	if (!from)
		return;
	memcpy(&given, from, sizeof(given));
	memcpy(to, from, min(given, size));
}

static void tell_frame(struct skiff_world *world, const struct event *event)
{
	const struct skb *skb = event->skb;
	struct skiff_frame frame = {
		.ifindex = event->ifindex,
		.door = (enum skiff_door)event->door,
		.time_ns = event->time,
		.id = skb->id,
		.parent = skb->parent,
		.origin = skb->frame,
	};

	if (!world->frame_fn)
		return;
	/* Without memory for the tag the frame is shown without it, rather than not at all. */
	if (tap_bytes(&world->tap, event, &frame.bytes, &frame.len))
		error_set(&world->err, -ENOMEM, "no memory to show a frame's VLAN tag");
	world->frame_fn(world->frame_data, &frame);
}

static void on_event(struct event_listener *listener, const struct event *event)
{
	struct skiff_world *world = container_of(listener, struct skiff_world, listener);

	if (event->kind != EVENT_PRINTK)
		tell_frame(world, event);
	else if (world->printk_fn)
		world->printk_fn(world->printk_data, event->text);
}

struct skiff_world *skiff_world_new(const struct skiff_world_opts *opts)
{
	struct skiff_world *world = calloc(1, sizeof(*world));
	struct skiff_world_opts o;

	if (!world)
		return NULL;
	take_opts(&o, sizeof(o), opts);
	world->world =
		world_new(&(struct world_options){.seed = o.seed,
						  .start = o.start_ns,
						  .limit = o.limit ? o.limit : LIMIT_DEFAULT},
			  &world->err);
	world->loader = loader_new(&(struct loader_options){.seed = (u32)o.seed}, &world->err);
	if (!world->world || !world->loader) {
		skiff_world_free(world);
		return NULL;
	}
	world->listener = (struct event_listener){
		.kinds = BIT(EVENT_WIRE) | BIT(EVENT_HOST) | BIT(EVENT_PRINTK), .fn = on_event};
	event_listen(&world_host(world->world)->events, &world->listener);
	return world;
}

void skiff_world_free(struct skiff_world *world)
{
	struct skiff_object *object;

	if (!world)
		return;
	world_free(world->world);
	tap_free(&world->tap);
	while ((object = world->objects)) {
		world->objects = object->next;
		object_close(object->object);
		free(object);
	}
	loader_free(world->loader);
	free(world);
}

const char *skiff_error(const struct skiff_world *world)
{
	return world->err.text;
}

int skiff_device_add(struct skiff_world *world, const struct skiff_device_opts *opts)
{
	static const enum device_kind kinds[] = {
		[SKIFF_ETHER] = DEVICE_ETHER, [SKIFF_VETH] = DEVICE_VETH, [SKIFF_IFB] = DEVICE_IFB,
		[SKIFF_DUMMY] = DEVICE_DUMMY, [SKIFF_TUN] = DEVICE_TUN,
	};
	struct skiff_device_opts o;
	struct device_desc desc;

	take_opts(&o, sizeof(o), opts);
	if (!o.name || !*o.name || strlen(o.name) >= DEVICE_NAME_LEN)
		return error_set(&world->err, -EINVAL, "a device needs a name of 1 to %d bytes",
				 DEVICE_NAME_LEN - 1);
	if ((size_t)o.kind >= ARRAY_SIZE(kinds))
		return error_set(&world->err, -EINVAL, "device %s: there is no kind %d", o.name,
				 (int)o.kind);
	if (o.peer && strlen(o.peer) >= DEVICE_NAME_LEN)
		return error_set(&world->err, -EINVAL, "device %s: the peer's name is too long",
				 o.name);
	desc = (struct device_desc){.kind = kinds[o.kind],
				    .ifindex = o.ifindex,
				    .mtu = o.mtu,
				    .has_mac = o.mac != NULL,
				    .down = o.down,
				    .nocarrier = o.nocarrier,
				    .noreader = o.noreader,
				    .qlen = o.qlen ? (s64)o.qlen : -1,
				    .rate = o.rate};
	strcpy(desc.name, o.name);
	if (o.mac)
		memcpy(desc.mac, o.mac, sizeof(desc.mac));
	if (o.peer)
		strcpy(desc.peer, o.peer);
	return world_add_device(world->world, &desc, &world->err);
}

int skiff_device_find(struct skiff_world *world, const char *name)
{
	struct device *dev = world_device_by_name(world->world, name);

	if (!dev)
		return error_set(&world->err, -ENODEV, "there is no device %s", name);
	return (int)device_ifindex(dev);
}

static struct device *device_at(struct skiff_world *world, u32 ifindex)
{
	struct device *dev = world_device(world->world, ifindex);

	if (!dev)
		error_set(&world->err, -ENODEV, "there is no device with ifindex %u", ifindex);
	return dev;
}

int skiff_device_stats(struct skiff_world *world, uint32_t ifindex, struct skiff_stats *stats)
{
	struct device *dev = device_at(world, ifindex);
	struct device_stats s;

	if (!dev)
		return -ENODEV;
	device_stats(dev, &s);
	*stats = (struct skiff_stats){s.rx_packets, s.rx_bytes, s.rx_dropped,
				      s.tx_packets, s.tx_bytes, s.tx_dropped};
	return 0;
}

static int select_programs(struct skiff_world *world, struct object *object, const char *name)
{
	int index;

	if (!name) {
		for (u32 i = 0; i < object_program_cnt(object); i++)
			object_select(object, i, true);
		return 0;
	}
	index = object_find_program(object, name);
	if (index < 0)
		return error_set(&world->err, index, "%s has no program %s", object_path(object),
				 name);
	object_select(object, (u32)index, true);
	return 0;
}

struct skiff_object *skiff_object_load(struct skiff_world *world, const char *path,
				       const char *program)
{
	struct skiff_object *object = calloc(1, sizeof(*object));

	if (!object) {
		error_set(&world->err, -ENOMEM, "%s: no memory", path);
		return NULL;
	}
	object->world = world;
	if (object_open(world->loader, path, &object->object, &world->err) ||
	    select_programs(world, object->object, program) ||
	    object_load(object->object, &world->err)) {
		object_close(object->object);
		free(object);
		return NULL;
	}
	object->next = world->objects;
	world->objects = object;
	return object;
}

int skiff_attach(struct skiff_world *world, uint32_t ifindex, enum skiff_hook hook,
		 struct skiff_object *object, const char *program)
{
	int index = object_find_program(object->object, program);
	const struct object_program *found;
	struct attachment how;
	int number;

	if (index < 0)
		return error_set(&world->err, -ENOENT, "%s has no program %s",
				 object_path(object->object), program);
	found = object_program(object->object, (u32)index);
	if (!found->prog)
		return error_set(&world->err, -ENOENT, "program %s was not loaded", program);
	how = (struct attachment){.ifindex = ifindex,
				  .hook = (enum hook)hook,
				  .kind = found->tcx ? ATTACH_TCX : ATTACH_CLSACT,
				  .prio = 1,
				  .protocol = htons(ETH_P_ALL)};
	number = world_attach(world->world, &how, found->prog, &world->err);
	return number < 0 ? number : 0;
}

static int find_map(struct skiff_object *object, const char *name, size_t value_size,
		    struct map **found)
{
	struct error *err = &object->world->err;

	for (u32 i = 0; i < object_map_cnt(object->object); i++) {
		const struct object_map *map = object_map(object->object, i);

		if (!map->map || strcmp(map->name, name))
			continue;
		*found = map->map;
		if (map_user_value_size(map->map) == value_size)
			return 0;
		return error_set(err, -EINVAL, "map %s: its values have %u bytes, not %zu", name,
				 map_user_value_size(map->map), value_size);
	}
	return error_set(err, -ENOENT, "%s has no map %s", object_path(object->object), name);
}

static int map_answer(struct skiff_object *object, const char *name, int code)
{
	if (code)
		error_set(&object->world->err, code, "map %s: %s", name, strerror(-code));
	return code;
}

int skiff_map_get(struct skiff_object *object, const char *name, const void *key, void *value,
		  size_t value_size)
{
	struct map *map;
	int code = find_map(object, name, value_size, &map);

	return code ? code : map_answer(object, name, map_user_lookup(map, key, value, 0));
}

int skiff_map_set(struct skiff_object *object, const char *name, const void *key, const void *value,
		  size_t value_size)
{
	struct map *map;
	int code = find_map(object, name, value_size, &map);

	return code ? code : map_answer(object, name, map_user_update(map, key, value, 0));
}

void skiff_on_frame(struct skiff_world *world,
		    void (*fn)(void *data, const struct skiff_frame *frame), void *data)
{
	world->frame_fn = fn;
	world->frame_data = data;
}

void skiff_on_printk(struct skiff_world *world, void (*fn)(void *data, const char *line),
		     void *data)
{
	world->printk_fn = fn;
	world->printk_data = data;
}

int skiff_inject(struct skiff_world *world, uint32_t ifindex, enum skiff_door door,
		 const void *frame, uint32_t len, uint64_t time_ns)
{
	struct device *dev = device_at(world, ifindex);
	int code;

	if (!dev)
		return -ENODEV;
	if (door != SKIFF_RX && door != SKIFF_TX)
		return error_set(&world->err, -EINVAL, "a frame goes in by SKIFF_RX or SKIFF_TX");
	code = world_advance(world->world, time_ns, &world->err);
	if (!code)
		code = world_inject(world->world, dev, (enum door)door, frame, len, time_ns,
				    &world->err);
	if (!code)
		code = world_settle(world->world, &world->err);
	loader_quiesce(world->loader);
	return code;
}

int skiff_drain(struct skiff_world *world)
{
	return world_drain(world->world, &world->err);
}
