/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_packet.c - packets: a pointer that a call voided, bytes that nobody compared with
 * data_end, writing where the program type may not.
 *
 * The pointer knows where it came from (from), which comparison its range is of (checked) and which
 * call voided it (killed).
 */
#include <inttypes.h>
#include <string.h>

#include "verify/explain.h"

#define OFFSET_COMPARED 0xffff /* beyond it a comparison with the end teaches nothing */

/* The pair of context fields that a pointer is measured with. */
struct pair {
	const char *start, *end;
	s32 end_off; /* in struct __sk_buff */
};

static struct pair pair_of(u8 type)
{
	if (type == REG_PKT_META)
		return (struct pair){"->data_meta", "->data", offsetof(struct __sk_buff, data)};
	return (struct pair){"->data", "->data_end", offsetof(struct __sk_buff, data_end)};
}

/* The last load of the context's field at @off before @before in its function, or -1. */
static s32 find_load(const struct verifier *v, s32 off, s32 before)
{
	s32 start = (s32)v->subs[cfg_sub_of(v, (u32)before)].start;

	for (s32 i = before; i >= start; i--) {
		const struct bpf_insn *insn = &v->insns[i];

		if (insn->code == (BPF_LDX | BPF_MEM | BPF_W) && insn->off == off &&
		    v->info[i].pointer == REG_CTX)
			return i;
	}
	return -1;
}

/* The source of the check at @insn: an `if` on one line, with its parentheses. */
static const char *check_text(const struct verifier *v, s32 insn, struct words *words)
{
	const struct prog_line *line;
	const char *text, *end;
	int depth = 0;

	line = insn > 0 ? prog_lines_find(v->source->lines, (u32)insn) : NULL;
	if (!line || !line->text)
		return NULL;
	text = line->text + strspn(line->text, " \t");
	if (strncmp(text, "if (", 4))
		return NULL;
	for (end = text + 3; *end; end++) {
		depth += (*end == '(') - (*end == ')');
		if (depth == 0)
			break;
	}
	if (!*end || end - text + 1 >= (s32)sizeof(words->text))
		return NULL;
	snprintf(words->text, sizeof(words->text), "%.*s", (int)(end - text + 1), text);
	return words->text;
}

/* The lines that load start and end again and compare @bytes (0: unknown) behind @moved. */
static void write_reload(struct page *page, struct pair pair, s32 from, s32 checked)
{
	const struct verifier *v = page->v;
	bool meta = pair.end_off == offsetof(struct __sk_buff, data);
	s32 end_load = find_load(v, pair.end_off, v->fault.insn);
	struct words name, statement, check;
	const char *start, *text;

	start = words_variable(v, from, pair.start, meta ? "data_meta" : "data", &name);
	page_code(page, "%s",
		  words_statement(v, from, pair.start,
				  meta ? "data_meta = (void *)(long)skb->data_meta;"
				       : "data = (void *)(long)skb->data;",
				  &statement));
	page_code(page, "%s",
		  words_statement(v, end_load, pair.end,
				  meta ? "data = (void *)(long)skb->data;"
				       : "data_end = (void *)(long)skb->data_end;",
				  &statement));
	page_code(page, "/* and from %s every pointer that is used below */", start);
	text = check_text(v, checked, &check);
	if (text)
		page_code(page, "%s", text);
	else
		page_code(page, "if (%s + N > %s) /* N: bytes that are used below */", start,
			  meta ? "data" : "data_end");
	page_code(page, "        %s", words_return(v));
}

void explain_stale(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	bool is_end = reg->was == REG_PKT_END;
	struct pair pair = pair_of(reg->was);
	struct words access, call, place, use;
	const char *name = words_call(v, reg->killed, &call);

	page_title(page, "%s is used after %s voided it",
		   is_end ? "the end of the packet" : "a pointer into the packet", name);
	page_note(page, reg->from, "the pointer comes from here");
	if (reg->checked > 0)
		page_note(page, reg->checked, "and is compared with the end of the packet here");
	page_note(page, reg->killed,
		  "%s may move the packet: this call voids every pointer into it%s", name,
		  reg->killed > v->fault.insn ? " (in an earlier turn)" : "");
	page_here(page, "%s here, through the void pointer", words_access(v, &access));
	page_why(page,
		 "%s may give the packet another place in memory. A pointer from before the call "
		 "would "
		 "then lead to memory that is no longer the packet's, so after the call it is only "
		 "a "
		 "number, whatever was compared before.",
		 name);
	page_fix(page,
		 "after %s, load the pointers again and compare again before the packet is used:",
		 words_place(page, reg->killed, &place));
	write_reload(page, pair, is_end ? -1 : reg->from, reg->checked);
	page_fix(page, "or, before the call, copy what %s needs into a variable.",
		 words_place(page, v->fault.insn, &use));
}

