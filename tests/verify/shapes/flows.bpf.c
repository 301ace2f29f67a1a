/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flows - packets and bytes of each flow in an LRU table, both directions under one key.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow_key {
	__be32 low, high;
	__be16 low_port, high_port;
	__u8 proto, pad[3];
};

struct flow {
	__u64 first, last, packets[2], bytes[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct flow_key);
	__type(value, struct flow);
} table SEC(".maps");

SEC("tc")
int flows(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct flow_key key = {};
	struct flow *flow, fresh = {};
	__be16 *ports;
	__u32 way;

	if ((void *)(ip + 1) > end || skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	ports = (void *)ip + (ip->ihl & 15) * 4;
	if ((void *)(ports + 2) > end)
		return TC_ACT_OK;
	way = ip->saddr > ip->daddr;
	key.low = way ? ip->daddr : ip->saddr;
	key.high = way ? ip->saddr : ip->daddr;
	key.proto = ip->protocol;
	if (ip->protocol == IPPROTO_TCP || ip->protocol == IPPROTO_UDP) {
		key.low_port = ports[way & 1];
		key.high_port = ports[!way];
	}
	flow = bpf_map_lookup_elem(&table, &key);
	if (!flow) {
		fresh.first = fresh.last = bpf_ktime_get_ns();
		fresh.packets[way] = 1;
		fresh.bytes[way] = skb->len;
		bpf_map_update_elem(&table, &key, &fresh, BPF_ANY);
		return TC_ACT_OK;
	}
	flow->last = bpf_ktime_get_ns();
	__sync_fetch_and_add(&flow->packets[way & 1], 1);
	__sync_fetch_and_add(&flow->bytes[way & 1], skb->len);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
