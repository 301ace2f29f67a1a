/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * summary_warn.c - what in a run is worth a person's time: the silent failures of Linux, said aloud
 * with the number that would have been right.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/pkt_cls.h>
#include <stdarg.h>
#include <string.h>

#include "report/summary.h"

struct warner {
	const struct tally *tally;
	FILE *out;
	const char *gap;
	u32 cnt;
};

__attribute__((format(printf, 2, 3))) static void begin(struct warner *warner, const char *fmt, ...)
{
	va_list args;

	fprintf(warner->out, "%swarning: ", warner->cnt ? "" : warner->gap);
	va_start(args, fmt);
	vfprintf(warner->out, fmt, args);
	va_end(args);
	warner->cnt++;
}

/* "; the devices are 1 lo, 2 eth0" */
static void end_with_devices(struct warner *warner)
{
	const struct tally *tally = warner->tally;

	fputs("; the ifindexes are", warner->out);
	for (u32 i = 0; i < tally->device_cnt; i++)
		fprintf(warner->out, "%s %u (%s)", i ? "," : "", tally->devices[i]->ifindex,
			tally->devices[i]->name);
	fputc('\n', warner->out);
}

/* "3 of 7 calls of bpf_clone_redirect in mirror (mirror.c:19)" */
static void begin_calls(struct warner *warner, const struct tally_program *program,
			const struct tally_helper *helper, const struct tally_value *row)
{
	const char *name = helper_find(helper->id)->name;

	if (row->cnt == helper->calls)
		begin(warner, "%s", row->cnt == 1 ? "the only call" : "all calls");
	else
		begin(warner, "%" PRIu64 " of %" PRIu64 " calls", row->cnt, helper->calls);
	fprintf(warner->out, " of bpf_%s by %s at %s", name, program->name, program->attach);
	if (row->where[0])
		fprintf(warner->out, " (%s)", row->where);
}

static void warn_clone(struct warner *warner, const struct tally_program *program,
		       const struct tally_helper *helper, const struct tally_value *row)
{
	u32 ifindex = (u32)row->args[1];
	const struct tally_device *dev = tally_device(warner->tally, ifindex);
	u64 flags = row->args[2];

	switch (row->value) {
	case -EINVAL:
		begin_calls(warner, program, helper, row);
		if (flags & ~(u64)BPF_F_INGRESS) {
			fprintf(warner->out,
				" failed with -22 (EINVAL): flags are 0x%" PRIx64
				", and only BPF_F_INGRESS (1) is allowed\n",
				flags);
			break;
		}
		fprintf(warner->out,
			" failed with -22 (EINVAL): there is no device with ifindex %u", ifindex);
		end_with_devices(warner);
		break;
	case -ERANGE:
		begin_calls(warner, program, helper, row);
		fprintf(warner->out,
			" failed with -34 (ERANGE): %s needs another beginning of the packet than "
			"it "
			"has (a link-layer header, or something behind it)\n",
			dev ? dev->name : "the device");
		break;
	case -ENETDOWN:
		begin_calls(warner, program, helper, row);
		fprintf(warner->out,
			" failed with -100 (ENETDOWN): transmit recursion went too deep; what is "
			"cloned to %s meets a program that clones it again\n",
			dev ? dev->name : "the device");
		break;
	}
}

/* What the hook does with @value: false when it is not a verdict there. FACTS C.1 and C.2. */
static bool is_effective(const struct tally_program *program, s64 value)
{
	switch (value) {
	case TC_ACT_UNSPEC:
	case TC_ACT_OK:
	case TC_ACT_SHOT:
	case TC_ACT_REDIRECT:
		return true;
	case TC_ACT_STOLEN:
	case TC_ACT_TRAP:
		return !program->tcx;
	}
	return false;
}

static void warn_verdict(struct warner *warner, const struct tally_program *program,
			 const struct tally_value *row)
{
	const char *name = verdict_name(program->type, row->value);
	const struct tally_helper *redirect = program->helpers[HELPER_redirect];

	if (!is_effective(program, row->value)) {
		begin(warner, "%s at %s returned ", program->name, program->attach);
		if (name)
			fputs(name, warner->out);
		else
			fprintf(warner->out, "%" PRId64, row->value);
		fprintf(warner->out,
			" %" PRIu64 " time%s, which is no verdict of this hook: Linux %s\n",
			row->cnt, row->cnt == 1 ? "" : "s",
			program->tcx ? "skips the rest of the tcx list and goes on"
				     : "goes on as with TC_ACT_UNSPEC");
	} else if (row->value == TC_ACT_REDIRECT && !redirect) {
		begin(warner,
		      "%s at %s returned TC_ACT_REDIRECT without calling bpf_redirect: the packet "
		      "is "
		      "dropped\n",
		      program->name, program->attach);
	}
}

static void warn_program(struct warner *warner, const struct tally_program *program)
{
	const struct tally_helper *clone = program->helpers[HELPER_clone_redirect];
	bool is_tc = helper_type_bit(program->type) & HELPER_TC;

	if (!program->runs) {
		begin(warner, "%s at %s never ran: no packet came by\n", program->name,
		      program->attach);
		return;
	}
	for (u32 i = 0; clone && i < clone->returns.cnt; i++)
		warn_clone(warner, program, clone, &clone->returns.rows[i]);
	for (u32 i = 0; is_tc && i < program->verdicts.cnt; i++)
		warn_verdict(warner, program, &program->verdicts.rows[i]);
}

u32 summary_warn(const struct tally *tally, FILE *out, const char *gap)
{
	struct warner warner = {.tally = tally, .out = out, .gap = gap};

	for (u32 i = 0; i < tally->program_cnt; i++)
		warn_program(&warner, tally->programs[i]);
	if (tally->missing_device) {
		begin(&warner,
		      "%" PRIu64 " packet%s redirected to ifindex %u and dropped: there is no "
		      "such device",
		      tally->missing_device, tally->missing_device == 1 ? " was" : "s were",
		      tally->missing_ifindex);
		end_with_devices(&warner);
	}
	if (tally->cut)
		begin(&warner,
		      "%" PRIu64
		      " frame%s cut short when captured (snap length); programs saw only "
		      "what is there\n",
		      tally->cut, tally->cut == 1 ? " was" : "s were");
	if (tally->not_taken)
		begin(&warner, "%" PRIu64 " frame%s too short or too long for %s device\n",
		      tally->not_taken, tally->not_taken == 1 ? " was" : "s were",
		      tally->not_taken == 1 ? "its" : "their");
	if (!tally->frames && !tally->not_taken)
		begin(&warner, "no frame came in: the captures are empty\n");
	return warner.cnt;
}
