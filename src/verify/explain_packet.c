/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_packet.c - packets: a pointer that a call voided, bytes that nobody compared with
 * data_end, writing where the program type may not.
 *
 * The pointer knows where it came from (from), which comparison its range is of (checked) and which
 * call voided it (killed).
 */
#include <ctype.h>
#include <string.h>

#include "isa/decode.h"
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

/* What the context is called where its field @needle is loaded, at @insn: "skb" of skb->data. */
static const char *context_name(const struct verifier *v, s32 insn, const char *needle,
				struct words *words)
{
	const struct prog_line *line =
		insn >= 0 ? prog_lines_find(v->source->lines, (u32)insn) : NULL;
	const char *end = line && line->text ? strstr(line->text, needle) : NULL, *start = end;

	while (start && start > line->text && (isalnum((u8)start[-1]) || start[-1] == '_'))
		start--;
	if (!end || start == end || end - start >= (s32)sizeof(words->text))
		return "skb";
	snprintf(words->text, sizeof(words->text), "%.*s", (int)(end - start), start);
	return words->text;
}

/* "data = (void *)(long)skb->data;" as the program has it in the line of @insn, or as it is usual,
 * then with its declaration where the program has no such line (@insn is -1). */
static void write_load(struct page *page, s32 insn, const char *needle, const char *context)
{
	const char *name = needle + 2;
	struct words words, usual;

	snprintf(usual.text, sizeof(usual.text), "%s%s = (void *)(long)%s%s;",
		 insn < 0 ? "void *" : "", name, context, needle);
	page_code(page, "%s", words_statement(page->v, insn, needle, usual.text, &words));
}

/* The lines that load start and end again and make the comparison of @checked again. */
static void write_reload(struct page *page, struct pair pair, s32 from, s32 checked)
{
	const struct verifier *v = page->v;
	s32 end_load = find_load(v, pair.end_off, v->fault.insn);
	struct words name, check, context;
	const char *start, *skb, *text;

	start = words_variable(v, from, pair.start, pair.start + 2, &name);
	skb = context_name(v, from, pair.start, &context);
	write_load(page, from, pair.start, skb);
	write_load(page, end_load, pair.end, skb);
	page_code(page, "/* and from %s every pointer that is used below */", start);
	text = check_text(v, checked, &check);
	if (text)
		page_code(page, "%s", text);
	else
		page_code(page, "if (%s + N > %s) /* N: bytes that are used below */", start,
			  pair.end + 2);
	page_code(page, "        %s", words_return(v));
}

/* The call in the refused instruction's own function that led to the one at @killed, which may be
 * in another: itself, or the only call before that may change the packet; -1: not known. */
static s32 find_own_call(const struct verifier *v, s32 killed)
{
	u32 sub = cfg_sub_of(v, (u32)v->fault.insn);
	s32 found = -1;

	if (cfg_sub_of(v, (u32)killed) == sub)
		return killed;
	for (u32 i = v->subs[sub].start; i < v->subs[sub].end; i++) {
		const struct bpf_insn *insn = &v->insns[i];
		int callee = insn_is_local_call(insn) ? cfg_sub_at(v, i + (u32)insn->imm + 1) : -1;

		if (callee < 0 || !v->subs[callee].changes_packet)
			continue;
		if (found >= 0)
			return -1;
		found = (s32)i;
	}
	return found;
}

void explain_stale(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	bool is_end = reg->was == REG_PKT_END;
	struct words access, call, place, use;
	const char *name = words_call(v, reg->killed, &call);
	s32 own = find_own_call(v, reg->killed);
	bool turn = own == reg->killed && own > v->fault.insn;

	page_title(page, "%s is used after %s voided it",
		   is_end ? "the end of the packet" : "a pointer into the packet", name);
	page_note(page, reg->from, "the pointer comes from here");
	if (reg->checked > 0)
		page_note(page, reg->checked, "and is compared with the end of the packet here");
	page_note(page, reg->killed,
		  "%s may move the packet: every pointer into it is void from here on%s", name,
		  turn ? ", and in the next turn" : "");
	if (own != reg->killed)
		page_note(page, own, "%s is called in here", name);
	page_here(page, "%s here, through the void pointer", words_access(v, &access));
	page_why(page,
		 "%s may give the packet another place in memory. A pointer from before the call "
		 "would "
		 "then lead to memory that is no longer the packet's, so after the call it is only "
		 "a "
		 "number, whatever was compared before.",
		 name);
	if (own >= 0)
		page_fix(page,
			 "after %s, load the pointers again and compare again before the packet is "
			 "used:",
			 words_place(page, own, &place));
	else
		page_fix(page,
			 "after the call, load the pointers again and compare again before the "
			 "packet is used:");
	write_reload(page, pair_of(reg->was), is_end ? -1 : reg->from, reg->checked);
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
	page_code(page, "if (p + %d > data_end)", v->fault.off - reg->off + (s32)v->fault.size);
	page_code(page, "        %s", words_return(v));
}

/*
 * Where the access lies. Of a pointer that was moved by an unknown number all is told as seen from
 * where it points to; of one that was not, from the start of the packet or its metadata.
 */
