/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * state.h - what is known at one point of one path: registers, frames, stack, references.
 *
 * A struct state is a whole machine: a chain of frames (the last runs), each with eleven registers
 * and a stack kept in slots of eight bytes, and what the path holds (ring buffer records, a lock).
 * Registers are plain values and are copied freely; frames and states come from pools in the
 * verifier and go back when their path ends. Two things make states cheap to compare: ids, which
 * tie together registers that hold the same unknown (and are compared up to renaming), and value
 * nodes (precise.h), which know whether anybody depends on a scalar's exact value.
 */
#ifndef SKIFF_VERIFY_STATE_H
#define SKIFF_VERIFY_STATE_H

#include "prog/prog.h"
#include "verify/scalar.h"

#define REGS 11 /* r0..r10 */
#define BPF_REG_FP BPF_REG_10
#define SLOT_SIZE 8
#define SLOTS_MAX (PROG_STACK_MAX / SLOT_SIZE)
#define OFFSET_MAX (1 << 29) /* BPF_MAX_VAR_OFF: bytes a pointer may be moved */
#define VAR_SIZE_MAX (1 << 29)

struct verifier;

enum reg_type {
	REG_NONE, /* never written: may not be read */
	REG_SCALAR,
	REG_CTX,
	REG_MAP, /* the map itself, an argument of helpers */
	REG_MAP_VALUE,
	REG_MAP_KEY, /* in a callback of for_each_map_elem */
	REG_STACK,
	REG_PKT,
	REG_PKT_META,
	REG_PKT_END,
	REG_MEM,  /* mem_size bytes: a ring buffer record, or a global function's argument */
	REG_SOCK, /* skb->sk; skiff knows only its test for NULL */
	REG_FUNC, /* a callback */
};

enum {
	REG_OR_NULL = BIT(0),
	REG_RINGBUF = BIT(1), /* MEM from bpf_ringbuf_reserve */
	REG_ADD_CONST = BIT(2), /* a scalar: equals the others of its id plus `delta`, */
	REG_ADD_32 = BIT(3),    /* added in 32 bits and zero-extended */
};

#define REG_ADDED (REG_ADD_CONST | REG_ADD_32)

/* Ranges of packet pointers that were compared with the packet's end and found at or past it. */
#define RANGE_AT_END (-1)     /* this pointer is data_end + n, n >= 0: `reg == pkt_end` fails */
#define RANGE_BEYOND_END (-2) /* and this one lies beyond it */

struct reg {
	enum reg_type type : 8;
	u8 flags;
	u8 was;          /* the enum reg_type that a call voided, REG_NONE: none */
	u8 frame;        /* STACK: whose */
	s32 off;         /* pointers: the fixed part of the offset */
	struct scalar val; /* a scalar's value; of a pointer the variable part of the offset */
	u32 id;          /* same id: same unknown. 0: none */
	u32 ref;         /* the reference it came from, 0: none */
	u32 node;        /* SCALAR: its value node (precise.h) */
	/* PKT, PKT_META, and what is left of one that a call voided: the comparison with the end that
	 * gave range; negative: that failed on this path; 0: none. Provenance, like the last two. */
	s32 checked;
	union {
		struct {
			const struct map *map;
			u32 map_uid; /* which lookup an inner map came from */
		};
		s32 range;    /* PKT, PKT_META: bytes from the pointer's origin known to be there */
		u32 mem_size; /* MEM */
		u32 sub;      /* FUNC: the subprogram */
		s32 delta;    /* SCALAR with REG_ADD_CONST */
		u64 both[2];
	};
	/* Provenance, for explanations alone; states are not compared by it. */
	s32 from; /* the instruction that made the value, -1: unknown */
	s32 killed; /* the call that voided it, -1: none */
};

enum slot_byte {
	SLOT_INVALID, /* never written */
	SLOT_SPILL,   /* part of the register in slot.reg */
	SLOT_MISC,    /* some number */
	SLOT_ZERO,
};

struct slot {
	struct reg reg;
	u8 bytes[SLOT_SIZE]; /* enum slot_byte; a spill fills the highest bytes */
};

struct frame {
	struct frame *free_next;
	struct frame *made_before; /* every frame there is, for the end */
	struct reg regs[REGS];
	s32 callsite;     /* the call's instruction, -1 for the first frame */
	u32 sub;          /* which subprogram runs */
	u32 callback_depth;
	bool in_callback;
	bool range_checked; /* the return value has to lie in ret_min..ret_max */
	s32 ret_min, ret_max;
	u32 slot_cnt, slot_cap;
	struct slot *slots; /* slots[i] holds fp-8*(i+1) */
};

