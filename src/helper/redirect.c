/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.c - bpf_clone_redirect and bpf_redirect.
 *
 * The checks of bpf_clone_redirect come in Linux's order, so that of several mistakes the program
 * is told of the same one (FACTS A.1). A clone that fails on its way is gone; the original is
 * never harmed and its program goes on.
 */
#include "helper/redirect.h"

#include <errno.h>
#include <linux/pkt_cls.h>

#include "helper/helper.h"
#include "skb/csum.h"

static int drop(struct host *host, struct skb *skb, enum drop_reason reason)
{
	struct event event = {.kind = EVENT_DROP, .time = host->now, .skb = skb, .reason = reason};

	if (event_wanted(&host->events, EVENT_DROP)) {
		event.ifindex = skb->ctx.ifindex;
		event.dev = host_device_name(host, skb->dev);
		event_emit(&host->events, &event);
	}
	skb_free(skb);
	return -ERANGE;
}

static void report_redirect(struct host *host, const struct skb *skb, const struct device *dev,
			    bool ingress)
{
	struct event event = {.kind = EVENT_REDIRECT, .time = host->now, .skb = skb};

	event.ifindex = host->ops->device_ifindex(dev);
	event.dev = host_device_name(host, dev);
	event.ingress = ingress;
	event_emit(&host->events, &event);
}

static int send(struct host *host, struct skb *skb, struct device *dev, u64 flags)
{
	bool ingress = flags & BPF_F_INGRESS;

	if (unlikely(event_wanted(&host->events, EVENT_REDIRECT)))
		report_redirect(host, skb, dev, ingress);
	return ingress ? host->ops->receive(host, dev, skb) : host->ops->transmit(host, dev, skb);
}

static int send_no_mac(struct host *host, struct skb *skb, struct device *dev, u64 flags)
{
	/* Unsigned: a network header before data is as if it lay far behind the end. */
	u32 before = (u32)skb_network_offset(skb);

	if (unlikely(skb->ctx.len <= before))
		return drop(host, skb, DROP_PKT_TOO_SMALL);
	if (before) {
		skb_pull(skb, before);
		/* At ingress the sum never covered the link-layer header. */
		if (!skb->tc_at_ingress)
			csum_pulled(skb, skb_data(skb) - before, before, 0);
	}
	skb->mac_header = skb->network_header;
	skb->mac_len = 0;
	return send(host, skb, dev, flags);
}

static int send_mac(struct host *host, struct skb *skb, struct device *dev, u64 flags)
{
	/* Only offsets are compared: an unset header is the largest. A forwarded packet at
	 * lwt_xmit passes with a header that data has left behind (FACTS D.4). */
	if (unlikely(skb->mac_header >= skb->network_header || !skb->ctx.len))
		return drop(host, skb, DROP_DEV_HDR);
	if (skb->tc_at_ingress)
		csum_pushed(skb, skb_head(skb) + skb->mac_header, skb->mac_len, 0);
	return send(host, skb, dev, flags);
}

int redirect_skb(struct host *host, struct skb *skb, struct device *dev, u64 flags)
{
	return host->ops->device_has_mac(dev) ? send_mac(host, skb, dev, flags)
					      : send_no_mac(host, skb, dev, flags);
}

/* May the program, or one that waits for it, write to the packet directly once this call is done?
 * Without the verifier's facts, it may. */
static bool write_follows(const struct run *run)
{
	const u8 *sites = run->prog->sites;

	return run->caller_writes || !sites || sites[run->insn] & PROG_SITE_WRITE_FOLLOWS;
}

static void report_clone(const struct run *run, const struct skb *clone)
{
	struct event event = run_event(run, EVENT_CLONE);

	event.skb = clone;
	event_emit(&run->host->events, &event);
}

/*
 * bpf_clone_redirect(skb, ifindex, flags): a clone of the packet to another device.
 * 0, NET_XMIT_DROP (1) or NET_XMIT_CN (2) as the device took it; -EINVAL: flags or no such
 * device; -EBADMSG: segments of no type; -ENOMEM; -ERANGE: the header rule; -ENETDOWN: recursion.
 *
 * Linux copies the original's bytes on each call, because the program may write to them next.
 * Here the room for the copy is got where Linux gets it, since failing is only possible before
 * the clone is on its way; but the bytes are copied only if a direct write can follow and the
 * clone, after all that happens in its transmission, still shares them. (Other writers pass
 * skb_writable.)
 */
u64 helper_clone_redirect(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct host *host = run->host;
	struct skb *skb = run->skb;
	struct skb_buf *spare;
	struct device *dev;
	struct skb *clone;
	u64 flags = r3;
	int ret;

	if (unlikely(flags & ~(u64)BPF_F_INGRESS))
		return (u64)-EINVAL;
	if (unlikely(skb->ctx.gso_size && !skb->gso_type))
		return (u64)-EBADMSG;
	dev = host->ops->device_find(host, skb, (u32)r2);
	if (unlikely(!dev))
		return (u64)-EINVAL;
	clone = skb_clone(skb);
	if (unlikely(!clone))
		return (u64)-ENOMEM;
	spare = skb_copy_prepare(skb);
	if (unlikely(!spare)) {
		skb_free(clone);
		return (u64)-ENOMEM;
	}
	if (!write_follows(run)) {
		skb_copy_cancel(skb, spare);
		spare = NULL;
	}

	if (unlikely(event_wanted(&host->events, EVENT_CLONE)))
		report_clone(run, clone);
	ret = redirect_skb(host, clone, dev, flags);
	if (spare)
		skb_copy_commit(skb, spare);
	return (u64)(s64)ret;
}

/*
 * bpf_redirect(ifindex, flags): notes where the packet shall go, and returns the verdict that
 * sends it there, TC_ACT_REDIRECT; TC_ACT_SHOT for unknown flags. Nothing else is looked at
 * before the program has ended; the last call counts.
 */
u64 helper_redirect(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct host *host = run->host;

	if (unlikely(r2 & ~(u64)BPF_F_INGRESS))
		return TC_ACT_SHOT;
	host->redirect_ifindex = (u32)r1;
	host->redirect_flags = (u32)r2;
	return TC_ACT_REDIRECT;
}
