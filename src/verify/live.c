/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live.c - which registers and stack slots may still be read from an instruction on.
 *
 * What nobody reads need not be compared between states. Both questions are answered before any
 * path is walked, from the instructions alone, as a data flow that runs backwards through each
 * subprogram until nothing changes. Registers are simple: instructions name them. Stack slots
 * are read through pointers, so a first pass runs forwards and finds which registers hold the
 * frame pointer plus a known number; what it cannot follow counts as reading every slot.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "isa/decode.h"
#include "verify/edges.h"

#define ALL_SLOTS    (~0ull)
#define CALLER_SAVED 0x3fu /* r0..r5 */

/* What the forward pass knows of a register. */
enum known {
	KNOWN_NOTHING, /* no path seen yet */
	KNOWN_FRAME,   /* r10 + value */
	KNOWN_CONST,
	KNOWN_MAP,   /* the map of index value */
	KNOWN_OTHER, /* no pointer to this frame's stack */
	KNOWN_ANY,   /* perhaps one */
};

struct fact {
	u8 kind;
	s32 value;
};

struct facts {
	struct fact regs[REGS];
};

struct live {
	struct verifier *v;
	struct facts *before; /* of each instruction */
	u32 *work, work_cnt;
	bool *queued;
	bool escaped; /* a pointer to the stack was stored: slots are read out of sight */
	u64 *slots_read, *slots_written; /* by each instruction */
};

static void enqueue(struct live *live, u32 insn)
{
	if (live->queued[insn])
		return;
	live->queued[insn] = true;
	live->work[live->work_cnt++] = insn;
}

static struct fact fact_join(struct fact a, struct fact b)
{
	bool frame;

	if (a.kind == KNOWN_NOTHING)
		return b;
	if (b.kind == KNOWN_NOTHING || (a.kind == b.kind && a.value == b.value))
		return a;
	frame = a.kind == KNOWN_FRAME || b.kind == KNOWN_FRAME || a.kind == KNOWN_ANY ||
		b.kind == KNOWN_ANY;
	return (struct fact){frame ? KNOWN_ANY : KNOWN_OTHER, 0};
}

static bool points_to_stack(struct fact fact)
{
	return fact.kind == KNOWN_FRAME || fact.kind == KNOWN_ANY;
}

/* The facts after @at, from those before it. */
static void step_facts(const struct verifier *v, u32 at, struct facts *facts)
{
	const struct bpf_insn *insn = &v->insns[at];
	struct fact *dst = insn->dst_reg < REGS ? &facts->regs[insn->dst_reg] : &facts->regs[0];
	struct fact other = {KNOWN_OTHER, 0};
	u8 class = BPF_CLASS(insn->code);

	switch (class) {
	case BPF_ALU:
		/* 32-bit pointer arithmetic is refused, so this is a number. */
		if (BPF_OP(insn->code) == BPF_MOV && BPF_SRC(insn->code) == BPF_K)
			*dst = (struct fact){KNOWN_CONST, insn->imm};
		else
			*dst = other;
		return;
	case BPF_ALU64:
		if (BPF_OP(insn->code) == BPF_MOV) {
			if (BPF_SRC(insn->code) == BPF_K)
				*dst = (struct fact){KNOWN_CONST, insn->imm};
			else
				*dst = insn->src_reg < REGS ? facts->regs[insn->src_reg] : other;
			return;
		}
		if (BPF_OP(insn->code) == BPF_ADD && BPF_SRC(insn->code) == BPF_K &&
		    dst->kind == KNOWN_FRAME && abs(dst->value) < OFFSET_MAX) {
			s64 sum = (s64)dst->value + insn->imm;

			if (sum > -OFFSET_MAX && sum < OFFSET_MAX) {
				dst->value = (s32)sum;
				return;
			}
		}
		if (points_to_stack(*dst) ||
		    (BPF_SRC(insn->code) == BPF_X && insn->src_reg < REGS &&
		     points_to_stack(facts->regs[insn->src_reg])))
			*dst = (struct fact){KNOWN_ANY, 0};
		else
			*dst = other;
		return;
	case BPF_LD:
		if (!insn_is_ld_imm64(insn)) {
			for (int i = 0; i <= 5; i++)
				facts->regs[i] = other;
			return;
		}
		*dst = insn->src_reg == INSN_MAP_FD ? (struct fact){KNOWN_MAP, insn->imm} : other;
		return;
	case BPF_LDX:
		/* What was stored in memory is watched where it is stored. */
		*dst = other;
		return;
	case BPF_STX:
		if (BPF_MODE(insn->code) != BPF_ATOMIC)
			return;
		if (insn->imm == BPF_CMPXCHG)
			facts->regs[0] = other;
		else if (insn->imm & BPF_FETCH && insn->src_reg < REGS)
			facts->regs[insn->src_reg] = other;
		else if (insn->imm == BPF_LOAD_ACQ)
			*dst = other;
		return;
	case BPF_JMP:
		if (insn_is_call(insn)) {
			for (int i = 0; i <= 5; i++)
				facts->regs[i] = other;
		}
		return;
	}
}

