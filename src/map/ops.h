/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ops.h - what the files of this room share: the operations of every type, and what they check
 * alike when a map is created.
 */
#ifndef SKIFF_MAP_OPS_H
#define SKIFF_MAP_OPS_H

#include <errno.h>
#include <string.h>

#include "map/map.h"

#define TYPE(number, name, ops) extern const struct map_ops ops;
#define TYPE_ABSENT(number, name)
#include "map/type.def"
#undef TYPE
#undef TYPE_ABSENT

/* The operations of @type; NULL: skiff does not have it. */
const struct map_ops *map_type_ops(enum bpf_map_type type);

#define MAP_ACCESS_FLAGS (BPF_F_RDONLY | BPF_F_WRONLY | BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG)

/* The kernel's KMALLOC_MAX_SIZE and PCPU_MIN_UNIT_SIZE: more than one value can be. */
#define MAP_KMALLOC_MAX (4u << 20)
#define MAP_PERCPU_MAX	(32u << 10)

/*
 * -EINVAL when @spec has a flag outside @allowed, or excludes programs from reading and from
 * writing at once (bpf_map_flags_access_ok).
 */
int map_check_flags(const struct map_spec *spec, u32 allowed, struct error *err);

/* Does @spec name a NUMA node? (BPF_F_NUMA_NODE with node -1 means "any" to the kernel.) */
static inline bool map_numa_asked(const struct map_spec *spec)
{
	return (spec->flags & BPF_F_NUMA_NODE) && spec->numa_node != (u32)-1;
}

/* The key of an array-like map; programs and user space may pass it unaligned. */
static inline u32 map_index(const void *key)
{
	u32 index;

	memcpy(&index, key, sizeof(index));
	return index;
}

/* Zeroed memory for a type's own structure, which begins with a struct map; NULL: no memory. */
void *map_new(size_t size);

#endif
