/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shadow - give a second server a copy of the traffic for the first one, to try it out with real
 * requests. The copy carries the shadow's address and port and right checksums; the original is
 * put back as it was and goes to the first server.
 *
 * shadow_config[0], 16 bytes: the server's address (4) and port (2), the shadow's port (2) and
 * address (4), all in network order, and the ifindex of the device the shadow is behind (u32). The
 * copy keeps the frame's MAC addresses: the shadow listens promiscuously, as behind a mirror port.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define IP_OFF sizeof(struct ethhdr)
#define L4_OFF (IP_OFF + sizeof(struct iphdr))

struct shadow {
	__be32 server;
	__be16 server_port;
	__be16 shadow_port;
	__be32 shadow;
	__u32 ifindex;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct shadow);
} shadow_config SEC(".maps");

struct endpoint {
	__be32 addr;
	__be16 port;
};

/* Readdress the packet from one endpoint to another. The port stands in the same place in TCP
 * and UDP; @check is where the checksum stands, 0 for none. */
static __always_inline int readdress(struct __sk_buff *skb, struct endpoint from, struct endpoint to,
				     __u32 check, __u64 flags)
{
	if (check) {
		if (bpf_l4_csum_replace(skb, check, from.addr, to.addr,
					BPF_F_PSEUDO_HDR | flags | sizeof(to.addr)))
			return -1;
		if (bpf_l4_csum_replace(skb, check, from.port, to.port, flags | sizeof(to.port)))
			return -1;
	}
	if (bpf_l3_csum_replace(skb, IP_OFF + offsetof(struct iphdr, check), from.addr, to.addr,
				sizeof(to.addr)))
		return -1;
	if (bpf_skb_store_bytes(skb, IP_OFF + offsetof(struct iphdr, daddr), &to.addr,
				sizeof(to.addr), 0))
		return -1;
	return bpf_skb_store_bytes(skb, L4_OFF + offsetof(struct udphdr, dest), &to.port,
				   sizeof(to.port), 0);
}

SEC("tc/ingress")
int shadow(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + IP_OFF;
	struct udphdr *ports = data + L4_OFF;
	struct endpoint server, copy;
	struct shadow *config;
	__u32 check, zero = 0;
	__u64 flags = 0;
	long sent;

	config = bpf_map_lookup_elem(&shadow_config, &zero);
	if (!config || !config->server)
		return TC_ACT_OK;
	server = (struct endpoint){config->server, config->server_port};
	copy = (struct endpoint){config->shadow, config->shadow_port};

	if ((void *)(ports + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ihl != 5 ||
	    (ip->frag_off & bpf_htons(0x3fff)))
		return TC_ACT_OK;
	if (ip->daddr != server.addr || ports->dest != server.port)
		return TC_ACT_OK;
	if (ip->protocol == IPPROTO_TCP) {
		check = L4_OFF + offsetof(struct tcphdr, check);
	} else if (ip->protocol == IPPROTO_UDP) {
		check = ports->check ? L4_OFF + offsetof(struct udphdr, check) : 0;
		flags = BPF_F_MARK_MANGLED_0;
	} else {
		return TC_ACT_OK;
	}

	if (readdress(skb, server, copy, check, flags))
		return TC_ACT_SHOT; /* half rewritten: better gone than wrong */
	sent = bpf_clone_redirect(skb, config->ifindex, 0);
	if (readdress(skb, copy, server, check, flags))
		return TC_ACT_SHOT;
	if (sent)
		bpf_printk("the shadow's copy was not sent: %ld", sent);
	return TC_ACT_OK; /* never the clone's result: the original has nothing to do with it */
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
