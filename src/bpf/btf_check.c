/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_check.c - BTF that leads nowhere, or in a circle, is refused before libbpf sees it. The
 * format is that of the kernel's Documentation/bpf/btf.rst: a header, a run of types of varying
 * length, a run of strings.
 *
 * Two passes: the first finds where each type starts, the second follows every reference.
 */
#include <errno.h>
#include <gelf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/loader.h"

#ifndef BTF_KIND_ENUM64
#define BTF_KIND_ENUM64 19
#endif
#define BTF_TYPES_MAX 1000000 /* the kernel's BTF_MAX_TYPE */
#define BTF_CHAIN_MAX 256     /* names of one type; libbpf follows them again and again */

struct check {
	const u8 *types;
	u32 types_len;
	const char *strings;
	u32 strings_len;
	u32 *offsets; /* of each type from types; offsets[0] is void */
	u32 cnt;      /* types, void included */
	struct error *err;
};

static int wrong(const struct check *check, u32 id, const char *what)
{
	return error_set(check->err, -EINVAL, "its BTF is damaged: type %u %s", id, what);
}

static const struct btf_type *type_of(const struct check *check, u32 id)
{
	return (const struct btf_type *)(check->types + check->offsets[id]);
}

static u32 kind_of(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info);
}

/* Bytes behind the common part, -1: no such kind. */
static s64 tail_size(const struct btf_type *type)
{
	u32 vlen = BTF_INFO_VLEN(type->info);

	switch (kind_of(type)) {
	case BTF_KIND_FWD:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return (s64)vlen * 8;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return (s64)vlen * 12;
	}
	return -1;
}

static int find_types(struct check *check)
{
	u32 at = 0;

	check->cnt = 1;
	while (at < check->types_len) {
		s64 size;

		if (check->types_len - at < sizeof(struct btf_type))
			return wrong(check, check->cnt, "is cut off");
		if (check->cnt == BTF_TYPES_MAX)
			return wrong(check, check->cnt, "is one too many");
		check->offsets[check->cnt] = at;
		size = tail_size(type_of(check, check->cnt));
		if (size < 0)
			return wrong(check, check->cnt, "is of an unknown kind");
		size += sizeof(struct btf_type);
		if (size > check->types_len - at)
			return wrong(check, check->cnt, "is cut off");
		at += (u32)size;
		check->cnt++;
	}
	return 0;
}

static bool has_name(const struct check *check, u32 offset)
{
	return offset < check->strings_len;
}

static bool has_type(const struct check *check, u32 id)
{
	return id < check->cnt;
}

static bool is_kind(const struct check *check, u32 id, u32 kind)
{
	return id && id < check->cnt && kind_of(type_of(check, id)) == kind;
}

/* Everything that stands behind the common part. */
static int check_members(const struct check *check, u32 id)
{
	const struct btf_type *type = type_of(check, id);
	const u32 *words = (const u32 *)(type + 1);
	u32 vlen = BTF_INFO_VLEN(type->info);

	switch (kind_of(type)) {
	case BTF_KIND_ARRAY:
		if (!has_type(check, words[0]) || !has_type(check, words[1]))
			return wrong(check, id, "is an array of a type that is not there");
		return 0;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		for (u32 i = 0; i < vlen; i++, words += 3) {
			if (!has_name(check, words[0]) || !has_type(check, words[1]))
				return wrong(check, id, "has a member of a type that is not there");
		}
		return 0;
	case BTF_KIND_ENUM:
		for (u32 i = 0; i < vlen; i++, words += 2) {
			if (!has_name(check, words[0]))
				return wrong(check, id, "has a value without a name");
		}
		return 0;
	case BTF_KIND_ENUM64:
		for (u32 i = 0; i < vlen; i++, words += 3) {
			if (!has_name(check, words[0]))
				return wrong(check, id, "has a value without a name");
		}
		return 0;
	case BTF_KIND_FUNC_PROTO:
		for (u32 i = 0; i < vlen; i++, words += 2) {
			if (!has_name(check, words[0]) || !has_type(check, words[1]))
				return wrong(check, id,
					     "has an argument of a type that is not there");
		}
		return 0;
	case BTF_KIND_DATASEC:
		for (u32 i = 0; i < vlen; i++, words += 3) {
			if (!is_kind(check, words[0], BTF_KIND_VAR) &&
			    !is_kind(check, words[0], BTF_KIND_FUNC))
				return wrong(check, id, "lists something that is no variable");
		}
		return 0;
	}
	return 0;
}

