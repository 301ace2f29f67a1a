/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - small programs for the tests of vm/, written as instructions, and what it takes to
 * run one here and in the running kernel.
 */
#ifndef SKIFF_TESTS_UNIT_VM_PROGRAM_H
#define SKIFF_TESTS_UNIT_VM_PROGRAM_H

#include <stdlib.h>
#include <string.h>

#include "vm/vm.h"

#define INSN(c, d, s, o, i)                                                                        \
	(struct bpf_insn)                                                                          \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}
#define MOV(d, i)	   INSN(0xb7, d, 0, 0, i)
#define COPY(d, s)	   INSN(0xbf, d, s, 0, 0)
#define ADD(d, i)	   INSN(0x07, d, 0, 0, i)
#define ADD_REG(d, s)	   INSN(0x0f, d, s, 0, 0)
#define LOAD_W(d, s, o)	   INSN(0x61, d, s, o, 0)
#define LOAD_DW(d, s, o)   INSN(0x79, d, s, o, 0)
#define STORE_W(d, o, s)   INSN(0x63, d, s, o, 0)
#define STORE_DW(d, o, s)  INSN(0x7b, d, s, o, 0)
#define STORE_IMM(d, o, i) INSN(0x7a, d, 0, o, i)
#define JA(o)		   INSN(0x05, 0, 0, o, 0)
#define JNE(d, i, o)	   INSN(0x55, d, 0, o, i)
#define CALL(i)		   INSN(0x85, 0, 0, 0, i)
#define CALL_LOCAL(i)	   INSN(0x85, 0, 1, 0, i)
#define EXIT()		   INSN(0x95, 0, 0, 0, 0)
/* The two slots of a 64-bit immediate: a number, or with src what src says. */
#define LDDW(d, src, value)                                                                        \
	INSN(0x18, d, src, 0, (s32)(u32)(u64)(value)), INSN(0, 0, 0, 0, (s32)((u64)(value) >> 32))

/* A copy of @cnt instructions as a program with one reference, ready to run; prog_put frees it. */
static inline struct prog *program_make(const struct bpf_insn *insns, u32 cnt)
{
	struct prog *prog = calloc(1, sizeof(*prog));

	prog->refs = 1;
	prog->type = BPF_PROG_TYPE_SCHED_CLS;
	prog->insns = malloc(cnt * sizeof(*insns));
	memcpy(prog->insns, insns, cnt * sizeof(*insns));
	prog->sites = calloc(1, cnt);
	prog->insn_cnt = cnt;
	if (vm_prepare(prog)) {
		prog_put(prog);
		return NULL;
	}
	return prog;
}

#define PROGRAM(...)                                                                               \
	program_make((const struct bpf_insn[]){__VA_ARGS__},                                       \
		     sizeof((const struct bpf_insn[]){__VA_ARGS__}) / sizeof(struct bpf_insn))

static inline void program_put(void *prog)
{
	prog_put(prog);
}

/* A PROG_ARRAY of @entries, empty. */
static inline struct map *program_array(u32 entries)
{
	const struct map_spec spec = {
		.type = BPF_MAP_TYPE_PROG_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = entries,
		.spin_lock_off = -1,
	};
	struct map *map = NULL;

	if (map_create(&spec, &map, NULL))
		return NULL;
	map->object_put = program_put;
	return map;
}

/* Put @prog in @map at @index; the reference is the map's then. 0 or -errno. */
static inline int program_array_set(struct map *map, u32 index, struct prog *prog)
{
	return map_user_update_object(map, &index, prog, BPF_ANY);
}

/* A world of one packet. */
struct bench {
	struct host host;
	struct skb_pool *pool;
	struct skb *skb;
	struct run run;
};

static inline void bench_open(struct bench *bench, u32 len)
{
	u8 *bytes;

	memset(bench, 0, sizeof(*bench));
	bench->pool = skb_pool_new();
	bench->host.pool = bench->pool;
	bench->skb = skb_alloc(bench->pool, len);
	bytes = skb_writable(bench->skb, 0, len);
	for (u32 i = 0; i < len; i++)
		bytes[i] = (u8)(0x80 + i);
	skb_reset_mac_header(bench->skb);
	bench->skb->network_header = (u16)(skb_data_offset(bench->skb) + SKB_MAC_LEN);
}

static inline u64 bench_run(struct bench *bench, const struct prog *prog)
{
	bench->run = (struct run){.host = &bench->host, .skb = bench->skb};
	return vm_run(&bench->run, prog);
}

static inline void bench_close(struct bench *bench)
{
	skb_free(bench->skb);
	skb_pool_free(bench->pool);
}

#endif