enum ref_kind { REF_RINGBUF, REF_LOCK };

struct ref {
	enum ref_kind kind;
	u32 id;
	u32 insn;
	const void *lock; /* the map the lock stands in */
	u32 lock_id;      /* the id of the map value */
};

#define REFS_MAX 64

struct state {
	struct state *free_next;
	struct state *made_before; /* every state there is, for the end */
	struct state *parent; /* the state saved before this one on the same path */
	struct frame *frames[PROG_FRAMES_MAX];
	u32 top; /* the frame that runs */
	u32 ref_cnt;
	struct ref refs[REFS_MAX];
	u32 branches;     /* paths from here that are not finished */
	u32 dfs_depth;
	u32 callback_unroll_depth;
	u32 insn, last_insn;
	u32 first_insn;
	/*
	 * Somewhere below, a path ended because it came back to loop_entry, a state above on the same
	 * path (callbacks only). Until that one has been explored whole, what is marked as needed
	 * precisely here is not final, and states are compared with this one by ranges.
	 */
	struct state *loop_entry; /* counted */
	u32 owners;               /* the list it is in, the open paths below, states it is loop_entry of */
};

static inline struct frame *state_frame(const struct state *state)
{
	return state->frames[state->top];
}

static inline struct reg *state_regs(const struct state *state)
{
	return state->frames[state->top]->regs;
}

static inline bool reg_is_packet(const struct reg *reg)
{
	return reg->type == REG_PKT || reg->type == REG_PKT_META;
}

static inline bool reg_is_pointer(const struct reg *reg)
{
	return reg->type != REG_NONE && reg->type != REG_SCALAR;
}

static inline bool reg_is_const(const struct reg *reg)
{
	return reg->type == REG_SCALAR && scalar_is_const(reg->val);
}

static inline bool reg_is_null(const struct reg *reg)
{
	return reg_is_const(reg) && scalar_value(reg->val) == 0;
}

static inline bool slot_is_spill(const struct slot *slot)
{
	return slot->bytes[SLOT_SIZE - 1] == SLOT_SPILL;
}

/* The whole eight bytes are one register. */
static inline bool slot_is_full_spill(const struct slot *slot)
{
	return slot->bytes[0] == SLOT_SPILL;
}

/* New values of a register. The node of a scalar is a fresh one. */
void reg_set_none(struct reg *reg);
void reg_set_unknown(struct verifier *v, struct reg *reg);
void reg_set_const(struct verifier *v, struct reg *reg, u64 value);
void reg_set_scalar(struct verifier *v, struct reg *reg, struct scalar val);
/* A pointer of @type with offset 0; the caller fills in what the type needs. */
void reg_set_pointer(struct reg *reg, enum reg_type type);

/* Every register of the running frame to its state at the entry of a function: r10 alone set. */
void frame_init(struct frame *frame, u32 frameno, s32 callsite, u32 sub);

/* From the pool, or NULL: no memory. */
struct frame *frame_new(struct verifier *v);
void frame_free(struct verifier *v, struct frame *frame);
/* Make room for the slots up to @cnt; 0 or -ENOMEM. New bytes are SLOT_INVALID. */
int frame_grow(struct frame *frame, u32 cnt);

/* A state without frames; or a copy that shares nothing. NULL: no memory. */
struct state *state_new(struct verifier *v);
struct state *state_copy(struct verifier *v, const struct state *from);
void state_free(struct verifier *v, struct state *state);
/* Gives the pools' memory back to the system. */
void state_pools_drop(struct verifier *v);

/* Calls @fn for each register of every frame, spilled ones too. */
#define STATE_EACH_REG(state, reg)                                                                 \
	for (struct reg_walk walk_ = {.st = (state)}; ((reg) = reg_walk_next(&walk_));)
struct reg_walk {
	struct state *st;
	u32 frame, index;
};
struct reg *reg_walk_next(struct reg_walk *walk);

/* References. */
int ref_acquire(struct verifier *v, enum ref_kind kind, u32 insn); /* the new id, or -errno */
bool ref_release(struct state *state, u32 id);
const struct ref *ref_find(const struct state *state, u32 id);
const struct ref *ref_lock(const struct state *state); /* the lock that is held, or NULL */

#endif