/* What the common part refers to. */
static int check_target(const struct check *check, u32 id)
{
	const struct btf_type *type = type_of(check, id);

	switch (kind_of(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
	case BTF_KIND_FUNC_PROTO:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return has_type(check, type->type) ? 0 : wrong(check, id, "refers to none");
	case BTF_KIND_FUNC:
		return is_kind(check, type->type, BTF_KIND_FUNC_PROTO)
			       ? 0
			       : wrong(check, id, "is a function without a prototype");
	}
	return 0;
}

/* What @id names, qualifies or is an array of, until the end: 0 when that is void, or -errno. */
static s64 follow(const struct check *check, u32 id)
{
	u32 at = id;

	for (u32 steps = 0; at && steps < BTF_CHAIN_MAX; steps++) {
		const struct btf_type *type = type_of(check, at);

		switch (kind_of(type)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG:
			at = type->type;
			break;
		case BTF_KIND_ARRAY:
			at = ((const struct btf_array *)(type + 1))->type;
			break;
		default:
			return at;
		}
	}
	return at ? wrong(check, id, "is made of itself, or of too many others") : 0;
}

/* libbpf asks how a kconfig value is aligned before it asks whether that can be one, and goes
 * through every member of every member to find out. */
static int check_kconfig(const struct check *check, u32 id)
{
	const struct btf_type *section = type_of(check, id);
	const struct btf_var_secinfo *rows = (const struct btf_var_secinfo *)(section + 1);

	if (kind_of(section) != BTF_KIND_DATASEC ||
	    strcmp(check->strings + section->name_off, ".kconfig"))
		return 0;
	for (u32 i = 0; i < BTF_INFO_VLEN(section->info); i++) {
		s64 at = follow(check, type_of(check, rows[i].type)->type);
		u32 kind;

		if (at < 0)
			return (int)at;
		kind = at ? kind_of(type_of(check, (u32)at)) : BTF_KIND_UNKN;
		if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
			return error_set(check->err, -EINVAL,
					 "__kconfig variable '%s' is a structure; it can be a "
					 "number, a truth value or a text",
					 check->strings + type_of(check, rows[i].type)->name_off);
	}
	return 0;
}

static int check_types(struct check *check)
{
	int code = find_types(check);

	for (u32 id = 1; !code && id < check->cnt; id++) {
		if (!has_name(check, type_of(check, id)->name_off))
			return wrong(check, id, "has its name outside of the strings");
		code = check_members(check, id);
		if (!code)
			code = check_target(check, id);
	}
	for (u32 id = 1; !code && id < check->cnt; id++)
		code = (int)min(follow(check, id), 0);
	for (u32 id = 1; !code && id < check->cnt; id++)
		code = check_kconfig(check, id);
	return code;
}

int btf_check(const void *bytes, size_t size, struct error *err)
{
	struct check check = {.err = err};
	struct btf_header header;
	int code;

	if (size < sizeof(header) || size > UINT32_MAX)
		return error_set(err, -EINVAL, "its BTF is cut off in the header");
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != 1)
		return error_set(err, -EINVAL,
				 "its BTF has magic 0x%04x version %u, not 0x%04x and 1",
				 header.magic, header.version, BTF_MAGIC);
	if (header.hdr_len < sizeof(header) || header.hdr_len > size || header.type_off % 4 ||
	    header.type_len > size || header.type_off > size || header.str_len > size ||
	    header.str_off > size || header.hdr_len % 4 ||
	    header.hdr_len + (u64)header.type_off + header.type_len > size ||
	    header.hdr_len + (u64)header.str_off + header.str_len > size)
		return error_set(err, -EINVAL, "its BTF is cut off, or its header is damaged");
	check.types = (const u8 *)bytes + header.hdr_len + header.type_off;
	check.types_len = header.type_len;
	check.strings = (const char *)bytes + header.hdr_len + header.str_off;
	check.strings_len = header.str_len;
	if (!check.strings_len || check.strings[0] || check.strings[check.strings_len - 1])
		return error_set(err, -EINVAL, "its BTF has damaged strings");
	check.offsets = malloc((header.type_len / sizeof(struct btf_type) + 2) * sizeof(u32));
	if (!check.offsets)
		return error_set(err, -ENOMEM, "no memory");
	code = check_types(&check);
	free(check.offsets);
	return code;
}

int elf_check_btf(const char *path, const void *bytes, size_t size, struct error *err)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;
	Elf *elf;
	int code = 0;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)bytes, size);
	if (!elf || elf_getshdrstrndx(elf, &names)) {
		elf_end(elf);
		return 0; /* libbpf has its own sentence for that */
	}
	while (!code && (section = elf_nextscn(elf, section))) {
		Elf_Data *data;
		const char *name;

		if (!gelf_getshdr(section, &header))
			continue;
		name = elf_strptr(elf, names, header.sh_name);
		data = name && !strcmp(name, ".BTF") ? elf_getdata(section, NULL) : NULL;
		if (!data || !data->d_buf)
			continue;
		code = btf_check(data->d_buf, data->d_size, err);
		if (code)
			error_prefix(err, code, "%s", path);
	}
	elf_end(elf);
	return code;
}
