/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arg.c - the arguments of a helper call against its prototype in helper.def: the register's type
 * first, then what it means: memory of the right size and initialised, a map that fits the
 * helper, a size that is bounded. The order of the checks is Linux's, because it decides which
 * of two faults is told.
 */
#include <errno.h>
#include <string.h>

#include "verify/verifier.h"

#define MEMORY_TYPES "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_"

static bool may_be_null(enum helper_arg arg)
{
	return arg == ARG_MEM_OR_NULL || arg == ARG_STACK_OR_NULL;
}

static bool is_memory(const struct reg *reg)
{
	return reg->type == REG_STACK || reg_is_packet(reg) || reg->type == REG_MAP_KEY ||
	       reg->type == REG_MAP_VALUE || reg->type == REG_MEM;
}

/* What a type error says was expected. */
static const char *expected_text(enum helper_arg arg)
{
	switch (arg) {
	case ARG_NONE:
	case ARG_ANYTHING:
		break;
	case ARG_CTX:
		return "ctx";
	case ARG_CONST_MAP_PTR:
		return "map_ptr";
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_UNINIT:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_UNINIT:
		return MEMORY_TYPES;
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE_OR_ZERO:
		return "scalar";
	case ARG_ALLOC_MEM:
		return "ringbuf_mem";
	case ARG_SPIN_LOCK:
		return "map_value, ptr_";
	case ARG_FUNC:
		return "func";
	case ARG_STACK_OR_NULL:
		return "fp";
	case ARG_CONST_STR:
		return "map_value";
	}
	return "";
}

static bool type_fits(enum helper_arg arg, const struct reg *reg)
{
	if (reg_is_pointer(reg) && reg->flags & REG_OR_NULL && !may_be_null(arg))
		return false;
	switch (arg) {
	case ARG_NONE:
	case ARG_ANYTHING:
		return true;
	case ARG_CTX:
		return reg->type == REG_CTX;
	case ARG_CONST_MAP_PTR:
		return reg->type == REG_MAP;
	case ARG_MAP_KEY:
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_UNINIT:
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_UNINIT:
		return is_memory(reg);
	case ARG_SIZE:
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE_OR_ZERO:
		return reg->type == REG_SCALAR;
	case ARG_ALLOC_MEM:
		return reg->type == REG_MEM && reg->flags == REG_RINGBUF;
	case ARG_SPIN_LOCK:
	case ARG_CONST_STR:
		return reg->type == REG_MAP_VALUE;
	case ARG_FUNC:
		return reg->type == REG_FUNC;
	case ARG_STACK_OR_NULL:
		return reg->type == REG_STACK;
	}
	return false;
}

/* Mirrors check_reg_type. */
static int check_type(struct verifier *v, int regno, enum helper_arg arg, u32 id)
{
	const struct reg *reg = reg_of(v, regno);
	char name[32];

	if (type_fits(arg, reg))
		return 0;
	v->fault.number = id;
	refuse(v, -EACCES, "R%d type=%s expected=%s", regno, reg_type_text(reg, name),
	       expected_text(arg));
	if (reg_is_pointer(reg) && reg->flags & REG_OR_NULL)
		return blame(v, BLAME_NULL, regno, reg, -EACCES);
	return blame(v, BLAME_ARG_TYPE, regno, reg, -EACCES);
}

/* Memory may be entered anywhere; other pointers must be as they were handed out. Mirrors
 * check_func_arg_reg_off. */
int arg_check_moved(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);

	if (reg->type == REG_SCALAR || (is_memory(reg) && !(reg->flags & REG_OR_NULL)))
		return 0;
	return region_check_unmoved(v, reg, regno, false);
}

/* A record is given up as a whole. */
static int check_unmoved_record(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);

	if (reg->off)
		return refuse(
			v, -EINVAL,
			"R%d must have zero offset when passed to release func or trusted arg to "
			"kfunc",
			regno);
	return region_check_unmoved(v, reg, regno, false);
}

/* Whose memory arguments may lie in the packet: .pkt_access of the kernel's prototypes. */
static bool takes_packet(u32 id)
{
	return id == HELPER_map_lookup_elem || id == HELPER_map_update_elem ||
	       id == HELPER_map_delete_elem || id == HELPER_map_push_elem || id == HELPER_csum_diff;
}

/* Mirrors check_helper_mem_access. */
int arg_check_mem(struct verifier *v, int regno, u32 size, enum access access, bool zero_ok,
		  struct call_args *call)
{
	const struct reg *reg = reg_of(v, regno);
	char name[32];
	int err;

