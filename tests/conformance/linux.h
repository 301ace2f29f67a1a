/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux.h - asking the running kernel, for tests: load raw instructions through bpf(2), read the
 * verifier's log, run them once.
 *
 * Every test that uses it needs root and asks linux_answers() first. Nothing is attached anywhere:
 * BPF_PROG_TEST_RUN runs a program on a packet the kernel makes up.
 */
#ifndef SKIFF_TESTS_CONFORMANCE_LINUX_H
#define SKIFF_TESTS_CONFORMANCE_LINUX_H

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/types.h"

static inline long linux_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(__NR_bpf, cmd, attr, sizeof(*attr));
}

/*
 * Load @cnt instructions as a program of @type. Returns its descriptor or -errno. @log, of @size
 * bytes, gets the verifier's log of @level (0: none); its end is kept when it is longer.
 */
static inline int linux_load(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt,
			     u32 level, char *log, u32 size)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = type;
	attr.insns = (u64)(uintptr_t)insns;
	attr.insn_cnt = cnt;
	attr.license = (u64)(uintptr_t) "GPL";
	if (level) {
		log[0] = '\0';
		attr.log_level = level;
		attr.log_buf = (u64)(uintptr_t)log;
		attr.log_size = size;
	}
	fd = (int)linux_bpf(BPF_PROG_LOAD, &attr);
	return fd < 0 ? -errno : fd;
}

/* Run the program @fd once over @len bytes at @data: 0 and *@retval, or -errno. */
static inline int linux_run(int fd, const void *data, u32 len, u32 *retval)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (u32)fd;
	attr.test.data_in = (u64)(uintptr_t)data;
	attr.test.data_size_in = len;
	if (linux_bpf(BPF_PROG_TEST_RUN, &attr) < 0)
		return -errno;
	*retval = attr.test.retval;
	return 0;
}

/* An array map of @entries values of @value_size bytes: its descriptor or -errno. */
static inline int linux_array(u32 value_size, u32 entries)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(u32);
	attr.value_size = value_size;
	attr.max_entries = entries;
	fd = (int)linux_bpf(BPF_MAP_CREATE, &attr);
	return fd < 0 ? -errno : fd;
}

static inline int linux_array_get(int fd, u32 key, void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)fd;
	attr.key = (u64)(uintptr_t)&key;
	attr.value = (u64)(uintptr_t)value;
	return linux_bpf(BPF_MAP_LOOKUP_ELEM, &attr) < 0 ? -errno : 0;
}

static inline int linux_array_set(int fd, u32 key, const void *value)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (u32)fd;
	attr.key = (u64)(uintptr_t)&key;
	attr.value = (u64)(uintptr_t)value;
	return linux_bpf(BPF_MAP_UPDATE_ELEM, &attr) < 0 ? -errno : 0;
}

/* May this process ask the kernel? NULL: yes; else why not. */
static inline const char *linux_answers(void)
{
	static const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = linux_load(BPF_PROG_TYPE_SCHED_CLS, insns, 2, 0, NULL, 0);

	if (fd < 0)
		return "needs a kernel with bpf(2), and root";
	close(fd);
	return NULL;
}

#endif
