/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * equal.c - comparing states. Ids have no meaning but "the same as": two states agree when one's
 * ids can be renamed into the other's, so each comparison builds up the renaming as it goes.
 */
#include "verify/equal.h"

#include <stdlib.h>
#include <string.h>

struct id_pair {
	u32 old, cur;
};

struct match {
	struct verifier *v;
	enum compare how;
	u32 fresh; /* ids for numbers that have none: each its own */
};

/* May @old be renamed to @cur? Zero is only zero. Mirrors check_ids. */
static bool same_id(struct match *match, u32 old, u32 cur)
{
	struct verifier *v = match->v;

	if (!old != !cur)
		return false;
	if (!old)
		return true;
	for (u32 i = 0; i < v->id_cnt; i++) {
		if (v->ids[i].old == old)
			return v->ids[i].cur == cur;
		if (v->ids[i].cur == cur)
			return false;
	}
	if (v->id_cnt == v->id_cap) {
		u32 cap = v->id_cap ? v->id_cap * 2 : 64;
		struct id_pair *ids = realloc(v->ids, cap * sizeof(*ids));

		if (!ids)
			return false; /* not equal is always a safe answer */
		v->ids = ids;
		v->id_cap = cap;
	}
	v->ids[v->id_cnt++] = (struct id_pair){old, cur};
	return true;
}

/* As same_id, for numbers: one without an id is linked to nothing. Mirrors check_scalar_ids. */
static bool same_scalar_id(struct match *match, u32 old, u32 cur)
{
	if (!old)
		old = ++match->fresh;
	if (!cur)
		cur = ++match->fresh;
	return same_id(match, old, cur);
}

static bool within(const struct reg *old, const struct reg *cur)
{
	return scalar_within(old->val, cur->val);
}

/* What type-specific fields two registers of one type must share to mean the same thing. */
static bool same_object(const struct reg *old, const struct reg *cur)
{
	return old->flags == cur->flags && old->off == cur->off && old->both[0] == cur->both[0] &&
	       old->both[1] == cur->both[1];
}

static bool exact(struct match *match, const struct reg *old, const struct reg *cur)
{
	return old->type == cur->type && same_object(old, cur) &&
	       scalar_equal(old->val, cur->val) && same_id(match, old->id, cur->id) &&
	       same_id(match, old->ref, cur->ref);
}

static bool same_scalar(struct match *match, const struct reg *old, const struct reg *cur)
{
	if (match->v->numbers_exact)
		return old->flags == cur->flags && old->delta == cur->delta &&
		       scalar_equal(old->val, cur->val) && same_scalar_id(match, old->id, cur->id);
	if (match->how == COMPARE_NEEDED && !node_marked(&match->v->nodes, old->node))
		return true;
	if ((old->flags & REG_ADDED) != (cur->flags & REG_ADDED))
		return false;
	if (old->flags & REG_ADD_CONST && old->delta != cur->delta)
		return false;
	return within(old, cur) && same_scalar_id(match, old->id, cur->id);
}

/* At least as many bytes are known to be there. That a pointer lies at or past the end is another
 * kind of knowledge: it decides jumps, so nothing else will do. */
static bool range_suffices(s32 old, s32 cur)
{
	return old < 0 || cur < 0 ? old == cur : old <= cur;
}

/* Mirrors regsafe. */
static bool same_reg(struct match *match, const struct reg *old, const struct reg *cur)
{
	if (match->how == COMPARE_EXACT)
		return exact(match, old, cur);
	if (old->type == REG_NONE)
		return true;
	if (old->type != cur->type)
		return false;
	switch ((enum reg_type)old->type) {
	case REG_SCALAR:
		return same_scalar(match, old, cur);
	case REG_MAP_VALUE:
	case REG_MAP_KEY:
	case REG_MEM:
		return same_object(old, cur) && within(old, cur) &&
		       same_id(match, old->id, cur->id) && same_id(match, old->ref, cur->ref);
	case REG_PKT:
	case REG_PKT_META:
		return old->flags == cur->flags && range_suffices(old->range, cur->range) &&
		       old->off == cur->off && same_id(match, old->id, cur->id) && within(old, cur);
	case REG_STACK:
		return old->frame == cur->frame && exact(match, old, cur);
	case REG_NONE:
	case REG_CTX:
	case REG_MAP:
	case REG_PKT_END:
	case REG_SOCK:
	case REG_FUNC:
		return exact(match, old, cur);
	}
	return false;
}

/* The number a slot holds: its whole spill, or eight bytes of something. Mirrors
 * scalar_reg_for_stack. */
static const struct reg *slot_number(const struct match *match, const struct slot *slot,
				     const struct reg *unknown)
{
	bool uninit_allowed = match->v->uninit_stack_allowed;

	if (slot_is_full_spill(slot))
		return slot->reg.type == REG_SCALAR ? &slot->reg : NULL;
	for (int i = 0; i < SLOT_SIZE; i++) {
		if (slot->bytes[i] != SLOT_MISC &&
		    !(slot->bytes[i] == SLOT_INVALID && uninit_allowed))
			return NULL;
	}
	return unknown;
}

