/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse - headers by a cursor: Ethernet, IPv4 or IPv6, TCP or UDP; one counter for each protocol.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

struct cursor {
	void *at, *end;
};

static __always_inline void *take(struct cursor *cursor, __u32 len)
{
	void *header = cursor->at;

	if (header + len > cursor->end)
		return NULL;
	cursor->at = header + len;
	return header;
}

static __always_inline int transport(struct cursor *cursor, __u16 proto)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip;

	if (proto == bpf_htons(ETH_P_IP)) {
		ip = take(cursor, sizeof(*ip));
		if (!ip || ip->ihl < 5)
			return -1;
		if (ip->ihl > 5 && !take(cursor, ip->ihl * 4 - sizeof(*ip)))
			return -1;
		return ip->protocol;
	}
	if (proto == bpf_htons(ETH_P_IPV6)) {
		ip6 = take(cursor, sizeof(*ip6));
		return ip6 ? ip6->nexthdr : -1;
	}
	return -1;
}

SEC("tc")
int parse(struct __sk_buff *skb)
{
	struct cursor cursor = {(void *)(long)skb->data, (void *)(long)skb->data_end};
	struct ethhdr *eth = take(&cursor, sizeof(*eth));
	struct tcphdr *tcp;
	struct udphdr *udp;
	__u64 one = 1, *count;
	__u32 key;
	int proto;

	if (!eth)
		return TC_ACT_OK;
	proto = transport(&cursor, eth->h_proto);
	if (proto < 0)
		return TC_ACT_OK;
	key = proto << 16;
	if (proto == IPPROTO_TCP) {
		tcp = take(&cursor, sizeof(*tcp));
		if (tcp)
			key |= bpf_ntohs(tcp->dest);
	} else if (proto == IPPROTO_UDP) {
		udp = take(&cursor, sizeof(*udp));
		if (udp)
			key |= bpf_ntohs(udp->dest);
	}
	count = bpf_map_lookup_elem(&seen, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
