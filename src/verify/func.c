/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * func.c - bpf-to-bpf calls. A static function is walked anew for each call, with what the caller
 * knows; a global one is walked once, for any arguments of the types that BTF gives it, and a
 * call only checks its arguments. The body of a callback is walked as if the helper called it
 * again and again: when it returns, the path comes back to the call, until nothing new is learnt.
 *
 * Mirrors check_func_call, push_callback_call and prepare_func_exit.
 */
#include <errno.h>
#include <stdio.h>

#include "verify/verifier.h"

/* What BTF says of a global function must be something that can be checked. Mirrors
 * btf_prepare_func_args. */
static int check_prototype(struct verifier *v, u32 sub)
{
	const struct prog_func *func = v->subs[sub].func;

	if (func->arg_cnt > ARRAY_SIZE(func->args))
		return refuse(v, -EINVAL,
			      "Global function %s() with %d > %zu args. Buggy compiler.",
			      func->name, func->arg_cnt, ARRAY_SIZE(func->args));
	if (!func->returns_scalar || func->returns_void)
		return refuse(
			v, -EINVAL,
			"Global function %s() doesn't return scalar. Only those are supported.",
			func->name);
	for (u32 i = 0; i < func->arg_cnt; i++) {
		if (func->args[i].kind == PROG_ARG_UNSUPPORTED)
			return blame(v, BLAME_NOT_YET, (int)i + 1, NULL,
				     refuse(v, -EINVAL, "Arg#%u type in %s() is not supported yet.",
					    i, func->name));
	}
	return 0;
}

/* The arguments of a global function that is walked on its own: anything that fits. */
static int set_args(struct verifier *v, u32 sub)
{
	const struct prog_func *func = v->subs[sub].func;
	int err = check_prototype(v, sub);

	for (int i = 0; !err && i < func->arg_cnt; i++) {
		struct reg *reg = reg_of(v, BPF_REG_1 + i);

		switch (func->args[i].kind) {
		case PROG_ARG_SCALAR:
		case PROG_ARG_UNSUPPORTED:
			reg_set_unknown(v, reg);
			break;
		case PROG_ARG_CTX:
			reg_set_pointer(reg, REG_CTX);
			break;
		case PROG_ARG_MEM:
			reg_set_pointer(reg, REG_MEM);
			reg->flags = REG_OR_NULL;
			reg->mem_size = func->args[i].size;
			reg->id = ++v->id_gen;
			break;
		}
	}
	return err;
}

int func_begin(struct verifier *v, u32 sub)
{
	struct state *state = v->state;

	state->frames[0] = frame_new(v);
	if (!state->frames[0])
		return -ENOMEM;
	state->top = 0;
	frame_init(state->frames[0], 0, -1, sub);
	if (sub)
		return set_args(v, sub);
	reg_set_pointer(reg_of(v, BPF_REG_1), REG_CTX);
	return 0;
}

/* A memory argument: NULL, or memory of that size that may be read and written. */
static int check_mem_arg(struct verifier *v, int regno, u32 size)
{
	struct reg *reg = reg_of(v, regno), saved = *reg;
	int err;

	if (reg_is_null(reg)) {
		reg_mark_precise(v, reg); /* any other number would be a pointer made up */
		return 0;
	}
	if (reg_is_pointer(reg) && reg->flags & REG_OR_NULL)
		reg_set_not_null(v, reg);
	err = arg_check_mem(v, regno, size, ACCESS_READ, true, NULL);
	if (!err)
		err = arg_check_mem(v, regno, size, ACCESS_WRITE, true, NULL);
	*reg_of(v, regno) = saved;
	return err ? -EINVAL : 0;
}

static int check_arg(struct verifier *v, const struct prog_arg *arg, int i)
{
	int regno = BPF_REG_1 + i, err;
	const struct reg *reg = reg_of(v, regno);

	switch (arg->kind) {
	case PROG_ARG_SCALAR:
		if (reg->type == REG_SCALAR)
			return 0;
		refuse(v, -EINVAL, "R%d is not a scalar", regno);
		return blame(v, BLAME_ARG_TYPE, regno, reg, -EINVAL);
	case PROG_ARG_CTX:
		err = arg_check_moved(v, regno);
		if (err || reg->type == REG_CTX)
			return err;
		refuse(v, -EINVAL, "arg#%d expects pointer to ctx", i);
		return blame(v, BLAME_ARG_TYPE, regno, reg, -EINVAL);
	case PROG_ARG_MEM:
		err = arg_check_moved(v, regno);
		return err ? err : check_mem_arg(v, regno, arg->size);
	case PROG_ARG_UNSUPPORTED:
		return -EINVAL;
	}
	return -EINVAL;
}

