/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_choose.c - which program goes on which hook: as -a says, or else as the section names say.
 * What is chosen here, and what --map puts into a PROG_ARRAY, is what will be loaded.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/run.h"

#define NAMES_MAX 64 /* names that a sentence lists or a misspelt one is compared with */

const char *job_object_path(const struct job *job, u32 index)
{
	return object_path(job->objects[index]);
}

static bool object_meant(const struct job *job, u32 index, const char *name)
{
	return !name || object_named(job_object_path(job, index), name);
}

/* 0, or the sentence when no object of the command line is meant by @name. */
static int check_object(struct job *job, const char *name)
{
	for (u32 i = 0; i < job->object_cnt; i++) {
		if (object_meant(job, i, name))
			return 0;
	}
	return error_set(&job->err, -ENOENT, "there is no object '%s' on the command line", name);
}

/* Programs by name, for sentences. */
struct names {
	const char *items[NAMES_MAX];
	u32 cnt;
	char list[512];
};

static void names_add(struct names *names, const char *name, const char *detail)
{
	size_t used = strlen(names->list);

	if (names->cnt == NAMES_MAX)
		return;
	names->items[names->cnt++] = name;
	if (used + strlen(name) + 60 > sizeof(names->list)) {
		if (used < 3 || strcmp(names->list + used - 3, "..."))
			strcat(names->list, ", ...");
		return;
	}
	snprintf(names->list + used, sizeof(names->list) - used, "%s%s", used ? ", " : "", name);
	used = strlen(names->list);
	if (detail)
		snprintf(names->list + used, sizeof(names->list) - used, " (%.40s)", detail);
}

static int program_unknown(struct job *job, const char *object, const char *name)
{
	struct names names = {0};
	const char *near;

	for (u32 i = 0; i < job->object_cnt; i++) {
		if (!object_meant(job, i, object))
			continue;
		for (u32 p = 0; p < object_program_cnt(job->objects[i]); p++)
			names_add(&names, object_program(job->objects[i], p)->name, NULL);
	}
	if (!names.cnt)
		return error_set(&job->err, -ENOENT, "there is no program in the object");
	near = nearest(name, names.items, names.cnt);
	if (near)
		return error_set(&job->err, -ENOENT, "there is no program '%s'; did you mean %s?",
				 name, near);
	return error_set(&job->err, -ENOENT, "there is no program '%s'; there %s %s", name,
			 names.cnt == 1 ? "is" : "are", names.list);
}

static int find_program(struct job *job, const struct attach_spec *spec, struct target *target)
{
	struct names names = {0};
	u32 cnt = 0;
	int code = check_object(job, spec->object);

	if (code)
		return code;
	for (u32 i = 0; i < job->object_cnt; i++) {
		const struct object *object = job->objects[i];

		if (!object_meant(job, i, spec->object))
			continue;
		for (u32 p = 0; p < object_program_cnt(object); p++) {
			const struct object_program *program = object_program(object, p);

			if (spec->program && strcmp(program->name, spec->program))
				continue;
			target->object = i;
			target->program = p;
			names_add(&names, program->name,
				  spec->program ? object_path(object) : program->section);
			cnt++;
		}
	}
	if (cnt == 1)
		return 0;
	if (spec->program && cnt)
		return error_set(&job->err, -EEXIST, "several objects have it: %s; write OBJECT:%s",
				 names.list, spec->program);
	if (spec->program)
		return program_unknown(job, spec->object, spec->program);
	if (!cnt)
		return error_set(&job->err, -ENOENT, "there is no program in the object");
	return error_set(&job->err, -EEXIST, "which program? Write %s:%s=PROGRAM; there are %s",
			 spec->dev, hook_name(spec->hook), names.list);
}

static int check_dev(struct job *job, const char *name)
{
	const char *names[NAMES_MAX], *near;
	u32 cnt = 0;

	for (u32 i = 0; i < job->dev_cnt; i++) {
		if (!strcmp(job->devs[i].desc.name, name))
			return 0;
		if (cnt < NAMES_MAX)
			names[cnt++] = job->devs[i].desc.name;
	}
	near = nearest(name, names, cnt);
	if (near)
		return error_set(&job->err, -ENODEV, "there is no device %s; did you mean %s?",
				 name, near);
	return error_set(&job->err, -ENODEV, "there is no device %s; add it with -d %s", name,
			 name);
}

static int add_target(struct job *job, const char *dev, enum hook hook, u32 object, u32 program)
{
	struct target *bigger = realloc(job->targets, (job->target_cnt + 1) * sizeof(*bigger));

	if (!bigger)
		return error_set(&job->err, -ENOMEM, "no memory");
	job->targets = bigger;
	bigger[job->target_cnt++] =
		(struct target){.dev = dev, .hook = hook, .object = object, .program = program};
	object_select(job->objects[object], program, true);
	return 0;
}

/* A program whose section says nothing is what the hook takes, as with tc's "sec NAME". */
static int settle_type(struct job *job, u32 object, u32 index)
{
	const struct object_program *program = object_program(job->objects[object], index);

	switch (program->type) {
	case BPF_PROG_TYPE_SCHED_CLS:
		return 0;
	case BPF_PROG_TYPE_UNSPEC:
		object_set_type(job->objects[object], index, BPF_PROG_TYPE_SCHED_CLS);
		return 0;
	default:
		return error_set(
			&job->err, -EINVAL,
			"%s is of type %s (section \"%s\"), and the hook of a device takes "
			"SCHED_CLS (section \"tc\")",
			program->name,
			prog_type_name(program->type) ? prog_type_name(program->type) : "unknown",
			program->section);
	}
}

