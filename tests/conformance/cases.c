/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cases.c - reading the .data files, and the program around one instruction.
 */
#include "cases.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSN(c, d, s, o, i)                                                                        \
	(struct bpf_insn)                                                                          \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

/* What the operation does with mem. */
enum shape {
	SHAPE_NONE, /* no line can describe it */
	SHAPE_REGISTERS,
	SHAPE_BRANCH,
	SHAPE_LOAD,  /* mem is the source */
	SHAPE_STORE, /* mem is the destination */
};

static enum shape shape_of(enum op op)
{
	static const u8 shapes[OPS] = {
#define ALU(name, ...)	 [OP_##name] = SHAPE_REGISTERS,
#define JMP(name, ...)	 [OP_##name] = SHAPE_BRANCH,
#define LOAD(name, ...)	 [OP_##name] = SHAPE_LOAD,
#define STORE(name, ...) [OP_##name] = SHAPE_STORE,
#define RMW(name, ...)	 [OP_##name] = SHAPE_STORE,
#define OP(name, ...)
#include "isa/op.def"
	};

	return (enum shape)shapes[op];
}

bool case_describes(enum op op)
{
	return shape_of(op) != SHAPE_NONE;
}

static enum op op_named(const char *name)
{
	for (enum op op = 1; op < OPS; op++)
		if (!strcmp(op_info(op)->name, name))
			return op;
	return OP_invalid;
}

static u64 *field_of(struct case_state *state, const char *name)
{
	if (!strcmp(name, "r0"))
		return &state->r0;
	if (!strcmp(name, "r1"))
		return &state->r1;
	if (!strcmp(name, "r2"))
		return &state->r2;
	if (!strcmp(name, "mem"))
		return &state->mem;
	return NULL;
}

/* "r1=0x5" into @state, "imm=-1" into the case. */
static int read_setting(struct op_case *to, struct case_state *state, char *word, struct error *err)
{
	char *value = strchr(word, '='), *end;
	u64 *field;

	if (!value || !value[1])
		return error_set(err, -EINVAL, "%s: %s is no NAME=VALUE", to->where, word);
	*value++ = '\0';
	if (!strcmp(word, "imm")) {
		to->imm = (s32)strtol(value, &end, 0);
	} else {
		field = field_of(state, word);
		if (!field)
			return error_set(err, -EINVAL, "%s: there is no %s", to->where, word);
		*field = strtoull(value, &end, 0);
	}
	if (*end)
		return error_set(err, -EINVAL, "%s: %s is no number", to->where, value);
	return 0;
}

static int read_line(struct op_case *to, char *line, struct error *err)
{
	bool after = false;
	char *rest = line, *word;
	int code;

	to->before = case_default;
	word = strsep(&rest, " \t");
	to->refused = *word == '!';
	to->op = op_named(word + to->refused);
	if (!case_describes(to->op))
		return error_set(err, -EINVAL, "%s: no line can describe %s", to->where, word);
	while ((word = strsep(&rest, " \t"))) {
		if (!*word || (after && !strcmp(word, "next")))
			continue;
		if (!strcmp(word, "->")) {
			to->after = to->before;
			after = true;
		} else if (after && !strcmp(word, "taken")) {
			to->after.taken = 1;
		} else {
			code = read_setting(to, after ? &to->after : &to->before, word, err);
			if (code)
				return code;
		}
	}
	if (!after)
		return error_set(err, -EINVAL, "%s: there is no ->", to->where);
	return 0;
}

static int add(struct op_cases *cases, const struct op_case *op_case)
{
	if (!(cases->cnt & (cases->cnt - 1))) {
		u32 size = cases->cnt ? 2 * cases->cnt : 1;
		struct op_case *grown = realloc(cases->cases, size * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		cases->cases = grown;
	}
	cases->cases[cases->cnt++] = *op_case;
	return 0;
}

static int read_file(const char *dir, const char *name, struct op_cases *cases, struct error *err)
{
	char path[4096], line[256];
	u32 number = 0;
	int code = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	in = fopen(path, "r");
	if (!in)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	while (!code && fgets(line, sizeof(line), in)) {
		struct op_case op_case = {0};

		number++;
		line[strcspn(line, "#\n")] = '\0';
		if (!line[strspn(line, " \t")])
			continue;
		snprintf(op_case.where, sizeof(op_case.where), "%s:%u", name, number);
		code = read_line(&op_case, line, err);
		if (!code)
			code = add(cases, &op_case);
	}
	fclose(in);
	return code;
}

static int is_data(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".data");
}

