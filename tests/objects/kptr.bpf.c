/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps whose values hold more than bytes: a pointer to a kernel object, in a structure within one. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct task_struct;

struct holder {
	int number;
	struct task_struct __attribute__((btf_type_tag("kptr_untrusted"))) *task;
};

struct value {
	__u64 count;
	struct holder holders[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} kptrs SEC(".maps");

SEC("tc")
int kptr(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct value *value = bpf_map_lookup_elem(&kptrs, &key);

	return value ? value->count : 0;
}

char LICENSE[] SEC("license") = "GPL";
