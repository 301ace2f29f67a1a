/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * desk.h - the same helper call put to Linux and to skiff.
 *
 * The arguments, the memory they point into and the answer lie on a desk: for Linux it is the
 * value of an array map, read and written by a small program that does nothing but the call; for
 * skiff it is this struct. Afterwards the two desks and the two packets must be equal.
 */
#ifndef SKIFF_TESTS_KERNEL_HELPER_DESK_H
#define SKIFF_TESTS_KERNEL_HELPER_DESK_H

#include "base/types.h"
#include "fake.h"

#define DESK_REACH                                                                                 \
	4096 /* bytes: the largest offset, and the largest size, of a memory argument              \
	      */

struct desk {
	u64 args[5];
	u64 ret;
	u64 csum; /* skb->csum afterwards, where it was asked for */
	u64 reserved;
	u8 mem[2 * DESK_REACH];
};

/* What an argument register holds. */
enum desk_arg {
	DESK_NONE,
	DESK_CTX,
	DESK_NUM,   /* args[i] */
	DESK_MEM,   /* the address of mem[args[i]] */
	DESK_SIZE,  /* args[i], which must be 1..DESK_REACH; otherwise nothing is called */
	DESK_SIZE0, /* 0..DESK_REACH */
	DESK_NULL,  /* 0, as a constant */
	DESK_MAP,   /* the map of the question */
};

struct desk_question {
	u32 helper;
	enum bpf_prog_type type;
	enum desk_arg kinds[5];
	bool csum;    /* the packet has a complete checksum (CHECKSUM_COMPLETE); tell it */
	u32 gso_size; /* of the packet; its gso_type is 0 */
	int map;      /* DESK_MAP: Linux's, and */
	struct map *skiff_map;

	int prog, desk; /* filled in by desk_open */
};

/* Load the program: 0 or -errno. */
int desk_open(struct desk_question *question);
void desk_close(struct desk_question *question);

/*
 * Ask both, with the arguments and memory of @desk and the frame. True when they agree; otherwise
 * the differences are told as TAP comments, with @what. skiff's answer is left in @desk.
 */
bool desk_agree(struct desk_question *question, struct fake *fake, struct desk *desk,
		const void *frame, u32 len, const char *what);

#endif
