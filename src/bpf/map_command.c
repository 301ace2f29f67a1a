/* SPDX-License-Identifier: BSD-2-Clause */
/* map_command.c - the commands of bpf(2) on maps: descriptors and pointers in, map.h's calls out.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/loader.h"

static void *user(u64 pointer)
{
	return (void *)(uintptr_t)pointer;
}

static int create(struct loader *loader, const union bpf_attr *attr)
{
	struct map_spec spec = {
		.type = attr->map_type,
		.key_size = attr->key_size,
		.value_size = attr->value_size,
		.max_entries = attr->max_entries,
		.flags = attr->map_flags,
		.extra = attr->map_extra,
		.numa_node = attr->numa_node,
		.spin_lock_off = -1,
		.seed = loader->options.seed,
	};
	const char *unsupported = NULL;
	struct error err = {0};
	struct slot *slot;
	struct map *map;
	int code;

	memcpy(spec.name, attr->map_name, sizeof(spec.name) - 1);
	/* libbpf tries again without BTF after a refusal; the answer stays the same. */
	if (loader->refusal[0])
		return -EINVAL;
	if (attr->inner_map_fd) {
		slot = loader_find(loader, (int)attr->inner_map_fd, SLOT_MAP);
		if (!slot)
			return -EBADF;
		spec.inner = slot->map;
	}
	if (attr->btf_fd) {
		slot = loader_find(loader, (int)attr->btf_fd, SLOT_BTF);
		if (!slot)
			return -EBADF;
		spec.has_btf = true;
		spec.spin_lock_off =
			btf_spin_lock_off(slot->btf, attr->btf_value_type_id, &unsupported);
		if (spec.spin_lock_off < -1)
			return spec.spin_lock_off;
		if (unsupported) {
			snprintf(loader->refusal, sizeof(loader->refusal),
				 "map '%s': its value holds a %s, which skiff does not have "
				 "yet",
				 spec.name, unsupported);
			return -EINVAL;
		}
	}
	if (!map_type_supported(spec.type) && spec.name[0]) {
		const char *type = map_type_name(spec.type);

		snprintf(loader->refusal, sizeof(loader->refusal),
			 "map '%s': skiff does not have maps of type %s (%u) yet", spec.name,
			 type ? type : "unknown", spec.type);
		return -EINVAL;
	}
	code = map_create(&spec, &map, &err);
	if (code) {
		if (err.text[0] && spec.name[0])
			snprintf(loader->refusal, sizeof(loader->refusal), "map '%s': %.400s",
				 spec.name, err.text);
		return code;
	}
	code = loader_add(loader, SLOT_MAP, map, map->memfd, spec.name);
	if (code < 0)
		map_put(map);
	else
		map->id = loader->slot_cnt;
	return code;
}

static void put_prog(void *prog)
{
	prog_put(prog);
}

static void put_map(void *map)
{
	map_put(map);
}

static u32 id_of_prog(const void *prog)
{
	return ((const struct prog *)prog)->id;
}

static u32 id_of_map(const void *map)
{
	return ((const struct map *)map)->id;
}

static int update_prog(struct loader *loader, struct map *map, int fd, const void *key, u64 flags)
{
	struct slot *slot = loader_find(loader, fd, SLOT_PROG);
	int code;

	map->object_put = put_prog;
	map->object_id = id_of_prog;
	if (!slot)
		return map_user_update_object(map, key, NULL, flags);
	/* The first program decides the type of all: bpf_prog_map_compatible. */
	if (map->prog_type >= 0 && map->prog_type != (int)slot->prog->type)
		return -EINVAL;
	code = map_user_update_object(map, key, prog_get(slot->prog), flags);
	if (code)
		prog_put(slot->prog);
	else
		map->prog_type = (int)slot->prog->type;
	return code;
}

static int update_map(struct loader *loader, struct map *map, int fd, const void *key, u64 flags)
{
	struct slot *slot = loader_find(loader, fd, SLOT_MAP);
	int code;

	map->object_put = put_map;
	map->object_id = id_of_map;
	if (!slot)
		return map_user_update_object(map, key, NULL, flags);
	code = map_user_update_object(map, key, map_get(slot->map), flags);
	if (code)
		map_put(slot->map);
	return code;
}

/* A value that is a descriptor: of a program, or of a map. */
static int update_object(struct loader *loader, struct map *map, const union bpf_attr *attr)
{
	int fd;

	if (!attr->value)
		return -EFAULT;
	memcpy(&fd, user(attr->value), sizeof(fd));
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return update_prog(loader, map, fd, user(attr->key), attr->flags);
	return update_map(loader, map, fd, user(attr->key), attr->flags);
}

static int update(struct loader *loader, struct map *map, const union bpf_attr *attr)
{
	switch (map->type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return update_object(loader, map, attr);
	default:
		return map_user_update(map, user(attr->key), user(attr->value), attr->flags);
	}
}

int map_command(struct loader *loader, int cmd, const union bpf_attr *attr)
{
	struct slot *slot;

	if (cmd == BPF_MAP_CREATE)
		return create(loader, attr);

	slot = loader_find(loader, (int)attr->map_fd, SLOT_MAP);
	if (!slot)
		return -EBADF;
	switch (cmd) {
	case BPF_MAP_LOOKUP_ELEM:
		return map_user_lookup(slot->map, user(attr->key), user(attr->value), attr->flags);
	case BPF_MAP_UPDATE_ELEM:
		return update(loader, slot->map, attr);
	case BPF_MAP_DELETE_ELEM:
		return map_user_delete(slot->map, user(attr->key));
	case BPF_MAP_GET_NEXT_KEY:
		return map_user_next_key(slot->map, user(attr->key), user(attr->next_key));
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
		return map_user_take(slot->map, user(attr->key), user(attr->value), attr->flags);
	case BPF_MAP_FREEZE:
		return map_user_freeze(slot->map);
	default:
		return -EINVAL;
	}
}
