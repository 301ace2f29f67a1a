/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * outcome.h - how a packet's way ends: exactly one of these for each skb. Each takes the skb,
 * tells the listeners, and frees it. Counters are the caller's business, as Linux counts
 * the same end differently in different places.
 */
#ifndef SKIFF_NET_OUTCOME_H
#define SKIFF_NET_OUTCOME_H

#include "net/device.h"

/* Dropped at @dev. Mirrors kfree_skb_reason. */
void packet_drop(struct device *dev, struct skb *skb, enum drop_reason reason);
/* The packets of @list that belong to @frame, each at its own device. */
void packets_drop(struct skb_list *list, u64 frame, enum drop_reason reason);
/* Ended without being a drop. Mirrors consume_skb. */
void packet_consume(struct device *dev, struct skb *skb);
/* Left on the wire of @dev. */
void packet_wire(struct device *dev, struct skb *skb);
/* Handed up to the host; @reason says what becomes of it there. @skb stands behind its header. */
void packet_host(struct device *dev, struct skb *skb, enum drop_reason reason);

/* Not ends: @skb leaves @dev for @peer, which it reaches; @skb waits at @dev. Nothing is taken. */
void packet_crosses(struct device *dev, const struct skb *skb, const struct device *peer);
/* ... @dev gives @skb back to @to: into it, or out of it. */
void packet_returns(struct device *dev, const struct skb *skb, const struct device *to,
		    bool ingress);
void packet_queued(struct device *dev, const struct skb *skb, bool ingress);

#endif
