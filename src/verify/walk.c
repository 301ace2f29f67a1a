/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk.c - following every path: one instruction after another, a branch not taken put aside, the
 * last put aside taken up when a path ends. Each instruction is handed to the room that knows its
 * class; what comes back is the next instruction, in v->insn.
 *
 * Mirrors do_check and do_check_common.
 */
#include <errno.h>
#include <stdlib.h>

#include "isa/decode.h"
#include "verify/verifier.h"

struct state *walk_push(struct verifier *v, u32 insn, u32 prev_insn, int *code)
{
	struct pending *pending = malloc(sizeof(*pending));
	struct state *state = pending ? state_copy(v, v->state) : NULL;

	if (!state) {
		free(pending);
		*code = -ENOMEM;
		return NULL;
	}
	state->branches = 1;
	if (state->parent)
		state->parent->branches++;
	*pending = (struct pending){.next = v->pending,
				    .state = state,
				    .insn = insn,
				    .prev_insn = prev_insn,
				    .log_pos = v->log.len};
	v->pending = pending;
	*code = 0;
	if (++v->pending_cnt > BRANCHES_MAX) {
		*code = refuse(v, -EFAULT, "The sequence of %u jumps is too complex.",
			       v->pending_cnt);
		blame(v, BLAME_TOO_LARGE, -1, NULL, -EFAULT);
		return NULL;
	}
	return state;
}

/* Take up the path put aside last; false: there is none. */
static bool pop(struct verifier *v)
{
	struct pending *pending = v->pending;

	state_free(v, v->state);
	v->state = NULL;
	if (!pending)
		return false;
	/* At level 1 the log shows one path: what the abandoned one wrote goes. */
	if (v->options.log_level == 1)
		log_reset(v, pending->log_pos);
	v->pending = pending->next;
	v->pending_cnt--;
	v->state = pending->state;
	v->insn = pending->insn;
	v->prev_insn = pending->prev_insn;
	free(pending);
	return true;
}

static void drop_pending(struct verifier *v)
{
	while (v->pending) {
		struct pending *pending = v->pending;

		v->pending = pending->next;
		state_free(v, pending->state);
		free(pending);
	}
	v->pending_cnt = 0;
}

/* 1: the path ends here, 0: goes on at v->insn, or -errno. */
static int check_exit(struct verifier *v)
{
	int err = lock_check_leaks(v, v->state->top == 0, "BPF_EXIT instruction in main prog");

	if (!err)
		err = func_check_exit(v);
	if (!err)
		v->print_state = true;
	return err;
}

static int check_call(struct verifier *v, const struct bpf_insn *insn)
{
	v->branch_insns++;
	if (ref_lock(v->state) && insn->src_reg == 0 && insn->imm != HELPER_spin_unlock) {
		refuse(v, -EINVAL, "function calls are not allowed while holding a lock");
		return blame(v, BLAME_LOCK, -1, NULL, -EINVAL);
	}
	if (insn->src_reg == INSN_CALL_LOCAL)
		return func_check_call(v, insn);
	return call_check_helper(v, insn);
}

static int check_jump_class(struct verifier *v, const struct bpf_insn *insn)
{
	if (insn_is_call(insn))
		return check_call(v, insn);
	v->branch_insns++;
	if (insn_is_exit(insn))
		return check_exit(v);
	if (BPF_OP(insn->code) == BPF_JA) {
		v->insn = (u32)insn_target(insn, v->insn);
		return 0;
	}
	return jump_check(v, insn);
}

/* Instructions that go on with the next one. */
static int check_plain(struct verifier *v, const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return alu_check(v, insn);
	case BPF_LDX:
		return mem_check_load(v, insn);
	case BPF_ST:
		return mem_check_store(v, insn);
	case BPF_STX:
		if (BPF_MODE(insn->code) == BPF_ATOMIC)
			return mem_check_atomic(v, insn);
		return mem_check_store(v, insn);
	case BPF_LD:
		if (insn_is_ld_imm64(insn))
			return mem_check_ld_imm64(v, insn);
		return mem_check_ld_abs(v, insn);
	}
	return refuse(v, -EINVAL, "unknown insn class %d", BPF_CLASS(insn->code));
}

/* There are eleven registers, although an instruction has room to name sixteen. */
static int check_regnos(struct verifier *v, const struct bpf_insn *insn)
{
	u8 uses = op_info(insn_op(insn))->uses;

	if (uses & USES_SRC && insn->src_reg >= REGS)
		return refuse(v, -EINVAL, "R%d is invalid", insn->src_reg);
	if (uses & USES_DST && insn->dst_reg >= REGS)
		return refuse(v, -EINVAL, "R%d is invalid", insn->dst_reg);
	return 0;
}

