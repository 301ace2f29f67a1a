/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verify.h - the verifier: Linux's verdict on a program, its words, and an explanation.
 */
#ifndef SKIFF_VERIFY_VERIFY_H
#define SKIFF_VERIFY_VERIFY_H

#include "base/error.h"
#include "prog/prog.h"

struct verify_options {
	u32 log_level; /* 0: only the last lines; 1 and 2 as BPF_LOG_LEVEL1 and 2 */
	bool unprivileged; /* CAP_BPF and CAP_NET_ADMIN, but not CAP_PERFMON: pointer-leak rules */
};

struct verify_result {
	int code;         /* 0 accepted, or the kernel's -errno */
	char *log;        /* the log in the kernel's dialect, NUL-terminated; never NULL after verify */
	char message[256]; /* the last line of the log before its statistics; "" when accepted */
	char *explanation; /* for people, several lines; NULL when accepted or nothing more to say */
	s32 insn;         /* where it was refused, -1: nowhere in particular */
	u32 processed;    /* instructions processed */
	u32 states_total, states_peak, max_states_per_insn;
	u64 ns;           /* time the verifier took */
};

/*
 * Judge @source. Accepted: 0, and *@prog is a new program with one reference. Refused: the
 * kernel's -errno (-EACCES, -EINVAL, -E2BIG, ...), *@prog NULL, @result says why. @result is
 * filled in either way and its memory is the caller's: verify_result_free.
 * Mirrors bpf_check of kernel/bpf/verifier.c.
 */
int verify(const struct prog_source *source, const struct verify_options *options,
	   struct prog **prog, struct verify_result *result);

void verify_result_free(struct verify_result *result);

#endif
