/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ringbuf.c - RINGBUF: records of any length from programs to one reader, in order.
 *
 * The memory is laid out as Linux lays it out, so that what a record's header says is right:
 *
 *      page 0       page 1         page 2         page 3 ...
 *     +------------+--------------+--------------+--------------------+--------------------+
 *     | this file's| consumer_pos | producer_pos | data, max_entries  | the same data again|
 *     +------------+--------------+--------------+--------------------+--------------------+
 *                  |<------------------- the memfd ------------------>|
 *
 * The data is mapped twice in a row, so a record that wraps around is still one run of bytes.
 * Each record has an 8-byte header: its length with two flag bits, and how many pages it lies
 * behind page 0, which is how a record alone leads back to its map. A program reserves a record
 * (busy), fills it, and submits or discards it; the reader stops at the first busy one. Positions
 * only grow; a place is the position modulo the size. Mirrors kernel/bpf/ringbuf.c.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map/area.h"
#include "map/ops.h"

#define RINGBUF_FLAGS	   BPF_F_NUMA_NODE
#define RINGBUF_RECORD_MAX (UINT32_MAX / 4) /* bytes */
#define RINGBUF_META_PAGES 3u
#define RINGBUF_LEN_MASK   (~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT))

struct header {
	u32 len;  /* with BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT */
	u32 page; /* pages from page 0 to this header */
};
_Static_assert(sizeof(struct header) == BPF_RINGBUF_HDR_SZ, "as Linux has it");

struct ringbuf {
	struct map map;
	u8 *pages; /* page 0 */
	u64 page_size;
	u64 size; /* of the data, a power of two */
	u64 *consumer_pos, *producer_pos;
	u8 *data;
};

static struct ringbuf *ringbuf_map(struct map *map)
{
	return container_of(map, struct ringbuf, map);
}

static u64 page_bytes(void)
{
	return (u64)sysconf(_SC_PAGESIZE);
}

static int ringbuf_check(const struct map_spec *spec, struct error *err)
{
	int rc = map_check_flags(spec, RINGBUF_FLAGS, err);
	u64 page = page_bytes();
	u32 size = spec->max_entries;

	if (rc)
		return rc;
	if (spec->key_size || spec->value_size)
		return error_set(err, -EINVAL, "key_size and value_size must be 0");
	if (size == 0 || (size & (size - 1)) || size % page)
		return error_set(err, -EINVAL,
				 "max_entries %u is not a power of two of at least %llu", size,
				 (unsigned long long)page);
	return 0;
}

static u64 mapped_bytes(const struct ringbuf *ring)
{
	return RINGBUF_META_PAGES * ring->page_size + 2 * ring->size;
}

/* The memfd's pages at their two places behind page 0, which stays private. 0 or -ENOMEM. */
static int map_pages(struct ringbuf *ring, int fd)
{
	u64 positions = 2 * ring->page_size;
	int protection = PROT_READ | PROT_WRITE;
	u8 *at;

	at = mmap(NULL, mapped_bytes(ring), protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		  -1, 0);
	if (at == MAP_FAILED)
		return -ENOMEM;
	ring->pages = at;
	at += ring->page_size;
	if (mmap(at, positions + ring->size, protection, MAP_SHARED | MAP_FIXED, fd, 0) ==
	    MAP_FAILED)
		goto failed;
	at += positions + ring->size;
	if (mmap(at, ring->size, protection, MAP_SHARED | MAP_FIXED, fd, (off_t)positions) ==
	    MAP_FAILED)
		goto failed;
	return 0;

failed:
	munmap(ring->pages, mapped_bytes(ring));
	return -ENOMEM;
}

static struct map *ringbuf_alloc(const struct map_spec *spec)
{
	struct ringbuf *ring = map_new(sizeof(*ring));
	int fd;

	if (!ring)
		return NULL;
	ring->page_size = page_bytes();
	ring->size = spec->max_entries;
	fd = area_memfd("skiff-ringbuf", 2 * ring->page_size + ring->size);
	if (fd < 0)
		goto no_file;
	if (map_pages(ring, fd))
		goto no_pages;
	ring->map.memfd = fd;
	*(struct ringbuf **)ring->pages = ring;
	ring->consumer_pos = (u64 *)(ring->pages + ring->page_size);
	ring->producer_pos = (u64 *)(ring->pages + 2 * ring->page_size);
	ring->data = ring->pages + RINGBUF_META_PAGES * ring->page_size;
	return &ring->map;

no_pages:
	close(fd);
no_file:
	free(ring);
	return NULL;
}

