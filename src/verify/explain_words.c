/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_words.c - the phrases that explanations share: places, calls, ranges, what a register
 * holds, and the C that a program's own lines give away.
 *
 * Line information has no names of variables, but the text of a line often has: "data" in
 * `void *data = (void *)(long)skb->data;`. Where the text is not that plain, a usual name is taken.
 */
#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "isa/decode.h"
#include "verify/explain.h"

static const struct prog_line *line_of(const struct verifier *v, s32 insn)
{
	const struct prog_line *line;

	if (insn < 0)
		return NULL;
	line = prog_lines_find(v->source->lines, (u32)insn);
	return line && line->text ? line : NULL;
}

const char *words_place(const struct page *page, s32 insn, struct words *words)
{
	const struct prog_line *line = line_of(page->v, insn);
	const struct prog_line *here = line_of(page->v, page->v->fault.insn);
	const char *slash;

	if (!line) {
		snprintf(words->text, sizeof(words->text), "instruction %d", insn);
		return words->text;
	}
	slash = line->file ? strrchr(line->file, '/') : NULL;
	if (here && line->file && here->file && strcmp(line->file, here->file))
		snprintf(words->text, sizeof(words->text), "%s:%u", slash ? slash + 1 : line->file,
			 line->line);
	else
		snprintf(words->text, sizeof(words->text), "line %u", line->line);
	return words->text;
}

static const struct bpf_insn *insn_at(const struct verifier *v, s32 insn)
{
	return insn >= 0 && (u32)insn < v->insn_cnt ? &v->insns[insn] : NULL;
}

const char *words_call(const struct verifier *v, s32 at, struct words *words)
{
	const struct bpf_insn *insn = insn_at(v, at);
	int sub;

	if (insn && insn_is_helper_call(insn)) {
		const char *name = call_helper_name((u32)insn->imm);

		if (name) {
			snprintf(words->text, sizeof(words->text), "bpf_%s", name);
			return words->text;
		}
	}
	if (insn && insn_is_local_call(insn)) {
		sub = cfg_sub_at(v, (u32)(at + insn->imm + 1));
		if (sub >= 0 && v->subs[sub].func && v->subs[sub].func->name[0]) {
			snprintf(words->text, sizeof(words->text), "%s", v->subs[sub].func->name);
			return words->text;
		}
	}
	return "the call";
}

const char *words_access(const struct verifier *v, struct words *words)
{
	const struct bpf_insn *insn = insn_at(v, v->fault.insn);
	const char *verb = "used";
	struct words call;
	u32 bytes;

	if (!insn)
		return "it is used";
	if (insn_is_call(insn)) {
		snprintf(words->text, sizeof(words->text), "%s takes it as argument %d",
			 words_call(v, v->fault.insn, &call), v->fault.regno);
		return words->text;
	}
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		verb = "read";
		break;
	case BPF_ST:
	case BPF_STX:
		verb = BPF_MODE(insn->code) == BPF_ATOMIC ? "changed" : "written";
		break;
	default:
		return "it is used";
	}
	bytes = insn_access_size(insn);
	snprintf(words->text, sizeof(words->text), "%u byte%s %s", bytes,
		 bytes == 1 ? " is" : "s are", verb);
	return words->text;
}

const char *words_range(struct scalar val, struct words *words)
{
	char *text = words->text;
	size_t size = sizeof(words->text);

	if (scalar_is_const(val))
		snprintf(text, size, "%" PRId64, (s64)scalar_value(val));
	else if (val.smin == INT64_MIN && val.smax == INT64_MAX && val.umin == 0 &&
		 val.umax == UINT64_MAX)
		snprintf(text, size, "any number");
	else if (val.smin < 0)
		snprintf(text, size, "%" PRId64 " to %" PRId64, val.smin, val.smax);
	else
		snprintf(text, size, "%" PRIu64 " to %" PRIu64, val.umin, val.umax);
	return text;
}

const char *words_reg(const struct reg *reg, struct words *words)
{
	const char *null = reg->flags & REG_OR_NULL ? ", or NULL" : "";
	const char *text = "nothing";

	switch (reg->type) {
	case REG_NONE:
		return "nothing: it was never written";
	case REG_SCALAR:
		return reg_is_null(reg) ? "0 (NULL)" : "a number";
	case REG_CTX:
		return "the context (struct __sk_buff *)";
	case REG_MAP:
		text = "a map";
		break;
	case REG_MAP_VALUE:
		text = "a pointer into a map's value";
		break;
	case REG_MAP_KEY:
		text = "a pointer into a map's key";
		break;
	case REG_STACK:
		return "a pointer into the stack";
	case REG_PKT:
		return "a pointer into the packet";
	case REG_PKT_META:
		return "a pointer into the packet's metadata";
	case REG_PKT_END:
		return "the end of the packet (data_end)";
	case REG_MEM:
		text = reg->flags & REG_RINGBUF ? "a ring buffer record" : "a pointer to memory";
		break;
	case REG_SOCK:
		text = "a socket";
		break;
	case REG_FUNC:
		return "a function";
	}
	snprintf(words->text, sizeof(words->text), "%s%s", text, null);
	return words->text;
}

