/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tap.h - the bytes of a frame as a packet tap shows them: with the VLAN tag that Linux carries
 * outside the frame back in its place.
 */
#ifndef SKIFF_REPORT_TAP_H
#define SKIFF_REPORT_TAP_H

#include "event/event.h"

struct tap {
	u8 *room; /* made when a tag has to be put back for the first time */
};

/*
 * The bytes of the frame that @event (EVENT_WIRE or EVENT_HOST) is about, in *@bytes, and their
 * number in *@len; valid until the next call or change of the skb. 0 or -ENOMEM. A tap inserts the
 * tag behind the two Ethernet addresses, and shows none without a link layer; what the reader of a
 * tun reads has it at byte 12 nevertheless.
 */
int tap_bytes(struct tap *tap, const struct event *event, const u8 **bytes, u32 *len);
void tap_free(struct tap *tap);

#endif