	switch (reg->type) {
	case REG_PKT:
	case REG_PKT_META:
		return region_check_packet(v, regno, reg->off, size, zero_ok);
	case REG_MAP_KEY:
		if (access == ACCESS_WRITE)
			return refuse(v, -EACCES, "R%d cannot write into %s", regno,
				      reg_type_text(reg, name));
		return region_check(v, regno, reg->off, size, reg->map->key_size, false);
	case REG_MAP_VALUE:
		err = region_check_map_flags(v, regno, reg->off, size, access);
		return err ? err : region_check_map_value(v, regno, reg->off, size, zero_ok);
	case REG_MEM:
		return region_check(v, regno, reg->off, size, reg->mem_size, zero_ok);
	case REG_STACK:
		return stack_check_range(v, regno, reg->off, size, zero_ok, access, call);
	case REG_NONE:
	case REG_SCALAR:
	case REG_CTX:
	case REG_MAP:
	case REG_PKT_END:
	case REG_SOCK:
	case REG_FUNC:
		break;
	}
	if (zero_ok && size == 0 && reg_is_null(reg))
		return 0;
	refuse(v, -EACCES, "R%d type=%s expected=fp", regno, reg_type_text(reg, name));
	return blame(v, BLAME_ARG_TYPE, regno, reg, -EACCES);
}

/* The size in R@regno of the memory in the register before. Mirrors check_mem_size_reg. */
static int check_size(struct verifier *v, int regno, enum access access, bool zero_ok,
		      struct call_args *call)
{
	const struct reg *reg = reg_of(v, regno);
	int err;

	v->fault.number = call->id;
	if (reg->val.smin < 0) {
		refuse(v, -EACCES,
		       "R%d min value is negative, either use unsigned or 'var &= const'", regno);
		return blame(v, BLAME_UNBOUNDED, regno, reg, -EACCES);
	}
	if (reg->val.umin == 0 && !zero_ok) {
		refuse(v, -EACCES, "R%d invalid zero-sized read: u64=[%lld,%lld]", regno,
		       (long long)reg->val.umin, (long long)reg->val.umax);
		return blame(v, BLAME_UNBOUNDED, regno, reg, -EACCES);
	}
	if (reg->val.umax >= VAR_SIZE_MAX) {
		refuse(v, -EACCES,
		       "R%d unbounded memory access, use 'var &= const' or 'if (var < const)'",
		       regno);
		return blame(v, BLAME_UNBOUNDED, regno, reg, -EACCES);
	}
	/* What is only perhaps written whole counts as read. */
	err = arg_check_mem(v, regno - 1, (u32)reg->val.umax, access, zero_ok,
			    scalar_is_const(reg->val) ? call : NULL);
	if (!err)
		reg_mark_precise(v, reg);
	return err;
}

/* Mirrors check_reg_const_str. */
static int check_string(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);
	const struct map *map = reg->map;
	const char *text;
	u32 off;
	int err;

	if (!(map->flags & BPF_F_RDONLY_PROG) || !map->frozen)
		return refuse(v, -EACCES, "R%d does not point to a readonly map'", regno);
	if (!scalar_is_const(reg->val))
		return refuse(v, -EACCES, "R%d is not a constant address'", regno);
	if (map->type != BPF_MAP_TYPE_ARRAY)
		return refuse(v, -EACCES, "no direct value access support for this map type");
	err = region_check_map_value(v, regno, reg->off, map->value_size - (u32)reg->off, false);
	if (err)
		return err;
	off = (u32)reg->off + (u32)scalar_value(reg->val);
	text = map->max_entries == 1 ? map_direct_value((struct map *)map, off) : NULL;
	if (!text)
		return refuse(v, -EINVAL, "direct value access on string failed");
	if (!memchr(text, 0, map->value_size - off))
		return refuse(v, -EINVAL, "string is not zero-terminated");
	return 0;
}

static int check_key(struct verifier *v, int regno, struct call_args *call)
{
	u32 size = call->map->key_size;
	int err = arg_check_mem(v, regno, size, ACCESS_READ, false, NULL);

	if (err)
		return err;
	if (call->map->type == BPF_MAP_TYPE_ARRAY || call->map->type == BPF_MAP_TYPE_PERCPU_ARRAY)
		call->key_known = stack_constant(v, regno, size, &call->key) && (s64)call->key >= 0;
	return 0;
}

