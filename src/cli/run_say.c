/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * run_say.c - what a run tells: lines that programs write, as they write them; and at the end the
 * summary, or the one JSON object.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "report/map_text.h"
#include "report/summary.h"

/* "12.345678 " of virtual time since the beginning. */
static void say_time(const struct job *job, u64 time)
{
	u64 since = time - job->tally.first;

	fprintf(job->say, "%" PRIu64 ".%06" PRIu64 " ", since / 1000000000,
		since % 1000000000 / 1000);
}

static bool is_listened(const struct job *job, const char *map)
{
	const struct opt_list *list = &job->args->listens;

	/* The event has the kernel's 15 bytes of the name. */
	for (u32 i = 0; i < list->cnt; i++) {
		const char *colon = strrchr(list->items[i], ':');

		if (!strncmp(colon ? colon + 1 : list->items[i], map, BPF_OBJ_NAME_LEN - 1))
			return true;
	}
	return false;
}

static void speak(struct event_listener *listener, const struct event *event)
{
	struct speaker *speaker = container_of(listener, struct speaker, listener);
	struct job *job = speaker->job;
	const u8 *bytes = event->bytes;

	progress_clear(&job->progress);
	if (event->kind == EVENT_PRINTK) {
		say_time(job, event->time);
		fprintf(job->say, "%s: %.*s\n", event->prog->name, (int)event->len, event->text);
		speaker->spoke = true;
	} else if (is_listened(job, event->text)) {
		say_time(job, event->time);
		fprintf(job->say, "%s to %s, %u bytes:", event->prog->name, event->text,
			event->len);
		for (u32 i = 0; i < event->len; i++)
			fprintf(job->say, " %02x", bytes[i]);
		fputc('\n', job->say);
		speaker->spoke = true;
	}
}

static int open_doors(struct job *job, struct event_stream *events)
{
	int code = doors_open(job->args->write, job->world, &job->doors, &job->err);

	if (code)
		return error_prefix(&job->err, code, "-w");
	event_listen(events, doors_listener(job->doors));
	return 0;
}

int job_open_outputs(struct job *job)
{
	struct event_stream *events = &world_host(job->world)->events;
	bool quiet = job->args->common.quiet;
	int code = 0;

	job->tally.keep_printk = job->args->common.json;
	job->tally.keep_records = job->args->common.json && job->args->listens.cnt;
	event_listen(events, &job->tally.listener);
	if (job->args->write)
		code = open_doors(job, events);
	if (code)
		return code;
	if (job->args->trace) {
		job->trace = trace_new(job->world, job->say);
		if (!job->trace)
			return error_set(&job->err, -ENOMEM, "no memory");
		event_listen(events, trace_listener(job->trace));
	}
	job->speaker = (struct speaker){.listener = {.fn = speak}, .job = job};
	/* The trace has the lines of programs in it. */
	if (!quiet && !job->args->trace)
		job->speaker.listener.kinds |= BIT(EVENT_PRINTK);
	if (!quiet && job->args->listens.cnt && !job->args->common.json)
		job->speaker.listener.kinds |= BIT(EVENT_OUTPUT);
	event_listen(events, &job->speaker.listener);
	progress_start(&job->progress, !quiet && !job->args->trace);
	return 0;
}

int job_close_outputs(struct job *job)
{
	struct doors *doors = job->doors;

	if (!doors)
		return 0;
	event_unlisten(&world_host(job->world)->events, doors_listener(doors));
	job->doors = NULL;
	return doors_close(doors, &job->err);
}

void job_free_outputs(struct job *job)
{
	job_close_outputs(job);
	if (!job->trace)
		return;
	event_unlisten(&world_host(job->world)->events, trace_listener(job->trace));
	trace_free(job->trace);
}

static void take_stats(struct job *job)
{
	for (u32 i = 0; i < job->tally.device_cnt; i++) {
		struct tally_device *row = job->tally.devices[i];
		const struct device *dev = world_device(job->world, row->ifindex);
		struct device_stats stats;

		if (!dev)
			continue;
		device_stats(dev, &stats);
		row->stats = (struct tally_stats){
			.rx_packets = stats.rx_packets,
			.rx_bytes = stats.rx_bytes,
			.rx_dropped = stats.rx_dropped,
			.tx_packets = stats.tx_packets,
			.tx_bytes = stats.tx_bytes,
			.tx_dropped = stats.tx_dropped,
		};
	}
}

/* Constants are not contents; what the program keeps in .data and .bss is. */
static bool is_shown(const struct object_map *row)
{
	return row->map &&
	       !(row->internal && (strstr(row->name, ".rodata") || strstr(row->name, ".kconfig")));
}

