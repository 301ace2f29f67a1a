/* SPDX-License-Identifier: BSD-2-Clause */
/* loopback - clones back to the own device, which only a guard in the program ends. */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s64);
} budget SEC(".maps");

static __always_inline int spend(void)
{
	__u32 zero = 0;
	__s64 *left = bpf_map_lookup_elem(&budget, &zero);

	return left && (*left)-- > 0;
}

/* Each copy comes in again and has a copy of its own. */
SEC("tc/ingress")
int in_again(struct __sk_buff *skb)
{
	if (spend())
		note(bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS));
	return TC_ACT_OK;
}

/* Each copy is nested in the sending of the last: Linux ends it. */
SEC("tc/egress")
int out_again(struct __sk_buff *skb)
{
	if (spend())
		note(bpf_clone_redirect(skb, skb->ifindex, 0));
	return TC_ACT_OK;
}

/* Out, and the original not. */
SEC("tcx/egress")
int out_instead(struct __sk_buff *skb)
{
	if (spend())
		note(bpf_clone_redirect(skb, skb->ifindex, 0));
	return TC_ACT_SHOT;
}

/* What comes in goes out, what goes out comes in. */
SEC("tc")
int bounce(struct __sk_buff *skb)
{
	if (spend())
		note(bpf_clone_redirect(skb, skb->ifindex,
					skb->ingress_ifindex ? 0 : BPF_F_INGRESS));
	return TC_ACT_OK;
}
