/* SPDX-License-Identifier: BSD-2-Clause */
/* run.bpf.h - what the programs here share: headers, and a log of what helpers returned. */
#ifndef SKIFF_TESTS_RUN_BPF_H
#define SKIFF_TESTS_RUN_BPF_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>
#include <stddef.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define LOG_ENTRIES 1024

#define IP_OFF	sizeof(struct ethhdr)
#define UDP_OFF (IP_OFF + sizeof(struct iphdr))

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* What is worth comparing, in the order in which it was noted. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, LOG_ENTRIES);
	__type(key, __u32);
	__type(value, __s64);
} noted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} noted_cnt SEC(".maps");

static __always_inline void note(__s64 what)
{
	__u32 zero = 0, *cnt = bpf_map_lookup_elem(&noted_cnt, &zero), at;

	if (!cnt)
		return;
	at = (*cnt)++;
	bpf_map_update_elem(&noted, &at, &what, BPF_ANY);
}

#endif
