/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * conntrack - a small TCP state machine; only answers to connections from inside come in.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stddef.h>
#include <bpf/bpf_helpers.h>

enum state { NONE, SYN_SENT, ESTABLISHED, CLOSING };

struct tuple {
	__be32 inside, outside;
	__be16 inside_port, outside_port;
};

struct entry {
	__u64 last;
	__u32 state;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct tuple);
	__type(value, struct entry);
} connections SEC(".maps");

static __always_inline struct tcphdr *tcp_of(struct __sk_buff *skb, struct iphdr **ip)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct tcphdr *tcp;

	*ip = data + sizeof(struct ethhdr);
	if ((void *)(*ip + 1) > end || (*ip)->protocol != IPPROTO_TCP)
		return NULL;
	tcp = (void *)*ip + (*ip)->ihl * 4;
	return (void *)(tcp + 1) > end ? NULL : tcp;
}

SEC("tc")
int outbound(struct __sk_buff *skb)
{
	struct entry entry = {.state = SYN_SENT};
	struct iphdr *ip;
	struct tcphdr *tcp = tcp_of(skb, &ip);

	if (!tcp)
		return TC_ACT_OK;

	struct tuple tuple = {ip->saddr, ip->daddr, tcp->source, tcp->dest};

	entry.last = bpf_ktime_get_ns();
	if (tcp->rst)
		bpf_map_delete_elem(&connections, &tuple);
	else if (tcp->syn)
		bpf_map_update_elem(&connections, &tuple, &entry, BPF_ANY);
	return TC_ACT_OK;
}

SEC("tc")
int inbound(struct __sk_buff *skb)
{
	struct entry *entry;
	struct iphdr *ip;
	struct tcphdr *tcp = tcp_of(skb, &ip);

	if (!tcp)
		return TC_ACT_OK;

	struct tuple tuple = {ip->daddr, ip->saddr, tcp->dest, tcp->source};

	entry = bpf_map_lookup_elem(&connections, &tuple);
	if (!entry)
		return TC_ACT_SHOT;
	switch (entry->state) {
	case SYN_SENT:
		if (!tcp->syn || !tcp->ack)
			return TC_ACT_SHOT;
		entry->state = ESTABLISHED;
		break;
	case ESTABLISHED:
		if (tcp->fin || tcp->rst)
			entry->state = CLOSING;
		break;
	case CLOSING:
		if (bpf_ktime_get_ns() - entry->last > 60000000000ULL) {
			bpf_map_delete_elem(&connections, &tuple);
			return TC_ACT_SHOT;
		}
		return TC_ACT_OK;
	default:
		return TC_ACT_SHOT;
	}
	entry->last = bpf_ktime_get_ns();
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
