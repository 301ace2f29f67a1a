/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet.c - direct access to the packet: which type may, and what a comparison with data_end
 * proves. Every form of the comparison, both ways round, and off by one.
 */
#include "phrases.h"

/* clang-format off */

#define READ_FOR(program) \
	.type = BPF_PROG_TYPE_##program, INSNS(PACKET(14), LDX(B, R0, R7, 0), EXIT())
#define WRITE_FOR(program) \
	.type = BPF_PROG_TYPE_##program, INSNS(PACKET(14), ST(B, R7, 0, 0), DONE())
#define ABS_FOR(program) \
	.type = BPF_PROG_TYPE_##program, INSNS(MOVR(R6, R1), LD_ABS(H, 12), EXIT())

static const struct verify_test types[] = {
	{
		.name = "read on SCHED_CLS",
		.expect = "ok",
		READ_FOR(SCHED_CLS),
	},
	{
		.name = "read on SCHED_ACT",
		.expect = "ok",
		READ_FOR(SCHED_ACT),
	},
	{
		.name = "read on LWT_XMIT",
		.expect = "ok",
		READ_FOR(LWT_XMIT),
	},
	{
		.name = "read on LWT_IN",
		.expect = "ok",
		READ_FOR(LWT_IN),
	},
	{
		.name = "read on LWT_OUT",
		.expect = "ok",
		READ_FOR(LWT_OUT),
	},
	{
		.name = "write on SCHED_CLS",
		.expect = "ok",
		WRITE_FOR(SCHED_CLS),
	},
	{
		.name = "write on SCHED_ACT",
		.expect = "ok",
		WRITE_FOR(SCHED_ACT),
	},
	{
		.name = "write on LWT_XMIT",
		.expect = "ok",
		WRITE_FOR(LWT_XMIT),
	},
	{
		.name = "write on LWT_IN",
		.expect = "EACCES cannot write into packet",
		WRITE_FOR(LWT_IN),
	},
	{
		.name = "write on LWT_OUT",
		.expect = "EACCES cannot write into packet",
		WRITE_FOR(LWT_OUT),
	},
	{
		.name = "LD_ABS on SCHED_CLS",
		.expect = "ok",
		ABS_FOR(SCHED_CLS),
	},
	{
		.name = "LD_ABS on SCHED_ACT",
		.expect = "ok",
		ABS_FOR(SCHED_ACT),
	},
	{
		.name = "LD_ABS on LWT_XMIT",
		.expect = "EINVAL BPF_LD_[ABS|IND] instructions not allowed for this program type",
		ABS_FOR(LWT_XMIT),
	},
	{
		.name = "LD_ABS on LWT_IN",
		.expect = "EINVAL BPF_LD_[ABS|IND] instructions not allowed for this program type",
		ABS_FOR(LWT_IN),
	},
	{
		.name = "LD_ABS on LWT_OUT",
		.expect = "EINVAL BPF_LD_[ABS|IND] instructions not allowed for this program type",
		ABS_FOR(LWT_OUT),
	},
	{
		.name = "LD_IND",
		.expect = "ok",
		INSNS(MOVR(R6, R1), MOV(R2, 12), LD_IND(H, R2, 4), EXIT()),
	},
	{
		.name = "LD_IND with an unset index",
		.expect = "EACCES R2 !read_ok",
		INSNS(MOVR(R6, R1), LD_IND(H, R2, 4), EXIT()),
	},
	{
		.name = "LD_IND with a pointer as index",
		.expect = "ok",
		INSNS(MOVR(R6, R1), LD_IND(H, R10, 4), EXIT()),
	},
	{
		.name = "LD_ABS of eight bytes",
		.expect = "EINVAL unknown opcode 38",
		INSNS(MOVR(R6, R1), LD_ABS(DW, 0), EXIT()),
	},
	{
		.name = "LD_ABS without the context in r6",
		.expect = "EINVAL at the time of BPF_LD_ABS|IND R6 != pointer to skb",
		INSNS(MOV(R6, 0), LD_ABS(B, 0), EXIT()),
	},
	{
		.name = "LD_ABS with r6 unset",
		.expect = "EACCES R6 !read_ok",
		INSNS(LD_ABS(B, 0), EXIT()),
	},
	{
		.name = "LD_ABS with r6 moved",
		.expect = "EACCES dereference of modified ctx ptr R6 off=4 disallowed",
		INSNS(MOVR(R6, R1), ALU(ADD, R6, 4), LD_ABS(B, 0), EXIT()),
	},
	{
		.name = "LD_ABS takes r1 to r5",
		.expect = "EACCES R1 !read_ok",
		INSNS(MOVR(R6, R1), LD_ABS(B, 0), LDX(W, R0, R1, 0), EXIT()),
	},
	{
		.name = "LD_ABS keeps packet pointers",
		.expect = "ok",
		INSNS(PACKET(14), LD_ABS(B, 0), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "LD_ABS in a subprogram without BTF",
		.expect = "EINVAL LD_ABS is not allowed in subprogs without BTF",
		INSNS(CALL_LOCAL(1), EXIT(), MOVR(R6, R1), LD_ABS(B, 0), EXIT()),
	},
	{
		.name = "LD_ABS while holding a record",
		.expect = "EINVAL BPF_LD_[ABS|IND] would lead to reference leak",
		INSNS(MOVR(R6, R1), RESERVE(8), JMP(JNE, R0, 0, 1), EXIT(), MOVR(R7, R0), LD_ABS(B, 0),
		      DISCARD(R7), DONE()),
	},
	{
		.name = "atomic add in the packet",
		.expect = "EACCES BPF_ATOMIC stores into R7 pkt is not allowed",
		INSNS(PACKET(14), MOV(R2, 1), ATOMIC(W, BPF_ADD, R7, 0, R2), DONE()),
	},
	{
		.name = "a pointer stored in the packet",
		.expect = "ok",
		INSNS(PACKET(14), STX(DW, R7, 0, R10), DONE()),
	},
	{
		.name = "a pointer stored in the packet, without CAP_PERFMON",
		.expect = "EACCES R10 leaks addr into packet",
		.unprivileged = true,
		INSNS(PACKET(14), STX(DW, R7, 0, R10), DONE()),
	},
	{
		.name = "a sign-extending read",
		.expect = "ok",
		INSNS(PACKET(14), LDSX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a misaligned read",
		.expect = "ok",
		INSNS(PACKET(14), LDX(W, R0, R7, 1), EXIT()),
	},
	{
		.name = "a misaligned read under BPF_F_STRICT_ALIGNMENT",
		.expect = "EACCES misaligned packet access off 2+0+0+1 size 4",
		.flags = BPF_F_STRICT_ALIGNMENT,
		INSNS(PACKET(14), LDX(W, R0, R7, 1), EXIT()),
	},
	{
		.name = "an aligned read under BPF_F_STRICT_ALIGNMENT",
		.expect = "ok",
		.flags = BPF_F_STRICT_ALIGNMENT,
		INSNS(PACKET(14), LDX(W, R0, R7, 2), EXIT()),
	},
};
VERIFY_GROUP(packet_types, types)

/* r2 = data + 8; where `r2 op data_end` says the packet is long enough, r7 is read at @at. */
#define TAKEN(op, left, right, at) \
	INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(op, left, right, 2), DONE(), \
	      LDX(B, R0, R7, at), EXIT())
#define NOT_TAKEN(op, left, right, at) \
	INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(op, left, right, 2), \
	      LDX(B, R0, R7, at), EXIT(), DONE())

