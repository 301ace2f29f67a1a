/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ipv6_ext - the chain of IPv6 extension headers, walked in a loop by lengths from the packet.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define HEADERS 8

struct ext {
	__u8 next, len;
};

__u64 too_long, routed;

SEC("tc")
int ipv6_ext(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip6 = data + sizeof(struct ethhdr);
	struct ext *ext;
	__u32 off;
	__u8 next;

	if ((void *)(ip6 + 1) > end || skb->protocol != bpf_htons(ETH_P_IPV6))
		return TC_ACT_OK;
	next = ip6->nexthdr;
	off = sizeof(struct ethhdr) + sizeof(*ip6);
	for (int i = 0; i < HEADERS; i++) {
		switch (next) {
		case IPPROTO_ROUTING:
			routed++;
			/* fall through */
		case IPPROTO_HOPOPTS:
		case IPPROTO_DSTOPTS:
			break;
		case IPPROTO_FRAGMENT:
			return TC_ACT_SHOT;
		default:
			skb->cb[0] = next;
			skb->cb[1] = off;
			return TC_ACT_OK;
		}
		if (off > 2048)
			break;
		ext = data + off;
		if ((void *)(ext + 1) > end)
			return TC_ACT_SHOT;
		next = ext->next;
		off += (ext->len + 1) * 8;
	}
	too_long++;
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
