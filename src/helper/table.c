/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - the table of helpers, made from helper.def. */
#include "helper/helper.h"

const struct helper helper_table[HELPER_MAX] = {
#define HELPER(id, name_, flags_, ret_, a1, a2, a3, a4, a5, types_)                                \
	[id] = {                                                                                   \
		.name = #name_,                                                                    \
		.fn = helper_##name_,                                                              \
		.flags = flags_,                                                                   \
		.ret = ret_,                                                                       \
		.args = {a1, a2, a3, a4, a5},                                                      \
		.types = types_,                                                                   \
	},
#define HELPER_ABSENT(id, name_, types_) [id] = {.name = #name_, .types = types_},
#include "helper/helper.def"
#undef HELPER
#undef HELPER_ABSENT
};

const struct helper *helper_find(u32 id)
{
	return id < HELPER_MAX ? &helper_table[id] : NULL;
}

u32 helper_type_bit(enum bpf_prog_type type)
{
	static const u8 bits[] = {
		[BPF_PROG_TYPE_SCHED_CLS] = HELPER_CLS,	    [BPF_PROG_TYPE_SCHED_ACT] = HELPER_ACT,
		[BPF_PROG_TYPE_LWT_XMIT] = HELPER_LWT_XMIT, [BPF_PROG_TYPE_LWT_IN] = HELPER_LWT_IN,
		[BPF_PROG_TYPE_LWT_OUT] = HELPER_LWT_OUT,
	};

	return (u32)type < ARRAY_SIZE(bits) ? bits[type] : 0;
}
