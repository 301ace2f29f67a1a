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
	u32 id = 0, types;
	const struct helper *helper = fault_helper(v, &id);
	struct words call, words;

	types = helper ? helper->types : 0;
	words_call(v, v->fault.insn, &call);
	if (types & v->type_bit) {
		page_title(page, "%s may be called with CAP_PERFMON only", call.text);
		page_here(page, "it is called here");
		page_why(page, "it can print what lies in the kernel's memory.");
		page_fix(page, "leave it out, or load the program with CAP_PERFMON.");
		return;
	}
	if (types)
		page_title(page, "a program of type %s may not call %s", type ? type : "this",
			   call.text);
	else
		page_title(page, "a tc or LWT program may not call %s", call.text);
	page_here(page, "it is called here");
	if (types)
		page_why(page,
			 "a helper may rely on what holds only where certain types of program run. "
			 "%s "
			 "may be called by %s.",
			 call.text, words_types(types, &words));
	else
		page_why(
			page,
			"a helper may rely on what holds only where certain types of program run.");
	page_fix(page, "%s without %s. 'skiff helpers' lists what each type may call.",
		 types ? "do this in a program of such a type, or" : "do this", call.text);
}

void explain_helper_absent(struct page *page)
{
	const struct verifier *v = page->v;
	struct words call;

	words_call(v, v->fault.insn, &call);
	page_title(page, "skiff does not have %s yet; Linux does", call.text);
	page_here(page, "it is called here");
	page_why(page,
		 "skiff runs what it accepts, and cannot run this helper. Linux may accept the "
		 "program.");
	page_fix(
		page,
		"to test the rest, switch the call off with a constant. 'skiff helpers' lists what "
		"there is.");
	page_code(page, "const volatile _Bool whole = 0; /* outside the function */");
	page_code(page, "if (whole)");
	page_code(page, "        %s(...);", call.text);
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

/* The same of a global function of the program. */
static const char *wanted_by_global(const struct verifier *v, int regno, struct words *words)
{
	s32 at = v->fault.insn;
	int sub = cfg_sub_at(v, (u32)(at + v->insns[at].imm + 1));
	const struct prog_func *func = sub >= 0 ? v->subs[sub].func : NULL;

	if (!func || regno > func->arg_cnt)
		return NULL;
	switch (func->args[regno - 1].kind) {
	case PROG_ARG_SCALAR:
		return "a number";
	case PROG_ARG_CTX:
		return "the context, skb itself";
	case PROG_ARG_MEM:
		snprintf(words->text, sizeof(words->text), "a pointer to %u bytes, or NULL",
			 func->args[regno - 1].size);
		return words->text;
	case PROG_ARG_UNSUPPORTED:
		break;
	}
	return NULL;
}

static void explain_packet_argument(struct page *page)
{
	const struct fault *fault = &page->v->fault;
	struct words call;

	words_call(page->v, fault->insn, &call);
	page_title(page, "argument %d of %s is a pointer into the packet", fault->regno, call.text);
	page_note(page, fault->reg.from, "it comes from here");
	page_here(page, "%s takes no memory of the packet", call.text);
	page_why(page,
		 "only some helpers are made for it: bpf_map_lookup_elem, bpf_map_update_elem, "
		 "bpf_map_delete_elem, bpf_map_push_elem and bpf_csum_diff.");
	page_fix(page, "pass a variable on the stack, and copy between it and the packet.");
}

void explain_arg_type(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	bool numbered = fault->regno >= BPF_REG_1 && fault->regno <= BPF_REG_5;
	const struct bpf_insn *insn = &v->insns[fault->insn];
	const struct helper *helper;
	const char *want = NULL;
	struct words call, what, words;
	u32 id = 0;

	helper = fault_helper(v, &id);
	words_call(v, fault->insn, &call);
	if (numbered && helper && reg_is_packet(&fault->reg)) {
		explain_packet_argument(page);
		return;
	}
	if (numbered && helper)
		want = wanted(helper->args[fault->regno - 1]);
	else if (numbered && insn_is_local_call(insn))
		want = wanted_by_global(v, fault->regno, &words);
	if (numbered)
		page_title(page, "argument %d of %s is %s", fault->regno, call.text,
			   words_reg(&fault->reg, &what));
	else
		page_title(page, "the arguments of %s do not fit", call.text);
	page_note(page, fault->reg.from, "it comes from here");
	page_here(page, "%s wants %s", call.text, want ? want : "something else");
	page_why(page,
		 "what is called trusts its arguments, so each has to be of the kind it is made "
		 "for.");
	if (want)
		page_fix(page, "pass %s.", want);
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

/* The call that gives the held lock back, as the line that took it has it. */
static const char *unlock_text(const struct verifier *v, struct words *words)
{
	static const char taken[] = "bpf_spin_lock(";
	const struct prog_line *line = prog_lines_find(v->source->lines, v->fault.held.insn);
	const char *at = v->fault.held.kind == REF_LOCK && line && line->text
				 ? strstr(line->text, taken)
				 : NULL;
	size_t len = at ? strcspn(at + strlen(taken), "();,") : 0;

	if (!len || len > 100 || at[strlen(taken) + len] != ')')
		return "bpf_spin_unlock(&value->lock);";
	snprintf(words->text, sizeof(words->text), "bpf_spin_unlock(%.*s);", (int)len,
		 at + strlen(taken));
	return words->text;
}

static void explain_lock_as_data(struct page *page)
{
	page_title(page, "a lock in a map's value is used as if it were data");
	page_note(page, page->v->fault.reg.from, "the pointer to the value comes from here");
	page_here(page, "this reaches into its struct bpf_spin_lock");
	page_why(page, "a lock that is overwritten no longer locks.");
	page_fix(page, "leave that member alone, and copy the others one by one.");
}

static void explain_take(struct page *page, bool held)
{
	struct words words;

	if (held) {
		page_title(page, "a lock is taken while one is held");
		page_here(page, "and here another is taken");
		page_why(page,
			 "two programs that took two locks in different order would wait for each "
			 "other for ever.");
		page_fix(page, "before this line:");
		page_code(page, "%s", unlock_text(page->v, &words));
		return;
	}
	page_title(page, "this is not a lock that can be taken");
	page_note(page, page->v->fault.reg.from, "the pointer comes from here");
	page_here(page, "it is used as a lock here");
	page_why(
		page,
		"only a struct bpf_spin_lock that the BTF of the map tells of is known to be one.");
	page_fix(page,
		 "have a struct bpf_spin_lock in the map's value type, and pass its address in a "
		 "value that was looked up:");
	page_code(page, "bpf_spin_lock(&value->lock);");
}

static void explain_give(struct page *page, bool held)
{
	page_title(page, held ? "another lock is given back than the one that is held"
			      : "a lock is given back that is not held");
	page_here(page, held ? "this is another one" : "on this path no lock is held here");
	page_why(page, "giving back a lock that somebody else holds would let two in at once.");
	page_fix(page,
		 "call bpf_spin_unlock once for each bpf_spin_lock, with the value of the same "
		 "lookup.");
}

static void explain_held(struct page *page, const struct bpf_insn *insn)
{
	struct words words;

	page_title(page, "a lock is held where none may be");
	if (insn_is_call(insn))
		page_here(page, "%s is called here, with the lock held",
			  words_call(page->v, page->v->fault.insn, &words));
	else
		page_here(page, "%s here, with the lock held",
			  insn_is_exit(insn) ? "the program ends" : "the program may end");
	page_why(page,
		 "whoever waits for a lock does nothing else meanwhile. So between bpf_spin_lock "
		 "and bpf_spin_unlock there may be plain lines only: no calls, no end.");
	if (insn_is_call(insn))
		page_fix(page, "move the call before bpf_spin_lock, or, before the call:");
	else
		page_fix(page, "before this line:");
	page_code(page, "%s", unlock_text(page->v, &words));
}

void explain_lock(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	const struct bpf_insn *insn = &v->insns[fault->insn];
	bool held = fault->held.id, call = insn_is_helper_call(insn);

	if (!insn_is_call(insn) && !insn_is_exit(insn) && fault->regno >= 0) {
		explain_lock_as_data(page);
		return;
	}
	if (held)
		page_note(page, (s32)fault->held.insn, "the lock is taken here");
	if (call && insn->imm == HELPER_spin_lock)
		explain_take(page, held);
	else if (call && insn->imm == HELPER_spin_unlock)
		explain_give(page, held);
	else
		explain_held(page, insn);
}

void explain_not_yet(struct page *page)
{
	page_title(page, "skiff does not have this yet; Linux does");
	page_here(page, "this is used here");
	page_why(page,
		 "skiff runs what it verifies, and cannot run this. Linux may accept the program.");
}
