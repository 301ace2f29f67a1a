/* SPDX-License-Identifier: BSD-2-Clause */
/* A program array whose slots the object itself fills; no section says so of the targets. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int first(struct __sk_buff *skb);
int third(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__array(values, int(struct __sk_buff *));
} jumps SEC(".maps") = {
	.values = {[0] = (void *)&first, [2] = (void *)&third},
};

SEC("tc")
int entry(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 2);
	return 1;
}

SEC("tc")
int first(struct __sk_buff *skb)
{
	return 11;
}

SEC("tc")
int third(struct __sk_buff *skb)
{
	return 33;
}

SEC("tc")
int nobody(struct __sk_buff *skb)
{
	return 44;
}

char LICENSE[] SEC("license") = "GPL";
