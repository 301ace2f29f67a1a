/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dns - the labels of a question's name, byte by byte from the packet, folded into a hash that a table knows.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NAME_MAX 64

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, __u32);
} blocked SEC(".maps");

SEC("tc")
int dns(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);
	__u8 *byte = (void *)(udp + 1) + 12;
	__u64 hash = 14695981039346656037ULL;

	if ((void *)(udp + 1) > end || ip->protocol != IPPROTO_UDP || ip->ihl != 5)
		return TC_ACT_OK;
	if (udp->dest != bpf_htons(53))
		return TC_ACT_OK;
	for (int i = 0; i < NAME_MAX; i++) {
		if ((void *)(byte + 1) > end)
			return TC_ACT_SHOT;
		if (!*byte)
			break;
		hash ^= *byte >= 'A' && *byte <= 'Z' ? *byte | 32 : *byte;
		hash *= 1099511628211ULL;
		byte++;
	}
	return bpf_map_lookup_elem(&blocked, &hash) ? TC_ACT_SHOT : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