static int find_facts(struct live *live, const struct subprog *sub)
{
	struct verifier *v = live->v;
	struct facts *entry = &live->before[sub->start];

	for (int i = 0; i < REGS; i++)
		entry->regs[i] = (struct fact){KNOWN_OTHER, 0};
	entry->regs[BPF_REG_FP] = (struct fact){KNOWN_FRAME, 0};
	live->work_cnt = 0;
	enqueue(live, sub->start);
	while (live->work_cnt) {
		u32 at = live->work[--live->work_cnt], next[2];
		struct facts after = live->before[at];

		live->queued[at] = false;
		step_facts(v, at, &after);
		for (u32 i = edges_after(v, at, next); i-- > 0;) {
			struct facts *to = &live->before[next[i]];
			bool changed = false;

			for (int r = 0; r < REGS; r++) {
				struct fact joined = fact_join(to->regs[r], after.regs[r]);

				changed |= joined.kind != to->regs[r].kind ||
					   joined.value != to->regs[r].value;
				to->regs[r] = joined;
			}
			if (changed)
				enqueue(live, next[i]);
		}
	}
	return 0;
}

/* Slots touched by [off, off + size) of the frame. */
static u64 slots_of(s64 off, s64 size)
{
	s64 low = off, high = off + size - 1;
	u64 mask = 0;

	if (size <= 0 || low < -PROG_STACK_MAX || high >= 0)
		return ALL_SLOTS;
	for (s64 byte = low; byte <= high; byte++)
		mask |= BIT_ULL((u64)(-byte - 1) / SLOT_SIZE);
	return mask;
}

/* Slots that are overwritten whole. */
static u64 slots_inside(s64 off, s64 size)
{
	if (size != SLOT_SIZE || off % SLOT_SIZE || off < -PROG_STACK_MAX || off >= 0)
		return 0;
	return slots_of(off, size);
}

/* What the helper @id may read through argument @arg, which points into the stack. */
static u64 helper_reads(const struct verifier *v, u32 id, int arg, const struct facts *facts)
{
	const struct helper *helper = helper_find(id);
	struct fact ptr = facts->regs[arg + 1];
	const struct map *map = NULL;

	if (!points_to_stack(ptr))
		return 0;
	if (!helper || !helper->name || !helper->fn || ptr.kind == KNOWN_ANY)
		return ALL_SLOTS;
	for (int i = 0; i < arg; i++) {
		if (helper->args[i] == ARG_CONST_MAP_PTR && facts->regs[i + 1].kind == KNOWN_MAP)
			map = v->source->maps[facts->regs[i + 1].value];
	}
	switch (helper->args[arg]) {
	case ARG_NONE:
	case ARG_ANYTHING:
		return 0;
	case ARG_MAP_KEY:
		return map ? slots_of(ptr.value, map->key_size) : ALL_SLOTS;
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_UNINIT:
		return map ? slots_of(ptr.value, map->value_size) : ALL_SLOTS;
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_UNINIT:
		if (arg < 4 && facts->regs[arg + 2].kind == KNOWN_CONST)
			return slots_of(ptr.value, facts->regs[arg + 2].value);
		return ALL_SLOTS;
	case ARG_CTX:
	case ARG_CONST_MAP_PTR:
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE_OR_ZERO:
	case ARG_ALLOC_MEM:
	case ARG_SPIN_LOCK:
	case ARG_FUNC:
	case ARG_STACK_OR_NULL:
	case ARG_CONST_STR:
		return ALL_SLOTS;
	}
	return ALL_SLOTS;
}

