/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fixup.c - the finished program: addresses where the object had descriptors, skiff's own
 * operations where an access to the context is more than a load or store, nothing where no path
 * comes by, and for each call the one fact that running it needs: can the program write to the
 * packet directly after it?
 *
 * That fact comes from the graph of instructions, never from the paths that were walked: a
 * program may take another path than any that was walked to its end. Within a subprogram or a
 * callback the question cannot be answered from its own graph, so there it is whether the
 * program writes directly at all.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "verify/edges.h"

static u64 address_of(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

static void set_imm64(struct bpf_insn *insn, u64 value)
{
	insn[0].imm = (s32)(u32)value;
	insn[1].imm = (s32)(u32)(value >> 32);
}

/* A 64-bit immediate that stands for a map, a value or a function. */
static void fix_imm64(struct verifier *v, u32 at, struct bpf_insn *insn)
{
	struct map *map;

	switch (insn->src_reg) {
	case INSN_MAP_FD:
		set_imm64(insn, address_of(v->source->maps[insn->imm]));
		return;
	case INSN_MAP_VALUE:
		map = v->source->maps[insn->imm];
		set_imm64(insn, address_of(map_direct_value(map, (u32)insn[1].imm)));
		return;
	case INSN_FUNC:
		set_imm64(insn, at + (u32)insn->imm + 1);
		return;
	}
}

/* @op replaces the access at @insn. A program that reads tstamp_type gets tstamp as it is. */
static void fix_context(const struct verifier *v, struct bpf_insn *insn, u8 op)
{
	bool tstamp = op == OP_LDX_TSTAMP || op == OP_STX_TSTAMP || op == OP_ST_TSTAMP;

	if (op && !(tstamp && v->reads_tstamp_type))
		insn->code = op;
}

/* No path comes by at @at: it may be a call of what skiff does not have, which a constant switches
 * off. A jump to itself takes the place. Mirrors sanitize_dead_code. */
static bool fix_dead(const struct verifier *v, u32 at, struct bpf_insn *insn)
{
	u32 first = v->info[at].second_slot ? at - 1 : at;

	if (v->info[first].seen)
		return false;
	*insn = (struct bpf_insn){.code = BPF_JMP | BPF_JA, .off = -1};
	return true;
}

static void fix_insns(struct verifier *v, struct bpf_insn *insns)
{
	for (u32 i = 0; i < v->insn_cnt; i++) {
		if (fix_dead(v, i, &insns[i]) || v->info[i].second_slot)
			continue;
		if (insn_is_ld_imm64(&insns[i]))
			fix_imm64(v, i, &insns[i]);
		else
			fix_context(v, &insns[i], v->info[i].ctx_op);
	}
}

/* @at writes to the packet directly, or calls a function that may. */
static bool may_write(const struct verifier *v, u32 at)
{
	return v->info[at].packet_write || v->info[at].calls_callback ||
	       insn_is_local_call(&v->insns[at]);
}

/*
 * Set @follows for each instruction of the program's own function after which it may write: from
 * those that do, backwards, coming by each edge once. 0 or -ENOMEM.
 */
static int find_writes(const struct verifier *v, bool *follows)
{
	const struct subprog *main = &v->subs[0];
	u32 *stack = malloc(main->end * sizeof(*stack)), depth = 0;
	struct edges edges = {0};

	if (!stack || edges_find(&edges, v, main)) {
		free(stack);
		return -ENOMEM;
	}
	for (u32 at = main->start; at < main->end; at++) {
		if (may_write(v, at))
			stack[depth++] = at;
	}
	while (depth) {
		u32 edge = edges_first(&edges, stack[--depth]);

		for (; edge; edge = edges_next(&edges, edge)) {
			u32 from = edges_from(&edges, edge);

			if (follows[from])
				continue;
			follows[from] = true;
			if (!may_write(v, from))
				stack[depth++] = from;
		}
	}
	edges_free(&edges);
	free(stack);
	return 0;
}

static int fix_sites(struct verifier *v, struct prog *prog)
{
	bool *follows = calloc(v->insn_cnt, sizeof(*follows));

	prog->sites = calloc(v->insn_cnt, sizeof(*prog->sites));
	if (!follows || !prog->sites || (v->writes_packet && find_writes(v, follows))) {
		free(follows);
		return -ENOMEM;
	}
	for (u32 i = 0; i < v->insn_cnt; i++) {
		bool in_main = i < v->subs[0].end;

		if (!insn_is_helper_call(&v->insns[i]) || v->info[i].second_slot)
			continue;
		if (v->writes_packet && (!in_main || follows[i]))
			prog->sites[i] |= PROG_SITE_WRITE_FOLLOWS;
		if (v->info[i].loop_inline)
			prog->sites[i] |= PROG_SITE_LOOP_INLINE;
	}
	free(follows);
	return 0;
}

static int fix_funcs(const struct verifier *v, struct prog *prog)
{
	prog->funcs = calloc(v->sub_cnt, sizeof(*prog->funcs));
	if (!prog->funcs)
		return -ENOMEM;
	prog->func_cnt = v->sub_cnt;
	for (u32 i = 0; i < v->sub_cnt; i++) {
		if (v->subs[i].func)
			prog->funcs[i] = *v->subs[i].func;
		prog->funcs[i].start = v->subs[i].start;
	}
	return 0;
}

static void set_name(struct prog *prog, const struct prog_source *source)
{
	const char *name = prog->func_cnt ? prog->funcs[0].name : "";

	snprintf(prog->name, sizeof(prog->name), "%s", *name ? name : source->name);
}

/* What identifies the instructions as they were given. Linux's tag is a SHA; this is not one. */
static void set_tag(struct prog *prog, const struct prog_source *source)
{
	size_t size = source->insn_cnt * sizeof(*source->insns);
	u32 parts[2] = {hash_bytes(source->insns, size, 0), hash_bytes(source->insns, size, 1)};

	_Static_assert(sizeof(parts) == sizeof(prog->tag), "two words make a tag");
	memcpy(prog->tag, parts, sizeof(parts));
}

static int take_maps(const struct prog_source *source, struct prog *prog)
{
	if (!source->map_cnt)
		return 0;
	prog->maps = calloc(source->map_cnt, sizeof(*prog->maps));
	if (!prog->maps)
		return -ENOMEM;
	for (; prog->map_cnt < source->map_cnt; prog->map_cnt++)
		prog->maps[prog->map_cnt] = map_get(source->maps[prog->map_cnt]);
	return 0;
}

struct prog *fixup(struct verifier *v)
{
	const struct prog_source *source = v->source;
	struct prog *prog = calloc(1, sizeof(*prog));

	if (!prog)
		return NULL;
	prog->refs = 1;
	prog->type = source->type;
	prog->expected_attach_type = source->expected_attach_type;
	prog->gpl = source->gpl;
	prog->insn_cnt = v->insn_cnt;
	prog->stack_depth = v->stack_depth;
	prog->writes_packet = v->writes_packet;
	prog->reads_tstamp_type = v->reads_tstamp_type;
	prog->touches_cb = v->touches_cb;
	if (source->lines) {
		prog->lines = source->lines;
		prog->lines->refs++;
	}
	prog->insns = malloc(v->insn_cnt * sizeof(*prog->insns));
	if (!prog->insns || fix_sites(v, prog) || fix_funcs(v, prog) || take_maps(source, prog)) {
		prog_put(prog);
		return NULL;
	}
	memcpy(prog->insns, v->insns, v->insn_cnt * sizeof(*prog->insns));
	fix_insns(v, prog->insns);
	set_name(prog, source);
	set_tag(prog, source);
	return prog;
}