static bool same_slot(struct match *match, const struct slot *old, const struct slot *cur)
{
	/* Bytes of which nothing is known need nothing; their value is not needed exactly. */
	const struct reg unknown = {.type = REG_SCALAR, .val = scalar_unknown()};
	const struct reg *a = slot_number(match, old, &unknown);
	const struct reg *b = slot_number(match, cur, &unknown);
	bool ignore_misc = match->v->uninit_stack_allowed && match->how != COMPARE_EXACT;

	if (a && b && match->how != COMPARE_EXACT) {
		if (a == &unknown)
			return true;
		return same_reg(match, a, b);
	}
	for (int i = 0; i < SLOT_SIZE; i++) {
		u8 x = old->bytes[i], y = cur->bytes[i];

		if (match->how == COMPARE_EXACT) {
			if (x != y)
				return false;
			continue;
		}
		if (x == SLOT_INVALID || (x == SLOT_MISC && (ignore_misc || y == SLOT_ZERO)))
			continue;
		if (x != y)
			return false;
	}
	if (!slot_is_spill(old))
		return true;
	return slot_is_spill(cur) && same_reg(match, &old->reg, &cur->reg);
}

static bool same_stack(struct match *match, const struct frame *old, const struct frame *cur,
		       u64 live)
{
	static const struct slot empty = {.bytes = {0}};

	/* Linux looks at the slots of the old state alone: one first used later is no difference.
	 */
	if (match->how == COMPARE_EXACT && old->slot_cnt > cur->slot_cnt)
		return false;
	for (u32 i = 0; i < old->slot_cnt; i++) {
		/* Within a loop Linux wants the same kinds of bytes even where nothing reads them.
		 */
		if (match->how == COMPARE_RANGES &&
		    (i >= cur->slot_cnt ||
		     memcmp(old->slots[i].bytes, cur->slots[i].bytes, SLOT_SIZE)))
			return false;
		if (!(live & BIT_ULL(i)))
			continue;
		if (!same_slot(match, &old->slots[i], i < cur->slot_cnt ? &cur->slots[i] : &empty))
			return false;
	}
	return true;
}

/* Where frame @f of @state stands: at its instruction, or at the call into the next frame. */
static u32 frame_insn(const struct state *state, u32 f)
{
	return f == state->top ? state->insn : (u32)state->frames[f + 1]->callsite;
}

static bool same_frame(struct match *match, const struct state *old, const struct state *cur, u32 f)
{
	const struct frame *a = old->frames[f], *b = cur->frames[f];
	const struct insn_info *info = &match->v->info[frame_insn(old, f)];

	if (a->callsite != b->callsite || a->callback_depth > b->callback_depth ||
	    a->in_callback != b->in_callback)
		return false;
	for (int i = 0; i < REGS; i++) {
		if (info->live_regs & BIT(i) && !same_reg(match, &a->regs[i], &b->regs[i]))
			return false;
	}
	return same_stack(match, a, b, info->live_slots);
}

static bool same_refs(struct match *match, const struct state *old, const struct state *cur)
{
	if (old->ref_cnt != cur->ref_cnt)
		return false;
	for (u32 i = 0; i < old->ref_cnt; i++) {
		const struct ref *a = &old->refs[i], *b = &cur->refs[i];

		if (a->kind != b->kind || !same_id(match, a->id, b->id) || a->lock != b->lock ||
		    !same_id(match, a->lock_id, b->lock_id))
			return false;
	}
	return true;
}

bool state_equal(struct verifier *v, const struct state *old, const struct state *cur,
		 enum compare how)
{
	struct match match = {.v = v, .how = how, .fresh = 0x80000000u};

	if (old->top != cur->top)
		return false;
	v->id_cnt = 0;
	if (!same_refs(&match, old, cur))
		return false;
	for (u32 f = 0; f <= old->top; f++) {
		if (!same_frame(&match, old, cur, f))
			return false;
	}
	return true;
}

static void link_reg(struct verifier *v, const struct reg *old, const struct reg *cur)
{
	if (old->type == REG_SCALAR && cur->type == REG_SCALAR)
		node_link(&v->nodes, old->node, cur->node);
}

void state_link(struct verifier *v, const struct state *old, const struct state *cur)
{
	for (u32 f = 0; f <= old->top; f++) {
		const struct frame *a = old->frames[f], *b = cur->frames[f];
		const struct insn_info *info = &v->info[frame_insn(old, f)];

		for (int i = 0; i < REGS; i++) {
			if (info->live_regs & BIT(i))
				link_reg(v, &a->regs[i], &b->regs[i]);
		}
		for (u32 i = 0; i < a->slot_cnt && i < b->slot_cnt; i++) {
			if (info->live_slots & BIT_ULL(i) && slot_is_spill(&a->slots[i]) &&
			    slot_is_spill(&b->slots[i]))
				link_reg(v, &a->slots[i].reg, &b->slots[i].reg);
		}
	}
}