static int choose_given(struct job *job)
{
	for (u32 i = 0; i < job->attach_cnt; i++) {
		const struct attach_spec *spec = &job->attaches[i];
		struct target target;
		int code = check_dev(job, spec->dev);

		if (!code)
			code = find_program(job, spec, &target);
		if (!code)
			code = settle_type(job, target.object, target.program);
		if (!code)
			code = add_target(job, spec->dev, spec->hook, target.object,
					  target.program);
		if (code)
			return error_prefix(&job->err, code, "-a %s", job->args->attaches.items[i]);
	}
	return 0;
}

/* Nothing has found its hook: say what was there and what to write. */
static int nothing_chosen(struct job *job)
{
	const struct object_program *first = NULL;
	const char *dev = job->devs[job->feeds[0].dev].desc.name;
	enum hook hook = job->feeds[0].door == DOOR_RX ? HOOK_INGRESS : HOOK_EGRESS;
	struct names names = {0};

	for (u32 i = 0; i < job->object_cnt; i++) {
		for (u32 p = 0; p < object_program_cnt(job->objects[i]); p++) {
			const struct object_program *program = object_program(job->objects[i], p);

			if (!first)
				first = program;
			names_add(&names, program->name, program->section);
		}
	}
	if (!first)
		return error_set(&job->err, -ENOENT, "%s has no program in it",
				 job_object_path(job, 0));
	if (first->has_hook)
		return error_set(&job->err, -EINVAL,
				 "%s belongs to the %s hook (section \"%s\"), but no device has "
				 "%s=FILE; give one, or say where else it goes with -a %s:%s=%s",
				 first->name, hook_name(first->hook), first->section,
				 first->hook == HOOK_INGRESS ? "rx" : "tx", dev, hook_name(hook),
				 first->name);
	return error_set(&job->err, -EINVAL,
			 "the section names do not say where the programs go: %s; say it with -a "
			 "DEV:HOOK=PROGRAM, for example -a %s:%s=%s",
			 names.list, dev, hook_name(hook), first->name);
}

static int choose_by_section(struct job *job)
{
	for (u32 i = 0; i < job->object_cnt; i++) {
		for (u32 p = 0; p < object_program_cnt(job->objects[i]); p++) {
			const struct object_program *program = object_program(job->objects[i], p);
			enum door door = program->hook == HOOK_INGRESS ? DOOR_RX : DOOR_TX;
			int code = 0;

			if (!program->has_hook)
				continue;
			for (u32 d = 0; !code && d < job->dev_cnt; d++) {
				if (job->devs[d].files[door])
					code = add_target(job, job->devs[d].desc.name,
							  program->hook, i, p);
			}
			if (code)
				return code;
		}
	}
	return job->target_cnt ? 0 : nothing_chosen(job);
}

int job_find_map(struct job *job, const char *object, const char *name, struct map **map,
		 u32 *object_index)
{
	struct names names = {0};
	const char *near;
	int code = check_object(job, object);

	if (code)
		return code;
	*map = NULL;
	for (u32 i = 0; i < job->object_cnt; i++) {
		for (u32 m = 0; m < object_map_cnt(job->objects[i]); m++) {
			const struct object_map *row = object_map(job->objects[i], m);

			if (!object_meant(job, i, object) || !row->map)
				continue;
			names_add(&names, row->name, NULL);
			if (strcmp(row->name, name) || *map == row->map)
				continue;
			if (*map)
				return error_set(&job->err, -EEXIST,
						 "several objects have a map %s; write OBJECT:%s",
						 name, name);
			*map = row->map;
			*object_index = i;
		}
	}
	if (*map)
		return 0;
	if (!names.cnt)
		return error_set(&job->err, -ENOENT, "there is no map '%s', nor any other", name);
	near = nearest(name, names.items, names.cnt);
	if (near)
		return error_set(&job->err, -ENOENT, "there is no map '%s'; did you mean %s?", name,
				 near);
	return error_set(&job->err, -ENOENT, "there is no map '%s'; there %s %s", name,
			 names.cnt == 1 ? "is" : "are", names.list);
}

/* Where the program NAME is: among those of object @home first. */
static bool locate_program(const struct job *job, u32 home, const char *name, u32 *object,
			   u32 *index)
{
	for (u32 i = 0; i <= job->object_cnt; i++) {
		int found;

		*object = i ? i - 1 : home;
		if (*object >= job->object_cnt)
			continue;
		found = object_find_program(job->objects[*object], name);
		*index = (u32)found;
		if (found >= 0)
			return true;
	}
	return false;
}

const struct object_program *job_find_value_prog(const struct job *job, u32 home, const char *name)
{
	u32 object, index;

	if (!locate_program(job, home, name, &object, &index))
		return NULL;
	return object_program(job->objects[object], index);
}

/* A value that is a program's name must be loaded, and no other kind of value looks like one. */
static int choose_presets(struct job *job)
{
	for (u32 i = 0; i < job->preset_cnt; i++) {
		const struct map_preset *preset = &job->presets[i];
		u32 home = 0, object, index;

		while (home < job->object_cnt && !object_meant(job, home, preset->object))
			home++;
		if (!locate_program(job, home, preset->value, &object, &index))
			continue;
		if (object_program(job->objects[object], index)->type == BPF_PROG_TYPE_UNSPEC)
			object_set_type(job->objects[object], index, BPF_PROG_TYPE_SCHED_CLS);
		object_select(job->objects[object], index, true);
	}
	return 0;
}

int job_choose(struct job *job)
{
	int code = job->attach_cnt ? choose_given(job) : choose_by_section(job);

	return code ? code : choose_presets(job);
}
