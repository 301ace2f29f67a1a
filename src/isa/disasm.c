/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disasm.c - fills in the text column of op.def.
 *
 * Each text is printed as it stands but for its directives: a percent sign and a letter, which
 * op.def explains. An instruction whose fields name no operation has no text of its own; Linux
 * writes it much like a near relative, which likeness() finds.
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

static const char *size_type(u8 code)
{
	switch (BPF_SIZE(code)) {
	case BPF_B:
		return "u8";
	case BPF_H:
		return "u16";
	case BPF_W:
		return "u32";
	}
	return "u64";
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
	case 'z':
		return put(out, "%s", size_type(insn->code));
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

/* The operation whose text Linux writes for an instruction that is none: nearly what it is. */
static enum op likeness(const struct bpf_insn *insn)
{
	struct bpf_insn like = *insn;

	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		like.off = 0;
		if (BPF_OP(insn->code) == BPF_END)
			like.imm = 16;
		break;
	case BPF_STX:
		if (BPF_MODE(insn->code) == BPF_ATOMIC)
			like.code = BPF_STX | BPF_ATOMIC | BPF_W;
		break;
	case BPF_JMP:
		like.src_reg = 0;
		break;
	}
	return insn_op(&like);
}

static void put_text(struct out *out, const struct bpf_insn *insn, const struct disasm_names *names,
		     const char *text)
{
	for (; *text; text++) {
		if (*text == '%')
			directive(out, *++text, insn, names);
		else
			put(out, "%c", *text);
	}
}

int insn_disasm(char *buf, size_t size, const struct bpf_insn *insn,
		const struct disasm_names *names)
{
	struct out out = {.buf = buf, .size = size};
	enum op op = insn_op(insn);

	if (op == OP_invalid)
		op = likeness(insn);
	if (op == OP_invalid) {
		put(&out, "BUG_%02x", insn->code);
	} else {
		put(&out, "(%02x) ", insn->code);
		put_text(&out, insn, names, op_info(op)->text);
	}
	return (int)out.len;
}
