/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu.c - which CPU, its random numbers, its locks. A world has one CPU: MAP_CPUS. */
#include "helper/helper.h"

/* bpf_get_prandom_u32(): the next number of the world's seeded stream. */
u64 helper_get_prandom_u32(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return random_u32(&run->host->random);
}

/* bpf_get_smp_processor_id() */
u64 helper_get_smp_processor_id(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

/*
 * bpf_spin_lock(lock), bpf_spin_unlock(lock): nothing to wait for and nothing to remember. Who
 * could hold the lock is another CPU, or a program that this one interrupted; there is no other
 * CPU, and a program that holds a lock may call no helper but the unlocking one, so no other
 * runs before it lets go. The lock's bytes cannot be seen: the verifier keeps the program off
 * them, and copies of the value leave them out.
 */
u64 helper_spin_lock(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}

u64 helper_spin_unlock(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return 0;
}
