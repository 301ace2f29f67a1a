/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * object.h - ELF objects of eBPF programs: opening, choosing, loading.
 *
 * libbpf does the work; what it asks of bpf(2) is answered by a struct loader (loader.h), which
 * is the kernel of these objects: its maps, programs and descriptors. Objects loaded into one
 * loader share the maps that are pinned under the same name.
 *
 *     loader_new -> object_open -> object_select -> object_load -> object_program()->prog
 */
#ifndef SKIFF_BPF_OBJECT_H
#define SKIFF_BPF_OBJECT_H

#include "base/error.h"
#include "base/types.h"
#include "event/event.h"
#include "prog/prog.h"
#include "verify/verify.h"

struct loader_options {
	bool unprivileged; /* CAP_BPF and CAP_NET_ADMIN only */
	u32 log_level;	   /* 0, 1, 2: how much the verifier writes */
	u32 seed;	   /* of hash maps */
};

struct loader;
struct object;

/* A new loader without maps or programs; NULL and @err: no memory. */
struct loader *loader_new(const struct loader_options *options, struct error *err);
/* Frees the loader, its maps and programs; objects must have been closed. NULL is allowed. */
void loader_free(struct loader *loader);

/*
 * No program runs: maps may give back what they kept for one that could still have held a pointer
 * to it. Between frames.
 */
void loader_quiesce(struct loader *loader);

/* What an object says of one of its programs. */
struct object_program {
	const char *name;
	const char *section;
	enum bpf_prog_type type; /* BPF_PROG_TYPE_UNSPEC: the section name says nothing */
	bool has_hook;		 /* the section names a direction */
	enum hook hook;
	bool tcx;	   /* section tcx/...: goes to the tcx list */
	struct prog *prog; /* after object_load, when it was selected and accepted */
	bool judged;	   /* result is filled in */
	struct verify_result result;
	/* When judged: the program as it was given, instructions not fixed up; NULL otherwise. Its
	 * maps are the loader's. */
	struct prog_source *source;
};

/* A map of an object, by the name the source gives it. */
struct object_map {
	const char *name;
	struct map *map; /* after object_load */
	bool internal;	 /* .rodata, .data, .bss, .kconfig */
};

/*
 * Open @path and read what is in it. 0, or -errno with one sentence: the file cannot be read, is
 * not an ELF object, not for eBPF, or libbpf refuses it (with libbpf's own reason).
 */
int object_open(struct loader *loader, const char *path, struct object **object, struct error *err);
void object_close(struct object *object); /* NULL is allowed */
const char *object_path(const struct object *object);

u32 object_program_cnt(const struct object *object);
const struct object_program *object_program(const struct object *object, u32 index);
/* The program of that name, or -ENOENT. */
int object_find_program(const struct object *object, const char *name);

/* Before object_load: whether program @index is to be loaded (none is, by default). */
void object_select(struct object *object, u32 index, bool load);
/* Before object_load: give it another type than its section says. */
void object_set_type(struct object *object, u32 index, enum bpf_prog_type type);

/*
 * Create the maps and load the selected programs. 0; -EACCES or the verifier's code when a program
 * was refused (its result tells; @err names it); another -errno with libbpf's reason.
 */
int object_load(struct object *object, struct error *err);

u32 object_map_cnt(const struct object *object);
const struct object_map *object_map(const struct object *object, u32 index);

#endif
