/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prog.h - a program before and after verification.
 *
 * struct prog_source is what BPF_PROG_LOAD was given, with descriptors and BTF resolved to plain
 * facts, so that the verifier needs neither. struct prog is a verified program: immutable (but
 * for its count of references), with the few facts of verification that running it needs.
 */
#ifndef SKIFF_PROG_PROG_H
#define SKIFF_PROG_PROG_H

#include <linux/bpf.h>

#include "base/types.h"
#include "isa/insn.h"
#include "map/map.h"

#define PROG_INSNS_MAX 1000000 /* BPF_COMPLEXITY_LIMIT_INSNS: the longest program, privileged */
#define PROG_MAPS_MAX 64       /* MAX_USED_MAPS */
#define PROG_FUNCS_MAX 256     /* BPF_MAX_SUBPROGS */
#define PROG_STACK_MAX 512     /* bytes of stack of one call chain, MAX_BPF_STACK */
#define PROG_FRAMES_MAX 8      /* depth of bpf-to-bpf calls, MAX_CALL_FRAMES */
#define PROG_TAIL_CALLS_MAX 33 /* tail calls one run may make, MAX_TAIL_CALL_CNT */

/* What BTF says of an argument of a global function; the verifier checks callers against it. */
enum prog_arg_kind {
	PROG_ARG_SCALAR,
	PROG_ARG_CTX,        /* struct __sk_buff * */
	PROG_ARG_MEM,        /* pointer to size bytes, may be NULL */
	PROG_ARG_UNSUPPORTED /* what Linux refuses, or skiff does not know */
};

struct prog_arg {
	enum prog_arg_kind kind;
	u32 size;       /* MEM: bytes */
	char name[32];  /* as the source calls it */
};

/* One function of the program; the first is the program itself and starts at 0. */
struct prog_func {
	u32 start; /* first instruction */
	char name[64]; /* "" when there is no BTF */
	bool global;   /* BTF_FUNC_GLOBAL: verified on its own, by its BTF arguments */
	bool has_btf;
	bool returns_scalar; /* int or void; Linux refuses other return types of global functions */
	bool returns_void;
	u8 arg_cnt;
	struct prog_arg args[5];
};

/* One row of the line table, sorted by insn. */
struct prog_line {
	u32 insn;
	u32 line, column;
	const char *file; /* "" unknown; owned by the prog_lines they came with */
	const char *text; /* the line of source with its indentation, which column counts */
};

/* A line table, counted: the source, the program and the log share it. */
struct prog_lines {
	u32 refs;
	u32 cnt;
	char *strings;
	struct prog_line rows[];
};

void prog_lines_put(struct prog_lines *lines); /* NULL is allowed */
/* The row that covers @insn, or NULL. */
const struct prog_line *prog_lines_find(const struct prog_lines *lines, u32 insn);

/*
 * A program as it was given to be loaded. In insns, a 64-bit immediate load with src_reg
 * INSN_MAP_FD or INSN_MAP_VALUE has the index into maps[] in its first imm (and, for
 * INSN_MAP_VALUE, the offset in its second).
 */
struct prog_source {
	enum bpf_prog_type type;
	u32 expected_attach_type;
	u32 flags; /* BPF_F_* of the load */
	char name[BPF_OBJ_NAME_LEN];
	bool gpl;  /* the licence is GPL compatible */
	struct bpf_insn *insns;
	u32 insn_cnt;
	struct map **maps;
	u32 map_cnt;
	struct prog_func *funcs; /* from BTF func_info, sorted by start; may be empty */
	u32 func_cnt;
	struct prog_lines *lines; /* may be NULL */
};

/* What verification found out about one instruction. */
enum {
	PROG_SITE_WRITE_FOLLOWS = BIT(0), /* after this helper call a direct packet write can follow */
	/* Linux writes this bpf_loop out as instructions: on every path that comes here its flags are
	 * known to be 0 and its callback is the same. It answers a little differently then. */
	PROG_SITE_LOOP_INLINE = BIT(1),
};

struct prog {
	u32 refs;
	u32 id;
	enum bpf_prog_type type;
	u32 expected_attach_type;
	char name[64]; /* the longest name known: BTF's function name, else the loader's 15 bytes */
	char section[64]; /* ELF section it came from, "" when unknown */
	bool gpl;
	u8 tag[BPF_TAG_SIZE];

	struct bpf_insn *insns; /* fixed up: see verify/fixup.c */
	u8 *sites;              /* PROG_SITE_* of each instruction */
	u32 insn_cnt;
	struct prog_func *funcs;
	u32 func_cnt;
	u32 stack_depth;        /* bytes of the deepest call chain */
	bool writes_packet;     /* has direct packet writes: each entry passes the gate */
	bool reads_tstamp_type;
	bool touches_cb;

	struct map **maps; /* counted */
	u32 map_cnt;
	struct prog_lines *lines;

	void *code; /* what vm/ made of it; vm_release frees it */
	void (*code_free)(struct prog *prog);
};

static inline struct prog *prog_get(struct prog *prog)
{
	prog->refs++;
	return prog;
}

/* Gives up one reference; the last frees the program and its references. NULL is allowed. */
void prog_put(struct prog *prog);

/* "SCHED_CLS" for BPF_PROG_TYPE_SCHED_CLS; NULL for a type skiff does not know. */
const char *prog_type_name(enum bpf_prog_type type);

#endif
