/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verifier.h - the verifier from the inside: one struct that every room is handed, and the map of
 * the rooms.
 *
 * verify.c runs the stages in order: cfg.c and live.c look at the instructions alone; walk.c then
 * follows every path and asks, for each instruction, alu.c, mem.c, jump.c or call.c; prune.c ends
 * paths that add nothing; fixup.c makes the program. Each room returns 0 or -errno, and says with
 * refuse() in the kernel's words what is wrong; explain.c says it again for people.
 */
#ifndef SKIFF_VERIFY_VERIFIER_H
#define SKIFF_VERIFY_VERIFIER_H

#include "helper/helper.h"
#include "verify/precise.h"
#include "verify/state.h"
#include "verify/verify.h"

#define BRANCHES_MAX 8192 /* BPF_COMPLEXITY_LIMIT_JMP_SEQ: paths waiting to be explored */

/* What the stages know of one instruction, whatever the path. */
struct insn_info {
	bool prune_point;      /* states are compared here */
	bool force_checkpoint; /* and always saved */
	bool calls_callback;
	bool seen;             /* some path came by */
	bool second_slot;      /* of a 64-bit immediate */
	bool jump_target;
	bool packet_write;     /* stores to the packet directly */
	u8 pointer;            /* the enum reg_type it accesses memory through, REG_NONE: not yet */
	u8 ctx_op;             /* fixup: the operation that replaces it, 0: stays */
	bool loop_seen, loop_inline; /* a bpf_loop: of which Linux writes it out, see prog.h */
	u32 loop_sub;
	u8 move_state;         /* move.c: how a pointer was moved here on the paths before, */
	u32 move_limit;        /* and how far */
	u16 live_regs;         /* registers that may be read from here on */
	u64 live_slots;        /* slots of the own frame that may be read from here on */
	struct seen_state *states;
};

/* One saved state in the list of an instruction. */
struct seen_state {
	struct seen_state *next;
	struct state *state;
	u32 hits, misses;
};

/* A path that waits. */
struct pending {
	struct pending *next;
	struct state *state;
	u32 insn, prev_insn;
	size_t log_pos;
};

struct subprog {
	u32 start, end; /* instructions [start, end) */
	u32 stack_depth;
	const struct prog_func *func; /* of BTF, or NULL */
	bool is_callback;
	bool has_tail_call;
	bool changes_packet; /* it or a callee calls a helper that does */
	bool global;         /* and not the program itself: verified on its own */
	bool called, verified;
	bool uses_ld_abs;
};

/* What a refusal is about, as explain.c knows it. */
enum blame {
	BLAME_NOTHING,
	BLAME_SCALAR_DEREF,  /* the register is a number, perhaps a voided pointer */
	BLAME_PACKET_BOUNDS, /* past what was compared with data_end */
	BLAME_NULL,
	BLAME_UNINIT_REG,
	BLAME_UNINIT_STACK,
	BLAME_HELPER_TYPE,
	BLAME_HELPER_ABSENT,
	BLAME_CTX_FIELD,
	BLAME_CTX_MODIFIED,
	BLAME_PACKET_WRITE,
	BLAME_LEAKED_REF,
	BLAME_LOOP,
	BLAME_TOO_LARGE,
	BLAME_MAP_BOUNDS,
	BLAME_STACK_BOUNDS,
	BLAME_ARG_TYPE,
	BLAME_UNBOUNDED,
	BLAME_STACK_DEPTH,
	BLAME_LOCK,
	BLAME_NOT_YET, /* skiff does not have it; Linux does */
};

struct fault {
	enum blame blame;
	s32 insn;
	int regno;
	struct reg reg;
	s32 off;
	u32 size;
	u32 number; /* a helper's number */
	s32 missing; /* UNINIT_STACK: the first byte never written, and how many follow it; */
	u32 missing_cnt; /* 0: they are written, but hold a pointer */

	/* What blame() takes from the state, which is gone when explain() comes. */
	s32 calls[PROG_FRAMES_MAX]; /* that led there, the last first */
	u32 call_cnt;
	struct ref held; /* the reference or lock it is about; id 0: none */
	struct reg mem, len; /* of a helper's call: memory and size, one of which it is about */
	int mem_regno;	     /* 0: none */
};

struct log {
	char *text;
	size_t len, cap;
	size_t prev_pos, prev_insn_pos; /* of the last instruction's line, to put the state after it */
	bool broken;
	const struct prog_line *prev_line;
	size_t last_line; /* where the last line that refuse() wrote starts */
	bool has_refusal;
};

