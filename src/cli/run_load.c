/* SPDX-License-Identifier: BSD-2-Clause */
/* run_load.c - loading the objects, filling their maps, and building the world around them. */
#include <errno.h>
#include <linux/if_ether.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

static int load_failed(struct job *job, const struct object *object, int code)
{
	job->refused = true;
	for (u32 i = 0; !job->explanation && i < object_program_cnt(object); i++) {
		const struct object_program *program = object_program(object, i);

		if (program->judged && program->result.code)
			job->explanation = program->result.explanation;
	}
	return code;
}

int job_load(struct job *job)
{
	for (u32 i = 0; i < job->object_cnt; i++) {
		int code = object_load(job->objects[i], &job->err);

		if (code)
			return load_failed(job, job->objects[i], code);
	}
	return 0;
}

static int preset_prog(struct job *job, const struct map_preset *preset, struct map *map, u32 home)
{
	const struct object_program *program = job_find_value_prog(job, home, preset->value);

	if (!program || !program->prog)
		return error_set(&job->err, -ENOENT,
				 "--map %s: %s is a PROG_ARRAY, and there is no program '%s'",
				 preset->text, preset->name, preset->value);
	return map_preset_store_prog(preset, map, program->prog, &job->err);
}

static int preset_inner(struct job *job, const struct map_preset *preset, struct map *map)
{
	struct map *inner;
	u32 object;
	int code = job_find_map(job, NULL, preset->value, &inner, &object);

	if (code)
		return error_prefix(&job->err, code, "--map %s", preset->text);
	return map_preset_store_map(preset, map, inner, &job->err);
}

static int preset(struct job *job, const struct map_preset *preset)
{
	struct map *map;
	u32 home;
	int code = job_find_map(job, preset->object, preset->name, &map, &home);

	if (code)
		return error_prefix(&job->err, code, "--map %s", preset->text);
	switch (map->type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		return preset_prog(job, preset, map, home);
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return preset_inner(job, preset, map);
	default:
		return map_preset_store(preset, map, &job->err);
	}
}

int job_preset_maps(struct job *job)
{
	for (u32 i = 0; i < job->preset_cnt; i++) {
		int code = preset(job, &job->presets[i]);

		if (code)
			return code;
	}
	return 0;
}

/* The reader that stands in a PERF_EVENT_ARRAY: bpf_perf_event_output only asks whether it is. */
static void no_put(void *reader)
{
}

static u32 no_id(const void *reader)
{
	return 0;
}

static int listen_map(struct job *job, const char *name)
{
	u32 object, cpu = 0;
	struct map *map;
	int code = job_find_map(job, NULL, name, &map, &object);

	if (code)
		return code;
	switch (map->type) {
	case BPF_MAP_TYPE_RINGBUF:
		job->rings[job->ring_cnt++] = map;
		return 0;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		map->object_put = no_put;
		map->object_id = no_id;
		code = map_user_update_object(map, &cpu, job, BPF_ANY);
		return code ? error_set(&job->err, code, "no reader can be put there: %s",
					strerror(-code))
			    : 0;
	default:
		return error_set(
			&job->err, -EINVAL,
			"records go through a PERF_EVENT_ARRAY or a RINGBUF, and this is a "
			"%s",
			map_type_name(map->type));
	}
}

int job_listen_maps(struct job *job)
{
	const struct opt_list *list = &job->args->listens;

	job->rings = calloc(list->cnt + 1, sizeof(struct map *));
	if (!job->rings)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < list->cnt; i++) {
		int code = listen_map(job, list->items[i]);

		if (code)
			return error_prefix(&job->err, code, "--listen %s", list->items[i]);
	}
	return 0;
}

/* The time of the first frame of all is when the world begins. */
static u64 start_time(const struct job *job)
{
	u64 start = UINT64_MAX;

	for (u32 i = 0; i < job->feed_cnt; i++) {
		if (!job->feeds[i].done)
			start = min(start, job->feeds[i].frame.time);
	}
	return start == UINT64_MAX ? 0 : start;
}

/* lo is there already; only its state can be chosen. */
static int add_lo(struct job *job, struct dev_spec *dev)
{
	const struct device_desc *desc = &dev->desc;
	struct device *lo = world_device(job->world, 1);

	if (desc->kind != DEVICE_LO || desc->mtu || desc->has_mac || desc->ifindex > 1 ||
	    desc->qlen != -1 || desc->rate || desc->nocarrier)
		return error_set(&job->err, -EINVAL,
				 "-d lo: it is part of every world; only rx=, tx= and down can be "
				 "chosen");
	dev->ifindex = 1;
	return desc->down ? device_set_up(lo, false) : 0;
}

static int add_devices(struct job *job)
{
	for (u32 i = 0; i < job->dev_cnt; i++) {
		struct dev_spec *dev = &job->devs[i];
		int code;

		if (!strcmp(dev->desc.name, "lo")) {
			code = add_lo(job, dev);
		} else {
			code = world_add_device(job->world, &dev->desc, &job->err);
			dev->ifindex = (u32)code;
			if (code < 0)
				return code;
			code = 0;
		}
		if (!code)
			code = tally_add_device(&job->tally, dev->ifindex, dev->desc.name);
		if (code)
			return code;
	}
	return 0;
}

/* The priority that comes after all that stand on the same hook: they run in the order given. */
static u32 next_prio(const struct job *job, u32 ifindex, enum hook hook)
{
	u32 prio = 1;

	for (u32 i = 0; i < world_attachment_cnt(job->world); i++) {
		const struct attachment *other = world_attachment(job->world, i);

		if (other && other->ifindex == ifindex && other->hook == hook)
			prio = max(prio, other->prio + 1);
	}
	return prio;
}

static int attach(struct job *job, const struct target *target)
{
	const struct object_program *program =
		object_program(job->objects[target->object], target->program);
	u32 ifindex = device_ifindex(world_device_by_name(job->world, target->dev));
	struct attachment how = {
		.ifindex = ifindex,
		.hook = target->hook,
		.kind = program->tcx ? ATTACH_TCX : ATTACH_CLSACT,
		.prio = program->tcx ? 0 : next_prio(job, ifindex, target->hook),
		.protocol = htons(ETH_P_ALL),
	};
	char where[64];
	int number = world_attach(job->world, &how, program->prog, &job->err);

	snprintf(where, sizeof(where), "%s:%s", target->dev, hook_name(target->hook));
	if (number < 0)
		return error_prefix(&job->err, number, "%s on %s", program->name, where);
	return tally_add_program(&job->tally, (u32)number, program->name, where, program->type,
				 program->tcx);
}

int job_build_world(struct job *job)
{
	struct world_options options = {
		.seed = job->args->seed, .start = start_time(job), .limit = job->args->limit};
	int code;

	job->world = world_new(&options, &job->err);
	if (!job->world)
		return -ENOMEM;
	code = add_devices(job);
	for (u32 i = 0; !code && i < job->target_cnt; i++)
		code = attach(job, &job->targets[i]);
	if (code == -ENOMEM)
		error_set(&job->err, code, "no memory");
	return code;
}
