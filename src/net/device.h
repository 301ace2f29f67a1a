/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.h - a device as this room sees it: its constant properties and driver (struct
 * device_ops, one file a kind), its state, its two hooks, its queue and counters.
 *
 *     device.c      making one from its description; up, carrier
 *     lo.c ether.c veth.c ifb.c dummy.c tun.c   the kinds
 *     transmit.c    out: egress hook, queue
 *     queue.c       the queue between transmit and the driver
 *     receive.c     in: VLAN tag, ingress hook, host
 *     backlog.c     what waits to be received
 *     outcome.c     how a packet's way ends
 */
#ifndef SKIFF_NET_DEVICE_H
#define SKIFF_NET_DEVICE_H

#include "net/hook.h"
#include "net/queue.h"
#include "net/state.h"
#include "skb/skb.h"

#define ETHERNET_LEN   14
#define DEVICE_MTU_MIN 68    /* ETH_MIN_MTU */
#define DEVICE_MTU_MAX 65535 /* ETH_MAX_MTU */

/* What a transmit answers, <linux/netdevice.h>. A negative errno is possible too. */
enum {
	NET_XMIT_SUCCESS = 0,
	NET_XMIT_DROP = 1,
	NET_XMIT_CN = 2,
};

/* What a receive answers. */
enum {
	NET_RX_SUCCESS = 0,
	NET_RX_DROP = 1,
};

/* What all devices of a kind have in common. */
struct device_ops {
	const char *name;   /* as `ip link` shows it */
	u32 mtu, mtu_max;   /* by default, and at most */
	u32 header_len;	    /* of the link layer: 14, or 0 */
	bool ethernet;	    /* ARPHRD_ETHER; lo has the header, but is not */
	bool has_address;   /* a MAC of its own */
	bool has_wire;	    /* frames may arrive from outside */
	bool keeps_carrier; /* nothing takes it away */
	bool vlan_tx;	    /* takes a VLAN tag outside the frame (NETIF_F_HW_VLAN_CTAG_TX) */
	enum queue_kind queue;
	u32 queue_len; /* packets, dev->tx_queue_len */
	/*
	 * The driver's transmit: takes @skb, and answers NET_XMIT_*. Mirrors ndo_start_xmit
	 * as dev_hard_start_xmit hands its result on.
	 */
	int (*xmit)(struct device *dev, struct skb *skb);
	/* Beyond "nocarrier"; NULL: always. */
	bool (*carrier)(const struct device *dev);
	/* What the kind queued for itself is dropped; NULL: nothing. */
	void (*purge)(struct device *dev);
};

struct device {
	const struct device_ops *ops;
	struct world *world;
	u32 ifindex;
	enum device_kind kind;
	char name[DEVICE_NAME_LEN];
	u32 mtu;
	u8 mac[6];
	u8 broadcast[6];
	bool up;
	bool nocarrier;
	struct device_stats stats;
	struct hook_list hooks[HOOKS];
	struct queue queue;
	union {
		struct {
			char peer_name[DEVICE_NAME_LEN];
			struct device *peer; /* NULL: not there yet */
		} veth;
		struct {
			struct skb_list rq; /* waits for the tasklet */
			bool scheduled;
			struct device *next; /* in world->tasklets */
		} ifb;
		struct {
			bool noreader;
			u32 ring;	     /* packets its reader has not taken yet */
			struct device *next; /* in world->readers */
		} tun;
	};
};

extern const struct device_ops lo_ops, ether_ops, veth_ops, ifb_ops, dummy_ops, tun_ops;

/* Up, and with a carrier: otherwise its queue is the one that refuses everything. */
bool device_running(const struct device *dev);

/* @skb is at @dev from now on. */
static inline void device_own(struct device *dev, struct skb *skb)
{
	skb->dev = dev;
	skb->ctx.ifindex = dev->ifindex;
}

/* veth.c: pair @dev with the device of its peer's name, if that is there. 0, -EINVAL. */
int veth_pair(struct device *dev, struct error *err);
/* May a frame of @skb's length enter @dev? Mirrors is_skb_forwardable. */
bool device_takes(const struct device *dev, const struct skb *skb);

/* ifb.c: put back what stands in rq. Mirrors ifb_ri_tasklet. */
void ifb_tasklet(struct device *dev);
/* tun.c: its reader reads everything. */
void tun_read(struct device *dev);

/*
 * transmit.c: send @skb, which is taken, out of @dev: egress hook, queue, driver.
 * NET_XMIT_SUCCESS, _DROP, _CN, or -ENETDOWN. Mirrors __dev_queue_xmit.
 */
int transmit(struct device *dev, struct skb *skb);
/* The same for a program's redirect. Mirrors __bpf_tx_skb. */
int transmit_redirected(struct host *host, struct device *dev, struct skb *skb);
/* Hand @skb to the driver, after inserting a tag that it cannot. The driver's answer. */
int transmit_driver(struct device *dev, struct skb *skb);

/* receive.c: @skb, which is taken, stands behind its link-layer header and has come in on its
 * device: VLAN tag, ingress hook, host. Mirrors __netif_receive_skb_core. */
void receive(struct skb *skb);
/* A program's redirect into @dev. Mirrors __bpf_rx_skb and __bpf_rx_skb_no_mac. */
int receive_redirected(struct host *host, struct device *dev, struct skb *skb);
/* What a packet loses on its way from one device's output to another's input, within a
 * namespace. Mirrors skb_scrub_packet, and the priority that __dev_forward_skb clears. */
void receive_scrub(struct skb *skb);

#endif
