/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf.h - the least BTF by which Linux takes global functions, callbacks and spin locks.
 */
#ifndef SKIFF_TESTS_VERIFY_BTF_H
#define SKIFF_TESTS_VERIFY_BTF_H

#include <linux/bpf.h>

#include "prog/prog.h"

#define TEST_FUNCS_MAX 10

/* An argument: of the kinds of prog.h; size is that of a MEM's target in bytes. */
struct test_arg {
	enum prog_arg_kind kind;
	u32 size;
};

/* One function of a program of the corpus. An unnamed one ends the list. */
struct test_func {
	const char *name;
	u32 start; /* its first instruction, or TO(n) of asm.h */
	bool global, returns_void;
	u8 arg_cnt;
	struct test_arg args[5];
};

/*
 * Load BTF that describes @funcs (up to TEST_FUNCS_MAX) and write one line of @info for each.
 * Returns the descriptor, or -errno.
 */
int btf_funcs(const struct test_func *funcs, u32 cnt, struct bpf_func_info *info);

/*
 * BTF of { u32 count; struct bpf_spin_lock lock; u64 rest; } and of its u32 key.
 * Returns the descriptor, or -errno.
 */
int btf_locked_value(u32 *key_id, u32 *value_id);

/* The same functions for skiff. */
void btf_prog_funcs(const struct test_func *funcs, u32 cnt, struct prog_func *to);

#endif
