/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cfg.c - what the instructions say by themselves: subprograms, jumps, what can be reached, the
 * graph of calls and its stack.
 *
 * The stages come in the kernel's order, because a program with two faults must be refused for
 * the same one: subprograms, then opcodes, then the walk over the graph that also says where
 * states are worth comparing, and last, when all paths are known, the stack of nested calls.
 */
#include <errno.h>
#include <stdlib.h>

#include "isa/decode.h"
#include "verify/verifier.h"

bool insn_is_jump(const struct bpf_insn *insn)
{
	u8 class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	if (class != BPF_JMP && class != BPF_JMP32)
		return false;
	return !(class == BPF_JMP && (op == BPF_CALL || op == BPF_EXIT));
}

s32 insn_target(const struct bpf_insn *insn, u32 at)
{
	if (insn->code == (BPF_JMP32 | BPF_JA))
		return (s32)at + insn->imm + 1;
	return (s32)at + insn->off + 1;
}

bool helper_calls_back(u32 id)
{
	return id == HELPER_loop || id == HELPER_for_each_map_elem;
}

u32 cfg_sub_of(const struct verifier *v, u32 insn)
{
	u32 low = 0, high = v->sub_cnt;

	while (high - low > 1) {
		u32 mid = (low + high) / 2;

		if (v->subs[mid].start <= insn)
			low = mid;
		else
			high = mid;
	}
	return low;
}

int cfg_sub_at(const struct verifier *v, u32 insn)
{
	for (u32 i = 0; i < v->sub_cnt; i++) {
		if (v->subs[i].start == insn)
			return (int)i;
	}
	return -1;
}

static int add_sub(struct verifier *v, s32 start)
{
	if (start < 0 || (u32)start >= v->insn_cnt)
		return refuse(v, -EINVAL, "call to invalid destination");
	if (cfg_sub_at(v, (u32)start) >= 0)
		return 0;
	if (v->sub_cnt == PROG_FUNCS_MAX)
		return refuse(v, -E2BIG, "too many subprograms");
	v->subs[v->sub_cnt++] = (struct subprog){.start = (u32)start};
	return 0;
}

static int compare_subs(const void *a, const void *b)
{
	const struct subprog *x = a, *y = b;

	return x->start < y->start ? -1 : x->start > y->start;
}

/* Mirrors add_subprog_and_kfunc. */
int cfg_find_subprogs(struct verifier *v)
{
	int err = add_sub(v, 0);

	for (u32 i = 0; !err && i < v->insn_cnt; i++) {
		const struct bpf_insn *insn = &v->insns[i];

		if (insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC)
			err = add_sub(v, (s32)i + insn->imm + 1);
		else if (insn_is_local_call(insn))
			err = add_sub(v, (s32)i + insn->imm + 1);
		else if (insn_is_call(insn) && insn->src_reg == INSN_CALL_KFUNC)
			err = blame(v, BLAME_NOT_YET, -1, NULL,
				    refuse(v, -EINVAL, "skiff does not have kernel functions yet"));
		if (err && v->fault.insn <= 0)
			v->fault.insn = (s32)i;
	}
	if (err)
		return err;
	qsort(v->subs, v->sub_cnt, sizeof(v->subs[0]), compare_subs);
	for (u32 i = 0; i < v->sub_cnt; i++) {
		struct subprog *sub = &v->subs[i];

		sub->end = i + 1 < v->sub_cnt ? v->subs[i + 1].start : v->insn_cnt;
		for (u32 f = 0; f < v->source->func_cnt; f++) {
			if (v->source->funcs[f].start == sub->start)
				sub->func = &v->source->funcs[f];
		}
		sub->global = i > 0 && sub->func && sub->func->global;
		if (v->options.log_level >= 2)
			say(v, "func#%u @%u\n", i, sub->start);
	}
	for (u32 i = 0; i < v->insn_cnt; i++) {
		const struct bpf_insn *insn = &v->insns[i];

		if (insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC)
			v->subs[cfg_sub_at(v, i + (u32)insn->imm + 1)].is_callback = true;
	}
	return 0;
}

/* Mirrors check_subprogs. */
int cfg_check_subprogs(struct verifier *v)
{
	for (u32 s = 0; s < v->sub_cnt; s++) {
		struct subprog *sub = &v->subs[s];

		for (u32 i = sub->start; i < sub->end; i++) {
			const struct bpf_insn *insn = &v->insns[i];

			v->insn = i;
			if (insn_is_helper_call(insn) && insn->imm == HELPER_tail_call)
				sub->has_tail_call = true;
			if (BPF_CLASS(insn->code) == BPF_LD &&
			    (BPF_MODE(insn->code) == BPF_ABS || BPF_MODE(insn->code) == BPF_IND))
				sub->uses_ld_abs = true;
			if (insn_is_jump(insn)) {
				s32 to = insn_target(insn, i);

				if (to < (s32)sub->start || to >= (s32)sub->end)
					return refuse(v, -EINVAL,
						      "jump out of range from insn %u to %d", i, to);
			}
			if (i + 1 < sub->end)
				continue;
			/* What falls off its end would run into the next one. */
			if (!insn_is_exit(insn) && insn->code != (BPF_JMP | BPF_JA) &&
			    insn->code != (BPF_JMP32 | BPF_JA))
				return refuse(v, -EINVAL, "last insn is not an exit or jmp");
		}
	}
	return 0;
}

