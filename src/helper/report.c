/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c - what a running program does, as events of the stream. */
#include "helper/helper.h"

struct event run_event(const struct run *run, enum event_kind kind)
{
	return (struct event){
		.kind = kind,
		.time = run->host->now,
		.skb = run->skb,
		.ifindex = run->skb->ctx.ifindex,
		.dev = host_device_name(run->host, run->skb->dev),
		.hook = run->hook,
		.prog = run->prog,
		.attachment = run->attachment,
		.insn = run->insn,
	};
}

void helper_report(struct run *run, u32 id, const u64 args[5], u64 ret)
{
	struct event event = run_event(run, EVENT_HELPER);

	event.helper = id;
	for (u32 i = 0; i < ARRAY_SIZE(event.args); i++)
		event.args[i] = args[i];
	event.ret = ret;
	event_emit(&run->host->events, &event);
}