/* The offset is a number whose range does not fit. */
static void explain_offset(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct words range, access;
	bool negative = reg->val.smin < 0;

	page_title(page, "a pointer into the packet was moved by a number that %s",
		   negative ? "may be negative" : "may be too large");
	page_note(page, reg->from, "the pointer comes from here");
	page_here(page, "%s here; the number that was added: %s", words_access(v, &access),
		  words_range(reg->val, &range));
	if (negative)
		page_why(
			page,
			"a negative number leads to before the packet, and comparing with data_end "
			"does not find that out.");
	else
		page_why(page,
			 "the verifier learns from a comparison with data_end only while the "
			 "pointer was "
			 "moved by at most %d: larger numbers could wrap around.",
			 OFFSET_COMPARED);
	page_fix(page, "%s",
		 "bound the number where it is computed, before it is added to the pointer, "
		 "and compare with data_end after that:");
	page_code(page, "offset &= 0x3fff; /* offset: that number, in an unsigned variable */");
	page_code(page, "p = data + offset;");
	page_code(page, "if (p + %d > data_end)", (s32)(v->fault.off + (s32)v->fault.size));
	page_code(page, "        %s", words_return(v));
}

static const char *bytes_known(const struct verifier *v, char *buf, size_t size)
{
	s32 range = max(v->fault.reg.range, 0);

	if (range)
		snprintf(buf, size, "%d byte%s known to be there", range,
			 range == 1 ? " is" : "s are");
	else
		snprintf(buf, size, "none is known to be there");
	return buf;
}

void explain_packet_bounds(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct pair pair = pair_of(reg->type);
	s32 need = v->fault.off + (s32)v->fault.size;
	bool moved = !scalar_is_const(reg->val), meta = reg->type == REG_PKT_META;
	const char *end = meta ? "data" : "data_end", *start;
	struct words access, name, place;
	char known[80];

	if (reg->val.smin < 0 || (moved && reg->val.umax + (u64)max(need, 0) > OFFSET_COMPARED)) {
		explain_offset(page);
		return;
	}
	if (v->fault.off < 0) {
		page_title(page, "%d bytes before the %s are used", -v->fault.off,
			   moved ? "place that was compared" : "packet");
		page_note(page, reg->from, "the pointer comes from here");
		page_here(page, "%s here, at offset %d", words_access(v, &access), v->fault.off);
		page_why(page, "what lies there is not the packet's.");
		page_fix(page, "start at offset 0 or later.");
		return;
	}
	page_title(page, "%d bytes of the packet are needed, %s", need,
		   bytes_known(v, known, sizeof(known)));
	page_note(page, reg->from, "the pointer comes from here");
	if (reg->checked > 0 && reg->range > 0)
		page_note(page, reg->checked, "this comparison covers %d byte%s", reg->range,
			  reg->range == 1 ? "" : "s");
	else if (reg->checked > 0)
		page_note(page, reg->checked,
			  "this comparison was made before the pointer was moved by an unknown "
			  "number");
	else if (reg->checked < 0)
		page_note(page, -reg->checked,
			  "on this path the comparison said that the bytes are not there");
	page_here(page, "%s here, %d to %d from %s", words_access(v, &access), v->fault.off,
		  need - 1, moved ? "where the pointer was moved to" : "its start");
	page_why(page,
		 "a packet may be shorter than any header. Only bytes that a comparison with %s "
		 "covers, "
		 "on the path that leads here, may be used.",
		 end);
	start = moved ? "p"
		      : words_variable(v, reg->from, pair.start, meta ? "data_meta" : "data",
				       &name);
	if (reg->checked > 0 && reg->range > 0)
		page_fix(page, "let the comparison in %s cover %d bytes:",
			 words_place(page, reg->checked, &place), need);
	else if (reg->checked < 0)
		page_fix(page,
			 "turn the comparison in %s round, or leave where it finds too few bytes:",
			 words_place(page, -reg->checked, &place));
	else
		page_fix(page, "before %s%s:", words_place(page, v->fault.insn, &place),
			 moved ? " (p is the pointer after it was moved)" : "");
	page_code(page, "if (%s + %d > %s)", start, need, end);
	page_code(page, "        %s", words_return(v));
}

void explain_packet_write(struct page *page)
{
	const struct verifier *v = page->v;
	const char *type = prog_type_name(v->source->type);
	struct words types;

	page_title(page, "a program of type %s may not write to the packet", type ? type : "this");
	page_note(page, v->fault.reg.from, "the pointer comes from here");
	page_here(page, "this writes through it");
	page_why(page,
		 "a packet may be shared with others on the host. Linux sees to a copy before a "
		 "program "
		 "writes only for the types %s.",
		 words_types(HELPER_TC_XMIT, &types));
	page_fix(page, "leave the packet as it is, or do this in a program of type %s.",
		 words_types(HELPER_TC_XMIT, &types));
}