/* Slots of its own frame that instruction @at may read, and *@written: overwrites whole. */
static u64 stack_effect(struct live *live, u32 at, u64 *written)
{
	struct verifier *v = live->v;
	const struct bpf_insn *insn = &v->insns[at];
	const struct facts *facts = &live->before[at];
	struct fact base;
	u64 mask = 0;

	*written = 0;
	switch (BPF_CLASS(insn->code)) {
	case BPF_LDX:
		base = facts->regs[insn->src_reg % REGS];
		if (base.kind == KNOWN_FRAME)
			return slots_of((s64)base.value + insn->off, insn_access_size(insn));
		return base.kind == KNOWN_ANY ? ALL_SLOTS : 0;
	case BPF_ST:
	case BPF_STX:
		base = facts->regs[insn->dst_reg % REGS];
		if (BPF_CLASS(insn->code) == BPF_STX) {
			if (points_to_stack(facts->regs[insn->src_reg % REGS]))
				live->escaped = true;
			if (BPF_MODE(insn->code) == BPF_ATOMIC)
				return ALL_SLOTS;
		}
		if (base.kind == KNOWN_FRAME)
			*written =
				slots_inside((s64)base.value + insn->off, insn_access_size(insn));
		return 0;
	case BPF_JMP:
		if (insn_is_helper_call(insn)) {
			for (int arg = 0; arg < 5; arg++)
				mask |= helper_reads(v, (u32)insn->imm, arg, facts);
			return mask;
		}
		if (!insn_is_call(insn))
			return 0;
		for (int arg = 0; arg < 5; arg++) {
			if (points_to_stack(facts->regs[arg + 1]))
				mask = ALL_SLOTS;
		}
		return mask;
	}
	return 0;
}

/* Registers @at reads and writes. Mirrors compute_insn_live_regs. */
static void reg_effect(const struct verifier *v, u32 at, u16 *reads, u16 *writes)
{
	const struct bpf_insn *insn = &v->insns[at];
	u16 dst = (u16)BIT(insn->dst_reg), src = (u16)BIT(insn->src_reg);
	u8 op = BPF_OP(insn->code);

	*reads = 0;
	*writes = 0;
	switch (BPF_CLASS(insn->code)) {
	case BPF_LD:
		if (insn_is_ld_imm64(insn)) {
			*writes = dst;
			return;
		}
		*reads = BIT(6) | (BPF_MODE(insn->code) == BPF_IND ? src : 0);
		*writes = CALLER_SAVED;
		return;
	case BPF_LDX:
		*reads = src;
		*writes = dst;
		return;
	case BPF_ST:
		*reads = dst;
		return;
	case BPF_STX:
		*reads = dst | src;
		if (BPF_MODE(insn->code) != BPF_ATOMIC)
			return;
		if (insn->imm == BPF_CMPXCHG) {
			*reads |= BIT(0);
			*writes = BIT(0);
		} else if (insn->imm == BPF_LOAD_ACQ) {
			*reads = src;
			*writes = dst;
		} else if (insn->imm & BPF_FETCH) {
			*writes = src;
		}
		return;
	case BPF_ALU:
	case BPF_ALU64:
		*writes = dst;
		if (op == BPF_END || op == BPF_NEG)
			*reads = dst;
		else
			*reads = (op == BPF_MOV ? 0 : dst) |
				 (BPF_SRC(insn->code) == BPF_X ? src : 0);
		return;
	case BPF_JMP:
	case BPF_JMP32:
		if (insn_is_exit(insn)) {
			*reads = BIT(0);
		} else if (insn_is_call(insn)) {
			*reads = CALLER_SAVED & ~BIT(0);
			*writes = CALLER_SAVED;
			if (insn->src_reg == 0) {
				const struct helper *helper = helper_find((u32)insn->imm);

				for (int i = 0; helper && helper->fn && i < 5; i++) {
					if (helper->args[i] == ARG_NONE)
						*reads &= (u16)~BIT(i + 1);
				}
			}
		} else if (op != BPF_JA) {
			*reads = dst | (BPF_SRC(insn->code) == BPF_X ? src : 0);
		}
		return;
	}
}

