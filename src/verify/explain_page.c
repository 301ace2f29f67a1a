/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_page.c - the page an explanation is written on: plain text, made to be read in a
 * terminal.
 *
 *     file.c:26:11: the title
 *       17 |     void *data = (void *)(long)skb->data;
 *          |                                     - a note
 *      ...
 *       26 |     if (eth->h_proto == bpf_htons(ETH_P_IP))
 *          |              ^ the note of the refused line
 *
 *     why: ...
 *     fix: ...
 *              data = (void *)(long)skb->data;
 *
 * Where there is no line information, instructions stand for lines ("17: (71) r1 = ..."). Source
 * text is what the object says it is and is printed without its control characters, tabs as blanks.
 */
#include <stdarg.h>
#include <string.h>

#include "isa/disasm.h"
#include "verify/explain.h"

#define TAB	 8
#define TEXT_MAX 160 /* columns of a line of source that are shown */
#define WRAP	 92  /* columns of why and fix */
#define HANG	 5   /* their indentation: "why: " */
#define CODE	 9   /* that of code */

static const struct prog_line *line_of(const struct verifier *v, u32 insn)
{
	const struct prog_line *line = prog_lines_find(v->source->lines, insn);

	return line && line->text && line->text[strspn(line->text, " \t")] ? line : NULL;
}

static const char *file_of(const struct prog_line *line)
{
	const char *slash = line->file ? strrchr(line->file, '/') : NULL;

	return slash ? slash + 1 : line->file && line->file[0] ? line->file : "?";
}

void page_title(struct page *page, const char *fmt, ...)
{
	const struct fault *fault = &page->v->fault;
	const struct prog_line *line = NULL;
	va_list args;

	if (fault->insn >= 0 && (u32)fault->insn < page->v->insn_cnt)
		line = line_of(page->v, (u32)fault->insn);
	if (line)
		fprintf(page->out, "%s:%u:%u: ", file_of(line), line->line, max(line->column, 1u));
	else if (fault->insn >= 0)
		fprintf(page->out, "instruction %d: ", fault->insn);
	va_start(args, fmt);
	vfprintf(page->out, fmt, args);
	va_end(args);
	fputc('\n', page->out);
}

static void add_note(struct page *page, s32 insn, bool primary, const char *fmt, va_list args)
{
	struct note *note;

	if (insn < 0 || (u32)insn >= page->v->insn_cnt || page->cnt == PAGE_NOTES_MAX)
		return;
	/* Where the refused instruction has a line, one that has none would puzzle. */
	if (!primary && line_of(page->v, (u32)page->v->fault.insn) && !line_of(page->v, (u32)insn))
		return;
	note = &page->notes[page->cnt++];
	note->insn = (u32)insn;
	note->primary = primary;
	vsnprintf(note->text, sizeof(note->text), fmt, args);
}

void page_note(struct page *page, s32 insn, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add_note(page, insn, false, fmt, args);
	va_end(args);
}

void page_here(struct page *page, const char *fmt, ...)
{
	const struct fault *fault = &page->v->fault;
	va_list args;

	for (u32 i = 0; i < fault->call_cnt; i++)
		page_note(page, fault->calls[i], "called from here");
	va_start(args, fmt);
	add_note(page, fault->insn, true, fmt, args);
	va_end(args);
}

/* Where the program stands in its files; notes without a line come in the order of instructions. */
static int compare_notes(const struct page *page, const struct note *a, const struct note *b)
{
	const struct prog_line *x = line_of(page->v, a->insn), *y = line_of(page->v, b->insn);
	int files;

	if (!x || !y)
		return (x != NULL) - (y != NULL) ?: (a->insn > b->insn) - (a->insn < b->insn);
	files = strcmp(file_of(x), file_of(y));
	if (files)
		return files;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (a->insn > b->insn) - (a->insn < b->insn);
}

/* A handful: insertion sort, which keeps the order of equals. */
static void sort_notes(struct page *page)
{
	for (u32 i = 1; i < page->cnt; i++) {
		struct note note = page->notes[i];
		u32 at = i;

		for (; at && compare_notes(page, &page->notes[at - 1], &note) > 0; at--)
			page->notes[at] = page->notes[at - 1];
		page->notes[at] = note;
	}
}

/* How many columns @byte takes at @column. */
static u32 width_of(char byte, u32 column)
{
	if (byte == '\t')
		return TAB - column % TAB;
	return ((u8)byte & 0xc0) != 0x80; /* the rest of a character of UTF-8: none */
}

/* The column where @upto bytes of @text end. */
static u32 column_at(const char *text, u32 upto)
{
	u32 column = 0;

	for (u32 i = 0; i < upto && text[i] && column < TEXT_MAX; i++)
		column += width_of(text[i], column);
	return column;
}

