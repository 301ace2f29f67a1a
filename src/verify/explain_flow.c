/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_flow.c - the shape of a program: loops that may never end, too much to look at, too much
 * stack in nested calls.
 */
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

/* The jump back of the innermost loop around @insn, or -1. */
static s32 find_loop(const struct verifier *v, s32 insn)
{
	s32 best = -1, best_len = 0;

	for (s32 i = insn; i < (s32)v->insn_cnt; i++) {
		s32 to;

		if (!insn_is_jump(&v->insns[i]))
			continue;
		to = insn_target(&v->insns[i], (u32)i);
		if (to < 0 || to > insn || to > i)
			continue;
		if (best < 0 || i - to < best_len) {
			best = i;
			best_len = i - to;
		}
	}
	return best;
}

/* Notes for both ends of the loop; false: there is none. */
static bool note_loop(struct page *page, s32 insn)
{
	s32 jump = find_loop(page->v, insn);
	s32 head;

	if (jump < 0)
		return false;
	head = insn_target(&page->v->insns[jump], (u32)jump);
	if (head != insn)
		page_note(page, head, "the loop begins here");
	if (jump != insn && jump != head)
		page_note(page, jump, "and goes back to its beginning from here");
	return true;
}

void explain_loop(struct page *page)
{
	page_title(page, "this loop may never end");
	note_loop(page, page->v->fault.insn);
	page_here(page, "a turn later all that the verifier knows is as it was");
	page_why(page,
		 "a program runs to its end before the next packet is looked at, so there must be "
		 "one on every path.");
	page_fix(page, "count the turns, and let a constant end the loop:");
	page_code(page, "for (int i = 0; i < 64; i++) { /* 64: the most turns there are */");
	page_code(page, "        ...");
	page_code(page, "}");
	page_fix(page, "or use bpf_loop(turns, function, &context, 0).");
}

void explain_too_large(struct page *page)
{
	const struct verifier *v = page->v;
	bool branches = v->pending_cnt > BRANCHES_MAX;
	bool in_loop;

	if (branches)
		page_title(page, "too many branches wait to be looked at: more than %d",
			   BRANCHES_MAX);
	else
		page_title(page,
			   "there is too much to look at: more than %d instructions on all paths",
			   PROG_INSNS_MAX);
	in_loop = note_loop(page, v->fault.insn);
	page_here(page, "the verifier stood here when it gave up");
	page_why(page,
		 "it follows every path, and every turn of a loop that leaves different values "
		 "behind, and stops at this number. The program itself has %u instructions.",
		 v->insn_cnt);
	if (in_loop) {
		page_fix(page,
			 "let a smaller constant bound the loop, or use bpf_loop: its function is "
			 "looked at only until a turn teaches nothing new.");
		page_code(page, "static long turn(__u32 i, void *context) { ...; return 0; }");
		page_code(page, "bpf_loop(turns, turn, &context, 0);");
		return;
	}
	page_fix(page,
		 "move parts into global functions (not static, not inlined): each is looked at "
		 "once, not at every call.");
	page_code(page, "__attribute__((noinline)) int part(struct __sk_buff *skb) { ... }");
}

/* Bytes of stack of the deepest chain of at most @left calls from each function. */
struct depths {
	u32 below[PROG_FRAMES_MAX + 1][PROG_FUNCS_MAX];
};

static bool enters(const struct bpf_insn *insn)
{
	return insn_is_local_call(insn) || (insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC);
}

static void deepen(const struct verifier *v, struct depths *depths, u32 left)
{
	for (u32 s = 0; s < v->sub_cnt; s++) {
		u32 most = 0;

		for (u32 i = v->subs[s].start; left && i < v->subs[s].end; i++) {
			int callee = enters(&v->insns[i])
					     ? cfg_sub_at(v, i + (u32)v->insns[i].imm + 1)
					     : -1;

			if (callee >= 0)
				most = max(most, depths->below[left - 1][callee]);
		}
		depths->below[left][s] = ALIGN_UP(v->subs[s].stack_depth, 16u) + most;
	}
}

static const char *name_of(const struct verifier *v, u32 sub, struct words *words)
{
	const struct prog_func *func = v->subs[sub].func;

	if (func && func->name[0])
		snprintf(words->text, sizeof(words->text), "%s", func->name);
	else
		snprintf(words->text, sizeof(words->text), "the function at instruction %u",
			 v->subs[sub].start);
	return words->text;
}

/* A note at the start of each function on the deepest chain. */
static void note_chain(struct page *page, const struct depths *depths)
{
	const struct verifier *v = page->v;
	u32 sub = 0, left = PROG_FRAMES_MAX;
	struct words name;

	for (;;) {
		int next = -1;

		page_note(page, (s32)v->subs[sub].start, "%s uses %u bytes of stack",
			  name_of(v, sub, &name), ALIGN_UP(v->subs[sub].stack_depth, 16u));
		if (!left--)
			return;
		for (u32 i = v->subs[sub].start; i < v->subs[sub].end; i++) {
			int callee = enters(&v->insns[i])
					     ? cfg_sub_at(v, i + (u32)v->insns[i].imm + 1)
					     : -1;

			if (callee >= 0 &&
			    (next < 0 || depths->below[left][callee] > depths->below[left][next]))
				next = callee;
		}
		if (next < 0)
			return;
		sub = (u32)next;
	}
}

static void explain_tail_call(struct page *page)
{
	u32 depth = page->v->fault.size;

	page_title(page, "a function makes a tail call with %u bytes of stack in use above it",
		   depth);
	page_here(page, "the call that leads to it");
	page_why(page,
		 "the program that a tail call leads to may use all its %d bytes of stack, so "
		 "functions "
		 "may make one only while fewer than %d are in use above them.",
		 PROG_STACK_MAX, PROG_STACK_MAX / 2);
	page_fix(page,
		 "make the tail call in the program itself, or keep large variables in a map.");
}

void explain_stack_depth(struct page *page)
{
	const struct verifier *v = page->v;
	struct depths depths;

	if (v->fault.number == HELPER_tail_call) {
		explain_tail_call(page);
		return;
	}
	memset(&depths, 0, sizeof(depths));
	for (u32 left = 0; left <= PROG_FRAMES_MAX; left++)
		deepen(v, &depths, left);
	page_title(page, "functions that call each other need %u bytes of stack, there are %d",
		   v->fault.size, PROG_STACK_MAX);
	/* Another chain may be deeper than the one that was refused first. */
	if (depths.below[PROG_FRAMES_MAX][0] == v->fault.size)
		note_chain(page, &depths);
	page_here(page, "with this call it is too much");
	page_why(page,
		 "a function and all that wait for it share %d bytes; each counts in steps of 16.",
		 PROG_STACK_MAX);
	page_fix(page,
		 "keep large variables in a map (one element of a PERCPU_ARRAY serves as scratch "
		 "memory), or let one function return before the next is called.");
}