static const struct verify_test ranges[] = {
	{
		.name = "nothing compared",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "data + 8 > data_end, not taken, the last byte",
		.expect = "ok",
		NOT_TAKEN(JGT, R2, R8, 7),
	},
	{
		.name = "data + 8 > data_end, not taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JGT, R2, R8, 8),
	},
	{
		.name = "data + 8 > data_end, taken",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JGT, R2, R8, 0),
	},
	{
		.name = "data + 8 >= data_end, not taken, the last byte",
		.expect = "ok",
		NOT_TAKEN(JGE, R2, R8, 8),
	},
	{
		.name = "data + 8 >= data_end, not taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JGE, R2, R8, 9),
	},
	{
		.name = "data + 8 >= data_end, taken",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JGE, R2, R8, 0),
	},
	{
		.name = "data + 8 < data_end, taken, the last byte",
		.expect = "ok",
		TAKEN(JLT, R2, R8, 8),
	},
	{
		.name = "data + 8 < data_end, taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JLT, R2, R8, 9),
	},
	{
		.name = "data + 8 < data_end, not taken",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JLT, R2, R8, 0),
	},
	{
		.name = "data + 8 <= data_end, taken, the last byte",
		.expect = "ok",
		TAKEN(JLE, R2, R8, 7),
	},
	{
		.name = "data + 8 <= data_end, taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JLE, R2, R8, 8),
	},
	{
		.name = "data + 8 <= data_end, not taken",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JLE, R2, R8, 0),
	},
	{
		.name = "data_end > data + 8, taken, the last byte",
		.expect = "ok",
		TAKEN(JGT, R8, R2, 8),
	},
	{
		.name = "data_end > data + 8, taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JGT, R8, R2, 9),
	},
	{
		.name = "data_end > data + 8, not taken",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JGT, R8, R2, 0),
	},
	{
		.name = "data_end >= data + 8, taken, the last byte",
		.expect = "ok",
		TAKEN(JGE, R8, R2, 7),
	},
	{
		.name = "data_end >= data + 8, taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JGE, R8, R2, 8),
	},
	{
		.name = "data_end >= data + 8, not taken",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JGE, R8, R2, 0),
	},
	{
		.name = "data_end < data + 8, not taken, the last byte",
		.expect = "ok",
		NOT_TAKEN(JLT, R8, R2, 7),
	},
	{
		.name = "data_end < data + 8, not taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JLT, R8, R2, 8),
	},
	{
		.name = "data_end < data + 8, taken",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JLT, R8, R2, 0),
	},
	{
		.name = "data_end <= data + 8, not taken, the last byte",
		.expect = "ok",
		NOT_TAKEN(JLE, R8, R2, 8),
	},
	{
		.name = "data_end <= data + 8, not taken, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JLE, R8, R2, 9),
	},
	{
		.name = "data_end <= data + 8, taken",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JLE, R8, R2, 0),
	},
	{
		.name = "data + 8 == data_end proves nothing",
		.expect = "EACCES R7 offset is outside of the packet",
		TAKEN(JEQ, R2, R8, 0),
	},
	{
		.name = "data + 8 != data_end proves nothing",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JNE, R2, R8, 0),
	},
	{
		.name = "a signed comparison proves nothing",
		.expect = "EACCES R7 offset is outside of the packet",
		NOT_TAKEN(JSGT, R2, R8, 0),
	},
	{
		.name = "a 32-bit comparison proves nothing",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 8), JMP32R(JGT, R2, R8, 2),
		      LDX(B, R0, R7, 0), EXIT(), DONE()),
	},
	{
		.name = "a pointer compared with zero",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), JMP(JEQ, R7, 0, 0), DONE()),
	},
	{
		.name = "two words where one was checked",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(8), LDX(DW, R0, R7, 0), LDX(DW, R0, R7, 8), EXIT()),
	},
	{
		.name = "a word that crosses the checked end",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(8), LDX(W, R0, R7, 6), EXIT()),
	},
	{
		.name = "before the packet",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(8), LDX(B, R0, R7, -1), EXIT()),
	},
	{
		.name = "back from the compared pointer",
		.expect = "ok",
		INSNS(PACKET(8), LDX(B, R0, R2, -1), EXIT()),
	},
	{
		.name = "at the compared pointer",
		.expect = "EACCES R2 offset is outside of the packet",
		INSNS(PACKET(8), LDX(B, R0, R2, 0), EXIT()),
	},
	{
		.name = "a copy made before the comparison",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOVR(R9, R7), MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R9, 7), EXIT()),
	},
	{
		.name = "data loaded again",
		.expect = "EACCES R9 offset is outside of the packet",
		INSNS(PACKET(8), LDX(W, R9, R6, CTX_DATA), LDX(B, R0, R9, 7), EXIT()),
	},
	{
		.name = "data loaded again after a store to the context",
		.expect = "ok",
		INSNS(PACKET(8), ST(W, R6, CTX_MARK, 1), LDX(B, R0, R7, 7), EXIT()),
	},
	{
		.name = "the longer comparison stays",
		.expect = "ok",
		INSNS(PACKET(20), MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 19), EXIT()),
	},
	{
		.name = "the second comparison adds to the first",
		.expect = "ok",
		INSNS(PACKET(8), MOVR(R2, R7), ALU(ADD, R2, 20), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 19), EXIT()),
	},
	{
		.name = "data itself below data_end is one byte",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), JMPR(JLT, R7, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "data itself not above data_end is none",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), JMPR(JLE, R7, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a comparison on one way only",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), LDX(W, R3, R6, CTX_MARK), JMP(JEQ, R3, 0, 5), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "on both ways",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), LDX(W, R3, R6, CTX_MARK), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMP(JEQ, R3, 0, 4), JMPR(JLE, R2, R8, 2), DONE(), JA(3), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 7), EXIT()),
	},
	{
		.name = "past the largest offset that is followed",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 0x10000), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the largest offset that is followed",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 0xffff), JMPR(JLE, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 0x7fff), EXIT()),
	},
	{
		.name = "data minus eight",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(8), ALU(SUB, R7, 8), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "data minus eight plus eight",
		.expect = "ok",
		INSNS(PACKET(8), ALU(SUB, R7, 8), LDX(B, R0, R7, 8), EXIT()),
	},
	{
		.name = "arithmetic on data_end",
		.expect = "EACCES R8 pointer arithmetic on pkt_end prohibited",
		INSNS(PACKET_POINTERS(), ALU(SUB, R8, 8), JMPR(JLE, R7, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "data_end minus data is a number",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), ALUR(SUB, R8, R7), JMP(JLT, R8, 20, 0), MOVR(R0, R8), EXIT()),
	},
	{
		.name = "data_end minus data, without CAP_PERFMON",
		.expect = "EACCES R8 pointer -= pointer prohibited",
		.unprivileged = true,
		INSNS(PACKET_POINTERS(), ALUR(SUB, R8, R7), DONE()),
	},
	{
		.name = "multiplying a packet pointer",
		.expect = "EACCES R7 pointer arithmetic with *= operator prohibited",
		INSNS(PACKET_POINTERS(), ALU(MUL, R7, 2), DONE()),
	},
	{
		.name = "a bitwise operation on a packet pointer",
		.expect = "EACCES R7 bitwise operator &= on pointer prohibited",
		INSNS(PACKET_POINTERS(), ALU(AND, R7, -8), DONE()),
	},
	{
		.name = "a 32-bit operation on a packet pointer",
		.expect = "EACCES R7 32-bit pointer arithmetic prohibited",
		INSNS(PACKET_POINTERS(), ALU32(ADD, R7, 2), DONE()),
	},
	{
		.name = "a byte swap of a packet pointer",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), END_BE(R7, 64), DONE()),
	},
	{
		.name = "a byte swapped packet pointer is a number",
		.expect = "EACCES R7 invalid mem access 'scalar'",
		INSNS(PACKET(8), END_BE(R7, 64), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the sum of two packet pointers",
		.expect = "EACCES R7 pointer += pointer prohibited",
		INSNS(PACKET_POINTERS(), ALUR(ADD, R7, R8), DONE()),
	},
	{
		.name = "data_meta up to data",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), LDX(W, R9, R1, CTX_DATA_META), MOVR(R2, R9), ALU(ADD, R2, 4),
		      JMPR(JLE, R2, R7, 2), DONE(), LDX(W, R0, R9, 0), EXIT()),
	},
	{
		.name = "data_meta one past",
		.expect = "EACCES R9 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), LDX(W, R9, R1, CTX_DATA_META), MOVR(R2, R9), ALU(ADD, R2, 4),
		      JMPR(JLE, R2, R7, 2), DONE(), LDX(B, R0, R9, 4), EXIT()),
	},
	{
		.name = "data_meta compared with data_end",
		.expect = "EACCES R9 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), LDX(W, R9, R1, CTX_DATA_META), MOVR(R2, R9), ALU(ADD, R2, 4),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R9, 0), EXIT()),
	},
	{
		.name = "data_meta compared with data plus one",
		.expect = "EACCES R9 offset is outside of the packet",
		INSNS(PACKET_POINTERS(), LDX(W, R9, R1, CTX_DATA_META), ALU(ADD, R7, 1), MOVR(R2, R9), ALU(ADD, R2, 4),
		      JMPR(JLE, R2, R7, 2), DONE(), LDX(B, R0, R9, 0), EXIT()),
	},
	{
		.name = "data_meta on LWT_XMIT",
		.expect = "EACCES invalid bpf_context access off=140 size=4",
		.type = BPF_PROG_TYPE_LWT_XMIT,
		INSNS(LDX(W, R9, R1, CTX_DATA_META), DONE()),
	},
	{
		.name = "a way that the comparisons rule out is not followed",
		.expect = "ok",
		INSNS(PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JGT, R2, R8, 2), DONE(),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R9, 0), EXIT()),
	},
};
VERIFY_GROUP(packet_ranges, ranges)

