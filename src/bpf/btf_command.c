/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_command.c - BTF: BPF_BTF_LOAD, BPF_OBJ_GET_INFO_BY_FD, and the kernel types that skiff shows
 * in place of the host's, so that CO-RE relocations find the same answer on every machine.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "bpf/loader.h"

int btf_load(struct loader *loader, const union bpf_attr *attr)
{
	struct btf *btf;
	int fd;

	if (!attr->btf || !attr->btf_size)
		return -EINVAL;
	if (btf_check((const void *)(uintptr_t)attr->btf, attr->btf_size, NULL))
		return -EINVAL;
	btf = btf__new((const void *)(uintptr_t)attr->btf, attr->btf_size);
	if (!btf || libbpf_get_error(btf))
		return -EINVAL;
	fd = loader_add(loader, SLOT_BTF, btf, -1, "skiff-btf");
	if (fd < 0)
		btf__free(btf);
	return fd;
}

static int map_info(const struct slot *slot, union bpf_attr *attr)
{
	const struct map *map = slot->map;
	struct bpf_map_info info = {
		.type = map->type,
		.id = slot->id,
		.key_size = map->key_size,
		.value_size = map->value_size,
		.max_entries = map->max_entries,
		.map_flags = map->flags,
		.map_extra = map->extra,
	};
	u32 size = min(attr->info.info_len, (u32)sizeof(info));

	memcpy(info.name, map->name, sizeof(info.name));
	memcpy((void *)(uintptr_t)attr->info.info, &info, size);
	attr->info.info_len = size;
	return 0;
}

static int prog_info(const struct slot *slot, union bpf_attr *attr)
{
	struct bpf_prog_info info = {.id = slot->id, .type = BPF_PROG_TYPE_SOCKET_FILTER};
	u32 size = min(attr->info.info_len, (u32)sizeof(info));

	if (slot->kind == SLOT_PROG) {
		info.type = slot->prog->type;
		memcpy(info.tag, slot->prog->tag, sizeof(info.tag));
		memcpy(info.name, slot->prog->name, sizeof(info.name) - 1);
		info.gpl_compatible = slot->prog->gpl;
		info.verified_insns = slot->prog->insn_cnt;
	}
	memcpy((void *)(uintptr_t)attr->info.info, &info, size);
	attr->info.info_len = size;
	return 0;
}

static int btf_info(const struct slot *slot, union bpf_attr *attr)
{
	struct bpf_btf_info *info = (void *)(uintptr_t)attr->info.info;
	u32 size;
	const void *raw = btf__raw_data(slot->btf, &size);

	if (!raw || attr->info.info_len < offsetof(struct bpf_btf_info, id) + sizeof(info->id))
		return -EINVAL;
	if (info->btf)
		memcpy((void *)(uintptr_t)info->btf, raw, min(info->btf_size, size));
	info->btf_size = size;
	info->id = slot->id;
	return 0;
}

int info_command(struct loader *loader, union bpf_attr *attr)
{
	int fd = (int)attr->info.bpf_fd;
	struct slot *slot;

	slot = loader_find(loader, fd, SLOT_MAP);
	if (slot)
		return map_info(slot, attr);
	slot = loader_find(loader, fd, SLOT_PROG);
	if (!slot)
		slot = loader_find(loader, fd, SLOT_PROBE);
	if (slot)
		return prog_info(slot, attr);
	slot = loader_find(loader, fd, SLOT_BTF);
	if (slot)
		return btf_info(slot, attr);
	return -EBADF;
}

/* The type of a field of __sk_buff, by its size in bytes: an integer, or an array of them. */
static int field_types(struct btf *btf, int types[21])
{
	types[1] = btf__add_int(btf, "__u8", 1, 0);
	types[4] = btf__add_int(btf, "__u32", 4, 0);
	types[8] = btf__add_int(btf, "__u64", 8, 0);
	types[3] = btf__add_array(btf, types[4], types[1], 3);
	types[16] = btf__add_array(btf, types[4], types[4], 4);
	types[20] = btf__add_array(btf, types[4], types[4], 5);
	return types[1] > 0 && types[4] > 0 && types[8] > 0 && types[3] > 0 && types[16] > 0
		       ? types[20]
		       : -ENOMEM;
}

static int add_context(struct btf *btf)
{
	static const struct {
		const char *name;
		u32 offset, size;
	} fields[] = {
#define CTX(name, offset, size, kind, tc, lwt) {#name, offset, size},
#include "skb/ctx.def"
#undef CTX
	};
	int types[21] = {0};
	int code = field_types(btf, types);

	if (code > 0)
		code = btf__add_struct(btf, "__sk_buff", sizeof(struct __sk_buff));
	for (size_t i = 0; i < ARRAY_SIZE(fields) && code >= 0; i++)
		code = btf__add_field(btf, fields[i].name, types[fields[i].size],
				      fields[i].offset * 8, 0);
	return code < 0 ? code : 0;
}

struct btf *btf_kernel(void)
{
	struct btf *btf = btf__new_empty();
	int code;

	if (!btf)
		return NULL;
	code = add_context(btf);
	if (!code)
		return btf;
	btf__free(btf);
	errno = -code;
	return NULL;
}
