/* SPDX-License-Identifier: BSD-2-Clause */
/* meta - the metadata of a packet and of its clones, as the programs at their targets see it. */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32[4]); /* ifindexes: clones to their egress, then to their ingress */
} to SEC(".maps");

static __always_inline void look(struct __sk_buff *skb)
{
	note(skb->len);
	note(skb->pkt_type);
	note(skb->mark);
	note(skb->queue_mapping);
	note(bpf_ntohs(skb->protocol));
	note((__u64)skb->vlan_present << 32 | bpf_ntohs(skb->vlan_proto) << 16 | skb->vlan_tci);
	note(skb->priority);
	note((__u64)skb->ingress_ifindex << 32 | skb->ifindex);
	note(skb->tc_index << 16 | skb->tc_classid);
	note((__u64)skb->cb[0] << 32 | skb->cb[4]);
	note(skb->wire_len);
	note((__u64)skb->gso_segs << 32 | skb->gso_size);
	note(skb->data_end - skb->data);
	note(skb->data - skb->data_meta);
	note(skb->napi_id);
}

SEC("tc")
int clone(struct __sk_buff *skb)
{
	__u32 zero = 0, *ifindexes = bpf_map_lookup_elem(&to, &zero);

	if (!ifindexes)
		return TC_ACT_OK;
	look(skb);
	skb->mark = 0xabcd1234;
	skb->priority = 5;
	skb->cb[0] = 11;
	skb->cb[4] = 44;
	skb->tc_index = 0x77;
	skb->tc_classid = 0x55;
	note(bpf_clone_redirect(skb, ifindexes[0], 0));
	note(bpf_clone_redirect(skb, ifindexes[1], 0));
	note(bpf_clone_redirect(skb, ifindexes[2], BPF_F_INGRESS));
	note(bpf_clone_redirect(skb, ifindexes[3], BPF_F_INGRESS));
	skb->mark = 1;
	skb->cb[0] = 1;
	look(skb);
	return TC_ACT_OK;
}

SEC("tcx/ingress")
int look_tcx(struct __sk_buff *skb)
{
	look(skb);
	return TC_ACT_UNSPEC;
}

SEC("tc/egress")
int look_tc(struct __sk_buff *skb)
{
	look(skb);
	return TC_ACT_UNSPEC;
}
