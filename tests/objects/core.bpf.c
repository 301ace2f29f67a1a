/* SPDX-License-Identifier: BSD-2-Clause */
/* A context whose fields are found by CO-RE, in another order than the kernel's; and a structure
 * that the kernel does not have. */
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

struct no_such_structure {
	int field;
};

SEC("tc")
int absent(struct __sk_buff *skb)
{
	/* 0: does the type exist */
	return __builtin_preserve_type_info(*(struct no_such_structure *)0, 0);
}

char LICENSE[] SEC("license") = "GPL";
