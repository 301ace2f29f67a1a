/* SPDX-License-Identifier: BSD-2-Clause */
/* rings - frames through a ring buffer: copied, reserved, discarded, too many. */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} frames SEC(".maps");

struct record {
	__u32 len, ifindex;
	__u8 bytes[64];
};

SEC("tc")
int record(struct __sk_buff *skb)
{
	__u8 head[40] = {};
	struct record *record;

	note(bpf_skb_load_bytes(skb, 0, head, sizeof(head)));
	note(bpf_ringbuf_output(&frames, head, sizeof(head), 0));
	note(bpf_ringbuf_output(&frames, head, 13, BPF_RB_NO_WAKEUP));
	note(bpf_ringbuf_output(&frames, head, 8, 99));
	record = bpf_ringbuf_reserve(&frames, sizeof(*record), 0);
	note(bpf_ringbuf_query(&frames, BPF_RB_AVAIL_DATA));
	if (record) {
		record->len = skb->len;
		record->ifindex = skb->ifindex;
		if (bpf_skb_load_bytes(skb, 0, record->bytes, sizeof(record->bytes)))
			bpf_ringbuf_discard(record, 0);
		else
			bpf_ringbuf_submit(record, BPF_RB_FORCE_WAKEUP);
	}
	note(bpf_ringbuf_query(&frames, BPF_RB_RING_SIZE));
	return TC_ACT_OK;
}

/* More than there is room for. */
SEC("tc")
int flood(struct __sk_buff *skb)
{
	__u8 head[128] = {};

	bpf_skb_load_bytes(skb, 0, head, 14);
	for (int i = 0; i < 40; i++) {
		head[20] = i;
		note(bpf_ringbuf_output(&frames, head, sizeof(head), 0));
	}
	return TC_ACT_OK;
}