struct verifier {
	const struct prog_source *source;
	struct verify_options options;
	struct verify_result *result;
	const struct prog_func *funcs;
	struct bpf_insn *insns; /* a copy, which fixup.c changes */
	u32 insn_cnt;
	struct insn_info *info;
	struct subprog subs[PROG_FUNCS_MAX];
	u32 sub_cnt;
	u32 stack_depth; /* bytes of the deepest chain of calls */

	struct state *state;     /* the path being walked */
	struct pending *pending; /* a stack */
	u32 pending_cnt;
	u32 insn, prev_insn;
	u32 id_gen;
	struct nodes nodes;

	u32 processed, branch_insns;
	u32 prev_processed, prev_branch_insns; /* at the last saved state */
	u32 total_states, live_states, peak_states, max_states_per_insn;
	u32 scratched_regs;
	u64 scratched_slots;
	bool print_state;

	/* unprivileged: CAP_BPF and CAP_NET_ADMIN alone */
	bool leaks_allowed, uninit_stack_allowed;
	bool numbers_exact; /* pruning compares numbers exactly: windows of moves depend on them */
	bool writes_packet, reads_tstamp_type, touches_cb;
	u32 type_bit; /* HELPER_CLS... */

	struct map *inner[PROG_MAPS_MAX]; /* stand-ins for what maps of maps hold, made on demand */

	struct frame *frames, *free_frames;
	struct state *states, *free_states;
	struct id_pair *ids; /* equal.c's renaming */
	u32 id_cnt, id_cap;

	struct log log;
	struct fault fault;
};

