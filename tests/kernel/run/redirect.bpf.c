/* SPDX-License-Identifier: BSD-2-Clause */
/* redirect - bpf_redirect as the frame asks for: its byte at 14 is the number of a row of ways. */
#include "run.bpf.h"

struct way {
	__u32 ifindex;
	__u32 twice; /* another redirect before, to device 2 */
	__u64 flags;
	__s64 verdict; /* 0: what bpf_redirect returned */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, struct way);
} ways SEC(".maps");

SEC("tc/ingress")
int go(struct __sk_buff *skb)
{
	struct way *way;
	__u8 byte = 0;
	__u32 key;
	long ret;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &byte, 1))
		return TC_ACT_OK;
	key = byte;
	way = bpf_map_lookup_elem(&ways, &key);
	if (!way || skb->mark)
		return TC_ACT_OK;
	skb->mark = 1;
	if (way->twice)
		note(bpf_redirect(2, 0));
	ret = bpf_redirect(way->ifindex, way->flags);
	note(ret);
	return way->verdict ? way->verdict : ret;
}

/* On the devices redirected to: what it looks like there. */
SEC("tc")
int arrived(struct __sk_buff *skb)
{
	note(skb->ifindex);
	note(skb->ingress_ifindex);
	note(skb->pkt_type);
	note(bpf_ntohs(skb->protocol));
	note(skb->len);
	return TC_ACT_UNSPEC;
}
