/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map.c - a map's life, and the way user space reaches it.
 *
 * map_create makes the checks every type has and asks the type for its own; the map_user_
 * functions make those of bpf(2) and then call the type's operations. Programs call the
 * operations directly. Start at map_create. Mirrors kernel/bpf/syscall.c.
 */
#include "map/map.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map/ops.h"
#include "map/value.h"

int map_check_flags(const struct map_spec *spec, u32 allowed, struct error *err)
{
	u32 unknown = spec->flags & ~allowed;
	u32 closed = BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;

	if (unknown)
		return error_set(err, -EINVAL, "flag 0x%x is not for a map of type %s", unknown,
				 map_type_name(spec->type));
	if ((spec->flags & closed) == closed)
		return error_set(err, -EINVAL,
				 "BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG exclude each other");
	return 0;
}

void *map_new(size_t size)
{
	struct map *map = calloc(1, size);

	if (map)
		map->memfd = -1;
	return map;
}

/* What the kernel checks before it asks the type. */
static int check_common(const struct map_spec *spec, struct error *err)
{
	u32 closed = BPF_F_RDONLY | BPF_F_WRONLY;
	const char *name = map_type_name(spec->type);

	if (spec->extra)
		return error_set(err, -EINVAL, "map_extra 0x%llx is not for this type of map",
				 (unsigned long long)spec->extra);
	if ((spec->flags & closed) == closed)
		return error_set(err, -EINVAL, "BPF_F_RDONLY and BPF_F_WRONLY exclude each other");
	if (map_numa_asked(spec) && spec->numa_node != 0)
		return error_set(err, -EINVAL, "there is no NUMA node %u, only 0", spec->numa_node);
	if (!name)
		return error_set(err, -EINVAL, "there is no map type %u", (u32)spec->type);
	if (!map_type_supported(spec->type))
		return error_set(err, -EINVAL, "maps of type %s are not implemented", name);
	return 0;
}

