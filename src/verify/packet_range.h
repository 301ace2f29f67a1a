/* SPDX-License-Identifier: BSD-2-Clause */
/* packet_range.h - what comparing a packet pointer with the packet's end teaches. */
#ifndef SKIFF_VERIFY_PACKET_RANGE_H
#define SKIFF_VERIFY_PACKET_RANGE_H

#include "verify/verifier.h"

/* A pointer into the packet, its metadata, or at its end. */
static inline bool packet_range_any(const struct reg *reg)
{
	return reg_is_packet(reg) || reg->type == REG_PKT_END;
}

/*
 * The way of `if a op b` between two of them, where an earlier comparison has told: 1 taken,
 * 0 not, -1 unknown. Mirrors is_pkt_ptr_branch_taken.
 */
int packet_range_branch(const struct reg *a, const struct reg *b, u8 op);

/*
 * The jump @insn between two registers of v->state (which falls through) and @there (which
 * jumps) compares the packet with its end, or its metadata with the packet: note on either side
 * how many bytes are known to be there. False: it is no such comparison.
 * Mirrors try_match_pkt_pointers.
 */
bool packet_range_learn(struct verifier *v, const struct bpf_insn *insn, struct state *there);

#endif
