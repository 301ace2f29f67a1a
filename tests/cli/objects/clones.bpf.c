/* SPDX-License-Identifier: BSD-2-Clause */
/* Clones to where a map says, in sections that do not say where the programs go. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u32);
} config SEC(".maps"); /* 0: ifindex, 1: verdict */

static __u32 setting(__u32 key)
{
	__u32 *value = bpf_map_lookup_elem(&config, &key);

	return value ? *value : 0;
}

SEC("tc") int clone_to(struct __sk_buff *skb)
{
	bpf_clone_redirect(skb, setting(0), 0);
	return setting(1);
}

SEC("tc") int redirect_to(struct __sk_buff *skb)
{
	return bpf_redirect(setting(0), 0);
}

/* Its clone comes back to it: Linux goes on for ever. */
SEC("tc") int circle(struct __sk_buff *skb)
{
	bpf_clone_redirect(skb, skb->ifindex, BPF_F_INGRESS);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
