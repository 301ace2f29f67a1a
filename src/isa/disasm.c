/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disasm.c - fills in the text column of op.def.
 *
 * Each text is printed as it stands but for its directives: a percent sign and a letter, which
 * op.def explains. An instruction whose fields name no operation has no text of its own; Linux
 * writes most of those as if the field that makes no sense were zero, and so does likeness().
 */
#include "isa/disasm.h"

#include <stdarg.h>
#include <stdio.h>

#include "isa/decode.h"

struct out {
	char *buf;
	size_t size;
	size_t len; /* of the whole text, also of what did not fit */
};

__attribute__((format(printf, 2, 3))) static void put(struct out *out, const char *fmt, ...)
{
	bool fits = out->len < out->size;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(fits ? out->buf + out->len : NULL, fits ? out->size - out->len : 0, fmt,
			args);
	va_end(args);
	out->len += len > 0 ? (size_t)len : 0;
}

static const char *helper_name(const struct bpf_insn *insn, const struct disasm_names *names)
{
	const char *name =
		names && names->helper ? names->helper(names->ctx, (u32)insn->imm) : NULL;

	return name ? name : "unknown";
}

static const char *kfunc_name(const struct bpf_insn *insn, const struct disasm_names *names)
{
	const char *name = names && names->kfunc ? names->kfunc(names->ctx, insn) : NULL;

	return name ? name : "unknown";
}

static void put_imm64(struct out *out, const struct bpf_insn *insn,
		      const struct disasm_names *names)
{
	const char *name = NULL;

	if (names && names->imm64 && insn->src_reg)
		name = names->imm64(names->ctx, insn);
	if (name)
		put(out, "%s", name);
	else
		put(out, "0x%llx", (unsigned long long)insn_imm64(insn));
}

static void directive(struct out *out, char letter, const struct bpf_insn *insn,
		      const struct disasm_names *names)
{
	switch (letter) {
	case 'd':
		return put(out, "%d", insn->dst_reg);
	case 's':
		return put(out, "%d", insn->src_reg);
	case 'o':
		return put(out, "%+d", insn->off);
	case 'j':
		return put(out, "%+d", insn->imm);
	case 'i':
		return put(out, "%d", insn->imm);
	case 'x':
		return put(out, "0x%x", (u32)insn->imm);
	case 'l':
		return put_imm64(out, insn, names);
	case 'f':
		return put(out, "%s", helper_name(insn, names));
	case 'k':
		return put(out, "%s", kfunc_name(insn, names));
	case 'a':
		return put(out, "%u", (u32)insn->imm >> 16);
	case 'b':
		return put(out, "%u", (u32)insn->imm & 0xffff);
	}
	put(out, "%c", letter);
}

/* What Linux writes for an instruction that is no operation. */
static enum op likeness(const struct bpf_insn *insn)
{
	struct bpf_insn plain = *insn;

	plain.off = 0;
	if (BPF_CLASS(insn->code) == BPF_JMP)
		plain.src_reg = 0;
	return insn_op(&plain);
}

int insn_disasm(char *buf, size_t size, const struct bpf_insn *insn,
		const struct disasm_names *names)
{
	struct out out = {.buf = buf, .size = size};
	enum op op = insn_op(insn);

	if (op == OP_invalid)
		op = likeness(insn);
	put(&out, "(%02x) ", insn->code);
	if (op == OP_invalid)
		put(&out, "BUG_%02x", insn->code);
	else
		for (const char *text = op_info(op)->text; *text; text++) {
			if (*text == '%')
				directive(&out, *++text, insn, names);
			else
				put(&out, "%c", *text);
		}
	return (int)out.len;
}
