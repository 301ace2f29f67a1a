/* SPDX-License-Identifier: BSD-2-Clause */
/* The shape of a program: loops, size, the stack of nested calls. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

SEC("tc")
int endless(struct __sk_buff *skb)
{
	while (skb->mark != 7)
		asm volatile("" : : : "memory");
	return TC_ACT_OK;
}

SEC("tc")
int too_many_turns(struct __sk_buff *skb)
{
	__u32 sum = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 1000000; i++) {
		asm volatile("" : "+r"(i));
		sum += i;
	}
	return sum & 1;
}

static __attribute__((noinline)) int inner(struct __sk_buff *skb)
{
	volatile __u8 bytes[240];

	bytes[0] = skb->len;
	return bytes[0];
}

static __attribute__((noinline)) int middle(struct __sk_buff *skb)
{
	volatile __u8 bytes[200];

	bytes[0] = skb->len;
	return inner(skb) + bytes[0];
}

SEC("tc")
int deep_stack(struct __sk_buff *skb)
{
	volatile __u8 bytes[100];

	bytes[0] = skb->len;
	return middle(skb) + bytes[0];
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
