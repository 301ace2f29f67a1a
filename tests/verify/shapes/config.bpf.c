/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * config - constants from .rodata choose at load what the program does; global functions do it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

const volatile struct {
	__u32 drop_fragments, mark, stop_port, limit;
} config = {.drop_fragments = 1, .mark = 7, .limit = 1500};

__u64 verdicts[4];

__noinline int checked(struct __sk_buff *skb, __u32 limit)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > end)
		return TC_ACT_OK;
	if (config.drop_fragments && ip->frag_off & bpf_htons(0x3fff))
		return TC_ACT_SHOT;
	if (skb->len > limit)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

SEC("tc")
int configured(struct __sk_buff *skb)
{
	int verdict = checked(skb, config.limit);
	__u64 slot;

	if (config.mark)
		skb->mark = config.mark;
	if (config.stop_port) {
		__be16 port;

		if (!bpf_skb_load_bytes(skb, 36, &port, sizeof(port)) &&
		    port == bpf_htons(config.stop_port))
			verdict = TC_ACT_SHOT;
	}
	/* Through the barrier, so that every compiler leaves the mask where the verifier sees it. */
	slot = (__u32)verdict;
	asm volatile("" : "+r"(slot));
	verdicts[slot & 3]++;
	return verdict;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
