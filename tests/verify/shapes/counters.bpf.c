/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counters - packets and bytes, by class of size, on each CPU; and the totals in global data.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct counter {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct counter);
} sizes SEC(".maps");

static const __u32 limits[8] = {64, 128, 256, 512, 1024, 1280, 1518, 0xffffffff};

struct counter total;
__u32 longest;

SEC("tc")
int counters(struct __sk_buff *skb)
{
	struct counter *counter;
	__u32 class = 0, len = skb->len;

	for (int i = 0; i < 7; i++) {
		if (len > limits[i])
			class = i + 1;
	}
	counter = bpf_map_lookup_elem(&sizes, &class);
	if (counter) {
		counter->packets++;
		counter->bytes += len;
	}
	__sync_fetch_and_add(&total.packets, 1);
	__sync_fetch_and_add(&total.bytes, len);
	if (len > longest)
		longest = len;
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
