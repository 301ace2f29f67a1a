/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook.c - running the programs of a hook, and what their verdicts do.
 *
 * Each program's r0 becomes an action by the rules of the list it stands in (FACTS C.1, C.2); the
 * first action other than TC_ACT_UNSPEC decides. Start reading at hook_run.
 */
#include "net/hook.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>

#include "helper/redirect.h"
#include "net/outcome.h"
#include "vm/vm.h"

#define CLASSID_MINOR 0xffff

/* Beside the verdicts: the frame has used up its runs. */
#define ACT_LIMIT (TC_ACT_VALUE_MAX + 1)

static void report(const struct attached *attached, const struct skb *skb, struct event event)
{
	const struct host *host = &attached->dev->world->host;

	event.time = host->now;
	event.skb = skb;
	event.ifindex = attached->dev->ifindex;
	event.dev = attached->dev->name;
	event.hook = attached->how.hook;
	event.prog = attached->how.prog;
	event.attachment = attached->how.number;
	event_emit(&host->events, &event);
}

/* One program: its r0. */
static u64 run_program(const struct attached *attached, struct skb *skb)
{
	struct host *host = &attached->dev->world->host;
	struct run run = {
		.host = host,
		.skb = skb,
		.attachment = attached->how.number,
		.hook = attached->how.hook,
	};

	if (unlikely(event_wanted(&host->events, EVENT_HOOK)))
		report(attached, skb, (struct event){.kind = EVENT_HOOK});
	return vm_run(&run, attached->how.prog);
}

static void verdict(const struct attached *attached, const struct skb *skb, u64 r0, int action)
{
	if (unlikely(event_wanted(&attached->dev->world->host.events, EVENT_VERDICT)))
		report(attached, skb,
		       (struct event){.kind = EVENT_VERDICT, .ret = r0, .action = action});
	limit_verdict(&attached->dev->world->limit, skb, action);
}

/* Mirrors tcx_action_code. */
static int tcx_action(struct skb *skb, int r0)
{
	switch (r0) {
	case TC_ACT_OK:
		skb->ctx.tc_index = skb->ctx.tc_classid & CLASSID_MINOR;
		return r0;
	case TC_ACT_SHOT:
	case TC_ACT_REDIRECT:
		return r0;
	}
	return TC_ACT_UNSPEC;
}

/* Any value but TC_ACT_UNSPEC ends the list, also one that means nothing. Mirrors tcx_run. */
static int run_tcx(const struct hook_list *list, struct skb *skb)
{
	for (u32 i = 0; i < list->tcx_cnt; i++) {
		const struct attached *attached = list->tcx[i];
		int action;
		u64 r0;

		if (unlikely(!limit_step(attached, skb)))
			return ACT_LIMIT;
		r0 = run_program(attached, skb);
		action = tcx_action(skb, (int)r0);
		verdict(attached, skb, r0, action);
		if ((int)r0 != TC_ACT_UNSPEC)
			return action;
	}
	return TC_ACT_UNSPEC;
}

/* Mirrors cls_bpf_exec_opcode. */
static int filter_action(int r0)
{
	switch (r0) {
	case TC_ACT_OK:
	case TC_ACT_SHOT:
	case TC_ACT_STOLEN:
	case TC_ACT_TRAP:
	case TC_ACT_REDIRECT:
		return r0;
	}
	return TC_ACT_UNSPEC;
}

/* The protocol a filter is compared with: that of the outermost tag, wherever it is. */
static be16 filter_protocol(const struct skb *skb)
{
	return (be16)(skb->ctx.vlan_present ? skb->ctx.vlan_proto : skb->ctx.protocol);
}

/* Mirrors tcf_classify with cls_bpf_classify, and what tc_run does with the result. */
static int run_filters(const struct hook_list *list, struct skb *skb)
{
	be16 protocol = filter_protocol(skb);

	for (u32 i = 0; i < list->filter_cnt; i++) {
		const struct attached *attached = list->filters[i];
		int action;
		u64 r0;

		if (attached->how.protocol != htons(ETH_P_ALL) &&
		    attached->how.protocol != protocol)
			continue;
		if (unlikely(!limit_step(attached, skb)))
			return ACT_LIMIT;
		skb->ctx.tc_classid = attached->how.classid & CLASSID_MINOR;
		r0 = run_program(attached, skb);
		if (!skb->ctx.tstamp)
			skb->ctx.tstamp_type = 0;
		action = filter_action((int)r0);
		if (action == TC_ACT_OK)
			skb->ctx.tc_index = skb->ctx.tc_classid & CLASSID_MINOR;
		verdict(attached, skb, r0, action);
		if (action != TC_ACT_UNSPEC)
			return action;
	}
	return TC_ACT_UNSPEC;
}

/* The packet itself goes where the last bpf_redirect said. Mirrors skb_do_redirect. */
static void redirect(struct device *dev, struct skb *skb)
{
	struct host *host = &dev->world->host;
	struct device *to = device_table_find(&dev->world->devices, host->redirect_ifindex);
	u32 flags = host->redirect_flags;

	host->redirect_ifindex = 0;
	host->redirect_flags = 0;
	if (!to) {
		packet_drop(dev, skb, DROP_NO_DEVICE);
		return;
	}
	redirect_skb(host, skb, to, flags);
}

/* Do what @action says: @skb when it goes on. */
static struct skb *act(struct device *dev, enum hook hook, struct skb *skb, int action, int *ret)
{
	*ret = NET_XMIT_SUCCESS;
	switch (action) {
	case TC_ACT_SHOT:
		*ret = NET_XMIT_DROP;
		packet_drop(dev, skb, hook == HOOK_INGRESS ? DROP_TC_INGRESS : DROP_TC_EGRESS);
		return NULL;
	case ACT_LIMIT:
		*ret = NET_XMIT_DROP;
		packet_drop(dev, skb, DROP_LOOP_LIMIT);
		return NULL;
	case TC_ACT_STOLEN:
	case TC_ACT_TRAP:
		packet_consume(dev, skb);
		return NULL;
	case TC_ACT_REDIRECT:
		redirect(dev, skb);
		return NULL;
	}
	return skb;
}

struct skb *hook_run(struct device *dev, enum hook hook, struct skb *skb, int *ret)
{
	const struct hook_list *list = &dev->hooks[hook];
	struct world *world = dev->world;
	bool outermost = !world->redirect_context;
	int action;

	/* bpf_redirect's note is as old as the outermost of what runs now: a hook in the sender's
	 * context, or one round of net_rx_action with all it receives. */
	if (outermost) {
		world->redirect_context = true;
		world->host.redirect_ifindex = world->host.redirect_flags = 0;
	}
	/* Programs see the link-layer header at both hooks, and a redirect takes it along. */
	if (hook == HOOK_INGRESS)
		skb_push(skb, skb->mac_len);
	action = run_tcx(list, skb);
	if (action == TC_ACT_UNSPEC)
		action = run_filters(list, skb);
	skb = act(dev, hook, skb, action, ret);
	if (skb && hook == HOOK_INGRESS)
		skb_pull(skb, min((u32)skb->mac_len, skb->ctx.len));
	if (outermost)
		world->redirect_context = false;
	return skb;
}
