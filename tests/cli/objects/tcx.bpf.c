/* SPDX-License-Identifier: BSD-2-Clause */
/* A tcx program and a clsact one: tcx runs first, whatever the order on the command line. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc/ingress") int second(struct __sk_buff *skb)
{
	bpf_printk("clsact");
	return 0;
}

SEC("tcx/ingress") int first(struct __sk_buff *skb)
{
	bpf_printk("tcx");
	return -1;
}

char LICENSE[] SEC("license") = "GPL";
