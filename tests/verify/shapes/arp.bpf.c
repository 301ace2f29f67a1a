/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arp - requests for addresses in a table are answered: the frame is turned round and sent back.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct arp {
	__be16 htype, ptype;
	__u8 hlen, plen;
	__be16 op;
	__u8 sha[ETH_ALEN];
	__be32 spa;
	__u8 tha[ETH_ALEN];
	__be32 tpa;
} __attribute__((packed));

struct mac {
	__u8 addr[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __be32);
	__type(value, struct mac);
} ours SEC(".maps");

SEC("tc")
int arp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct arp *arp = (void *)(eth + 1);
	struct mac *mac;
	__be32 wanted;

	if ((void *)(arp + 1) > end || eth->h_proto != bpf_htons(ETH_P_ARP))
		return TC_ACT_OK;
	if (arp->op != bpf_htons(1) || arp->ptype != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	wanted = arp->tpa;
	mac = bpf_map_lookup_elem(&ours, &wanted);
	if (!mac)
		return TC_ACT_OK;
	__builtin_memcpy(eth->h_dest, arp->sha, ETH_ALEN);
	__builtin_memcpy(eth->h_source, mac->addr, ETH_ALEN);
	__builtin_memcpy(arp->tha, arp->sha, ETH_ALEN);
	__builtin_memcpy(arp->sha, mac->addr, ETH_ALEN);
	arp->tpa = arp->spa;
	arp->spa = wanted;
	arp->op = bpf_htons(2);
	return bpf_redirect(skb->ifindex, 0);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
