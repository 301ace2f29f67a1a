/* SPDX-License-Identifier: BSD-2-Clause */
/* pair.c - see pair.h. */
#include "pair.h"

#include <errno.h>
#include <linux/btf.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define UNTOUCHED 0xa5 /* what result buffers are filled with */

_Static_assert(sizeof(struct locked_value) == 16, "as the BTF below says");

static const char *difference(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static const char *difference(const char *fmt, ...)
{
	static char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return text;
}

int linux_bpf(int cmd, union bpf_attr *attr)
{
	long rc = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return rc < 0 ? -errno : (int)rc;
}

static u64 user(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

int linux_map(const struct map_spec *spec, int inner_fd)
{
	union bpf_attr attr;
	int btf = -1, rc;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = spec->type;
	attr.key_size = spec->key_size;
	attr.value_size = spec->value_size;
	attr.max_entries = spec->max_entries;
	attr.map_flags = spec->flags;
	attr.map_extra = spec->extra;
	attr.numa_node = spec->numa_node;
	attr.inner_map_fd = (u32)inner_fd;
	memcpy(attr.map_name, spec->name, sizeof(attr.map_name));
	if (spec->spin_lock_off >= 0) {
		btf = linux_btf();
		if (btf < 0)
			return btf;
		attr.btf_fd = (u32)btf;
		attr.btf_key_type_id = LINUX_BTF_U32;
		attr.btf_value_type_id = LINUX_BTF_LOCKED;
	}
	rc = linux_bpf(BPF_MAP_CREATE, &attr);
	if (btf >= 0)
		close(btf);
	return rc;
}

static int element(int cmd, int fd, const void *key, const void *value, u64 flags)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)fd;
	attr.key = user(key);
	attr.value = user(value);
	attr.flags = flags;
	return linux_bpf(cmd, &attr);
}

int linux_lookup(int fd, const void *key, void *value)
{
	return element(BPF_MAP_LOOKUP_ELEM, fd, key, value, 0);
}

int linux_update(int fd, const void *key, const void *value, u64 flags)
{
	return element(BPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

u32 linux_map_id(int fd)
{
	struct bpf_map_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (u32)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = user(&info);
	return linux_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) ? 0 : info.id;
}

int linux_btf(void)
{
	/* clang-format off */
	static const char strings[] = "\0u32\0bpf_spin_lock\0val\0locked\0before\0lock\0after\0u64\0main\0cb\0a";
	enum { U32 = 1, LOCK = 5, VAL = 19, LOCKED = 23, BEFORE = 30, LOCKF = 37, AFTER = 42, U64 = 48, MAIN = 52, CB = 57, A = 60 };
#define TYPE(kind, cnt) ((u32)(kind) << 24 | (cnt))
	static const u32 types[] = {
		/* 1 */ U32, TYPE(BTF_KIND_INT, 0), 4, 32,
		/* 2 */ LOCK, TYPE(BTF_KIND_STRUCT, 1), 4, VAL, 1, 0,
		/* 3 */ LOCKED, TYPE(BTF_KIND_STRUCT, 3), 16, BEFORE, 1, 0, LOCKF, 2, 32, AFTER, 4, 64,
		/* 4 */ U64, TYPE(BTF_KIND_INT, 0), 8, 64,
		/* 5 */ 0, TYPE(BTF_KIND_FUNC_PROTO, 4), 4, A, 4, A, 4, A, 4, A, 4,
		/* 6 */ MAIN, TYPE(BTF_KIND_FUNC, BTF_FUNC_STATIC), 8,
		/* 7 */ CB, TYPE(BTF_KIND_FUNC, BTF_FUNC_STATIC), 5,
		/* 8 */ 0, TYPE(BTF_KIND_FUNC_PROTO, 1), 4, A, 4,
	};
	/* clang-format on */
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = sizeof(types),
		.str_off = sizeof(types),
		.str_len = sizeof(strings),
	};
	u8 blob[sizeof(header) + sizeof(types) + sizeof(strings)];
	union bpf_attr attr;

	memcpy(blob, &header, sizeof(header));
	memcpy(blob + sizeof(header), types, sizeof(types));
	memcpy(blob + sizeof(header) + sizeof(types), strings, sizeof(strings));
	memset(&attr, 0, sizeof(attr));
	attr.btf = user(blob);
	attr.btf_size = sizeof(blob);
	return linux_bpf(BPF_BTF_LOAD, &attr);
}

u32 pair_cpus(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "re");
	u32 first = 0, last = 0;

	if (!file)
		return 1;
	if (fscanf(file, "%u-%u", &first, &last) < 2)
		last = first;
	fclose(file);
	return last + 1;
}

