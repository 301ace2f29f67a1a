/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * linux.h - the running kernel, asked through bpf(2): maps, programs of raw instructions, and
 * BPF_PROG_TEST_RUN. Every function returns 0 or a descriptor, or -errno.
 */
#ifndef SKIFF_TESTS_KERNEL_HELPER_LINUX_H
#define SKIFF_TESTS_KERNEL_HELPER_LINUX_H

#include <linux/bpf.h>

#include "base/types.h"

/* Why the kernel cannot be asked, or NULL. */
const char *linux_missing(void);

int linux_map(enum bpf_map_type type, u32 key_size, u32 value_size, u32 max_entries);
int linux_map_get(int map, const void *key, void *value);
int linux_map_put(int map, const void *key, const void *value);

/* Load a GPL program; the verifier's log goes to standard output as TAP comments. */
int linux_prog(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt);

/* The same for a program with a second function, which starts at @callback and is static. */
int linux_prog_callback(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt,
			u32 callback);

struct linux_run {
	const void *in; /* the frame */
	u32 in_len;
	void *out; /* the packet afterwards: room for out_len bytes, then what there was of it */
	u32 out_len;
	struct __sk_buff *ctx; /* or NULL */
	u32 flags;
	u32 retval;
};

int linux_run(int prog, struct linux_run *run);

#endif