int cases_read(const char *dir, struct op_cases *cases, struct error *err)
{
	struct dirent **names;
	int cnt = scandir(dir, &names, is_data, alphasort);
	int code = 0;

	*cases = (struct op_cases){0};
	if (cnt < 0)
		return error_set(err, -errno, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < cnt; i++) {
		if (!code)
			code = read_file(dir, names[i]->d_name, cases, err);
		free(names[i]);
	}
	free(names);
	return code;
}

void cases_free(struct op_cases *cases)
{
	free(cases->cases);
}

/* The instruction itself: r1 is dst and r2 src, or one of them is the address of mem. */
static struct bpf_insn instruction(const struct op_case *op_case)
{
	const struct op_info *row = op_info(op_case->op);
	struct bpf_insn insn = {.code = row->code, .imm = op_case->imm};

	if (row->uses & USES_DST)
		insn.dst_reg = 1;
	if (row->uses & USES_SRC)
		insn.src_reg = 2;
	switch (shape_of(op_case->op)) {
	case SHAPE_NONE:
	case SHAPE_REGISTERS:
		break;
	case SHAPE_BRANCH:
		insn.off = 1;
		break;
	case SHAPE_LOAD:
		insn.src_reg = 10;
		insn.off = -8;
		break;
	case SHAPE_STORE:
		insn.dst_reg = 10;
		insn.off = -8;
		break;
	}
	if (row->key == OP_KEY_OFF)
		insn.off = (s16)row->key_value;
	if (row->key == OP_KEY_IMM)
		insn.imm = row->key_value;
	return insn;
}

static struct bpf_insn load(u8 reg, u8 from, size_t off)
{
	return INSN(BPF_LDX | BPF_MEM | BPF_DW, reg, from, (s16)off, 0);
}

static struct bpf_insn store(u8 to, size_t off, u8 reg)
{
	return INSN(BPF_STX | BPF_MEM | BPF_DW, to, reg, (s16)off, 0);
}

u32 case_program(const struct op_case *op_case, struct bpf_insn *insns, u32 cnt)
{
	insns[cnt++] = load(0, 6, offsetof(struct case_state, r0));
	insns[cnt++] = load(1, 6, offsetof(struct case_state, r1));
	insns[cnt++] = load(2, 6, offsetof(struct case_state, r2));
	insns[cnt++] = load(3, 6, offsetof(struct case_state, mem));
	insns[cnt++] = store(10, (size_t)-8, 3);
	insns[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 7, 0, 0, 0);
	insns[cnt++] = instruction(op_case);
	if (shape_of(op_case->op) == SHAPE_BRANCH) {
		insns[cnt++] = INSN(BPF_JMP | BPF_JA, 0, 0, 1, 0);
		insns[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 7, 0, 0, 1);
	}
	insns[cnt++] = store(6, offsetof(struct case_state, r0), 0);
	insns[cnt++] = store(6, offsetof(struct case_state, r1), 1);
	insns[cnt++] = store(6, offsetof(struct case_state, r2), 2);
	insns[cnt++] = load(3, 10, (size_t)-8);
	insns[cnt++] = store(6, offsetof(struct case_state, mem), 3);
	insns[cnt++] = store(6, offsetof(struct case_state, taken), 7);
	insns[cnt++] = INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	insns[cnt++] = INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	return cnt;
}

const char *case_compare(const struct op_case *op_case, const struct case_state *seen, char *text,
			 size_t size)
{
	const struct case_state *after = &op_case->after;

	text[0] = '\0';
	if (memcmp(after, seen, sizeof(*seen)))
		snprintf(text, size,
			 "%s: %s: expected r0=0x%llx r1=0x%llx r2=0x%llx mem=0x%llx %s, "
			 "seen r0=0x%llx r1=0x%llx r2=0x%llx mem=0x%llx %s",
			 op_case->where, op_info(op_case->op)->name, (unsigned long long)after->r0,
			 (unsigned long long)after->r1, (unsigned long long)after->r2,
			 (unsigned long long)after->mem, after->taken ? "taken" : "next",
			 (unsigned long long)seen->r0, (unsigned long long)seen->r1,
			 (unsigned long long)seen->r2, (unsigned long long)seen->mem,
			 seen->taken ? "taken" : "next");
	return text;
}
