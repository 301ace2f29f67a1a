/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_facts.c - what BTF says of a program, as plain facts: its functions and their arguments, the
 * lines of its source. libbpf parses; records are hostile until
 * they have been looked at here.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/loader.h"

static const struct btf_type *type_at(const struct btf *btf, u32 id)
{
	return id && id < btf__type_cnt(btf) ? btf__type_by_id(btf, id) : NULL;
}

static const char *name_at(const struct btf *btf, u32 offset)
{
	const char *name = btf__name_by_offset(btf, offset);

	return name ? name : "";
}

/* Through typedef, const, volatile, restrict and type tags. A chain longer than the table of
 * types is a circle. */
static const struct btf_type *resolve(const struct btf *btf, u32 id)
{
	const struct btf_type *type = type_at(btf, id);

	for (u32 i = 0; type && i < btf__type_cnt(btf); i++) {
		if (!btf_is_mod(type) && !btf_is_typedef(type))
			return type;
		type = type_at(btf, type->type);
	}
	return NULL;
}

/* A pointer argument of a global function: by what it points to. */
static void pointer_arg(const struct btf *btf, u32 target, struct prog_arg *arg)
{
	const struct btf_type *type = resolve(btf, target);
	s64 size;

	if (!type)
		return;
	if (btf_is_struct(type) && !strcmp(name_at(btf, type->name_off), "__sk_buff")) {
		arg->kind = PROG_ARG_CTX;
		return;
	}
	size = btf__resolve_size(btf, target);
	if (size <= 0 || size > UINT32_MAX)
		return;
	arg->kind = PROG_ARG_MEM;
	arg->size = (u32)size;
}

static void read_arg(const struct btf *btf, const struct btf_param *param, struct prog_arg *arg)
{
	const struct btf_type *type = resolve(btf, param->type);

	*arg = (struct prog_arg){.kind = PROG_ARG_UNSUPPORTED};
	snprintf(arg->name, sizeof(arg->name), "%s", name_at(btf, param->name_off));
	if (!type)
		return;
	if (btf_is_int(type) || btf_is_any_enum(type))
		arg->kind = PROG_ARG_SCALAR;
	else if (btf_is_ptr(type))
		pointer_arg(btf, type->type, arg);
}

static int read_func(const struct btf *btf, u32 type_id, struct prog_func *func)
{
	const struct btf_type *type = type_at(btf, type_id);
	const struct btf_type *proto, *ret;

	if (!type || !btf_is_func(type))
		return -EINVAL;
	proto = type_at(btf, type->type);
	if (!proto || !btf_is_func_proto(proto))
		return -EINVAL;
	snprintf(func->name, sizeof(func->name), "%s", name_at(btf, type->name_off));
	func->has_btf = true;
	func->global = btf_vlen(type) == BTF_FUNC_GLOBAL;
	ret = resolve(btf, proto->type);
	func->returns_void = proto->type == 0;
	func->returns_scalar =
		func->returns_void || (ret && (btf_is_int(ret) || btf_is_any_enum(ret)));
	func->arg_cnt = (u8)min((u32)btf_vlen(proto), 255u);
	for (u32 i = 0; i < func->arg_cnt && i < ARRAY_SIZE(func->args); i++)
		read_arg(btf, &btf_params(proto)[i], &func->args[i]);
	return 0;
}

/* The functions of @cnt func_info records: their number in *@funcs (the caller frees), or -errno.
 */
int btf_funcs(const struct btf *btf, const void *records, u32 rec_size, u32 cnt,
	      struct prog_func **funcs)
{
	struct bpf_func_info info;

	*funcs = NULL;
	if (!cnt)
		return 0;
	if (!records || rec_size < sizeof(info) || rec_size > 4096)
		return -EINVAL;
	if (cnt > PROG_FUNCS_MAX)
		return -E2BIG;
	*funcs = calloc(cnt, sizeof(**funcs));
	if (!*funcs)
		return -ENOMEM;
	for (u32 i = 0; i < cnt; i++) {
		memcpy(&info, (const u8 *)records + (size_t)i * rec_size, sizeof(info));
		(*funcs)[i].start = info.insn_off;
		if (i ? info.insn_off <= (*funcs)[i - 1].start : info.insn_off != 0)
			return -EINVAL;
		if (read_func(btf, info.type_id, &(*funcs)[i]))
			return -EINVAL;
	}
	return (int)cnt;
}

/* Copy @text behind the strings gathered so far; the offset it got. */
static size_t keep(char **strings, size_t *len, size_t *room, const char *text)
{
	size_t size = strlen(text) + 1, at = *len;

	if (at + size > *room) {
		size_t want = max(*room * 2, at + size + 4096);
		char *grown = realloc(*strings, want);

		if (!grown)
			return SIZE_MAX;
		*strings = grown;
		*room = want;
	}
	memcpy(*strings + at, text, size);
	*len += size;
	return at;
}

static int read_lines(const struct btf *btf, const u8 *records, u32 rec_size, u32 cnt,
		      struct prog_lines *lines, size_t (*offsets)[2])
{
	size_t len = 0, room = 0;
	struct bpf_line_info info;
	u32 last_file = 0;

	for (u32 i = 0; i < cnt; i++) {
		struct prog_line *row = &lines->rows[i];

		memcpy(&info, records + (size_t)i * rec_size, sizeof(info));
		if (i && info.insn_off <= row[-1].insn)
			return -EINVAL;
		row->insn = info.insn_off;
		row->line = BPF_LINE_INFO_LINE_NUM(info.line_col);
		row->column = BPF_LINE_INFO_LINE_COL(info.line_col);
		/* Neighbours mostly come from one file. */
		if (i && info.file_name_off == last_file)
			offsets[i][0] = offsets[i - 1][0];
		else
			offsets[i][0] = keep(&lines->strings, &len, &room,
					     name_at(btf, info.file_name_off));
		last_file = info.file_name_off;
		offsets[i][1] = keep(&lines->strings, &len, &room, name_at(btf, info.line_off));
		if (offsets[i][0] == SIZE_MAX || offsets[i][1] == SIZE_MAX)
			return -ENOMEM;
	}
	for (u32 i = 0; i < cnt; i++) {
		lines->rows[i].file = lines->strings + offsets[i][0];
		lines->rows[i].text = lines->strings + offsets[i][1];
	}
	lines->cnt = cnt;
	return 0;
}

/* The line table of @cnt line_info records (one reference), NULL for none. 0 or -errno. */
int btf_lines(const struct btf *btf, const void *records, u32 rec_size, u32 cnt,
	      struct prog_lines **lines)
{
	size_t(*offsets)[2];
	int code;

	*lines = NULL;
	if (!cnt)
		return 0;
	if (!records || rec_size < sizeof(struct bpf_line_info) || rec_size > 4096 ||
	    cnt > PROG_INSNS_MAX)
		return -EINVAL;
	*lines = calloc(1, sizeof(**lines) + (size_t)cnt * sizeof((*lines)->rows[0]));
	offsets = calloc(cnt, sizeof(*offsets));
	if (!*lines || !offsets) {
		free(offsets);
		free(*lines);
		*lines = NULL;
		return -ENOMEM;
	}
	(*lines)->refs = 1;
	code = read_lines(btf, records, rec_size, cnt, *lines, offsets);
	free(offsets);
	if (code) {
		prog_lines_put(*lines);
		*lines = NULL;
	}
	return code;
}
