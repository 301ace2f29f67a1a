/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.h - the inside of the explanations: the page that one is written on, and the words they
 * share.
 *
 * An explanation is a page in a fixed order: a title with its place, lines of the source with notes
 * under them (in the order of the source, the refused one marked ^, the others -), why the rule
 * exists, what to change, and the C to write. explain.c picks by the enum blame who writes it:
 *
 *     explain_packet.c   packets: void pointers, data_end, writing
 *     explain_pointer.c  NULL, numbers used as pointers, registers that hold nothing
 *     explain_memory.c   maps, the stack, sizes, numbers without a bound
 *     explain_ctx.c      struct __sk_buff
 *     explain_call.c     helpers, their arguments, references, locks
 *     explain_flow.c     loops, size, the stack of nested calls
 *
 * All of it says only what v->fault, the registers in it and the program's lines know.
 */
#ifndef SKIFF_VERIFY_EXPLAIN_H
#define SKIFF_VERIFY_EXPLAIN_H

#include <stdio.h>

#include "verify/verifier.h"

#define PAGE_NOTES_MAX 16
#define WORDS_MAX      160 /* bytes of a note, or of a phrase */

struct note {
	u32 insn;
	bool primary;
	char text[WORDS_MAX];
};

struct page {
	struct verifier *v;
	FILE *out;
	struct note notes[PAGE_NOTES_MAX];
	u32 cnt;
	bool told, fixed; /* was a why, a fix written already? */
};

#define PAGE_PRINTF __attribute__((format(printf, 2, 3)))

/* explain_page.c. In this order: a title, notes, why, fix, code. */
void page_title(struct page *page, const char *fmt, ...) PAGE_PRINTF;
/* Under the line of @insn; nothing where @insn is not one (-1: unknown). */
void page_note(struct page *page, s32 insn, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Under the line that was refused; and notes for the calls that led to it. */
void page_here(struct page *page, const char *fmt, ...) PAGE_PRINTF;
void page_why(struct page *page, const char *fmt, ...) PAGE_PRINTF;
void page_fix(struct page *page, const char *fmt, ...) PAGE_PRINTF;
void page_code(struct page *page, const char *fmt, ...) PAGE_PRINTF;

/* explain_words.c. Phrases go to a buffer and come back as its text, or are constants. */
struct words {
	char text[WORDS_MAX];
};
/* "line 24" or "instruction 7"; with the file's name where it is not that of the refused line. */
const char *words_place(const struct page *page, s32 insn, struct words *words);
/* "bpf_clone_redirect", or a function's name; "the call" when it has none. */
const char *words_call(const struct verifier *v, s32 insn, struct words *words);
/* What the refused instruction does: "2 bytes are read", "bpf_csum_diff takes it as argument 1". */
const char *words_access(const struct verifier *v, struct words *words);
/* "5", "0 to 255", "any number". */
const char *words_range(struct scalar val, struct words *words);
/* What a register holds: "a number", "a pointer into the packet". */
const char *words_reg(const struct reg *reg, struct words *words);
/* "SCHED_CLS, SCHED_ACT and LWT_XMIT", of HELPER_CLS... bits. */
const char *words_types(u32 types, struct words *words);
/* How this program gives up: "return TC_ACT_OK;". */
const char *words_return(const struct verifier *v);
/* The variable that the line of @insn sets to an expression with @needle in it, or @otherwise. */
const char *words_variable(const struct verifier *v, s32 insn, const char *needle,
			   const char *otherwise, struct words *words);
/* That assignment again, as a statement: "data = (void *)(long)skb->data;", or @otherwise. */
const char *words_statement(const struct verifier *v, s32 insn, const char *needle,
			    const char *otherwise, struct words *words);

/* What of the offset in the refused access is fixed, in bytes from the pointer's origin. */
s32 fault_offset(const struct verifier *v);
/* The helper that the refused instruction calls, or NULL; its number in *@id. */
const struct helper *fault_helper(const struct verifier *v, u32 *id);
/* Is it about memory and a size that is not one known number, two arguments of a helper? */
bool fault_is_size(const struct fault *fault);
/* Was the value a pointer into the packet that a call voided? */
bool fault_is_stale(const struct fault *fault);
/* Was it a ring buffer record that a call submitted or discarded? */
bool fault_is_given_away(const struct fault *fault);

void explain_stale(struct page *page);
void explain_packet_bounds(struct page *page);
void explain_packet_write(struct page *page);

void explain_given_away(struct page *page);
void explain_deref(struct page *page);
void explain_null(struct page *page);
void explain_uninit_reg(struct page *page);

void explain_uninit_stack(struct page *page);
void explain_region(struct page *page);
void explain_stack_bounds(struct page *page);
void explain_size(struct page *page);
void explain_unbounded(struct page *page);

void explain_ctx_field(struct page *page);
void explain_ctx_modified(struct page *page);

void explain_helper_type(struct page *page);
void explain_helper_absent(struct page *page);
void explain_arg_type(struct page *page);
void explain_leaked_ref(struct page *page);
void explain_lock(struct page *page);
void explain_not_yet(struct page *page);

void explain_loop(struct page *page);
void explain_too_large(struct page *page);
void explain_stack_depth(struct page *page);

#endif
