/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF that is whole, and BTF that libbpf would follow in a circle, for hours, or out of its bounds.
 */
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/loader.h"
#include "tap.h"

#define INFO(kind, vlen) ((u32)(kind) << 24 | (vlen))

static const char strings[] = "\0int\0s\0member\0value\0.kconfig";
enum { NAME_INT = 1, NAME_S = 5, NAME_MEMBER = 7, NAME_VALUE = 14, NAME_KCONFIG = 20 };

/* A type is a row. */
/* clang-format off */

/* Types as words; the first is always this one. */
#define INT_TYPE NAME_INT, INFO(BTF_KIND_INT, 0), 4, 32

/* btf_check of a blob made of @words and the strings above. */
static int check_words(const u32 *words, size_t size, struct error *err)
{
	struct btf_header header = {.magic = BTF_MAGIC,
				    .version = 1,
				    .hdr_len = sizeof(header),
				    .type_len = (u32)size,
				    .str_off = (u32)size,
				    .str_len = sizeof(strings)};
	size_t whole = sizeof(header) + size + sizeof(strings);
	u8 *blob = malloc(whole);
	int code;

	if (!blob)
		return -ENOMEM;
	memcpy(blob, &header, sizeof(header));
	memcpy(blob + sizeof(header), words, size);
	memcpy(blob + sizeof(header) + size, strings, sizeof(strings));
	code = btf_check(blob, whole, err);
	free(blob);
	return code;
}

TEST(what_is_whole_passes)
{
	static const u32 words[] = {
		INT_TYPE,
		NAME_S, INFO(BTF_KIND_TYPEDEF, 0), 1,
		NAME_S, INFO(BTF_KIND_STRUCT, 2), 16, NAME_MEMBER, 2, 0, NAME_VALUE, 4, 64,
		0, INFO(BTF_KIND_PTR, 0), 3,
	};
	struct error err = {0};

	EQ(check_words(words, sizeof(words), &err), 0);
	STR_EQ(err.text, "");
}

TEST(a_type_made_of_itself)
{
	static const u32 words[] = {
		INT_TYPE,
		NAME_S, INFO(BTF_KIND_TYPEDEF, 0), 3,
		0, INFO(BTF_KIND_CONST, 0), 2,
	};
	struct error err = {0};

	EQ(check_words(words, sizeof(words), &err), -EINVAL);
	STR_EQ(err.text, "its BTF is damaged: type 2 is made of itself, or of too many others");
}

/* Following each to its end would take 5 * 10^11 steps. */
TEST(a_million_names_of_one_type)
{
	u32 cnt = 990000, *words = malloc((4 + 3 * (size_t)cnt) * sizeof(u32)), at = 4;
	struct error err = {0};

	REQUIRE(words);
	memcpy(words, (const u32[]){INT_TYPE}, 4 * sizeof(u32));
	for (u32 i = 0; i < cnt; i++) {
		words[at++] = NAME_S;
		words[at++] = INFO(BTF_KIND_TYPEDEF, 0);
		words[at++] = i + 1;
	}
	EQ(check_words(words, at * sizeof(u32), &err), -EINVAL);
	STR_HAS(err.text, "is made of itself, or of too many others");
	EQ(check_words(words, (4 + 3 * 200) * sizeof(u32), &err), 0);
	free(words);
}

/* btf__align_of of libbpf 1.1 recurses into the members, here for ever. */
TEST(a_kconfig_variable_that_is_a_structure)
{
	u32 words[] = {
		INT_TYPE,
		NAME_S, INFO(BTF_KIND_STRUCT, 1), 4, NAME_MEMBER, 2, 0,
		0, INFO(BTF_KIND_ARRAY, 0), 0, 2, 1, 1,
		NAME_VALUE, INFO(BTF_KIND_VAR, 0), 3, BTF_VAR_GLOBAL_EXTERN,
		NAME_KCONFIG, INFO(BTF_KIND_DATASEC, 1), 0, 4, 0, 4,
	};
	struct error err = {0};

	EQ(check_words(words, sizeof(words), &err), -EINVAL);
	STR_EQ(err.text, "__kconfig variable 'value' is a structure; it can be a number, a truth "
			 "value or a text");
	words[18] = 1; /* the variable's type: int */
	EQ(check_words(words, sizeof(words), &err), 0);
}

TAP_MAIN()
