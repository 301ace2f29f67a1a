/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_ctx.c - struct __sk_buff: which field an access meets, what is allowed with it in this
 * type of program, and why its pointer must stay as it is. The facts are skb/ctx.def's.
 */
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

struct field {
	const char *name, *kind;
	s32 offset, size;
	const char *tc, *lwt; /* "R", "RW", "N" */
};

static const struct field fields[] = {
#define CTX(name, offset, size, kind, tc, lwt) {#name, #kind, offset, size, #tc, #lwt},
#include "skb/ctx.def"
#undef CTX
};

/* The widths that kinds other than U32 take, as ctx.def describes them. */
static const struct {
	const char *kind, *reads, *writes;
} widths[] = {
	{"U32", "with 4 bytes, or 1 or 2 at a multiple of their width", "with all 4 bytes"},
	{"QUEUE", "with 4 bytes, or 1 or 2 at a multiple of their width", "with all 4 bytes"},
	{"LOW16", "with 4 bytes, or 1 or 2 at a multiple of their width", "with all 4 bytes"},
	{"CB", "with 1, 2 or 4 bytes at a multiple of their width, and 8 at cb[0] and cb[2]",
	 "with 1, 2 or 4 bytes at a multiple of their width, and 8 at cb[0] and cb[2]"},
	{"U64", "with 8 bytes", "with 8 bytes"},
	{"TSTAMP", "with 8 bytes", "with 8 bytes"},
	{"SK", "with 8 bytes, as a pointer", ""},
	{"BYTE", "with 1 byte", ""},
	{"DATA", "with 4 bytes: (void *)(long)skb->data", ""},
	{"DATA_END", "with 4 bytes: (void *)(long)skb->data_end", ""},
	{"DATA_META", "with 4 bytes: (void *)(long)skb->data_meta", ""},
};

/* The field that the byte at @off is of. */
static const struct field *field_at(s32 off)
{
	for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
		if (off >= fields[i].offset && off < fields[i].offset + fields[i].size)
			return &fields[i];
	}
	return NULL;
}

static const char *width_text(const struct field *field, bool write)
{
	for (u32 i = 0; i < ARRAY_SIZE(widths); i++) {
		if (!strcmp(widths[i].kind, field->kind))
			return write ? widths[i].writes : widths[i].reads;
	}
	return "";
}

static bool allows(const char *rights, bool write)
{
	return strchr(rights, write ? 'W' : 'R') != NULL;
}

/* The types that may do it, of those that skiff knows. */
static u32 types_of(const struct field *field, bool write)
{
	return (allows(field->tc, write) ? HELPER_TC : 0) |
	       (allows(field->lwt, write) ? HELPER_LWT : 0);
}

static void explain_outside(struct page *page, bool write)
{
	const struct fault *fault = &page->v->fault;

	page_title(page, "byte %d is in none of the fields of struct __sk_buff", fault->off);
	page_here(page, "%u byte%s %s here, from byte %d on", fault->size,
		  fault->size == 1 ? " is" : "s are", write ? "written" : "read", fault->off);
	page_why(page, "struct __sk_buff has %zu bytes, and is used field by field.",
		 sizeof(struct __sk_buff));
	page_fix(page,
		 "use the fields by their names; an index into skb->cb has to be a constant from "
		 "0 to 4.");
}

void explain_ctx_field(struct page *page)
{
	const struct verifier *v = page->v;
	const struct fault *fault = &v->fault;
	bool write = BPF_CLASS(v->insns[fault->insn].code) != BPF_LDX;
	const struct field *field = field_at(fault->off);
	const char *type = prog_type_name(v->source->type), *rights;
	struct words types;

	if (!field || !strcmp(field->name, "padding")) {
		explain_outside(page, write);
		return;
	}
	rights = v->type_bit & HELPER_TC ? field->tc : field->lwt;
	if (allows(rights, write)) {
		page_title(page, "skb->%s is %s with the wrong width", field->name,
			   write ? "written" : "read");
		page_here(page, "%u byte%s at byte %d of struct __sk_buff; %s is bytes %d to %d",
			  fault->size, fault->size == 1 ? "" : "s", fault->off, field->name,
			  field->offset, field->offset + field->size - 1);
		page_why(page,
			 "struct __sk_buff is not memory as it stands: each access is translated "
			 "by itself, for certain widths only.");
		page_fix(page, "%s skb->%s %s.", write ? "write" : "read", field->name,
			 width_text(field, write));
		return;
	}
	page_title(page, "a program of type %s may not %s skb->%s", type ? type : "this",
		   write ? "write" : "read", field->name);
	page_here(page, "this %s it", write ? "writes" : "reads");
	if (types_of(field, write))
		page_why(
			page,
			"each type of program has its own view of a packet's metadata. skb->%s may "
			"be %s by %s.",
			field->name, write ? "written" : "read",
			words_types(types_of(field, write), &types));
	else
		page_why(page,
			 "each type of program has its own view of a packet's metadata. No tc or "
			 "LWT program may %s skb->%s.",
			 write ? "write" : "read", field->name);
	if (write && allows(rights, false))
		page_fix(page,
			 "only read it here. Of a packet's metadata this type may write: mark, "
			 "priority, cb%s.",
			 v->type_bit & HELPER_TC ? ", queue_mapping, tc_index, tc_classid, tstamp"
						 : "");
	else
		page_fix(page, "do without it%s.",
			 types_of(field, write) ? ", or do this in a program of such a type" : "");
}

void explain_ctx_modified(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	bool variable = !scalar_is_const(reg->val);
	const struct field *field = variable ? NULL : field_at(reg->off);
	struct words access, range;

	page_title(page, "the pointer to the context was moved");
	if (variable)
		page_here(page, "%s here, moved by %s", words_access(v, &access),
			  words_range(reg->val, &range));
	else if (field)
		page_here(page, "%s here, moved by %d: to skb->%s", words_access(v, &access),
			  reg->off, field->name);
	else
		page_here(page, "%s here, moved by %d", words_access(v, &access), reg->off);
	page_why(
		page,
		"struct __sk_buff is not memory as it stands: accesses to it are translated one by "
		"one, each by its fixed offset from the context itself.");
	if (variable)
		page_fix(page, "use constant indices: skb->cb[0], not skb->cb[i]. For a choice "
			       "made at run "
			       "time write a switch.");
	else if (insn_is_call(&v->insns[v->fault.insn]))
		page_fix(page, "pass skb itself, as the program got it.");
	else
		page_fix(page,
			 "write skb->field at each use and take no address of a field. Where the "
			 "compiler joins two such lines, put a compiler barrier between them: "
			 "asm volatile(\"\" : \"+r\"(skb));");
}
