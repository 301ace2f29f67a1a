/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * balancer - a hash over the flow picks one of sixteen ports; a table of the ports' state steps over dead ones.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define PORTS 16

struct port {
	__u32 ifindex, up;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, PORTS);
	__type(key, __u32);
	__type(value, struct port);
} ports SEC(".maps");

static __always_inline __u32 rotate(__u32 x, int n)
{
	return x << n | x >> (32 - n);
}

static __always_inline __u32 mix(__u32 a, __u32 b, __u32 c)
{
	c ^= b; c -= rotate(b, 14);
	a ^= c; a -= rotate(c, 11);
	b ^= a; b -= rotate(a, 25);
	c ^= b; c -= rotate(b, 16);
	a ^= c; a -= rotate(c, 4);
	b ^= a; b -= rotate(a, 14);
	c ^= b; c -= rotate(b, 24);
	return c;
}

SEC("tc")
int balance(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__u32 *l4, hash;

	if ((void *)(ip + 1) + 4 > end || ip->ihl != 5)
		return TC_ACT_OK;
	l4 = (void *)(ip + 1);
	hash = mix(ip->saddr, ip->daddr, *l4 + ip->protocol);
	for (__u32 i = 0; i < PORTS; i++) {
		__u32 index = (hash + i) % PORTS;
		struct port *port = bpf_map_lookup_elem(&ports, &index);

		if (port && port->up)
			return bpf_redirect(port->ifindex, 0);
	}
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
