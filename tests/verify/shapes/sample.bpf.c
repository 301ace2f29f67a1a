/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sample - one of N packets is cloned to a port for analysis; the pointers are loaded again after it.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 analysis_port = 3;
const volatile __u32 one_of = 100;

__u64 sampled, failed;

SEC("tc")
int sample(struct __sk_buff *skb)
{
	void *data, *end;
	struct ethhdr *eth;

	if (bpf_get_prandom_u32() % one_of == 0) {
		if (bpf_clone_redirect(skb, analysis_port, 0))
			failed++;
		else
			sampled++;
	}
	data = (void *)(long)skb->data;
	end = (void *)(long)skb->data_end;
	eth = data;
	if ((void *)(eth + 1) > end)
		return TC_ACT_SHOT;
	return eth->h_dest[0] & 1 ? TC_ACT_PIPE : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
