/* SPDX-License-Identifier: BSD-2-Clause */
/* rig_world.h - what only the rig of skiff has, for tests of what Linux does not show. */
#ifndef SKIFF_TESTS_NET_RIG_WORLD_H
#define SKIFF_TESTS_NET_RIG_WORLD_H

#include "rig.h"

struct world *rig_world(void);

/* A program ready to run, with one reference, as the caller's. */
struct prog *rig_prog(const char *name, const struct bpf_insn *insns, u32 cnt);
int rig_attach(const struct attachment *how, const struct bpf_insn *insns, u32 cnt);

#endif
