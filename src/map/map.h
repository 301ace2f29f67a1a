/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.h - eBPF maps: one ops struct, one file a map type.
 *
 * Two callers reach a map. A program, through helpers, gets pointers to values and never a
 * descriptor. User space, through bpf(2), copies keys and values in and out, sees every CPU's
 * value of a per-CPU map at once, and names programs and inner maps by descriptor, which the
 * bpf/ room has turned into pointers before it calls here. Return codes are the kernel's
 * for the same caller; where the two differ the ops have two functions.
 *
 * A world runs on one CPU (MAP_CPUS), so there is no locking anywhere; a value's memory stays
 * valid while a program may hold a pointer to it (map_quiesce says when none can).
 * Mirrors kernel/bpf/ and include/linux/bpf.h's struct bpf_map_ops.
 */
#ifndef SKIFF_MAP_MAP_H
#define SKIFF_MAP_MAP_H

#include <linux/bpf.h>

#include "base/error.h"
#include "base/types.h"

/* The kernel's own errno for "not for this type"; bpf(2) lets it through as it is. */
#ifndef ENOTSUPP
#define ENOTSUPP 524
#endif

#define MAP_CPUS       1u /* possible CPUs of every world */
#define MAP_NAME_LEN   BPF_OBJ_NAME_LEN
#define MAP_MEMORY_MAX (1ull << 32) /* bytes; a map that would need more is -E2BIG or -ENOMEM */

struct map;
struct map_ops;

/* What BPF_MAP_CREATE asks for, with its descriptors resolved. */
struct map_spec {
	enum bpf_map_type type;
	u32 key_size;	 /* bytes */
	u32 value_size;	 /* bytes */
	u32 max_entries; /* RINGBUF: bytes */
	u32 flags;	 /* BPF_F_* */
	u64 extra;	 /* map_extra */
	char name[MAP_NAME_LEN];
	const struct map *inner; /* ARRAY_OF_MAPS, HASH_OF_MAPS: the template; only read here */
	int spin_lock_off;	 /* byte offset of a struct bpf_spin_lock in the value, -1: none */
	bool has_btf;		 /* BTF describes its key and value */
	u32 seed;		 /* of its hash */
	u32 numa_node;		 /* with BPF_F_NUMA_NODE; a world has node 0 alone */
};

struct map {
	const struct map_ops *ops;
	u32 refs;
	u32 id;
	enum bpf_map_type type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 flags;  /* without BPF_F_RDONLY and BPF_F_WRONLY, as in the kernel */
	u32 access; /* BPF_F_RDONLY or BPF_F_WRONLY: what its descriptor is for; 0 both */
	u64 extra;
	int spin_lock_off;
	char name[MAP_NAME_LEN];
	bool has_btf;
	bool frozen; /* BPF_MAP_FREEZE: user space may not write any more */
	u32 seed;

	/* ARRAY and RINGBUF keep their bytes in a memfd, which is also the map's descriptor. */
	int memfd; /* -1: none */

	/* The template's properties, by which inner maps are compared (map-in-map only). */
	struct map_meta {
		enum bpf_map_type type;
		u32 key_size, value_size, max_entries, flags;
		int spin_lock_off;
	} inner;

	/*
	 * PROG_ARRAY and maps of maps hold counted objects of another room; this drops one
	 * reference. Set by whoever fills the map, before the first update_object.
	 */
	void (*object_put)(void *object);
	/* PROG_ARRAY: the number user space reads for an object. Set with object_put. */
	u32 (*object_id)(const void *object);
	int prog_type; /* PROG_ARRAY: the type its programs must have, -1 until the first */
};

/* Called for each element; a non-zero answer ends the walk. */
typedef u64 (*map_visit_fn)(void *ctx, struct map *map, void *key, void *value);

/*
 * What a type can do. A NULL function means the operation does not exist for the type, and
 * the wrappers below answer as the kernel does then.
 */
struct map_ops {
	enum bpf_map_type type;
	/* 0, or the kernel's errno for what is wrong with @spec. */
	int (*check)(const struct map_spec *spec, struct error *err);
	/* Allocate; common fields are filled in by map_create. NULL: no memory. */
	struct map *(*alloc)(const struct map_spec *spec);
	void (*free)(struct map *map);
	/* User space's last descriptor is gone; NULL: nothing happens then. */
	void (*release)(struct map *map);
	/* See map_quiesce. */
	void (*quiesce)(struct map *map);

