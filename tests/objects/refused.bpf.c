/* SPDX-License-Identifier: BSD-2-Clause */
/* One program that Linux takes and one that it refuses. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int good(struct __sk_buff *skb)
{
	return 0;
}

SEC("lwt_in")
int bad(struct __sk_buff *skb)
{
	return bpf_clone_redirect(skb, 2, 0);
}

char LICENSE[] SEC("license") = "GPL";
