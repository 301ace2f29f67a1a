/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checked.c - the checks before the run, in the order of the program; then the interpreter with
 * its checks switched on.
 */
#include "checked.h"

#include <errno.h>
#include <stdlib.h>

#include "helper/helper.h"
#include "vm/code.h"

/* A machine, and what the checks must know. */
struct checked {
	struct vm_machine machine; /* first: the interpreter's hooks find the rest through it */
	const struct bpf_insn *insns;
	u32 cnt;
	u64 mem;
	u32 len;
	u32 budget; /* instructions that may still run */
	int code;   /* why the run was ended, 0: it was not */
	struct error *err;
};

static struct checked *checked_of(struct vm_machine *machine)
{
	return container_of(machine, struct checked, machine);
}

static u32 index_of(const struct checked *checked, const struct vm_insn *pc)
{
	return (u32)(pc - checked->machine.code);
}

/* The next instruction may run. */
static bool step(struct checked *checked, const struct vm_insn *pc)
{
	u32 at = index_of(checked, pc);

	if (at >= checked->cnt) {
		checked->code = error_set(checked->err, -EINVAL,
					  "the program runs past its last instruction, %u",
					  checked->cnt - 1);
		return false;
	}
	if (!checked->budget--) {
		checked->code = error_set(checked->err, -ELOOP,
					  "instruction %u: not done after %u instructions", at,
					  CHECKED_BUDGET);
		return false;
	}
	return true;
}

static bool within(u64 addr, u32 size, u64 from, u64 len)
{
	return addr >= from && size <= len && addr - from <= len - size;
}

static bool access_ok(struct checked *checked, const struct vm_insn *pc, u64 addr, u32 size)
{
	const struct vm_machine *machine = &checked->machine;

	if (within(addr, size, (u64)(uintptr_t)machine->stack, sizeof(machine->stack)) ||
	    within(addr, size, checked->mem, checked->len))
		return true;
	checked->code = error_set(checked->err, -EFAULT,
				  "instruction %u: %u bytes at 0x%llx are neither in the memory "
				  "nor on the stack",
				  index_of(checked, pc), size, (unsigned long long)addr);
	return false;
}

static bool enter_ok(struct checked *checked, const struct vm_insn *pc)
{
	if (checked->machine.depth + 1 < PROG_FRAMES_MAX)
		return true;
	checked->code = error_set(checked->err, -ELOOP,
				  "instruction %u: calls nest deeper than %u functions",
				  index_of(checked, pc), PROG_FRAMES_MAX);
	return false;
}

/* A helper that asks for nothing, so that an unverified program can give it nothing wrong. */
static const struct helper *harmless_helper(u64 id)
{
	const struct helper *helper = id < HELPER_MAX ? helper_find((u32)id) : NULL;

	return helper && helper->fn && helper->args[0] == ARG_NONE ? helper : NULL;
}

static bool callx_ok(struct checked *checked, const struct vm_insn *pc, u64 id)
{
	if (harmless_helper(id))
		return true;
	checked->code = error_set(checked->err, -EINVAL, "instruction %u: no helper %llu here",
				  index_of(checked, pc), (unsigned long long)id);
	return false;
}

#define INTERPRET	   interpret_checked
#define STEP()		   step(checked_of(machine), pc)
#define ENTER()		   enter_ok(checked_of(machine), pc)
#define ACCESS(addr, size) access_ok(checked_of(machine), pc, addr, size)
#define CALLX_OK(id)	   callx_ok(checked_of(machine), pc, id)
#define CALLX(id)	   harmless_helper(id)->fn(run, r[1], r[2], r[3], r[4], r[5])
#include "vm/interpret.inc"

/* The registers an operation writes: dst, src, or none of the two. */
static bool writes(enum op op, const struct bpf_insn *insn, u8 reg)
{
	switch (op) {
#define ALU(name, ...)                                                                             \
	case OP_##name:                                                                            \
		return insn->dst_reg == reg;
#define LOAD(name, ...)                                                                            \
	case OP_##name:                                                                            \
		return insn->dst_reg == reg;
#define RMW(name, code, key, uses, text, type, result, expr)                                       \
	case OP_##name:                                                                            \
		return WRITES_##result == reg;
#define WRITES_NONE 0xff
#define WRITES_SRC  insn->src_reg
#define WRITES_R0   0
#define OP(name, ...)
#include "isa/op.def"
	case OP_ld_imm64:
		return insn->dst_reg == reg;
	default:
		return false;
	}
}

