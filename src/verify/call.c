/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * call.c - calls of helper functions: who may call which, and what the path knows afterwards.
 *
 * Arguments are arg.c's. After the call r1..r5 are gone, r0 is what the prototype says, and if the
 * helper may move the packet, every pointer into it is void wherever the state keeps it: it stays
 * readable as a number (for CAP_PERFMON) but leads nowhere. The register remembers what it was
 * and which call voided it, so that explain.c can tell.
 */
#include <errno.h>

#include "verify/verifier.h"

/*
 * Programs are verified for any machine: bpf_get_smp_processor_id may be anything that a kernel can
 * be built for, although a world has one CPU. (Linux knows its own number of CPUs.)
 */
#define CPU_ID_MAX 8191

/* Every name there is, also of helpers that these program types cannot call. */
static const char *const names[] = {
#define NAME(name) #name
	__BPF_FUNC_MAPPER(NAME)
#undef NAME
};

const char *call_helper_name(u32 id)
{
	const struct helper *helper = helper_find(id);

	if (helper && helper->name)
		return helper->name;
	return id < ARRAY_SIZE(names) ? names[id] : NULL;
}

void call_void_reg(struct verifier *v, struct reg *reg)
{
	u8 was = reg->type;
	s32 from = reg->from, checked = reg->checked;

	if (v->leaks_allowed)
		reg_set_unknown(v, reg);
	else
		reg_set_none(reg);
	reg->was = was;
	reg->from = from;
	reg->checked = checked;
	reg->killed = (s32)v->insn;
}

/* Mirrors clear_all_pkt_pointers. */
void call_void_packet(struct verifier *v)
{
	struct reg *reg;

	STATE_EACH_REG (v->state, reg) {
		if (reg_is_packet(reg) || reg->type == REG_PKT_END)
			call_void_reg(v, reg);
	}
}

/* Mirrors clear_caller_saved_regs. */
void call_clear_caller_regs(struct verifier *v)
{
	for (int i = BPF_REG_0; i <= BPF_REG_5; i++) {
		struct reg *reg = reg_of(v, i);

		reg_set_none(reg);
		reg->killed = (s32)v->insn;
		scratch_reg(v, i);
	}
}

/* Whose prototypes Linux hides from programs without CAP_PERFMON. */
static bool needs_perfmon(u32 id)
{
	return id == HELPER_trace_printk || id == HELPER_trace_vprintk;
}

/* May this program call it at all? */
static int check_allowed(struct verifier *v, u32 id, const struct helper *helper)
{
	v->fault.number = id;
	if (!helper)
		return refuse(v, -EINVAL, "invalid func unknown#%d", (s32)id);
	if (!(helper->types & v->type_bit) || (needs_perfmon(id) && !v->leaks_allowed)) {
		refuse(v, -EINVAL, "program of this type cannot use helper bpf_%s#%d",
		       call_helper_name(id), id);
		return blame(v, BLAME_HELPER_TYPE, -1, NULL, -EINVAL);
	}
	if (!helper->fn) {
		refuse(v, -EINVAL, "skiff does not have helper bpf_%s#%d yet", helper->name, id);
		return blame(v, BLAME_HELPER_ABSENT, -1, NULL, -EINVAL);
	}
	if (helper->flags & HELPER_GPL_ONLY && !v->source->gpl)
		return refuse(
			v, -EINVAL,
			"cannot call GPL-restricted function from non-GPL compatible program");
	return 0;
}

/* Mirrors record_func_map. */
static int check_map_writable(struct verifier *v, const struct call_args *call)
{
	bool writes = call->id == HELPER_map_update_elem || call->id == HELPER_map_delete_elem ||
		      call->id == HELPER_map_push_elem || call->id == HELPER_map_pop_elem;

	if (writes && call->map->flags & BPF_F_RDONLY_PROG)
		return refuse(v, -EACCES, "write into map forbidden");
	return 0;
}

/* The bytes of the stack that the helper fills. */
static int write_raw(struct verifier *v, const struct call_args *call)
{
	for (u32 i = 0; i < call->raw_size; i++) {
		s32 off = reg_of(v, call->raw_regno)->off + (s32)i;
		int err = stack_bounds(v, call->raw_regno, off, 1, ACCESS_WRITE);

		if (!err)
			err = stack_write(v, call->raw_regno, off, 1, -1);
		if (err)
			return err;
	}
	return 0;
}

/* The argument's reference is given up, and with it every copy of the pointer. Mirrors
 * release_reference. */
static int release(struct verifier *v, const struct call_args *call)
{
	struct reg *reg;

	if (!call->release_regno)
		return 0;
	if (!ref_release(v->state, call->ref))
		return refuse(v, -EINVAL, "func bpf_%s#%d reference has not been acquired before",
			      call->helper->name, call->id);
	STATE_EACH_REG (v->state, reg) {
		if (reg->ref == call->ref)
			call_void_reg(v, reg);
	}
	return 0;
}

/* Linux writes a bpf_loop out as instructions where its callback is always the same and its flags
 * are 0. Mirrors update_loop_inline_state. */
