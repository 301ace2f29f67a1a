/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aging - every thousandth packet walks the table of neighbours and forgets those not heard for long.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct neighbour {
	__u64 heard;
	__u32 ifindex, pad;
};

struct mac {
	__u8 addr[ETH_ALEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct mac);
	__type(value, struct neighbour);
} neighbours SEC(".maps");

struct walk {
	__u64 now;
	__u32 forgotten;
};

__u32 packets;
__u64 forgotten;

static long age(void *map, const void *key, void *value, void *ctx)
{
	struct neighbour *neighbour = value;
	struct walk *walk = ctx;

	if (walk->now - neighbour->heard < 300000000000ULL)
		return 0;
	bpf_map_delete_elem(map, key);
	walk->forgotten++;
	return 0;
}

SEC("tc")
int learn(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct neighbour neighbour = {.heard = bpf_ktime_get_ns(), .ifindex = skb->ifindex};
	struct ethhdr *eth = data;
	struct mac mac;

	if ((void *)(eth + 1) > end)
		return TC_ACT_OK;
	__builtin_memcpy(mac.addr, eth->h_source, ETH_ALEN);
	bpf_map_update_elem(&neighbours, &mac, &neighbour, BPF_ANY);
	if (++packets % 1000 == 0) {
		struct walk walk = {.now = neighbour.heard};

		bpf_for_each_map_elem(&neighbours, age, &walk, 0);
		forgotten += walk.forgotten;
	}
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
