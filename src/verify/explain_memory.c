/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_memory.c - memory with a known size that is left at one end: map values and records, the
 * stack; sizes that helpers are given; numbers without a bound; bytes of the stack that were never
 * written.
 */
#include <inttypes.h>
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

#define UNWRITTEN                                                                                  \
	"they hold what ran before left there, and a program without CAP_PERFMON must not see "    \
	"that."

static void explain_pointer_bytes(struct page *page, s32 first)
{
	page_title(page, "a pointer is among the bytes that are read from the stack");
	page_here(page, "byte %d of these %u is part of a pointer", first, page->v->fault.size);
	page_why(page, "a program without CAP_PERFMON must not learn addresses of the kernel.");
	page_fix(page, "leave pointers out of what is passed on.");
}

void explain_uninit_stack(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	s32 first = fault->missing - fault->off, last = first + (s32)fault->missing_cnt - 1;
	bool call = insn_is_call(&v->insns[fault->insn]);

	if (!fault->missing_cnt) {
		explain_pointer_bytes(page, first);
		return;
	}
	page_title(page, "bytes of the stack are %s that were never written",
		   call ? "passed on" : "read");
	if (first == last)
		page_here(page, "byte %d of these %u (from fp%d on) was never written", first,
			  fault->size, fault->off);
	else
		page_here(page, "bytes %d to %d of these %u (from fp%d on) were never written",
			  first, last, fault->size, fault->off);
	page_why(page, UNWRITTEN " The padding between the members of a struct counts.");
	page_fix(page, "clear the whole variable (here: key) before its members are set:");
	page_code(page, "__builtin_memset(&key, 0, sizeof(key));");
}

/* A region's name and size in bytes; false: not one with a size. */
static bool region_of(const struct reg *reg, const char **name, u32 *size)
{
	switch (reg->type) {
	case REG_MAP_VALUE:
		*name = "value";
		*size = reg->map->value_size;
		return true;
	case REG_MAP_KEY:
		*name = "key";
		*size = reg->map->key_size;
		return true;
	case REG_MEM:
		*name = reg->flags & REG_RINGBUF ? "record" : "memory";
		*size = reg->mem_size;
		return true;
	case REG_PKT:
	case REG_PKT_META:
		*name = "packet";
		*size = (u32)max(reg->range, 0);
		return true;
	case REG_NONE:
	case REG_SCALAR:
	case REG_CTX:
	case REG_MAP:
	case REG_STACK:
	case REG_PKT_END:
	case REG_SOCK:
	case REG_FUNC:
		break;
	}
	return false;
}

/* How many bytes there are from where @mem points to, at the least; -1: not known. */
static s64 memory_from(const struct reg *mem)
{
	const char *name;
	u32 size;

	if (mem->type == REG_STACK)
		return scalar_is_const(mem->val) ? -(mem->off + (s64)scalar_value(mem->val)) : -1;
	if (!region_of(mem, &name, &size) || mem->val.umax >= OFFSET_MAX)
		return -1;
	/* A packet's range counts from behind the variable part. */
	return max((s64)size - mem->off - (reg_is_packet(mem) ? 0 : (s64)mem->val.umax), (s64)0);
}

/* What is wrong with the number of bytes @len. */
static const char *size_fault(const struct reg *len, bool not_zero)
{
	if (len->val.smin < 0)
		return "may be negative";
	if (not_zero && len->val.umin == 0 && len->val.umax < VAR_SIZE_MAX)
		return "may be 0";
	return len->val.umax < VAR_SIZE_MAX ? "may be too large" : "has no bound";
}

/* The size of memory that a helper is given, which the memory does not have. */
void explain_size(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	const struct reg *mem = &fault->mem, *len = &fault->len;
	struct words range, call, what, place;
	s64 most = memory_from(mem);
	u32 id;
	const struct helper *helper = fault_helper(v, &id);
	bool not_zero = helper && helper->args[fault->mem_regno] == ARG_SIZE;
	const char *zero = not_zero ? "len == 0 || " : "";

	words_call(v, fault->insn, &call);
	words_range(len->val, &range);
	page_title(page, "argument %d of %s, a number of bytes, %s", fault->mem_regno + 1,
		   call.text, size_fault(len, not_zero));
	page_note(page, mem->from, "the memory comes from here");
	page_note(page, len->from, "the number of bytes comes from here");
	if (most >= 0)
		page_here(page, "the number of bytes: %s; there are %" PRId64, range.text, most);
	else
		page_here(page, "the number of bytes: %s", range.text);
	page_why(page,
		 "%s uses that many bytes of its argument %d, %s. Every number that the verifier "
		 "thinks possible has to fit%s.",
		 call.text, fault->mem_regno, words_reg(mem, &what),
		 not_zero ? ", and not be 0" : "");
	page_fix(page, "before %s, bound the number, in an unsigned variable (here: len):",
		 words_place(page, fault->insn, &place));
	if (most >= 0)
		page_code(page, "if (%slen > %" PRId64 ")", zero, most);
	else
		page_code(page, "if (%slen > sizeof(buffer)) /* buffer: that memory */", zero);
	page_code(page, "        %s", words_return(v));
}

/* The unknown part of an offset is always a multiple of this. */
static u32 step_of(struct scalar val)
{
	u64 bits = val.bits.value | val.bits.mask;

	return bits ? 1u << min(__builtin_ctzll(bits), 12) : 1;
}

