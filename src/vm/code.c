/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * code.c - from the instructions of a program to those of the interpreter.
 *
 * The form changes, the meaning does not: everything an instruction needs at run time and that
 * is known before is put where it is found with one load.
 */
#include "vm/code.h"

#include <errno.h>

#include "helper/helper.h"

static int make_call(struct vm_insn *to, u32 id)
{
	const struct helper *helper = helper_find(id);

	if (id == HELPER_tail_call) {
		to->op = VM_tail_call;
		return 0;
	}
	return helper && helper->fn ? 0 : -EINVAL;
}

static int make(struct vm_insn *to, const struct bpf_insn *insn)
{
	enum op op = insn_op(insn);

	*to = (struct vm_insn){
		.op = (u8)op,
		.dst = insn->dst_reg,
		.src = insn->src_reg,
		.off = insn->off,
		.imm = (u64)insn->imm,
	};
	if (insn_is_ld_imm64(insn)) {
		to->op = OP_ld_imm64;
		to->imm = insn_imm64(insn);
		return 0;
	}
	if (op == OP_call_helper)
		return make_call(to, (u32)insn->imm);
	if (op == OP_ja32 || op == OP_call_local)
		to->off = insn->imm;
	if (op == OP_invalid || op == OP_addr_space_cast || op == OP_call_kfunc)
		return -EINVAL;
	return 0;
}

int vm_code_make(struct vm_insn *code, const struct bpf_insn *insns, u32 cnt, u32 *at)
{
	for (*at = 0; *at < cnt; ++*at) {
		int err = make(&code[*at], &insns[*at]);

		if (err)
			return err;
		if (insn_is_ld_imm64(&insns[*at]) && *at + 1 < cnt)
			code[++*at] = (struct vm_insn){.op = OP_invalid};
	}
	return 0;
}
