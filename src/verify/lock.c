/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lock.c - spin locks, and what a path still holds where it must hold nothing. A path holds at most
 * one lock, and gives it back through the same map value; a record of a ring buffer has been
 * submitted or discarded when the program ends.
 *
 * Mirrors process_spin_lock and check_resource_leak.
 */
#include <errno.h>
#include <string.h>

#include "verify/verifier.h"

static int refuse_lock(struct verifier *v, int regno, int code)
{
	return blame(v, BLAME_LOCK, regno, reg_of(v, regno), code);
}

/* The lock must be where BTF says the map's values have one. */
static int check_place(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);
	const struct map *map = reg->map;
	s64 off;

	if (!scalar_is_const(reg->val)) {
		refuse(v, -EINVAL,
		       "R%d doesn't have constant offset. bpf_spin_lock has to be at the constant "
		       "offset",
		       regno);
		return refuse_lock(v, regno, -EINVAL);
	}
	if (!map->has_btf && map->spin_lock_off < 0) {
		refuse(v, -EINVAL, "map '%s' has to have BTF in order to use bpf_spin_lock",
		       map->name);
		return refuse_lock(v, regno, -EINVAL);
	}
	if (map->spin_lock_off < 0) {
		refuse(v, -EINVAL, "map '%s' has no valid bpf_spin_lock", map->name);
		return refuse_lock(v, regno, -EINVAL);
	}
	off = (s64)scalar_value(reg->val) + reg->off;
	if (off != map->spin_lock_off) {
		refuse(v, -EINVAL, "off %lld doesn't point to 'struct bpf_spin_lock' that is at %d",
		       (long long)off, map->spin_lock_off);
		return refuse_lock(v, regno, -EINVAL);
	}
	return 0;
}

/* Takes away the one lock of @state. */
static void release(struct state *state)
{
	for (u32 i = 0; i < state->ref_cnt; i++) {
		if (state->refs[i].kind != REF_LOCK)
			continue;
		memmove(&state->refs[i], &state->refs[i + 1],
			(state->ref_cnt - i - 1) * sizeof(state->refs[0]));
		state->ref_cnt--;
		return;
	}
}

/* The lock in the map value that R@regno points to is taken (@lock) or given back. */
int lock_take(struct verifier *v, int regno, bool lock)
{
	const struct reg *reg = reg_of(v, regno);
	const struct ref *held = ref_lock(v->state);
	struct ref *made;
	int err = check_place(v, regno);

	if (err)
		return err;
	if (!lock) {
		if (!held) {
			refuse(v, -EINVAL, "bpf_spin_unlock without taking a lock");
			return refuse_lock(v, regno, -EINVAL);
		}
		if (held->lock != reg->map || held->lock_id != reg->id) {
			refuse(v, -EINVAL, "bpf_spin_unlock of different lock");
			return refuse_lock(v, regno, -EINVAL);
		}
		release(v->state);
		return 0;
	}
	if (held) {
		refuse(v, -EINVAL, "Locking two bpf_spin_locks are not allowed");
		return refuse_lock(v, regno, -EINVAL);
	}
	err = ref_acquire(v, REF_LOCK, v->insn);
	if (err < 0)
		return err;
	made = &v->state->refs[v->state->ref_cnt - 1];
	made->lock = reg->map;
	made->lock_id = reg->id;
	return 0;
}

/* References are looked for only where the outermost frame ends: a function may return with what
 * its caller will give back. */
int lock_check_leaks(struct verifier *v, bool locks_too, const char *where)
{
	const struct state *state = v->state;
	bool leaks = false;

	if (locks_too && ref_lock(state)) {
		refuse(v, -EINVAL, "%s cannot be used inside bpf_spin_lock-ed region", where);
		return blame(v, BLAME_LOCK, -1, NULL, -EINVAL);
	}
	if (state->top)
		return 0;
	for (u32 i = 0; i < state->ref_cnt; i++) {
		const struct ref *ref = &state->refs[i];

		if (ref->kind == REF_LOCK)
			continue;
		refuse(v, -EINVAL, "Unreleased reference id=%u alloc_insn=%u", ref->id, ref->insn);
		leaks = true;
	}
	if (!leaks)
		return 0;
	refuse(v, -EINVAL, "%s would lead to reference leak", where);
	return blame(v, BLAME_LEAKED_REF, -1, NULL, -EINVAL);
}
