/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain.c - a refusal again, for people: which line, what the value is and where it came from,
 * why the rule exists, what to write instead.
 *
 * The rooms refuse in the kernel's words and then blame() something; blame() copies what is worth
 * telling, because the state is given back before the explanation is asked for. explain.h is the
 * map of who explains what.
 */
#include "verify/explain.h"

#include <stdlib.h>

#include "isa/decode.h"

/* Which of the things a path holds the refusal is about. */
static const struct ref *pick_held(const struct state *state, enum blame what,
				   const struct reg *reg)
{
	const struct ref *held = reg && reg->ref ? ref_find(state, reg->ref) : NULL;

	if (what == BLAME_LOCK)
		return ref_lock(state);
	for (u32 i = 0; what == BLAME_LEAKED_REF && !held && i < state->ref_cnt; i++) {
		if (state->refs[i].kind != REF_LOCK)
			held = &state->refs[i];
	}
	return held;
}

static bool is_size(const struct helper *helper, int regno)
{
	return regno >= BPF_REG_2 && regno <= BPF_REG_5 &&
	       (helper->args[regno - 1] == ARG_SIZE || helper->args[regno - 1] == ARG_SIZE_OR_ZERO);
}

/* Of memory and its size, two arguments of a helper, each is told of with the other. */
static void record_memory(struct verifier *v, int regno)
{
	const struct bpf_insn *insn = &v->insns[v->insn];
	const struct helper *helper =
		insn_is_helper_call(insn) ? helper_find((u32)insn->imm) : NULL;
	struct fault *fault = &v->fault;

	if (!helper || !(is_size(helper, regno) || is_size(helper, regno + 1)))
		return;
	fault->mem_regno = is_size(helper, regno) ? regno - 1 : regno;
	fault->mem = *reg_of(v, fault->mem_regno);
	fault->len = *reg_of(v, fault->mem_regno + 1);
}

static void record_state(struct verifier *v, enum blame what, int regno, const struct reg *reg)
{
	const struct state *state = v->state;
	struct fault *fault = &v->fault;
	const struct ref *held = pick_held(state, what, reg);

	for (u32 f = state->top; f > 0; f--)
		fault->calls[fault->call_cnt++] = state->frames[f]->callsite;
	if (held)
		fault->held = *held;
	record_memory(v, regno);
}

/*
 * Note what the refusal that is under way is about: register @regno (-1: none in particular), which
 * holds @reg (NULL: nothing), in v->state if there is one. The first note stays. Returns @code.
 */
int blame(struct verifier *v, enum blame what, int regno, const struct reg *reg, int code)
{
	struct fault *fault = &v->fault;

	if (fault->blame != BLAME_NOTHING)
		return code;
	fault->blame = what;
	fault->regno = regno;
	if (reg)
		fault->reg = *reg;
	else
		reg_set_none(&fault->reg);
	if (v->state && v->insn < v->insn_cnt)
		record_state(v, what, regno, reg);
	return code;
}

static void write_page(struct page *page)
{
	const struct fault *fault = &page->v->fault;

	switch (fault->blame) {
	case BLAME_NOTHING:
		break;
	case BLAME_SCALAR_DEREF:
		explain_deref(page);
		break;
	case BLAME_PACKET_BOUNDS:
		explain_packet_bounds(page);
		break;
	case BLAME_NULL:
		explain_null(page);
		break;
	case BLAME_UNINIT_REG:
		explain_uninit_reg(page);
		break;
	case BLAME_UNINIT_STACK:
		explain_uninit_stack(page);
		break;
	case BLAME_HELPER_TYPE:
		explain_helper_type(page);
		break;
	case BLAME_HELPER_ABSENT:
		explain_helper_absent(page);
		break;
	case BLAME_CTX_FIELD:
		explain_ctx_field(page);
		break;
	case BLAME_CTX_MODIFIED:
		explain_ctx_modified(page);
		break;
	case BLAME_PACKET_WRITE:
		explain_packet_write(page);
		break;
	case BLAME_LEAKED_REF:
		explain_leaked_ref(page);
		break;
	case BLAME_LOOP:
		explain_loop(page);
		break;
	case BLAME_TOO_LARGE:
		explain_too_large(page);
		break;
	case BLAME_MAP_BOUNDS:
		explain_region(page);
		break;
	case BLAME_STACK_BOUNDS:
		explain_stack_bounds(page);
		break;
	case BLAME_ARG_TYPE:
		explain_arg_type(page);
		break;
	case BLAME_UNBOUNDED:
		explain_unbounded(page);
		break;
	case BLAME_STACK_DEPTH:
		explain_stack_depth(page);
		break;
	case BLAME_LOCK:
		explain_lock(page);
		break;
	case BLAME_NOT_YET:
		explain_not_yet(page);
		break;
	}
}

/*
 * Several lines, the caller's to free; NULL when the kernel's line says it all, or memory is short.
 */
char *explain(struct verifier *v)
{
	struct page page = {.v = v};
	char *text = NULL;
	size_t len = 0;
	bool failed;

	if (v->fault.blame == BLAME_NOTHING || v->fault.insn < 0 ||
	    (u32)v->fault.insn >= v->insn_cnt)
		return NULL;
	page.out = open_memstream(&text, &len);
	if (!page.out)
		return NULL;
	if (fault_is_stale(&v->fault))
		explain_stale(&page);
	else if (fault_is_given_away(&v->fault))
		explain_given_away(&page);
	else if (fault_is_size(&v->fault))
		explain_size(&page);
	else
		write_page(&page);
	failed = ferror(page.out);
	failed |= fclose(page.out) != 0;
	if (!failed && len)
		return text;
	free(text);
	return NULL;
}
