/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * maps.h - the maps that the programs of the corpus use, the same for both judges.
 */
#ifndef SKIFF_TESTS_VERIFY_MAPS_H
#define SKIFF_TESTS_VERIFY_MAPS_H

#include "map/map.h"

enum test_map {
	MAP_HASH,	  /* u32 -> 16 bytes */
	MAP_ARRAY,	  /* 4 values of 16 bytes */
	MAP_GLOBAL,	  /* ARRAY, one value of 64 bytes: global data */
	MAP_RODATA,	  /* the same, BPF_F_RDONLY_PROG, filled (maps.c) and frozen */
	MAP_RDONLY,	  /* BPF_F_RDONLY_PROG, not frozen */
	MAP_WRONLY,	  /* BPF_F_WRONLY_PROG */
	MAP_PERCPU_ARRAY, /* 4 values of 16 bytes */
	MAP_PERCPU_HASH,
	MAP_LRU,
	MAP_LPM, /* 8-byte key: prefix length, IPv4 address */
	MAP_PROGS,
	MAP_PERF,
	MAP_RINGBUF,
	MAP_QUEUE,	  /* 16 bytes */
	MAP_LOCKED,	  /* u32 -> { u32 count; struct bpf_spin_lock lock; u64 rest } */
	MAP_LOCKED_ARRAY, /* the same as ARRAY of one */
	MAP_OUTER,	  /* ARRAY_OF_MAPS of maps like MAP_ARRAY */
	MAP_OUTER_HASH,	  /* HASH_OF_MAPS of the same */
	MAP_CNT
};

/* Offsets in a value of MAP_LOCKED. */
#define LOCK_OFF    4
#define LOCKED_SIZE 16

/* What stands in MAP_RODATA: 32-bit words 0, 1, 2, ... with the sign bit in the odd ones. */
u32 maps_rodata(u32 word);

/* The map for Linux: a descriptor, made when it is first asked for, or -errno. */
int maps_kernel_fd(enum test_map which);
/* The map for skiff, with a reference of the caller's. NULL: it cannot be made. */
struct map *maps_skiff(enum test_map which);

/* Closes and frees what was made. */
void maps_close(void);

#endif
