/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object.c - an ELF object from opening to loading. The file is read once into memory; libbpf
 * opens that, so a file that changes meanwhile, or a pipe, is no trouble. Pin paths are taken off
 * before loading, because there is no BPF file system: the loader shares such maps by name.
 */
#include "bpf/object.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf/loader.h"
#include "helper/helper.h"

#define OBJECT_SIZE_MAX (256 << 20) /* bytes; no real object comes near */

struct object {
	struct loader *loader;
	char *path;
	struct bpf_object *bpf;
	struct bpf_program **handles; /* libbpf's, in the order of programs */
	struct object_program *programs;
	bool *selected;
	u32 program_cnt;
	struct object_map *maps;
	char **pins; /* the name each map was pinned by, NULL: not */
	u32 map_cnt;
};

static int read_file(const char *path, void **bytes, size_t *size, struct error *err)
{
	struct stat st;
	FILE *file = fopen(path, "rbe");
	int code = 0;

	*bytes = NULL;
	if (!file)
		return error_set(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
	if (fstat(fileno(file), &st)) {
		code = error_set(err, -errno, "%s: %s", path, strerror(errno));
	} else if (S_ISDIR(st.st_mode)) {
		code = error_set(err, -EISDIR, "%s: is a folder, not an object file", path);
	} else if (!S_ISREG(st.st_mode) || !st.st_size) {
		code = error_set(err, -EINVAL, "%s: %s", path,
				 S_ISREG(st.st_mode) ? "is empty, not an object file"
						     : "is not a regular file");
	} else if (st.st_size > OBJECT_SIZE_MAX) {
		code = error_set(err, -EFBIG, "%s: %lld bytes are too many for an object file",
				 path, (long long)st.st_size);
	} else {
		*size = (size_t)st.st_size;
		*bytes = malloc(*size);
		if (!*bytes)
			code = error_set(err, -ENOMEM, "%s: no memory", path);
		else if (fread(*bytes, 1, *size, file) != *size)
			code = error_set(err, -EIO, "%s: could not be read to its end", path);
	}
	fclose(file);
	if (code) {
		free(*bytes);
		*bytes = NULL;
	}
	return code;
}

/* What people mistake for an eBPF object, told before libbpf says "Invalid argument". */
static int check_elf(const char *path, const u8 *bytes, size_t size, struct error *err)
{
	u16 machine;

	if (size < 4 || memcmp(bytes, "\177ELF", 4))
		return error_set(
			err, -EINVAL,
			"%s: is not an ELF object; build one with 'clang -O2 -g -target bpf "
			"-c prog.c -o prog.o'",
			path);
	if (size < 64)
		return error_set(err, -EINVAL, "%s: is an ELF file cut off in its header", path);
	if (bytes[4] != 2)
		return error_set(err, -EINVAL, "%s: is a 32-bit ELF file; eBPF objects are 64-bit",
				 path);
	if (bytes[5] != 1)
		return error_set(err, -EINVAL,
				 "%s: is big-endian; build it with -target bpfel (or bpf on this "
				 "machine)",
				 path);
	memcpy(&machine, bytes + 18, sizeof(machine));
	if (machine != 247 /* EM_BPF */ && machine != 0)
		return error_set(err, -EINVAL,
				 "%s: is an ELF object for another machine (%u), not eBPF (247); "
				 "build it with clang -target bpf",
				 path, machine);
	return 0;
}

/* libbpf's or skiff's own reason, whichever there is. */
static int reason(const struct object *object, int code, struct error *err)
{
	const struct loader *loader = object->loader;

	if (loader->refusal[0])
		return error_set(err, code, "%s: %s", object->path, loader->refusal);
	if (loader->complaint[0])
		return error_set(err, code, "%s: libbpf: %s", object->path, loader->complaint);
	return error_set(err, code, "%s: libbpf: %s", object->path, strerror(-code));
}

static void read_section(struct object_program *program)
{
	const char *section = program->section;

	if (*section == '?')
		section++;
	program->tcx = !strncmp(section, "tcx", 3);
	program->has_hook = true;
	if (!strncmp(section, "tc/ingress", 10) || !strncmp(section, "tcx/ingress", 11))
		program->hook = HOOK_INGRESS;
	else if (!strncmp(section, "tc/egress", 9) || !strncmp(section, "tcx/egress", 10))
		program->hook = HOOK_EGRESS;
	else
		program->has_hook = false;
}

static int list_programs(struct object *object)
{
	struct bpf_program *handle;
	u32 i = 0;

	bpf_object__for_each_program (handle, object->bpf)
		object->program_cnt++;
	object->programs = calloc(object->program_cnt + 1, sizeof(*object->programs));
	object->handles = calloc(object->program_cnt + 1, sizeof(*object->handles));
	object->selected = calloc(object->program_cnt + 1, sizeof(*object->selected));
	if (!object->programs || !object->handles || !object->selected)
		return -ENOMEM;
	bpf_object__for_each_program (handle, object->bpf) {
		struct object_program *program = &object->programs[i];

		object->handles[i++] = handle;
		program->name = bpf_program__name(handle);
		program->section = bpf_program__section_name(handle);
		program->type = bpf_program__type(handle);
		read_section(program);
	}
	return 0;
}

/* The last part of a map's pin path, by which it is shared; the path itself is taken off. */
static int unpin(struct bpf_map *map, char **pin)
{
	const char *path = bpf_map__pin_path(map);
	const char *name;

	if (!path)
		return 0;
	name = strrchr(path, '/');
	*pin = strdup(name ? name + 1 : path);
	if (!*pin)
		return -ENOMEM;
	return bpf_map__set_pin_path(map, NULL);
}

static int list_maps(struct object *object)
{
	struct bpf_map *map;
	u32 i = 0;
	int code = 0;

	bpf_object__for_each_map (map, object->bpf)
		object->map_cnt++;
	object->maps = calloc(object->map_cnt + 1, sizeof(*object->maps));
	object->pins = calloc(object->map_cnt + 1, sizeof(*object->pins));
	if (!object->maps || !object->pins)
		return -ENOMEM;
	bpf_object__for_each_map (map, object->bpf) {
		object->maps[i].name = bpf_map__name(map);
		object->maps[i].internal = bpf_map__is_internal(map);
		if (!code)
			code = unpin(map, &object->pins[i]);
		i++;
	}
	return code;
}

int object_open(struct loader *loader, const char *path, struct object **result, struct error *err)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	struct object *object;
	void *bytes;
	size_t size = 0;
	const char *base;
	char name[BPF_OBJ_NAME_LEN];
	int code;

	*result = NULL;
	code = read_file(path, &bytes, &size, err);
	if (code)
		return code;
	code = check_elf(path, bytes, size, err);
	if (!code)
		code = elf_check_btf(path, bytes, size, err);
	object = code ? NULL : calloc(1, sizeof(*object));
	if (!object) {
		free(bytes);
		return code ? code : error_set(err, -ENOMEM, "%s: no memory", path);
	}
	object->loader = loader;
	object->path = strdup(path);
	base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	options.object_name = name;

	seam_setup();
	seam_enter(loader);
	object->bpf = bpf_object__open_mem(bytes, size, &options);
	if (!object->bpf || libbpf_get_error(object->bpf)) {
		code = errno ? -errno : -EINVAL;
		object->bpf = NULL;
		reason(object, code, err);
	} else {
		code = list_programs(object);
		if (!code)
			code = list_maps(object);
		if (code)
			error_set(err, code, "%s: %s", path, strerror(-code));
	}
	seam_leave();
	free(bytes);
	if (code)
		object_close(object);
	else
		*result = object;
	return code;
}

