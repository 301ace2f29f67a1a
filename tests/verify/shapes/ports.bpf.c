/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ports - free source ports wait in a queue; a new flow pops one, the end of a flow pushes it back.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1024);
	__type(value, __u16);
} free_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u16);
} taken SEC(".maps");

SEC("tc")
int ports(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp = (void *)(ip + 1);
	__u16 *known, port = 0;
	__u64 flow;

	if ((void *)(tcp + 1) > end || ip->ihl != 5 || ip->protocol != IPPROTO_TCP)
		return TC_ACT_OK;
	flow = (__u64)ip->saddr << 32 | (__u32)tcp->source << 16 | tcp->dest;
	known = bpf_map_lookup_elem(&taken, &flow);
	if (known) {
		skb->mark = *known;
		if (tcp->fin || tcp->rst) {
			port = *known;
			bpf_map_push_elem(&free_ports, &port, 0);
			bpf_map_delete_elem(&taken, &flow);
		}
		return TC_ACT_OK;
	}
	if (bpf_map_peek_elem(&free_ports, &port) || bpf_map_pop_elem(&free_ports, &port))
		return TC_ACT_SHOT;
	bpf_map_update_elem(&taken, &flow, &port, BPF_NOEXIST);
	skb->mark = port;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
