/* SPDX-License-Identifier: BSD-2-Clause */
/* Global data of every kind, static and global functions, a program array filled at build time. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 limit = 7;
__u32 counter = 40;
__u64 zeroed[4];
static const char text[] = "limit %u";

static __attribute__((noinline)) __u32 add(__u32 a, __u32 b)
{
	return a + b;
}

__attribute__((noinline)) int twice(struct __sk_buff *skb, int value)
{
	if (!skb)
		return 0;
	return value * 2;
}

SEC("tc")
int globals(struct __sk_buff *skb)
{
	counter = add(counter, 2);
	zeroed[1] += counter;
	bpf_trace_printk(text, sizeof(text), limit);
	return twice(skb, limit);
}

char LICENSE[] SEC("license") = "GPL";
