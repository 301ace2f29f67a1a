/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls: which helper, with what, and what is still held at the end. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct guarded {
	struct bpf_spin_lock lock;
	__u32 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guarded);
} table SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} plain SEC(".maps");

SEC("lwt_in")
int wrong_type(struct __sk_buff *skb)
{
	return bpf_clone_redirect(skb, 2, 0);
}

SEC("tc")
int helper_of_others(struct __sk_buff *skb)
{
	return bpf_xdp_adjust_head((void *)skb, 0);
}

SEC("tc")
int helper_absent(struct __sk_buff *skb)
{
	return bpf_skb_vlan_pop(skb);
}

SEC("tc")
int number_for_context(struct __sk_buff *skb)
{
	return bpf_clone_redirect((void *)(long)skb->mark, 2, 0);
}

SEC("tc")
int number_for_key(struct __sk_buff *skb)
{
	return bpf_map_delete_elem(&plain, (void *)(long)skb->mark);
}

SEC("tc")
int argument_missing(struct __sk_buff *skb)
{
	asm volatile("r1 = %0\n"
		     "r2 = 2\n"
		     "call 13"
		     :
		     : "r"(skb)
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return TC_ACT_OK;
}

__attribute__((noinline)) int first_byte(struct __sk_buff *skb, const __u8 *bytes)
{
	return skb->len && bytes ? *bytes : 0;
}

SEC("tc")
int wrong_for_function(struct __sk_buff *skb)
{
	__u8 byte = 0;

	return first_byte((void *)&byte, &byte);
}

__attribute__((noinline)) int unsure(const __u8 *bytes)
{
	return *bytes;
}

SEC("tc")
int function_for_null(struct __sk_buff *skb)
{
	__u8 byte = 0;

	return unsure(&byte);
}

SEC("tc")
int record_kept(struct __sk_buff *skb)
{
	__u64 *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);

	if (!event)
		return TC_ACT_OK;
	if (skb->len > 1000)
		return TC_ACT_SHOT;
	*event = skb->len;
	bpf_ringbuf_submit(event, 0);
	return TC_ACT_OK;
}

SEC("tc")
int record_after_submit(struct __sk_buff *skb)
{
	__u64 *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);

	if (!event)
		return TC_ACT_OK;
	bpf_ringbuf_submit(event, 0);
	*event = skb->len;
	return TC_ACT_OK;
}

SEC("tc")
int record_twice(struct __sk_buff *skb)
{
	__u64 *event = bpf_ringbuf_reserve(&ring, sizeof(*event), 0);

	if (!event)
		return TC_ACT_OK;
	bpf_ringbuf_submit(event, 0);
	bpf_ringbuf_discard(event, 0);
	return TC_ACT_OK;
}

SEC("tc")
int lock_kept(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return TC_ACT_OK;
	bpf_spin_lock(&value->lock);
	value->count++;
	return TC_ACT_OK;
}

SEC("tc")
int call_under_lock(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return TC_ACT_OK;
	bpf_spin_lock(&value->lock);
	value->count = bpf_get_prandom_u32();
	bpf_spin_unlock(&value->lock);
	return TC_ACT_OK;
}

SEC("tc")
int unlock_alone(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return TC_ACT_OK;
	bpf_spin_unlock(&value->lock);
	return TC_ACT_OK;
}

SEC("tc")
int lock_as_data(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct guarded *value = bpf_map_lookup_elem(&table, &key);

	if (!value)
		return TC_ACT_OK;
	*(volatile __u32 *)&value->lock = 0;
	return TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
