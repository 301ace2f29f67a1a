/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mirror - send a copy of chosen traffic to another device, and never harm the original.
 *
 * What a mirror has to get right, each at its place below:
 *  - the result of bpf_clone_redirect is counted, never returned: a full queue at the mirror port
 *    is 2, and 2 as a verdict is TC_ACT_SHOT, which would kill the original;
 *  - a copy that comes back to a hook with this program is not copied again: the mark says so.
 *    Linux has no guard of its own on the way through ingress;
 *  - a VLAN tag is kept: it travels outside the frame, on the clone as on the original;
 *  - everything read from the packet is read before the clone, because every packet pointer is
 *    void after it.
 *
 * config (u32 values): [0] ifindex of the mirror port, [1] IP protocol (0: all IPv4),
 *                      [2] port, source or destination (0: all), [3] one in N packets (0, 1: all)
 * counts: [0] copied, [1] not chosen, [2] the copy was dropped, [3] own copies seen again
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define MARK_MIRRORED 0x5f1ff

enum { CONFIG_TARGET, CONFIG_PROTOCOL, CONFIG_PORT, CONFIG_SAMPLE, CONFIG_CNT };
enum { COUNT_COPIED, COUNT_SKIPPED, COUNT_FAILED, COUNT_OWN, COUNT_SEEN, COUNT_CNT };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CONFIG_CNT);
	__type(key, __u32);
	__type(value, __u32);
} config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNT_CNT);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

static __always_inline __u32 config_get(__u32 key)
{
	__u32 *value = bpf_map_lookup_elem(&config, &key);

	return value ? *value : 0;
}

static __always_inline __u64 count(__u32 key)
{
	__u64 *value = bpf_map_lookup_elem(&counts, &key);

	return value ? ++*value : 0;
}

/* Is this packet one that the configuration asks for? */
static __always_inline int chosen(struct __sk_buff *skb)
{
	__u32 protocol = config_get(CONFIG_PROTOCOL), port = config_get(CONFIG_PORT);
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	__be16 *ports;

	if (!protocol && !port)
		return 1;
	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > end)
		return 0;
	if (protocol && ip->protocol != protocol)
		return 0;
	if (!port)
		return 1;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return 0;
	if (ip->frag_off & bpf_htons(0x1fff)) /* a later fragment has no ports */
		return 0;
	ports = (void *)ip + ip->ihl * 4;
	if ((void *)(ports + 2) > end)
		return 0;
	return ports[0] == bpf_htons(port) || ports[1] == bpf_htons(port);
}

SEC("tc")
int mirror(struct __sk_buff *skb)
{
	__u32 sample = config_get(CONFIG_SAMPLE), mark = skb->mark;

	if (mark == MARK_MIRRORED) {
		count(COUNT_OWN);
		return TC_ACT_OK;
	}
	if (!chosen(skb) || (sample > 1 && count(COUNT_SEEN) % sample != 1)) {
		count(COUNT_SKIPPED);
		return TC_ACT_OK;
	}

	skb->mark = MARK_MIRRORED; /* on the clone; taken off the original again */
	count(bpf_clone_redirect(skb, config_get(CONFIG_TARGET), 0) ? COUNT_FAILED : COUNT_COPIED);
	skb->mark = mark;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