/* The C that keeps a number in 0..@most bytes, where @step bytes are one element. */
static void write_bound(struct page *page, s64 most, u32 step)
{
	const char *name = step > 1 ? "index" : "offset";
	s64 top = most / step;

	if (step > 1)
		page_code(page, "if (index >= %" PRId64 ") /* index: unsigned, of %u bytes each */",
			  top + 1, step);
	else
		page_code(page, "if (offset > %" PRId64 ") /* offset: that number, unsigned */",
			  top);
	page_code(page, "        %s", words_return(page->v));
	if (top > 0 && ((top + 1) & top) == 0) {
		page_fix(page, "or, where wrapping around is good enough:");
		page_code(page, "%s &= %" PRId64 ";", name, top);
	}
}

static void explain_fixed(struct page *page, const char *name, u32 size)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	s64 first = fault_offset(v) + (s64)scalar_value(reg->val);
	struct words access;

	page_title(page, "bytes %" PRId64 " to %" PRId64 " are used of a %s of %u bytes", first,
		   first + v->fault.size - 1, name, size);
	page_note(page, reg->from, "the pointer comes from here");
	page_here(page, "%s here, at offset %" PRId64, words_access(v, &access), first);
	page_why(page, "what lies outside of it is not the program's.");
	if (reg->type == REG_MAP_VALUE && reg->map->name[0])
		page_fix(page, "use offsets from 0 to %u, or make the value of map \"%s\" larger.",
			 size ? size - 1 : 0, reg->map->name);
	else
		page_fix(page, "use offsets from 0 to %u, or more memory.", size ? size - 1 : 0);
}

void explain_region(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words access, range, place;
	const char *name;
	u32 size;
	s64 most;

	if (!region_of(reg, &name, &size))
		return;
	if (scalar_is_const(reg->val)) {
		explain_fixed(page, name, size);
		return;
	}
	most = (s64)size - v->fault.size - fault_offset(v);
	page_title(page, "an offset may lead out of a %s of %u bytes", name, size);
	page_note(page, reg->from, "the pointer to its start comes from here");
	page_here(page, "%s here, where a number of bytes was added to the pointer: %s",
		  words_access(v, &access), words_range(reg->val, &range));
	if (reg->val.smin < 0)
		page_why(page,
			 "every number that the verifier thinks possible has to stay inside, and "
			 "a negative one leads to before the start.");
	else
		page_why(page,
			 "every number that the verifier thinks possible has to stay inside, and "
			 "the largest does not.");
	if (most < 0) {
		page_fix(page, "even without that number, %u bytes at offset %d are too many.",
			 v->fault.size, fault_offset(v));
		return;
	}
	page_fix(page, "before %s, bound it; there is room for 0 to %" PRId64 ":",
		 words_place(page, v->fault.insn, &place), most);
	write_bound(page, most, step_of(reg->val));
}

static void explain_variable_stack(struct page *page)
{
	const struct verifier *v = page->v;
	struct words access, range;

	page_title(page, "an index may lead out of the stack");
	page_here(page, "%s here, from fp%+d on; what was added to that: %s",
		  words_access(v, &access), fault_offset(v), words_range(v->fault.reg.val, &range));
	page_why(page,
		 "every place that the verifier thinks possible has to lie in the stack, below "
		 "fp+0.");
	page_fix(page, "before the variable is used (here: an array):");
	page_code(page, "if (index >= sizeof(array) / sizeof(array[0])) /* index: unsigned */");
	page_code(page, "        %s", words_return(v));
}

void explain_stack_bounds(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	s64 first = fault_offset(v) + (s64)scalar_value(reg->val), last = first + v->fault.size - 1;
	struct words access;

	if (!scalar_is_const(reg->val)) {
		explain_variable_stack(page);
		return;
	}
	words_access(v, &access);
	if (first < -PROG_STACK_MAX) {
		page_title(page, "%" PRId64 " bytes of stack are needed, there are %d", -first,
			   PROG_STACK_MAX);
		page_here(page, "%s here, at fp%" PRId64, access.text, first);
		page_why(page, "a program and all functions it is in share %d bytes.",
			 PROG_STACK_MAX);
		page_fix(page,
			 "keep large variables in a map: one element of a PERCPU_ARRAY serves as "
			 "scratch memory.");
	} else if (last < 0) {
		page_title(page, "bytes of the stack are read that were never written");
		page_here(page, "%s here, fp%" PRId64 " to fp%" PRId64, access.text, first, last);
		page_why(page, UNWRITTEN);
		page_fix(page, "give the variable a value where it is declared.");
	} else {
		page_title(page, "bytes above the stack are used");
		page_here(page, "%s here, fp%+" PRId64 " to fp%+" PRId64, access.text, first, last);
		page_why(page, "the stack ends at fp-1. What lies above belongs to the caller.");
		page_fix(page, "stay inside the variable: this is past its end.");
	}
}

void explain_unbounded(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg, *ptr = &v->fault.mem;
	struct words range, place, what;
	const char *name;
	u32 size;

	if (reg_is_pointer(reg)) {
		explain_region(page);
		return;
	}
	page_title(page, "a number without a usable bound is added to a pointer");
	page_note(page, ptr->from, "the pointer comes from here: %s", words_reg(ptr, &what));
	page_note(page, reg->from, "the number comes from here");
	page_here(page, "the number, here: %s", words_range(reg->val, &range));
	page_why(page,
		 "a pointer may be moved by less than %d bytes either way: beyond that it could "
		 "wrap "
		 "around.",
		 OFFSET_MAX);
	page_fix(page, "before %s, bound the number:", words_place(page, v->fault.insn, &place));
	if (region_of(ptr, &name, &size) && !reg_is_packet(ptr) && (s64)size > ptr->off) {
		write_bound(page, (s64)size - ptr->off - 1, step_of(reg->val));
		return;
	}
	page_code(page, "if (offset > LIMIT) /* offset: unsigned; LIMIT: a constant */");
	page_code(page, "        %s", words_return(v));
}
