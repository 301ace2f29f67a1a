/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * targets.h - for the tables of rows_matrix.c and rows_return.c: a source s0, whose own MTU lets
 * everything in and out, and one target of each sort; and what their counters have gained.
 */
#ifndef SKIFF_TESTS_NET_TARGETS_H
#define SKIFF_TESTS_NET_TARGETS_H

#include "rig.h"
#include "tap.h"

#define IPV4 0x0800 /* has a handler on the host: does not count as rx_dropped */

enum {
	LO = 1,
	S0, /* the source */
	T0,
	P0, /* a veth pair */
	TD,
	PD, /* ... whose TD is down */
	TN,
	PN, /* ... whose PN is down, so that TN has no carrier */
	TQ,
	PQ, /* ... whose TQ has a pfifo that holds nothing */
	TF,
	PF, /* ... whose TF has a pfifo of 100 */
	IFB,
	TUN,
	TUNN, /* a tun without a reader */
	E0,
};

static const u8 other[6] = RIG_MAC_OTHER;

static inline void add_queued(u32 ifindex, const char *name, const char *peer, s64 qlen)
{
	struct device_desc desc = {.ifindex = ifindex, .kind = DEVICE_VETH, .qlen = qlen};

	strcpy(desc.name, name);
	strcpy(desc.peer, peer);
	rig_add(&desc);
}

static inline void build(void)
{
	rig_device(S0, "s0", DEVICE_ETHER, 65535, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_device(TD, "td", DEVICE_VETH, 0, "pd");
	rig_device(PD, "pd", DEVICE_VETH, 0, "td");
	rig_device(TN, "tn", DEVICE_VETH, 0, "pn");
	rig_device(PN, "pn", DEVICE_VETH, 0, "tn");
	add_queued(TQ, "tq", "pq", 0);
	add_queued(PQ, "pq", "tq", -1);
	add_queued(TF, "tf", "pf", 100);
	add_queued(PF, "pf", "tf", -1);
	rig_device(IFB, "ifb0", DEVICE_IFB, 0, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, 0, NULL);
	rig_device(E0, "e0", DEVICE_ETHER, 0, NULL);
	rig_set_up(TD, false);
	rig_set_up(PN, false);
	rig_ready();
}

/* Linux takes a second to notice that this one has no carrier. */
static inline void build_with_tunn(void)
{
	struct device_desc tunn = {
		.name = "tunn", .ifindex = TUNN, .kind = DEVICE_TUN, .noreader = true, .qlen = -1};

	rig_add(&tunn);
	build();
}

struct delta {
	s64 rx, rx_dropped, tx, tx_dropped;
};

static inline struct delta subtract(struct device_stats a, struct device_stats b)
{
	return (struct delta){
		(s64)(a.rx_packets - b.rx_packets),
		(s64)(a.rx_dropped - b.rx_dropped),
		(s64)(a.tx_packets - b.tx_packets),
		(s64)(a.tx_dropped - b.tx_dropped),
	};
}

#define DELTA_EQ(what, seen, expected)                                                             \
	do {                                                                                       \
		if (memcmp(&(seen), &(expected), sizeof(struct delta)))                            \
			TAP_FAIL("%s: expected rx %lld dropped %lld tx %lld dropped %lld, "        \
				 "seen %lld %lld %lld %lld",                                       \
				 what, (long long)(expected).rx, (long long)(expected).rx_dropped, \
				 (long long)(expected).tx, (long long)(expected).tx_dropped,       \
				 (long long)(seen).rx, (long long)(seen).rx_dropped,               \
				 (long long)(seen).tx, (long long)(seen).tx_dropped);              \
	} while (0)

#endif
