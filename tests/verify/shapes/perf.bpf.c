/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf - the first bytes of chosen packets, with a header of our own, through a perf event array.
 */
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct meta {
	__u64 time;
	__u32 ifindex, len, caplen, mark;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} samples SEC(".maps");

const volatile __u32 snaplen = 128;

SEC("tc")
int perf(struct __sk_buff *skb)
{
	struct meta meta = {
		.time = bpf_ktime_get_boot_ns(),
		.ifindex = skb->ifindex,
		.len = skb->len,
		.caplen = skb->len < snaplen ? skb->len : snaplen,
		.mark = skb->mark,
	};
	__u64 flags = BPF_F_CURRENT_CPU | (__u64)meta.caplen << 32;

	if (skb->pkt_type == PACKET_OTHERHOST)
		return TC_ACT_OK;
	if (bpf_perf_event_output(skb, &samples, flags, &meta, sizeof(meta)))
		skb->mark = 0xdead;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
