/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prog_array.c - PROG_ARRAY: what bpf_tail_call jumps into.
 *
 * Whether a program may stand in it (its type, and that of the programs there before) is for the
 * caller who turned the descriptor into a program to decide. When user space closes its last
 * descriptor the array is emptied, as on Linux: programs and the arrays they jump through hold
 * each other, and this is what lets go. Mirrors prog_array_map_ops of kernel/bpf/arraymap.c.
 */
#include "map/object_array.h"
#include "map/ops.h"

static int prog_array_check(const struct map_spec *spec, struct error *err)
{
	return object_array_check(spec, 0, err);
}

static int prog_array_update_object(struct map *map, const void *key, void *object, u64 flags)
{
	int rc = object_array_check_update(map, key, flags);

	if (rc)
		return rc;
	if (!object)
		return -EBADF;
	object_array_put(map, key, object);
	return 0;
}

static int prog_array_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *object = object_array_at(map, key);
	u32 id;

	if (!object)
		return -ENOENT;
	id = map->object_id ? map->object_id(object) : 0;
	memcpy(value, &id, sizeof(id));
	return 0;
}

void *map_object(struct map *map, u64 index)
{
	if (unlikely(index >= map->max_entries))
		return NULL;
	return object_array_of(map)->objects[index];
}

const struct map_ops prog_array_ops = {
	.type = BPF_MAP_TYPE_PROG_ARRAY,
	.check = prog_array_check,
	.alloc = object_array_alloc,
	.free = object_array_free,
	.release = object_array_clear,
	.remove = object_array_remove,
	.next_key = object_array_next_key,
	.copy_out = prog_array_copy_out,
	.update_object = prog_array_update_object,
};
