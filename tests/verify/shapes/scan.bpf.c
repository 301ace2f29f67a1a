/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scan - a pattern is looked for in the first bytes of the payload, in a bpf_loop over copied bytes.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

#define WINDOW 256

struct scan {
	__u8 bytes[WINDOW + 4];
	__u32 len, found;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scan);
} scratch SEC(".maps");

const volatile __u8 pattern[4] = {'G', 'E', 'T', ' '};

static long step(__u32 at, void *ctx)
{
	__u32 *found = ctx, zero = 0;
	struct scan *scan = bpf_map_lookup_elem(&scratch, &zero);

	if (!scan || at + 4 > scan->len || at > WINDOW - 4)
		return 1;
	*found = at + 1;
	/* The compiler knows the bound from above, and the verifier is told. */
	asm volatile("%0 &= %1" : "+r"(at) : "i"(WINDOW - 1));
	for (int i = 0; i < 4; i++) {
		if (scan->bytes[at + i] != pattern[i]) {
			*found = 0;
			return 0;
		}
	}
	return 1;
}

SEC("tc")
int scan(struct __sk_buff *skb)
{
	__u32 zero = 0, found = 0;
	__u64 len = skb->len; /* 64 bits: no shifts come between the bound and the call */
	struct scan *scan = bpf_map_lookup_elem(&scratch, &zero);

	if (!scan || len <= 54)
		return TC_ACT_OK;
	len -= 54;
	if (len > WINDOW)
		len = WINDOW;
	if (bpf_skb_load_bytes(skb, 54, scan->bytes, len))
		return TC_ACT_OK;
	scan->len = len;
	bpf_loop(WINDOW, step, &found, 0);
	return found ? TC_ACT_SHOT : TC_ACT_OK;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
