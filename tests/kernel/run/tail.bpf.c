/* SPDX-License-Identifier: BSD-2-Clause */
/* tail - tail calls: one to the next program, to itself until Linux refuses, to an empty slot. */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} to SEC(".maps");

SEC("tc")
int entry(struct __sk_buff *skb)
{
	skb->cb[0] = 0;
	bpf_tail_call(skb, &jumps, 5); /* empty */
	note(1);
	bpf_tail_call(skb, &jumps, 8); /* none such */
	note(2);
	bpf_tail_call(skb, &jumps, 0);
	note(-1);
	return TC_ACT_SHOT;
}

SEC("tc")
int second(struct __sk_buff *skb)
{
	__u32 zero = 0, *ifindex = bpf_map_lookup_elem(&to, &zero);

	note(100 + skb->cb[0]);
	if (ifindex)
		note(bpf_clone_redirect(skb, *ifindex, 0));
	bpf_tail_call(skb, &jumps, 1);
	return TC_ACT_SHOT;
}

static __noinline int count(struct __sk_buff *skb)
{
	return ++skb->cb[0];
}

SEC("tc")
int again(struct __sk_buff *skb)
{
	note(200 + count(skb));
	bpf_tail_call(skb, &jumps, 1);
	note(300 + skb->cb[0]);
	bpf_printk("again: %u, frame of %d", skb->cb[0], skb->len);
	return skb->len & 1 ? TC_ACT_OK : TC_ACT_SHOT;
}
