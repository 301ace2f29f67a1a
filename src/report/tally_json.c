/* SPDX-License-Identifier: BSD-2-Clause */
/* tally_json.c - a tally as members of a JSON object, in the shape skiff-run(1) describes. */
#include <inttypes.h>
#include <stdio.h>

#include "report/tally.h"

static void device_json(const struct tally_device *dev, struct json *json)
{
	json_object(json);
	json_key_string(json, "name", dev->name);
	json_key_u64(json, "ifindex", dev->ifindex);
	for (enum door door = 0; door < DOORS; door++)
		json_key_u64(json, door_name(door), dev->doors[door]);

	json_key(json, "stats");
	json_object(json);
	json_key_u64(json, "rx_packets", dev->stats.rx_packets);
	json_key_u64(json, "rx_bytes", dev->stats.rx_bytes);
	json_key_u64(json, "rx_dropped", dev->stats.rx_dropped);
	json_key_u64(json, "tx_packets", dev->stats.tx_packets);
	json_key_u64(json, "tx_bytes", dev->stats.tx_bytes);
	json_key_u64(json, "tx_dropped", dev->stats.tx_dropped);
	json_end(json);

	json_key(json, "dropped");
	json_object(json);
	for (enum drop_reason reason = 0; reason < DROP_REASONS; reason++) {
		if (dev->dropped[reason])
			json_key_u64(json, drop_reason_name(reason), dev->dropped[reason]);
	}
	json_end(json);
	json_key_u64(json, "consumed", dev->consumed);
	json_end(json);
}

static void verdicts_json(const struct tally_program *program, struct json *json)
{
	const struct tally_values *verdicts = &program->verdicts;
	char number[24];

	json_object(json);
	for (u32 i = 0; i < verdicts->cnt; i++) {
		const char *name = verdict_name(program->type, verdicts->rows[i].value);

		snprintf(number, sizeof(number), "%" PRId64, verdicts->rows[i].value);
		json_key_u64(json, name ? name : number, verdicts->rows[i].cnt);
	}
	if (verdicts->other)
		json_key_u64(json, "other", verdicts->other);
	json_end(json);
}

static void helper_json(const struct tally_helper *helper, struct json *json)
{
	const struct helper *row = helper_find(helper->id);
	const struct tally_values *returns = &helper->returns;
	char text[64];

	snprintf(text, sizeof(text), "bpf_%s", row->name);
	json_key(json, text);
	json_object(json);
	json_key_u64(json, "calls", helper->calls);
	if (row->flags & HELPER_STATUS) {
		json_key(json, "returns");
		json_object(json);
		for (u32 i = 0; i < returns->cnt; i++) {
			snprintf(text, sizeof(text), "%" PRId64, returns->rows[i].value);
			json_key_u64(json, text, returns->rows[i].cnt);
		}
		if (returns->other)
			json_key_u64(json, "other", returns->other);
		json_end(json);
	}
	json_end(json);
}

static void program_json(const struct tally_program *program, struct json *json)
{
	json_object(json);
	json_key_string(json, "name", program->name);
	json_key_string(json, "attach", program->attach);
	json_key_u64(json, "runs", program->runs);
	json_key(json, "verdicts");
	verdicts_json(program, json);
	json_key(json, "helpers");
	json_object(json);
	for (u32 id = 0; id < HELPER_MAX; id++) {
		if (program->helpers[id])
			helper_json(program->helpers[id], json);
	}
	json_end(json);
	json_end(json);
}

static void printk_json(const struct tally *tally, struct json *json)
{
	json_array(json);
	for (size_t i = 0; i < tally->line_cnt; i++) {
		const struct tally_line *line = &tally->lines[i];

		if (!line->map[0])
			json_string_len(json, tally_line_text(tally, line), line->len);
	}
	json_end(json);
}

static void records_json(const struct tally *tally, struct json *json)
{
	json_array(json);
	for (size_t i = 0; i < tally->line_cnt; i++) {
		const struct tally_line *line = &tally->lines[i];

		if (!line->map[0])
			continue;
		json_object(json);
		json_key_string(json, "map", line->map);
		json_key_u64(json, "time", line->time);
		json_key_u64(json, "len", line->len);
		json_key(json, "bytes");
		json_hex(json, "", tally_line_text(tally, line), line->len);
		json_end(json);
	}
	json_end(json);
}

void tally_json(const struct tally *tally, struct json *json)
{
	json_key(json, "devices");
	json_array(json);
	for (u32 i = 0; i < tally->device_cnt; i++)
		device_json(tally->devices[i], json);
	json_end(json);

	json_key(json, "programs");
	json_array(json);
	for (u32 i = 0; i < tally->program_cnt; i++)
		program_json(tally->programs[i], json);
	json_end(json);

	json_key(json, "printk");
	printk_json(tally, json);
	if (tally->keep_records) {
		json_key(json, "records");
		records_json(tally, json);
	}
}
