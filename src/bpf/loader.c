/* SPDX-License-Identifier: BSD-2-Clause */
/* loader.c - the table of what is behind descriptors, and the dispatch of bpf(2). */
#include "bpf/loader.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct loader *loader_new(const struct loader_options *options, struct error *err)
{
	struct loader *loader = calloc(1, sizeof(*loader));

	if (!loader) {
		error_set(err, -ENOMEM, "no memory for a loader");
		return NULL;
	}
	loader->options = *options;
	return loader;
}

static void slot_drop(struct slot *slot)
{
	switch (slot->kind) {
	case SLOT_MAP:
		map_put(slot->map);
		break;
	case SLOT_PROG:
		prog_put(slot->prog);
		break;
	case SLOT_BTF:
		btf__free(slot->btf);
		break;
	case SLOT_PROBE:
		break;
	}
	close(slot->fd);
}

/* Programs in a PROG_ARRAY and the array's users hold each other: let go from this side. */
static void release_maps(struct loader *loader)
{
	for (u32 i = 0; i < loader->slot_cnt; i++) {
		if (loader->slots[i].kind == SLOT_MAP)
			map_user_released(loader->slots[i].map);
	}
}

void loader_free(struct loader *loader)
{
	if (!loader)
		return;
	release_maps(loader);
	for (u32 i = loader->slot_cnt; i-- > 0;)
		slot_drop(&loader->slots[i]);
	for (u32 i = 0; i < loader->pin_cnt; i++)
		free(loader->pins[i].name);
	free(loader->pins);
	free(loader->late);
	free(loader->slots);
	free(loader);
}

void loader_quiesce(struct loader *loader)
{
	for (u32 i = 0; i < loader->late_cnt; i++)
		map_quiesce(loader->late[i]);
}

/* Room to keep one more map for loader_quiesce. */
static int reserve_late(struct loader *loader)
{
	struct map **late = realloc(loader->late, (loader->late_cnt + 1) * sizeof(struct map *));

	if (!late)
		return -ENOMEM;
	loader->late = late;
	return 0;
}

int loader_add(struct loader *loader, enum slot_kind kind, void *object, int fd, const char *name)
{
	struct slot *slot;
	struct stat st;
	int given;

	if (loader->slot_cnt == loader->slot_room) {
		u32 room = max(32u, loader->slot_room * 2);
		struct slot *slots = realloc(loader->slots, room * sizeof(*slots));

		if (!slots)
			return -ENOMEM;
		loader->slots = slots;
		loader->slot_room = room;
	}
	if (kind == SLOT_MAP && reserve_late(loader))
		return -ENOMEM;
	fd = fd < 0 ? memfd_create(name, MFD_CLOEXEC) : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return -errno;
	given = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (given < 0 || fstat(fd, &st)) {
		int code = -errno;

		close(fd);
		return code;
	}
	slot = &loader->slots[loader->slot_cnt++];
	*slot = (struct slot){
		.kind = kind, .id = loader->slot_cnt, .fd = fd, .dev = st.st_dev, .ino = st.st_ino};
	slot->map = object; /* all members of the union are pointers */
	if (kind == SLOT_MAP && slot->map->ops->quiesce)
		loader->late[loader->late_cnt++] = slot->map;
	return given;
}

struct slot *loader_find(const struct loader *loader, int fd, enum slot_kind kind)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return NULL;
	for (u32 i = 0; i < loader->slot_cnt; i++) {
		struct slot *slot = &loader->slots[i];

		if (slot->kind == kind && slot->ino == st.st_ino && slot->dev == st.st_dev)
			return slot;
	}
	return NULL;
}

int bpf_command(struct loader *loader, int cmd, union bpf_attr *attr, u32 size)
{
	union bpf_attr copy = {0};

	memcpy(&copy, attr, min((size_t)size, sizeof(copy)));
	switch (cmd) {
	case BPF_MAP_CREATE:
	case BPF_MAP_LOOKUP_ELEM:
	case BPF_MAP_UPDATE_ELEM:
	case BPF_MAP_DELETE_ELEM:
	case BPF_MAP_GET_NEXT_KEY:
	case BPF_MAP_LOOKUP_AND_DELETE_ELEM:
	case BPF_MAP_FREEZE:
		return map_command(loader, cmd, &copy);
	case BPF_PROG_LOAD:
		return prog_load(loader, &copy);
	case BPF_BTF_LOAD:
		return btf_load(loader, &copy);
	case BPF_OBJ_GET_INFO_BY_FD:
		return info_command(loader, attr);
	case BPF_BTF_GET_NEXT_ID:
		return -ENOENT; /* CO-RE looks for a type in modules too, and there are none */
	case BPF_PROG_BIND_MAP:
		return loader_find(loader, (int)copy.prog_bind_map.prog_fd, SLOT_PROG) ||
				       loader_find(loader, (int)copy.prog_bind_map.prog_fd,
						   SLOT_PROBE)
			       ? 0
			       : -EBADF;
	default:
		return -EINVAL; /* what the kernel says to a command it does not know */
	}
}
