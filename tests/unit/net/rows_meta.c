/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_meta.c - what of a packet's metadata a clone brings along: FACTS A.6, for each place where
 * it can be looked at. Every figure is asserted in both engines (rig.h).
 *
 * One program at s0's hook sets everything a program may set; the next one clones. The far end of
 * the veth is in the same namespace here, so mark and tstamp survive the crossing (asked for this
 * table; FACTS has the other end in another namespace).
 */
#include "rig.h"
#include "tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>

enum {
	LO = 1,
	S0,
	T0,
	P0,
	IFB,
	TUN,
};

enum {
	MARK = 5,
	PRIO,
	CB,
	TC_INDEX,
	CLASSID,
	QUEUE,
	TSTAMP = 77,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void build(void)
{
	rig_device(S0, "s0", DEVICE_ETHER, 65535, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_device(IFB, "ifb0", DEVICE_IFB, 0, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, 0, NULL);
	rig_ready();
}

#define SET(field, value) MOVI(R2, value), STW(R1, R2, (s16)offsetof(struct __sk_buff, field))

/* At the end of the tcx list of s0's @hook: sets everything, and passes on. */
static void add_setter(enum hook hook)
{
	const struct bpf_insn insns[] = {
		SET(mark, MARK),
		SET(priority, PRIO),
		SET(cb[0], CB),
		SET(cb[1], CB + 10),
		SET(cb[2], CB + 20),
		SET(cb[3], CB + 30),
		SET(cb[4], CB + 40),
		SET(tc_index, TC_INDEX),
		SET(tc_classid, CLASSID),
		SET(queue_mapping, QUEUE),
		MOVI(R2, TSTAMP),
		STDW(R1, R2, (s16)offsetof(struct __sk_buff, tstamp)),
		MOVI(R0, -1),
		EXIT,
	};

	rig_tcx(S0, hook, insns, ARRAY_SIZE(insns));
}

/* Where a clone is looked at, and what it should look like there. Not listed: mark, cb, tc_index,
 * tc_classid, which are the same everywhere, and what is 0 everywhere. */
static const struct place {
	enum hook source;
	u32 target;
	u64 flags;
	u32 at;
	enum hook hook;
	u32 priority, queue, tstamp, pkt_type, ingress_ifindex, len, wire_len;
} places[] = {
	/* At the target's egress hook everything is kept, but for tstamp. */
	{HOOK_INGRESS, T0, 0, T0, HOOK_EGRESS, PRIO, QUEUE, 0, PKT_OTHERHOST, S0, 60, 60},
	{HOOK_EGRESS, T0, 0, T0, HOOK_EGRESS, PRIO, QUEUE, 0, PKT_HOST, 0, 60, 60},
	/* Behind the veth. */
	{HOOK_INGRESS, T0, 0, P0, HOOK_INGRESS, 0, 0, 0, PKT_OTHERHOST, P0, 60, 46},
	{HOOK_EGRESS, T0, 0, P0, HOOK_INGRESS, 0, 0, 0, PKT_OTHERHOST, P0, 60, 46},
	/* Into the target: tstamp is kept, priority is not. */
	{HOOK_INGRESS, T0, 1, T0, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_OTHERHOST, T0, 60, 46},
	{HOOK_EGRESS, T0, 1, T0, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_OTHERHOST, T0, 60, 46},
	{HOOK_INGRESS, IFB, 0, IFB, HOOK_EGRESS, PRIO, QUEUE, 0, PKT_OTHERHOST, S0, 60, 60},
	{HOOK_INGRESS, IFB, 1, IFB, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_OTHERHOST, IFB, 60, 46},
	/* Without the link-layer header pkt_type is not found out anew. */
	{HOOK_INGRESS, TUN, 0, TUN, HOOK_EGRESS, PRIO, QUEUE, 0, PKT_OTHERHOST, S0, 46, 46},
	{HOOK_INGRESS, TUN, 1, TUN, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_HOST, TUN, 46, 46},
	{HOOK_EGRESS, TUN, 1, TUN, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_HOST, TUN, 46, 46},
	/* lo scrubs nothing: priority is kept. Asked for this table. */
	{HOOK_INGRESS, LO, 0, LO, HOOK_EGRESS, PRIO, QUEUE, 0, PKT_OTHERHOST, S0, 60, 60},
	{HOOK_INGRESS, LO, 0, LO, HOOK_INGRESS, PRIO, 0, 0, PKT_OTHERHOST, LO, 60, 46},
	{HOOK_INGRESS, LO, 1, LO, HOOK_INGRESS, 0, QUEUE, TSTAMP, PKT_OTHERHOST, LO, 60, 46},
};

TEST(places)
{
	RIG_START();
	build();
	for (enum hook source = 0; source < HOOKS; source++) {
		add_setter(source);
		rig_sender(S0, source, 2);
	}
	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		const struct place *place = &places[i];
		int probe = rig_probe(place->at, place->hook, 0);
		unsigned int failures = tap_failures;
		const struct probe *seen;

		rig_clear(place->target, place->flags, 1, 1);
		rig_give(S0, place->source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
			 rig_frame(other, ETH_P_IP, 60), 60);
		seen = &rig_value()->probes[0];
		EQ(seen->runs, 1);
		EQ(seen->mark, MARK);
		for (u32 n = 0; n < 5; n++)
			EQ(seen->cb[n], CB + 10 * n);
		EQ(seen->tc_index, TC_INDEX);
		EQ(seen->tc_classid, CLASSID);
		EQ(seen->protocol, htons(ETH_P_IP));
		EQ(seen->ifindex, place->at);
		EQ(seen->vlan_present, 0);
		EQ(seen->hash, 0);
		EQ(seen->priority, place->priority);
		EQ(seen->queue_mapping, place->queue);
		EQ(seen->tstamp, place->tstamp);
		EQ(seen->pkt_type, place->pkt_type);
		EQ(seen->ingress_ifindex, place->ingress_ifindex);
		EQ(seen->len, place->len);
		EQ(seen->wire_len, place->wire_len);
		if (tap_failures != failures)
			printf("# that was: from s0's %s to %u flags %llu, seen at %u %s\n",
			       hook_name(place->source), place->target,
			       (unsigned long long)place->flags, place->at, hook_name(place->hook));
		rig_detach(probe);
	}
}

/* A time that the target's own egress hook sets is beyond what a redirect clears: a veth in the
 * same namespace keeps it, lo does not. Asked for this table. */
TEST(tstamp_set_at_egress)
{
	static const struct bpf_insn set[] = {
		MOVI(R2, TSTAMP),
		STDW(R1, R2, (s16)offsetof(struct __sk_buff, tstamp)),
		MOVI(R0, -1),
		EXIT,
	};
	static const struct {
		u32 target, at, tstamp;
	} rows[] = {{T0, P0, TSTAMP}, {LO, LO, 0}};

	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int setter = rig_tcx(rows[i].target, HOOK_EGRESS, set, ARRAY_SIZE(set));
		int probe = rig_probe(rows[i].at, HOOK_INGRESS, 0);

		rig_clear(rows[i].target, 0, 1, 1);
		rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
		EQ(rig_value()->probes[0].runs, 1);
		EQ(rig_value()->probes[0].tstamp, rows[i].tstamp);
		rig_detach(probe);
		rig_detach(setter);
	}
}

