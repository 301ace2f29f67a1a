/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * interpret.h - the interpreter: one function, made from the rows of op.def.
 *
 * This is not an interface but a function's text, included once for each interpreter that is
 * wanted. vm/vm.c makes the one for verified programs, which checks nothing. The conformance
 * plugin makes one that checks everything. Before including, define
 *
 *   INTERPRET            the name of the function to make
 *   STEP()               true: go on with the instruction at pc; false: the run is over
 *   ACCESS(addr, size)   true: the size bytes at addr may be read and written
 *   ENTER()              true: one more function may be called
 *   CALLX(id)            r0 of helper id, called through a register
 *
 * After a false answer the function returns 0; whoever gave it knows why. The interpreters for
 * verified programs define them as true, and nothing is left of them.
 *
 * Dispatch is threaded: each operation ends by jumping to the next one's label, so that the
 * processor predicts every jump by the operation it comes from. Arithmetic is unsigned, which
 * wraps; memory goes through memcpy, since packets know no alignment.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "helper/host.h"
#include "vm/code.h"
#include "vm/packet.h"
#include "vm/vm.h"

#ifndef SKIFF_VM_INTERPRET_H
#define SKIFF_VM_INTERPRET_H

/* Division of signed numbers as BPF defines it: by 0 gives 0, the smallest by -1 wraps. */
#define SIGNED_DIVISION(bits)                                                                      \
	static inline u##bits sdiv##bits(u##bits d, u##bits s)                                     \
	{                                                                                          \
		if (s == 0)                                                                        \
			return 0;                                                                  \
		if (s == (u##bits)-1)                                                              \
			return -d;                                                                 \
		return (u##bits)((s##bits)d / (s##bits)s);                                         \
	}                                                                                          \
                                                                                                   \
	/* The remainder by 0 is the dividend. */                                                  \
	static inline u##bits smod##bits(u##bits d, u##bits s)                                     \
	{                                                                                          \
		if (s == 0)                                                                        \
			return d;                                                                  \
		if (s == (u##bits)-1)                                                              \
			return 0;                                                                  \
		return (u##bits)((s##bits)d % (s##bits)s);                                         \
	}

SIGNED_DIVISION(32)
SIGNED_DIVISION(64)
#undef SIGNED_DIVISION

/* Where r10 of the function at @depth points: one past its stack. */
static inline u64 stack_top(const struct vm_machine *machine, u32 depth)
{
	return (u64)(uintptr_t)&machine->stack[depth + 1][0];
}

#endif

/*
 * Run the function that starts at @pc, at the machine's present depth, until it exits; its r0.
 * @args are r1..r5.
 */
static u64 INTERPRET(struct run *run, struct vm_machine *machine, const struct vm_insn *pc,
		     const u64 args[5])
{
	static const void *const labels[VM_OPS] = {
		[OP_invalid] = &&do_invalid,
#define OP(name, ...) [OP_##name] = &&do_##name,
#include "isa/op.def"
		[VM_tail_call] = &&do_tail_call,
	};
	const u32 base = machine->depth;
	struct vm_frame *frame;
	u64 r[11] = {0, args[0], args[1], args[2], args[3], args[4]};

	r[10] = stack_top(machine, base);
	machine->frames[base].loops = VM_LOOPS_MAX;

#define DST     r[pc->dst]
#define SRC     r[pc->src]
#define DISPATCH()                                                                                 \
	do {                                                                                       \
		if (!STEP())                                                                       \
			return 0;                                                                  \
		goto *labels[pc->op];                                                              \
	} while (0)
#define NEXT()                                                                                     \
	do {                                                                                       \
		pc++;                                                                              \
		DISPATCH();                                                                        \
	} while (0)
#define JUMP(distance)                                                                             \
	do {                                                                                       \
		pc += 1 + (s64)(distance);                                                         \
		DISPATCH();                                                                        \
	} while (0)
#define OPERAND_IMM pc->imm
#define OPERAND_REG SRC

	DISPATCH();

#define ALU(name, code, key, uses, text, width, operand, expr)                                     \
	do_##name:                                                                                 \
	{                                                                                          \
		u##width d = (u##width)DST, s = (u##width)OPERAND_##operand;                       \
                                                                                                   \
		(void)d, (void)s;                                                                  \
		DST = (expr);                                                                      \
		NEXT();                                                                            \
	}
#define JMP(name, code, key, uses, text, width, operand, expr)                                     \
	do_##name:                                                                                 \
	{                                                                                          \
		u##width d = (u##width)DST, s = (u##width)OPERAND_##operand;                       \
                                                                                                   \
		if (expr)                                                                          \
			JUMP(pc->off);                                                             \
		NEXT();                                                                            \
	}
#define LOAD(name, code, key, uses, text, type)                                                    \
	do_##name:                                                                                 \
	{                                                                                          \
		u64 addr = SRC + (u64)(s64)pc->off;                                                \
		type value;                                                                        \
                                                                                                   \
		if (!ACCESS(addr, sizeof(value)))                                                  \
			return 0;                                                                  \
		memcpy(&value, (const void *)(uintptr_t)addr, sizeof(value));                      \
		DST = (u64)value;                                                                  \
		NEXT();                                                                            \
	}
#define STORE(name, code, key, uses, text, type, operand)                                          \
	do_##name:                                                                                 \
	{                                                                                          \
		u64 addr = DST + (u64)(s64)pc->off;                                                \
		type value = (type)OPERAND_##operand;                                              \
                                                                                                   \
		if (!ACCESS(addr, sizeof(value)))                                                  \
			return 0;                                                                  \
		memcpy((void *)(uintptr_t)addr, &value, sizeof(value));                            \
		NEXT();                                                                            \
	}
#define RESULT_NONE (void)m
#define RESULT_SRC  SRC = m
#define RESULT_R0   r[0] = m
#define RMW(name, code, key, uses, text, type, result, expr)                                       \
	do_##name:                                                                                 \
	{                                                                                          \
		u64 addr = DST + (u64)(s64)pc->off;                                                \
		type m, s = (type)SRC, c = (type)r[0], value;                                      \
                                                                                                   \
		(void)c;                                                                           \
		if (!ACCESS(addr, sizeof(m)))                                                      \
			return 0;                                                                  \
		memcpy(&m, (const void *)(uintptr_t)addr, sizeof(m));                              \
		value = (expr);                                                                    \
		memcpy((void *)(uintptr_t)addr, &value, sizeof(value));                            \
		RESULT_##result;                                                                   \
		NEXT();                                                                            \
	}
#define OFFSET_ABS pc->imm
#define OFFSET_IND (SRC + pc->imm)
#define HOST_u8(value)  (value)
#define HOST_u16(value) be16toh(value)
#define HOST_u32(value) be32toh(value)
#define LDSKB(name, code, key, uses, text, type, operand)                                          \
	do_##name:                                                                                 \
	{                                                                                          \
		const u8 *at = packet_at(run->skb, (s32)OFFSET_##operand, sizeof(type));           \
		type value;                                                                        \
                                                                                                   \
		if (!at) {                                                                         \
			r[0] = 0;                                                                  \
			goto do_exit;                                                              \
		}                                                                                  \
		memcpy(&value, at, sizeof(value));                                                 \
		r[0] = HOST_##type(value);                                                         \
		NEXT();                                                                            \
	}
#define OP(name, ...) /* written out below */
#include "isa/op.def"

do_ld_imm64:
	DST = pc->imm;
	pc++;
	NEXT();

do_ja:
do_ja32:
	JUMP(pc->off);

do_may_goto:
	frame = &machine->frames[machine->depth];
	if (!frame->loops)
		JUMP(pc->off);
	frame->loops--;
	NEXT();

do_call_helper:
	run->insn = (u32)(pc - machine->code);
	r[0] = ((helper_fn)(uintptr_t)pc->imm)(run, r[1], r[2], r[3], r[4], r[5]);
	NEXT();

do_callx:
	run->insn = (u32)(pc - machine->code);
	r[0] = CALLX(DST);
	NEXT();

do_call_local:
	if (!ENTER())
		return 0;
	frame = &machine->frames[machine->depth++];
	frame->ret = pc + 1;
	memcpy(frame->saved, &r[6], sizeof(frame->saved));
	frame[1].loops = VM_LOOPS_MAX;
	r[10] = stack_top(machine, machine->depth);
	JUMP(pc->off);

do_exit:
	if (machine->depth == base)
		return r[0];
	frame = &machine->frames[--machine->depth];
	memcpy(&r[6], frame->saved, sizeof(frame->saved));
	r[10] = stack_top(machine, machine->depth);
	pc = frame->ret;
	DISPATCH();

do_tail_call:
	/*
	 * The other program takes the place of the running function: of the whole program, or of
	 * a subprogram, to whose caller it then exits.
	 */
	run->insn = (u32)(pc - machine->code);
	switch (vm_tail_call(run, machine, r[2], (u32)r[3], &r[0])) {
	case VM_TAIL_NONE:
		NEXT();
	case VM_TAIL_REPLACED:
		pc = machine->code;
		machine->frames[0].loops = VM_LOOPS_MAX;
		DISPATCH();
	case VM_TAIL_DONE:
		goto do_exit;
	}

do_tstamp_load: {
	const struct skb *skb = (const struct skb *)(uintptr_t)SRC;

	DST = skb->tc_at_ingress && skb->ctx.tstamp_type ? 0 : skb->ctx.tstamp;
	NEXT();
}

do_tstamp_store_reg:
do_tstamp_store_imm: {
	struct skb *skb = (struct skb *)(uintptr_t)DST;

	if (skb->tc_at_ingress)
		skb->ctx.tstamp_type = 0;
	skb->ctx.tstamp = pc->op == OP_tstamp_store_imm ? pc->imm : SRC;
	NEXT();
}

do_queue_store_reg:
do_queue_store_imm: {
	struct skb *skb = (struct skb *)(uintptr_t)DST;
	u32 queue = (u32)(pc->op == OP_queue_store_imm ? pc->imm : SRC);

	if (queue < 0xffff)
		skb->ctx.queue_mapping = queue;
	NEXT();
}

	/* Made into do_ld_imm64, or refused, by vm_code_make. */
do_ld_map_fd:
do_ld_map_value:
do_ld_btf_id:
do_ld_func:
do_ld_map_idx:
do_ld_map_idx_value:
do_addr_space_cast:
do_call_kfunc:
do_invalid:
	assert(!"an instruction that vm_code_make refuses");
	return 0;
}
