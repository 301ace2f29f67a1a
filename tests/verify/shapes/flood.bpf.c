/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flood - a frame for everybody is cloned to each port of a list but the one it came from.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define PORTS 32

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, __u64);
} failures SEC(".maps");

static __noinline int copy_to(struct __sk_buff *skb, __u32 index)
{
	__u32 *port = bpf_map_lookup_elem(&ports, &index);
	__u64 *failed;

	if (!port || !*port)
		return -1;
	if (*port == skb->ingress_ifindex)
		return 0;
	if (bpf_clone_redirect(skb, *port, 0)) {
		failed = bpf_map_lookup_elem(&failures, &index);
		if (failed)
			(*failed)++;
	}
	return 0;
}

SEC("tc")
int flood(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > end || !(eth->h_dest[0] & 1))
		return TC_ACT_OK;
	for (__u32 i = 0; i < PORTS; i++) {
		if (copy_to(skb, i) < 0)
			break;
	}
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
