/* SPDX-License-Identifier: BSD-2-Clause */
/* linux.c - bpf(2) by hand. */
#include "linux.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int sys_bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

static u64 address(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

const char *linux_missing(void)
{
	int map;

	if (geteuid())
		return "needs root, to load programs into the running kernel";
	map = linux_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	if (map < 0)
		return "the running kernel refuses bpf(2)";
	close(map);
	return NULL;
}

int linux_map(enum bpf_map_type type, u32 key_size, u32 value_size, u32 max_entries)
{
	union bpf_attr attr = {};

	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	return sys_bpf(BPF_MAP_CREATE, &attr);
}

int linux_map_get(int map, const void *key, void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = (u32)map;
	attr.key = address(key);
	attr.value = address(value);
	return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

int linux_map_put(int map, const void *key, const void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = (u32)map;
	attr.key = address(key);
	attr.value = address(value);
	return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

int linux_prog(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt)
{
	static char log[1 << 16];
	union bpf_attr attr = {};
	int prog;

	log[0] = '\0';
	attr.prog_type = type;
	attr.insns = address(insns);
	attr.insn_cnt = cnt;
	attr.license = address("GPL");
	attr.log_buf = address(log);
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	prog = sys_bpf(BPF_PROG_LOAD, &attr);
	if (prog < 0) {
		for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
			printf("# %s\n", line);
	}
	return prog;
}

int linux_run(int prog, struct linux_run *run)
{
	union bpf_attr attr = {};
	int ret;

	attr.test.prog_fd = (u32)prog;
	attr.test.data_in = address(run->in);
	attr.test.data_size_in = run->in_len;
	attr.test.data_out = address(run->out);
	attr.test.data_size_out = run->out_len;
	attr.test.ctx_in = address(run->ctx);
	attr.test.ctx_size_in = run->ctx ? sizeof(*run->ctx) : 0;
	attr.test.flags = run->flags;
	ret = sys_bpf(BPF_PROG_TEST_RUN, &attr);
	run->out_len = attr.test.data_size_out;
	run->retval = attr.test.retval;
	return ret;
}
