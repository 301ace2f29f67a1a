/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lab.h - the running Linux as a place for experiments: a network namespace that dies with the
 * process, devices made with ip(8), programs loaded and attached through bpf(2) and rtnetlink,
 * frames sent through AF_PACKET. Nothing in it touches a device it did not make.
 *
 * Every function ends the process with a sentence when Linux does not do what was asked: an
 * experiment that could not be set up has no result. lab_enter says beforehand whether it can be.
 */
#ifndef SKIFF_TESTS_LAB_H
#define SKIFF_TESTS_LAB_H

#include "net/world.h"

/*
 * Move this process into a namespace of its own, on one CPU, with lo up and IPv6 silent. NULL, or
 * why it is not possible here (not root, no bpf(2)): then nothing has been changed.
 */
const char *lab_enter(void);

/* Run a command of iproute2 in the namespace. */
void lab_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* An array map of one value of @size bytes: its descriptor; and reading and writing the value. */
int lab_map(u32 size);
void lab_map_read(int map, void *value);
void lab_map_write(int map, const void *value);

/* A SCHED_CLS program; @map stands where it loads map number 0. Its descriptor. */
int lab_prog(const struct bpf_insn *insns, u32 cnt, int map);

/* Append @prog to the tcx list of the hook: a descriptor, which holds it there until closed. */
int lab_attach_tcx(int prog, u32 ifindex, enum hook hook);
/* A bpf classifier at clsact; @direct: direct-action. @protocol in network order. */
void lab_attach_clsact(int prog, u32 ifindex, enum hook hook, u32 prio, u32 classid, be16 protocol,
		       bool direct);

/* Send through AF_PACKET; 0 or the -errno of sendto(2). Waits until the softirqs have run. */
int lab_send(u32 ifindex, const void *frame, u32 len);
/* Let the CPU finish what it has queued. */
void lab_settle(void);

/* A tun device with (or, when closed, without) a reader: the descriptor, non-blocking. */
int lab_tun(const char *name, u32 ifindex);

/* Has Linux noticed that the device is up and has a carrier? It looks some time after the fact. */
bool lab_running(u32 ifindex);

void lab_stats(u32 ifindex, struct device_stats *stats);

#endif
