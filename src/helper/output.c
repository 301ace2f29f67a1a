/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.c - records for user space, through a perf event array or a ring buffer. Each record
 * that gets there is also an event of the stream, with the name of the map.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/helper.h"

static void report(struct run *run, const struct map *map, const void *bytes, u32 len)
{
	struct event event;

	if (likely(!event_wanted(&run->host->events, EVENT_OUTPUT)))
		return;
	event = run_event(run, EVENT_OUTPUT);
	event.text = map->name;
	event.bytes = bytes;
	event.len = len;
	event_emit(&run->host->events, &event);
}

/* A perf record: what the program gave, then the first bytes of the packet. */
static long output_with_packet(struct run *run, const struct map *map, const void *bytes, u32 len,
			       u32 packet_len)
{
	u8 *record;

	if (!event_wanted(&run->host->events, EVENT_OUTPUT))
		return 0;
	record = malloc((size_t)len + packet_len);
	if (!record)
		return -ENOSPC;
	memcpy(record, bytes, len);
	skb_copy_bits(run->skb, 0, record + len, packet_len);
	report(run, map, record, len + packet_len);
	free(record);
	return 0;
}

/*
 * bpf_perf_event_output(skb, map, flags, bytes, len). flags: the index in the map, or
 * BPF_F_CURRENT_CPU; and in BPF_F_CTXLEN_MASK how many bytes of the packet to append. 0; -EINVAL:
 * other flags; -EFAULT: the packet is shorter; -E2BIG: index; -ENOENT: nobody reads there.
 */
u64 helper_perf_event_output(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = (struct map *)(uintptr_t)r2;
	const void *bytes = (const void *)(uintptr_t)r4;
	u64 flags = r3, index = flags & BPF_F_INDEX_MASK;
	u32 packet_len = (flags & BPF_F_CTXLEN_MASK) >> 32;

	if (unlikely(flags & ~(u64)(BPF_F_CTXLEN_MASK | BPF_F_INDEX_MASK)))
		return (u64)-EINVAL;
	if (unlikely(packet_len > run->skb->ctx.len))
		return (u64)-EFAULT;
	if (index == BPF_F_CURRENT_CPU)
		index = 0;
	if (unlikely(index >= map->max_entries))
		return (u64)-E2BIG;
	if (!map_object(map, index))
		return (u64)-ENOENT;
	if (packet_len)
		return (u64)output_with_packet(run, map, bytes, (u32)r5, packet_len);
	report(run, map, bytes, (u32)r5);
	return 0;
}

/* bpf_ringbuf_output(map, bytes, len, flags): 0, -EINVAL (flags), -E2BIG, or -EAGAIN when full. */
u64 helper_ringbuf_output(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = (struct map *)(uintptr_t)r1;
	const void *bytes = (const void *)(uintptr_t)r2;
	long ret = ringbuf_output(map, bytes, r3, r4);

	if (!ret)
		report(run, map, bytes, (u32)r3);
	return (u64)ret;
}

/* bpf_ringbuf_reserve(map, len, flags): the record's address, or 0. */
u64 helper_ringbuf_reserve(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return (uintptr_t)ringbuf_reserve((struct map *)(uintptr_t)r1, r2, r3);
}

/* bpf_ringbuf_submit(record, flags) */
u64 helper_ringbuf_submit(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	void *record = (void *)(uintptr_t)r1;

	if (unlikely(event_wanted(&run->host->events, EVENT_OUTPUT))) {
		u32 len;
		const struct map *map = ringbuf_of(record, &len);

		report(run, map, record, len);
	}
	ringbuf_submit(record, r2);
	return 0;
}

/* bpf_ringbuf_discard(record, flags) */
u64 helper_ringbuf_discard(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	ringbuf_discard((void *)(uintptr_t)r1, r2);
	return 0;
}

/* bpf_ringbuf_query(map, what): BPF_RB_*; 0 for anything else. */
u64 helper_ringbuf_query(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return ringbuf_query((struct map *)(uintptr_t)r1, r2);
}