/* A map by the name that a person gave it, once, though several objects may share it. */
struct named_map {
	struct map *map;
	char name[160];
};

static u32 name_maps(const struct job *job, struct named_map *rows)
{
	u32 cnt = 0;

	for (u32 i = 0; i < job->object_cnt; i++) {
		const char *path = job_object_path(job, i), *slash = strrchr(path, '/');

		for (u32 m = 0; m < object_map_cnt(job->objects[i]); m++) {
			const struct object_map *map = object_map(job->objects[i], m);
			bool same = false, taken = false;

			for (u32 k = 0; k < cnt; k++) {
				same |= rows[k].map == map->map;
				taken |= !strcmp(rows[k].name, map->name);
			}
			if (same || !is_shown(map))
				continue;
			rows[cnt].map = map->map;
			if (taken)
				snprintf(rows[cnt].name, sizeof(rows[cnt].name), "%.60s:%.80s",
					 slash ? slash + 1 : path, map->name);
			else
				snprintf(rows[cnt].name, sizeof(rows[cnt].name), "%s", map->name);
			cnt++;
		}
	}
	return cnt;
}

/* All maps by name, for the caller to free; NULL: no memory. */
static struct named_map *all_maps(const struct job *job, u32 *cnt)
{
	struct named_map *rows;
	u32 most = 1;

	for (u32 i = 0; i < job->object_cnt; i++)
		most += object_map_cnt(job->objects[i]);
	rows = calloc(most, sizeof(*rows));
	*cnt = rows ? name_maps(job, rows) : 0;
	return rows;
}

static int maps_json(const struct job *job, struct json *json)
{
	u32 cnt;
	struct named_map *rows = all_maps(job, &cnt);
	int code = rows ? 0 : -ENOMEM;

	json_key(json, "maps");
	json_object(json);
	for (u32 i = 0; !code && i < cnt; i++) {
		json_key(json, rows[i].name);
		code = map_text_json(rows[i].map, json);
	}
	json_end(json);
	free(rows);
	return code;
}

static int maps_print(const struct job *job)
{
	u32 cnt;
	struct named_map *rows = all_maps(job, &cnt);
	int code = rows ? 0 : -ENOMEM;

	for (u32 i = 0; !code && i < cnt; i++) {
		fprintf(job->say, "\nmap %s (%s)\n", rows[i].name,
			map_type_name(rows[i].map->type));
		code = map_text_lines(rows[i].map, job->say);
	}
	free(rows);
	return code;
}

static int report_json(struct job *job, int code)
{
	struct json json;
	int ret;

	json_init(&json, stdout);
	json_object(&json);
	tally_json(&job->tally, &json);
	ret = maps_json(job, &json);
	json_key_u64(&json, "frames", job->tally.frames);
	if (job->interrupted) {
		json_key(&json, "interrupted");
		json_bool(&json, true);
	}
	if (code)
		json_key_string(&json, "error", job->err.text);
	json_end(&json);
	return ret;
}

/* Without -a, a program whose section names no direction has been left out: say so. */
static void note_left_out(const struct job *job)
{
	for (u32 i = 0; !job->attach_cnt && i < job->object_cnt; i++) {
		for (u32 p = 0; p < object_program_cnt(job->objects[i]); p++) {
			const struct object_program *program = object_program(job->objects[i], p);

			if (program->prog || program->has_hook ||
			    program->type != BPF_PROG_TYPE_SCHED_CLS)
				continue;
			fprintf(job->say,
				"\nnote: %s is not attached, for its section \"%s\" names no "
				"direction; -a DEV:HOOK=%s attaches it\n",
				program->name, program->section, program->name);
		}
	}
}

static int report_text(struct job *job)
{
	if (job->speaker.spoke || job->args->trace)
		fputc('\n', job->say);
	if (job->interrupted)
		fputs("interrupted; until then:\n", job->say);
	summary_print(&job->tally, job->say);
	note_left_out(job);
	if (job->args->common.verbose && maps_print(job))
		return -ENOMEM;
	fflush(job->say);
	return 0;
}

int job_report(struct job *job, int code)
{
	int ret = 0;

	take_stats(job);
	if (job->args->common.json) {
		ret = report_json(job, code);
		if (!job->args->common.quiet)
			summary_warn(&job->tally, stderr, "");
	} else if (!job->args->common.quiet) {
		ret = report_text(job);
	}
	if (ret || job->tally.nomem)
		return error_set(&job->err, -ENOMEM, "no memory for the whole report");
	return code;
}
