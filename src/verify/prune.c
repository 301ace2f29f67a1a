/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prune.c - ending paths that add nothing: at each point where paths meet, the state of the path
 * is compared with those that came by before. If an earlier one allowed at least all that this
 * one may do, and all paths from it were safe, this path is safe too.
 *
 * Three things make that sound. Only states whose paths have all been followed count (branches is
 * 0); one that is still being followed, and equal in everything, is a loop without end. Numbers
 * that nobody needs exactly are not compared (precise.h), and where an earlier state's number
 * turns out to be needed only later, the mark travels on to the state that was compared with it,
 * because each comparison that succeeds links the two values. And the bodies of callbacks, where a
 * path ends by coming back to a state above it, are compared by ranges until all is known.
 *
 * Mirrors is_state_visited.
 */
#include <errno.h>
#include <stdlib.h>

#include "verify/equal.h"
#include "verify/verifier.h"

/* Are the paths from @state that were cut by coming back to a state above it still open? */
static bool in_open_loop(const struct state *state)
{
	for (const struct state *entry = state->loop_entry; entry; entry = entry->loop_entry) {
		if (entry->branches)
			return true;
	}
	return false;
}

static void disown(struct verifier *v, struct state *state)
{
	while (state && --state->owners == 0) {
		struct state *entry = state->loop_entry;

		v->live_states--;
		state_free(v, state);
		state = entry;
	}
}

static void set_loop_entry(struct verifier *v, struct state *state, struct state *entry)
{
	if (state == entry || state->loop_entry == entry)
		return;
	if (state->loop_entry && state->loop_entry->dfs_depth <= entry->dfs_depth &&
	    state->loop_entry->branches)
		return;
	entry->owners++;
	disown(v, state->loop_entry);
	state->loop_entry = entry;
}

/* The path ended at @old, which is not known whole: note it on all states between. */
static void close_loop(struct verifier *v, struct state *old)
{
	struct state *entry = old;

	while (!entry->branches)
		entry = entry->loop_entry;
	for (struct state *up = v->state->parent; up && up != entry; up = up->parent)
		set_loop_entry(v, up, entry);
}

void prune_branch_done(struct verifier *v, struct state *state)
{
	struct state *up = state->parent;

	state->branches--;
	while (up && --up->branches == 0) {
		struct state *done = up;

		up = up->parent;
		disown(v, done);
	}
}

/* Values in the saved state get nodes of their own: a mark there means that something after it
 * needs the value. */
static void renew_nodes(struct verifier *v, struct state *state)
{
	struct reg *reg;

	STATE_EACH_REG (state, reg) {
		if (reg->type == REG_SCALAR)
			reg->node = node_new(&v->nodes, reg->node, NODE_NONE);
	}
}

static int save(struct verifier *v, u32 insn)
{
	struct state *cur = v->state, *saved;
	struct seen_state *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	renew_nodes(v, cur);
	saved = state_copy(v, cur);
	if (!saved) {
		free(seen);
		return -ENOMEM;
	}
	saved->branches = 1;
	saved->loop_entry = NULL;
	saved->owners = 2; /* the list, and the paths that are open below */
	saved->insn = insn;
	v->total_states++;
	v->live_states++;
	v->peak_states = max(v->peak_states, v->live_states);
	v->prev_branch_insns = v->branch_insns;
	v->prev_processed = v->processed;
	cur->parent = saved;
	cur->first_insn = insn;
	cur->dfs_depth = saved->dfs_depth + 1;
	seen->state = saved;
	seen->next = v->info[insn].states;
	v->info[insn].states = seen;
	return 0;
}

/* The registers of the running frame, to the letter: one that was loaded or looked up anew has
 * another id, and is taken for progress. Mirrors states_maybe_looping. */
static bool maybe_looping(const struct state *old, const struct state *cur)
{
	if (old->top != cur->top)
		return false;
	for (int i = 0; i < REGS; i++) {
		const struct reg *a = &state_frame(old)->regs[i], *b = &state_frame(cur)->regs[i];

		if (a->type != b->type || a->flags != b->flags || a->off != b->off ||
		    a->both[0] != b->both[0] || a->both[1] != b->both[1] || a->id != b->id ||
		    a->ref != b->ref || !scalar_equal(a->val, b->val))
			return false;
	}
	return true;
}

static int endless(struct verifier *v, u32 insn, struct state *old)
{
	struct state *cur = v->state;

	log_line(v, insn, "; ");
	refuse(v, -EINVAL, "infinite loop detected at insn %u", insn);
	if (v->options.log_level) {
		say(v, "cur state:");
		log_state(v, state_frame(cur), true);
		say(v, "old state:");
		log_state(v, state_frame(old), true);
	}
	return blame(v, BLAME_LOOP, -1, NULL, -EINVAL);
}

/* A state that was compared often and never matched costs more than it brings. */
static bool useless(const struct verifier *v, u32 insn, const struct seen_state *seen)
{
	u32 n = v->info[insn].force_checkpoint && seen->state->branches ? 64 : 3;

	return seen->misses > seen->hits * n + n;
}

int prune_visit(struct verifier *v, u32 insn)
{
	const struct insn_info *info = &v->info[insn];
	struct seen_state **at = &v->info[insn].states, *seen;
	struct state *cur = v->state;
	u32 branches = v->branch_insns - v->prev_branch_insns;
	u32 processed = v->processed - v->prev_processed;
	bool add = info->force_checkpoint || (branches >= 2 && processed >= 8);
	u32 cnt = 0;

	while ((seen = *at)) {
		struct state *old = seen->state;
		bool open = old->branches || in_open_loop(old);

		cnt++;
		if (old->branches && !info->calls_callback) {
			if (maybe_looping(old, cur) &&
			    old->callback_unroll_depth == cur->callback_unroll_depth &&
			    state_equal(v, old, cur, COMPARE_EXACT))
				return endless(v, insn, old);
			/* Turns of a short loop are not each worth a state. */
			if (!info->force_checkpoint && branches < 20 && processed < 100)
				add = false;
		} else if (state_equal(v, old, cur, open ? COMPARE_RANGES : COMPARE_NEEDED)) {
			seen->hits++;
			state_link(v, old, cur);
			if (open)
				close_loop(v, old);
			return 1;
		}
		if (add)
			seen->misses++;
		if (useless(v, insn, seen)) {
			*at = seen->next;
			disown(v, old);
			free(seen);
			continue;
		}
		at = &seen->next;
	}
	v->max_states_per_insn = max(v->max_states_per_insn, cnt);
	return add ? save(v, insn) : 0;
}

void prune_forget(struct verifier *v)
{
	for (u32 i = 0; i < v->insn_cnt; i++) {
		struct seen_state *seen;

		while ((seen = v->info[i].states)) {
			v->info[i].states = seen->next;
			disown(v, seen->state);
			free(seen);
		}
	}
}
