/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ctx.c - every access to struct __sk_buff: each offset in and around it, each width, each of the
 * four ways to load and store, for each program type.
 *
 * The expectation is worked out here from ctx.def, on its own; skiff must agree with it, and Linux
 * with both, in its verdict and in its words.
 */
#include <stdio.h>
#include <string.h>

#include "helper/helper.h"
#include "phrases.h"

enum kind { U32, CB, U64, BYTE, DATA, DATA_END, DATA_META, SK, QUEUE, LOW16, TSTAMP, NONE };
enum rights { N, R, RW };

static const struct field {
	const char *name;
	int offset, size;
	enum kind kind;
	enum rights tc, lwt;
} fields[] = {
#define CTX(name, offset, size, kind, tc, lwt) {#name, offset, size, kind, tc, lwt},
#include "skb/ctx.def"
#undef CTX
};

enum way { LOAD, LOAD_SIGNED, STORE, STORE_CONST };

static bool is_load(enum way way)
{
	return way == LOAD || way == LOAD_SIGNED;
}

/* May an access of this @kind of field be @size wide, @off bytes into it? */
static bool fits(const struct field *field, int off, int size, enum way way)
{
	switch (field->kind) {
	case U32:
	case QUEUE:
	case LOW16:
		return is_load(way) ? size <= 4 : size == 4 && off == 0;
	case CB:
		return size <= 4 || field->offset + off == 48 || field->offset + off == 56;
	case U64:
	case TSTAMP:
	case SK:
		return size == 8 && off == 0 && way != LOAD_SIGNED;
	case BYTE:
		return size == 1;
	case DATA:
	case DATA_END:
	case DATA_META:
		return way == LOAD && size == 4 && off == 0;
	case NONE:
		break;
	}
	return false;
}

static bool allowed(int off, int size, enum way way, bool tc)
{
	if (off < 0 || off % size)
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *field = &fields[i];
		enum rights rights = tc ? field->tc : field->lwt;

		if (off < field->offset || off + size > field->offset + field->size)
			continue;
		return rights >= (is_load(way) ? R : RW) &&
		       fits(field, off - field->offset, size, way);
	}
	return false;
}

static struct bpf_insn access_insn(int off, int size, enum way way)
{
	static const u8 widths[] = {[1] = BPF_B, [2] = BPF_H, [4] = BPF_W, [8] = BPF_DW};

	switch (way) {
	case LOAD:
		return (struct bpf_insn)INSN(BPF_LDX | BPF_MEM | widths[size], R2, R1, off, 0);
	case LOAD_SIGNED:
		return (struct bpf_insn)INSN(BPF_LDX | BPF_MEMSX | widths[size], R2, R1, off, 0);
	case STORE:
		return (struct bpf_insn)INSN(BPF_STX | BPF_MEM | widths[size], R1, R0, off, 0);
	case STORE_CONST:
		break;
	}
	return (struct bpf_insn)INSN(BPF_ST | BPF_MEM | widths[size], R1, 0, off, 0);
}

static void try(enum bpf_prog_type type, int off, int size, enum way way)
{
	static const char *const ways[] = {"load", "sign-extending load", "store",
					   "store of a constant"};
	const struct bpf_insn insns[] = {MOV(R0, 0), access_insn(off, size, way), EXIT()};
	struct verify_test test = {.type = type, .insns = insns, .insn_cnt = ARRAY_SIZE(insns)};
	bool tc = helper_type_bit(type) & HELPER_TC, expected = allowed(off, size, way, tc);
	struct verdict skiff_verdict, linux_verdict;
	bool skiff = judge_skiff(&test, &skiff_verdict),
	     kernel = judge_kernel(&test, &linux_verdict);

	if (skiff && !skiff_verdict.code != expected)
		CORPUS_FAIL("type %d, %s of %d at %d: expected %s, skiff \"%s\"", type, ways[way],
			    size, off, expected ? "ok" : "a refusal", skiff_verdict.text);
	if (kernel && !linux_verdict.code != expected)
		CORPUS_FAIL("type %d, %s of %d at %d: expected %s, Linux \"%s\"", type, ways[way],
			    size, off, expected ? "ok" : "a refusal", linux_verdict.text);
	if (skiff && kernel && strcmp(skiff_verdict.text, linux_verdict.text))
		CORPUS_FAIL("type %d, %s of %d at %d: Linux \"%s\", skiff \"%s\"", type, ways[way],
			    size, off, linux_verdict.text, skiff_verdict.text);
}

static void every_access(enum bpf_prog_type type)
{
	for (int off = -9; off <= 200; off++) {
		for (int size = 1; size <= 8; size *= 2) {
			for (enum way way = LOAD; way <= STORE_CONST; way++) {
				if (way != LOAD_SIGNED || size < 8)
					try(type, off, size, way);
			}
		}
	}
}

static void on_cls(void)
{
	every_access(BPF_PROG_TYPE_SCHED_CLS);
}
VERIFY_RUN(context_sched_cls, on_cls)

static void on_act(void)
{
	every_access(BPF_PROG_TYPE_SCHED_ACT);
}
VERIFY_RUN(context_sched_act, on_act)

static void on_xmit(void)
{
	every_access(BPF_PROG_TYPE_LWT_XMIT);
}
VERIFY_RUN(context_lwt_xmit, on_xmit)

static void on_in(void)
{
	every_access(BPF_PROG_TYPE_LWT_IN);
}
VERIFY_RUN(context_lwt_in, on_in)

static void on_out(void)
{
	every_access(BPF_PROG_TYPE_LWT_OUT);
}
VERIFY_RUN(context_lwt_out, on_out)
