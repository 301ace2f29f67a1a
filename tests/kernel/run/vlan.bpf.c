/* SPDX-License-Identifier: BSD-2-Clause */
/* vlan - tags seen, pushed and popped between clones. */
#include "run.bpf.h"

#define TARGETS 7

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TARGETS);
	__type(key, __u32);
	__type(value, __u32);
} to SEC(".maps"); /* ifindexes: odd entries by their ingress */

static __always_inline void look(struct __sk_buff *skb)
{
	note((__u64)skb->vlan_present << 32 | bpf_ntohs(skb->vlan_proto) << 16 | skb->vlan_tci);
	note((__u64)skb->len << 16 | bpf_ntohs(skb->protocol));
}

static __always_inline void clone(struct __sk_buff *skb)
{
	look(skb);
	for (__u32 key = 0; key < TARGETS; key++) {
		__u32 at = key, *ifindex = bpf_map_lookup_elem(&to, &at);

		if (ifindex)
			note(bpf_clone_redirect(skb, *ifindex, key & 1));
	}
}

SEC("tc")
int kept(struct __sk_buff *skb)
{
	clone(skb);
	return TC_ACT_OK;
}

SEC("tc")
int changed(struct __sk_buff *skb)
{
	clone(skb);
	note(bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), 0x2005));
	clone(skb);
	note(bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021AD), 77));
	clone(skb);
	note(bpf_skb_vlan_pop(skb));
	note(bpf_skb_vlan_pop(skb));
	clone(skb);
	note(bpf_skb_vlan_pop(skb));
	look(skb);
	note(bpf_skb_vlan_pop(skb));
	look(skb);
	return TC_ACT_OK;
}

SEC("tcx/ingress")
int seen(struct __sk_buff *skb)
{
	look(skb);
	return TC_ACT_UNSPEC;
}
