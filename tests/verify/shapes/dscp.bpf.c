/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dscp - the traffic class is set from a table, the IPv4 checksum mended with csum_diff.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u8);
} classes SEC(".maps");

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

SEC("tc")
int dscp(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 class, before, after;
	__u8 *to;
	__s64 sum;

	if ((void *)(ip + 1) > end || skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	class = ip->tos >> 2;
	to = bpf_map_lookup_elem(&classes, &class);
	if (!to || *to > 63)
		return TC_ACT_OK;
	before = *(__u32 *)ip;
	ip->tos = *to << 2 | (ip->tos & 3);
	after = *(__u32 *)ip;
	sum = bpf_csum_diff(&before, sizeof(before), &after, sizeof(after), (__u16)~ip->check);
	if (sum < 0)
		return TC_ACT_SHOT;
	ip->check = ~fold(sum);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
