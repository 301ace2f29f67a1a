/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fake.h - a host for helpers that is all record: it has the devices a test gives it, writes
 * down what was transmitted and received by each, and answers what the test told it to. A run
 * is ready on it, of a program without instructions on a packet of the test's choice.
 */
#ifndef SKIFF_TESTS_UNIT_HELPER_FAKE_H
#define SKIFF_TESTS_UNIT_HELPER_FAKE_H

#include "event/event.h"
#include "helper/helper.h"
#include "helper/host.h"

#define FAKE_DEVICES 4
#define FAKE_SENT    8
#define FAKE_EVENTS  16
#define FAKE_BYTES   4096

struct device {
	u32 ifindex;
	const char *name;
	bool no_mac;
	int answer; /* of transmit and receive */
	bool hold;  /* keep what is sent, as a queue does, until fake_free */
};

/* One skb that left by transmit or receive. */
struct fake_sent {
	u32 ifindex;
	bool ingress;
	u32 len, mac_header, mac_len, network_header, data; /* offsets from skb_head() */
	u64 id, parent;
	bool shared; /* with the original */
	struct skb *held;
};

struct fake {
	struct host host;
	struct run run;
	struct prog prog;
	u8 site; /* PROG_SITE_* of the one call site */
	struct device devices[FAKE_DEVICES];

	struct fake_sent sent[FAKE_SENT];
	u32 sent_cnt;
	u8 bytes[FAKE_BYTES]; /* of the last one sent */

	struct event_listener listener;
	struct event events[FAKE_EVENTS];
	u32 event_cnt;
	char text[1024]; /* PRINTK, OUTPUT: what the last event pointed to */
	u8 record[FAKE_BYTES];
};

/*
 * A host with two devices: 2 "eth0", on which the packet is, and 3 "tun0" without a link-layer
 * header. No packet yet.
 */
void fake_init(struct fake *fake);
void fake_free(struct fake *fake);

/* Listen for these kinds of events (BIT(EVENT_...)). */
void fake_listen(struct fake *fake, u32 kinds);

/*
 * The packet is @len bytes at @bytes (NULL: 0, 1, 2, ...) with a link-layer header of 14 bytes in
 * front, as at a hook of tc on eth0. Frees the packet before.
 */
struct skb *fake_packet(struct fake *fake, const void *bytes, u32 len);

/* Call helper @id for the fake's run. */
s64 fake_call(struct fake *fake, u32 id, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

/* The last skb sent. */
static inline const struct fake_sent *fake_last(const struct fake *fake)
{
	return &fake->sent[(fake->sent_cnt - 1) % FAKE_SENT];
}

static inline u64 reg(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

#endif
