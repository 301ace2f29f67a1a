/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * policies - a map of maps: each device has its own table of allowed protocols.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct policy {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} empty SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(__u32));
	__array(values, struct policy);
} policies SEC(".maps");

SEC("tc")
int police(struct __sk_buff *skb)
{
	__u32 device = skb->ifindex, proto = bpf_ntohs(skb->protocol), *verdict;
	void *policy = bpf_map_lookup_elem(&policies, &device);

	if (!policy)
		return TC_ACT_OK;
	verdict = bpf_map_lookup_elem(policy, &proto);
	if (!verdict)
		return TC_ACT_SHOT;
	return *verdict < 3 ? *verdict : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
