/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig.h - devices, programs and frames, in one of two engines: a world (rig_world.c) or the running
 * Linux (tests/kernel/net/rig_linux.c). The tests in rows_*.c are written against this and
 * linked with each, so that every figure in them is one that Linux gave and skiff gives. They speak
 * TAP.
 *
 * Everything that is asked and cannot be done ends the process: it is a mistake in the test.
 */
#ifndef SKIFF_TESTS_NET_RIG_H
#define SKIFF_TESTS_NET_RIG_H

#include "net/world.h"
#include "probe.h"

/* MAC addresses: the one devices get, with their ifindex as the last byte; and others. */
#define RIG_MAC(last)                                                                              \
	{                                                                                          \
		2, 0, 0, 0, 0, last                                                                \
	}
#define RIG_MAC_OTHER RIG_MAC(0x77)
#define RIG_MAC_BROADCAST                                                                          \
	{                                                                                          \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff                                                 \
	}
#define RIG_MAC_MULTICAST                                                                          \
	{                                                                                          \
		1, 0, 0x5e, 0, 0, 1                                                                \
	}

/* Start anew, with lo. NULL, or why this engine is not to be had: then skip the test. */
const char *rig_start(void);
void rig_end(void);

/* Add a device: desc->ifindex must be given (2..99), desc->mac not. */
void rig_add(const struct device_desc *desc);
/* Short for a device of @kind with ifindex @ifindex, that is up; a veth's peer is @peer. */
void rig_device(u32 ifindex, const char *name, enum device_kind kind, u32 mtu, const char *peer);
void rig_set_up(u32 ifindex, bool up);
/* Devices have been set up: wait until Linux has noticed all carriers. */
void rig_ready(void);

/* Put @insns on a hook: a number for rig_detach. map number 0 is the one of struct probe_value. */
int rig_tcx(u32 ifindex, enum hook hook, const struct bpf_insn *insns, u32 cnt);
int rig_clsact(u32 ifindex, enum hook hook, u32 prio, u32 classid, u16 protocol,
	       const struct bpf_insn *insns, u32 cnt);
void rig_detach(int number); /* of a program in a tcx list */

/* The probe of @slot, at the end of a tcx list; it passes on to what follows. */
int rig_probe(u32 ifindex, enum hook hook, u32 slot);
/* The sender, at the end of a tcx list. */
int rig_sender(u32 ifindex, enum hook hook, s32 verdict);

/* The map's value, as it is now; clear sets it to zero, but for a sender with budget 1, which
 * calls @count times with @ifindex and @flags. */
struct probe_value *rig_value(void);
void rig_clear(u32 ifindex, u64 flags, u32 count, u64 budget);
/* The same for one clone, and a judge that says @verdict. */
void rig_verdict(u32 ifindex, u64 flags, s32 verdict);

/* Give a frame by a door, and wait until all is quiet. 0 or -errno of the sender. */
int rig_give(u32 ifindex, enum door door, const void *frame, u32 len);

struct device_stats rig_stats(u32 ifindex);
/* Frames that have left by the wire of an ether or a tun since the last call. */
u32 rig_wire(u32 ifindex);
/* The last of them: its length; the bytes to @to (65536). */
u32 rig_wire_last(u32 ifindex, void *to);

/* A frame to @to with ethertype @protocol, @len bytes in all; the payload starts with 0x45. */
const u8 *rig_frame(const u8 to[6], u16 protocol, u32 len);

#define RIG_START()                                                                                \
	do {                                                                                       \
		const char *rig_why = rig_start();                                                 \
		if (rig_why)                                                                       \
			SKIP(rig_why);                                                             \
	} while (0)

#endif
