/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * script - a hook does what a list of steps says: clones, redirects, writes, metadata, a verdict.
 * The same program on all hooks of a world makes packets cross each other in ways nobody thinks of;
 * what each step returned, and how the packet looks at each hook, is noted. A budget ends the
 * circles.
 */
#include "run.bpf.h"

#define HOOKS 32 /* device's ifindex * 2, plus 1 at egress */
#define STEPS 4

enum {
	STEP_END,
	STEP_CLONE,
	STEP_REDIRECT,
	STEP_STORE,
	STEP_WRITE,
	STEP_MARK,
	STEP_PRIORITY,
	STEP_PULL,
	STEP_INDEX
};

struct step {
	__u32 op, ifindex;
	__u64 arg; /* flags, or what is written */
};

struct script {
	struct step steps[STEPS];
	__s64 verdict;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, HOOKS);
	__type(key, __u32);
	__type(value, struct script);
} scripts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __s64);
} budget SEC(".maps");

static __always_inline void write(struct __sk_buff *skb, const struct step *step)
{
	__u8 *data = (void *)(long)skb->data;
	__u32 offset = step->ifindex & 63;

	if (data + offset + 1 <= (__u8 *)(long)skb->data_end)
		data[offset] = step->arg;
	else
		note(-500);
}

static __always_inline void act(struct __sk_buff *skb, const struct step *step)
{
	__u8 byte = step->arg;

	switch (step->op) {
	case STEP_CLONE:
		note(bpf_clone_redirect(skb, step->ifindex, step->arg));
		break;
	case STEP_REDIRECT:
		note(bpf_redirect(step->ifindex, step->arg));
		break;
	case STEP_STORE:
		note(bpf_skb_store_bytes(skb, step->ifindex, &byte, 1, 0));
		break;
	case STEP_WRITE:
		write(skb, step);
		break;
	case STEP_MARK:
		skb->mark = step->arg;
		break;
	case STEP_PRIORITY:
		skb->priority = step->arg;
		break;
	case STEP_PULL:
		note(bpf_skb_pull_data(skb, step->arg));
		break;
	case STEP_INDEX:
		skb->tc_index = step->arg;
		skb->tc_classid = step->ifindex;
		skb->cb[1] = step->arg;
		break;
	}
}

static __always_inline int play(struct __sk_buff *skb, __u32 egress)
{
	__u32 zero = 0, hook = (skb->ifindex * 2 + egress) % HOOKS;
	__s64 *left = bpf_map_lookup_elem(&budget, &zero);
	struct script *script = bpf_map_lookup_elem(&scripts, &hook);

	if (!left || !script || (*left)-- <= 0)
		return TC_ACT_SHOT;
	note(-100 - (__s64)hook);
	note((__u64)skb->mark << 32 | skb->len);
	note((__u64)skb->priority << 32 | skb->cb[1]);
	note((__u64)skb->ingress_ifindex << 32 | skb->pkt_type << 16 | bpf_ntohs(skb->protocol));
	note((__u64)skb->wire_len << 32 | skb->tc_index);
	note((__u64)skb->vlan_present << 32 | bpf_ntohs(skb->vlan_proto) << 16 | skb->vlan_tci);
	for (int i = 0; i < STEPS; i++)
		act(skb, &script->steps[i]);
	return script->verdict;
}

SEC("tc/ingress")
int in(struct __sk_buff *skb)
{
	return play(skb, 0);
}

SEC("tc/egress")
int out(struct __sk_buff *skb)
{
	return play(skb, 1);
}

SEC("tcx/ingress")
int in_tcx(struct __sk_buff *skb)
{
	return play(skb, 0);
}

SEC("tcx/egress")
int out_tcx(struct __sk_buff *skb)
{
	return play(skb, 1);
}
