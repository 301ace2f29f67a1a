/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that Linux accepts and refuses, side by side. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc") int good(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

/* The packet pointer is used after a call that may have moved the packet. */
SEC("tc") int stale(struct __sk_buff *skb)
{
	unsigned char *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;

	if ((void *)(data + 14) > end)
		return TC_ACT_OK;
	bpf_clone_redirect(skb, 2, 0);
	return data[0]; /* stale */
}

SEC("tc") int unchecked(struct __sk_buff *skb)
{
	unsigned char *data = (void *)(long)skb->data;

	return data[0]; /* unchecked */
}

SEC("mine") int untyped(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

SEC("lwt_xmit") int xmit(struct __sk_buff *skb)
{
	return BPF_OK;
}

/* bpf_clone_redirect is not for this type. */
SEC("lwt_in") int clone_in(struct __sk_buff *skb)
{
	bpf_clone_redirect(skb, 2, 0);
	return BPF_OK;
}

char LICENSE[] SEC("license") = "GPL";
