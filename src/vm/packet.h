/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.h - where the packet loads of classic BPF (BPF_LD with BPF_ABS or BPF_IND) read.
 *
 * Offsets count from data. Those from SKF_NET_OFF on count from the network header, those from
 * SKF_LL_OFF on from the link-layer header if there is one. A packet's bytes are one piece in
 * memory even where only the first of them are linear, so there is only one case.
 * Mirrors bpf_skb_load_helper_8_no_cache and its kin of net/core/filter.c.
 */
#ifndef SKIFF_VM_PACKET_H
#define SKIFF_VM_PACKET_H

#include <linux/filter.h>

#include "skb/skb.h"

/* @size bytes at @offset, or NULL when they are not all in the packet. */
static inline const u8 *packet_at(const struct skb *skb, s32 offset, u32 size)
{
	s64 data = skb_data_offset(skb); /* from the first byte of the buffer, as all sums here */
	s64 at;

	if (offset >= 0)
		at = data + offset;
	else if (offset >= SKF_NET_OFF)
		at = (s64)skb->network_header + offset - SKF_NET_OFF;
	else if (offset >= SKF_LL_OFF && skb->mac_header != SKB_HEADER_UNSET)
		at = (s64)skb->mac_header + offset - SKF_LL_OFF;
	else
		return NULL;
	if (at + size > data + skb->ctx.len)
		return NULL;
	return skb_head(skb) + at;
}

#endif
