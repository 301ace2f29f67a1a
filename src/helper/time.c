/* SPDX-License-Identifier: BSD-2-Clause */
/* time.c - the world's clocks. Virtual: time stands still while a program runs. */
#include "helper/helper.h"

/* bpf_ktime_get_ns(): CLOCK_MONOTONIC. */
u64 helper_ktime_get_ns(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return run->host->now;
}

/* bpf_ktime_get_boot_ns(): CLOCK_BOOTTIME. */
u64 helper_ktime_get_boot_ns(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return run->host->now + run->host->boot_offset;
}
