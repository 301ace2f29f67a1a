/* SPDX-License-Identifier: BSD-2-Clause */
/* fake.c - the host that writes everything down. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

static struct fake *fake_of(struct host *host)
{
	return container_of(host, struct fake, host);
}

static struct device *find(struct host *host, const struct skb *skb, u32 ifindex)
{
	struct fake *fake = fake_of(host);

	for (u32 i = 0; i < FAKE_DEVICES; i++) {
		if (fake->devices[i].ifindex && fake->devices[i].ifindex == ifindex)
			return &fake->devices[i];
	}
	return NULL;
}

static bool has_mac(const struct device *dev)
{
	return !dev->no_mac;
}

static int note(struct host *host, struct device *dev, struct skb *skb, bool ingress)
{
	struct fake *fake = fake_of(host);
	struct fake_sent *sent = &fake->sent[fake->sent_cnt++ % FAKE_SENT];

	*sent = (struct fake_sent){
		.ifindex = dev->ifindex,
		.ingress = ingress,
		.len = skb->ctx.len,
		.mac_header = skb->mac_header,
		.mac_len = skb->mac_len,
		.network_header = skb->network_header,
		.data = skb_data_offset(skb),
		.id = skb->id,
		.parent = skb->parent,
		.shared = fake->run.skb && skb->buf == fake->run.skb->buf,
	};
	skb_copy_bits(skb, 0, fake->bytes, min(skb->ctx.len, (u32)FAKE_BYTES));
	if (dev->hold)
		sent->held = skb;
	else
		skb_free(skb);
	return dev->answer;
}

static int transmit(struct host *host, struct device *dev, struct skb *skb)
{
	return note(host, dev, skb, false);
}

static int receive(struct host *host, struct device *dev, struct skb *skb)
{
	return note(host, dev, skb, true);
}

static u32 ifindex_of(const struct device *dev)
{
	return dev->ifindex;
}

static const char *name_of(const struct device *dev)
{
	return dev->name;
}

static const struct host_ops ops = {
	.device_find = find,
	.device_has_mac = has_mac,
	.transmit = transmit,
	.receive = receive,
	.device_ifindex = ifindex_of,
	.device_name = name_of,
};

void fake_init(struct fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->host.ops = &ops;
	fake->host.pool = skb_pool_new();
	random_seed(&fake->host.random, 1);
	fake->devices[0] = (struct device){.ifindex = 2, .name = "eth0"};
	fake->devices[1] = (struct device){.ifindex = 3, .name = "tun0", .no_mac = true};
	fake->prog.type = BPF_PROG_TYPE_SCHED_CLS;
	fake->prog.sites = &fake->site;
	fake->prog.insn_cnt = 1;
	fake->run = (struct run){.host = &fake->host, .prog = &fake->prog, .hook = HOOK_EGRESS};
}

void fake_free(struct fake *fake)
{
	for (u32 i = 0; i < FAKE_SENT; i++)
		skb_free(fake->sent[i].held);
	skb_free(fake->run.skb);
	skb_pool_free(fake->host.pool);
}

static void listen(struct event_listener *listener, const struct event *event)
{
	struct fake *fake = container_of(listener, struct fake, listener);

	fake->events[fake->event_cnt++ % FAKE_EVENTS] = *event;
	if (event->text)
		snprintf(fake->text, sizeof(fake->text), "%s", event->text);
	if (event->bytes)
		memcpy(fake->record, event->bytes, min(event->len, (u32)FAKE_BYTES));
}

void fake_listen(struct fake *fake, u32 kinds)
{
	fake->listener = (struct event_listener){.kinds = kinds, .fn = listen};
	event_listen(&fake->host.events, &fake->listener);
}

struct skb *fake_packet(struct fake *fake, const void *bytes, u32 len)
{
	struct skb *skb = skb_alloc(fake->host.pool, len);
	u8 *at = skb_writable(skb, 0, len);

	for (u32 i = 0; i < len; i++)
		at[i] = bytes ? ((const u8 *)bytes)[i] : (u8)i;
	skb_reset_mac_header(skb);
	skb->mac_len = SKB_MAC_LEN;
	skb->network_header = (u16)(skb->mac_header + SKB_MAC_LEN);
	skb->dev = &fake->devices[0];
	skb->ctx.ifindex = fake->devices[0].ifindex;
	skb_free(fake->run.skb);
	fake->run.skb = skb;
	return skb;
}

s64 fake_call(struct fake *fake, u32 id, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (s64)helper_call(&fake->run, id, r1, r2, r3, r4, r5);
}