struct place {
	s32 first, last; /* bytes */
	s32 known;	 /* so many are known to be there */
	const char *from;
};

static struct place place_of(const struct verifier *v)
{
	const struct reg *reg = &v->fault.reg;
	bool moved = !scalar_is_const(reg->val) || reg->id;
	s32 base = moved ? reg->off : 0;

	return (struct place){
		.first = v->fault.off - base,
		.last = v->fault.off - base + (s32)v->fault.size - 1,
		.known = max(max(reg->range, 0) - base, 0),
		.from = moved			    ? "from where the pointer was moved to"
			: reg->type == REG_PKT_META ? "of the metadata"
						    : "of the packet",
	};
}

static const char *known_text(struct place place, struct words *words)
{
	if (!place.known)
		return "none is known to be there";
	snprintf(words->text, sizeof(words->text), "only %d %s known to be there", place.known,
		 place.known == 1 ? "is" : "are");
	return words->text;
}

static void note_here(struct page *page, struct place place)
{
	struct words access;

	words_access(page->v, &access);
	if (place.first == place.last)
		page_here(page, "%s here: byte %d %s", access.text, place.first, place.from);
	else
		page_here(page, "%s here: bytes %d to %d %s", access.text, place.first, place.last,
			  place.from);
}

static void explain_before_start(struct page *page, struct place place)
{
	page_title(page, "bytes before the packet are used");
	page_note(page, page->v->fault.reg.from, "the pointer comes from here");
	note_here(page, place);
	page_why(page, "what lies there is not the packet's.");
	page_fix(page, "start at offset 0 or later.");
}

static void note_check(struct page *page, struct place place)
{
	const struct reg *reg = &page->v->fault.reg;

	if (reg->checked < 0)
		page_note(page, -reg->checked,
			  "on this path the comparison said that the bytes are not there");
	else if (reg->range > 0 && place.known)
		page_note(page, reg->checked, "this comparison covers %d byte%s", place.known,
			  place.known == 1 ? "" : "s");
	else if (reg->checked > 0)
		page_note(page, reg->checked, "this comparison came before the pointer was moved");
}

/* Does the line of @insn declare @name as a void *, which counts in bytes? */
static bool is_void(const struct verifier *v, s32 insn, const char *name)
{
	const struct prog_line *line =
		insn >= 0 ? prog_lines_find(v->source->lines, (u32)insn) : NULL;
	struct words words;

	snprintf(words.text, sizeof(words.text), "void *%s = ", name);
	return line && line->text && strstr(line->text, words.text);
}

/* The comparison that is missing, with what it needs and the program does not have. */
static void write_check(struct page *page, struct pair pair, struct place place, bool moved)
{
	const struct verifier *v = page->v;
	s32 from = v->fault.reg.from, end_load = find_load(v, pair.end_off, v->fault.insn);
	struct words name, context, words;
	const char *start =
		moved ? "p" : words_variable(v, from, pair.start, pair.start + 2, &name);
	const char *cast = is_void(v, from, start) ? "" : "(void *)";

	if (end_load < 0)
		write_load(page, -1, pair.end, context_name(v, from, pair.start, &context));
	page_code(page, "if (%s%s + %d > %s)", cast, start, place.last + 1,
		  words_variable(v, end_load, pair.end, pair.end + 2, &words));
	page_code(page, "        %s", words_return(v));
}

void explain_packet_bounds(struct page *page)
{
	const struct verifier *v = page->v;
	const struct reg *reg = &v->fault.reg;
	struct pair pair = pair_of(reg->type);
	struct place place = place_of(v);
	bool moved = !scalar_is_const(reg->val) || reg->id;
	struct words words;

	if (reg->val.smin < 0 ||
	    (moved &&
	     reg->val.umax + (u64)max(v->fault.off, 0) + v->fault.size > OFFSET_COMPARED)) {
		explain_offset(page);
		return;
	}
	if (place.first < 0 && !moved) {
		explain_before_start(page, place);
		return;
	}
	page_title(page, "this needs %d byte%s %s, and %s", place.last + 1, place.last ? "s" : "",
		   moved ? "from the pointer on" : place.from, known_text(place, &words));
	page_note(page, reg->from, "the pointer comes from here");
	note_check(page, place);
	note_here(page, place);
	page_why(page,
		 "a packet may be shorter than any header. Only bytes that a comparison with %s "
		 "covers, on "
		 "the path that leads here, may be used.",
		 pair.end + 2);
	if (reg->checked < 0)
		page_fix(page,
			 "turn the comparison in %s round, or leave where it finds too few bytes:",
			 words_place(page, -reg->checked, &words));
	else if (place.known)
		page_fix(page, "let the comparison in %s cover %d bytes:",
			 words_place(page, reg->checked, &words), place.last + 1);
	else
		page_fix(page, "before %s, compare%s:", words_place(page, v->fault.insn, &words),
			 moved ? " (p is the pointer after it was moved)" : "");
	write_check(page, pair, place, moved);
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
	page_fix(page, "leave the packet as it is, or do this in a program of one of these types.");
}
