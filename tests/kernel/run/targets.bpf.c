/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targets - a clone to each target of a list, and what bpf_clone_redirect returned. A clone that
 * comes back to one of these programs is only noted: its mark says what it is.
 */
#include "run.bpf.h"

#define TARGETS	 16
#define MARK	 0xc10e
#define END_MARK 0xffffffff /* an ifindex that ends the list */

struct target {
	__u32 ifindex;
	__u32 pad;
	__u64 flags;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TARGETS);
	__type(key, __u32);
	__type(value, struct target);
} targets SEC(".maps");

static __always_inline int clone_to_all(struct __sk_buff *skb)
{
	if (skb->mark == MARK) {
		note(-1000 - (__s64)skb->ifindex);
		return TC_ACT_UNSPEC;
	}
	skb->mark = MARK;
	for (__u32 i = 0; i < TARGETS; i++) {
		__u32 key = i;
		struct target *target = bpf_map_lookup_elem(&targets, &key);

		if (!target || target->ifindex == END_MARK)
			break;
		note(bpf_clone_redirect(skb, target->ifindex, target->flags));
	}
	return TC_ACT_UNSPEC;
}

SEC("tc/ingress")
int at_ingress(struct __sk_buff *skb)
{
	return clone_to_all(skb);
}

SEC("tcx/egress")
int at_egress(struct __sk_buff *skb)
{
	return clone_to_all(skb);
}

/* Targets' own hooks. */
SEC("tc/egress")
int refuse(struct __sk_buff *skb)
{
	note(-2000 - (__s64)skb->ifindex);
	return TC_ACT_SHOT;
}

SEC("tc")
int steal(struct __sk_buff *skb)
{
	note(-3000 - (__s64)skb->ifindex);
	return TC_ACT_STOLEN;
}
