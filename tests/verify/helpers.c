/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * helpers.c - which type may call which helper: every number, every type.
 *
 * The program is made from the helper's row in helper.def, so a new row is tried at once: it must
 * be accepted where the row says so, and refused in Linux's words elsewhere.
 */
#include <stdio.h>
#include <string.h>

#include "helper/helper.h"
#include "phrases.h"

static const enum bpf_prog_type types[] = {
	BPF_PROG_TYPE_SCHED_CLS, BPF_PROG_TYPE_SCHED_ACT, BPF_PROG_TYPE_LWT_XMIT,
	BPF_PROG_TYPE_LWT_IN,	 BPF_PROG_TYPE_LWT_OUT,
};

struct maker {
	struct bpf_insn insns[96];
	u32 cnt;
};

static void put(struct maker *m, const struct bpf_insn *insns, u32 cnt)
{
	memcpy(m->insns + m->cnt, insns, cnt * sizeof(*insns));
	m->cnt += cnt;
}

#define PUT(...)                                                                                   \
	do {                                                                                       \
		const struct bpf_insn put_[] = {__VA_ARGS__};                                      \
		put(m, put_, ARRAY_SIZE(put_));                                                    \
	} while (0)

static enum test_map map_for(const char *name)
{
	if (strstr(name, "push") || strstr(name, "pop") || strstr(name, "peek"))
		return MAP_QUEUE;
	if (strstr(name, "ringbuf"))
		return MAP_RINGBUF;
	if (!strcmp(name, "tail_call"))
		return MAP_PROGS;
	if (!strcmp(name, "perf_event_output"))
		return MAP_PERF;
	return MAP_HASH;
}

static bool wants(const struct helper *helper, enum helper_arg arg)
{
	for (int i = 0; i < 5; i++) {
		if (helper->args[i] == arg)
			return true;
	}
	return false;
}

/* What must be there before the call: 64 bytes of zeros, a record or a lock in r7. */
static void put_preparation(struct maker *m, u32 id, const struct helper *helper)
{
	PUT(MOVR(R6, R1));
	for (s16 off = -64; off < 0; off += 8)
		PUT(ST(DW, R10, off, 0));
	if (wants(helper, ARG_ALLOC_MEM))
		PUT(RESERVE(8), JMP(JNE, R0, 0, 2), DONE(), MOVR(R7, R0));
	if (wants(helper, ARG_SPIN_LOCK)) {
		PUT(VALUE(MAP_LOCKED), MOVR(R7, R0), ALU(ADD, R7, LOCK_OFF));
		if (id == HELPER_spin_unlock)
			PUT(MOVR(R1, R7), CALL(spin_lock));
	}
}

static void put_arg(struct maker *m, u8 reg, enum helper_arg arg, const char *name)
{
	switch (arg) {
	case ARG_NONE:
		break;
	case ARG_ANYTHING:
		PUT(MOV(reg, 0));
		break;
	case ARG_CTX:
		PUT(MOVR(reg, R6));
		break;
	case ARG_CONST_MAP_PTR:
		PUT(LD_MAP(reg, map_for(name)));
		break;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_UNINIT:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_UNINIT:
	case ARG_STACK_OR_NULL:
		PUT(MOVR(reg, R10), ALU(ADD, reg, -64));
		break;
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE_OR_ZERO:
		PUT(MOV(reg, 8));
		break;
	case ARG_ALLOC_MEM:
	case ARG_SPIN_LOCK:
		PUT(MOVR(reg, R7));
		break;
	case ARG_FUNC:
		PUT(LD_FUNC(reg, TO(1)));
		break;
	case ARG_CONST_STR:
		PUT(LD_MAP_VALUE(reg, MAP_RODATA, 0));
		break;
	}
}

/* A program that calls @id as its row wants to be called. */
static void make(struct maker *m, u32 id, const struct helper *helper)
{
	m->cnt = 0;
	put_preparation(m, id, helper);
	for (u8 i = 0; i < 5; i++)
		put_arg(m, (u8)(R1 + i), helper->args[i], helper->name);
	PUT(CALL_ID((s32)id));
	if (helper->ret == RET_ALLOC_MEM_OR_NULL)
		PUT(JMP(JNE, R0, 0, 2), DONE(), DISCARD(R0));
	if (id == HELPER_spin_lock)
		PUT(MOVR(R1, R7), CALL(spin_unlock));
	PUT(DONE());
	if (wants(helper, ARG_FUNC))
		PUT(L(1), DONE());
}

static bool check(const struct verdict *seen, const char *expected, const char *judge, u32 id,
		  enum bpf_prog_type type)
{
	if (!strcmp(seen->text, expected))
		return true;
	CORPUS_FAIL("helper %u, type %d: expected \"%s\", %s \"%s\"", id, type, expected, judge,
		    seen->text);
	return false;
}

/* A helper that skiff has. */
static void try_present(u32 id, const struct helper *helper, enum bpf_prog_type type)
{
	struct maker maker;
	struct verify_test test = {.type = type};
	struct verdict verdict;
	char expected[EXPECT_MAX] = "ok";

	make(&maker, id, helper);
	test.insns = maker.insns;
	test.insn_cnt = maker.cnt;
	if (wants(helper, ARG_FUNC)) {
		test.funcs[0] =
			(struct test_func){"main", 0, .arg_cnt = 1, .args = {{PROG_ARG_CTX, 0}}};
		test.funcs[1] = (struct test_func){.name = "callback", .start = TO(1)};
	}
	if (!(helper->types & helper_type_bit(type)))
		snprintf(expected, sizeof(expected),
			 "EINVAL program of this type cannot use helper bpf_%s#%u", helper->name,
			 id);
	if (judge_skiff(&test, &verdict))
		check(&verdict, expected, "skiff", id, type);
	if (judge_kernel(&test, &verdict))
		check(&verdict, expected, "Linux", id, type);
}

/* One that it has not: the same words where Linux has not either, and others where it has. */
static void try_absent(u32 id, const struct helper *helper, enum bpf_prog_type type)
{
	const struct bpf_insn insns[] = {CALL_ID((s32)id), EXIT()};
	struct verify_test test = {.type = type, .insns = insns, .insn_cnt = ARRAY_SIZE(insns)};
	struct verdict linux_verdict, skiff_verdict;
	bool allowed = helper && helper->types & helper_type_bit(type);

	if (!judge_skiff(&test, &skiff_verdict))
		return;
	if (allowed) {
		char expected[EXPECT_MAX];

		snprintf(expected, sizeof(expected),
			 "EINVAL skiff does not have helper bpf_%s#%u yet", helper->name, id);
		check(&skiff_verdict, expected, "skiff", id, type);
	} else if (judge_kernel(&test, &linux_verdict)) {
		check(&skiff_verdict, linux_verdict.text, "skiff", id, type);
	}
}

static void availability(void)
{
	for (u32 id = 0; id <= HELPER_MAX; id++) {
		const struct helper *helper = helper_find(id);

		for (u32 i = 0; i < ARRAY_SIZE(types); i++) {
			if (helper && helper->fn)
				try_present(id, helper, types[i]);
			else
				try_absent(id, helper, types[i]);
		}
	}
}
VERIFY_RUN(helper_availability, availability)
