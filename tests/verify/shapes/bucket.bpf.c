/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bucket - a token bucket for each source, under a spin lock; packets beyond the rate are dropped.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>
#include <bpf/bpf_helpers.h>

struct bucket {
	struct bpf_spin_lock lock;
	__u32 tokens;
	__u64 filled;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct bucket);
} buckets SEC(".maps");

const volatile __u64 ns_per_byte = 80;
const volatile __u32 burst = 64 * 1024;

SEC("tc")
int limit(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u64 now = bpf_ktime_get_ns(), gained;
	struct bucket fresh = {}, *bucket;
	__u32 source, len = skb->len;
	bool pass;

	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	source = ip->saddr;
	bucket = bpf_map_lookup_elem(&buckets, &source);
	if (!bucket) {
		fresh.tokens = burst;
		fresh.filled = now;
		bpf_map_update_elem(&buckets, &source, &fresh, BPF_NOEXIST);
		return TC_ACT_OK;
	}
	bpf_spin_lock(&bucket->lock);
	gained = (now - bucket->filled) / ns_per_byte;
	if (gained > 0) {
		gained += bucket->tokens;
		bucket->tokens = gained > burst ? burst : gained;
		bucket->filled = now;
	}
	pass = bucket->tokens >= len;
	if (pass)
		bucket->tokens -= len;
	bpf_spin_unlock(&bucket->lock);
	return pass ? TC_ACT_OK : TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
