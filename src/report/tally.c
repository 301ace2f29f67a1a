/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.c - counting what happens, event by event. What cannot be kept for want of memory sets
 * tally.nomem, so that a report is never silently short.
 */
#include "report/tally.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skb/skb.h"

#define BY_IFINDEX_MAX 65536 /* devices with a larger ifindex are searched for */

/* Room for one more element of @size bytes in an array of @cnt that doubles. */
static bool grow(void *array, size_t *room, size_t cnt, size_t size)
{
	size_t new_room = *room ? *room * 2 : 16;
	void *bigger;

	if (cnt < *room)
		return true;
	while (new_room < cnt + 1)
		new_room *= 2;
	bigger = realloc(*(void **)array, new_room * size);
	if (!bigger)
		return false;
	*(void **)array = bigger;
	*room = new_room;
	return true;
}

static int index_device(struct tally *tally, u32 ifindex, u32 index)
{
	u32 *bigger;

	if (ifindex >= BY_IFINDEX_MAX)
		return 0;
	if (ifindex >= tally->by_ifindex_cnt) {
		bigger = realloc(tally->by_ifindex, (ifindex + 1) * sizeof(*bigger));
		if (!bigger)
			return -1;
		memset(bigger + tally->by_ifindex_cnt, 0,
		       (ifindex + 1 - tally->by_ifindex_cnt) * sizeof(*bigger));
		tally->by_ifindex = bigger;
		tally->by_ifindex_cnt = ifindex + 1;
	}
	tally->by_ifindex[ifindex] = index + 1;
	return 0;
}

static void device_free(struct tally_device *dev)
{
	if (!dev)
		return;
	free(dev->name);
	free(dev);
}

int tally_add_device(struct tally *tally, u32 ifindex, const char *name)
{
	struct tally_device **bigger, *dev;

	bigger = realloc(tally->devices, (tally->device_cnt + 1) * sizeof(struct tally_device *));
	if (!bigger)
		return -ENOMEM;
	tally->devices = bigger;
	dev = calloc(1, sizeof(*dev));
	if (!dev)
		return -ENOMEM;
	dev->ifindex = ifindex;
	dev->name = strdup(name);
	if (!dev->name || index_device(tally, ifindex, tally->device_cnt)) {
		device_free(dev);
		return -ENOMEM;
	}
	tally->devices[tally->device_cnt++] = dev;
	return 0;
}

struct tally_device *tally_device(const struct tally *tally, u32 ifindex)
{
	u32 index;

	if (ifindex < tally->by_ifindex_cnt) {
		index = tally->by_ifindex[ifindex];
		return index ? tally->devices[index - 1] : NULL;
	}
	for (u32 i = 0; i < tally->device_cnt; i++) {
		if (tally->devices[i]->ifindex == ifindex)
			return tally->devices[i];
	}
	return NULL;
}

static void program_free(struct tally_program *program)
{
	if (!program)
		return;
	for (u32 id = 0; id < HELPER_MAX; id++) {
		if (program->helpers[id])
			free(program->helpers[id]->returns.rows);
		free(program->helpers[id]);
	}
	free(program->verdicts.rows);
	free(program->name);
	free(program->attach);
	free(program);
}

int tally_add_program(struct tally *tally, u32 number, const char *name, const char *attach,
		      enum bpf_prog_type type, bool tcx)
{
	struct tally_program **bigger, *program;

	if (number != tally->program_cnt)
		return -EINVAL;
	bigger =
		realloc(tally->programs, (tally->program_cnt + 1) * sizeof(struct tally_program *));
	if (!bigger)
		return -ENOMEM;
	tally->programs = bigger;
	program = calloc(1, sizeof(*program));
	if (!program)
		return -ENOMEM;
	program->type = type;
	program->tcx = tcx;
	program->name = strdup(name);
	program->attach = strdup(attach);
	if (!program->name || !program->attach) {
		program_free(program);
		return -ENOMEM;
	}
	tally->programs[tally->program_cnt++] = program;
	return 0;
}

