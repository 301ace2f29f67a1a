/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.h - sending an skb to another device on a program's behalf: what bpf_clone_redirect
 * does with its clone during the call, and net/ with the packet itself after verdict 7.
 */
#ifndef SKIFF_HELPER_REDIRECT_H
#define SKIFF_HELPER_REDIRECT_H

#include "helper/host.h"

/*
 * Send @skb, of which the caller gives up his reference, out of @dev, or with BPF_F_INGRESS in
 * @flags into it. First the header rule: a device without a link-layer header gets the packet
 * from its network header on; any other wants one in front of it. Neither to be had: the skb is
 * dropped and the answer -ERANGE. Else what host_ops' transmit or receive answer.
 * Mirrors __bpf_redirect.
 */
int redirect_skb(struct host *host, struct skb *skb, struct device *dev, u64 flags);

#endif