const char *pair_missing(void)
{
	struct map_spec probe = {.type = BPF_MAP_TYPE_ARRAY,
				 .key_size = 4,
				 .value_size = 4,
				 .max_entries = 1,
				 .spin_lock_off = -1};
	cpu_set_t one;
	int fd;

	if (geteuid() != 0)
		return "needs root to ask the kernel";
	fd = linux_map(&probe, 0);
	if (fd < 0)
		return "the kernel gives no maps here";
	close(fd);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	return NULL;
}

static bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

const char *pair_create(struct pair *pair, const struct map_spec *spec, const struct pair *inner)
{
	struct map_spec ours = *spec;
	struct error err = {""};
	int linux_rc, skiff_rc;

	*pair = (struct pair){.spec = *spec, .fd = -1};
	pair->cpus = is_percpu(spec->type) ? pair_cpus() : 1;
	pair->stride = is_percpu(spec->type) ? ALIGN_UP(spec->value_size, 8) : spec->value_size;
	ours.inner = inner ? inner->map : NULL;

	linux_rc = linux_map(spec, inner ? inner->fd : -1);
	skiff_rc = map_create(&ours, &pair->map, &err);
	if (linux_rc >= 0) {
		pair->fd = linux_rc;
		linux_rc = 0;
	}
	if (skiff_rc)
		pair->map = NULL;
	else
		pair->map->id = linux_rc ? 1 : linux_map_id(pair->fd);
	pair->rc = linux_rc;
	if (linux_rc == skiff_rc && (linux_rc == 0) == (err.text[0] == 0))
		return NULL;
	return difference("create type %u key %u value %u entries %u flags 0x%x numa %u extra %llu "
			  "name \"%.16s\": Linux %d, skiff %d (%s)",
			  (u32)spec->type, spec->key_size, spec->value_size, spec->max_entries,
			  spec->flags, spec->numa_node, (unsigned long long)spec->extra, spec->name,
			  linux_rc, skiff_rc, err.text);
}

void pair_destroy(struct pair *pair)
{
	if (pair->fd >= 0)
		close(pair->fd);
	map_put(pair->map);
	pair->fd = -1;
	pair->map = NULL;
}

/* The key's first bytes as a number, for people. */
static unsigned long long shown(const struct pair *pair, const void *key)
{
	u64 number = 0;

	if (key)
		memcpy(&number, key, min(pair->spec.key_size, 8u));
	return number;
}

static const char *compare(struct pair *pair, const char *what, const void *key, u64 flags,
			   int linux_rc, int skiff_rc)
{
	pair->rc = linux_rc;
	if (linux_rc == skiff_rc)
		return NULL;
	return difference("%s %s(key %s0x%llx, flags 0x%llx) on entries %u flags 0x%x: Linux %d, "
			  "skiff %d",
			  map_type_name(pair->spec.type), what, key ? "" : "NULL ",
			  shown(pair, key), (unsigned long long)flags, pair->spec.max_entries,
			  pair->spec.flags, linux_rc, skiff_rc);
}

static const char *compare_bytes(struct pair *pair, const char *what, const void *key,
				 const u8 *linux_bytes, const u8 *skiff_bytes, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (linux_bytes[i] != skiff_bytes[i])
			return difference("%s %s(key 0x%llx) answered %d, byte %u of %u: Linux "
					  "%02x, skiff %02x",
					  map_type_name(pair->spec.type), what, shown(pair, key),
					  pair->rc, i, len, linux_bytes[i], skiff_bytes[i]);
	}
	return NULL;
}

/* A buffer that a call writes @len bytes to, marked, with a little more to see it stay. */
static u8 *result_buffer(u32 len)
{
	u8 *buffer = malloc(len + 16u);

	if (!buffer)
		abort();
	memset(buffer, UNTOUCHED, len + 16u);
	return buffer;
}

typedef int (*reader_fn)(struct map *map, const void *key, void *value, u64 flags);

static const char *read_value(struct pair *pair, const char *what, int cmd, reader_fn ours,
			      const void *key, u64 flags)
{
	u8 *from_linux = result_buffer(pair->stride * pair->cpus);
	u8 *from_skiff = result_buffer(pair->stride * pair->cpus);
	const char *text;

	text = compare(pair, what, key, flags, element(cmd, pair->fd, key, from_linux, flags),
		       ours(pair->map, key, from_skiff, flags));
	if (!text)
		text = compare_bytes(pair, what, key, from_linux, from_skiff,
				     pair->cpus > 1 ? pair->stride : pair->stride + 16);
	free(from_linux);
	free(from_skiff);
	return text;
}

