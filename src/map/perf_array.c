/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * perf_array.c - PERF_EVENT_ARRAY: where bpf_perf_event_output sends what it is given.
 *
 * Its objects are user space's perf buffers, one a CPU; user space cannot read them back. They go
 * when the descriptor they were put in through is closed, unless the map has
 * BPF_F_PRESERVE_ELEMS. Mirrors perf_event_array_map_ops of kernel/bpf/arraymap.c.
 */
#include "map/object_array.h"
#include "map/ops.h"

static int perf_array_check(const struct map_spec *spec, struct error *err)
{
	return object_array_check(spec, BPF_F_PRESERVE_ELEMS, err);
}

static void perf_array_release(struct map *map)
{
	if (!(map->flags & BPF_F_PRESERVE_ELEMS))
		object_array_clear(map);
}

static int perf_array_update_object(struct map *map, const void *key, void *object, u64 flags)
{
	int rc = object_array_check_update(map, key, flags);

	if (rc)
		return rc;
	if (!object)
		return -EBADF;
	object_array_put(map, key, object);
	return 0;
}

const struct map_ops perf_array_ops = {
	.type = BPF_MAP_TYPE_PERF_EVENT_ARRAY,
	.check = perf_array_check,
	.alloc = object_array_alloc,
	.free = object_array_free,
	.release = perf_array_release,
	.remove = object_array_remove,
	.next_key = object_array_next_key,
	.update_object = perf_array_update_object,
};
