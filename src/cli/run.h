/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run.h - one `skiff run`: what was asked, and the world it is done in. For the run_*.c files.
 *
 *     run_setup.c   the command line into devices, captures, objects
 *     run_choose.c  which program goes on which hook
 *     run_load.c    loading, presetting maps, building the world
 *     run_feed.c    the captures, frame by frame
 *     run_say.c     what is printed while it runs, and at the end
 *     cmd_run.c     the options, and the order of it all
 *
 * Every step returns 0 or -errno with the sentence in job->err; job_free undoes whatever was done.
 */
#ifndef SKIFF_CLI_RUN_H
#define SKIFF_CLI_RUN_H

#include <stdio.h>

#include "bpf/object.h"
#include "capture/capture.h"
#include "cli/attach_spec.h"
#include "cli/dev_spec.h"
#include "cli/map_preset.h"
#include "cli/opt.h"
#include "cli/progress.h"
#include "net/world.h"
#include "report/doors.h"
#include "report/tally.h"
#include "report/trace.h"

struct run_args {
	struct opt_common common;
	struct opt_list devs, attaches, presets, listens;
	const char *write;
	bool trace;
	u64 limit, seed;
};

/* A capture at a door, one frame ahead. */
struct feed {
	struct capture_reader *reader;
	const char *path;
	u32 dev; /* index into job->devs */
	enum door door;
	struct capture_frame frame; /* the next one, while !done */
	bool done;
};

/* A program to be put on a hook. */
struct target {
	const char *dev;
	enum hook hook;
	u32 object, program; /* indexes into job->objects and that object's programs */
};

/* Prints what programs write, as it happens. */
struct speaker {
	struct event_listener listener;
	struct job *job;
	bool spoke; /* there are lines above the summary */
};

struct job {
	const struct run_args *args;
	struct error err;
	bool refused;		 /* the error is an answer (EXIT_NO), not a mistake */
	const char *explanation; /* what the verifier says to it, several lines, or NULL */
	FILE *say;		 /* where people read; not where JSON or a capture goes */

	struct dev_spec *devs;
	struct attach_spec *attaches;
	struct map_preset *presets;
	u32 dev_cnt, attach_cnt, preset_cnt;

	struct feed *feeds;
	u32 feed_cnt;

	struct loader *loader;
	struct object **objects;
	u32 object_cnt;
	struct target *targets;
	u32 target_cnt;
	struct map **rings; /* ring buffers that --listen reads */
	u32 ring_cnt;

	struct world *world;
	struct tally tally;
	struct speaker speaker;
	struct progress progress;
	struct trace *trace; /* the journey of each packet, with --trace */
	struct doors *doors; /* what leaves by a door, with -w */
	bool interrupted;
};

/* run_setup.c: the texts of the command line; captures opened and their first frames read;
 * objects opened. */
int job_parse(struct job *job);
int job_open_captures(struct job *job);
int job_open_objects(struct job *job);

/* run_choose.c: fill in job->targets, and select what is to be loaded. */
int job_choose(struct job *job);
/* Object @index as people call it: the path given. */
const char *job_object_path(const struct job *job, u32 index);
/* The map that [OBJECT:]NAME means: 0, -ENOENT or (several) -EEXIST with the sentence. */
int job_find_map(struct job *job, const char *object, const char *name, struct map **map,
		 u32 *object_index);
/* The program that NAME means as a value in a map of object @home (its own come first). */
const struct object_program *job_find_value_prog(const struct job *job, u32 home, const char *name);

/* run_load.c */
int job_load(struct job *job);
int job_preset_maps(struct job *job);
int job_listen_maps(struct job *job);
int job_build_world(struct job *job);

/* run_feed.c: give every frame, and let the world come to rest. 0 also when interrupted. */
int job_feed(struct job *job);
/* The next frame of @feed into feed->frame, or done. */
int feed_next(struct feed *feed, struct error *err);

/* run_say.c */
int job_open_outputs(struct job *job);
int job_close_outputs(struct job *job); /* flushes -w: its last chance to fail */
int job_report(struct job *job, int code);
void job_free_outputs(struct job *job);

void job_free(struct job *job);

#endif
