/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps - a firewall with a flow table: an LPM list decides, a hash counts flows, a spin lock keeps
 * two counters together, per-CPU counters add up, a queue and a stack keep lengths, an LRU hash the
 * last senders.
 */
#include "run.bpf.h"

struct prefix {
	__u32 bits;
	__be32 addr;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} acl SEC(".maps");

struct flow {
	__be32 src, dst;
	__be16 sport, dport;
	__u8 protocol, pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, struct flow);
	__type(value, __u64[2]);
} flows SEC(".maps");

struct both {
	struct bpf_spin_lock lock;
	__u32 packets;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct both);
} locked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} protocols SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 6);
	__type(value, __u32);
} lengths SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, 6);
	__type(value, __u32);
} last SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, __u8[6]);
	__type(value, __u32);
} senders SEC(".maps");

static __u64 total;
static __u32 longest = 10;

static __always_inline void count_protocol(__u32 protocol)
{
	__u64 one = 1, *cnt = bpf_map_lookup_elem(&protocols, &protocol);

	if (cnt)
		++*cnt;
	else
		note(bpf_map_update_elem(&protocols, &protocol, &one, BPF_NOEXIST));
}

static __always_inline void count_sender(struct __sk_buff *skb)
{
	__u32 one = 1, *cnt;
	__u8 mac[6] = {};

	bpf_skb_load_bytes(skb, 6, mac, 6);
	cnt = bpf_map_lookup_elem(&senders, mac);
	if (cnt)
		++*cnt;
	else
		note(bpf_map_update_elem(&senders, mac, &one, BPF_ANY));
}

static __always_inline void count_locked(struct __sk_buff *skb)
{
	__u32 key = skb->len > 100;
	struct both *both = bpf_map_lookup_elem(&locked, &key);

	if (!both)
		return;
	bpf_spin_lock(&both->lock);
	both->packets++;
	both->bytes += skb->len;
	bpf_spin_unlock(&both->lock);
}

static __always_inline void keep_length(__u32 len)
{
	__u32 old = 0;

	if (bpf_map_push_elem(&lengths, &len, BPF_EXIST))
		note(-1);
	note(bpf_map_push_elem(&last, &len, 0));
	if (len % 3 == 0) {
		note(bpf_map_pop_elem(&lengths, &old));
		note(old);
		note(bpf_map_peek_elem(&last, &old));
		note(old);
	}
}

static __always_inline void count_flow(struct __sk_buff *skb, const struct iphdr *ip)
{
	struct flow flow = {.src = ip->saddr, .dst = ip->daddr, .protocol = ip->protocol};
	__u64 first[2] = {1, skb->len}, *counts;

	if (ip->protocol == IPPROTO_UDP || ip->protocol == IPPROTO_TCP)
		bpf_skb_load_bytes(skb, UDP_OFF, &flow.sport, 4);
	counts = bpf_map_lookup_elem(&flows, &flow);
	if (!counts) {
		note(bpf_map_update_elem(&flows, &flow, first, BPF_NOEXIST));
		return;
	}
	__sync_fetch_and_add(&counts[0], 1);
	__sync_fetch_and_add(&counts[1], skb->len);
	if (counts[0] == 9)
		note(bpf_map_delete_elem(&flows, &flow));
}

SEC("tc")
int firewall(struct __sk_buff *skb)
{
	struct prefix prefix = {.bits = 32};
	struct iphdr ip;
	__u32 *rule;

	total += skb->len;
	if (skb->len > longest)
		longest = skb->len;
	count_sender(skb);
	count_locked(skb);
	keep_length(skb->len);
	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, IP_OFF, &ip, sizeof(ip)))
		return TC_ACT_OK;
	count_protocol(ip.protocol);
	count_flow(skb, &ip);
	prefix.addr = ip.daddr;
	rule = bpf_map_lookup_elem(&acl, &prefix);
	note(rule ? *rule : -1);
	return rule ? *rule : TC_ACT_OK;
}
