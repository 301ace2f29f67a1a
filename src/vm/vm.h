/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm.h - running verified programs.
 *
 * vm_run is the only way in. It passes the gate first: a program with direct packet writes gets
 * an skb that shares its bytes with nobody, or returns TC_ACT_SHOT without running (the kernel's
 * prologue, FACTS E.5); so does every tail call. bpf_clone_redirect restores that by itself.
 */
#ifndef SKIFF_VM_VM_H
#define SKIFF_VM_VM_H

#include "helper/host.h"
#include "prog/prog.h"

/*
 * Make @prog ready to run (predecoding, later compiling): fills prog->code. Called once, when
 * verification is done. What a load with INSN_FUNC gives a program is the index of the callback's
 * first instruction, which is what run->call takes. 0; -ENOMEM; or -EINVAL for an instruction or
 * a helper that skiff does not have, which no verified program contains.
 */
int vm_prepare(struct prog *prog);

/*
 * Run @prog on @run->skb and return its r0. The caller sets run->host, skb, attachment and hook,
 * zeroes the rest.
 */
u64 vm_run(struct run *run, const struct prog *prog);

#endif
