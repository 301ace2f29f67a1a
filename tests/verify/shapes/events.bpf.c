/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * events - a record about each new TCP connection goes through a ring buffer.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct event {
	__u64 time;
	__u32 saddr, daddr, ifindex, len;
	__u16 sport, dport;
	__u8 flags, pad[3];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

__u64 lost;

SEC("tc")
int connections(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct event *event;
	struct tcphdr *tcp;

	if ((void *)(ip + 1) > end || skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_OK;
	if (ip->protocol != IPPROTO_TCP || ip->ihl != 5)
		return TC_ACT_OK;
	tcp = (void *)(ip + 1);
	if ((void *)(tcp + 1) > end || !tcp->syn || tcp->ack)
		return TC_ACT_OK;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return TC_ACT_OK;
	}
	event->time = bpf_ktime_get_ns();
	event->saddr = ip->saddr;
	event->daddr = ip->daddr;
	event->sport = tcp->source;
	event->dport = tcp->dest;
	event->ifindex = skb->ifindex;
	event->len = skb->len;
	event->flags = ((__u8 *)tcp)[13];
	if (event->daddr == bpf_htonl(INADDR_LOOPBACK))
		bpf_ringbuf_discard(event, 0);
	else
		bpf_ringbuf_submit(event, bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) ? BPF_RB_NO_WAKEUP : 0);
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
