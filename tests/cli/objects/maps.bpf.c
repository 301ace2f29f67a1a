/* SPDX-License-Identifier: BSD-2-Clause */
/* A map of every kind that can be preset or read from outside, and programs that use them. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, entries, key_type, value_type)                                             \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_##kind);                                                 \
		__uint(max_entries, entries);                                                      \
		__type(key, key_type);                                                             \
		__type(value, value_type);                                                         \
	} name SEC(".maps")

struct pair {
	__u64 packets, bytes;
};

struct mac {
	__u8 bytes[6];
};

struct prefix {
	__u32 len;
	__u8 address[4];
};

MAP(config, ARRAY, 4, __u32, __u32);
MAP(percpu, PERCPU_ARRAY, 1, __u32, __u32);
MAP(ports, HASH, 2, __u16, __u64);
MAP(pairs, HASH, 4, __u32, struct pair);
MAP(macs, HASH, 4, struct mac, __u8);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} routes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} jumps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 2);
	__type(value, __u32);
} work SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

int runs;

SEC("tc/ingress") int entry(struct __sk_buff *skb)
{
	struct pair pair = {1, skb->len};
	__u32 record = skb->len;
	__u32 key = 7;

	runs++;
	bpf_map_update_elem(&pairs, &key, &pair, BPF_ANY);
	bpf_perf_event_output(skb, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
	bpf_ringbuf_output(&ring, &record, sizeof(record), 0);
	bpf_tail_call(skb, &jumps, 0);
	bpf_printk("no program at 0");
	return TC_ACT_OK;
}

SEC("tc") int next(struct __sk_buff *skb)
{
	__u32 key = 1;
	__u32 *value = bpf_map_lookup_elem(&config, &key);

	bpf_printk("next, config[1] is %u", value ? *value : 0);
	return TC_ACT_SHOT;
}

char LICENSE[] SEC("license") = "GPL";
