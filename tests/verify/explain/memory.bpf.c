/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory: NULL, map values, the stack, what was never written, numbers without a bound. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct counters {
	__u64 slots[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct counters);
} table SEC(".maps");

struct pair {
	__u8 kind;
	__u32 value;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct pair);
	__type(value, __u64);
} pairs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

SEC("tc")
int lookup_not_tested(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	found->slots[0]++;
	return TC_ACT_OK;
}

SEC("tc")
int null_side(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	asm volatile goto("if %0 != 0 goto %l[out]" : : "r"(found) : : out);
	asm volatile("r1 = *(u64 *)(%0 + 0)" : : "r"(found) : "r1");
out:
	return TC_ACT_OK;
}

SEC("tc")
int record_not_tested(struct __sk_buff *skb)
{
	__u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);

	*record = skb->len;
	bpf_ringbuf_submit(record, 0);
	return TC_ACT_OK;
}

SEC("tc")
int index_too_large(struct __sk_buff *skb)
{
	__u32 key = 0, index = skb->mark;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	if (!found)
		return TC_ACT_OK;
	if (index > 8)
		return TC_ACT_OK;
	found->slots[index]++;
	return TC_ACT_OK;
}

SEC("tc")
int index_negative(struct __sk_buff *skb)
{
	__u32 key = 0;
	int index = (int)skb->mark;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	if (!found)
		return TC_ACT_OK;
	if (index >= 8)
		return TC_ACT_OK;
	found->slots[index]++;
	return TC_ACT_OK;
}

SEC("tc")
int index_unbounded(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	if (!found)
		return TC_ACT_OK;
	found->slots[skb->mark]++;
	return TC_ACT_OK;
}

SEC("tc")
int past_the_value(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *found = bpf_map_lookup_elem(&table, &key);

	if (found)
		found[8] = skb->len;
	return TC_ACT_OK;
}

SEC("tc")
int number_as_pointer(struct __sk_buff *skb)
{
	__u8 *byte = (void *)(long)skb->mark;

	return *byte;
}

SEC("tc")
int register_never_set(struct __sk_buff *skb)
{
	int result;

	asm volatile("%0 = r8" : "=r"(result));
	return result;
}

SEC("tc")
__attribute__((naked)) int no_result(struct __sk_buff *skb)
{
	asm volatile("exit");
}

SEC("tc")
int lost_in_call(struct __sk_buff *skb)
{
	int result;

	asm volatile("call 7\n"
		     "%0 = r1"
		     : "=r"(result)
		     :
		     : "r0", "r1", "r2", "r3", "r4", "r5");
	return result;
}

SEC("tc")
int unpriv_padding(struct __sk_buff *skb)
{
	struct pair key;
	__u64 one = 1;

	key.kind = 1;
	key.value = skb->mark;
	bpf_map_update_elem(&pairs, &key, &one, BPF_ANY);
	return TC_ACT_OK;
}

SEC("tc")
int unpriv_stack_never_written(struct __sk_buff *skb)
{
	__u64 result;

	asm volatile("%0 = *(u64 *)(r10 - 16)" : "=r"(result));
	return result == 0;
}

SEC("tc")
int stack_too_deep(struct __sk_buff *skb)
{
	asm volatile("*(u64 *)(r10 - 520) = r10");
	return TC_ACT_OK;
}

SEC("tc")
int stack_index(struct __sk_buff *skb)
{
	__u8 bytes[64] = {};
	__u32 index = skb->mark;

	if (index > 200)
		return TC_ACT_OK;
	bytes[index] = 1;
	asm volatile("" : : "r"(bytes) : "memory");
	return TC_ACT_OK;
}

SEC("tc")
int length_unbounded(struct __sk_buff *skb)
{
	char buffer[64];
	__u32 length = skb->len;

	bpf_skb_load_bytes(skb, 0, buffer, length);
	return buffer[0];
}

SEC("tc")
int length_may_be_zero(struct __sk_buff *skb)
{
	char buffer[64] = {};
	__u32 length = skb->len;

	if (length > sizeof(buffer))
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 0, buffer, length);
	return buffer[0];
}

SEC("tc")
int length_too_large(struct __sk_buff *skb)
{
	char buffer[64] = {};
	__u32 length = skb->len;

	if (length == 0 || length > 100)
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 0, buffer, length);
	return buffer[0];
}

SEC("tc")
int length_for_a_value(struct __sk_buff *skb)
{
	__u32 key = 0, length = skb->len & 127;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	if (!found || !length)
		return TC_ACT_OK;
	bpf_skb_load_bytes(skb, 0, &found->slots[1], length);
	return TC_ACT_OK;
}

SEC("tc")
int unbounded_move(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct counters *found = bpf_map_lookup_elem(&table, &key);

	if (!found)
		return TC_ACT_OK;
	return *((__u8 *)found + bpf_ktime_get_ns());
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
