/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vlan - up to three tags in the frame, skipped in a loop; the innermost's priority becomes the skb's.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define TAGS 3

struct tag {
	__be16 tci, proto;
};

static __always_inline bool is_tag(__be16 proto)
{
	return proto == bpf_htons(ETH_P_8021Q) || proto == bpf_htons(ETH_P_8021AD);
}

SEC("tc")
int vlan(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	__u32 off = sizeof(*eth), priority = 0;
	__be16 proto;

	if (data + sizeof(*eth) > end)
		return TC_ACT_SHOT;
	proto = eth->h_proto;
	for (int i = 0; i < TAGS; i++) {
		struct tag *tag = data + off;

		if (!is_tag(proto))
			break;
		if ((void *)(tag + 1) > end)
			return TC_ACT_SHOT;
		priority = bpf_ntohs(tag->tci) >> 13;
		proto = tag->proto;
		off += sizeof(*tag);
	}
	if (is_tag(proto))
		return TC_ACT_SHOT;
	if (skb->vlan_present)
		priority = skb->vlan_tci >> 13;
	skb->priority = priority;
	skb->cb[0] = off;
	skb->cb[1] = proto;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
