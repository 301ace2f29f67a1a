/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mutated.c - the programs of the tables with one thing changed, before both judges: a register, an
 * offset, a number, an opcode; an instruction more, or less. Skiff must say what Linux says.
 *
 * SEED and TRIALS in the environment say where to begin and how many.
 */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "corpus.h"

#define INSNS_MAX 120

static u64 from_environment(const char *name, u64 otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

struct mutant {
	struct verify_test test;
	struct bpf_insn insns[INSNS_MAX + 1];
	struct random random;
};

static u32 below(struct mutant *m, u32 n)
{
	return random_u32(&m->random) % n;
}

static s32 other_number(struct mutant *m, s32 number)
{
	static const s32 steps[] = {1, -1, 8, -8, 4, 16};

	if (below(m, 4))
		return (s32)((u32)number + (u32)steps[below(m, ARRAY_SIZE(steps))]);
	return (s32)random_u32(&m->random) >> below(m, 32);
}

/* Labels and maps stay what they are: the judges put their own numbers there. */
static bool is_symbolic(s32 number)
{
	return number >= TO(0) && number < TO(64);
}

static void change_field(struct mutant *m, struct bpf_insn *insn)
{
	bool wide = insn_is_ld_imm64(insn);

	switch (below(m, 5)) {
	case 0:
		insn->dst_reg = below(m, 12);
		break;
	case 1:
		if (!wide && !insn_is_call(insn))
			insn->src_reg = below(m, 12);
		break;
	case 2:
		if (!is_symbolic(insn->off))
			insn->off = (s16)other_number(m, insn->off);
		break;
	case 3:
		if (!is_symbolic(insn->imm) && !(wide && insn->src_reg) && !insn_is_call(insn))
			insn->imm = other_number(m, insn->imm);
		break;
	default:
		if (!wide && !insn_is_call(insn) && below(m, 2))
			insn->code ^= (u8)(1u << below(m, 8));
		break;
	}
	if (insn->code == LABEL_CODE || insn_is_ld_imm64(insn) != wide)
		insn->code = BPF_ALU64 | BPF_MOV | BPF_K;
}

/* Not the second half of a wide instruction, nor a label. */
static bool is_whole(const struct mutant *m, u32 i)
{
	return m->insns[i].code != LABEL_CODE && !(i > 0 && insn_is_ld_imm64(&m->insns[i - 1]));
}

static void mutate(struct mutant *m)
{
	u32 cnt = m->test.insn_cnt, i = below(m, cnt);
	struct bpf_insn *insn = &m->insns[i];

	if (!is_whole(m, i))
		return;
	switch (below(m, 6)) {
	case 0: /* one less */
		if (insn_is_ld_imm64(insn) || cnt < 3)
			return;
		memmove(insn, insn + 1, (cnt - i - 1) * sizeof(*insn));
		m->test.insn_cnt--;
		break;
	case 1: /* the same again */
		if (insn_is_ld_imm64(insn))
			return;
		memmove(insn + 1, insn, (cnt - i) * sizeof(*insn));
		m->test.insn_cnt++;
		break;
	default:
		change_field(m, insn);
		break;
	}
}

static bool can_be_mutated(const struct verify_test *test)
{
	return !test->fill && !test->skiff && !test->unprivileged && test->insn_cnt < INSNS_MAX;
}

/*
 * Both refuse, and which fault is told may differ: of two faults in one instruction, and of an
 * endless loop, after whose sentence Linux shows the two states that are alike.
 */
static bool same_enough(const struct verdict *linux_verdict, const struct verdict *skiff_verdict)
{
	if (!linux_verdict->code || !skiff_verdict->code)
		return false;
	return strstr(skiff_verdict->text, "uses reserved fields") ||
	       strstr(skiff_verdict->text, "R11 is invalid") ||
	       (!strncmp(linux_verdict->text, "EINVAL old state: ", 18) &&
		strstr(skiff_verdict->text, "infinite loop detected"));
}

/* Bugs of the verifier of Linux 6.18.44, by its own words; what it says then is no rule. */
static bool linux_failed(const struct verdict *verdict)
{
	return !strncmp(verdict->text, "EFAULT verifier bug", 19);
}

static void judge_mutant(const struct verify_test *parent, u64 seed)
{
	struct mutant m = {.test = *parent};
	struct verdict linux_verdict, skiff_verdict;

	random_seed(&m.random, seed);
	memcpy(m.insns, parent->insns, parent->insn_cnt * sizeof(m.insns[0]));
	m.test.insns = m.insns;
	mutate(&m);
	if (!judge_kernel(&m.test, &linux_verdict) || !judge_skiff(&m.test, &skiff_verdict))
		return;
	if (!strcmp(linux_verdict.text, skiff_verdict.text) || linux_failed(&linux_verdict) ||
	    same_enough(&linux_verdict, &skiff_verdict))
		return;
	CORPUS_FAIL("%s%s, seed %llu: Linux \"%s\", skiff \"%s\"",
		    linux_verdict.code && !skiff_verdict.code ? "ACCEPTED WRONGLY, " : "",
		    parent->name, (unsigned long long)seed, linux_verdict.text, skiff_verdict.text);
}

static void mutated_programs(void)
{
	u64 seed = from_environment("SEED", 1), trials = from_environment("TRIALS", 2);

	if (judge_kernel_reason())
		return;
	for (u64 i = 0; i < trials; i++, seed++) {
		u64 n = 0;

		for (struct verify_group *group = group_first(); group; group = group->next) {
			/* One that never ends takes both judges a million steps. */
			if (!strcmp(group->name, "loops"))
				continue;
			for (u32 j = 0; j < group->cnt && !group->run; j++, n++) {
				if (can_be_mutated(&group->tests[j]))
					judge_mutant(&group->tests[j], seed * 100003 + n);
			}
		}
	}
}
VERIFY_RUN(mutated, mutated_programs)