static int call_global(struct verifier *v, u32 sub)
{
	const struct prog_func *func = v->subs[sub].func;
	int err;

	if (ref_lock(v->state)) {
		refuse(v, -EINVAL, "global function calls are not allowed while holding a lock,");
		refuse(v, -EINVAL, "use static function instead");
		return blame(v, BLAME_LOCK, -1, NULL, -EINVAL);
	}
	err = check_prototype(v, sub);
	for (int i = 0; !err && i < func->arg_cnt; i++)
		err = check_arg(v, &func->args[i], i);
	if (err) {
		refuse(v, err, "Caller passes invalid args into func#%u ('%s')", sub, func->name);
		return blame(v, BLAME_ARG_TYPE, -1, NULL, err);
	}
	if (v->options.log_level)
		say(v, "Func#%u ('%s') is global and assumed valid.\n", sub, func->name);
	if (v->subs[sub].changes_packet)
		call_void_packet(v);
	v->subs[sub].called = true;
	call_clear_caller_regs(v);
	reg_set_unknown(v, reg_of(v, BPF_REG_0));
	scratch_reg(v, BPF_REG_0);
	v->insn++;
	return 0;
}

/* A frame for @sub on top of @state, its registers all unwritten but r10. */
static int push_frame(struct verifier *v, struct state *state, u32 sub, u32 callsite)
{
	struct frame *frame;

	if (state->top + 1 >= PROG_FRAMES_MAX)
		return refuse(v, -E2BIG, "the call stack of %u frames is too deep", state->top + 2);
	frame = frame_new(v);
	if (!frame)
		return -ENOMEM;
	state->frames[++state->top] = frame;
	frame_init(frame, state->top, (s32)callsite, sub);
	return 0;
}

static void log_frames(struct verifier *v, const char *first, u32 a, const char *second, u32 b)
{
	if (!v->options.log_level)
		return;
	say(v, "%s", first);
	log_state(v, v->state->frames[a], true);
	say(v, "%s", second);
	log_state(v, v->state->frames[b], true);
}

int func_check_call(struct verifier *v, const struct bpf_insn *insn)
{
	int sub = cfg_sub_at(v, v->insn + (u32)insn->imm + 1);
	struct state *state = v->state;
	struct frame *caller;
	int err;

	if (sub < 0)
		return refuse(v, -EFAULT, "call to invalid destination");
	if (v->subs[sub].global)
		return call_global(v, (u32)sub);
	err = push_frame(v, state, (u32)sub, v->insn);
	if (err)
		return err;
	caller = state->frames[state->top - 1];
	for (int i = BPF_REG_1; i <= BPF_REG_5; i++)
		state_frame(state)->regs[i] = caller->regs[i];
	/* The caller's r0 to r5 are gone; they are cleared in the frame below. */
	state->top--;
	call_clear_caller_regs(v);
	state->top++;
	v->insn = v->subs[sub].start;
	log_frames(v, "caller:\n", state->top - 1, "callee:\n", state->top);
	return 0;
}

/* What the helper hands its callback. */
static void set_callback_args(struct verifier *v, const struct frame *caller, struct frame *callee,
			      const struct call_args *call)
{
	struct reg *regs = callee->regs;

	if (call->id == HELPER_loop) {
		reg_set_unknown(v, &regs[BPF_REG_1]);
		regs[BPF_REG_2] = caller->regs[BPF_REG_3];
	} else {
		const struct reg *map = &caller->regs[BPF_REG_1];

		regs[BPF_REG_1] = *map;
		reg_set_pointer(&regs[BPF_REG_2], REG_MAP_KEY);
		regs[BPF_REG_2].map = map->map;
		reg_set_pointer(&regs[BPF_REG_3], REG_MAP_VALUE);
		regs[BPF_REG_3].map = map->map;
		regs[BPF_REG_4] = caller->regs[BPF_REG_3];
	}
	callee->in_callback = true;
	callee->range_checked = true;
	callee->ret_min = 0;
	callee->ret_max = 1;
}

static bool has_for_each(const struct map *map)
{
	switch ((int)map->type) {
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return true;
	}
	return false;
}

int func_push_callback(struct verifier *v, const struct call_args *call)
{
	struct state *state;
	int err;

	if (call->id == HELPER_for_each_map_elem && !has_for_each(call->map))
		return refuse(v, -ENOTSUPP, "callback function not allowed for map");
	state = walk_push(v, v->subs[call->sub].start, v->insn, &err);
	if (!state)
		return err;
	err = push_frame(v, state, call->sub, v->insn);
	if (err)
		return err;
	set_callback_args(v, state->frames[state->top - 1], state_frame(state), call);
	state->callback_unroll_depth++;
	state->frames[state->top - 1]->callback_depth++;
	state_frame(v->state)->callback_depth = 0;
	return 0;
}

/* The state saved last at @insn on this very path, with the same calls above it. */
static const struct state *previous_visit(const struct verifier *v, u32 insn)
{
	const struct state *cur = v->state;

	for (const struct seen_state *seen = v->info[insn].states; seen; seen = seen->next) {
		const struct state *old = seen->state;
		bool same = old->top == cur->top;

		if (!old->branches || old->dfs_depth >= cur->dfs_depth)
			continue;
		for (u32 f = 0; same && f <= old->top; f++)
			same = old->frames[f]->callsite == cur->frames[f]->callsite;
		if (same)
			return old;
	}
	return NULL;
}