/* FACTS A.5 [K]: into a device, the address decides anew for whom the frame is. lo's broadcast
 * address is all zero, so that a broadcast is a multicast there (asked for this table). */
TEST(pkt_type_from_address)
{
	static const struct {
		u8 to[6];
		u32 target, pkt_type;
	} rows[] = {
		{RIG_MAC(T0), T0, PKT_HOST},
		{RIG_MAC(S0), T0, PKT_OTHERHOST},
		{RIG_MAC_OTHER, T0, PKT_OTHERHOST},
		{RIG_MAC_BROADCAST, T0, PKT_BROADCAST},
		{RIG_MAC_MULTICAST, T0, PKT_MULTICAST},
		{{0}, LO, PKT_HOST},
		{RIG_MAC_OTHER, LO, PKT_OTHERHOST},
		{RIG_MAC_BROADCAST, LO, PKT_MULTICAST},
		{RIG_MAC_MULTICAST, LO, PKT_MULTICAST},
	};

	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_probe(T0, HOOK_INGRESS, T0);
	rig_probe(LO, HOOK_INGRESS, LO);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		rig_clear(rows[i].target, 1, 1, 1);
		rig_give(S0, DOOR_RX, rig_frame(rows[i].to, ETH_P_IP, 60), 60);
		EQ(rig_value()->probes[rows[i].target].runs, 1);
		EQ(rig_value()->probes[rows[i].target].pkt_type, rows[i].pkt_type);
	}
}

/* FACTS A.5 [K]: into a device with a link-layer header, protocol is found out anew; out of one it
 * stays. 802.3 frames: what the host sends has the length there, what is received a class. */
TEST(protocol)
{
	static const struct {
		u16 type;
		u8 payload; /* its first two bytes */
		u16 sent, received;
	} rows[] = {
		{0x0800, 0x45, 0x0800, 0x0800}, {0x1234, 0, 0x1234, 0x1234},
		{0x0600, 0, 0x0600, 0x0600},	{0x05ff, 0, 0x05ff, ETH_P_802_2},
		{46, 0, 46, ETH_P_802_2},	{46, 0xff, 46, ETH_P_802_3},
		{0, 0, 0, ETH_P_802_2},
	};
	u8 frame[60];

	RIG_START();
	build();
	rig_sender(S0, HOOK_EGRESS, 2);
	rig_probe(S0, HOOK_INGRESS, 0);
	rig_probe(T0, HOOK_EGRESS, 1);
	rig_probe(P0, HOOK_INGRESS, 2);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(frame, rig_frame(other, rows[i].type, 60), 60);
		frame[14] = frame[15] = rows[i].payload;
		rig_clear(T0, 0, 1, 1);
		rig_give(S0, DOOR_TX, frame, 60);
		rig_give(S0, DOOR_RX, frame, 60);
		EQ(rig_value()->probes[0].protocol, htons(rows[i].received));
		EQ(rig_value()->probes[1].protocol, htons(rows[i].sent));
		EQ(rig_value()->probes[2].protocol, htons(rows[i].received));
	}
}

