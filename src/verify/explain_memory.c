/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_memory.c - memory that is not the packet: a pointer that may be NULL or is none, map
 * values and records left at one end, the stack, what was never written, numbers without a bound.
 */
#include <inttypes.h>
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

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
			 "leave before this line where the pointer is NULL; if there is such a "
			 "test already, it is the wrong way round.");
		return;
	}
	page_title(page, "%s is used as a pointer to memory", words_reg(reg, &what));
	page_note(page, reg->from, "the value comes from here");
	page_here(page, "%s here, but R%d holds no pointer", words_access(v, &access),
		  v->fault.regno);
	page_why(page,
		 "memory may be reached only through pointers whose origin the verifier followed: "
		 "the context, the packet, the stack, map values, records.");
	page_fix(page,
		 "use a pointer that a helper or the context gave. Arithmetic other than adding "
		 "and subtracting, 32-bit arithmetic and storing it in a map make a number of it.");
}

/* The helper's result, or field, that may be NULL. */
static const char *null_origin(const struct verifier *v, struct words *words)
{
	const struct reg *reg = &v->fault.reg;

	if (reg->type == REG_SOCK)
		return "->sk";
	return words_call(v, reg->from, words);
}

void explain_null(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words access, origin, name, place, what;
	const char *from = null_origin(v, &origin), *variable;

	page_title(page, "%s is used without a test", words_reg(reg, &what));
	if (reg->type == REG_SOCK)
		page_note(page, reg->from, "the socket comes from here: it may be NULL");
	else
		page_note(page, reg->from, "%s may return NULL", from);
	page_here(page, "%s here, on a path where it was not compared with NULL",
		  words_access(v, &access));
	if (reg->type == REG_SOCK)
		page_why(page, "a packet need not belong to a socket.");
	else if (reg->type == REG_MEM && reg->flags & REG_RINGBUF)
		page_why(page,
			 "a ring buffer may be full, and then there is no record to write to.");
	else if (reg->type == REG_MEM)
		page_why(page,
			 "a global function is verified for all arguments that its types allow, "
			 "and a pointer may be NULL.");
	else
		page_why(page,
			 "a lookup finds nothing when the key is not in the map; for an array map, "
			 "when the index is too large, which the verifier does not rule out.");
	variable = words_variable(v, reg->from, from,
				  reg->type == REG_SOCK	 ? "sk"
				  : reg->type == REG_MEM ? "record"
							 : "value",
				  &name);
	if (reg->from >= 0)
		page_fix(page, "after %s:", words_place(page, reg->from, &place));
	else
		page_fix(page, "before %s:", words_place(page, v->fault.insn, &place));
	page_code(page, "if (!%s)", variable);
	page_code(page, "        %s", words_return(v));
}

void explain_uninit_reg(struct page *page)
{
	const struct verifier *v = page->v;
	const struct bpf_insn *insn = &v->insns[v->fault.insn];
	const struct fault *fault = &v->fault;
	struct words call;
	s32 lost = fault->reg.killed;

	if (insn_is_exit(insn)) {
		page_title(page, "the program returns without a value");
		page_here(page, "on this path nothing was put into R0, the return value");
		page_why(page, "the value decides what becomes of the packet.");
		page_fix(page, "return a value on every path:");
		page_code(page, "%s", words_return(v));
		return;
	}
	if (lost >= 0) {
		page_title(page, "R%d is used, but was lost in a call", fault->regno);
		page_note(page, lost, "%s leaves nothing in R1 to R5", words_call(v, lost, &call));
		page_here(page, "R%d is used here", fault->regno);
		page_why(page, "R1 to R5 pass arguments, and a call does not keep them.");
		page_fix(page,
			 "keep the value in R6 to R9 or on the stack, and copy it back after the "
			 "call.");
		return;
	}
	if (insn_is_call(insn)) {
		page_title(page, "argument %d of %s has no value", fault->regno,
			   words_call(v, fault->insn, &call));
		page_here(page, "nothing was put into R%d, which passes argument %d", fault->regno,
			  fault->regno);
		page_why(page, "%s looks at it.", words_call(v, fault->insn, &call));
		page_fix(page,
			 "pass all the arguments that %s takes (its declaration may be an old "
			 "one).",
			 words_call(v, fault->insn, &call));
		return;
	}
	page_title(page, "a value is used that was never set");
	page_here(page, "R%d is used here, and on this path nothing was put into it", fault->regno);
	page_why(page, "what a register holds before it is written is not the program's to know.");
	page_fix(page,
		 "give the variable a value where it is declared: on some path to this line it "
		 "has none.");
}

