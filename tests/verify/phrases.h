/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phrases.h - the beginnings and ends that most programs of the corpus share.
 *
 * Each stands by itself: where something is missing (the packet is short, the key is not there)
 * it leaves the program, so no jump leads out of a phrase.
 */
#ifndef SKIFF_TESTS_VERIFY_PHRASES_H
#define SKIFF_TESTS_VERIFY_PHRASES_H

#include "corpus.h"

/* Offsets of struct __sk_buff. */
#define CTX_LEN 0
#define CTX_MARK 8
#define CTX_PRIORITY 32
#define CTX_IFINDEX 40
#define CTX_CB 48
#define CTX_DATA 76
#define CTX_DATA_END 80
#define CTX_DATA_META 140
#define CTX_TSTAMP 152

/* clang-format off */

/* r0 = 0; exit */
#define DONE() MOV(R0, 0), EXIT()

/* r6 = the context, r7 = data, r8 = data_end; nothing compared */
#define PACKET_POINTERS() \
	MOVR(R6, R1), LDX(W, R7, R1, CTX_DATA), LDX(W, R8, R1, CTX_DATA_END)

/* the same, and r7 has at least @len bytes; r2 = r7 + len */
#define PACKET(len) \
	PACKET_POINTERS(), MOVR(R2, R7), ALU(ADD, R2, len), JMPR(JLE, R2, R8, 2), DONE()

/* r0 = the value of key 0 in @map, or NULL; the key stands in the last four bytes of the stack */
#define LOOKUP(map) \
	ST(W, R10, -4, 0), MOVR(R2, R10), ALU(ADD, R2, -4), LD_MAP(R1, map), CALL(map_lookup_elem)

/* r0 = the value */
#define VALUE(map) LOOKUP(map), JMP(JNE, R0, 0, 2), DONE()

/* r0 = clone_redirect(r6, 1, 0) */
#define CLONE() MOVR(R1, R6), MOV(R2, 1), MOV(R3, 0), CALL(clone_redirect)

/* r0 = a record of @size bytes in the ring buffer; clobbers r1 to r5 */
#define RESERVE(size) \
	LD_MAP(R1, MAP_RINGBUF), MOV(R2, size), MOV(R3, 0), CALL(ringbuf_reserve)

/* gives the record in @reg back */
#define DISCARD(reg) MOVR(R1, reg), MOV(R2, 0), CALL(ringbuf_discard)

/* r0 = a number of which nothing is known */
#define UNKNOWN() CALL(get_prandom_u32)

/* clang-format on */

#endif