const char *pair_lookup(struct pair *pair, const void *key, u64 flags)
{
	return read_value(pair, "lookup", BPF_MAP_LOOKUP_ELEM, map_user_lookup, key, flags);
}

const char *pair_take(struct pair *pair, const void *key, u64 flags)
{
	return read_value(pair, "take", BPF_MAP_LOOKUP_AND_DELETE_ELEM, map_user_take, key, flags);
}

const char *pair_lookup_nowhere(struct pair *pair, const void *key, u64 flags)
{
	return compare(pair, "lookup to NULL", key, flags,
		       element(BPF_MAP_LOOKUP_ELEM, pair->fd, key, NULL, flags),
		       map_user_lookup(pair->map, key, NULL, flags));
}

const char *pair_update(struct pair *pair, const void *key, const void *value, u64 flags)
{
	u8 *all = value ? result_buffer(pair->stride * pair->cpus) : NULL;
	const char *text;

	for (u32 cpu = 0; value && cpu < pair->cpus; cpu++)
		memcpy(all + cpu * pair->stride, value, pair->stride);
	text = compare(pair, "update", key, flags,
		       element(BPF_MAP_UPDATE_ELEM, pair->fd, key, all, flags),
		       map_user_update(pair->map, key, value, flags));
	free(all);
	return text;
}

const char *pair_update_inner(struct pair *pair, const void *key, const struct pair *inner,
			      u64 flags)
{
	u32 fd = inner ? (u32)inner->fd : (u32)-1;
	struct map *object = inner ? inner->map : NULL;
	int rc = map_user_update_object(pair->map, key, object, flags);

	if (rc == 0)
		map_get(object);
	return compare(pair, "update", key, flags,
		       element(BPF_MAP_UPDATE_ELEM, pair->fd, key, &fd, flags), rc);
}

const char *pair_delete(struct pair *pair, const void *key)
{
	return compare(pair, "delete", key, 0, element(BPF_MAP_DELETE_ELEM, pair->fd, key, NULL, 0),
		       map_user_delete(pair->map, key));
}

const char *pair_next_key(struct pair *pair, const void *key)
{
	u8 *from_linux = result_buffer(pair->spec.key_size);
	u8 *from_skiff = result_buffer(pair->spec.key_size);
	const char *text;

	text = compare(pair, "next_key", key, 0,
		       element(BPF_MAP_GET_NEXT_KEY, pair->fd, key, from_linux, 0),
		       map_user_next_key(pair->map, key, from_skiff));
	if (!text)
		text = compare_bytes(pair, "next_key", key, from_linux, from_skiff,
				     pair->spec.key_size + 16);
	free(from_linux);
	free(from_skiff);
	return text;
}

const char *pair_next_key_unordered(struct pair *pair, const void *key)
{
	u8 *next = result_buffer(pair->spec.key_size);
	int linux_rc = element(BPF_MAP_GET_NEXT_KEY, pair->fd, key, next, 0);
	int skiff_rc = map_user_next_key(pair->map, key, next);

	free(next);
	/* The last key of one side need not be that of the other. */
	if (key && linux_rc == -ENOENT)
		linux_rc = 0;
	if (key && skiff_rc == -ENOENT)
		skiff_rc = 0;
	return compare(pair, "next_key", key, 0, linux_rc, skiff_rc);
}

const char *pair_freeze(struct pair *pair)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)pair->fd;
	return compare(pair, "freeze", NULL, 0, linux_bpf(BPF_MAP_FREEZE, &attr),
		       map_user_freeze(pair->map));
}

const char *pair_contents(struct pair *pair)
{
	u8 *key = result_buffer(pair->spec.key_size), *next = result_buffer(pair->spec.key_size);
	u32 ours = 0, theirs = 0;
	const char *text = NULL;
	bool first;

	/* Every key skiff has, Linux has with the same value; and they have as many. */
	for (first = true; !map_user_next_key(pair->map, first ? NULL : key, next); first = false) {
		memcpy(key, next, pair->spec.key_size);
		text = pair_lookup(pair, key, 0);
		if (text)
			goto done;
		ours++;
	}
	for (first = true; !element(BPF_MAP_GET_NEXT_KEY, pair->fd, first ? NULL : key, next, 0) &&
			   theirs <= ours;
	     first = false) {
		memcpy(key, next, pair->spec.key_size);
		theirs++;
	}
	if (ours != theirs)
		text = difference("%s: Linux has %u elements%s, skiff %u",
				  map_type_name(pair->spec.type), theirs,
				  theirs > ours ? " or more" : "", ours);
done:
	free(key);
	free(next);
	return text;
}
