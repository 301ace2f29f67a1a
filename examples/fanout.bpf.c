/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fanout - turn each IPv4 multicast UDP packet into a unicast copy for every receiver.
 *
 * The packet itself is rewritten for one receiver after another and cloned each time; a clone
 * keeps the bytes of its moment. Afterwards the original is as it was, and goes on.
 *
 * receivers[0..7]: 16 bytes each: IPv4 address (4, network order), ifindex (u32), MAC (6), pad (2).
 * A receiver with address 0 ends the list.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RECEIVERS 8
#define IP_OFF sizeof(struct ethhdr)
#define UDP_OFF (IP_OFF + sizeof(struct iphdr))

struct receiver {
	__be32 addr;
	__u32 ifindex;
	__u8 mac[ETH_ALEN];
	__u8 pad[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECEIVERS);
	__type(key, __u32);
	__type(value, struct receiver);
} receivers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} results SEC(".maps"); /* [0] copies sent, [1] copies dropped */

/* Address the packet to @addr and @mac; both checksums follow. */
static __always_inline int address(struct __sk_buff *skb, __be32 from, __be32 addr,
				   const __u8 *mac, int has_udp_sum)
{
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_dest), mac, ETH_ALEN, 0))
		return -1;
	if (has_udp_sum &&
	    bpf_l4_csum_replace(skb, UDP_OFF + offsetof(struct udphdr, check), from, addr,
				BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | sizeof(addr)))
		return -1;
	if (bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from, addr,
				sizeof(addr)))
		return -1;
	return bpf_skb_store_bytes(skb, IP_OFF + offsetof(struct iphdr, daddr), &addr,
				   sizeof(addr), 0);
}

static __always_inline void note(__u32 key)
{
	__u64 *value = bpf_map_lookup_elem(&results, &key);

	if (value)
		*value += 1;
}

SEC("tc/ingress")
int fanout(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + IP_OFF;
	struct udphdr *udp = data + UDP_OFF;
	__u8 group_mac[ETH_ALEN];
	__be32 group, current;
	int has_udp_sum;

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP || (ip->frag_off & bpf_htons(0x3fff)))
		return TC_ACT_OK;
	if ((ip->daddr & bpf_htonl(0xf0000000)) != bpf_htonl(0xe0000000))
		return TC_ACT_OK;
	current = group = ip->daddr;
	has_udp_sum = udp->check != 0;
	__builtin_memcpy(group_mac, eth->h_dest, ETH_ALEN);
	/* From here on the packet is only reached through helpers: pointers die at each of them. */

	for (__u32 i = 0; i < RECEIVERS; i++) {
		struct receiver *receiver = bpf_map_lookup_elem(&receivers, &i);

		if (!receiver || !receiver->addr)
			break;
		if (address(skb, current, receiver->addr, receiver->mac, has_udp_sum))
			return TC_ACT_SHOT; /* half rewritten: better gone than wrong */
		current = receiver->addr;
		note(bpf_clone_redirect(skb, receiver->ifindex, 0) != 0);
	}
	if (current != group && address(skb, current, group, group_mac, has_udp_sum))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
