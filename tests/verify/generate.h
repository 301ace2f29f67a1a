/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * generate.h - random programs near the borders of the verifier's rules.
 */
#ifndef SKIFF_TESTS_VERIFY_GENERATE_H
#define SKIFF_TESTS_VERIFY_GENERATE_H

#include "corpus.h"

#define GENERATED_MAX 600

struct generated {
	struct bpf_insn insns[GENERATED_MAX];
	struct verify_test test; /* ready for a judge; points into insns */
	char name[32];
};

/* The program of @seed: the same seed gives the same program. */
void generate(struct generated *program, u64 seed);

#endif