/* FACTS A.6 [K]: a tag outside the frame stays there, on the way out and in. lo cannot carry it
 * outside, inserts it, and takes it out again (asked for this table, by lo's byte counters). */
TEST(vlan_tag)
{
	static const struct {
		u32 target;
		u64 flags;
		u32 at;
		enum hook hook;
		u32 len;
	} rows[] = {
		{T0, 0, T0, HOOK_EGRESS, 60},	{T0, 0, P0, HOOK_INGRESS, 60},
		{T0, 1, T0, HOOK_INGRESS, 60},	{IFB, 0, IFB, HOOK_EGRESS, 60},
		{TUN, 0, TUN, HOOK_EGRESS, 46}, {TUN, 1, TUN, HOOK_INGRESS, 46},
		{LO, 0, LO, HOOK_EGRESS, 60},	{LO, 0, LO, HOOK_INGRESS, 60},
		{LO, 1, LO, HOOK_INGRESS, 60},
	};
	struct device_stats before;
	u8 frame[64], read[65536];

	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
	memcpy(frame + 14, "\x20\x05\x08\x00\x45", 5);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int probe = rig_probe(rows[i].at, rows[i].hook, 0);
		const struct probe *seen;

		rig_clear(rows[i].target, rows[i].flags, 1, 1);
		rig_give(S0, DOOR_RX, frame, 64);
		seen = &rig_value()->probes[0];
		EQ(seen->runs, 1);
		EQ(seen->vlan_present, 1);
		EQ(seen->vlan_tci, 0x2005);
		EQ(seen->vlan_proto, htons(ETH_P_8021Q));
		EQ(seen->protocol, htons(ETH_P_IP));
		EQ(seen->len, rows[i].len);
		rig_detach(probe);
	}

	before = rig_stats(LO);
	rig_clear(LO, 0, 1, 1);
	rig_give(S0, DOOR_RX, frame, 64);
	EQ(rig_stats(LO).tx_bytes - before.tx_bytes, 64 - 14);

	/* FACTS J [K]: what a tun's reader gets has the tag at byte 12 of the packet. */
	rig_wire(TUN);
	before = rig_stats(TUN);
	rig_clear(TUN, 0, 1, 1);
	rig_give(S0, DOOR_RX, frame, 64);
	EQ(rig_wire(TUN), 1);
	EQ(rig_wire_last(TUN, read), 50);
	EQ(rig_stats(TUN).tx_bytes - before.tx_bytes, 50);
	MEM_EQ(read, frame + 18, 12);
	MEM_EQ(read + 12, "\x81\x00\x20\x05", 4);
	MEM_EQ(read + 16, frame + 30, 34);
}

/* FACTS A.2 [K]: what the program does to the original after the call does not reach the clone,
 * neither to its metadata nor to its bytes, although the clone is received later. */
TEST(clone_is_apart)
{
	const struct bpf_insn change[] = {
		MOV(R6, R1),	    MOVI(R2, T0),
		MOVI(R3, 1),	    CALL(BPF_FUNC_clone_redirect),
		MOVI(R2, MARK),	    STW(R6, R2, (s16)offsetof(struct __sk_buff, mark)),
		STDWI(R10, -8, -1), MOV(R1, R6),
		MOVI(R2, 20),	    MOV(R3, R10),
		ADDI(R3, -8),	    MOVI(R4, 8),
		MOVI(R5, 0),	    CALL(BPF_FUNC_skb_store_bytes),
		MOVI(R0, 2),	    EXIT,
	};
	const struct bpf_insn to_tun[] = {
		MOVI(R1, TUN),
		MOVI(R2, 0),
		CALL(BPF_FUNC_redirect),
		EXIT,
	};
	const u8 *frame = rig_frame(other, ETH_P_IP, 60);
	u8 read[65536];

	RIG_START();
	build();
	rig_tcx(S0, HOOK_INGRESS, change, ARRAY_SIZE(change));
	rig_probe(T0, HOOK_INGRESS, 0);
	rig_tcx(T0, HOOK_INGRESS, to_tun, ARRAY_SIZE(to_tun));
	rig_clear(0, 0, 0, 0);
	rig_give(S0, DOOR_RX, frame, 60);
	EQ(rig_value()->probes[0].runs, 1);
	EQ(rig_value()->probes[0].mark, 0);
	EQ(rig_wire(TUN), 1);
	EQ(rig_wire_last(TUN, read), 46);
	MEM_EQ(read, frame + 14, 46);
}

TAP_MAIN()
