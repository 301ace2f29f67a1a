/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of an explanation over made-up verifiers: lines and carets, instructions without lines,
 * source text that means harm, what blame() takes from a state. What is said of real programs is
 * in tests/verify/explain.
 */
#include <errno.h>
#include <stdlib.h>

#include "tap.h"
#include "verify/explain.h"

/* A verifier that refused instruction @refused of a program with a few instructions. */
struct fake {
	struct verifier *v;
	struct prog_source source;
	struct bpf_insn insns[8];
	struct insn_info info[8];
	struct prog_lines *lines;
};

static void fake_make(struct fake *fake, s32 refused)
{
	memset(fake, 0, sizeof(*fake));
	fake->v = calloc(1, sizeof(*fake->v));
	fake->v->source = &fake->source;
	fake->v->insns = fake->insns;
	fake->v->insn_cnt = ARRAY_SIZE(fake->insns);
	fake->v->info = fake->info;
	fake->v->sub_cnt = 1;
	fake->v->subs[0].end = ARRAY_SIZE(fake->insns);
	fake->v->fault.insn = refused;
	fake->v->type_bit = HELPER_CLS;
	fake->source.type = BPF_PROG_TYPE_SCHED_CLS;
	for (u32 i = 0; i < ARRAY_SIZE(fake->insns); i++)
		fake->insns[i] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K};
	/* r0 = *(u16 *)(r6 +12) */
	fake->insns[refused] = (struct bpf_insn){
		.code = BPF_LDX | BPF_MEM | BPF_H, .src_reg = BPF_REG_6, .off = 12};
}

static void fake_line(struct fake *fake, u32 insn, u32 line, u32 column, const char *text)
{
	u32 cnt = fake->lines ? fake->lines->cnt : 0;

	fake->lines =
		realloc(fake->lines, sizeof(*fake->lines) + (cnt + 1) * sizeof(struct prog_line));
	fake->lines->cnt = cnt + 1;
	fake->lines->rows[cnt] = (struct prog_line){
		.insn = insn, .line = line, .column = column, .file = "src/tap.c", .text = text};
	fake->source.lines = fake->lines;
}

static void fake_free(struct fake *fake)
{
	free(fake->lines);
	free(fake->v);
}

/* A packet pointer from instruction 0, voided by instruction 2. */
static struct reg voided(void)
{
	struct reg reg;

	reg_set_none(&reg);
	reg.type = REG_SCALAR;
	reg.was = REG_PKT;
	reg.from = 0;
	reg.killed = 2;
	return reg;
}

TEST(nothing_to_say)
{
	struct fake fake;

	fake_make(&fake, 3);
	OK(explain(fake.v) == NULL);
	fake.v->fault.insn = -1;
	blame(fake.v, BLAME_SCALAR_DEREF, 6, NULL, -EACCES);
	OK(explain(fake.v) == NULL);
	fake_free(&fake);
}

TEST(first_blame_stays)
{
	struct fake fake;
	struct reg reg = voided();

	fake_make(&fake, 3);
	EQ(blame(fake.v, BLAME_NOTHING, 1, NULL, -EINVAL), -EINVAL);
	EQ(blame(fake.v, BLAME_NULL, 6, &reg, -EACCES), -EACCES);
	EQ(blame(fake.v, BLAME_LOOP, 2, NULL, -E2BIG), -E2BIG);
	EQ(fake.v->fault.blame, BLAME_NULL);
	EQ(fake.v->fault.regno, 6);
	EQ(fake.v->fault.reg.killed, 2);
	fake_free(&fake);
}

