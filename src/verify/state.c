/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.c - making, copying and giving back registers, frames and states; references.
 *
 * Frames and states come from free lists in the verifier, so that the millions of copies a long
 * verification makes cost no allocation, and memory follows the number of states alive at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verifier.h"

void reg_set_none(struct reg *reg)
{
	*reg = (struct reg){.type = REG_NONE, .val = scalar_unknown(), .from = -1, .killed = -1};
}

void reg_set_scalar(struct verifier *v, struct reg *reg, struct scalar val)
{
	*reg = (struct reg){.type = REG_SCALAR,
			    .val = val,
			    .node = node_new(&v->nodes, NODE_NONE, NODE_NONE),
			    .from = (s32)v->insn,
			    .killed = -1};
}

void reg_set_unknown(struct verifier *v, struct reg *reg)
{
	reg_set_scalar(v, reg, scalar_unknown());
}

void reg_set_const(struct verifier *v, struct reg *reg, u64 value)
{
	reg_set_scalar(v, reg, scalar_const(value));
}

void reg_set_pointer(struct reg *reg, enum reg_type type)
{
	*reg = (struct reg){.type = type, .val = scalar_const(0), .from = -1, .killed = -1};
}

void frame_init(struct frame *frame, u32 frameno, s32 callsite, u32 sub)
{
	for (int i = 0; i < REGS; i++)
		reg_set_none(&frame->regs[i]);
	reg_set_pointer(&frame->regs[BPF_REG_FP], REG_STACK);
	frame->regs[BPF_REG_FP].frame = (u8)frameno;
	frame->callsite = callsite;
	frame->sub = sub;
	frame->callback_depth = 0;
	frame->in_callback = false;
	frame->range_checked = false;
	frame->slot_cnt = 0;
}

struct frame *frame_new(struct verifier *v)
{
	struct frame *frame = v->free_frames;

	if (frame) {
		v->free_frames = frame->free_next;
		return frame;
	}
	frame = calloc(1, sizeof(*frame));
	if (!frame)
		return NULL;
	frame->made_before = v->frames;
	v->frames = frame;
	return frame;
}

void frame_free(struct verifier *v, struct frame *frame)
{
	if (!frame)
		return;
	frame->free_next = v->free_frames;
	v->free_frames = frame;
}

/* Capacity alone; the slots are the caller's to fill. */
static int reserve(struct frame *frame, u32 cnt)
{
	struct slot *slots;

	if (cnt <= frame->slot_cap)
		return 0;
	slots = realloc(frame->slots, cnt * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	frame->slots = slots;
	frame->slot_cap = cnt;
	return 0;
}

int frame_grow(struct frame *frame, u32 cnt)
{
	if (cnt <= frame->slot_cnt)
		return 0;
	if (reserve(frame, cnt))
		return -ENOMEM;
	for (u32 i = frame->slot_cnt; i < cnt; i++) {
		reg_set_none(&frame->slots[i].reg);
		memset(frame->slots[i].bytes, SLOT_INVALID, SLOT_SIZE);
	}
	frame->slot_cnt = cnt;
	return 0;
}

static int frame_copy(struct frame *to, const struct frame *from)
{
	struct slot *slots = to->slots;
	u32 cap = to->slot_cap;
	struct frame *made_before = to->made_before;

	*to = *from;
	to->made_before = made_before;
	to->slots = slots;
	to->slot_cap = cap;
	to->slot_cnt = 0;
	if (reserve(to, from->slot_cnt))
		return -ENOMEM;
	if (from->slot_cnt)
		memcpy(to->slots, from->slots, from->slot_cnt * sizeof(*from->slots));
	to->slot_cnt = from->slot_cnt;
	return 0;
}

struct state *state_new(struct verifier *v)
{
	struct state *state = v->free_states;

	if (state) {
		v->free_states = state->free_next;
		memset(&state->parent, 0, offsetof(struct state, refs) - offsetof(struct state, parent));
		memset(&state->branches, 0, sizeof(*state) - offsetof(struct state, branches));
		return state;
	}
	state = calloc(1, sizeof(*state));
	if (!state)
		return NULL;
	state->made_before = v->states;
	v->states = state;
	return state;
}

struct state *state_copy(struct verifier *v, const struct state *from)
{
	struct state *to = state_new(v);

	if (!to)
		return NULL;
	for (u32 i = 0; i <= from->top; i++) {
		to->frames[i] = frame_new(v);
		if (!to->frames[i] || frame_copy(to->frames[i], from->frames[i])) {
			state_free(v, to);
			return NULL;
		}
	}
	to->top = from->top;
	to->parent = from->parent;
	to->ref_cnt = from->ref_cnt;
	memcpy(to->refs, from->refs, from->ref_cnt * sizeof(*from->refs));
	to->branches = from->branches;
	to->dfs_depth = from->dfs_depth;
	to->callback_unroll_depth = from->callback_unroll_depth;
	to->insn = from->insn;
	to->last_insn = from->last_insn;
	to->first_insn = from->first_insn;
	return to;
}

void state_free(struct verifier *v, struct state *state)
{
	if (!state)
		return;
	for (u32 i = 0; i < PROG_FRAMES_MAX; i++) {
		frame_free(v, state->frames[i]);
		state->frames[i] = NULL;
	}
	state->free_next = v->free_states;
	v->free_states = state;
}

void state_pools_drop(struct verifier *v)
{
	for (struct state *state = v->states, *next; state; state = next) {
		next = state->made_before;
		free(state);
	}
	for (struct frame *frame = v->frames, *next; frame; frame = next) {
		next = frame->made_before;
		free(frame->slots);
		free(frame);
	}
	v->states = v->free_states = NULL;
	v->frames = v->free_frames = NULL;
}

struct reg *reg_walk_next(struct reg_walk *walk)
{
	while (walk->frame <= walk->st->top) {
		struct frame *frame = walk->st->frames[walk->frame];

		if (walk->index < REGS)
			return &frame->regs[walk->index++];
		while (walk->index < REGS + frame->slot_cnt) {
			struct slot *slot = &frame->slots[walk->index++ - REGS];

			if (slot_is_spill(slot))
				return &slot->reg;
		}
		walk->frame++;
		walk->index = 0;
	}
	return NULL;
}

int ref_acquire(struct verifier *v, enum ref_kind kind, u32 insn)
{
	struct state *state = v->state;

	if (state->ref_cnt == REFS_MAX)
		return refuse(v, -E2BIG, "more than %d references held at once: skiff keeps no more",
			      REFS_MAX);
	state->refs[state->ref_cnt++] = (struct ref){.kind = kind, .id = ++v->id_gen, .insn = insn};
	return (int)v->id_gen;
}

bool ref_release(struct state *state, u32 id)
{
	for (u32 i = 0; i < state->ref_cnt; i++) {
		if (state->refs[i].kind == REF_LOCK || state->refs[i].id != id)
			continue;
		memmove(&state->refs[i], &state->refs[i + 1],
			(state->ref_cnt - i - 1) * sizeof(state->refs[0]));
		state->ref_cnt--;
		return true;
	}
	return false;
}

const struct ref *ref_find(const struct state *state, u32 id)
{
	for (u32 i = 0; i < state->ref_cnt; i++) {
		if (state->refs[i].kind != REF_LOCK && state->refs[i].id == id)
			return &state->refs[i];
	}
	return NULL;
}

const struct ref *ref_lock(const struct state *state)
{
	for (u32 i = 0; i < state->ref_cnt; i++) {
		if (state->refs[i].kind == REF_LOCK)
			return &state->refs[i];
	}
	return NULL;
}
