/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * nat - the destination of TCP and UDP over IPv4 is rewritten from a table, with both checksums.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_OFF sizeof(struct ethhdr)
#define DADDR_OFF (IP_OFF + offsetof(struct iphdr, daddr))
#define IP_CSUM_OFF (IP_OFF + offsetof(struct iphdr, check))

struct target {
	__be32 addr;
	__be16 port, pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct target);
	__type(value, struct target);
} targets SEC(".maps");

static __always_inline int rewrite(struct __sk_buff *skb, __u32 l4, __u32 csum, __u64 flags,
				   const struct target *from, const struct target *to)
{
	int err;

	err = bpf_l4_csum_replace(skb, csum, from->addr, to->addr, BPF_F_PSEUDO_HDR | flags | 4);
	err |= bpf_l4_csum_replace(skb, csum, from->port, to->port, flags | 2);
	err |= bpf_l3_csum_replace(skb, IP_CSUM_OFF, from->addr, to->addr, 4);
	err |= bpf_skb_store_bytes(skb, DADDR_OFF, &to->addr, 4, 0);
	err |= bpf_skb_store_bytes(skb, l4 + 2, &to->port, 2, 0);
	return err ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int nat(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + IP_OFF;
	struct target from = {}, *found, to;
	__u32 l4, csum;
	__u64 flags = 0;
	__be16 port;
	__u8 proto;

	if ((void *)(ip + 1) > end || ((struct ethhdr *)data)->h_proto != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->frag_off & bpf_htons(0x3fff))
		return TC_ACT_OK;
	proto = ip->protocol;
	from.addr = ip->daddr;
	l4 = IP_OFF + ip->ihl * 4;
	if (proto == IPPROTO_TCP) {
		csum = l4 + offsetof(struct tcphdr, check);
	} else if (proto == IPPROTO_UDP) {
		csum = l4 + offsetof(struct udphdr, check);
		flags = BPF_F_MARK_MANGLED_0;
	} else {
		return TC_ACT_OK;
	}
	if (bpf_skb_load_bytes(skb, l4 + 2, &port, sizeof(port)))
		return TC_ACT_OK;
	from.port = port;
	found = bpf_map_lookup_elem(&targets, &from);
	if (!found)
		return TC_ACT_OK;
	to = *found;
	return rewrite(skb, l4, csum, flags, &from, &to);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
