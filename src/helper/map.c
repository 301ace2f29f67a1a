/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - maps as a program reaches them. Return codes are those of the map type; what a type
 * cannot do the verifier refuses, and where it had been overlooked the answer is Linux's,
 * -ENOTSUPP.
 */
#include <errno.h>

#include "helper/helper.h"

static struct map *map_of(u64 reg)
{
	return (struct map *)(uintptr_t)reg;
}

static void *memory(u64 reg)
{
	return (void *)(uintptr_t)reg;
}

/* bpf_map_lookup_elem(map, key): the address of the value, or 0. */
u64 helper_map_lookup_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	return map->ops->lookup ? (uintptr_t)map->ops->lookup(map, memory(r2)) : 0;
}

/* bpf_map_update_elem(map, key, value, flags) */
u64 helper_map_update_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	if (unlikely(!map->ops->update))
		return (u64)-ENOTSUPP;
	return (u64)map->ops->update(map, memory(r2), memory(r3), r4);
}

/* bpf_map_delete_elem(map, key) */
u64 helper_map_delete_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	if (unlikely(!map->ops->remove))
		return (u64)-ENOTSUPP;
	return (u64)map->ops->remove(map, memory(r2));
}

/* bpf_map_push_elem(map, value, flags) */
u64 helper_map_push_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	if (unlikely(!map->ops->push))
		return (u64)-ENOTSUPP;
	return (u64)map->ops->push(map, memory(r2), r3);
}

/* bpf_map_pop_elem(map, value) */
u64 helper_map_pop_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	if (unlikely(!map->ops->pop))
		return (u64)-ENOTSUPP;
	return (u64)map->ops->pop(map, memory(r2));
}

/* bpf_map_peek_elem(map, value) */
u64 helper_map_peek_elem(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = map_of(r1);

	if (unlikely(!map->ops->peek))
		return (u64)-ENOTSUPP;
	return (u64)map->ops->peek(map, memory(r2));
}
