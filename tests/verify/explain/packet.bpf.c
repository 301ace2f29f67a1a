/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets: pointers that a call voided, bytes that nobody compared with data_end. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");

SEC("tc/ingress")
int stale_store(struct __sk_buff *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	void *start = (void *)(long)ctx->data;
	struct iphdr *ip = start + ETH_HLEN;

	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	bpf_skb_store_bytes(ctx, 0, "\x02", 1, 0);
	ip->ttl--;
	return TC_ACT_OK;
}

static __attribute__((noinline)) int copy_to(struct __sk_buff *skb, __u32 ifindex)
{
	return bpf_clone_redirect(skb, ifindex, 0);
}

SEC("tc/ingress")
int stale_in_function(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	__u8 *mac = data;

	if (data + ETH_HLEN > data_end)
		return TC_ACT_OK;
	copy_to(skb, 2);
	return mac[0] & 1 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int stale_in_loop(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	__u8 *mac = data;

	if (data + ETH_HLEN > data_end)
		return TC_ACT_OK;
#pragma clang loop unroll(disable)
	for (int i = 2; i < 6; i++) {
		if (mac[0] & 1)
			return TC_ACT_SHOT;
		bpf_clone_redirect(skb, i, 0);
	}
	return TC_ACT_OK;
}

SEC("tc/ingress")
int stale_argument(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	__u64 one = 1;

	if ((void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	bpf_skb_pull_data(skb, 64);
	bpf_map_update_elem(&seen, &ip->saddr, &one, BPF_ANY);
	return TC_ACT_OK;
}

SEC("tc/ingress")
int no_check(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	return eth->h_proto == bpf_htons(ETH_P_ARP) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int short_check(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if (data + ETH_HLEN > data_end)
		return TC_ACT_OK;
	return ip->protocol == 17 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int wrong_way_check(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) < data_end)
		return TC_ACT_OK;
	return eth->h_proto == bpf_htons(ETH_P_ARP) ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int check_before_move(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	__u8 *ports;

	if ((void *)(ip + 1) > data_end)
		return TC_ACT_OK;
	ports = (void *)ip + ip->ihl * 4;
	return ports[0] ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int offset_too_large(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	__u8 *at = data + skb->mark;

	if (at + 1 > (__u8 *)data_end)
		return TC_ACT_OK;
	return *at ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int offset_negative(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	int offset = (int)skb->mark;
	__u8 *at;

	if (offset > 100 || offset < -100)
		return TC_ACT_OK;
	at = data + offset;
	if (at + 1 > (__u8 *)data_end)
		return TC_ACT_OK;
	return *at ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int metadata_without_check(struct __sk_buff *skb)
{
	__u32 *meta = (void *)(long)skb->data_meta;

	return *meta ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc/ingress")
int packet_to_helper(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;

	if (data + 40 > data_end)
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 0, data + 20, 4);
	return TC_ACT_OK;
}

SEC("lwt_in")
int write_in_lwt_in(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct iphdr *ip = data;

	if ((void *)(ip + 1) > data_end)
		return BPF_OK;
	ip->tos = 0;
	return BPF_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