/* r9 = a number at most @max; r7 += r9; then @len bytes of it are compared with data_end. */
#define VARIABLE(max, len) \
	PACKET(14), LDX(B, R9, R7, 13), ALU(AND, R9, max), ALUR(ADD, R7, R9), MOVR(R2, R7), \
	ALU(ADD, R2, len), JMPR(JLE, R2, R8, 2), DONE()

static const struct verify_test variable[] = {
	{
		.name = "compared after adding a number",
		.expect = "ok",
		INSNS(VARIABLE(60, 20), LDX(W, R0, R7, 16), EXIT()),
	},
	{
		.name = "compared after adding a number, one past",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(VARIABLE(60, 20), LDX(W, R0, R7, 17), EXIT()),
	},
	{
		.name = "compared before adding a number",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(20), LDX(B, R9, R7, 13), ALU(AND, R9, 7), ALUR(ADD, R7, R9), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "the old pointer keeps its range",
		.expect = "ok",
		INSNS(PACKET(20), LDX(B, R9, R7, 13), MOVR(R5, R7), ALUR(ADD, R5, R9), LDX(B, R0, R7, 19), EXIT()),
	},
	{
		.name = "two numbers added one after the other",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(VARIABLE(60, 20), LDX(B, R9, R7, 0), ALU(AND, R9, 15), ALUR(ADD, R7, R9), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "two numbers, compared again",
		.expect = "ok",
		INSNS(VARIABLE(60, 20), LDX(B, R9, R7, 0), ALU(AND, R9, 15), ALUR(ADD, R7, R9), MOVR(R2, R7),
		      ALU(ADD, R2, 4), JMPR(JLE, R2, R8, 2), DONE(), LDX(W, R0, R7, 0), EXIT()),
	},
	{
		.name = "the same number added to two pointers",
		.expect = "EACCES R5 offset is outside of the packet",
		INSNS(PACKET(14), LDX(B, R9, R7, 13), MOVR(R5, R7), ALUR(ADD, R5, R9), ALUR(ADD, R7, R9), MOVR(R2, R7),
		      ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R5, 0), EXIT()),
	},
	{
		.name = "a copy with the same number",
		.expect = "ok",
		INSNS(PACKET(14), LDX(B, R9, R7, 13), ALUR(ADD, R7, R9), MOVR(R5, R7), MOVR(R2, R7),
		      ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R5, 7), EXIT()),
	},
	{
		.name = "the pointer added to the number",
		.expect = "ok",
		INSNS(PACKET(14), LDX(B, R9, R7, 13), ALUR(ADD, R9, R7), MOVR(R2, R9),
		      ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R9, 7), EXIT()),
	},
	{
		.name = "the pointer subtracted from the number",
		.expect = "EACCES R9 tried to subtract pointer from scalar",
		INSNS(PACKET(14), LDX(B, R9, R7, 13), ALUR(SUB, R9, R7), DONE()),
	},
	{
		.name = "a number subtracted keeps the range",
		.expect = "EACCES R7 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(PACKET(20), LDX(B, R9, R7, 13), ALU(AND, R9, 7), ALUR(SUB, R7, R9), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a 16-bit number",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), LDX(H, R9, R7, 12), ALUR(ADD, R7, R9), MOVR(R2, R7), JMPR(JLT, R2, R8, 2), DONE(),
		      LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a 16-bit number and a constant",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), LDX(H, R9, R7, 12), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a 32-bit number",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), LDX(W, R9, R7, 8), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a 64-bit number",
		.expect = "EINVAL math between pkt pointer and register with unbounded min value is not allowed",
		INSNS(PACKET(14), LDX(DW, R9, R7, 0), ALUR(ADD, R7, R9), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "a 32-bit number bounded by a jump",
		.expect = "ok",
		INSNS(PACKET(14), LDX(W, R9, R7, 8), JMP(JGT, R9, 100, 6), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JGT, R2, R8, 2), LDX(B, R0, R7, 7), EXIT(), DONE()),
	},
	{
		.name = "a 32-bit number bounded by a signed jump alone",
		.expect = "EINVAL value -2147483648 makes pkt pointer be out of bounds",
		INSNS(PACKET(14), LDSX(W, R9, R7, 8), JMP(JSGT, R9, 100, 6), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JGT, R2, R8, 2), LDX(B, R0, R7, 7), EXIT(), DONE()),
	},
	{
		.name = "a negative number",
		.expect = "EACCES R7 min value is negative, either use unsigned index or do a if (index >=0) check.",
		INSNS(PACKET(14), LDSX(B, R9, R7, 8), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JGT, R2, R8, 2), LDX(B, R0, R7, 7), EXIT(), DONE()),
	},
	{
		.name = "a header length times four",
		.expect = "ok",
		INSNS(PACKET(34), LDX(B, R9, R7, 14), ALU(AND, R9, 15), ALU(LSH, R9, 2), ALU(ADD, R7, 14), ALUR(ADD, R7, R9),
		      MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(H, R0, R7, 2), EXIT()),
	},
	{
		.name = "a header length times four, by multiplication",
		.expect = "ok",
		INSNS(PACKET(34), LDX(B, R9, R7, 14), ALU(AND, R9, 15), ALU(MUL, R9, 4), ALU(ADD, R7, 14), ALUR(ADD, R7, R9),
		      MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(H, R0, R7, 2), EXIT()),
	},
	{
		.name = "a number spilled and filled between",
		.expect = "ok",
		INSNS(PACKET(14), LDX(B, R9, R7, 13), STX(DW, R10, -8, R9), LDX(DW, R9, R10, -8), ALUR(ADD, R7, R9),
		      MOVR(R2, R7), ALU(ADD, R2, 8), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
	{
		.name = "two ways with different numbers",
		.expect = "ok",
		INSNS(PACKET(14), MOV(R9, 14), LDX(B, R3, R7, 12), JMP(JNE, R3, 0x81, 1), MOV(R9, 18), ALUR(ADD, R7, R9),
		      MOVR(R2, R7), ALU(ADD, R2, 20), JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 19), EXIT()),
	},
	{
		.name = "compared on one of two ways",
		.expect = "EACCES R7 offset is outside of the packet",
		INSNS(PACKET(14), LDX(B, R3, R7, 12), JMP(JNE, R3, 0x81, 3), MOVR(R2, R7), ALU(ADD, R2, 34),
		      JMPR(JGT, R2, R8, 2), LDX(B, R0, R7, 33), EXIT(), DONE()),
	},
	{
		.name = "a remainder is not a bound",
		.expect = "EINVAL math between pkt pointer and register with unbounded min value is not allowed",
		INSNS(PACKET(14), LDX(W, R9, R7, 8), ALU(MOD, R9, 16), ALUR(ADD, R7, R9), MOVR(R2, R7), ALU(ADD, R2, 8),
		      JMPR(JLE, R2, R8, 2), DONE(), LDX(B, R0, R7, 0), EXIT()),
	},
};
VERIFY_GROUP(packet_variable, variable)