void explain_uninit_stack(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	s32 first = fault->missing - fault->off;
	struct words call;

	if (!fault->missing_cnt) {
		page_title(page, "a pointer stands among the bytes that are read from the stack");
		page_here(page, "byte %d of these %u is part of a pointer", first, fault->size);
		page_why(page,
			 "a program without CAP_PERFMON must not learn addresses of the kernel.");
		page_fix(page, "leave pointers out of what is passed on.");
		return;
	}
	page_title(page, "bytes of the stack are read that were never written");
	if (fault->missing_cnt == 1)
		page_here(page, "of these %u bytes (fp%d) byte %d was never written", fault->size,
			  fault->off, first);
	else
		page_here(page, "of these %u bytes (fp%d) bytes %d to %d were never written",
			  fault->size, fault->off, first, first + (s32)fault->missing_cnt - 1);
	page_why(page,
		 "they hold what ran before left there, and a program without CAP_PERFMON must "
		 "not see that. Padding between the members of a struct counts.");
	page_fix(page, "clear the whole variable before its members are set%s:",
		 insn_is_call(&v->insns[fault->insn]) ? " and it is passed" : "");
	page_code(page, "__builtin_memset(&variable, 0, sizeof(variable)); /* the one that %s */",
		  insn_is_call(&v->insns[fault->insn])
			  ? (snprintf(call.text, sizeof(call.text), "is passed here"), call.text)
			  : "is read here");
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
		*name = "packet as far as it was compared with its end";
		*size = (u32)max(reg->range, 0);
		return true;
	case REG_STACK:
	case REG_NONE:
	case REG_SCALAR:
	case REG_CTX:
	case REG_MAP:
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
	return max((s64)size - mem->off - (reg_is_packet(mem) ? 0 : (s64)mem->val.umax), (s64)0);
}

/* The size of memory that a helper is given, which the memory does not have. */
void explain_size(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	const struct reg *mem = &fault->mem, *len = &fault->len;
	const struct helper *helper;
	struct words range, call, what, place;
	s64 most = memory_from(mem);
	u32 id, least;

	helper = fault_helper(v, &id);
	least = helper && helper->args[fault->mem_regno] == ARG_SIZE;
	words_call(v, fault->insn, &call);
	words_range(len->val, &range);
	if (len->val.smin < 0 || len->val.umax >= VAR_SIZE_MAX)
		page_title(page, "argument %d of %s, a number of bytes, has no bound",
			   fault->mem_regno + 1, call.text);
	else if (least && len->val.umin == 0)
		page_title(page, "argument %d of %s, a number of bytes, may be 0",
			   fault->mem_regno + 1, call.text);
	else
		page_title(page, "argument %d of %s, a number of bytes, may be too large",
			   fault->mem_regno + 1, call.text);
	page_note(page, mem->from, "the memory comes from here");
	page_note(page, len->from, "the number of bytes comes from here");
	if (most >= 0)
		page_here(page, "the number of bytes: %s; there are %" PRId64, range.text, most);
	else
		page_here(page, "the number of bytes: %s", range.text);
	page_why(page,
		 "%s uses so many bytes of its argument %d, %s, and every number that the verifier "
		 "thinks "
		 "possible has to be right.",
		 call.text, fault->mem_regno, words_reg(mem, &what));
	page_fix(page, "before %s, bound the number, in an unsigned variable (here: len):",
		 words_place(page, fault->insn, &place));
	if (most >= 0)
		page_code(page,
			  least ? "if (len == 0 || len > %" PRId64 ")" : "if (len > %" PRId64 ")",
			  most);
	else
		page_code(page, "if (%slen > sizeof(buffer)) /* buffer: that memory */",
			  least ? "len == 0 || " : "");
	page_code(page, "        %s", words_return(v));
}

