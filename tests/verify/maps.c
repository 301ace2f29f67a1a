/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.c - the maps of the corpus, in Linux and in skiff, from one table.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "btf.h"
#include "kernel.h"
#include "maps.h"

struct row {
	enum bpf_map_type type;
	u32 key_size, value_size, max_entries, flags;
	bool locked, rodata;
	int inner; /* 1 + enum test_map of the template, 0: none */
};

static const struct row rows[MAP_CNT] = {
	[MAP_HASH] = {BPF_MAP_TYPE_HASH, 4, 16, 8},
	[MAP_ARRAY] = {BPF_MAP_TYPE_ARRAY, 4, 16, 4},
	[MAP_GLOBAL] = {BPF_MAP_TYPE_ARRAY, 4, 64, 1},
	[MAP_RODATA] = {BPF_MAP_TYPE_ARRAY, 4, 64, 1, BPF_F_RDONLY_PROG, .rodata = true},
	[MAP_RDONLY] = {BPF_MAP_TYPE_ARRAY, 4, 64, 1, BPF_F_RDONLY_PROG},
	[MAP_WRONLY] = {BPF_MAP_TYPE_ARRAY, 4, 64, 1, BPF_F_WRONLY_PROG},
	[MAP_PERCPU_ARRAY] = {BPF_MAP_TYPE_PERCPU_ARRAY, 4, 16, 4},
	[MAP_PERCPU_HASH] = {BPF_MAP_TYPE_PERCPU_HASH, 4, 16, 8},
	[MAP_LRU] = {BPF_MAP_TYPE_LRU_HASH, 4, 16, 64},
	[MAP_LPM] = {BPF_MAP_TYPE_LPM_TRIE, 8, 16, 8, BPF_F_NO_PREALLOC},
	[MAP_PROGS] = {BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4},
	[MAP_PERF] = {BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4},
	[MAP_RINGBUF] = {BPF_MAP_TYPE_RINGBUF, 0, 0, 4096},
	[MAP_QUEUE] = {BPF_MAP_TYPE_QUEUE, 0, 16, 8},
	[MAP_LOCKED] = {BPF_MAP_TYPE_HASH, 4, LOCKED_SIZE, 8, .locked = true},
	[MAP_LOCKED_ARRAY] = {BPF_MAP_TYPE_ARRAY, 4, LOCKED_SIZE, 1, .locked = true},
	[MAP_OUTER] = {BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 4, .inner = 1 + MAP_ARRAY},
	[MAP_OUTER_HASH] = {BPF_MAP_TYPE_HASH_OF_MAPS, 4, 4, 4, .inner = 1 + MAP_ARRAY},
};

static int fds[MAP_CNT]; /* 1 + descriptor */
static struct map *maps[MAP_CNT];

u32 maps_rodata(u32 word)
{
	return word | (word & 1 ? 0x80000000u : 0);
}

static void fill_rodata(const struct row *row, u8 *value)
{
	for (u32 word = 0; word < row->value_size / 4; word++) {
		u32 bits = maps_rodata(word);

		memcpy(value + 4 * word, &bits, 4);
	}
}

static int freeze_rodata(const struct row *row, int fd)
{
	u8 value[64];
	u32 key = 0;
	union bpf_attr attr = {
		.map_fd = (u32)fd,
		.key = (u64)(uintptr_t)&key,
		.value = (u64)(uintptr_t)value,
	};

	fill_rodata(row, value);

	int err = kernel_bpf(BPF_MAP_UPDATE_ELEM, &attr);

	if (err)
		return err;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)fd;
	return kernel_bpf(BPF_MAP_FREEZE, &attr);
}

static int make_kernel(const struct row *row)
{
	union bpf_attr attr = {
		.map_type = row->type,
		.key_size = row->key_size,
		.value_size = row->value_size,
		.max_entries = row->max_entries,
		.map_flags = row->flags,
	};

	if (row->inner) {
		int inner = maps_kernel_fd((enum test_map)(row->inner - 1));

		if (inner < 0)
			return inner;
		attr.inner_map_fd = (u32)inner;
	}
	if (row->locked) {
		int btf = btf_locked_value(&attr.btf_key_type_id, &attr.btf_value_type_id);

		if (btf < 0)
			return btf;
		attr.btf_fd = (u32)btf;
	}

	int fd = kernel_bpf(BPF_MAP_CREATE, &attr);

	if (row->locked)
		close((int)attr.btf_fd);
	if (fd >= 0 && row->rodata) {
		int err = freeze_rodata(row, fd);

		if (err) {
			close(fd);
			return err;
		}
	}
	return fd;
}

/* A PROG_ARRAY belongs to the type of the first program that used it: a new one each time. */
static void renew_progs(enum test_map which)
{
	if (which != MAP_PROGS)
		return;
	if (fds[which])
		close(fds[which] - 1);
	map_put(maps[which]);
	fds[which] = 0;
	maps[which] = NULL;
}

int maps_kernel_fd(enum test_map which)
{
	renew_progs(which);
	if (!fds[which]) {
		int fd = make_kernel(&rows[which]);

		if (fd < 0)
			return fd;
		fds[which] = fd + 1;
	}
	return fds[which] - 1;
}

static struct map *make_skiff(const struct row *row)
{
	struct map_spec spec = {
		.type = row->type,
		.key_size = row->key_size,
		.value_size = row->value_size,
		.max_entries = row->max_entries,
		.flags = row->flags,
		.spin_lock_off = row->locked ? LOCK_OFF : -1,
	};
	struct map *map;
	struct error err;

	if (row->inner) {
		spec.inner = maps_skiff((enum test_map)(row->inner - 1));
		if (!spec.inner)
			return NULL;
	}

	int failed = map_create(&spec, &map, &err);

	if (row->inner)
		map_put((struct map *)spec.inner);
	if (failed)
		return NULL;
	if (row->rodata) {
		u8 value[64];
		u32 key = 0;

		fill_rodata(row, value);
		if (map_user_update(map, &key, value, 0)) {
			map_put(map);
			return NULL;
		}
		map->frozen = true;
	}
	return map;
}

struct map *maps_skiff(enum test_map which)
{
	renew_progs(which);
	if (!maps[which])
		maps[which] = make_skiff(&rows[which]);
	return maps[which] ? map_get(maps[which]) : NULL;
}

void maps_close(void)
{
	for (int i = 0; i < MAP_CNT; i++) {
		if (fds[i])
			close(fds[i] - 1);
		map_put(maps[i]);
		fds[i] = 0;
		maps[i] = NULL;
	}
}
