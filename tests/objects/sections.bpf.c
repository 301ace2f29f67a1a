/* SPDX-License-Identifier: BSD-2-Clause */
/* One program in each section name that people use, to see what each is taken for. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define PROGRAM(name, section)                                                                     \
	SEC(section) int name(struct __sk_buff *skb)                                               \
	{                                                                                          \
		return skb->len;                                                                   \
	}

PROGRAM(in_tc, "tc")
PROGRAM(in_tc_ingress, "tc/ingress")
PROGRAM(in_tc_egress, "tc/egress")
PROGRAM(in_tcx_ingress, "tcx/ingress")
PROGRAM(in_tcx_egress, "tcx/egress")
PROGRAM(in_tc_suffix, "tc/egress/second")
PROGRAM(in_classifier, "classifier")
PROGRAM(in_classifier_suffix, "classifier/mine")
PROGRAM(in_action, "action")
PROGRAM(in_action_suffix, "action/mine")
PROGRAM(in_lwt_in, "lwt_in")
PROGRAM(in_lwt_out, "lwt_out/x")
PROGRAM(in_lwt_xmit, "lwt_xmit")
PROGRAM(in_optional, "?tc/ingress")
PROGRAM(in_unknown, "mine")

char LICENSE[] SEC("license") = "GPL";
