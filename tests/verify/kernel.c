/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - the running kernel as the judge.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel.h"

int kernel_bpf(int cmd, union bpf_attr *attr)
{
	long ret = syscall(__NR_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

const char *kernel_unavailable(void)
{
	static const struct bpf_insn exit_0[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	struct kernel_prog prog = {
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.insns = exit_0,
		.insn_cnt = 2,
		.license = "GPL",
	};

	if (geteuid() != 0)
		return "not root: the running kernel cannot be asked";
	if (kernel_verify(&prog, NULL, 0))
		return "the running kernel does not load programs";
	return NULL;
}

int kernel_verify(const struct kernel_prog *prog, char *log, size_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = prog->type;
	attr.insns = (u64)(uintptr_t)prog->insns;
	attr.insn_cnt = prog->insn_cnt;
	attr.license = (u64)(uintptr_t)prog->license;
	attr.prog_flags = prog->flags;
	attr.prog_btf_fd = (u32)prog->btf_fd;
	if (prog->func_cnt) {
		attr.func_info = (u64)(uintptr_t)prog->funcs;
		attr.func_info_cnt = prog->func_cnt;
		attr.func_info_rec_size = sizeof(*prog->funcs);
	}
	if (size) {
		log[0] = '\0';
		attr.log_level = prog->log_level;
		attr.log_buf = prog->log_level ? (u64)(uintptr_t)log : 0;
		attr.log_size = prog->log_level ? (u32)size : 0;
	}

	int fd = kernel_bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
