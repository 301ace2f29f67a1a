/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.c - the running kernel as the judge.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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

static int load(const struct kernel_prog *prog, char *log, size_t size)
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
	if (size && prog->log_level) {
		attr.log_level = prog->log_level;
		attr.log_buf = (u64)(uintptr_t)log;
		attr.log_size = (u32)size;
	}

	int fd = kernel_bpf(BPF_PROG_LOAD, &attr);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* Everything but these two capabilities is given up, for good: only in a child. */
static int drop_privileges(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	memset(data, 0, sizeof(data));
	data[CAP_NET_ADMIN / 32].effective = data[CAP_NET_ADMIN / 32].permitted =
		1u << CAP_NET_ADMIN % 32;
	data[CAP_BPF / 32].effective = data[CAP_BPF / 32].permitted = 1u << CAP_BPF % 32;
	return syscall(__NR_capset, &header, data) ? -errno : 0;
}

static int load_unprivileged(const struct kernel_prog *prog, char *log, size_t size)
{
	int ret = -EIO, status;
	char *shared = mmap(NULL, size + sizeof(ret), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return -errno;

	pid_t child = fork();

	if (child == 0) {
		ret = drop_privileges();
		if (!ret)
			ret = load(prog, shared + sizeof(ret), size);
		memcpy(shared, &ret, sizeof(ret));
		_exit(0);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0) {
		memcpy(&ret, shared, sizeof(ret));
		if (size)
			memcpy(log, shared + sizeof(ret), size);
	}
	munmap(shared, size + sizeof(ret));
	return ret;
}

int kernel_verify(const struct kernel_prog *prog, char *log, size_t size)
{
	if (size)
		log[0] = '\0';
	return prog->unprivileged ? load_unprivileged(prog, log, size) : load(prog, log, size);
}
