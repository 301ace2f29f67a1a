/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rewrite - a packet rewritten between its clones, by helpers and by direct writes: each clone
 * keeps the bytes of its moment, also when it is delivered after the next write.
 */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} to SEC(".maps"); /* ifindexes: [0] by its egress, [1] by its ingress */

static __always_inline __u32 target(__u32 key)
{
	__u32 *ifindex = bpf_map_lookup_elem(&to, &key);

	return ifindex ? *ifindex : 0;
}

static __always_inline void clone_twice(struct __sk_buff *skb)
{
	note(bpf_clone_redirect(skb, target(1), BPF_F_INGRESS));
	note(bpf_clone_redirect(skb, target(0), 0));
}

static __always_inline int is_udp(struct __sk_buff *skb)
{
	__u8 protocol = 0;

	return skb->protocol == bpf_htons(ETH_P_IP) &&
	       !bpf_skb_load_bytes(skb, IP_OFF + offsetof(struct iphdr, protocol), &protocol, 1) &&
	       protocol == IPPROTO_UDP;
}

SEC("tc/ingress")
int by_helpers(struct __sk_buff *skb)
{
	__be32 from = 0, addr = bpf_htonl(0xcb007105);
	__be16 old = 0, port = bpf_htons(4242);
	__u32 at = UDP_OFF + offsetof(struct udphdr, check);

	if (!is_udp(skb))
		return TC_ACT_OK;
	clone_twice(skb);
	note(bpf_skb_load_bytes(skb, IP_OFF + offsetof(struct iphdr, daddr), &from, 4));
	note(bpf_skb_load_bytes(skb, UDP_OFF + offsetof(struct udphdr, dest), &old, 2));
	note(bpf_l4_csum_replace(skb, at, from, addr, BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0 | 4));
	note(bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from, addr, 4));
	note(bpf_skb_store_bytes(skb, IP_OFF + offsetof(struct iphdr, daddr), &addr, 4, 0));
	clone_twice(skb);
	note(bpf_l4_csum_replace(skb, at, old, port, BPF_F_MARK_MANGLED_0 | 2));
	note(bpf_skb_store_bytes(skb, UDP_OFF + offsetof(struct udphdr, dest), &port, 2,
				 BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH));
	clone_twice(skb);
	note(bpf_skb_store_bytes(skb, skb->len - 1, &port, 2, 0));
	return TC_ACT_OK;
}

static __always_inline int write_at(struct __sk_buff *skb, __u32 offset, __u8 byte)
{
	__u8 *data = (void *)(long)skb->data;

	if (data + offset + 1 > (__u8 *)(long)skb->data_end)
		return -1;
	data[offset] = byte;
	return 0;
}

SEC("tc")
int by_writes(struct __sk_buff *skb)
{
	note(write_at(skb, 20, 0x11));
	clone_twice(skb);
	note(write_at(skb, 20, 0x22));
	note(write_at(skb, 0, 0x02));
	clone_twice(skb);
	note(write_at(skb, 20, 0x33));
	note(bpf_skb_pull_data(skb, 0));
	note(write_at(skb, 21, 0x44));
	note(bpf_skb_pull_data(skb, skb->len + 1));
	note(write_at(skb, 1500, 0x55));
	return TC_ACT_OK;
}

SEC("tc/egress")
int by_size(struct __sk_buff *skb)
{
	note(bpf_skb_change_tail(skb, skb->len + 10, 0));
	clone_twice(skb);
	note(bpf_skb_change_tail(skb, 40, 0));
	clone_twice(skb);
	note(bpf_skb_change_head(skb, 14, 0));
	note(skb->len);
	clone_twice(skb);
	note(bpf_skb_change_tail(skb, 10, 0));
	note(bpf_skb_adjust_room(skb, 20, BPF_ADJ_ROOM_MAC, 0));
	clone_twice(skb);
	note(bpf_skb_adjust_room(skb, -20, BPF_ADJ_ROOM_MAC, 0));
	note(skb->len);
	return TC_ACT_OK;
}