static int check_registers(const struct checked *checked, u32 at)
{
	const struct bpf_insn *insn = &checked->insns[at];

	if (insn->dst_reg > 10 || insn->src_reg > 10)
		return error_set(checked->err, -EINVAL, "instruction %u: R%d is invalid", at,
				 insn->dst_reg > 10 ? insn->dst_reg : insn->src_reg);
	if (writes(insn_op(insn), insn, 10))
		return error_set(checked->err, -EINVAL,
				 "instruction %u: frame pointer is read only", at);
	return 0;
}

static int check_target(const struct checked *checked, u32 at, s64 distance)
{
	s64 target = (s64)at + 1 + distance;

	if (target < 0 || target >= checked->cnt)
		return error_set(checked->err, -EINVAL, "jump out of range from insn %u to %lld",
				 at, (long long)target);
	if (target > 0 && insn_is_ld_imm64(&checked->insns[target - 1]) &&
	    !checked->insns[target].code)
		return error_set(checked->err, -EINVAL, "jump into the middle of ldimm64 insn %lld",
				 (long long)target);
	return 0;
}

static int check_flow(const struct checked *checked, u32 at)
{
	const struct bpf_insn *insn = &checked->insns[at];

	switch (insn_op(insn)) {
#define JMP(name, ...) case OP_##name:
#define OP(name, ...)
#include "isa/op.def"
	case OP_ja:
	case OP_may_goto:
		return check_target(checked, at, insn->off);
	case OP_ja32:
	case OP_call_local:
		return check_target(checked, at, insn->imm);
	case OP_call_helper:
		if (harmless_helper((u32)insn->imm))
			return 0;
		return error_set(checked->err, -EINVAL, "instruction %u: no helper %d here", at,
				 insn->imm);
	default:
		return 0;
	}
}

/* What the plugin cannot do although Linux can: there are no maps, no packet, no kernel. */
static int check_world(const struct checked *checked, u32 at)
{
	switch (insn_op(&checked->insns[at])) {
	case OP_ld_map_fd:
	case OP_ld_map_value:
	case OP_ld_btf_id:
	case OP_ld_func:
	case OP_ld_map_idx:
	case OP_ld_map_idx_value:
	case OP_addr_space_cast:
	case OP_call_kfunc:
#define LDSKB(name, ...) case OP_##name:
#define OP(name, ...)
#include "isa/op.def"
		return error_set(checked->err, -EINVAL,
				 "instruction %u: what it refers to does not exist here", at);
	default:
		return 0;
	}
}

static int check_insn(const struct checked *checked, u32 at)
{
	const struct bpf_insn *insn = &checked->insns[at];
	int err = 0;

	/* Linux does not know this one, but RFC 9669 names it and others have it. */
	if (insn_op(insn) != OP_callx)
		err = insn_check_opcode(insn, checked->cnt - at, checked->err);
	if (!err)
		err = insn_check_fields(insn, checked->err);
	if (err)
		return error_prefix(checked->err, err, "instruction %u", at);
	err = check_registers(checked, at);
	if (!err)
		err = check_flow(checked, at);
	if (!err)
		err = check_world(checked, at);
	return err;
}

static int check(const struct checked *checked)
{
	if (!checked->cnt || checked->cnt > CHECKED_INSNS_MAX)
		return error_set(checked->err, -EINVAL,
				 "a program has 1 to %u instructions, not %u", CHECKED_INSNS_MAX,
				 checked->cnt);
	for (u32 at = 0; at < checked->cnt; at++) {
		int err = check_insn(checked, at);

		if (err)
			return err;
		if (insn_is_ld_imm64(&checked->insns[at]))
			at++;
	}
	return 0;
}

int checked_run(const struct bpf_insn *insns, u32 cnt, void *mem, u32 len, u64 *r0,
		struct error *err)
{
	struct checked checked = {
		.insns = insns,
		.cnt = cnt,
		.mem = (u64)(uintptr_t)mem,
		.len = len,
		.budget = CHECKED_BUDGET,
		.err = err,
	};
	struct host host = {0};
	struct run run = {.host = &host};
	struct vm_insn *code;
	u64 value;
	u32 at;

	if (check(&checked))
		return -EINVAL;
	code = malloc(cnt * sizeof(*code));
	if (!code)
		return error_set(err, -ENOMEM, "no memory for %u instructions", cnt);
	checked.code = vm_code_make(code, insns, cnt, &at);
	if (checked.code)
		error_set(err, checked.code, "instruction %u cannot run", at);
	checked.machine.code = code;
	run.machine = &checked.machine;
	random_seed(&host.random, 0);
	if (!checked.code)
		value = interpret_checked(&run, &checked.machine, code,
					  (u64[5]){checked.mem, checked.len});
	free(code);
	if (checked.code)
		return checked.code;
	*r0 = value;
	return 0;
}