/* The kernel's isalnum knows the letters of Latin-1; 0xd7 and 0xf7 are its × and ÷. */
static bool is_letter_or_digit(u8 c)
{
	if (c >= 0x80)
		return c >= 0xc0 && c != 0xd7 && c != 0xf7;
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* As bpf_obj_name_cpy: letters, digits, '_' and '.', and a NUL within the field. */
static int check_name(const char *name, struct error *err)
{
	size_t len = strnlen(name, MAP_NAME_LEN);

	if (len == MAP_NAME_LEN)
		return error_set(err, -EINVAL, "the name has more than %u characters",
				 MAP_NAME_LEN - 1);
	for (size_t i = 0; i < len; i++) {
		u8 c = (u8)name[i];

		if (!is_letter_or_digit(c) && c != '_' && c != '.')
			return error_set(err, -EINVAL, "a name cannot have the character 0x%02x",
					 c);
	}
	return 0;
}

/* As map_check_btf, for the one special field skiff knows. */
static int check_spin_lock(const struct map_spec *spec, struct error *err)
{
	if (spec->spin_lock_off < 0)
		return 0;
	if (spec->flags & (BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG))
		return error_set(err, -EACCES,
				 "a value with a bpf_spin_lock must be readable and writable");
	if (spec->type != BPF_MAP_TYPE_HASH && spec->type != BPF_MAP_TYPE_ARRAY)
		return error_set(err, -EOPNOTSUPP,
				 "only HASH and ARRAY values hold a bpf_spin_lock");
	if (spec->spin_lock_off % VALUE_LOCK_SIZE || spec->value_size < VALUE_LOCK_SIZE ||
	    (u32)spec->spin_lock_off > spec->value_size - VALUE_LOCK_SIZE)
		return error_set(err, -EINVAL, "the bpf_spin_lock at byte %d is not in the value",
				 spec->spin_lock_off);
	return 0;
}

static void fill(struct map *map, const struct map_spec *spec, const struct map_ops *ops)
{
	map->ops = ops;
	map->refs = 1;
	map->type = spec->type;
	map->key_size = spec->key_size;
	map->value_size = spec->value_size;
	map->max_entries = spec->max_entries;
	map->flags = spec->flags & ~(BPF_F_RDONLY | BPF_F_WRONLY);
	map->access = spec->flags & (BPF_F_RDONLY | BPF_F_WRONLY);
	map->has_btf = spec->has_btf;
	map->spin_lock_off = spec->spin_lock_off < 0 ? -1 : spec->spin_lock_off;
	map->seed = spec->flags & BPF_F_ZERO_SEED ? 0 : spec->seed;
	map->prog_type = -1;
	memcpy(map->name, spec->name, sizeof(map->name));
}

int map_create(const struct map_spec *spec, struct map **map, struct error *err)
{
	const struct map_ops *ops;
	int rc;

	rc = check_common(spec, err);
	if (rc)
		return rc;
	ops = map_type_ops(spec->type);
	rc = ops->check(spec, err);
	if (rc)
		goto named;
	*map = ops->alloc(spec);
	if (!*map) {
		rc = error_set(err, -ENOMEM, "no memory, or no descriptor, for %u entries",
			       spec->max_entries);
		goto named;
	}
	fill(*map, spec, ops);
	rc = check_name(spec->name, err);
	if (!rc)
		rc = check_spin_lock(spec, err);
	if (!rc)
		return 0;
	map_put(*map);
	*map = NULL;

named:
	return error_prefix(err, rc, "%s map", map_type_name(spec->type));
}

void map_put(struct map *map)
{
	if (map && --map->refs == 0)
		map->ops->free(map);
}

void map_quiesce(struct map *map)
{
	if (map->ops->quiesce)
		map->ops->quiesce(map);
}

void map_user_released(struct map *map)
{
	if (map->ops->release)
		map->ops->release(map);
}

static bool is_percpu(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_PERCPU_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static bool is_queue(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_QUEUE || map->type == BPF_MAP_TYPE_STACK;
}

static bool is_hash(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_HASH || map->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       map->type == BPF_MAP_TYPE_LRU_HASH || map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

u32 map_user_value_size(const struct map *map)
{
	return is_percpu(map) ? MAP_CPUS * value_stride(map) : map->value_size;
}

static bool user_reads(const struct map *map)
{
	return !(map->access & BPF_F_WRONLY);
}

static bool user_writes(const struct map *map)
{
	return !map->frozen && !(map->access & BPF_F_RDONLY);
}

static bool lock_is_missing(const struct map *map, u64 flags)
{
	return (flags & BPF_F_LOCK) && map->spin_lock_off < 0;
}

static int check_key(const struct map *map, const void *key)
{
	if (map->key_size == 0)
		return key ? -EINVAL : 0;
	return key ? 0 : -EFAULT;
}

/*
 * What @command does when there is no place for the value: Linux copies it out last, so all else
 * that is wrong comes first, and what a take removes is gone.
 */
static int to_nowhere(struct map *map, const void *key, u64 flags,
		      int (*command)(struct map *map, const void *key, void *value, u64 flags))
{
	void *scratch = malloc(map_user_value_size(map) + 1);
	int rc;

	if (!scratch)
		return -ENOMEM;
	rc = command(map, key, scratch, flags);
	free(scratch);
	return rc ? rc : -EFAULT;
}

int map_user_lookup(struct map *map, const void *key, void *value, u64 flags)
{
	int rc;

	if (!value)
		return to_nowhere(map, key, flags, map_user_lookup);
	if (flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	if (!user_reads(map))
		return -EPERM;
	if (lock_is_missing(map, flags))
		return -EINVAL;
	rc = check_key(map, key);
	if (rc)
		return rc;
	if (!map->ops->copy_out)
		return -ENOTSUPP;
	return map->ops->copy_out(map, key, value, flags);
}

int map_user_update(struct map *map, const void *key, const void *value, u64 flags)
{
	int rc;

	if (map->ops->update_object)
		return map_user_update_object(map, key, NULL, flags);
	if (!user_writes(map))
		return -EPERM;
	if (lock_is_missing(map, flags))
		return -EINVAL;
	rc = check_key(map, key);
	if (rc)
		return rc;
	if (!value && map->value_size)
		return -EFAULT;
	if (is_queue(map))
		return (int)map->ops->push(map, value, flags);
	if (!map->ops->copy_in)
		return -ENOTSUPP;
	return map->ops->copy_in(map, key, value, flags);
}

int map_user_update_object(struct map *map, const void *key, void *object, u64 flags)
{
	int rc;

	if (!user_writes(map))
		return -EPERM;
	if (lock_is_missing(map, flags))
		return -EINVAL;
	rc = check_key(map, key);
	if (rc)
		return rc;
	if (!map->ops->update_object)
		return -EINVAL;
	return map->ops->update_object(map, key, object, flags);
}

int map_user_delete(struct map *map, const void *key)
{
	int rc;

	if (!user_writes(map))
		return -EPERM;
	rc = check_key(map, key);
	if (rc)
		return rc;
	if (!map->ops->remove)
		return -ENOTSUPP;
	return (int)map->ops->remove(map, key);
}

int map_user_next_key(struct map *map, const void *key, void *next)
{
	if (!user_reads(map))
		return -EPERM;
	if (key && map->key_size == 0)
		return -EINVAL;
	if (!map->ops->next_key)
		return -ENOTSUPP;
	if (!next && map->key_size)
		return -EFAULT;
	return map->ops->next_key(map, key, next);
}

int map_user_take(struct map *map, const void *key, void *value, u64 flags)
{
	int rc;

	if (!value)
		return to_nowhere(map, key, flags, map_user_take);
	if (flags & ~(u64)BPF_F_LOCK)
		return -EINVAL;
	if (!user_reads(map) || !user_writes(map))
		return -EPERM;
	if (flags && is_queue(map))
		return -EINVAL;
	if (lock_is_missing(map, flags))
		return -EINVAL;
	rc = check_key(map, key);
	if (rc)
		return rc;
	if (!is_queue(map) && !is_hash(map))
		return -ENOTSUPP;
	rc = map->ops->copy_out(map, key, value, flags);
	if (rc)
		return rc;
	return (int)(is_queue(map) ? map->ops->pop(map, value) : map->ops->remove(map, key));
}

int map_user_freeze(struct map *map)
{
	if (map->spin_lock_off >= 0)
		return -ENOTSUPP;
	if (!user_writes(map))
		return -EPERM;
	map->frozen = true;
	return 0;
}
