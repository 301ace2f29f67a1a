/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stale_pointer - the classical mistake, kept here to be refused: a packet pointer that was derived
 * and checked before bpf_clone_redirect is used after it. The call may have moved the packet, so
 * every packet pointer is void. 'skiff verify' on this object says so, and says what to write.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

SEC("tc/egress")
int stale_pointer(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *data_end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	if ((void *)(eth + 1) > data_end)
		return TC_ACT_OK;

	bpf_clone_redirect(skb, 2, 0);

	if (eth->h_proto == bpf_htons(ETH_P_IP)) /* eth is void since the call */
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
