/* SPDX-License-Identifier: BSD-2-Clause */
/* Stores to fields of the context that are more than a store: the verifier puts others in their place. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc") int fields(struct __sk_buff *skb)
{
	skb->queue_mapping = 3;
	skb->priority = 4;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