static int check_imm64(struct verifier *v, u32 at)
{
	const struct bpf_insn *insn = &v->insns[at];
	const struct map *map;
	u32 offset = (u32)insn[1].imm;

	switch (insn->src_reg) {
	case 0:
	case INSN_FUNC:
		return 0;
	case INSN_MAP_FD:
	case INSN_MAP_VALUE:
		break;
	case BPF_PSEUDO_BTF_ID:
		return blame(v, BLAME_NOT_YET, -1, NULL,
			     refuse(v, -EINVAL, "skiff does not have kernel variables (ksyms) yet"));
	default:
		return refuse(v, -EINVAL, "unrecognized bpf_ld_imm64 insn");
	}
	if ((u32)insn->imm >= v->source->map_cnt)
		return refuse(v, -EINVAL, "fd %d is not pointing to valid bpf_map", insn->imm);
	map = v->source->maps[insn->imm];
	if (insn->src_reg == INSN_MAP_FD)
		return insn[1].imm ? refuse(v, -EINVAL, "unrecognized bpf_ld_imm64 insn") : 0;
	if (offset >= OFFSET_MAX)
		return refuse(v, -EINVAL, "direct value offset of %u is not allowed", offset);
	if (map->type != BPF_MAP_TYPE_ARRAY)
		return refuse(v, -EINVAL, "no direct value access support for this map type");
	if (map->max_entries == 1 && offset < map->value_size)
		return 0;
	return refuse(v, map->max_entries == 1 ? -EINVAL : -ENOTSUPP,
		      "invalid access to map value pointer, value_size=%u off=%u", map->value_size,
		      offset);
}

/* Mirrors resolve_pseudo_ldimm64. */
int cfg_check_insns(struct verifier *v)
{
	struct error err;

	for (u32 i = 0; i < v->insn_cnt; i++) {
		const struct bpf_insn *insn = &v->insns[i];
		int code;

		v->insn = i;
		code = insn_check_opcode(insn, v->insn_cnt - i, &err);
		if (code)
			return refuse(v, code, "%s", err.text);
		if (!insn_is_ld_imm64(insn))
			continue;
		code = check_imm64(v, i);
		if (code)
			return code;
		v->info[++i].second_slot = true;
	}
	return 0;
}

/* One step of the walk over the graph: a depth-first search with its own stack. */
struct walk {
	struct verifier *v;
	u32 *stack, depth;
	bool *seen;
};

static int walk_to(struct walk *walk, u32 from, s32 to, bool branch)
{
	struct verifier *v = walk->v;

	if (to < 0 || (u32)to >= v->insn_cnt) {
		v->insn = from;
		return refuse(v, -EINVAL, "jump out of range from insn %u to %d", from, to);
	}
	if (branch)
		v->info[to].prune_point = v->info[to].jump_target = true;
	if (walk->seen[to])
		return 0;
	walk->seen[to] = true;
	walk->stack[walk->depth++] = (u32)to;
	return 1;
}

static int walk_call(struct walk *walk, u32 at, u32 width, bool callee)
{
	struct verifier *v = walk->v;
	int err = walk_to(walk, at, (s32)(at + width), false);

	if (err)
		return err;
	v->info[at + width].prune_point = v->info[at + width].jump_target = true;
	if (!callee)
		return 0;
	v->info[at].prune_point = true;
	err = walk_to(walk, at, (s32)at + v->insns[at].imm + 1, true);
	if (!err && v->subs[cfg_sub_at(v, at + (u32)v->insns[at].imm + 1)].changes_packet)
		v->subs[cfg_sub_of(v, at)].changes_packet = true;
	return err;
}

