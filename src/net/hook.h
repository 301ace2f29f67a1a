/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hook.h - one of a device's two hooks: the programs on it, and what their verdicts do.
 *
 * First the tcx list in order of attaching, then the clsact filters by priority, within one
 * priority the newest first (FACTS C.3).
 */
#ifndef SKIFF_NET_HOOK_H
#define SKIFF_NET_HOOK_H

#include "net/world.h"

#define HOOK_TCX_MAX 64 /* BPF_MPROG_MAX */

struct attached;
struct device;

struct hook_list {
	struct attached **tcx, **filters;
	u32 tcx_cnt, filter_cnt;
};

static inline bool hook_empty(const struct hook_list *list)
{
	return !(list->tcx_cnt + list->filter_cnt);
}

/*
 * Put @attached in its place: 0; -ERANGE: the tcx list is full; -EINVAL: a filter of the same
 * priority looks at another protocol; -ENOMEM. Mirrors bpf_mprog_attach and tcf_chain_tp_find.
 */
int hook_add(struct hook_list *list, struct attached *attached, struct error *err);
void hook_remove(struct hook_list *list, const struct attached *attached);
void hook_free(struct hook_list *list);

/*
 * Run the programs of @dev's @hook on @skb: @skb when it goes on; NULL when it does not, and then
 * *@ret is what the sender sees: NET_XMIT_SUCCESS or _DROP. data stands at the link-layer header at
 * egress and behind it at ingress, before and afterwards.
 * Mirrors sch_handle_ingress and sch_handle_egress.
 */
struct skb *hook_run(struct device *dev, enum hook hook, struct skb *skb, int *ret);

#endif