static void note_loop(struct verifier *v, const struct call_args *call)
{
	struct insn_info *info = &v->info[v->insn];
	const struct reg *flags = reg_of(v, BPF_REG_4);
	bool fits = reg_is_null(flags);

	if (info->loop_seen && !info->loop_inline)
		return;
	if (fits)
		reg_mark_precise(v, flags);
	info->loop_inline = fits && (!info->loop_seen || info->loop_sub == call->sub);
	info->loop_sub = info->loop_seen ? info->loop_sub : call->sub;
	info->loop_seen = true;
}

static int check_loop(struct verifier *v, const struct call_args *call)
{
	struct frame *frame = state_frame(v->state);

	note_loop(v, call);
	reg_mark_precise(v, reg_of(v, BPF_REG_1));
	if (frame->callback_depth < reg_of(v, BPF_REG_1)->val.umax)
		return func_push_callback(v, call);
	frame->callback_depth = 0;
	if (v->options.log_level >= 2)
		say(v, "frame%d bpf_loop iteration limit reached\n", v->state->top);
	return 0;
}

/* What single helpers are checked for besides. */
static int check_special(struct verifier *v, const struct call_args *call)
{
	switch (call->id) {
	case HELPER_tail_call:
		if (call->map->type != BPF_MAP_TYPE_PROG_ARRAY)
			return refuse(v, -EINVAL, "expected prog array map for tail call");
		if (reg_is_const(reg_of(v, BPF_REG_3)) &&
		    scalar_value(reg_of(v, BPF_REG_3)->val) < call->map->max_entries)
			reg_mark_precise(v, reg_of(v, BPF_REG_3));
		return lock_check_leaks(v, true, "tail_call");
	case HELPER_for_each_map_elem:
		return func_push_callback(v, call);
	case HELPER_loop:
		return check_loop(v, call);
	}
	return 0;
}

/* A map value, or NULL; not NULL where the map is an array and the index known to lie in it. */
static void return_map_value(struct verifier *v, const struct call_args *call, struct reg *r0)
{
	bool sure = call->id == HELPER_map_lookup_elem && call->key_known &&
		    call->key < call->map->max_entries;

	reg_set_pointer(r0, REG_MAP_VALUE);
	r0->map = call->map;
	r0->map_uid = call->map_uid;
	if (!sure)
		r0->flags = REG_OR_NULL;
	if (!sure || call->map->spin_lock_off >= 0)
		r0->id = ++v->id_gen;
}

static int return_record(struct verifier *v, const struct call_args *call, struct reg *r0)
{
	int ref;

	reg_set_pointer(r0, REG_MEM);
	r0->flags = REG_RINGBUF | REG_OR_NULL;
	r0->mem_size = call->record_size;
	v->id_gen++;
	ref = ref_acquire(v, REF_RINGBUF, v->insn);
	if (ref < 0)
		return ref;
	r0->id = r0->ref = (u32)ref;
	return 0;
}

static int set_result(struct verifier *v, const struct call_args *call)
{
	struct reg *r0 = reg_of(v, BPF_REG_0);
	int err = 0;

	call_clear_caller_regs(v);
	switch (call->helper->ret) {
	case RET_INTEGER:
		reg_set_unknown(v, r0);
		if (call->id == HELPER_get_smp_processor_id) {
			r0->val.umax = r0->val.u32_max = CPU_ID_MAX;
			r0->val.smin = r0->val.s32_min = 0;
			r0->val.smax = r0->val.s32_max = CPU_ID_MAX;
			r0->val = scalar_sync(r0->val);
		}
		break;
	case RET_VOID:
		break;
	case RET_MAP_VALUE_OR_NULL:
		return_map_value(v, call, r0);
		break;
	case RET_ALLOC_MEM_OR_NULL:
		err = return_record(v, call, r0);
		break;
	}
	r0->from = (s32)v->insn;
	return err;
}

/*
 * In a subprogram a tail call that succeeds returns to the caller, from another program that may
 * have done anything to the packet; the path that goes on behind it is the one where it failed.
 */
static int leave_by_tail_call(struct verifier *v)
{
	int err = func_refuse_leaving_callback(v);

	if (err)
		return err;
	if (!walk_push(v, v->insn + 1, v->insn, &err))
		return err;
	call_void_packet(v);
	reg_set_unknown(v, reg_of(v, BPF_REG_0));
	return func_return(v);
}

/* Mirrors check_helper_call. */
int call_check_helper(struct verifier *v, const struct bpf_insn *insn)
{
	u32 id = (u32)insn->imm;
	struct call_args call = {.helper = helper_find(id), .id = id};
	int err = check_allowed(v, id, call.helper);

	for (u32 i = 0; !err && i < 5; i++)
		err = arg_check(v, i, &call);
	if (!err)
		err = check_map_writable(v, &call);
	if (!err)
		err = write_raw(v, &call);
	if (!err)
		err = release(v, &call);
	if (!err)
		err = check_special(v, &call);
	if (!err)
		err = set_result(v, &call);
	if (!err)
		err = arg_check_map_func(v, call.map, id);
	if (err)
		return err;
	if (id == HELPER_tail_call && v->state->top)
		return leave_by_tail_call(v);
	if (call.helper->flags & HELPER_CHANGES_PACKET)
		call_void_packet(v);
	v->insn++;
	return 0;
}