/* log.c: the kernel's dialect. */
void say(struct verifier *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line of the final word, and @code back. A newline is added. */
int refuse(struct verifier *v, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void log_reset(struct verifier *v, size_t pos);
void log_state(struct verifier *v, const struct frame *frame, bool all);
void log_insn(struct verifier *v, u32 insn);
void log_insn_state(struct verifier *v);
void log_line(struct verifier *v, u32 insn, const char *prefix);
void log_stats(struct verifier *v);
const char *reg_type_text(const struct reg *reg, char buf[32]);
const char *reg_type_name(enum reg_type type, u8 flags, char buf[32]);
void scratch_reg(struct verifier *v, int regno);
void scratch_slot(struct verifier *v, u32 slot);

/* explain.c: the same for people. */
int blame(struct verifier *v, enum blame what, int regno, const struct reg *reg, int code);
char *explain(struct verifier *v);

/* cfg.c: what the instructions say by themselves. */
int cfg_find_subprogs(struct verifier *v);
int cfg_check_subprogs(struct verifier *v);
int cfg_check_insns(struct verifier *v);
int cfg_check_flow(struct verifier *v);
int cfg_check_stack_depth(struct verifier *v);
/* The subprogram whose instructions hold @insn; the one that starts there, or -1. */
u32 cfg_sub_of(const struct verifier *v, u32 insn);
int cfg_sub_at(const struct verifier *v, u32 insn);
/* Where a jump goes; the instruction is a jump. */
s32 insn_target(const struct bpf_insn *insn, u32 at);
bool insn_is_jump(const struct bpf_insn *insn); /* of class JMP or JMP32, not call, not exit */
bool helper_calls_back(u32 id);

/* live.c */
int live_compute(struct verifier *v);

/* walk.c: along every path. */
int walk_all(struct verifier *v);
/* Remember the path that takes a jump to @insn; the new state, or NULL and *@code. */
struct state *walk_push(struct verifier *v, u32 insn, u32 prev_insn, int *code);

/* prune.c: 1 the path may end here, 0 go on, or -errno. */
int prune_visit(struct verifier *v, u32 insn);
void prune_branch_done(struct verifier *v, struct state *state);
void prune_forget(struct verifier *v);

/* alu.c */
int alu_check(struct verifier *v, const struct bpf_insn *insn);
/* That a register may be read, that it may be written. */
int reg_check_read(struct verifier *v, int regno);
int reg_check_write(struct verifier *v, int regno);
void reg_mark_precise(struct verifier *v, const struct reg *reg);

/* mem.c: loads and stores of every kind of memory. */
enum access { ACCESS_READ, ACCESS_WRITE };
int mem_check_load(struct verifier *v, const struct bpf_insn *insn);
int mem_check_store(struct verifier *v, const struct bpf_insn *insn);
int mem_check_atomic(struct verifier *v, const struct bpf_insn *insn);
int mem_check_ld_abs(struct verifier *v, const struct bpf_insn *insn);
int mem_check_ld_imm64(struct verifier *v, const struct bpf_insn *insn);

/* region.c: memory with a known size. @off is reg->off and what the instruction adds. */
int region_check(struct verifier *v, int regno, s32 off, u32 size, u32 region_size, bool zero_ok);
int region_check_map_flags(struct verifier *v, int regno, s32 off, u32 size, enum access access);
int region_check_map_value(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok);
int region_check_packet(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok);
/* That a pointer was not moved; @fixed_ok: by anything unknown. */
int region_check_unmoved(struct verifier *v, const struct reg *reg, int regno, bool fixed_ok);

/* stack.c: the stack byte by byte. Offsets are without the variable part of the pointer. */
int stack_bounds(struct verifier *v, int regno, s32 off, u32 size, enum access access);
/* Into @dst_regno, -1: nowhere; from @value_regno, -1: a BPF_ST's constant, or some number. */
int stack_read(struct verifier *v, int ptr_regno, s32 off, u32 size, int dst_regno);
int stack_write(struct verifier *v, int ptr_regno, s32 off, u32 size, int value_regno);
struct call_args;
/* A helper reads or writes [off, off + size) of the stack; @call NULL: never the whole of it. */
int stack_check_range(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok,
		      enum access access, struct call_args *call);
/* The key of @size bytes that R@regno points to, if it is a known number. */
bool stack_constant(struct verifier *v, int regno, u32 size, u64 *value);

/* ctx.c: struct __sk_buff. *@loaded becomes what a load gives. */
int ctx_check(struct verifier *v, int ptr_regno, s32 off, u32 size, enum access access,
	      bool sign_extended, struct reg *loaded);

/* jump.c */
int jump_check(struct verifier *v, const struct bpf_insn *insn);
/* Every register of @state with @id was compared with NULL: it is it (@is_null), or is not. */
void reg_mark_nonnull(struct verifier *v, struct state *state, u32 id, bool is_null);
/* @reg alone: what a map of maps gave becomes the map. */
void reg_set_not_null(struct verifier *v, struct reg *reg);
/* The stand-in for the maps in @outer, a map of maps; NULL: no memory. */
const struct map *map_inner(struct verifier *v, const struct map *outer);

/*
 * call.c, arg.c, func.c: calls. call_check_helper, func_check_call and func_check_exit set v->insn
 * to the instruction that runs next on this path.
 */
struct call_args {
	const struct helper *helper;
	u32 id;
	const struct map *map;
	u32 map_uid;
	u32 record_size; /* of ARG_ALLOC_SIZE_OR_ZERO */
	u32 ref;         /* the reference that an argument carries */
	int release_regno; /* the argument that gives it up, 0: none */
	u32 sub;           /* of ARG_FUNC */
	bool raw;          /* the memory argument at hand is written, and need not be initialised */
	int raw_regno;     /* what is written whole: so many bytes of the stack */
	u32 raw_size;
	bool key_known;
	u64 key;
};
int call_check_helper(struct verifier *v, const struct bpf_insn *insn);
/* Without "bpf_"; NULL: there is none of this number. */
const char *call_helper_name(u32 id);
void call_void_packet(struct verifier *v);
void call_clear_caller_regs(struct verifier *v);
/* A register that says nothing any more: a number, or unreadable without CAP_PERFMON. */
void call_void_reg(struct verifier *v, struct reg *reg);

int arg_check(struct verifier *v, u32 arg, struct call_args *call);
int arg_check_mem(struct verifier *v, int regno, u32 size, enum access access, bool zero_ok,
		  struct call_args *call);
/* Whether the pointer was moved, where that matters. */
int arg_check_moved(struct verifier *v, int regno);
int arg_check_map_func(struct verifier *v, const struct map *map, u32 func);

/* The first frame of v->state, which has none yet: of the program itself (@sub 0), or of a global
 * function that is verified on its own, with the arguments BTF says it has. */
int func_begin(struct verifier *v, u32 sub);
int func_check_call(struct verifier *v, const struct bpf_insn *insn);
/* BPF_EXIT: 1 the path ends here, 0 it goes on in the caller. What it still holds was checked. */
int func_check_exit(struct verifier *v);
/* The same for a tail call in a subprogram, whose target returns to the caller. */
int func_return(struct verifier *v);
/* LD_ABS and tail calls may leave a function in its middle, but not a callback: Linux 6.18 loses
 * its way there, and says so. 0, or -EFAULT in a callback. */
int func_refuse_leaving_callback(struct verifier *v);
int func_push_callback(struct verifier *v, const struct call_args *call);

/* lock.c: spin locks, and what a path still holds where it must hold nothing. @where begins the
 * sentence: "tail_call". */
int lock_take(struct verifier *v, int regno, bool lock);
int lock_check_leaks(struct verifier *v, bool locks_too, const char *where);

/* fixup.c: the finished program; NULL: no memory. */
struct prog *fixup(struct verifier *v);

static inline struct reg *reg_of(struct verifier *v, int regno)
{
	return &state_regs(v->state)[regno];
}

#endif
