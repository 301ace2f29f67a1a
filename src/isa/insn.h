/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * insn.h - what one eBPF instruction is: the UAPI's struct bpf_insn, the constants of the v4
 * instruction set that older UAPI headers lack, and skiff's own few operations.
 *
 * The instruction set is RFC 9669. op.def has one row for every operation; everything that must
 * know the set (decode, disassembler, verifier, interpreter) is generated from that table.
 */
#ifndef SKIFF_ISA_INSN_H
#define SKIFF_ISA_INSN_H

#include <linux/bpf.h>

#include "base/types.h"

/* Fields of the opcode byte that <linux/bpf_common.h> of an older kernel lacks. */
#ifndef BPF_MEMSX
#define BPF_MEMSX 0x80 /* load with sign extension, RFC 9669 section 5.2 */
#endif
#ifndef BPF_JCOND
#define BPF_JCOND 0xe0 /* may_goto */
#endif
#ifndef BPF_LOAD_ACQ
#define BPF_LOAD_ACQ  0x100
#define BPF_STORE_REL 0x110
#endif

/* The values of src_reg that give a 64-bit immediate load or a call another meaning. */
#define INSN_MAP_FD	BPF_PSEUDO_MAP_FD
#define INSN_MAP_VALUE	BPF_PSEUDO_MAP_VALUE
#define INSN_FUNC	BPF_PSEUDO_FUNC
#define INSN_CALL_LOCAL BPF_PSEUDO_CALL
#define INSN_CALL_KFUNC BPF_PSEUDO_KFUNC_CALL

/*
 * skiff's own operations. No object may contain them; the verifier's last step (verify/fixup.c)
 * writes them where an access to the context is more than a plain load or store
 * (skb/ctx.def says where). They live in the unused modes of class BPF_LD.
 *
 *   dst, src and off mean what they mean in the BPF_LDX, BPF_STX or BPF_ST they replace.
 */
enum {
	OP_LDX_TSTAMP = 0xa0, /* dst = src->tstamp, or 0 at tc ingress when tstamp_type is set */
	OP_STX_TSTAMP = 0xa8, /* dst->tstamp = src; at tc ingress also clears tstamp_type */
	OP_ST_TSTAMP = 0xb0,  /* the same from imm, sign-extended */
	OP_STX_QUEUE = 0xb8,  /* dst->queue_mapping = (u32)src, unless that is >= 0xffff */
	OP_ST_QUEUE = 0xc0,   /* the same from imm */
};

static inline bool insn_is_ld_imm64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

/* The 64-bit immediate of a two-slot load; @insn points at the first slot. */
static inline u64 insn_imm64(const struct bpf_insn *insn)
{
	return (u32)insn[0].imm | (u64)(u32)insn[1].imm << 32;
}

/* Bytes that a load or store of this opcode's size moves. */
static inline u32 insn_access_size(const struct bpf_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	}
	return 8;
}

static inline bool insn_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

static inline bool insn_is_helper_call(const struct bpf_insn *insn)
{
	return insn_is_call(insn) && insn->src_reg == 0;
}

static inline bool insn_is_local_call(const struct bpf_insn *insn)
{
	return insn_is_call(insn) && insn->src_reg == INSN_CALL_LOCAL;
}

static inline bool insn_is_exit(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_EXIT);
}

#endif
