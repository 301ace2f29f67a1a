/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tally.h - a listener that counts: everything that the summary and the JSON of a run say.
 *
 * Devices and attachments are named to it before the run (tally_add_device, tally_add_program), so
 * that one to which nothing happened is there with its zeroes. Then it hears the stream of
 * events; nothing is counted anywhere else. What it kept is plain data, for reading:
 *
 *     tally_init(&tally) -> tally_add_... -> event_listen(&host->events, &tally.listener)
 *         -> the run -> tally_json(), summary_print() -> tally_free(&tally)
 */
#ifndef SKIFF_REPORT_TALLY_H
#define SKIFF_REPORT_TALLY_H

#include <linux/bpf.h>

#include "event/event.h"
#include "helper/helper.h"
#include "report/json.h"

#define TALLY_VALUES_MAX 256 /* distinct values kept of a helper or a hook; the rest is "other" */

/* As `ip -s link` shows them: struct device_stats of the room above. */
struct tally_stats {
	u64 rx_packets, rx_bytes, rx_dropped;
	u64 tx_packets, tx_bytes, tx_dropped;
};

struct tally_device {
	u32 ifindex;
	char *name;
	u64 doors[DOORS]; /* frames in by rx and tx, out by wire and host */
	u64 consumed;	  /* stolen or trapped by a verdict */
	u64 dropped[DROP_REASONS];
	struct tally_stats stats;
};

/* One value of a helper's r0 or a program's verdict, and when it was first seen. */
struct tally_value {
	s64 value;
	u64 cnt;
	u64 args[5];	/* of the first such call */
	char where[80]; /* "file.c:19" of the first such call, "" unknown */
};

struct tally_values {
	struct tally_value *rows; /* sorted: zero, then by value */
	u32 cnt;
	u64 other; /* calls whose value found no row */
};

struct tally_helper {
	u32 id;
	u64 calls;
	struct tally_values returns; /* only of helpers that return a status */
};

/* A program on a hook. */
struct tally_program {
	char *name;
	char *attach; /* "eth0:ingress" */
	enum bpf_prog_type type;
	bool tcx; /* on the tcx list, whose verdicts are fewer than clsact's */
	u64 runs;
	struct tally_values verdicts;
	struct tally_helper *helpers[HELPER_MAX]; /* NULL: never called */
};

/* A line or a record that a program wrote; the bytes follow each other in tally.bytes. */
struct tally_line {
	u64 time; /* virtual ns */
	size_t offset;
	u32 len;
	char map[BPF_OBJ_NAME_LEN]; /* "": bpf_trace_printk */
};

struct tally {
	struct event_listener listener;

	struct tally_device **devices; /* in the order they were added */
	u32 device_cnt;
	u32 *by_ifindex; /* index + 1 into devices, for small ifindexes */
	u32 by_ifindex_cnt;

	struct tally_program **programs; /* by number of the attachment */
	u32 program_cnt;

	struct tally_line *lines; /* in the order they were written */
	size_t line_cnt, line_room;
	char *bytes;
	size_t byte_cnt, byte_room;

	u64 frames;	    /* given to devices */
	u64 cut;	    /* of these, cut short by the capture: whoever feeds them counts, and */
	u64 not_taken;	    /* frames too short or too long for their device */
	u64 first, last;    /* virtual time of the first and the last event */
	u64 missing_device; /* packets redirected to a device that does not exist, and */
	u32 missing_ifindex;  /* what the first of them was redirected to */
	u32 redirect_ifindex; /* of the last call of bpf_redirect */
	bool begun;	      /* there was an event */
	bool keep_printk;     /* keep the lines of bpf_trace_printk, for JSON */
	bool keep_records;    /* keep what programs put out (EVENT_OUTPUT), for JSON */
	bool nomem;	      /* something could not be kept */
};

/* An empty tally. */
void tally_init(struct tally *tally);
void tally_free(struct tally *tally);

/* Name a device; 0 or -ENOMEM. */
int tally_add_device(struct tally *tally, u32 ifindex, const char *name);
/*
 * Name attachment number @number; they come in order, from 0. @attach is where it stands
 * ("eth0:ingress"). 0 or -ENOMEM. All texts are copied.
 */
int tally_add_program(struct tally *tally, u32 number, const char *name, const char *attach,
		      enum bpf_prog_type type, bool tcx);

/* The device of that number, or NULL when it was never named. */
struct tally_device *tally_device(const struct tally *tally, u32 ifindex);

static inline const char *tally_line_text(const struct tally *tally, const struct tally_line *line)
{
	return tally->bytes + line->offset;
}

/*
 * "TC_ACT_OK" for 0 of a SCHED_CLS program, "BPF_REROUTE" for 128 of an LWT one; NULL for a value
 * that means nothing to the hook.
 */
const char *verdict_name(enum bpf_prog_type type, s64 value);

/*
 * Write the members "devices", "programs" and "printk" (and "records", if they were kept) into
 * the object that is open in @json: the shape is in the manual page skiff-run(1).
 */
void tally_json(const struct tally *tally, struct json *json);

#endif