/* Zero comes first, then ascending: a status of 0 is what people look for. */
static bool value_before(s64 a, s64 b)
{
	if (!a || !b)
		return !a && b;
	return a < b;
}

/*
 * Count @value: its row, for the caller to fill in when row->cnt is 1; NULL when it went to
 * "other".
 */
static struct tally_value *values_count(struct tally *tally, struct tally_values *values, s64 value)
{
	struct tally_value *rows = values->rows;
	u32 at = 0;

	while (at < values->cnt && rows[at].value != value && !value_before(value, rows[at].value))
		at++;
	if (at < values->cnt && rows[at].value == value) {
		rows[at].cnt++;
		return &rows[at];
	}
	if (values->cnt == TALLY_VALUES_MAX) {
		values->other++;
		return NULL;
	}
	rows = realloc(rows, (values->cnt + 1) * sizeof(*rows));
	if (!rows) {
		tally->nomem = true;
		values->other++;
		return NULL;
	}
	values->rows = rows;
	memmove(&rows[at + 1], &rows[at], (values->cnt - at) * sizeof(*rows));
	rows[at] = (struct tally_value){.value = value, .cnt = 1};
	values->cnt++;
	return &rows[at];
}

static void note_where(struct tally_value *row, const struct prog *prog, u32 insn)
{
	const struct prog_line *line = prog ? prog_lines_find(prog->lines, insn) : NULL;
	const char *file, *slash;

	if (!line || !line->line)
		return;
	file = line->file;
	slash = strrchr(file, '/');
	snprintf(row->where, sizeof(row->where), "%.60s:%u", slash ? slash + 1 : file, line->line);
}

static struct tally_program *program_of(struct tally *tally, const struct event *event)
{
	return event->attachment < tally->program_cnt ? tally->programs[event->attachment] : NULL;
}

static void count_helper(struct tally *tally, const struct event *event)
{
	struct tally_program *program = program_of(tally, event);
	const struct helper *row = helper_find(event->helper);
	struct tally_helper *helper;
	struct tally_value *value;

	if (!program || !row)
		return;
	helper = program->helpers[event->helper];
	if (!helper) {
		helper = calloc(1, sizeof(*helper));
		if (!helper) {
			tally->nomem = true;
			return;
		}
		helper->id = event->helper;
		program->helpers[event->helper] = helper;
	}
	helper->calls++;
	if (event->helper == HELPER_redirect)
		tally->redirect_ifindex = (u32)event->args[0];
	if (!(row->flags & HELPER_STATUS))
		return;
	value = values_count(tally, &helper->returns, (s64)event->ret);
	if (value && value->cnt == 1) {
		memcpy(value->args, event->args, sizeof(value->args));
		note_where(value, event->prog, event->insn);
	}
}

static void count_verdict(struct tally *tally, const struct event *event)
{
	struct tally_program *program = program_of(tally, event);

	/* A tc verdict is an int, whatever the upper half of r0 holds. */
	if (program)
		values_count(tally, &program->verdicts, (s32)event->ret);
}

static void keep_line(struct tally *tally, const struct event *event)
{
	const void *bytes = event->kind == EVENT_PRINTK ? event->text : event->bytes;
	struct tally_line *line;

	if (event->kind == EVENT_OUTPUT ? !tally->keep_records : !tally->keep_printk)
		return;
	/* One byte more, so that the array exists even while all lines are empty. */
	if (!grow(&tally->lines, &tally->line_room, tally->line_cnt, sizeof(*tally->lines)) ||
	    !grow(&tally->bytes, &tally->byte_room, tally->byte_cnt + event->len, 1)) {
		tally->nomem = true;
		return;
	}
	line = &tally->lines[tally->line_cnt++];
	*line = (struct tally_line){
		.time = event->time, .offset = tally->byte_cnt, .len = event->len};
	if (event->kind == EVENT_OUTPUT)
		snprintf(line->map, sizeof(line->map), "%s", event->text);
	if (event->len)
		memcpy(tally->bytes + tally->byte_cnt, bytes, event->len);
	tally->byte_cnt += event->len;
}