void object_close(struct object *object)
{
	if (!object)
		return;
	for (u32 i = 0; i < object->program_cnt; i++) {
		prog_put(object->programs[i].prog);
		verify_result_free(&object->programs[i].result);
		prog_source_free(object->programs[i].source);
	}
	for (u32 i = 0; i < object->map_cnt; i++) {
		map_put(object->maps[i].map);
		free(object->pins[i]);
	}
	bpf_object__close(object->bpf);
	free(object->pins);
	free(object->maps);
	free(object->selected);
	free(object->handles);
	free(object->programs);
	free(object->path);
	free(object);
}

const char *object_path(const struct object *object)
{
	return object->path;
}

u32 object_program_cnt(const struct object *object)
{
	return object->program_cnt;
}

const struct object_program *object_program(const struct object *object, u32 index)
{
	return &object->programs[index];
}

int object_find_program(const struct object *object, const char *name)
{
	for (u32 i = 0; i < object->program_cnt; i++) {
		if (!strcmp(object->programs[i].name, name))
			return (int)i;
	}
	return -ENOENT;
}

void object_select(struct object *object, u32 index, bool load)
{
	object->selected[index] = load;
}

void object_set_type(struct object *object, u32 index, enum bpf_prog_type type)
{
	object->programs[index].type = type;
	bpf_program__set_type(object->handles[index], type);
}

u32 object_map_cnt(const struct object *object)
{
	return object->map_cnt;
}

const struct object_map *object_map(const struct object *object, u32 index)
{
	return &object->maps[index];
}

/* bpf(2) knows the first 15 bytes of a name, which need not be unique: take the one that is being
 * loaded, the first selected one of that name that has no program yet. */
struct object_program *object_loading(struct object *object, const char *name)
{
	for (u32 i = 0; i < object->program_cnt; i++) {
		struct object_program *program = &object->programs[i];

		if (object->selected[i] && bpf_program__fd(object->handles[i]) < 0 &&
		    !strncmp(program->name, name, BPF_OBJ_NAME_LEN - 1))
			return program;
	}
	return NULL;
}

