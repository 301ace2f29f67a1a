/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_call.c - calls: helpers that a type may not call or that skiff does not have, arguments
 * of the wrong kind, records that nobody gave back, locks.
 */
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

void explain_helper_type(struct page *page)
{
	const struct verifier *v = page->v;
	const char *type = prog_type_name(v->source->type);
	const struct helper *helper;
	struct words call, types;
	u32 id = 0;

	words_call(v, v->fault.insn, &call);
	helper = fault_helper(v, &id);
	if (!helper || !helper->name) {
		page_title(page, "no helper has the number %u in tc and LWT programs", id);
		page_here(page, "it is called here");
		page_why(page, "which helpers there are depends on the type of the program.");
		page_fix(page, "'skiff helpers' lists the helpers of each type.");
		return;
	}
	page_title(page, "a program of type %s may not call %s", type ? type : "this", call.text);
	page_here(page, "it is called here");
	page_why(page,
		 "a helper may rely on what is true only where certain types of program run. %s "
		 "may be called by %s.",
		 call.text, words_types(helper->types, &types));
	page_fix(page,
		 "do this in a program of such a type, or without %s ('skiff helpers' lists what "
		 "each type may call).",
		 call.text);
}

void explain_helper_absent(struct page *page)
{
	const struct verifier *v = page->v;
	struct words call;

	words_call(v, v->fault.insn, &call);
	page_title(page, "skiff does not have %s yet; Linux does", call.text);
	page_here(page, "it is called here");
	page_why(page,
		 "skiff runs what it verifies, and cannot run this helper. Linux may accept the "
		 "program.");
	page_fix(page,
		 "for a test, call it only where a constant in .rodata allows it; 'skiff helpers' "
		 "lists what there is.");
}

/* What an argument has to be, in words. */
static const char *wanted(enum helper_arg arg)
{
	switch (arg) {
	case ARG_NONE:
	case ARG_ANYTHING:
		break;
	case ARG_CTX:
		return "the context, skb itself";
	case ARG_CONST_MAP_PTR:
		return "a map: &name_of_the_map";
	case ARG_MAP_KEY:
		return "a pointer to a key of the map";
	case ARG_MAP_VALUE:
		return "a pointer to a value for the map";
	case ARG_MAP_VALUE_UNINIT:
		return "a pointer to room for a value of the map";
	case ARG_MEM:
		return "a pointer to memory";
	case ARG_MEM_OR_NULL:
		return "a pointer to memory, or NULL";
	case ARG_MEM_UNINIT:
		return "a pointer to memory that may be written";
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
		return "the number of bytes of the memory before it";
	case ARG_ALLOC_SIZE_OR_ZERO:
		return "a number of bytes that is a constant";
	case ARG_ALLOC_MEM:
		return "the record as bpf_ringbuf_reserve returned it";
	case ARG_SPIN_LOCK:
		return "a pointer to the struct bpf_spin_lock in a map's value";
	case ARG_FUNC:
		return "a function of the program, static";
	case ARG_STACK_OR_NULL:
		return "a pointer into the stack, or NULL";
	case ARG_CONST_STR:
		return "a constant string";
	}
	return NULL;
}

void explain_arg_type(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	const struct helper *helper;
	const char *want = NULL;
	struct words call, what;
	u32 id = 0;

	if (fault->reg.flags & REG_OR_NULL && reg_is_pointer(&fault->reg)) {
		explain_null(page);
		return;
	}
	words_call(v, fault->insn, &call);
	helper = fault_helper(v, &id);
	if (helper && fault->regno >= BPF_REG_1 && fault->regno <= BPF_REG_5)
		want = wanted(helper->args[fault->regno - 1]);
	page_title(page, "argument %d of %s is %s", fault->regno, call.text,
		   words_reg(&fault->reg, &what));
	page_note(page, fault->reg.from, "it comes from here");
	page_here(page, "%s wants %s", call.text, want ? want : "another kind of value");
	page_why(page,
		 "a helper trusts its arguments, so each has to be of the kind it is written for.");
	page_fix(page, "pass %s.",
		 want ? want : "what its description in <bpf/bpf_helper_defs.h> asks for");
}