/* 1: the path ends here, 0: goes on at v->insn, or -errno. */
static int check_insn(struct verifier *v, const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code);
	struct error err;
	int code = insn_check_fields(insn, &err);

	if (code)
		return refuse(v, code, "%s", err.text);
	code = check_regnos(v, insn);
	if (code)
		return code;
	if (class == BPF_JMP || class == BPF_JMP32)
		return check_jump_class(v, insn);
	code = check_plain(v, insn);
	if (code)
		return code;
	v->insn += insn_is_ld_imm64(insn) ? 2 : 1;
	return 0;
}

static void say_path(struct verifier *v, const char *end)
{
	say(v, "\nfrom %u to %u%s", v->prev_insn, v->insn, end);
}

static void log_before(struct verifier *v)
{
	if (v->options.log_level >= 2 && v->print_state) {
		say_path(v, ":");
		log_state(v, state_frame(v->state), true);
		v->scratched_regs = 0;
		v->scratched_slots = 0;
		v->print_state = false;
	}
	if (!v->options.log_level)
		return;
	if (v->scratched_regs || v->scratched_slots)
		log_insn_state(v);
	log_line(v, v->insn, "; ");
	log_insn(v, v->insn);
}

static void log_safe(struct verifier *v)
{
	if (!v->options.log_level)
		return;
	if (v->print_state)
		say_path(v, ": safe\n");
	else
		say(v, "%u: safe\n", v->insn);
}

/* One path, from v->insn to its end: 0 or -errno. */
static int walk_path(struct verifier *v)
{
	for (;;) {
		u32 insn = v->insn;
		int err;

		if (insn >= v->insn_cnt)
			return refuse(v, -EFAULT, "invalid insn idx %u insn_cnt %u", insn,
				      v->insn_cnt);
		if (++v->processed > PROG_INSNS_MAX) {
			refuse(v, -E2BIG, "BPF program is too large. Processed %u insn",
			       v->processed);
			return blame(v, BLAME_TOO_LARGE, -1, NULL, -E2BIG);
		}
		v->state->last_insn = v->prev_insn;
		v->state->insn = insn;
		if (v->nodes.broken)
			return -ENOMEM;
		if (v->info[insn].prune_point) {
			err = prune_visit(v, insn);
			if (err < 0)
				return err;
			if (err) {
				log_safe(v);
				return 0;
			}
		}
		log_before(v);
		v->info[insn].seen = true;
		v->prev_insn = insn;
		err = check_insn(v, &v->insns[insn]);
		if (err)
			return err < 0 ? err : 0;
	}
}

/* Every path from v->state on. */
static int walk_paths(struct verifier *v)
{
	int err;

	do {
		err = walk_path(v);
		if (err)
			break;
		prune_branch_done(v, v->state);
		/* The state at the beginning of a path is printed whole. */
		v->scratched_regs = (1u << REGS) - 1;
		v->scratched_slots = ~0ull;
		v->print_state = true;
	} while (pop(v));
	state_free(v, v->state);
	v->state = NULL;
	drop_pending(v);
	return err;
}

/* Subprogram @sub as if it were called by anybody: 0 or -errno. */
static int walk_sub(struct verifier *v, u32 sub)
{
	int err;

	v->state = state_new(v);
	if (!v->state)
		return -ENOMEM;
	v->state->branches = 1;
	v->insn = v->prev_insn = v->subs[sub].start;
	v->print_state = false;
	v->scratched_regs = (1u << REGS) - 1;
	v->scratched_slots = 0;
	err = func_begin(v, sub);
	if (!err)
		err = walk_paths(v);
	prune_forget(v);
	return err;
}

/* Global functions that somebody calls, until no new one turns up. */
static int walk_globals(struct verifier *v)
{
	bool found = true;

	while (found) {
		found = false;
		for (u32 i = 1; i < v->sub_cnt; i++) {
			struct subprog *sub = &v->subs[i];
			int err;

			if (!sub->global || !sub->called || sub->verified)
				continue;
			if (v->options.log_level)
				say(v, "Validating %s() func#%u...\n", sub->func->name, i);
			err = walk_sub(v, i);
			if (err)
				return err;
			if (v->options.log_level)
				say(v,
				    "Func#%u ('%s') is safe for any args that match its "
				    "prototype\n",
				    i, sub->func->name);
			sub->verified = true;
			found = true;
		}
	}
	return 0;
}

int walk_all(struct verifier *v)
{
	int err = walk_sub(v, 0);

	return err ? err : walk_globals(v);
}
