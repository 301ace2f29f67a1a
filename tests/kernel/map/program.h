/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - maps as programs see them: small programs of raw instructions that Linux runs
 * through BPF_PROG_TEST_RUN, and the same calls of the map's operations in skiff.
 */
#ifndef SKIFF_TESTS_KERNEL_MAP_PROGRAM_H
#define SKIFF_TESTS_KERNEL_MAP_PROGRAM_H

#include "pair.h"

#define PROGRAM_KEY_MAX	  64
#define PROGRAM_VALUE_MAX 64
#define PROGRAM_RESULTS	  64

/* What a program reads its orders from and writes its answers to: the one value of an array that
 * is mapped here. */
struct program_desk {
	u64 flags;
	s64 rc;
	u8 key[PROGRAM_KEY_MAX];
	u8 value[PROGRAM_VALUE_MAX];
	u8 out[PROGRAM_VALUE_MAX];
	u64 results[PROGRAM_RESULTS];
};

struct program {
	int fd;
	int desk_fd;
	struct program_desk *desk;
	int kind;
};

/* The calls. LOOKUP answers 1 and copies the value to out, or answers 0. */
enum program_kind {
	PROGRAM_LOOKUP,
	PROGRAM_UPDATE,
	PROGRAM_DELETE,
	PROGRAM_PUSH,
	PROGRAM_POP,
	PROGRAM_PEEK,
	PROGRAM_KINDS
};

/* A desk for a program of ones's own making. 0 or -errno. */
int program_desk(struct program *program);
/* Load @insns for it. Verifier's log to standard output. 0 or -errno. */
int program_load_insns(struct program *program, const struct bpf_insn *insns, u32 cnt);
/* As above, the function at @callback being one of BTF, LINUX_BTF_CALLBACK. */
int program_load_callback(struct program *program, const struct bpf_insn *insns, u32 cnt,
			  u32 callback);
int program_run(struct program *program);
void program_unload(struct program *program);

/* A program that makes one call of @kind on @pair's map in Linux. 0 or -errno. */
int program_load(struct program *program, enum program_kind kind, const struct pair *pair);
/* Make that call on both sides: NULL, or what was different. */
const char *program_same(struct program *program, struct pair *pair, const void *key,
			 const void *value, u64 flags);

#endif
