/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * story.h - what the tests of the views share: a world with a few devices, packets made by hand,
 * and events told by hand, so that each view is tested without a program running.
 */
#ifndef SKIFF_TESTS_REPORT_STORY_H
#define SKIFF_TESTS_REPORT_STORY_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "net/world.h"
#include "skb/skb.h"

struct story {
	struct world *world;
	struct event_stream *events;
	struct skb_pool *pool;
	u64 time;
	u64 frames;
};

enum { ETH0 = 2, MON0 = 3, TUN0 = 4 };

/* eth0 (2), mon0 (3), tun0 (4), and lo as always. */
static inline struct story story_begin(void)
{
	static const struct device_desc descs[] = {
		{.name = "eth0", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "mon0", .kind = DEVICE_ETHER, .qlen = -1},
		{.name = "tun0", .kind = DEVICE_TUN, .qlen = -1},
	};
	struct world_options options = {.start = 1700000000000000000};
	struct error err;
	struct story story = {.world = world_new(&options, &err), .pool = skb_pool_new()};

	for (u32 i = 0; i < ARRAY_SIZE(descs); i++) {
		if (world_add_device(story.world, &descs[i], &err) != (int)(ETH0 + i))
			abort();
	}
	story.events = &world_host(story.world)->events;
	story.time = options.start;
	return story;
}

static inline void story_end(struct story *story)
{
	skb_pool_free(story->pool);
	world_free(story->world);
}

/* An injected UDP packet of @len bytes, with an Ethernet header, as a hook sees it. */
static inline struct skb *story_frame(struct story *story, u32 len)
{
	static const u8 headers[42] = {
		2, 0,  0,  0, 0, 2,  2, 0, 0, 0,  0, 1, 8, 0,	 0x45, 0, 0,  0, 0, 0, 0,
		0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x04, 0x57, 0, 53, 0, 0, 0, 0,
	};
	struct skb *skb = skb_alloc(story->pool, len);
	u8 *at = skb_writable(skb, 0, len);

	memset(at, 0, len);
	memcpy(at, headers, min(len, (u32)sizeof(headers)));
	if (len >= sizeof(headers)) {
		at[16] = (u8)((len - 14) >> 8);
		at[17] = (u8)(len - 14);
		at[38] = (u8)((len - 34) >> 8);
		at[39] = (u8)(len - 34);
	}
	skb->frame = ++story->frames;
	skb->ctx.ifindex = ETH0;
	skb_reset_mac_header(skb);
	skb->network_header = (u16)(skb->mac_header + 14);
	return skb;
}

/* Tell an event; what is not in @event but follows from device and skb is filled in. */
static inline void story_tell(struct story *story, u32 ifindex, const struct skb *skb,
			      struct event event)
{
	const struct device *dev = world_device(story->world, ifindex);

	event.time = story->time;
	event.ifindex = ifindex;
	event.dev = dev ? device_name(dev) : NULL;
	event.skb = skb;
	event_emit(story->events, &event);
}

/* @skb's clone, told as @prog's doing at @hook of eth0; it goes to @ifindex. */
static inline struct skb *story_clone(struct story *story, const struct skb *skb,
				      const struct prog *prog, enum hook hook, u32 ifindex)
{
	struct skb *clone = skb_clone(skb);

	story_tell(story, skb->ctx.ifindex, clone,
		   (struct event){.kind = EVENT_CLONE, .prog = prog, .hook = hook});
	story_tell(story, ifindex, clone, (struct event){.kind = EVENT_REDIRECT});
	clone->ctx.ifindex = ifindex;
	return clone;
}

#endif
