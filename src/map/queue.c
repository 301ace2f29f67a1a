/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * queue.c - QUEUE and STACK: values without keys, first in first out or last in first out.
 *
 * Both are a ring with one slot more than there may be values: head is where the next value goes,
 * tail where the oldest is, and they are equal when the ring is empty. With BPF_EXIST a push into
 * a full map makes room by dropping the oldest. Mirrors kernel/bpf/queue_stack_maps.c.
 */
#include <stdlib.h>

#include "map/area.h"
#include "map/ops.h"
#include "map/value.h"

#define QUEUE_FLAGS (BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS)

struct queue {
	struct map map;
	u8 *values;
	u64 slots; /* max_entries + 1 */
	u64 head, tail;
	u64 bytes;
};

static struct queue *queue_of(struct map *map)
{
	return container_of(map, struct queue, map);
}

static int queue_check(const struct map_spec *spec, struct error *err)
{
	int rc;

	if (spec->max_entries == 0)
		return error_set(err, -EINVAL, "max_entries is 0");
	if (spec->key_size != 0)
		return error_set(err, -EINVAL, "key_size must be 0, not %u", spec->key_size);
	if (spec->value_size == 0)
		return error_set(err, -EINVAL, "value_size is 0");
	rc = map_check_flags(spec, QUEUE_FLAGS, err);
	if (rc)
		return rc;
	if (spec->value_size > MAP_KMALLOC_MAX)
		return error_set(err, -E2BIG, "value_size %u is above %u", spec->value_size,
				 MAP_KMALLOC_MAX);
	return 0;
}

static struct map *queue_alloc(const struct map_spec *spec)
{
	struct queue *queue = map_new(sizeof(*queue));

	if (!queue)
		return NULL;
	queue->slots = (u64)spec->max_entries + 1;
	queue->bytes = queue->slots * spec->value_size;
	queue->values = area_alloc(queue->bytes);
	if (!queue->values) {
		free(queue);
		return NULL;
	}
	return &queue->map;
}

static void queue_free(struct map *map)
{
	area_free(queue_of(map)->values, queue_of(map)->bytes);
	free(queue_of(map));
}

static u64 after(const struct queue *queue, u64 slot)
{
	return slot + 1 == queue->slots ? 0 : slot + 1;
}

static u64 before(const struct queue *queue, u64 slot)
{
	return slot == 0 ? queue->slots - 1 : slot - 1;
}

static void *value_at(struct queue *queue, u64 slot)
{
	return queue->values + slot * queue->map.value_size;
}

/* The slot a pop takes, or -1 when there is none. */
static s64 next_out(const struct queue *queue)
{
	if (queue->head == queue->tail)
		return -1;
	if (queue->map.type == BPF_MAP_TYPE_STACK)
		return (s64)before(queue, queue->head);
	return (s64)queue->tail;
}

static long queue_push(struct map *map, const void *value, u64 flags)
{
	struct queue *queue = queue_of(map);

	if ((flags & BPF_NOEXIST) || flags > BPF_EXIST)
		return -EINVAL;
	if (after(queue, queue->head) == queue->tail) {
		if (!(flags & BPF_EXIST))
			return -E2BIG;
		queue->tail = after(queue, queue->tail);
	}
	memcpy(value_at(queue, queue->head), value, map->value_size);
	queue->head = after(queue, queue->head);
	return 0;
}

static long queue_peek(struct map *map, void *value)
{
	s64 slot = next_out(queue_of(map));

	/* A program's buffer counts as written after the call, so it is, whatever happens. */
	if (slot < 0) {
		memset(value, 0, map->value_size);
		return -ENOENT;
	}
	memcpy(value, value_at(queue_of(map), (u64)slot), map->value_size);
	return 0;
}

static long queue_pop(struct map *map, void *value)
{
	struct queue *queue = queue_of(map);
	long rc = queue_peek(map, value);

	if (rc)
		return rc;
	if (map->type == BPF_MAP_TYPE_STACK)
		queue->head = before(queue, queue->head);
	else
		queue->tail = after(queue, queue->tail);
	return 0;
}

static long queue_remove(struct map *map, const void *key)
{
	return -EINVAL;
}

static int queue_next_key(struct map *map, const void *key, void *next)
{
	return -EINVAL;
}

static int queue_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	if (next_out(queue_of(map)) < 0)
		return -ENOENT;
	return (int)queue_peek(map, value);
}

const struct map_ops queue_ops = {
	.type = BPF_MAP_TYPE_QUEUE,
	.check = queue_check,
	.alloc = queue_alloc,
	.free = queue_free,
	.remove = queue_remove,
	.push = queue_push,
	.pop = queue_pop,
	.peek = queue_peek,
	.next_key = queue_next_key,
	.copy_out = queue_copy_out,
};

const struct map_ops stack_ops = {
	.type = BPF_MAP_TYPE_STACK,
	.check = queue_check,
	.alloc = queue_alloc,
	.free = queue_free,
	.remove = queue_remove,
	.push = queue_push,
	.pop = queue_pop,
	.peek = queue_peek,
	.next_key = queue_next_key,
	.copy_out = queue_copy_out,
};
