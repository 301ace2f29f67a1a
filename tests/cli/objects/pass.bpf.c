/* SPDX-License-Identifier: BSD-2-Clause */
/* A program for each direction, which lets everything pass, counts it and says so. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

static void count(__u32 key)
{
	__u64 *value = bpf_map_lookup_elem(&seen, &key);

	if (value)
		++*value;
}

SEC("tc/ingress") int arriving(struct __sk_buff *skb)
{
	count(0);
	bpf_printk("in %d", skb->len);
	return TC_ACT_OK;
}

SEC("tc/egress") int leaving(struct __sk_buff *skb)
{
	count(1);
	bpf_printk("out %d", skb->len);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "GPL";