/* The C that keeps a number of @range in 0..@most, where @step bytes are one element. */
static void write_bound(struct page *page, s64 most, u32 step)
{
	if (step > 1) {
		page_code(page,
			  "if (index >= %" PRId64
			  ") /* index: in elements of %u bytes, unsigned */",
			  most / step + 1, step);
	} else {
		page_code(page, "if (offset > %" PRId64 ") /* offset: that number, unsigned */",
			  most);
	}
	page_code(page, "        %s", words_return(page->v));
	if (step == 1 && most > 0 && ((most + 1) & most) == 0)
		page_code(page, "/* or: */ offset &= %" PRId64 ";", most);
	else if (step > 1 && ((most / step + 1) & (most / step)) == 0 && most / step)
		page_code(page, "/* or: */ index &= %" PRId64 ";", most / step);
}

/* The unknown part of an offset is always a multiple of this. */
static u32 step_of(struct scalar val)
{
	u64 bits = val.bits.value | val.bits.mask;

	return bits ? 1u << min(__builtin_ctzll(bits), 12) : 1;
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
		page_fix(page, "stay below %u, or make the value of map %s larger.", size,
			 reg->map->name);
	else
		page_fix(page, "stay below %u, or ask for more bytes.", size);
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
	page_title(page, "the place in a %s of %u bytes is not known well enough", name, size);
	page_note(page, reg->from, "the pointer to its start comes from here");
	page_here(page, "%s here; the number that was added to the pointer: %s",
		  words_access(v, &access), words_range(reg->val, &range));
	if (reg->val.smin < 0)
		page_why(page,
			 "a negative number leads to before it. Every number that the verifier "
			 "thinks possible has to stay inside.");
	else
		page_why(page,
			 "every number that the verifier thinks possible has to stay inside, and "
			 "the largest does not.");
	if (most < 0) {
		page_fix(page, "even without the number, %u bytes at offset %d are too many.",
			 v->fault.size, fault_offset(v));
		return;
	}
	page_fix(page, "before %s, bound the number (from 0 to %" PRId64 "):",
		 words_place(page, v->fault.insn, &place), most);
	write_bound(page, most, step_of(reg->val));
}

void explain_stack_bounds(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	s64 first = fault_offset(v) + (s64)scalar_value(reg->val), last = first + v->fault.size - 1;
	struct words access, range;

	if (!scalar_is_const(reg->val)) {
		page_title(page, "the place in the stack is not known well enough");
		page_here(page, "%s here, from fp%+d on; the number added to that: %s",
			  words_access(v, &access), fault_offset(v), words_range(reg->val, &range));
		page_why(page,
			 "every place that the verifier thinks possible has to lie in the %d bytes "
			 "of the stack.",
			 PROG_STACK_MAX);
		page_fix(page,
			 "bound the index before it is used: 'if (index >= ELEMENTS)' and leave, "
			 "or 'index &= ELEMENTS - 1' for a power of two.");
		return;
	}
	if (first >= -PROG_STACK_MAX) {
		page_title(page, "bytes above the stack frame are used");
		page_here(page, "%s here, fp%+" PRId64 " to fp%+" PRId64 "; the frame ends at fp-1",
			  words_access(v, &access), first, last);
		page_why(page, "what lies above a frame belongs to the caller, or to the kernel.");
		page_fix(page,
			 "stay inside the variable: this is past the end of what lies highest on "
			 "the stack.");
		return;
	}
	page_title(page, "the stack is too small: %" PRId64 " bytes are needed, there are %d",
		   -first, PROG_STACK_MAX);
	page_here(page, "%s here, at fp%" PRId64, words_access(v, &access), first);
	page_why(page, "a program and all functions it is in share %d bytes.", PROG_STACK_MAX);
	page_fix(page,
		 "keep large variables in a map: one element of a PERCPU_ARRAY serves as scratch "
		 "memory.");
}

void explain_unbounded(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words range, place;

	if (reg_is_pointer(reg)) {
		explain_region(page);
		return;
	}
	page_title(page, "a number without a usable bound is added to a pointer");
	page_note(page, reg->from, "the number comes from here");
	page_here(page, "what is known of it here: %s", words_range(reg->val, &range));
	page_why(page,
		 "a pointer may be moved by less than %d in either direction; beyond that it could "
		 "wrap around.",
		 OFFSET_MAX);
	page_fix(page, "before %s, bound the number, in an unsigned variable:",
		 words_place(page, v->fault.insn, &place));
	page_code(page, "if (offset > LIMIT) /* LIMIT: what there is at most */");
	page_code(page, "        %s", words_return(v));
}
