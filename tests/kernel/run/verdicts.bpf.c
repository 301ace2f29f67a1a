/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verdicts - four programs on one hook, two in the tcx list and two filters of rising priority.
 * Each returns what the frame asks for: its byte at 14, 15, 16 or 17 is a number in a table of
 * verdicts.
 */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __s32);
} table SEC(".maps");

static __always_inline int asked(struct __sk_buff *skb, __u32 number)
{
	__s32 *verdict;
	__u8 byte = 0;
	__u32 key;

	if (bpf_skb_load_bytes(skb, ETH_HLEN + number, &byte, 1))
		return TC_ACT_UNSPEC;
	key = byte;
	verdict = bpf_map_lookup_elem(&table, &key);
	note(number * 100 + byte);
	note(skb->tc_index << 16 | skb->tc_classid);
	skb->tc_classid = 0x40 + number;
	return verdict ? *verdict : TC_ACT_UNSPEC;
}

SEC("tcx/ingress")
int tcx_first(struct __sk_buff *skb)
{
	return asked(skb, 0);
}

SEC("tcx/egress")
int tcx_second(struct __sk_buff *skb)
{
	return asked(skb, 1);
}

SEC("tc/ingress")
int tc_first(struct __sk_buff *skb)
{
	return asked(skb, 2);
}

SEC("tc")
int tc_second(struct __sk_buff *skb)
{
	return asked(skb, 3);
}