static int check_types(struct object *object, struct error *err)
{
	for (u32 i = 0; i < object->program_cnt; i++) {
		const struct object_program *program = &object->programs[i];
		const char *type = prog_type_name(program->type);

		if (!object->selected[i] || helper_type_bit(program->type))
			continue;
		if (program->type == BPF_PROG_TYPE_UNSPEC)
			return error_set(
				err, -EINVAL,
				"%s: program %s: its section \"%s\" does not say what type "
				"it is; give it with --type (SCHED_CLS for tc)",
				object->path, program->name, program->section);
		return error_set(err, -EOPNOTSUPP,
				 "%s: program %s: is of type %s (section \"%s\"); skiff takes "
				 "SCHED_CLS, SCHED_ACT, LWT_IN, LWT_OUT and LWT_XMIT",
				 object->path, program->name, type ? type : "unknown",
				 program->section);
	}
	return 0;
}

static struct pin *pin_find(struct loader *loader, const char *name)
{
	for (u32 i = 0; i < loader->pin_cnt; i++) {
		if (!strcmp(loader->pins[i].name, name))
			return &loader->pins[i];
	}
	return NULL;
}

/* Let a pinned map that an earlier object of the loader made stand for this object's. */
static int reuse_pin(struct object *object, struct bpf_map *map, const struct pin *pin,
		     struct error *err)
{
	const struct map *old = loader_find(object->loader, pin->fd, SLOT_MAP)->map;

	if (old->type != bpf_map__type(map) || old->key_size != bpf_map__key_size(map) ||
	    old->value_size != bpf_map__value_size(map) ||
	    old->max_entries != bpf_map__max_entries(map))
		return error_set(
			err, -EINVAL,
			"%s: map %s: is pinned as \"%s\", but the map of that name which an "
			"earlier object made is another one (type %s, key %u, value %u bytes, "
			"%u entries)",
			object->path, bpf_map__name(map), pin->name, map_type_name(old->type),
			old->key_size, old->value_size, old->max_entries);
	return bpf_map__reuse_fd(map, pin->fd);
}

static int reuse_pins(struct object *object, struct error *err)
{
	struct bpf_map *map;
	u32 i = 0;

	bpf_object__for_each_map (map, object->bpf) {
		const char *name = object->pins[i];
		const struct pin *pin = name ? pin_find(object->loader, name) : NULL;
		int code;

		if (pin) {
			code = reuse_pin(object, map, pin, err);
			if (code)
				return code;
			/* libbpf has taken over the name of the map that is reused. */
			object->maps[i].name = bpf_map__name(map);
		}
		i++;
	}
	return 0;
}

static int pin_add(struct loader *loader, const char *name, int fd)
{
	struct pin *pins = realloc(loader->pins, (loader->pin_cnt + 1) * sizeof(*pins));
	struct slot *slot = loader_find(loader, fd, SLOT_MAP);

	if (!pins)
		return -ENOMEM;
	loader->pins = pins;
	pins[loader->pin_cnt].name = strdup(name);
	if (!pins[loader->pin_cnt].name)
		return -ENOMEM;
	pins[loader->pin_cnt++].fd = slot->fd;
	return 0;
}

/* Take what libbpf made out of the loader's table. */
static int collect(struct object *object)
{
	struct bpf_map *map;
	u32 at = 0;

	bpf_object__for_each_map (map, object->bpf) {
		u32 i = at++;
		struct slot *slot = loader_find(object->loader, bpf_map__fd(map), SLOT_MAP);
		const char *pin = object->pins[i];

		if (!slot)
			continue;
		object->maps[i].map = map_get(slot->map);
		if (pin && !pin_find(object->loader, pin) &&
		    pin_add(object->loader, pin, bpf_map__fd(map)))
			return -ENOMEM;
	}
	for (u32 i = 0; i < object->program_cnt; i++) {
		struct object_program *program = &object->programs[i];
		struct slot *slot =
			loader_find(object->loader, bpf_program__fd(object->handles[i]), SLOT_PROG);

		if (!slot)
			continue;
		snprintf(slot->prog->section, sizeof(slot->prog->section), "%s", program->section);
		program->prog = prog_get(slot->prog);
	}
	return 0;
}

/* The first selected program that was judged and refused, or NULL. */
static const struct object_program *refused(const struct object *object)
{
	for (u32 i = 0; i < object->program_cnt; i++) {
		if (object->programs[i].judged && object->programs[i].result.code)
			return &object->programs[i];
	}
	return NULL;
}

static int load_failed(struct object *object, int code, struct error *err)
{
	const struct object_program *program = refused(object);

	if (!program || object->loader->refusal[0])
		return reason(object, code, err);
	return error_set(err, program->result.code,
			 "%s: program %s was refused: %s; 'skiff verify %s' explains it",
			 object->path, program->name, program->result.message, object->path);
}

int object_load(struct object *object, struct error *err)
{
	int code;

	code = object_select_slots(object);
	if (code)
		return error_set(err, code, "%s: %s", object->path, strerror(-code));
	code = check_types(object, err);
	if (code)
		return code;
	for (u32 i = 0; i < object->program_cnt; i++)
		bpf_program__set_autoload(object->handles[i], object->selected[i]);

	seam_enter(object->loader);
	object->loader->object = object;
	code = reuse_pins(object, err);
	if (!code) {
		code = bpf_object__load(object->bpf);
		if (code)
			load_failed(object, code, err);
		else
			code = collect(object);
	}
	object->loader->object = NULL;
	seam_leave();
	return code;
}