/* 1: something was pushed, come back; 0: done with @at; or -errno. Mirrors visit_insn. */
static int walk_insn(struct walk *walk, u32 at)
{
	struct verifier *v = walk->v;
	const struct bpf_insn *insn = &v->insns[at];
	int err;

	if (insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC)
		return walk_call(walk, at, 2, true);
	if (insn_is_exit(insn))
		return 0;
	if (insn_is_call(insn)) {
		if (insn->src_reg == 0 && helper_calls_back((u32)insn->imm)) {
			v->info[at].calls_callback = true;
			v->info[at].force_checkpoint = true;
			v->info[at].prune_point = v->info[at].jump_target = true;
		}
		if (insn->src_reg == 0) {
			const struct helper *helper = helper_find((u32)insn->imm);

			/* The program that a tail call leads to may change anything. */
			if ((helper && helper->flags & HELPER_CHANGES_PACKET) ||
			    insn->imm == HELPER_tail_call)
				v->subs[cfg_sub_of(v, at)].changes_packet = true;
		}
		return walk_call(walk, at, 1, insn->src_reg == INSN_CALL_LOCAL);
	}
	if (!insn_is_jump(insn))
		return walk_to(walk, at, (s32)at + (insn_is_ld_imm64(insn) ? 2 : 1), false);
	if (insn->code == (BPF_JMP | BPF_JA) || insn->code == (BPF_JMP32 | BPF_JA)) {
		s32 to = insn_target(insn, at);

		err = walk_to(walk, at, to, false);
		if (err >= 0)
			v->info[to].prune_point = v->info[to].jump_target = true;
		return err;
	}
	v->info[at].prune_point = true;
	if (BPF_OP(insn->code) == BPF_JCOND)
		v->info[at].force_checkpoint = true;
	err = walk_to(walk, at, (s32)at + 1, false);
	return err ? err : walk_to(walk, at, insn_target(insn, at), true);
}

static int walk_graph(struct walk *walk, u32 from)
{
	walk->seen[from] = true;
	walk->stack[walk->depth++] = from;
	while (walk->depth) {
		u32 at = walk->stack[walk->depth - 1];
		int more = walk_insn(walk, at);

		if (more < 0)
			return more;
		if (!more)
			walk->depth--;
	}
	return 0;
}

/* Mirrors check_cfg. */
int cfg_check_flow(struct verifier *v)
{
	struct walk walk = {.v = v};
	int err = -ENOMEM;

	walk.stack = calloc(v->insn_cnt + 1, sizeof(*walk.stack));
	walk.seen = calloc(v->insn_cnt, sizeof(*walk.seen));
	if (!walk.stack || !walk.seen)
		goto out;
	err = walk_graph(&walk, 0);
	for (u32 i = 0; !err && i < v->insn_cnt; i++) {
		v->insn = i;
		if (v->info[i].second_slot) {
			if (walk.seen[i])
				err = refuse(v, -EINVAL, "jump into the middle of ldimm64 insn %u",
					     i - 1);
			continue;
		}
		if (!walk.seen[i])
			err = refuse(v, -EINVAL, "unreachable insn %u", i);
	}
out:
	free(walk.stack);
	free(walk.seen);
	return err;
}

/*
 * The stack of nested calls. Each function is entered from every call of it, so a chain is only
 * followed where it is deeper, in bytes or in frames, than all that were followed before: the
 * work stays small whatever the graph.
 */
struct chain {
	struct verifier *v;
	u32 depth_done[PROG_FUNCS_MAX], frames_done[PROG_FUNCS_MAX]; /* 0: not entered yet */
};

/* Enter @sub with @depth bytes and @frames frames above it. Mirrors check_max_stack_depth. */
static int enter_chain(struct chain *chain, u32 sub, u32 depth, u32 frames)
{
	struct verifier *v = chain->v;
	const struct subprog *s = &v->subs[sub];

	if (chain->frames_done[sub] > frames && chain->depth_done[sub] >= depth)
		return 0;
	chain->frames_done[sub] = frames + 1;
	chain->depth_done[sub] = depth;
	/* A tail call made deep in a chain starts anew on what is left of the stack. */
	if (sub && s->has_tail_call && depth >= PROG_STACK_MAX / 2) {
		v->fault.size = depth;
		v->fault.number = HELPER_tail_call;
		refuse(v, -EACCES,
		       "tail_calls are not allowed when call stack of previous frames is %u bytes. "
		       "Too large",
		       depth);
		return blame(v, BLAME_STACK_DEPTH, -1, NULL, -EACCES);
	}
	depth += ALIGN_UP(s->stack_depth, 16u);
	if (depth > PROG_STACK_MAX) {
		v->fault.size = depth;
		v->fault.number = 0;
		refuse(v, -EACCES, "combined stack size of %u calls is %u. Too large", frames + 1,
		       depth);
		return blame(v, BLAME_STACK_DEPTH, -1, NULL, -EACCES);
	}
	v->stack_depth = max(v->stack_depth, depth);
	for (u32 i = s->start; i < s->end; i++) {
		const struct bpf_insn *insn = &v->insns[i];
		int err;

		if (!insn_is_local_call(insn) &&
		    !(insn_is_ld_imm64(insn) && insn->src_reg == INSN_FUNC))
			continue;
		v->insn = i;
		if (frames + 1 >= PROG_FRAMES_MAX)
			return refuse(v, -E2BIG, "the call stack of %u frames is too deep !",
				      frames + 1);
		err = enter_chain(chain, (u32)cfg_sub_at(v, i + (u32)insn->imm + 1), depth, frames + 1);
		if (err)
			return err;
	}
	return 0;
}

int cfg_check_stack_depth(struct verifier *v)
{
	struct chain chain = {.v = v};

	return enter_chain(&chain, 0, 0, 0);
}
