/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * summary.c - the tables: devices, drops, programs. The warnings that follow them are in
 * summary_warn.c.
 */
#include "report/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/pkt_cls.h>
#include <string.h>

#define ENOTSUPP 524 /* include/linux/errno.h; not in the UAPI */

void summary_status(u32 helper, s64 value, char *text, size_t size)
{
	const char *name = NULL;

	if (value < 0 && value > -4096)
		name = value == -ENOTSUPP ? "ENOTSUPP" : strerrorname_np((int)-value);
	else if (helper == HELPER_clone_redirect && value == 1)
		name = "NET_XMIT_DROP";
	else if (helper == HELPER_clone_redirect && value == 2)
		name = "NET_XMIT_CN";
	else if (helper == HELPER_redirect)
		name = verdict_name(BPF_PROG_TYPE_SCHED_CLS, value);

	if (name)
		snprintf(text, size, "%" PRId64 " (%s)", value, name);
	else
		snprintf(text, size, "%" PRId64, value);
}

static u64 drops_of(const struct tally_device *dev)
{
	u64 sum = 0;

	for (enum drop_reason reason = 0; reason < DROP_REASONS; reason++)
		sum += dev->dropped[reason];
	return sum;
}

/* lo is part of every world, and worth a row only when something came by. */
static bool device_is_idle(const struct tally_device *dev)
{
	for (enum door door = 0; door < DOORS; door++) {
		if (dev->doors[door])
			return false;
	}
	return !drops_of(dev) && !dev->consumed;
}

static bool device_is_shown(const struct tally_device *dev)
{
	return dev->ifindex != 1 || !device_is_idle(dev);
}

static void print_devices(const struct tally *tally, FILE *out)
{
	int width = 6;

	for (u32 i = 0; i < tally->device_cnt; i++)
		width = max(width, (int)strlen(tally->devices[i]->name));

	fprintf(out, "%-*s  %7s  %19s  %19s\n", width, "", "", "came in", "left by");
	fprintf(out, "%-*s  %7s  %9s %9s  %9s %9s  %9s\n", width, "device", "ifindex", "rx", "tx",
		"wire", "host", "dropped");
	for (u32 i = 0; i < tally->device_cnt; i++) {
		const struct tally_device *dev = tally->devices[i];

		if (!device_is_shown(dev))
			continue;
		fprintf(out, "%-*s  %7u  %9" PRIu64 " %9" PRIu64 "  %9" PRIu64 " %9" PRIu64, width,
			dev->name, dev->ifindex, dev->doors[DOOR_RX], dev->doors[DOOR_TX],
			dev->doors[DOOR_WIRE], dev->doors[DOOR_HOST]);
		fprintf(out, "  %9" PRIu64 "\n", drops_of(dev));
	}
}

static void print_drops(const struct tally *tally, FILE *out)
{
	for (u32 i = 0; i < tally->device_cnt; i++) {
		const struct tally_device *dev = tally->devices[i];

		if (!drops_of(dev) && !dev->consumed)
			continue;
		fprintf(out, "\nended at %s\n", dev->name);
		for (enum drop_reason reason = 0; reason < DROP_REASONS; reason++) {
			if (dev->dropped[reason])
				fprintf(out, "%9" PRIu64 "  %s: %s\n", dev->dropped[reason],
					drop_reason_name(reason), drop_reason_text(reason));
		}
		if (dev->consumed)
			fprintf(out, "%9" PRIu64 "  consumed: a program stole or trapped it\n",
				dev->consumed);
	}
}

static void print_verdicts(const struct tally_program *program, FILE *out)
{
	const struct tally_values *verdicts = &program->verdicts;
	const char *comma = ": ";

	fprintf(out, "%9" PRIu64 " run%s", program->runs, program->runs == 1 ? "" : "s");
	for (u32 i = 0; i < verdicts->cnt; i++) {
		const struct tally_value *row = &verdicts->rows[i];
		const char *name = verdict_name(program->type, row->value);

		fprintf(out, "%s%" PRIu64 " ", comma, row->cnt);
		if (name)
			fputs(name, out);
		else
			fprintf(out, "returned %" PRId64, row->value);
		comma = ", ";
	}
	if (verdicts->other)
		fprintf(out, ", %" PRIu64 " other values", verdicts->other);
	fputc('\n', out);
}

static void print_helper(const struct tally_helper *helper, FILE *out)
{
	const struct tally_values *returns = &helper->returns;
	const char *comma = ": ";
	char status[48];

	fprintf(out, "%9" PRIu64 " bpf_%s", helper->calls, helper_find(helper->id)->name);
	for (u32 i = 0; i < returns->cnt; i++) {
		summary_status(helper->id, returns->rows[i].value, status, sizeof(status));
		fprintf(out, "%s%" PRIu64 " returned %s", comma, returns->rows[i].cnt, status);
		comma = ", ";
	}
	if (returns->other)
		fprintf(out, ", %" PRIu64 " something else", returns->other);
	fputc('\n', out);
}

static void print_program(const struct tally_program *program, FILE *out)
{
	fprintf(out, "\n%s at %s\n", program->name, program->attach);
	print_verdicts(program, out);
	for (u32 id = 0; id < HELPER_MAX; id++) {
		if (program->helpers[id])
			print_helper(program->helpers[id], out);
	}
}

void summary_print(const struct tally *tally, FILE *out)
{
	u64 span = tally->last - tally->first;

	fprintf(out, "%" PRIu64 " frame%s in %" PRIu64 ".%06" PRIu64 " s of virtual time\n\n",
		tally->frames, tally->frames == 1 ? "" : "s", span / 1000000000,
		span % 1000000000 / 1000);
	print_devices(tally, out);
	print_drops(tally, out);
	for (u32 i = 0; i < tally->program_cnt; i++)
		print_program(tally->programs[i], out);
	summary_warn(tally, out, "\n");
}