static void ringbuf_free(struct map *map)
{
	struct ringbuf *ring = ringbuf_map(map);

	munmap(ring->pages, mapped_bytes(ring));
	close(map->memfd);
	free(ring);
}

/* Bytes a record of @size bytes takes with its header. */
static u64 record_bytes(u64 size)
{
	return ALIGN_UP(size + BPF_RINGBUF_HDR_SZ, 8);
}

static struct header *header_at(const struct ringbuf *ring, u64 pos)
{
	return (struct header *)(ring->data + (pos & (ring->size - 1)));
}

static void *reserve(struct ringbuf *ring, u64 size)
{
	u64 end, at = *ring->producer_pos;
	struct header *header;

	if (size > RINGBUF_RECORD_MAX)
		return NULL;
	end = at + record_bytes(size);
	/* One byte always stays free, so that a full ring is not taken for an empty one. */
	if (end - *ring->consumer_pos > ring->size - 1)
		return NULL;
	header = header_at(ring, at);
	header->len = (u32)size | BPF_RINGBUF_BUSY_BIT;
	header->page = (u32)((u64)((u8 *)header - ring->pages) / ring->page_size);
	*ring->producer_pos = end;
	return header + 1;
}

void *ringbuf_reserve(struct map *map, u64 size, u64 flags)
{
	if (flags)
		return NULL;
	return reserve(ringbuf_map(map), size);
}

static struct header *header_of(const void *record)
{
	return (struct header *)record - 1;
}

/* Wake-up flags have nobody to wake: the reader asks when it is its turn. */
void ringbuf_submit(void *record, u64 flags)
{
	header_of(record)->len &= RINGBUF_LEN_MASK;
}

void ringbuf_discard(void *record, u64 flags)
{
	struct header *header = header_of(record);

	header->len = (header->len & RINGBUF_LEN_MASK) | BPF_RINGBUF_DISCARD_BIT;
}

long ringbuf_output(struct map *map, const void *bytes, u64 size, u64 flags)
{
	void *record;

	if (flags & ~(u64)(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP))
		return -EINVAL;
	record = reserve(ringbuf_map(map), size);
	if (!record)
		return -EAGAIN;
	if (size)
		memcpy(record, bytes, size);
	ringbuf_submit(record, flags);
	return 0;
}

u64 ringbuf_query(struct map *map, u64 what)
{
	const struct ringbuf *ring = ringbuf_map(map);

	switch (what) {
	case BPF_RB_AVAIL_DATA:
		return *ring->producer_pos - *ring->consumer_pos;
	case BPF_RB_RING_SIZE:
		return ring->size;
	case BPF_RB_CONS_POS:
		return *ring->consumer_pos;
	case BPF_RB_PROD_POS:
		return *ring->producer_pos;
	}
	return 0;
}

struct map *ringbuf_of(const void *record, u32 *size)
{
	const struct header *header = header_of(record);
	u64 page = page_bytes();
	const u8 *pages = (const u8 *)((uintptr_t)header & ~(page - 1)) - header->page * page;

	if (size)
		*size = header->len & RINGBUF_LEN_MASK;
	return &(*(struct ringbuf *const *)pages)->map;
}

u32 ringbuf_consume(struct map *map, void (*fn)(void *ctx, const void *bytes, u32 len), void *ctx)
{
	struct ringbuf *ring = ringbuf_map(map);
	u32 records = 0;

	while (*ring->consumer_pos < *ring->producer_pos) {
		const struct header *header = header_at(ring, *ring->consumer_pos);
		u32 len = header->len & RINGBUF_LEN_MASK;

		if (header->len & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header->len & BPF_RINGBUF_DISCARD_BIT)) {
			fn(ctx, header + 1, len);
			records++;
		}
		*ring->consumer_pos += record_bytes(len);
	}
	return records;
}

const struct map_ops ringbuf_ops = {
	.type = BPF_MAP_TYPE_RINGBUF,
	.check = ringbuf_check,
	.alloc = ringbuf_alloc,
	.free = ringbuf_free,
};