static void hear(struct event_listener *listener, const struct event *event)
{
	struct tally *tally = container_of(listener, struct tally, listener);
	struct tally_device *dev = tally_device(tally, event->ifindex);
	struct tally_program *program;

	if (!tally->begun)
		tally->first = event->time;
	tally->begun = true;
	if (event->time > tally->last)
		tally->last = event->time;

	switch (event->kind) {
	case EVENT_BORN:
		tally->frames++;
		if (dev)
			dev->doors[event->door]++;
		break;
	case EVENT_WIRE:
		if (dev)
			dev->doors[DOOR_WIRE]++;
		break;
	case EVENT_HOST:
		if (dev)
			dev->doors[DOOR_HOST]++;
		break;
	case EVENT_DROP:
		if (dev)
			dev->dropped[event->reason]++;
		if (event->reason == DROP_NO_DEVICE && !tally->missing_device++)
			tally->missing_ifindex = tally->redirect_ifindex;
		break;
	case EVENT_CONSUME:
		if (dev)
			dev->consumed++;
		break;
	case EVENT_HOOK:
		program = program_of(tally, event);
		if (program)
			program->runs++;
		break;
	case EVENT_HELPER:
		count_helper(tally, event);
		break;
	case EVENT_VERDICT:
		count_verdict(tally, event);
		break;
	case EVENT_PRINTK:
	case EVENT_OUTPUT:
		keep_line(tally, event);
		break;
	case EVENT_CLONE:
	case EVENT_REDIRECT:
	case EVENT_QUEUE:
	case EVENT_KINDS:
		break;
	}
}

void tally_init(struct tally *tally)
{
	*tally = (struct tally){.listener = {.kinds = BIT(EVENT_BORN) | BIT(EVENT_HOOK) |
						      BIT(EVENT_HELPER) | BIT(EVENT_VERDICT) |
						      BIT(EVENT_DROP) | BIT(EVENT_CONSUME) |
						      BIT(EVENT_WIRE) | BIT(EVENT_HOST) |
						      BIT(EVENT_PRINTK) | BIT(EVENT_OUTPUT),
					     .fn = hear}};
}

void tally_free(struct tally *tally)
{
	for (u32 i = 0; i < tally->device_cnt; i++)
		device_free(tally->devices[i]);
	for (u32 i = 0; i < tally->program_cnt; i++)
		program_free(tally->programs[i]);
	free(tally->devices);
	free(tally->by_ifindex);
	free(tally->programs);
	free(tally->lines);
	free(tally->bytes);
	*tally = (struct tally){0};
}

static bool is_lwt(enum bpf_prog_type type)
{
	return helper_type_bit(type) & HELPER_LWT;
}

const char *verdict_name(enum bpf_prog_type type, s64 value)
{
	static const char *const tc[] = {
		[TC_ACT_OK] = "TC_ACT_OK",	   [TC_ACT_RECLASSIFY] = "TC_ACT_RECLASSIFY",
		[TC_ACT_SHOT] = "TC_ACT_SHOT",	   [TC_ACT_PIPE] = "TC_ACT_PIPE",
		[TC_ACT_STOLEN] = "TC_ACT_STOLEN", [TC_ACT_QUEUED] = "TC_ACT_QUEUED",
		[TC_ACT_REPEAT] = "TC_ACT_REPEAT", [TC_ACT_REDIRECT] = "TC_ACT_REDIRECT",
		[TC_ACT_TRAP] = "TC_ACT_TRAP",
	};

	if (is_lwt(type)) {
		switch (value) {
		case BPF_OK:
			return "BPF_OK";
		case BPF_DROP:
			return "BPF_DROP";
		case BPF_REDIRECT:
			return "BPF_REDIRECT";
		case BPF_LWT_REROUTE:
			return "BPF_LWT_REROUTE";
		}
		return NULL;
	}
	if (value == TC_ACT_UNSPEC)
		return "TC_ACT_UNSPEC";
	return value >= 0 && value < (s64)ARRAY_SIZE(tc) ? tc[value] : NULL;
}
