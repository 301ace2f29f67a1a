/* SPDX-License-Identifier: BSD-2-Clause */
/* A context whose fields are found by CO-RE, in another order than the kernel's. */
#define SEC(name) __attribute__((section(name), used))
typedef unsigned int __u32;

struct __sk_buff {
	__u32 mark;
	__u32 len;
} __attribute__((preserve_access_index));

SEC("tc")
int core(struct __sk_buff *skb)
{
	return skb->len + skb->mark;
}

char LICENSE[] SEC("license") = "GPL";
