/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_pointer.c - values that are not what they are used as: a number for a pointer, a pointer
 * that may be NULL, a record that was given away, a register that holds nothing.
 */
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

void explain_given_away(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words access, call;

	words_call(v, reg->killed, &call);
	page_title(page, "a ring buffer record is used after %s", call.text);
	page_note(page, reg->from, "it was reserved here");
	page_note(page, reg->killed, "%s gives it away", call.text);
	page_here(page, "%s here, after that", words_access(v, &access));
	page_why(page, "from that call on the record is its reader's, and may be overwritten.");
	page_fix(page, "do this before the call of %s.", call.text);
}

void explain_deref(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words access, what;

	if (reg_is_null(reg)) {
		page_title(page, "NULL is used as a pointer");
		page_note(page, reg->from, "the value comes from here; on this path it is 0");
		page_here(page, "%s here", words_access(v, &access));
		page_why(page, "there is nothing at address 0.");
		page_fix(page,
			 "leave before this line where the pointer is NULL. If there is such a "
			 "test already, it is the wrong way round.");
		return;
	}
	page_title(page, "%s is used as a pointer to memory", words_reg(reg, &what));
	page_note(page, reg->from, "the value comes from here");
	page_here(page, "%s here, but R%d does not point to memory", words_access(v, &access),
		  v->fault.regno);
	page_why(page,
		 "memory may be reached only through pointers whose way the verifier followed "
		 "from where they come from: the context, the packet, the stack, maps, helpers.");
	page_fix(page,
		 "use such a pointer. Only adding and subtracting keeps it one: 32-bit and other "
		 "arithmetic, and keeping it in a map, make a number of it.");
}

static const char *null_what(const struct reg *reg)
{
	if (reg->type == REG_MAP_VALUE)
		return "a pointer to a map's value";
	if (reg->type == REG_SOCK)
		return "a socket";
	return reg->flags & REG_RINGBUF ? "a ring buffer record" : "a pointer";
}

/* The only pointer that the global function takes, by its name, or "p". */
static const char *argument_name(const struct verifier *v)
{
	const struct prog_func *func = v->subs[cfg_sub_of(v, (u32)v->fault.insn)].func;
	const char *name = "p";
	u32 cnt = 0;

	for (u32 i = 0; func && i < func->arg_cnt && i < ARRAY_SIZE(func->args); i++) {
		if (func->args[i].kind != PROG_ARG_MEM || !func->args[i].name[0])
			continue;
		name = func->args[i].name;
		cnt++;
	}
	return cnt == 1 ? name : "p";
}

/* What such a value is mostly called, where the program does not say. */
static const char *null_name(const struct verifier *v)
{
	const struct reg *reg = &v->fault.reg;

	if (reg->type == REG_MAP_VALUE)
		return "value";
	if (reg->type == REG_SOCK)
		return "sk";
	return reg->flags & REG_RINGBUF ? "record" : argument_name(v);
}

/* Why a lookup in this map may find nothing. */
static void write_lookup(struct page *page, const struct map *map)
{
	if (map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY)
		page_why(page,
			 "a lookup finds nothing when the index is not below %u, the number of "
			 "elements of map \"%s\".",
			 map->max_entries, map->name);
	else
		page_why(page, "a lookup finds nothing when the key is not in map \"%s\".",
			 map->name);
}

static void write_null(struct page *page)
{
	const struct reg *reg = &page->v->fault.reg;

	if (reg->type == REG_SOCK)
		page_why(page, "a packet need not belong to a socket.");
	else if (reg->type == REG_MAP_VALUE)
		write_lookup(page, reg->map);
	else if (reg->flags & REG_RINGBUF)
		page_why(page, "a ring buffer may be full, and then there is no record.");
	else
		page_why(page,
			 "a global function is verified for everything that may be passed to it, "
			 "and a pointer may be NULL.");
}

void explain_null(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words access, origin, name, place;
	const char *from = reg->type == REG_SOCK ? "->sk" : words_call(v, reg->from, &origin);

	page_title(page, "%s that may be NULL is used without a test", null_what(reg));
	if (reg->type == REG_SOCK)
		page_note(page, reg->from, "the socket comes from here");
	else
		page_note(page, reg->from, "%s may return NULL", from);
	page_here(page, "%s here; on this path it was not compared with NULL",
		  words_access(v, &access));
	write_null(page);
	if (reg->from >= 0)
		page_fix(page, "after %s:", words_place(page, reg->from, &place));
	else
		page_fix(page, "before %s:", words_place(page, v->fault.insn, &place));
	page_code(page, "if (!%s)", words_variable(v, reg->from, from, null_name(v), &name));
	page_code(page, "        %s", words_return(v));
}

static void explain_no_result(struct page *page)
{
	page_title(page, "a return without a value");
	page_here(page, "on this path nothing was put into R0, the return value");
	page_why(page, "the value decides what becomes of the packet.");
	page_fix(page, "return a value on every path:");
	page_code(page, "%s", words_return(page->v));
}

static void explain_lost(struct page *page, s32 call)
{
	const struct fault *fault = &page->v->fault;
	struct words name;

	page_title(page, "R%d is used, but was lost in a call", fault->regno);
	page_note(page, call, "%s leaves nothing in R1 to R5", words_call(page->v, call, &name));
	page_here(page, "R%d is used here", fault->regno);
	page_why(page, "R1 to R5 pass arguments, and a call does not keep them.");
	page_fix(page, "keep the value in R6 to R9 or on the stack during the call.");
}

static void explain_no_argument(struct page *page)
{
	const struct fault *fault = &page->v->fault;
	struct words call;

	words_call(page->v, fault->insn, &call);
	page_title(page, "argument %d of %s has no value", fault->regno, call.text);
	page_here(page, "nothing was put into R%d, which passes it", fault->regno);
	page_why(page, "%s uses all its arguments.", call.text);
	page_fix(page, "pass them all. If the call looks complete, %s is declared wrongly.",
		 call.text);
}

void explain_uninit_reg(struct page *page)
{
	const struct fault *fault = &page->v->fault;
	const struct bpf_insn *insn = &page->v->insns[fault->insn];

	if (insn_is_exit(insn)) {
		explain_no_result(page);
		return;
	}
	if (insn_is_call(insn)) {
		explain_no_argument(page);
		return;
	}
	if (fault->reg.killed >= 0) {
		explain_lost(page, fault->reg.killed);
		return;
	}
	page_title(page, "a value is used that was never set");
	page_here(page, "R%d is used here, and on this path nothing was put into it", fault->regno);
	page_why(page, "it would be whatever ran before left there.");
	page_fix(page,
		 "give the variable a value where it is declared: on some path to this line it "
		 "has none.");
}