	/* The program's side. lookup gives this CPU's value, or NULL. */
	void *(*lookup)(struct map *map, const void *key);
	long (*update)(struct map *map, const void *key, const void *value, u64 flags);
	long (*remove)(struct map *map, const void *key);
	long (*push)(struct map *map, const void *value, u64 flags);
	long (*pop)(struct map *map, void *value);
	long (*peek)(struct map *map, void *value);
	/* bpf_for_each_map_elem: the number of elements visited, or -errno. */
	long (*for_each)(struct map *map, map_visit_fn visit, void *ctx);

	/* User space's side. Values of per-CPU maps are MAP_CPUS times round_up(value_size, 8). */
	int (*next_key)(struct map *map, const void *key, void *next); /* key NULL: the first */
	int (*copy_out)(struct map *map, const void *key, void *value, u64 flags);
	int (*copy_in)(struct map *map, const void *key, const void *value, u64 flags);
	/* PROG_ARRAY, maps of maps, PERF_EVENT_ARRAY: takes over the reference on success. */
	int (*update_object)(struct map *map, const void *key, void *object, u64 flags);
};

/*
 * A new map with one reference, after the checks the kernel makes, in its order, with its
 * error codes (-EINVAL, -E2BIG, -ENOMEM, -ENOTSUPP...); @err says which check. *@map is owned by
 * the caller. Mirrors map_create of kernel/bpf/syscall.c.
 */
int map_create(const struct map_spec *spec, struct map **map, struct error *err);

static inline struct map *map_get(struct map *map)
{
	map->refs++;
	return map;
}

/* Gives up one reference; the last frees the map and what it holds. NULL is allowed. */
void map_put(struct map *map);

/* Bytes user space passes for one value: value_size, or all CPUs' rounded values. */
u32 map_user_value_size(const struct map *map);

/*
 * BPF_MAP_LOOKUP_ELEM, _UPDATE_ELEM, _DELETE_ELEM, _GET_NEXT_KEY, _LOOKUP_AND_DELETE_ELEM and
 * _FREEZE as user space calls them; 0 or the kernel's -errno, frozen and read-only flags honoured.
 * A key or value that is NULL where the type has one is -EFAULT, a key where it has none -EINVAL.
 * In update_object, a NULL @object stands for a bad descriptor: -EBADF, unless a check the kernel
 * makes earlier fails.
 */
int map_user_lookup(struct map *map, const void *key, void *value, u64 flags);
int map_user_update(struct map *map, const void *key, const void *value, u64 flags);
int map_user_update_object(struct map *map, const void *key, void *object, u64 flags);
int map_user_delete(struct map *map, const void *key);
int map_user_next_key(struct map *map, const void *key, void *next);
int map_user_take(struct map *map, const void *key, void *value, u64 flags);
int map_user_freeze(struct map *map);

/*
 * User space closed its last descriptor of @map: a PROG_ARRAY drops its programs, which is also
 * what ends a circle of programs and maps that hold each other. Mirrors map_release_uref.
 */
void map_user_released(struct map *map);

/* No program runs and none holds a pointer into @map: memory of deleted elements may go. */
void map_quiesce(struct map *map);

/* May @inner stand in @outer? Mirrors bpf_map_meta_equal. */
bool map_inner_fits(const struct map *outer, const struct map *inner);

/* "HASH" for BPF_MAP_TYPE_HASH, NULL when unknown; and whether skiff has the type. */
const char *map_type_name(enum bpf_map_type type);
bool map_type_supported(enum bpf_map_type type);

/* PROG_ARRAY, PERF_EVENT_ARRAY: what stands at @index (an object given to update_object). */
void *map_object(struct map *map, u64 index);
/*
 * ARRAY: the address of byte @offset of the values, for a direct value load; NULL beyond them.
 * Mirrors array_map_direct_value_addr.
 */
void *map_direct_value(struct map *map, u32 offset);
/*
 * ARRAY: the first index from @index on whose value was ever touched, max_entries when there is
 * none. What was never touched is zero and has no memory yet, which even reading it would change.
 */
u32 map_array_touched(const struct map *map, u32 index);

/* RINGBUF. reserve: a record of @size bytes for a program, NULL when full. Mirror ringbuf.c. */
void *ringbuf_reserve(struct map *map, u64 size, u64 flags);
void ringbuf_submit(void *record, u64 flags);
void ringbuf_discard(void *record, u64 flags);
long ringbuf_output(struct map *map, const void *bytes, u64 size, u64 flags);
u64 ringbuf_query(struct map *map, u64 what);
/* The map a reserved record lies in and its size; for reporting what was submitted. */
struct map *ringbuf_of(const void *record, u32 *size);
/* Hand every committed record to @fn and free its room; the number of records. */
u32 ringbuf_consume(struct map *map, void (*fn)(void *ctx, const void *bytes, u32 len), void *ctx);

#endif