/* What may be read from @at on, by what may be after it. False: that was known. */
static bool step_back(const struct live *live, u32 at)
{
	struct verifier *v = live->v;
	struct insn_info *info = &v->info[at];
	u16 regs = 0, reads, writes;
	u64 slots = 0;
	bool changed;
	u32 next[2];

	for (u32 i = edges_after(v, at, next); i-- > 0;) {
		regs |= v->info[next[i]].live_regs;
		slots |= v->info[next[i]].live_slots;
	}
	reg_effect(v, at, &reads, &writes);
	regs = (u16)((regs & ~writes) | reads);
	slots = (slots & ~live->slots_written[at]) | live->slots_read[at];
	if (live->escaped)
		slots = ALL_SLOTS;
	changed = regs != info->live_regs || slots != info->live_slots;
	info->live_regs = regs;
	info->live_slots = slots;
	return changed;
}

/* Run the flow backwards through one subprogram until it stands still: once through all of it from
 * its end, and again where something after an instruction has changed. 0 or -ENOMEM. */
static int flow_back(struct live *live, const struct subprog *sub)
{
	struct edges edges;

	if (edges_find(&edges, live->v, sub))
		return -ENOMEM;
	for (u32 at = sub->start; at < sub->end; at++) {
		if (!live->v->info[at].second_slot)
			enqueue(live, at);
	}
	while (live->work_cnt) {
		u32 at = live->work[--live->work_cnt], edge;

		live->queued[at] = false;
		if (!step_back(live, at))
			continue;
		for (edge = edges_first(&edges, at); edge; edge = edges_next(&edges, edge))
			enqueue(live, edges_from(&edges, edge));
	}
	edges_free(&edges);
	return 0;
}

int live_compute(struct verifier *v)
{
	struct live live = {.v = v};
	int err = -ENOMEM;

	live.before = calloc(v->insn_cnt, sizeof(*live.before));
	live.work = calloc(v->insn_cnt, sizeof(*live.work));
	live.queued = calloc(v->insn_cnt, sizeof(*live.queued));
	live.slots_read = calloc(v->insn_cnt, sizeof(*live.slots_read));
	live.slots_written = calloc(v->insn_cnt, sizeof(*live.slots_written));
	if (!live.before || !live.work || !live.queued || !live.slots_read || !live.slots_written)
		goto out;
	for (u32 s = 0; s < v->sub_cnt; s++) {
		const struct subprog *sub = &v->subs[s];

		live.escaped = false;
		find_facts(&live, sub);
		for (u32 at = sub->start; at < sub->end; at++) {
			if (!v->info[at].second_slot)
				live.slots_read[at] =
					stack_effect(&live, at, &live.slots_written[at]);
		}
		if (flow_back(&live, sub))
			goto out;
	}
	err = 0;
out:
	free(live.before);
	free(live.work);
	free(live.queued);
	free(live.slots_read);
	free(live.slots_written);
	return err;
}