/* Pairs of ids that mean the same in two states. */
struct renaming {
	u32 old[REGS + SLOTS_MAX], cur[REGS + SLOTS_MAX], cnt;
};

static bool same_id(struct renaming *ids, u32 old, u32 cur)
{
	if (!old || !cur)
		return old == cur;
	for (u32 i = 0; i < ids->cnt; i++) {
		if (ids->old[i] == old)
			return ids->cur[i] == cur;
		if (ids->cur[i] == cur)
			return false;
	}
	if (ids->cnt == ARRAY_SIZE(ids->old))
		return false;
	ids->old[ids->cnt] = old;
	ids->cur[ids->cnt++] = cur;
	return true;
}

static bool same_number(struct renaming *ids, const struct reg *old, const struct reg *cur)
{
	if (old->flags != cur->flags || (old->flags & REG_ADD_CONST && old->delta != cur->delta))
		return false;
	return scalar_equal(old->val, cur->val) && same_id(ids, old->id, cur->id);
}

/* Only what was needed of the turn before counts: its marks are all there. */
static void widen_reg(struct verifier *v, struct renaming *ids, const struct reg *old,
		      struct reg *cur)
{
	if (old->type != REG_SCALAR || cur->type != REG_SCALAR)
		return;
	if (!node_marked(&v->nodes, old->node) && !same_number(ids, old, cur))
		reg_set_unknown(v, cur);
}

/* A number that each turn changes and nobody needs exactly becomes any number, so that turns of a
 * loop come to look alike. Mirrors widen_imprecise_scalars. */
static void widen(struct verifier *v, const struct state *old)
{
	struct renaming ids = {.cnt = 0};

	for (u32 f = old->top + 1; f-- > 0;) {
		const struct frame *a = old->frames[f];
		struct frame *b = v->state->frames[f];

		for (int i = 0; i < REGS; i++)
			widen_reg(v, &ids, &a->regs[i], &b->regs[i]);
		for (u32 i = 0; i < a->slot_cnt && i < b->slot_cnt; i++) {
			if (slot_is_spill(&a->slots[i]) && slot_is_spill(&b->slots[i]))
				widen_reg(v, &ids, &a->slots[i].reg, &b->slots[i].reg);
		}
	}
}

static int check_callback_return(struct verifier *v, const struct frame *callee)
{
	const struct reg *r0 = &callee->regs[BPF_REG_0];
	char has[96] = " unknown scalar value";
	int len = 0;

	if (r0->type != REG_SCALAR)
		return refuse(v, -EACCES, "R0 not a scalar value");
	reg_mark_precise(v, r0);
	if (r0->val.smin >= callee->ret_min && r0->val.smax <= callee->ret_max)
		return 0;
	if (r0->val.smin > INT64_MIN)
		len = snprintf(has, sizeof(has), " smin=%lld", (long long)r0->val.smin);
	if (r0->val.smax < INT64_MAX)
		snprintf(has + len, sizeof(has) - (size_t)len, " smax=%lld",
			 (long long)r0->val.smax);
	return refuse(v, -EINVAL,
		      "At callback return the register R0 has%s should have been in [%d, %d]", has,
		      callee->ret_min, callee->ret_max);
}

int func_refuse_leaving_callback(struct verifier *v)
{
	if (!state_frame(v->state)->in_callback)
		return 0;
	return refuse(v, -EFAULT, "verifier bug: callback unexpected regs 1");
}

int func_return(struct verifier *v)
{
	struct state *state = v->state;
	struct frame *callee = state_frame(state), *caller = state->frames[state->top - 1];
	const struct reg *r0 = &callee->regs[BPF_REG_0];
	const struct state *old;
	bool callback = callee->in_callback;
	int err;

	if (r0->type == REG_STACK)
		return refuse(v, -EINVAL, "cannot return stack pointer to the caller");
	if (callback) {
		err = check_callback_return(v, callee);
		if (err)
			return err;
	} else {
		caller->regs[BPF_REG_0] = *r0;
	}
	v->insn = (u32)callee->callsite + (callback ? 0 : 1);
	if (v->options.log_level) {
		say(v, "returning from callee:\n");
		log_state(v, callee, true);
		say(v, "to caller at %u:\n", v->insn);
		log_state(v, caller, true);
	}
	frame_free(v, callee);
	state->frames[state->top--] = NULL;
	old = callback ? previous_visit(v, v->insn) : NULL;
	if (old)
		widen(v, old);
	return 0;
}

int func_check_exit(struct verifier *v)
{
	const struct reg *r0 = reg_of(v, BPF_REG_0);
	char type[32];
	int err;

	if (v->state->top)
		return func_return(v);
	err = reg_check_read(v, BPF_REG_0);
	if (err)
		return err;
	if (!v->leaks_allowed && r0->type != REG_SCALAR)
		return refuse(v, -EACCES, "R0 leaks addr as return value");
	if (state_frame(v->state)->sub && r0->type != REG_SCALAR)
		return refuse(v, -EINVAL,
			      "At subprogram exit the register R0 is not a scalar value (%s)",
			      reg_type_text(r0, type));
	return 1;
}
