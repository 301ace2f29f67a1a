/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tail.c - bpf_tail_call. No helper of Linux: there the JIT and the interpreter each write it out
 * as instructions, because a function cannot leave its caller. So here: the machine executes
 * helper 12 itself, but which program continues, and whether one may, is decided in this file.
 */
#include "helper/helper.h"

/*
 * The struct prog that stands in PROG_ARRAY @r2 at index (u32)@r3, as a number, and
 * run->tail_calls counted; or 0, and then the caller goes on behind the call: no such index,
 * PROG_TAIL_CALLS_MAX calls made, nothing there. An empty place is not counted.
 * The machine passes the new program's gate, sets run->prog and jumps.
 */
u64 helper_tail_call(struct run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct map *map = (struct map *)(uintptr_t)r2;
	u32 index = (u32)r3;
	const struct prog *prog;

	if (index >= map->max_entries || run->tail_calls >= PROG_TAIL_CALLS_MAX)
		return 0;
	prog = map_object(map, index);
	if (!prog)
		return 0;
	run->tail_calls++;
	return (uintptr_t)prog;
}
