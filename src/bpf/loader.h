/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.h - the bpf(2) that libbpf talks to: its descriptors, maps, programs and BTF. For the
 * files of this room only; the other rooms see object.h.
 *
 * Every descriptor handed out is a real memfd (an array map's memfd is its storage), because
 * libbpf closes, duplicates and maps descriptors without asking us. So an object is looked up
 * by the inode behind a descriptor, never by its number, and lives as long as the loader, which
 * keeps one descriptor of its own open so that the inode cannot be used again.
 */
#ifndef SKIFF_BPF_LOADER_H
#define SKIFF_BPF_LOADER_H

#include <linux/bpf.h>
#include <sys/types.h>

#include "bpf/object.h"

struct btf;

enum slot_kind {
	SLOT_MAP,
	SLOT_PROG,
	SLOT_PROBE, /* a program of a type skiff does not run: libbpf trying what bpf(2) can do */
	SLOT_BTF,
};

/* One object behind a descriptor. */
struct slot {
	enum slot_kind kind;
	u32 id;
	int fd; /* the loader's own */
	dev_t dev;
	ino_t ino;
	union {
		struct map *map;
		struct prog *prog;
		struct btf *btf;
	};
};

/* A map pinned by name: shared by every object of the loader that pins the same name. */
struct pin {
	char *name;
	int fd; /* of one of the slots */
};

struct loader {
	struct loader_options options;
	struct slot *slots;
	u32 slot_cnt, slot_room;
	struct pin *pins;
	u32 pin_cnt;
	struct map **late; /* those for loader_quiesce */
	u32 late_cnt;

	/* While an object is opened or loaded: */
	struct object *object; /* whose programs BPF_PROG_LOAD fills in */
	char refusal[512];     /* why skiff itself, not libbpf, said no; "" otherwise */
	char complaint[1024]; /* the first warning libbpf printed since the last call to it began */
};

/* The loader whose bpf(2) the calling thread's libbpf talks to; NULL: the system's. */
void seam_enter(struct loader *loader);
void seam_leave(void);
/* Teach libbpf the section names it lacks and where to print. Safe to call again. */
void seam_setup(void);

/* A descriptor for a new slot, for libbpf to keep, or -errno. @fd >= 0 is the object's own
 * memfd, which the loader takes over; -1 makes one. */
int loader_add(struct loader *loader, enum slot_kind kind, void *object, int fd, const char *name);
/* What is behind @fd if it is of @kind; NULL otherwise. */
struct slot *loader_find(const struct loader *loader, int fd, enum slot_kind kind);

/* bpf(2): a non-negative result or -errno. */
int bpf_command(struct loader *loader, int cmd, union bpf_attr *attr, u32 size);

/* The families of commands, one file each; attr is a zero-extended copy. */
int map_command(struct loader *loader, int cmd, const union bpf_attr *attr);
int prog_load(struct loader *loader, const union bpf_attr *attr);
void prog_source_free(struct prog_source *source); /* NULL is allowed */
int btf_load(struct loader *loader, const union bpf_attr *attr);
int info_command(struct loader *loader, union bpf_attr *attr);

/* Facts out of BTF (btf_fields.c, btf_facts.c). */
int btf_spin_lock_off(const struct btf *btf, u32 value_type_id, const char **unsupported);
int btf_funcs(const struct btf *btf, const void *records, u32 rec_size, u32 cnt,
	      struct prog_func **funcs);
int btf_lines(const struct btf *btf, const void *records, u32 rec_size, u32 cnt,
	      struct prog_lines **lines);
/* Skiff's own vmlinux BTF, made from ctx.def; NULL and errno on failure. The caller frees it. */
struct btf *btf_kernel(void);

/* The struct object_program that BPF_PROG_LOAD with this name fills in, or NULL. */
struct object_program *object_loading(struct object *object, const char *name);

/*
 * Is the BTF in the ELF image @bytes whole: do all its references lead to something of the kind
 * that libbpf takes them for? 0 or -EINVAL and the sentence. libbpf 1.1 believes what it reads.
 */
int elf_check_btf(const char *path, const void *bytes, size_t size, struct error *err);
/* The same for a blob of BTF, without a path to name. */
int btf_check(const void *bytes, size_t size, struct error *err);

/* Programs that the object's own PROG_ARRAY initialisers name: select each. 0 or -errno. */
int object_select_slots(struct object *object);

#endif
