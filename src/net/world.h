/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * world.h - one network namespace in memory: devices, programs on their hooks, a clock, a random
 * stream. No globals: two worlds in one process do not know of each other.
 *
 * A frame is given to a device by a door (rx: from its wire, tx: from the host); what happens
 * then is the datapath of Linux 6.18 as FACTS describes it, and ends at other doors (wire,
 * host) or in drops, all of it reported as events. Order of work is fixed: a frame runs to its
 * end (synchronous parts), then world_settle runs the CPU's backlog and the queues that are due.
 */
#ifndef SKIFF_NET_WORLD_H
#define SKIFF_NET_WORLD_H

#include <signal.h>

#include "base/error.h"
#include "base/types.h"
#include "event/event.h"
#include "helper/host.h"
#include "prog/prog.h"

struct world;

#define DEVICE_NAME_LEN	  16   /* IFNAMSIZ, with its NUL */
#define WORLD_BACKLOG_MAX 1000 /* net.core.netdev_max_backlog */

enum device_kind {
	DEVICE_LO,
	DEVICE_ETHER, /* a NIC: what it sends goes to a wire nobody answers on */
	DEVICE_VETH,  /* sends to its peer */
	DEVICE_IFB,
	DEVICE_DUMMY,
	DEVICE_TUN, /* no link-layer header; what it sends goes to its reader */
	DEVICE_KINDS
};

/* The description of a device. Zero or negative where that is said means the kind's default. */
struct device_desc {
	char name[DEVICE_NAME_LEN];
	enum device_kind kind;
	u32 ifindex; /* 0: the next free one, from 2 */
	u32 mtu;     /* bytes; 0: 1500 (lo 65536) */
	u8 mac[6];
	bool has_mac;		    /* mac is given; otherwise 02:00:00:00:hh:ll from the ifindex */
	char peer[DEVICE_NAME_LEN]; /* VETH: may be added later; carrier is off until then */
	bool down;		    /* admin-down: up otherwise */
	bool nocarrier;
	bool noreader; /* TUN: nobody has it open, so it has no carrier */
	s64 qlen;      /* packets a pfifo holds; -1: the kind's default (noqueue, or pfifo_fast) */
	u64 rate;      /* bits a second at which the queue drains, in virtual time; 0: at once */
};

/* As `ip -s link` shows them. */
struct device_stats {
	u64 rx_packets, rx_bytes, rx_dropped;
	u64 tx_packets, tx_bytes, tx_dropped;
};

struct world_options {
	u64 seed;  /* of the random stream */
	u64 start; /* virtual CLOCK_MONOTONIC at the beginning, ns */
	u64 limit; /* runs of programs on hooks one injected frame may cause; 0: no limit */
};

/* How a program stands on a hook. */
enum attach_kind {
	ATTACH_TCX,    /* appended to the tcx list */
	ATTACH_CLSACT, /* a direct-action classifier; within a priority the newest runs first */
};

struct attachment {
	u32 number; /* in the world, from 0, in order of attaching */
	u32 ifindex;
	enum hook hook;
	enum attach_kind kind;
	u32 prio;      /* CLSACT: 1..65535 */
	u32 classid;   /* CLSACT: the filter's, 0 by default */
	be16 protocol; /* CLSACT: ETH_P_ALL in network order, or the one it looks at */
	struct prog *prog;
};

/* A new world with lo (ifindex 1, up). NULL and @err: no memory. */
struct world *world_new(const struct world_options *options, struct error *err);
/* Frees the world, its devices, queues and attachments. NULL is allowed. */
void world_free(struct world *world);

/* The world as its programs' helpers see it, and its stream of events. */
struct host *world_host(struct world *world);

/*
 * Add a device. The ifindex (> 0), or -EEXIST (name or ifindex in use), -EINVAL (a field that
 * does not fit the kind, a bad name), -ENOMEM.
 */
int world_add_device(struct world *world, const struct device_desc *desc, struct error *err);

struct device *world_device(const struct world *world, u32 ifindex); /* NULL: none */
struct device *world_device_by_name(const struct world *world, const char *name);
/* The next device after @dev in ifindex order; NULL starts and ends. */
struct device *world_next_device(const struct world *world, const struct device *dev);

u32 device_ifindex(const struct device *dev);
const char *device_name(const struct device *dev);
enum device_kind device_kind(const struct device *dev);
u32 device_mtu(const struct device *dev);
const u8 *device_mac(const struct device *dev); /* 6 bytes */
bool device_has_mac(const struct device *dev);
void device_stats(const struct device *dev, struct device_stats *stats);
const char *device_kind_name(enum device_kind kind);

/* Changes while the world runs; 0 or -EINVAL. */
int device_set_up(struct device *dev, bool up);
int device_set_carrier(struct device *dev, bool carrier);

/*
 * Put @prog (a reference is taken) on a hook. Fields number and prog of @how are filled in by
 * the call. The attachment's number (>= 0), or -EINVAL (wrong program type, priority or protocol;
 * or the priority is another protocol's), -ERANGE (64 programs in a tcx list), -ENODEV, -ENOMEM.
 */
int world_attach(struct world *world, const struct attachment *how, struct prog *prog,
		 struct error *err);
/* Take attachment @number off its hook: 0 or -ENOENT. */
int world_detach(struct world *world, u32 number);
u32 world_attachment_cnt(const struct world *world);
const struct attachment *world_attachment(const struct world *world, u32 number);

/*
 * Give @len bytes to @dev by @door (DOOR_RX or DOOR_TX) at virtual time @time (ns; the clock
 * never goes back), and run the synchronous part; world_settle runs the rest. 0, also when the
 * frame was dropped as Linux drops it: longer than the MTU (the device's own at tx, with 4 bytes
 * for a tag at rx), or, into a tun, no IP packet.
 * -EINVAL: not a frame for this door: shorter than the link-layer header, longer than SKB_LEN_MAX,
 * rx where nothing arrives from outside (lo, ifb, dummy); there are no events then.
 * -ENETDOWN: the device is down (or, at rx, has no carrier) and does not take it; the frame is born
 * and dropped, and counted where Linux counts it.
 * -ELOOP: what fell due before @time went past the limit; -ENOMEM. @err has the sentence.
 */
int world_inject(struct world *world, struct device *dev, enum door door, const void *frame,
		 u32 len, u64 time, struct error *err);

/*
 * From now on world_settle, _advance and _drain end with -EINTR, with work left undone, once *@stop
 * is not 0; a signal handler may set it. NULL: never.
 */
void world_stop_at(struct world *world, const volatile sig_atomic_t *stop);

/*
 * Run the backlog and the queues due at the present time until nothing is left: 0; -ELOOP: a frame
 * used up its runs. Then its packets are dropped, @err names the cycle, and the world can go on.
 */
int world_settle(struct world *world, struct error *err);

/* Let time pass until @time (ns), running what falls due on the way: 0 or -ELOOP. */
int world_advance(struct world *world, u64 time, struct error *err);

/* Let time pass until every queue is empty. */
int world_drain(struct world *world, struct error *err);

#endif