/* What the register means; its type fits. */
static int check_meaning(struct verifier *v, u32 arg, struct call_args *call)
{
	int regno = (int)arg + 1;
	const struct reg *reg = reg_of(v, regno);
	enum helper_arg kind = call->helper->args[arg];
	enum access access =
		arg && call->helper->args[arg - 1] == ARG_MEM_UNINIT ? ACCESS_WRITE : ACCESS_READ;

	switch (kind) {
	case ARG_NONE:
	case ARG_ANYTHING:
	case ARG_CTX:
	case ARG_STACK_OR_NULL:
		return 0;
	case ARG_CONST_MAP_PTR:
		call->map = reg->map;
		call->map_uid = reg->map_uid;
		return 0;
	case ARG_MAP_KEY:
		return check_key(v, regno, call);
	case ARG_MAP_VALUE:
	case ARG_MAP_VALUE_UNINIT:
		call->raw = kind == ARG_MAP_VALUE_UNINIT;
		return arg_check_mem(v, regno, call->map->value_size,
				     call->raw ? ACCESS_WRITE : ACCESS_READ, false, call);
	case ARG_MEM:
	case ARG_MEM_OR_NULL:
	case ARG_MEM_UNINIT:
		call->raw = kind == ARG_MEM_UNINIT; /* checked with its size, which comes next */
		return 0;
	case ARG_SIZE:
		return check_size(v, regno, access, false, call);
	case ARG_SIZE_OR_ZERO:
		return check_size(v, regno, access, true, call);
	case ARG_ALLOC_SIZE_OR_ZERO:
		if (!scalar_is_const(reg->val))
			return refuse(v, -EACCES, "R%d is not a known constant'", regno);
		call->record_size = (u32)scalar_value(reg->val);
		reg_mark_precise(v, reg);
		return 0;
	case ARG_ALLOC_MEM:
		return 0;
	case ARG_SPIN_LOCK:
		return lock_take(v, regno, call->id == HELPER_spin_lock);
	case ARG_FUNC:
		call->sub = reg->sub;
		return 0;
	case ARG_CONST_STR:
		return check_string(v, regno);
	}
	return 0;
}

static int check_references(struct verifier *v, int regno, enum helper_arg kind,
			    struct call_args *call)
{
	const struct reg *reg = reg_of(v, regno);

	if (kind == ARG_ALLOC_MEM) {
		if (!reg->ref)
			return refuse(v, -EINVAL,
				      "R%d must be referenced when passed to release function",
				      regno);
		call->release_regno = regno;
	}
	if (!reg->ref)
		return 0;
	if (call->ref)
		return refuse(v, -EACCES, "more than one arg with ref_obj_id R%d %u %u", regno,
			      reg->ref, call->ref);
	call->ref = reg->ref;
	return 0;
}

/* Mirrors check_func_arg. */
int arg_check(struct verifier *v, u32 arg, struct call_args *call)
{
	int regno = (int)arg + 1, err;
	const struct reg *reg = reg_of(v, regno);
	enum helper_arg kind = call->helper->args[arg];

	if (kind == ARG_NONE)
		return 0;
	err = reg_check_read(v, regno);
	if (err)
		return err;
	if (kind == ARG_ANYTHING) {
		if (!v->leaks_allowed && reg->type != REG_SCALAR)
			return refuse(v, -EACCES, "R%d leaks addr into helper function", regno);
		return 0;
	}
	if (reg_is_packet(reg) && !takes_packet(call->id)) {
		v->fault.number = call->id;
		refuse(v, -EACCES, "helper access to the packet is not allowed");
		return blame(v, BLAME_ARG_TYPE, regno, reg, -EACCES);
	}
	if (may_be_null(kind) && reg_is_null(reg)) {
		reg_mark_precise(v, reg); /* any other number would be a pointer made up */
	} else {
		err = check_type(v, regno, kind, call->id);
		if (!err)
			err = kind == ARG_ALLOC_MEM ? check_unmoved_record(v, regno)
						    : arg_check_moved(v, regno);
	}
	if (!err)
		err = check_references(v, regno, kind, call);
	return err ? err : check_meaning(v, arg, call);
}

/* The helpers that take a map of @type; none named: all that take a map and are not choosy. */
static bool map_accepts(enum bpf_map_type type, u32 id)
{
	switch ((int)type) {
	case BPF_MAP_TYPE_PROG_ARRAY:
		return id == HELPER_tail_call;
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		return id == HELPER_perf_event_output;
	case BPF_MAP_TYPE_RINGBUF:
		return id == HELPER_ringbuf_output || id == HELPER_ringbuf_reserve ||
		       id == HELPER_ringbuf_query;
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return id == HELPER_map_lookup_elem;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return id == HELPER_map_peek_elem || id == HELPER_map_pop_elem ||
		       id == HELPER_map_push_elem;
	}
	return true;
}

/* And the maps that a helper takes. */
static bool helper_accepts(u32 id, enum bpf_map_type type)
{
	switch (id) {
	case HELPER_tail_call:
		return type == BPF_MAP_TYPE_PROG_ARRAY;
	case HELPER_perf_event_output:
		return type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
	case HELPER_ringbuf_output:
	case HELPER_ringbuf_reserve:
	case HELPER_ringbuf_query:
		return type == BPF_MAP_TYPE_RINGBUF;
	case HELPER_map_push_elem:
	case HELPER_map_pop_elem:
	case HELPER_map_peek_elem:
		return type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK;
	}
	return true;
}

/* Mirrors check_map_func_compatibility. */
int arg_check_map_func(struct verifier *v, const struct map *map, u32 func)
{
	if (!map || (map_accepts(map->type, func) && helper_accepts(func, map->type)))
		return 0;
	return refuse(v, -EINVAL, "cannot pass map_type %d into func bpf_%s#%d", map->type,
		      call_helper_name(func), func);
}
