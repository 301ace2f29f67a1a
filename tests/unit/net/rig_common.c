/* SPDX-License-Identifier: BSD-2-Clause */
/* rig_common.c - the part of a rig that is the same in both engines. */
#include "rig.h"

#include <string.h>

void rig_device(u32 ifindex, const char *name, enum device_kind kind, u32 mtu, const char *peer)
{
	struct device_desc desc = {.ifindex = ifindex, .kind = kind, .mtu = mtu, .qlen = -1};

	memcpy(desc.name, name, strlen(name) + 1);
	if (peer)
		memcpy(desc.peer, peer, strlen(peer) + 1);
	rig_add(&desc);
}

int rig_probe(u32 ifindex, enum hook hook, u32 slot)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	return rig_tcx(ifindex, hook, insns, probe_build(insns, slot, -1));
}

int rig_sender(u32 ifindex, enum hook hook, s32 verdict)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	return rig_tcx(ifindex, hook, insns, sender_build(insns, verdict));
}

const u8 *rig_frame(const u8 to[6], u16 protocol, u32 len)
{
	static u8 frame[1 << 18];
	static const u8 from[6] = RIG_MAC(0x99);

	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	frame[12] = (u8)(protocol >> 8);
	frame[13] = (u8)protocol;
	for (u32 i = 14; i < len; i++)
		frame[i] = (u8)i;
	frame[14] = 0x45;
	return frame;
}
