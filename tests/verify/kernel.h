/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel.h - the running kernel as the judge: bpf(2) by the raw system call, nothing between.
 */
#ifndef SKIFF_TESTS_VERIFY_KERNEL_H
#define SKIFF_TESTS_VERIFY_KERNEL_H

#include <linux/bpf.h>
#include <linux/btf.h>

#include "base/types.h"

/* Why the kernel cannot be asked here, as a sentence; NULL when it can. */
const char *kernel_unavailable(void);

struct kernel_prog {
	enum bpf_prog_type type;
	const struct bpf_insn *insns;
	u32 insn_cnt;
	const char *license;
	u32 log_level;
	int btf_fd; /* 0: none */
	const struct bpf_func_info *funcs;
	u32 func_cnt;
	u32 flags;
	bool unprivileged; /* as a process with CAP_BPF and CAP_NET_ADMIN alone */
};

#define KERNEL_LOG_STATS 4u /* log_level: nothing but what is wrong, and the statistics */

/*
 * Load @prog and close it again. Returns 0 or -errno; the verifier's log goes to @log of @size
 * bytes, NUL-terminated, its beginning alone when it is longer.
 */
int kernel_verify(const struct kernel_prog *prog, char *log, size_t size);

/* bpf(2) itself: a descriptor, 0, or -errno. */
int kernel_bpf(int cmd, union bpf_attr *attr);

#endif