TEST(lines_and_carets)
{
	struct fake fake;
	struct reg reg = voided();
	char *text;

	fake_make(&fake, 3);
	fake.insns[2] = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = HELPER_clone_redirect};
	fake_line(&fake, 0, 10, 21, "\tvoid *data = (void *)(long)ctx->data;");
	fake_line(&fake, 2, 12, 2, "\tbpf_clone_redirect(ctx, 2, 0);");
	fake_line(&fake, 3, 14, 6, "\tif (eth->h_proto)");
	blame(fake.v, BLAME_SCALAR_DEREF, 6, &reg, -EACCES);
	text = explain(fake.v);
	STR_EQ(text,
	       "tap.c:14:6: a pointer into the packet is used after bpf_clone_redirect voided it\n"
	       "    10 |     void *data = (void *)(long)ctx->data;\n"
	       "       |                        - the pointer comes from here\n"
	       "   ...\n"
	       "    12 |     bpf_clone_redirect(ctx, 2, 0);\n"
	       "       |     - bpf_clone_redirect may move the packet: every pointer into it is "
	       "void from here on\n"
	       "   ...\n"
	       "    14 |     if (eth->h_proto)\n"
	       "       |         ^ 2 bytes are read here, through the void pointer\n"
	       "\n"
	       "why: bpf_clone_redirect may give the packet another place in memory. A pointer "
	       "from before\n"
	       "     the call would then lead to memory that is no longer the packet's, so after "
	       "the call it\n"
	       "     is only a number, whatever was compared before.\n"
	       "fix: after line 12, load the pointers again and compare again before the packet "
	       "is used:\n"
	       "         data = (void *)(long)ctx->data;\n"
	       "         void *data_end = (void *)(long)ctx->data_end;\n"
	       "         /* and from data every pointer that is used below */\n"
	       "         if (data + N > data_end) /* N: bytes that are used below */\n"
	       "                 return TC_ACT_OK;\n"
	       "     or, before the call, copy what line 14 needs into a variable.\n");
	free(text);
	fake_free(&fake);
}

TEST(instructions_without_lines)
{
	struct fake fake;
	struct reg reg = voided();
	char *text;

	fake_make(&fake, 3);
	fake.insns[2] = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = HELPER_skb_pull_data};
	blame(fake.v, BLAME_SCALAR_DEREF, 6, &reg, -EACCES);
	text = explain(fake.v);
	STR_HAS(text, "instruction 3: a pointer into the packet is used after bpf_skb_pull_data");
	STR_HAS(text, "     2: (85) call bpf_skb_pull_data#39\n"
		      "       | - bpf_skb_pull_data may move the packet");
	STR_HAS(text, "     3: (69) r0 = *(u16 *)(r6 +12)\n"
		      "       | ^ 2 bytes are read here");
	STR_HAS(text, "fix: after instruction 2, load");
	STR_HAS(text, "         data = (void *)(long)skb->data;\n");
	free(text);
	fake_free(&fake);
}

/* Terminals obey control characters, and columns may lie. */
TEST(hostile_source)
{
	static char big[5000];
	struct fake fake;
	struct reg reg = voided();
	char *text;

	memset(big, 'x', sizeof(big) - 1);
	fake_make(&fake, 3);
	fake_line(&fake, 0, 10, 1023, "\t= = == ->data ;=->data");
	fake_line(&fake, 2, 12, 5000, big);
	fake_line(&fake, 3, 14, 9, "  a\033[2J\001\177b \xc3\xa4\xc3\xb6 c");
	reg.checked = 2;
	blame(fake.v, BLAME_SCALAR_DEREF, 6, &reg, -EACCES);
	text = explain(fake.v);
	REQUIRE(text);
	for (const char *at = text; *at; at++)
		OK((unsigned char)*at >= ' ' || *at == '\n');
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		OK(strcspn(at, "\n") < 260);
	STR_HAS(text, "a [2J  b \xc3\xa4\xc3\xb6 c\n");
	free(text);
	fake_free(&fake);
}

/* Each note of what is not an instruction is left out, and no number leads outside. */
TEST(unknown_places)
{
	struct fake fake;
	struct reg reg = voided();
	char *text;

	fake_make(&fake, 3);
	reg.from = -1;
	reg.killed = 1000;
	reg.checked = 0;
	fake.v->fault.calls[0] = -1;
	fake.v->fault.call_cnt = 1;
	blame(fake.v, BLAME_SCALAR_DEREF, 6, &reg, -EACCES);
	text = explain(fake.v);
	STR_HAS(text, "used after the call voided it");
	free(text);
	fake_free(&fake);
}