const char *words_types(u32 types, struct words *words)
{
	static const struct {
		u32 bit;
		const char *name;
	} rows[] = {
		{HELPER_CLS, "SCHED_CLS"},     {HELPER_ACT, "SCHED_ACT"},
		{HELPER_LWT_IN, "LWT_IN"},     {HELPER_LWT_OUT, "LWT_OUT"},
		{HELPER_LWT_XMIT, "LWT_XMIT"},
	};
	size_t len = 0;

	words->text[0] = '\0';
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *separator = !len ? "" : types == rows[i].bit ? " and " : ", ";

		if (!(types & rows[i].bit))
			continue;
		types &= ~rows[i].bit;
		len += (size_t)snprintf(words->text + len, sizeof(words->text) - len, "%s%s",
					separator, rows[i].name);
	}
	return words->text;
}

const char *words_return(const struct verifier *v)
{
	if (cfg_sub_of(v, (u32)v->fault.insn))
		return "return -1;"; /* what its callers make of it is not known */
	return v->type_bit & HELPER_TC ? "return TC_ACT_OK;" : "return BPF_OK;";
}

static bool in_name(char c)
{
	return isalnum((u8)c) || c == '_';
}

/* The '=' of a plain assignment, or NULL. */
static const char *find_assignment(const char *text)
{
	for (const char *at = strchr(text, '='); at; at = strchr(at + 1, '=')) {
		if (at[1] == '=') {
			at++;
			continue;
		}
		if (at > text && !strchr("<>!+-*/%&|^", at[-1]))
			return at;
	}
	return NULL;
}

/* Is @needle in @text, and not as the beginning of a longer name? */
static bool mentions(const char *text, const char *needle)
{
	size_t len = strlen(needle);

	for (text = strstr(text, needle); text; text = strstr(text + 1, needle)) {
		if (!in_name(text[len]))
			return true;
	}
	return false;
}

/* The assignment of the line, and its variable in *@name of *@len bytes. */
static const char *find_variable(const struct verifier *v, s32 insn, const char *needle,
				 const char **name, size_t *len)
{
	const struct prog_line *line = line_of(v, insn);
	const char *equals = line ? find_assignment(line->text) : NULL;
	const char *start, *end;

	if (!equals || !mentions(equals, needle) || find_assignment(equals + 1))
		return NULL;
	for (end = equals; end > line->text && isspace((u8)end[-1]);)
		end--;
	for (start = end; start > line->text && in_name(start[-1]);)
		start--;
	if (start == end || isdigit((u8)*start))
		return NULL;
	/* A member or what a pointer leads to is not a variable; a declaration's star is fine. */
	if (start > line->text && (start[-1] == '.' || start[-1] == '>'))
		return NULL;
	if (start > line->text && start[-1] == '*' &&
	    line->text + strspn(line->text, " \t*") == start)
		return NULL;
	*name = start;
	*len = (size_t)(end - start);
	return equals;
}

const char *words_variable(const struct verifier *v, s32 insn, const char *needle,
			   const char *otherwise, struct words *words)
{
	const char *name;
	size_t len;

	if (!find_variable(v, insn, needle, &name, &len) || len >= sizeof(words->text))
		return otherwise;
	snprintf(words->text, sizeof(words->text), "%.*s", (int)len, name);
	return words->text;
}

const char *words_statement(const struct verifier *v, s32 insn, const char *needle,
			    const char *otherwise, struct words *words)
{
	const char *name, *equals, *end;
	size_t len;

	equals = find_variable(v, insn, needle, &name, &len);
	end = equals ? strchr(equals, ';') : NULL;
	/* One whole statement, with nothing around it. */
	if (!end || strpbrk(equals, ",{}\"") || end - name + 2 > (s32)sizeof(words->text))
		return otherwise;
	for (const char *at = equals; at < end; at++) {
		if ((u8)*at < ' ' && *at != '\t')
			return otherwise;
	}
	snprintf(words->text, sizeof(words->text), "%.*s", (int)(end - name + 1), name);
	return words->text;
}

s32 fault_offset(const struct verifier *v)
{
	const struct bpf_insn *insn = insn_at(v, v->fault.insn);

	return v->fault.reg.off + (insn && !insn_is_call(insn) ? insn->off : 0);
}

const struct helper *fault_helper(const struct verifier *v, u32 *id)
{
	const struct bpf_insn *insn = insn_at(v, v->fault.insn);

	if (!insn || !insn_is_helper_call(insn))
		return NULL;
	*id = (u32)insn->imm;
	return helper_find(*id);
}

bool fault_is_size(const struct fault *fault)
{
	bool in_bounds = fault->blame == BLAME_UNBOUNDED || fault->blame == BLAME_MAP_BOUNDS ||
			 fault->blame == BLAME_STACK_BOUNDS || fault->blame == BLAME_PACKET_BOUNDS;

	if (!in_bounds || !fault->mem_regno || fault->len.type != REG_SCALAR)
		return false;
	return fault->regno > fault->mem_regno || !scalar_is_const(fault->len.val);
}

bool fault_is_stale(const struct fault *fault)
{
	const struct reg *reg = &fault->reg;

	return fault->regno >= 0 && reg->killed >= 0 &&
	       (reg->was == REG_PKT || reg->was == REG_PKT_META || reg->was == REG_PKT_END);
}

bool fault_is_given_away(const struct fault *fault)
{
	return fault->regno >= 0 && fault->reg.killed >= 0 && fault->reg.was == REG_MEM;
}
