/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vm.c - entering a program: the gate, the machine on the C stack, callbacks and tail calls.
 *
 * vm_run makes a machine and runs the program in it. A helper's callback runs in the same
 * machine, one function deeper. A tail call from the program itself continues in the same
 * machine with other code; from a subprogram it gets a machine of its own, because the
 * subprogram's caller is still waiting in this one. With 33 tail calls at most that is bounded.
 */
#include "vm/vm.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>

#include "helper/helper.h"
#include "vm/code.h"

#define INTERPRET	   interpret
#define STEP()		   true
#define ENTER()		   (assert(machine->depth + 1 < PROG_FRAMES_MAX), true)
#define ACCESS(addr, size) true
#define CALLX_OK(id)	   false
#define CALLX(id)	   0
#include "vm/interpret.inc"

/* A callback: one function deeper than the one that called the helper. */
static u64 call(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	struct vm_machine *machine = run->machine;
	u32 insn = run->insn;
	u64 r0;

	assert(machine->depth + 1 < PROG_FRAMES_MAX);
	machine->depth++;
	r0 = interpret(run, machine, machine->code + func, (u64[5]){a1, a2, a3, a4, a5});
	machine->depth--;
	run->insn = insn;
	return r0;
}

/* Direct writes need bytes that nobody shares. Mirrors the prologue of bpf_unclone_prologue. */
static bool pass_gate(const struct run *run, const struct prog *prog)
{
	return !prog->writes_packet || !skb_shared(run->skb) || !skb_unshare(run->skb);
}

/* Run @prog in a machine of its own. */
static u64 enter(struct run *run, const struct prog *prog)
{
	struct vm_machine machine;

	if (!pass_gate(run, prog))
		return TC_ACT_SHOT;
	machine.code = prog->code;
	machine.depth = 0;
	run->prog = prog;
	run->machine = &machine;
	return interpret(run, &machine, machine.code, (u64[5]){(u64)(uintptr_t)run->skb});
}

enum vm_tail vm_tail_call(struct run *run, struct vm_machine *machine, u64 map, u32 index, u64 *r0)
{
	const struct prog *caller = run->prog;
	bool caller_writes = run->caller_writes;
	const struct prog *prog;

	prog = (const struct prog *)(uintptr_t)helper_tail_call(run, 0, map, index, 0, 0);
	if (!prog)
		return VM_TAIL_NONE;
	if (machine->depth) {
		run->caller_writes |= caller->writes_packet;
		*r0 = enter(run, prog);
		run->caller_writes = caller_writes;
		run->prog = caller;
		run->machine = machine;
		return VM_TAIL_DONE;
	}
	if (!pass_gate(run, prog)) {
		*r0 = TC_ACT_SHOT;
		return VM_TAIL_DONE;
	}
	run->prog = prog;
	machine->code = prog->code;
	return VM_TAIL_REPLACED;
}

static void code_free(struct prog *prog)
{
	free(prog->code);
	prog->code = NULL;
}

int vm_prepare(struct prog *prog)
{
	struct vm_insn *code = malloc(prog->insn_cnt * sizeof(*code));
	u32 at;
	int err;

	if (!code)
		return -ENOMEM;
	err = vm_code_make(code, prog->insns, prog->insn_cnt, &at);
	if (err) {
		free(code);
		return err;
	}
	prog->code = code;
	prog->code_free = code_free;
	return 0;
}

u64 vm_run(struct run *run, const struct prog *prog)
{
	run->call = call;
	return enter(run, prog);
}
