/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_setup.c - from the command line to things: devices described, captures open with their first
 * frame read (its time is when the world begins), objects open.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/run.h"

static int parse_devs(struct job *job)
{
	const struct opt_list *list = &job->args->devs;
	u32 with_lo = 0;
	int code;

	job->devs = calloc(list->cnt + 1, sizeof(*job->devs));
	if (!job->devs)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < list->cnt; i++) {
		struct dev_spec *dev = &job->devs[job->dev_cnt++];

		code = dev_spec_parse(list->items[i], dev, &job->err);
		if (code)
			return code;
		for (u32 j = 0; j < i; j++) {
			if (!strcmp(job->devs[j].desc.name, dev->desc.name))
				return error_set(&job->err, -EEXIST,
						 "-d %s: there is a device %s already",
						 list->items[i], dev->desc.name);
		}
		with_lo += !strcmp(dev->desc.name, "lo");
	}
	/* lo is in every world; an unnamed one is listed last. */
	if (!with_lo)
		return dev_spec_parse("lo", &job->devs[job->dev_cnt++], &job->err);
	return 0;
}

static struct device_desc *find_dev(const struct job *job, const char *name)
{
	for (u32 i = 0; i < job->dev_cnt; i++) {
		if (!strcmp(job->devs[i].desc.name, name))
			return &job->devs[i].desc;
	}
	return NULL;
}

/* Both ends of a veth are there, and it is enough that one names the other. */
static int settle_peers(struct job *job)
{
	for (u32 i = 0; i < job->dev_cnt; i++) {
		const struct device_desc *desc = &job->devs[i].desc;
		struct device_desc *peer = find_dev(job, desc->peer);

		if (!desc->peer[0])
			continue;
		if (!peer)
			return error_set(&job->err, -ENODEV,
					 "-d %s: there is no device %s for its peer; add -d "
					 "%s,type=veth,peer=%s",
					 desc->name, desc->peer, desc->peer, desc->name);
		if (peer->kind != DEVICE_VETH)
			return error_set(&job->err, -EINVAL,
					 "-d %s: its peer %s is type=%s, not veth", desc->name,
					 desc->peer, device_kind_name(peer->kind));
		if (!peer->peer[0])
			strcpy(peer->peer, desc->name);
		if (strcmp(peer->peer, desc->name))
			return error_set(&job->err, -EINVAL,
					 "-d %s: its peer %s has another peer, %s", desc->name,
					 desc->peer, peer->peer);
	}
	return 0;
}

static int parse_attaches(struct job *job)
{
	const struct opt_list *list = &job->args->attaches;

	job->attaches = calloc(list->cnt + 1, sizeof(*job->attaches));
	if (!job->attaches)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < list->cnt; i++) {
		int code = attach_spec_parse(list->items[i], &job->attaches[job->attach_cnt++],
					     &job->err);

		if (code)
			return code;
	}
	return 0;
}

static int parse_presets(struct job *job)
{
	const struct opt_list *list = &job->args->presets;

	job->presets = calloc(list->cnt + 1, sizeof(*job->presets));
	if (!job->presets)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < list->cnt; i++) {
		int code = map_preset_parse(list->items[i], &job->presets[job->preset_cnt++],
					    &job->err);

		if (code)
			return code;
	}
	return 0;
}

/* What goes to standard output, and who comes second there. */
static int check_outputs(struct job *job)
{
	bool capture = job->args->write && !strcmp(job->args->write, "-");

	if (capture && job->args->common.json)
		return error_set(
			&job->err, -EINVAL,
			"-w - and --json both want standard output; write one of them to a "
			"file");
	job->say = capture || job->args->common.json ? stderr : stdout;
	return 0;
}

static int check_inputs(struct job *job)
{
	const char *from_stdin = NULL;
	u32 cnt = 0;

	if (!job->args->devs.cnt)
		return error_set(&job->err, -EINVAL,
				 "run needs a device and a capture of what came to it, for example "
				 "-d eth0,rx=FILE.pcap (tx=FILE: what the host sent)");
	for (u32 i = 0; i < job->dev_cnt; i++) {
		for (enum door door = DOOR_RX; door <= DOOR_TX; door++) {
			const char *file = job->devs[i].files[door];

			if (!file)
				continue;
			cnt++;
			if (strcmp(file, "-"))
				continue;
			if (from_stdin)
				return error_set(&job->err, -EINVAL,
						 "-d %s: standard input is read for %s already",
						 job->devs[i].desc.name, from_stdin);
			from_stdin = job->devs[i].desc.name;
		}
	}
	if (!cnt)
		return error_set(
			&job->err, -EINVAL,
			"no device has frames to run on; give one a capture, for example -d "
			"%s,rx=FILE.pcap (tx=FILE: what the host sent)",
			job->devs[0].desc.name);
	return 0;
}

