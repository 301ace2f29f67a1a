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

/* Something that has to lie in memory. */
#define TOUCH(array) asm volatile("" : : "r"(array) : "memory")

static __attribute__((noinline)) int inner(struct __sk_buff *skb)
{
	__u64 numbers[30] = {skb->len};

	TOUCH(numbers);
	return numbers[0];
}

static __attribute__((noinline)) int middle(struct __sk_buff *skb)
{
	__u64 numbers[25] = {skb->len};

	TOUCH(numbers);
	return inner(skb) + numbers[0];
}

SEC("tc")
int deep_stack(struct __sk_buff *skb)
{
	__u64 numbers[12] = {skb->len};

	TOUCH(numbers);
	return middle(skb) + numbers[0];
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