static u32 indent_of(const struct prog_line *line)
{
	return column_at(line->text, (u32)strspn(line->text, " \t"));
}

/* Where BTF says the line's expression is. */
static u32 column_of(const struct prog_line *line)
{
	return line->column ? max(column_at(line->text, line->column - 1), indent_of(line))
			    : indent_of(line);
}

/* Without its first @skip columns, which are blank. */
static void print_source(FILE *out, const char *text, u32 skip)
{
	u32 column = indent_of(&(struct prog_line){.text = text});

	fprintf(out, "%*s", (int)(column - skip), "");
	for (text += strspn(text, " \t"); *text && column < TEXT_MAX; text++) {
		u32 width = width_of(*text, column);

		if ((u8)*text < ' ' || *text == 0x7f)
			fprintf(out, "%*s", (int)width, "");
		else
			fputc(*text, out);
		column += width;
	}
	fputc('\n', out);
}

/* The indentation that all the lines have. */
static u32 common_indent(const struct page *page)
{
	u32 indent = TEXT_MAX;

	for (u32 i = 0; i < page->cnt; i++) {
		const struct prog_line *line = line_of(page->v, page->notes[i].insn);

		if (line)
			indent = min(indent, indent_of(line));
	}
	return indent;
}

static void print_note(struct page *page, const struct note *note, u32 column)
{
	fprintf(page->out, "%6s | %*s%c %s\n", "", (int)column, "", note->primary ? '^' : '-',
		note->text);
}

static const char *name_of_helper(void *ctx, u32 id)
{
	const struct helper *helper = helper_find(id);
	struct words *words = ctx;

	if (!helper || !helper->name)
		return NULL;
	snprintf(words->text, sizeof(words->text), "bpf_%s", helper->name);
	return words->text;
}

static void print_insn(struct page *page, const struct note *note, bool again)
{
	struct words words;
	struct disasm_names names = {.ctx = &words, .helper = name_of_helper};
	char text[DISASM_MAX + WORDS_MAX];

	insn_disasm(text, sizeof(text), &page->v->insns[note->insn], &names);
	if (!again)
		fprintf(page->out, "%6u: %s\n", note->insn, text);
	print_note(page, note, 0);
}

static void print_lines(struct page *page)
{
	const struct prog_line *prev = NULL;
	const char *file = NULL;
	u32 indent = common_indent(page);

	sort_notes(page);
	for (u32 i = 0; i < page->cnt; i++) {
		const struct note *note = &page->notes[i];
		const struct prog_line *line = line_of(page->v, note->insn);

		if (!line) {
			print_insn(page, note, i && note[-1].insn == note->insn);
			continue;
		}
		if (file && strcmp(file, file_of(line)))
			fprintf(page->out, "  in %s:\n", file_of(line));
		else if (prev && line->line > prev->line + 1)
			fputs("   ...\n", page->out);
		if (!prev || line->line != prev->line || strcmp(file, file_of(line))) {
			fprintf(page->out, "%6u |     ", line->line);
			print_source(page->out, line->text, indent);
		}
		print_note(page, note, column_of(line) - indent + 4);
		prev = line;
		file = file_of(line);
	}
}

/* @text wrapped at words, after @label. */
static void print_wrapped(struct page *page, const char *label, const char *text)
{
	u32 column = (u32)fprintf(page->out, "%s ", label);
	bool first = true;

	while (*text) {
		u32 len = (u32)strcspn(text, " ");

		if (!first && column + 1 + len > WRAP) {
			column = (u32)fprintf(page->out, "\n%*s", HANG, "") - 1;
			first = true;
		}
		column += (u32)fprintf(page->out, "%s%.*s", first ? "" : " ", (int)len, text);
		first = false;
		text += len + strspn(text + len, " ");
	}
	fputc('\n', page->out);
}

static void paragraph(struct page *page, const char *label, const char *fmt, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, args);
	print_wrapped(page, label, text);
}

void page_why(struct page *page, const char *fmt, ...)
{
	va_list args;

	if (!page->told) {
		print_lines(page);
		fputc('\n', page->out);
	}
	page->told = true;
	va_start(args, fmt);
	paragraph(page, "why:", fmt, args);
	va_end(args);
}

void page_fix(struct page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	paragraph(page, page->fixed ? "    " : "fix:", fmt, args);
	va_end(args);
	page->fixed = true;
}

void page_code(struct page *page, const char *fmt, ...)
{
	va_list args;

	fprintf(page->out, "%*s", CODE, "");
	va_start(args, fmt);
	vfprintf(page->out, fmt, args);
	va_end(args);
	fputc('\n', page->out);
}