TEST(ranges_in_words)
{
	struct words words;
	struct scalar s = scalar_unknown();

	STR_EQ(words_range(s, &words), "any number");
	STR_EQ(words_range(scalar_const((u64)-5), &words), "-5");
	STR_EQ(words_range(scalar_load_range(1, false), &words), "0 to 255");
	STR_EQ(words_range(scalar_load_range(1, true), &words), "-128 to 127");
}

TEST(types_in_words)
{
	struct words words;

	STR_EQ(words_types(HELPER_CLS, &words), "SCHED_CLS");
	STR_EQ(words_types(HELPER_TC, &words), "SCHED_CLS and SCHED_ACT");
	STR_EQ(words_types(HELPER_ALL, &words),
	       "SCHED_CLS, SCHED_ACT, LWT_IN, LWT_OUT and LWT_XMIT");
	STR_EQ(words_types(0, &words), "");
}

/* The variable that a line sets, where the line is plain enough to tell. */
TEST(variables_of_lines)
{
	static const struct {
		const char *text, *variable, *statement;
	} rows[] = {
		{"\tvoid *data = (void *)(long)skb->data;", "data",
		 "data = (void *)(long)skb->data;"},
		{"  p = skb->data; /* start */", "p", "p = skb->data;"},
		{"void *end = (void *)(long)skb->data_end;", "?", "?"},
		{"if (skb->data == x)", "?", "?"},
		{"here->start = (void *)(long)skb->data;", "?", "?"},
		{"*where = skb->data;", "?", "?"},
		{"total += skb->data;", "?", "?"},
		{"void *data = D(skb->data), *end = E(skb->data_end);", "?", "?"},
		{"parse(skb->data);", "?", "?"},
		{"x = f(a, skb->data);", "x", "?"},
		{"=skb->data;", "?", "?"},
		{"", "?", "?"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct words words;
		struct fake fake;

		fake_make(&fake, 3);
		fake_line(&fake, 0, 1, 1, rows[i].text);
		STR_EQ(words_variable(fake.v, 0, "->data", "?", &words), rows[i].variable);
		STR_EQ(words_statement(fake.v, 0, "->data", "?", &words), rows[i].statement);
		fake_free(&fake);
	}
}

/* What a state knows is taken along, because the state is gone when the explanation is asked for.
 */
TEST(blame_takes_from_the_state)
{
	struct fake fake;
	struct state *state;

	fake_make(&fake, 3);
	state = state_new(fake.v);
	REQUIRE(state);
	fake.v->state = state;
	fake.v->insn = 3;
	fake.insns[3] = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = HELPER_skb_load_bytes};
	for (u32 i = 0; i < 2; i++) {
		state->frames[i] = frame_new(fake.v);
		REQUIRE(state->frames[i]);
		frame_init(state->frames[i], i, i ? 1 : -1, 0);
	}
	state->top = 1;
	reg_set_pointer(reg_of(fake.v, BPF_REG_3), REG_STACK);
	reg_of(fake.v, BPF_REG_3)->off = -64;
	reg_set_scalar(fake.v, reg_of(fake.v, BPF_REG_4), scalar_load_range(4, false));
	EQ(ref_acquire(fake.v, REF_RINGBUF, 5), 1);
	blame(fake.v, BLAME_STACK_BOUNDS, BPF_REG_3, reg_of(fake.v, BPF_REG_3), -EACCES);
	EQ(fake.v->fault.call_cnt, 1);
	EQ(fake.v->fault.calls[0], 1);
	EQ(fake.v->fault.mem_regno, BPF_REG_3);
	EQ(fake.v->fault.mem.off, -64);
	EQ(fake.v->fault.len.val.umax, UINT32_MAX);
	EQ(fake.v->fault.held.id, 0);
	OK(fault_is_size(&fake.v->fault));

	fake.v->fault.blame = BLAME_NOTHING;
	fake.v->fault.call_cnt = 0;
	blame(fake.v, BLAME_LEAKED_REF, -1, NULL, -EINVAL);
	EQ(fake.v->fault.held.id, 1);
	EQ(fake.v->fault.held.insn, 5);
	state_free(fake.v, state);
	state_pools_drop(fake.v);
	nodes_free(&fake.v->nodes);
	fake_free(&fake);
}

TAP_MAIN()
