/* SPDX-License-Identifier: BSD-2-Clause */
/* rig_world.c - the rig whose engine is skiff. */
#include "rig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "rig_world.h"
#include "vm/vm.h"

static struct {
	struct world *world;
	struct probe_value value; /* stands for the map's: programs get its address */
	struct event_listener listener;
	u32 wire[100];
	u32 wire_len[100];
	u8 wire_last[100][65536];
} rig;

static void die(const struct error *err)
{
	printf("Bail out! %s\n", err->text);
	exit(1);
}

/* The bytes as they are read at the other end: with a tag that stood outside at byte 12. */
static void on_wire(struct event_listener *listener, const struct event *event)
{
	const struct skb *skb = event->skb;
	u32 at = event->ifindex, tag = skb->ctx.vlan_present ? SKB_VLAN_LEN : 0;

	if (at >= ARRAY_SIZE(rig.wire) || event->peer)
		return;
	rig.wire[at]++;
	rig.wire_len[at] = skb->ctx.len + tag;
	skb_copy_bits(skb, 0, rig.wire_last[at], min(skb->ctx.len, 65536u));
	if (tag && skb->ctx.len > 12) {
		be16 words[2] = {(be16)skb->ctx.vlan_proto, htons((u16)skb->ctx.vlan_tci)};

		memmove(rig.wire_last[at] + 12 + tag, rig.wire_last[at] + 12, skb->ctx.len - 12);
		memcpy(rig.wire_last[at] + 12, words, sizeof(words));
	}
}

const char *rig_start(void)
{
	struct world_options options = {.limit = 100000};
	struct error err;

	rig_end();
	rig.world = world_new(&options, &err);
	if (!rig.world)
		die(&err);
	rig.listener = (struct event_listener){.kinds = BIT(EVENT_WIRE), .fn = on_wire};
	event_listen(&world_host(rig.world)->events, &rig.listener);
	return NULL;
}

void rig_end(void)
{
	world_free(rig.world);
	memset(&rig, 0, sizeof(rig));
}

struct world *rig_world(void)
{
	return rig.world;
}

void rig_add(const struct device_desc *desc)
{
	struct error err;

	if (world_add_device(rig.world, desc, &err) < 0)
		die(&err);
}

void rig_set_up(u32 ifindex, bool up)
{
	device_set_up(world_device(rig.world, ifindex), up);
}

void rig_ready(void)
{
}

/* Loads of map 0 become the address of its value, as the verifier's last step makes them. */
static void resolve(struct bpf_insn *insns, u32 cnt)
{
	for (u32 i = 0; i + 1 < cnt; i++) {
		u64 address;

		if (!insn_is_ld_imm64(&insns[i]))
			continue;
		if (insns[i].src_reg == INSN_MAP_VALUE) {
			address = (uintptr_t)&rig.value + (u32)insns[i + 1].imm;
			insns[i].src_reg = 0;
			insns[i].imm = (s32)address;
			insns[i + 1].imm = (s32)(address >> 32);
		}
		i++;
	}
}

struct prog *rig_prog(const char *name, const struct bpf_insn *insns, u32 cnt)
{
	struct prog *prog = calloc(1, sizeof(*prog));

	prog->refs = 1;
	prog->type = BPF_PROG_TYPE_SCHED_CLS;
	snprintf(prog->name, sizeof(prog->name), "%s", name);
	prog->insns = malloc(cnt * sizeof(*insns));
	memcpy(prog->insns, insns, cnt * sizeof(*insns));
	prog->insn_cnt = cnt;
	resolve(prog->insns, cnt);
	if (vm_prepare(prog)) {
		printf("Bail out! vm_prepare\n");
		exit(1);
	}
	return prog;
}

int rig_attach(const struct attachment *how, const struct bpf_insn *insns, u32 cnt)
{
	struct prog *prog = rig_prog("test", insns, cnt);
	struct error err;
	int number = world_attach(rig.world, how, prog, &err);

	if (number < 0)
		die(&err);
	prog_put(prog);
	return number;
}

int rig_tcx(u32 ifindex, enum hook hook, const struct bpf_insn *insns, u32 cnt)
{
	return rig_attach(&(struct attachment){.ifindex = ifindex, .hook = hook}, insns, cnt);
}

int rig_clsact(u32 ifindex, enum hook hook, u32 prio, u32 classid, u16 protocol,
	       const struct bpf_insn *insns, u32 cnt)
{
	return rig_attach(&(struct attachment){.ifindex = ifindex,
					       .hook = hook,
					       .kind = ATTACH_CLSACT,
					       .prio = prio,
					       .classid = classid,
					       .protocol = htons(protocol)},
			  insns, cnt);
}

void rig_detach(int number)
{
	world_detach(rig.world, (u32)number);
}

struct probe_value *rig_value(void)
{
	return &rig.value;
}

void rig_clear(u32 ifindex, u64 flags, u32 count, u64 budget)
{
	memset(&rig.value, 0, sizeof(rig.value));
	rig.value.sender.budget = budget;
	rig.value.sender.ifindex = ifindex;
	rig.value.sender.flags = flags;
	rig.value.sender.count = count;
}

void rig_verdict(u32 ifindex, u64 flags, s32 verdict)
{
	rig_clear(ifindex, flags, 1, 1);
	rig.value.verdict = verdict;
}

int rig_give(u32 ifindex, enum door door, const void *frame, u32 len)
{
	struct error err;
	int ret = world_inject(rig.world, world_device(rig.world, ifindex), door, frame, len, 0,
			       &err);
	int settled = world_settle(rig.world, &err);

	if (settled)
		die(&err);
	return ret;
}

struct device_stats rig_stats(u32 ifindex)
{
	struct device_stats stats;

	device_stats(world_device(rig.world, ifindex), &stats);
	return stats;
}

u32 rig_wire(u32 ifindex)
{
	u32 cnt = rig.wire[ifindex];

	rig.wire[ifindex] = 0;
	return cnt;
}

u32 rig_wire_last(u32 ifindex, void *to)
{
	memcpy(to, rig.wire_last[ifindex], min(rig.wire_len[ifindex], 65536u));
	return rig.wire_len[ifindex];
}
