/* SPDX-License-Identifier: BSD-2-Clause */
/* prog.c - the life of a verified program and its line table, and the names of program types. */
#include "prog/prog.h"

#include <stdlib.h>

void prog_lines_put(struct prog_lines *lines)
{
	if (!lines || --lines->refs)
		return;
	free(lines->strings);
	free(lines);
}

const struct prog_line *prog_lines_find(const struct prog_lines *lines, u32 insn)
{
	u32 low = 0, high;

	if (!lines || !lines->cnt || lines->rows[0].insn > insn)
		return NULL;
	/* The last row that starts at or before insn: rows[low] does, rows[high] does not. */
	for (high = lines->cnt; high - low > 1;) {
		u32 middle = low + (high - low) / 2;

		if (lines->rows[middle].insn <= insn)
			low = middle;
		else
			high = middle;
	}
	return &lines->rows[low];
}

void prog_put(struct prog *prog)
{
	if (!prog || --prog->refs)
		return;
	if (prog->code_free)
		prog->code_free(prog);
	for (u32 i = 0; i < prog->map_cnt; i++)
		map_put(prog->maps[i]);
	free(prog->maps);
	prog_lines_put(prog->lines);
	free(prog->insns);
	free(prog->sites);
	free(prog->funcs);
	free(prog);
}

const char *prog_type_name(enum bpf_prog_type type)
{
	static const char *const names[] = {
		[BPF_PROG_TYPE_UNSPEC] = "UNSPEC",
		[BPF_PROG_TYPE_SOCKET_FILTER] = "SOCKET_FILTER",
		[BPF_PROG_TYPE_KPROBE] = "KPROBE",
		[BPF_PROG_TYPE_SCHED_CLS] = "SCHED_CLS",
		[BPF_PROG_TYPE_SCHED_ACT] = "SCHED_ACT",
		[BPF_PROG_TYPE_TRACEPOINT] = "TRACEPOINT",
		[BPF_PROG_TYPE_XDP] = "XDP",
		[BPF_PROG_TYPE_PERF_EVENT] = "PERF_EVENT",
		[BPF_PROG_TYPE_CGROUP_SKB] = "CGROUP_SKB",
		[BPF_PROG_TYPE_CGROUP_SOCK] = "CGROUP_SOCK",
		[BPF_PROG_TYPE_LWT_IN] = "LWT_IN",
		[BPF_PROG_TYPE_LWT_OUT] = "LWT_OUT",
		[BPF_PROG_TYPE_LWT_XMIT] = "LWT_XMIT",
		[BPF_PROG_TYPE_SOCK_OPS] = "SOCK_OPS",
		[BPF_PROG_TYPE_SK_SKB] = "SK_SKB",
		[BPF_PROG_TYPE_CGROUP_DEVICE] = "CGROUP_DEVICE",
		[BPF_PROG_TYPE_SK_MSG] = "SK_MSG",
		[BPF_PROG_TYPE_RAW_TRACEPOINT] = "RAW_TRACEPOINT",
		[BPF_PROG_TYPE_CGROUP_SOCK_ADDR] = "CGROUP_SOCK_ADDR",
		[BPF_PROG_TYPE_LWT_SEG6LOCAL] = "LWT_SEG6LOCAL",
		[BPF_PROG_TYPE_LIRC_MODE2] = "LIRC_MODE2",
		[BPF_PROG_TYPE_SK_REUSEPORT] = "SK_REUSEPORT",
		[BPF_PROG_TYPE_FLOW_DISSECTOR] = "FLOW_DISSECTOR",
		[BPF_PROG_TYPE_CGROUP_SYSCTL] = "CGROUP_SYSCTL",
		[BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE] = "RAW_TRACEPOINT_WRITABLE",
		[BPF_PROG_TYPE_CGROUP_SOCKOPT] = "CGROUP_SOCKOPT",
		[BPF_PROG_TYPE_TRACING] = "TRACING",
		[BPF_PROG_TYPE_STRUCT_OPS] = "STRUCT_OPS",
		[BPF_PROG_TYPE_EXT] = "EXT",
		[BPF_PROG_TYPE_LSM] = "LSM",
		[BPF_PROG_TYPE_SK_LOOKUP] = "SK_LOOKUP",
		[BPF_PROG_TYPE_SYSCALL] = "SYSCALL",
	};

	return (u32)type < ARRAY_SIZE(names) ? names[type] : NULL;
}
