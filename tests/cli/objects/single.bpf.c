/* SPDX-License-Identifier: BSD-2-Clause */
/* One program alone, in a section that says nothing at all. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("mine") int only(struct __sk_buff *skb)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