int job_parse(struct job *job)
{
	int code = parse_devs(job);

	if (!code)
		code = check_inputs(job);
	if (!code)
		code = settle_peers(job);
	if (!code)
		code = parse_attaches(job);
	if (!code)
		code = parse_presets(job);
	if (!code)
		code = check_outputs(job);
	return code;
}

/* Would writing to @path destroy what the run reads? */
static bool is_read(const struct job *job, const char *path)
{
	const struct opt_list *objects = &job->args->common.operands;
	struct stat file, object;

	for (u32 i = 0; i < job->feed_cnt; i++) {
		if (capture_reads(job->feeds[i].reader, path))
			return true;
	}
	if (stat(path, &file) || !S_ISREG(file.st_mode))
		return false;
	for (u32 i = 0; i < objects->cnt; i++) {
		if (!stat(objects->items[i], &object) && file.st_dev == object.st_dev &&
		    file.st_ino == object.st_ino)
			return true;
	}
	return false;
}

static int check_overwrite(struct job *job, const char *path)
{
	if (!is_read(job, path))
		return 0;
	return error_set(&job->err, -EINVAL, "-w %s would overwrite what is being read", path);
}

/* -w must not be one of the files that are read, nor a folder with one that would be written. */
static int check_write(struct job *job)
{
	const char *path = job->args->write;
	struct stat st;
	int code = 0;

	if (!path)
		return 0;
	if (stat(path, &st) || !S_ISDIR(st.st_mode))
		return check_overwrite(job, path);
	for (u32 i = 0; !code && i <= job->dev_cnt; i++) {
		char *file;

		if (asprintf(&file, "%s/%s.pcap", path,
			     i < job->dev_cnt ? job->devs[i].desc.name : "lo") < 0)
			return error_set(&job->err, -ENOMEM, "no memory");
		code = check_overwrite(job, file);
		free(file);
	}
	return code;
}

static int open_feed(struct job *job, u32 dev, enum door door)
{
	struct feed *feed = &job->feeds[job->feed_cnt];
	const char *file = job->devs[dev].files[door];
	int code;

	*feed = (struct feed){.path = file, .dev = dev, .door = door};
	code = capture_open(file, &feed->reader, &job->err);
	if (code)
		return code;
	job->feed_cnt++;
	return feed_next(feed, &job->err);
}

int job_open_captures(struct job *job)
{
	job->feeds = calloc(2 * job->dev_cnt, sizeof(*job->feeds));
	if (!job->feeds)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < job->dev_cnt; i++) {
		for (enum door door = DOOR_RX; door <= DOOR_TX; door++) {
			int code = job->devs[i].files[door] ? open_feed(job, i, door) : 0;

			if (code)
				return code;
		}
	}
	return check_write(job);
}

int job_open_objects(struct job *job)
{
	const struct opt_list *list = &job->args->common.operands;
	struct loader_options options = {.seed = (u32)job->args->seed};

	job->objects = calloc(list->cnt + 1, sizeof(struct object *));
	job->loader = loader_new(&options, &job->err);
	if (!job->objects || !job->loader)
		return error_set(&job->err, -ENOMEM, "no memory");
	for (u32 i = 0; i < list->cnt; i++) {
		int code = object_open(job->loader, list->items[i], &job->objects[i], &job->err);

		if (code)
			return code;
		job->object_cnt++;
	}
	return 0;
}

void job_free(struct job *job)
{
	job_free_outputs(job);
	world_free(job->world);
	for (u32 i = 0; i < job->object_cnt; i++)
		object_close(job->objects[i]);
	loader_free(job->loader);
	for (u32 i = 0; i < job->feed_cnt; i++)
		capture_close(job->feeds[i].reader);
	for (u32 i = 0; i < job->dev_cnt; i++)
		dev_spec_free(&job->devs[i]);
	for (u32 i = 0; i < job->attach_cnt; i++)
		attach_spec_free(&job->attaches[i]);
	for (u32 i = 0; i < job->preset_cnt; i++)
		map_preset_free(&job->presets[i]);
	tally_free(&job->tally);
	free(job->objects);
	free(job->targets);
	free(job->rings);
	free(job->feeds);
	free(job->devs);
	free(job->attaches);
	free(job->presets);
}
