/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf.c - BTF written by hand: a header, types one after another, a string table.
 *
 * A type's number is its place, counted from 1; 0 is void. Names are offsets into the strings.
 */
#include <errno.h>
#include <linux/btf.h>
#include <string.h>

#include "btf.h"
#include "kernel.h"

struct blob {
	u32 types[1024];
	u32 words, cnt;
	char strings[2048];
	u32 chars;
};

static void blob_init(struct blob *blob)
{
	memset(blob, 0, sizeof(*blob));
	blob->chars = 1; /* "" */
}

static u32 name_add(struct blob *blob, const char *name)
{
	u32 at = blob->chars, len = (u32)strlen(name) + 1;

	memcpy(blob->strings + at, name, len);
	blob->chars += len;
	return at;
}

static void word_add(struct blob *blob, u32 word)
{
	blob->types[blob->words++] = word;
}

/* A type's first three words; what follows depends on its kind. Returns its number. */
static u32 type_add(struct blob *blob, const char *name, u32 kind, u32 vlen, u32 size_or_type)
{
	word_add(blob, *name ? name_add(blob, name) : 0);
	word_add(blob, kind << 24 | vlen);
	word_add(blob, size_or_type);
	return ++blob->cnt;
}

static u32 int_add(struct blob *blob, const char *name, u32 bytes, bool is_signed)
{
	u32 id = type_add(blob, name, BTF_KIND_INT, 0, bytes);

	word_add(blob, (is_signed ? (u32)BTF_INT_SIGNED << 24 : 0) | bytes * 8);
	return id;
}

static void member_add(struct blob *blob, const char *name, u32 type, u32 bit)
{
	word_add(blob, name_add(blob, name));
	word_add(blob, type);
	word_add(blob, bit);
}

static int blob_load(const struct blob *blob)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = blob->words * 4,
		.str_off = blob->words * 4,
		.str_len = blob->chars,
	};
	u8 bytes[sizeof(header) + sizeof(blob->types) + sizeof(blob->strings)];
	union bpf_attr attr = {
		.btf = (u64)(uintptr_t)bytes,
		.btf_size = (u32)sizeof(header) + header.type_len + header.str_len,
	};

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), blob->types, header.type_len);
	memcpy(bytes + sizeof(header) + header.type_len, blob->strings, header.str_len);
	return kernel_bpf(BPF_BTF_LOAD, &attr);
}

int btf_locked_value(u32 *key_id, u32 *value_id)
{
	struct blob blob;

	blob_init(&blob);

	u32 u32_id = int_add(&blob, "u32", 4, false), u64_id = int_add(&blob, "u64", 8, false);
	u32 lock_id = type_add(&blob, "bpf_spin_lock", BTF_KIND_STRUCT, 1, 4);

	member_add(&blob, "val", u32_id, 0);
	*key_id = u32_id;
	*value_id = type_add(&blob, "value", BTF_KIND_STRUCT, 3, 16);
	member_add(&blob, "count", u32_id, 0);
	member_add(&blob, "lock", lock_id, 32);
	member_add(&blob, "rest", u64_id, 64);
	return blob_load(&blob);
}

/* The type of an argument: an int, a pointer to the context, or one to @size bytes. */
static u32 arg_type_add(struct blob *blob, u32 int_id, u32 char_id, struct test_arg arg)
{
	u32 target = 0;

	switch (arg.kind) {
	case PROG_ARG_SCALAR:
		return int_id;
	case PROG_ARG_CTX:
		target = type_add(blob, "__sk_buff", BTF_KIND_STRUCT, 0, 192);
		break;
	case PROG_ARG_MEM:
		target = type_add(blob, "memory", BTF_KIND_STRUCT, 1, arg.size);
		member_add(blob, "first", char_id, 0);
		break;
	case PROG_ARG_UNSUPPORTED: /* void * */
		break;
	}
	return type_add(blob, "", BTF_KIND_PTR, 0, target);
}

int btf_funcs(const struct test_func *funcs, u32 cnt, struct bpf_func_info *info)
{
	struct blob blob;

	blob_init(&blob);

	u32 int_id = int_add(&blob, "int", 4, true), char_id = int_add(&blob, "char", 1, true);

	for (u32 i = 0; i < cnt; i++) {
		const struct test_func *func = &funcs[i];
		u32 args[5];

		for (u32 j = 0; j < func->arg_cnt; j++)
			args[j] = arg_type_add(&blob, int_id, char_id, func->args[j]);

		u32 proto = type_add(&blob, "", BTF_KIND_FUNC_PROTO, func->arg_cnt,
				     func->returns_void ? 0 : int_id);

		for (u32 j = 0; j < func->arg_cnt; j++) {
			word_add(&blob, name_add(&blob, "arg"));
			word_add(&blob, args[j]);
		}
		info[i].insn_off = func->start;
		info[i].type_id = type_add(&blob, func->name, BTF_KIND_FUNC,
					   func->global ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC, proto);
	}
	return blob_load(&blob);
}

void btf_prog_funcs(const struct test_func *funcs, u32 cnt, struct prog_func *to)
{
	memset(to, 0, cnt * sizeof(*to));
	for (u32 i = 0; i < cnt; i++) {
		to[i].start = funcs[i].start;
		strncpy(to[i].name, funcs[i].name, sizeof(to[i].name) - 1);
		to[i].global = funcs[i].global;
		to[i].has_btf = true;
		to[i].returns_scalar = true;
		to[i].returns_void = funcs[i].returns_void;
		to[i].arg_cnt = funcs[i].arg_cnt;
		for (u32 j = 0; j < funcs[i].arg_cnt; j++) {
			to[i].args[j].kind = funcs[i].args[j].kind;
			to[i].args[j].size = funcs[i].args[j].size;
			strcpy(to[i].args[j].name, "arg");
		}
	}
}
