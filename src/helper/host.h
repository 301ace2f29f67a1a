/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - what helpers ask of the world that runs the program, and of the machine that
 * executes it. The world (net/) embeds struct host and fills in its ops; the rooms between
 * see no more of it than this.
 */
#ifndef SKIFF_HELPER_HOST_H
#define SKIFF_HELPER_HOST_H

#include "base/random.h"
#include "base/types.h"
#include "event/event.h"
#include "prog/prog.h"
#include "skb/skb.h"

#define HOST_SHOWN_MAX 256 /* printed addresses that are told apart and known again */

struct host;

/* Called with the skb's ownership where that is said; returns are those of the kernel. */
struct host_ops {
	/* The device of number @ifindex in the namespace of @skb's device, or NULL. */
	struct device *(*device_find)(struct host *host, const struct skb *skb, u32 ifindex);
	/* Its type carries a link-layer header: all types but those FACTS A.3 calls no-mac. */
	bool (*device_has_mac)(const struct device *dev);
	/* Out of @dev: egress hook, queue, driver. Takes @skb. Mirrors __bpf_tx_skb: returns
	 * NET_XMIT_SUCCESS, _DROP, _CN or -errno (-ENETDOWN past the recursion limit). */
	int (*transmit)(struct host *host, struct device *dev, struct skb *skb);
	/* Into @dev's ingress, through the backlog. Takes @skb. Mirrors __bpf_rx_skb(_no_mac):
	 * NET_RX_SUCCESS or NET_RX_DROP. */
	int (*receive)(struct host *host, struct device *dev, struct skb *skb);
	/* What events call a device by. */
	u32 (*device_ifindex)(const struct device *dev);
	const char *(*device_name)(const struct device *dev);
};

/* What a world offers to every run of a program in it. */
struct host {
	const struct host_ops *ops;
	struct event_stream events;
	struct skb_pool *pool;
	struct random random;
	u64 now;	 /* virtual CLOCK_MONOTONIC, ns */
	u64 boot_offset; /* CLOCK_BOOTTIME - CLOCK_MONOTONIC, ns */
	/* bpf_redirect's note for after the program: per-CPU struct bpf_redirect_info. */
	u32 redirect_ifindex;
	u32 redirect_flags;
	/* Addresses that programs printed, in order: one is shown by its place here, which is the
	 * same in every run, and not by where the process happens to lie. See format.c. */
	u64 shown[HOST_SHOWN_MAX];
	u32 shown_cnt; /* ever; the oldest are forgotten */
};

/* One run of a program: made on the caller's stack, handed to every helper. */
struct run {
	struct host *host;
	struct skb *skb;	 /* the packet, also r1 */
	const struct prog *prog; /* changes with a tail call */
	u32 insn;		 /* the helper call being executed, an index into prog->insns */
	u32 tail_calls;		 /* made so far */
	u32 attachment;		 /* which attachment runs, for events */
	enum hook hook;
	/* The machine's: call a function of the running program (callbacks). @func is the value
	 * a BPF_PSEUDO_FUNC load gave the program. */
	u64 (*call)(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5);
	void *machine; /* the machine's own */
	/* A program waits for this one, which a function of it tail-called, and may write to the
	 * packet directly when it goes on. */
	bool caller_writes;
};

/* The name of @dev, or NULL for no device; for events. */
static inline const char *host_device_name(const struct host *host, const struct device *dev)
{
	return dev ? host->ops->device_name(dev) : NULL;
}

#endif
