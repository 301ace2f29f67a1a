/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dispatch - a program for each protocol, reached by tail calls; what was found travels in skb->cb.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

enum { SLOT_IPV4, SLOT_IPV6, SLOT_DROP };

int ipv4(struct __sk_buff *skb);
int ipv6(struct __sk_buff *skb);
int refuse(struct __sk_buff *skb);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} slots SEC(".maps") = {
	.values = {
		[SLOT_IPV4] = (void *)&ipv4,
		[SLOT_IPV6] = (void *)&ipv6,
		[SLOT_DROP] = (void *)&refuse,
	},
};

SEC("tc")
int dispatch(struct __sk_buff *skb)
{
	switch (skb->protocol) {
	case bpf_htons(ETH_P_IP):
		bpf_tail_call(skb, &slots, SLOT_IPV4);
		break;
	case bpf_htons(ETH_P_IPV6):
		bpf_tail_call(skb, &slots, SLOT_IPV6);
		break;
	}
	return TC_ACT_OK;
}

SEC("tc")
int ipv4(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > end)
		return TC_ACT_SHOT;
	skb->cb[0] = ip->protocol;
	skb->cb[1] = ip->saddr;
	if (ip->ttl <= 1)
		bpf_tail_call(skb, &slots, SLOT_DROP);
	return TC_ACT_OK;
}

SEC("tc")
int ipv6(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip6 = data + sizeof(struct ethhdr);

	if ((void *)(ip6 + 1) > end)
		return TC_ACT_SHOT;
	skb->cb[0] = ip6->nexthdr;
	if (ip6->hop_limit <= 1)
		bpf_tail_call(skb, &slots, SLOT_DROP);
	return TC_ACT_OK;
}

SEC("tc")
int refuse(struct __sk_buff *skb)
{
	skb->mark = skb->cb[0];
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