void explain_leaked_ref(struct page *page)
{
	const struct verifier *v = page->v;
	const struct ref *held = &v->fault.held;
	s32 from = held->id ? (s32)held->insn : -1;
	struct words name, place;
	const char *variable;

	variable = words_variable(v, from, "bpf_ringbuf_reserve", "record", &name);
	page_title(page, "a ring buffer record is not given back on this path");
	page_note(page, from, "it was reserved here");
	page_here(page, "and here it is still held");
	page_why(
		page,
		"a record that is neither submitted nor discarded blocks all that come after it in "
		"the ring buffer, for ever.");
	page_fix(page, "on the path that leads here, before %s:",
		 words_place(page, v->fault.insn, &place));
	page_code(page, "bpf_ringbuf_discard(%s, 0); /* or bpf_ringbuf_submit */", variable);
}

void explain_lock(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	const struct bpf_insn *insn = &v->insns[fault->insn];
	bool held = fault->held.id || fault->held.lock;
	s32 from = held ? (s32)fault->held.insn : -1;
	bool takes = insn_is_helper_call(insn) && insn->imm == HELPER_spin_lock;
	bool gives = insn_is_helper_call(insn) && insn->imm == HELPER_spin_unlock;
	struct words call;

	if (!insn_is_call(insn) && !insn_is_exit(insn) && fault->regno >= 0) {
		page_title(page, "the lock in a map's value is used as if it were data");
		page_note(page, fault->reg.from, "the pointer to the value comes from here");
		page_here(page, "this reaches into its struct bpf_spin_lock");
		page_why(page, "a lock that is overwritten no longer locks.");
		page_fix(page, "leave the member alone; copy the other members one by one.");
		return;
	}
	page_note(page, from, "the lock is taken here");
	if (takes && held) {
		page_title(page, "a lock is taken while one is held");
		page_here(page, "and here another");
		page_why(page,
			 "two programs that take two locks in different order would wait for each "
			 "other for ever.");
		page_fix(page, "before this line:");
		page_code(page, "bpf_spin_unlock(&value->lock);");
	} else if (gives) {
		page_title(page, held ? "another lock is given back than the one that is held"
				      : "a lock is given back that is not held");
		page_here(page, "this is the wrong one");
		page_why(page,
			 "giving back a lock that somebody else holds would let two in at once.");
		page_fix(page,
			 "call bpf_spin_unlock once for each bpf_spin_lock, with the same value of "
			 "the same lookup.");
	} else if (takes) {
		page_title(page, "this is not a lock that may be taken");
		page_note(page, fault->reg.from, "the pointer comes from here");
		page_here(page, "it is taken here");
		page_why(page, "only a struct bpf_spin_lock that the map's BTF knows is one.");
		page_fix(page, "pass the address of the struct bpf_spin_lock in a value of a hash "
			       "or array "
			       "map that was found and tested: bpf_spin_lock(&value->lock);");
	} else {
		page_title(page, "a lock is held where none may be");
		page_here(page,
			  insn_is_exit(insn) ? "the program ends here, still holding it"
					     : "%s is called here, still holding it",
			  words_call(v, fault->insn, &call));
		page_why(page,
			 "whoever waits for a lock waits without sleeping, so only a few plain "
			 "lines "
			 "may stand between bpf_spin_lock and bpf_spin_unlock: no calls, no end.");
		page_fix(page, insn_is_exit(insn) ? "before this line:"
						  : "move the call out of there, or before it:");
		page_code(page, "bpf_spin_unlock(&value->lock);");
	}
}

void explain_not_yet(struct page *page)
{
	page_title(page, "skiff does not have this yet; Linux does");
	page_here(page, "this is used here");
	page_why(page,
		 "skiff runs what it verifies, and cannot run this. Linux may accept the program.");
}
