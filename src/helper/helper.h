/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * helper.h - the table of helper functions, from helper.def.
 *
 * helper.def has one row for each helper that Linux 6.18 lets a tc or LWT program call:
 *
 *   HELPER(id, name, flags, ret, arg1, arg2, arg3, arg4, arg5, types)   skiff has it
 *   HELPER_ABSENT(id, name, types)                                      Linux has it, skiff not
 *
 * A new helper is one row there and one function, helper_NAME, in the file of its family.
 */
#ifndef SKIFF_HELPER_HELPER_H
#define SKIFF_HELPER_HELPER_H

#include "base/types.h"
#include "helper/host.h"

/* r1..r5 as the program passed them; the result is r0. */
typedef u64 (*helper_fn)(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

/* What a helper wants in an argument register; the verifier holds the program to it.
 * The names and meanings are those of enum bpf_arg_type. */
enum helper_arg {
	ARG_NONE, /* the helper has fewer arguments */
	ARG_ANYTHING,
	ARG_CTX,
	ARG_CONST_MAP_PTR,
	ARG_MAP_KEY,	      /* readable, initialised, key_size of the map argument */
	ARG_MAP_VALUE,	      /* readable, initialised, value_size */
	ARG_MAP_VALUE_UNINIT, /* writable, value_size */
	ARG_MEM,	      /* readable, initialised; the next argument is its size */
	ARG_MEM_OR_NULL,
	ARG_MEM_UNINIT, /* writable; the next argument is its size */
	ARG_SIZE,	/* of the memory before, > 0 */
	ARG_SIZE_OR_ZERO,
	ARG_ALLOC_SIZE_OR_ZERO, /* a constant */
	ARG_ALLOC_MEM,		/* a ring buffer record, released by the call */
	ARG_SPIN_LOCK,		/* the struct bpf_spin_lock in a map value */
	ARG_FUNC,		/* a callback */
	ARG_STACK_OR_NULL,	/* a callback's context: stack pointer or NULL */
	ARG_CONST_STR,		/* a NUL-terminated string in a frozen read-only map */
};

enum helper_ret {
	RET_INTEGER,
	RET_VOID,
	RET_MAP_VALUE_OR_NULL,
	RET_ALLOC_MEM_OR_NULL, /* a ring buffer record of the constant size argument */
};

/* Flags of a helper. */
enum {
	HELPER_CHANGES_PACKET = BIT(0), /* every packet pointer is void after it, FACTS E.4 */
	HELPER_GPL_ONLY = BIT(1),
	HELPER_STATUS = BIT(2), /* r0 is a status: its values are counted for people */
};

/* Program types, for the column "types". */
enum {
	HELPER_CLS = BIT(0),
	HELPER_ACT = BIT(1),
	HELPER_LWT_XMIT = BIT(2),
	HELPER_LWT_IN = BIT(3),
	HELPER_LWT_OUT = BIT(4),
};
#define HELPER_TC      (HELPER_CLS | HELPER_ACT)
#define HELPER_TC_XMIT (HELPER_TC | HELPER_LWT_XMIT)
#define HELPER_LWT     (HELPER_LWT_XMIT | HELPER_LWT_IN | HELPER_LWT_OUT)
#define HELPER_ALL     (HELPER_TC | HELPER_LWT)

struct helper {
	const char *name; /* without "bpf_"; NULL: Linux has none of this number for these types */
	helper_fn fn;	  /* NULL: skiff does not have it */
	u32 flags;
	enum helper_ret ret;
	enum helper_arg args[5];
	u32 types; /* HELPER_CLS... */
};

enum {
#define HELPER(id, name, ...)	       HELPER_##name = id,
#define HELPER_ABSENT(id, name, types) HELPER_##name = id,
#include "helper/helper.def"
#undef HELPER
#undef HELPER_ABSENT
	HELPER_MAX = 212, /* __BPF_FUNC_MAX_ID of Linux 6.18 */
};

/* A row for each number; helper_find checks the bound. */
extern const struct helper helper_table[HELPER_MAX];

/* The row of helper @id; never NULL for id < HELPER_MAX, NULL from there. */
const struct helper *helper_find(u32 id);

/* An event of @kind with everything filled in that is known of a run. */
struct event run_event(const struct run *run, enum event_kind kind);

/* Tell whoever listens that helper @id of a run returned @ret. */
void helper_report(struct run *run, u32 id, const u64 args[5], u64 ret);

/*
 * Call helper @id, which skiff has, for the instruction run->insn. THE way in for the machine:
 * that a helper returned is reported here and nowhere else, at the cost of one branch when nobody
 * listens. Callbacks called meanwhile leave run->insn as it was.
 *
 * Helper 12 is the one that does not come this way: see helper_tail_call in tail.c.
 */
static inline u64 helper_call(struct run *run, u32 id, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	u64 ret = helper_table[id].fn(run, r1, r2, r3, r4, r5);

	if (unlikely(event_wanted(&run->host->events, EVENT_HELPER)))
		helper_report(run, id, (const u64[5]){r1, r2, r3, r4, r5}, ret);
	return ret;
}

/* The HELPER_CLS... bit of a program type, 0 when it is none of these. */
u32 helper_type_bit(enum bpf_prog_type type);

/* The functions themselves, one file a family. */
#define HELPER(id, name, ...)                                                                      \
	u64 helper_##name(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
#define HELPER_ABSENT(id, name, types)
#include "helper/helper.def"
#undef HELPER
#undef HELPER_ABSENT

#endif
