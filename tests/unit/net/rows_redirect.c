/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_redirect.c - bpf_redirect, and what verdict 7 then does: FACTS B. Every figure is asserted
 * in both engines (rig.h).
 *
 * How long bpf_redirect's note is kept, nobody tells: it was asked for this table. It is as old as
 * the outermost of what runs: the hook in a sender's context, or one round of the softirq, in which
 * up to 64 packets are received. So one packet's program can redirect another packet.
 */
#include "rig.h"
#include "tap.h"

#include <linux/if_ether.h>

enum {
	LO = 1,
	S0,
	T0,
	P0,
	TD,
	PD,
	IFB,
	TUN,
	E0,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void build(void)
{
	rig_device(S0, "s0", DEVICE_ETHER, 65535, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_device(TD, "td", DEVICE_VETH, 0, "pd");
	rig_device(PD, "pd", DEVICE_VETH, 0, "td");
	rig_device(IFB, "ifb0", DEVICE_IFB, 0, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, 0, NULL);
	rig_device(E0, "e0", DEVICE_ETHER, 0, NULL);
	rig_set_up(TD, false);
	rig_ready();
}

#define SENDER_AT(field)                                                                           \
	(u32)(offsetof(struct probe_value, sender) + offsetof(struct sender, field))

/* bpf_redirect(sender.ifindex, sender.flags); its result is noted, and returned. */
static const struct bpf_insn redirector[] = {
	LD_VALUE(R6, 0, SENDER_AT(budget)),
	LDW(R1, R6, offsetof(struct sender, ifindex)),
	LDDW(R2, R6, offsetof(struct sender, flags)),
	CALL(BPF_FUNC_redirect),
	STW(R6, R0, offsetof(struct sender, ret)),
	LDW(R1, R6, offsetof(struct sender, runs)),
	ADDI(R1, 1),
	STW(R6, R1, offsetof(struct sender, runs)),
	EXIT,
};

static enum door door_of(enum hook hook)
{
	return hook == HOOK_INGRESS ? DOOR_RX : DOOR_TX;
}

enum {
	PROBE_OUT,
	PROBE_IN,
	PROBE_PEER,
};

/* FACTS B [K], the column of bpf_redirect: the packet itself arrives, or is lost without a word. */
TEST(targets)
{
	static const struct {
		u32 target, peer;
		u64 flags;
		u32 len;
		u32 ret;
		u32 out, in, peer_in, wire;
		s64 tx, tx_dropped, rx, rx_dropped;
	} rows[] = {
		{T0, P0, 0, 60, 7, 1, 0, 1, 0, .tx = 1},
		{T0, P0, 1, 60, 7, 0, 1, 0, 0, .tx = 0},
		{T0, P0, 0, 1519, 7, 1, 0, 0, 0, .tx_dropped = 1},
		{T0, P0, 1, 1519, 7, 0, 1, 0, 0, .tx = 0},
		{T0, P0, 2, 60, 2, 0, 0, 0, 0, .tx = 0},
		{T0, P0, 3, 60, 2, 0, 0, 0, 0, .tx = 0},
		{T0, P0, 1u << 16, 60, 2, 0, 0, 0, 0, .tx = 0},
		{T0, P0, 1ull << 63, 60, 2, 0, 0, 0, 0, .tx = 0},
		{TD, PD, 0, 60, 7, 1, 0, 0, 0, .tx_dropped = 1},
		{TD, PD, 1, 60, 7, 0, 0, 0, 0, .rx_dropped = 1},
		{TUN, 0, 0, 60, 7, 1, 0, 0, 1, .tx = 1},
		{TUN, 0, 1, 60, 7, 0, 1, 0, 0, .tx = 0},
		{TUN, 0, 0, 14, 7, 0, 0, 0, 0, .tx = 0},
		{LO, 0, 0, 60, 7, 1, 1, 0, 0, .tx = 1, .rx = 1},
		{LO, 0, 1, 60, 7, 0, 1, 0, 0, .tx = 0},
		{E0, 0, 0, 60, 7, 1, 0, 0, 1, .tx = 1},
	};

	RIG_START();
	build();
	for (enum hook source = 0; source < HOOKS; source++) {
		int redirect = rig_tcx(S0, source, redirector, ARRAY_SIZE(redirector));

		for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
			int probes[3] = {
				rig_probe(rows[i].target, HOOK_EGRESS, PROBE_OUT),
				rig_probe(rows[i].target, HOOK_INGRESS, PROBE_IN),
				rows[i].peer ? rig_probe(rows[i].peer, HOOK_INGRESS, PROBE_PEER)
					     : -1,
			};
			struct device_stats before = rig_stats(rows[i].target), after;
			unsigned int failures = tap_failures;
			const struct probe_value *seen;

			rig_wire(rows[i].target);
			rig_wire(S0);
			rig_clear(rows[i].target, rows[i].flags, 0, 0);
			rig_give(S0, door_of(source), rig_frame(other, ETH_P_IP, rows[i].len),
				 rows[i].len);
			seen = rig_value();
			EQ(seen->sender.runs, 1);
			EQ(seen->sender.ret[0], rows[i].ret);
			EQ(seen->probes[PROBE_OUT].runs, rows[i].out);
			EQ(seen->probes[PROBE_IN].runs, rows[i].in);
			EQ(seen->probes[PROBE_PEER].runs, rows[i].peer_in);
			EQ(rig_wire(rows[i].target), rows[i].wire);
			EQ(rig_wire(S0), 0);
			after = rig_stats(rows[i].target);
			if (rows[i].target == TUN)
				after.tx_packets = before.tx_packets + (u64)rows[i].tx;
			EQ(after.tx_packets - before.tx_packets, rows[i].tx);
			EQ(after.tx_dropped - before.tx_dropped, rows[i].tx_dropped);
			EQ(after.rx_packets - before.rx_packets, rows[i].rx);
			EQ(after.rx_dropped - before.rx_dropped, rows[i].rx_dropped);
			if (tap_failures != failures)
				printf("# that was: target %u flags %llu len %u from s0's %s\n",
				       rows[i].target, (unsigned long long)rows[i].flags,
				       rows[i].len, hook_name(source));
			for (u32 n = 0; n < (rows[i].peer ? 3 : 2); n++)
				rig_detach(probes[n]);
		}
		rig_detach(redirect);
	}
}

/* FACTS B [K]: no such device is no failure that anybody sees; the packet is gone. */
TEST(no_such_device)
{
	static const u32 missing[] = {0, 9999, 0x7fffffff, 0xffffffff};

	RIG_START();
	build();
	for (enum hook source = 0; source < HOOKS; source++) {
		int redirect = rig_tcx(S0, source, redirector, ARRAY_SIZE(redirector));

		for (u32 i = 0; i < ARRAY_SIZE(missing); i++) {
			struct device_stats before = rig_stats(S0), after;

			rig_clear(missing[i], 0, 0, 0);
			EQ(rig_give(S0, door_of(source), rig_frame(other, 0x1234, 60), 60), 0);
			EQ(rig_value()->sender.ret[0], 7);
			after = rig_stats(S0);
			EQ(after.rx_dropped - before.rx_dropped, 0);
			EQ(after.tx_packets - before.tx_packets, 0);
			EQ(after.tx_dropped - before.tx_dropped, 0);
		}
		rig_detach(redirect);
	}
}

/* FACTS A.3 [K]: a packet of a tun to a device with a link-layer header is lost. */
TEST(from_tun)
{
	RIG_START();
	build();
	rig_tcx(TUN, HOOK_INGRESS, redirector, ARRAY_SIZE(redirector));
	rig_probe(T0, HOOK_EGRESS, PROBE_OUT);
	rig_probe(T0, HOOK_INGRESS, PROBE_IN);
	for (u64 flags = 0; flags < 2; flags++) {
		rig_clear(T0, flags, 0, 0);
		rig_give(TUN, DOOR_RX, rig_frame(other, 0, 60) + 14, 46);
		EQ(rig_value()->sender.ret[0], 7);
		EQ(rig_value()->probes[PROBE_OUT].runs, 0);
		EQ(rig_value()->probes[PROBE_IN].runs, 0);
	}
	rig_wire(TUN);
	rig_clear(TUN, 0, 0, 0);
	rig_give(TUN, DOOR_RX, rig_frame(other, 0, 60) + 14, 46);
	EQ(rig_wire(TUN), 1);
}

/* FACTS B [K]: what the packet looks like at its target is what a clone would look like. */
TEST(metadata)
{
	static const struct {
		u64 flags;
		enum hook hook;
		u32 priority, ingress_ifindex, wire_len;
	} rows[] = {
		{0, HOOK_EGRESS, 6, S0, 60},
		{1, HOOK_INGRESS, 0, T0, 46},
	};
	const struct bpf_insn set[] = {
		MOVI(R2, 5),  STW(R1, R2, (s16)offsetof(struct __sk_buff, mark)),
		MOVI(R2, 6),  STW(R1, R2, (s16)offsetof(struct __sk_buff, priority)),
		MOVI(R2, 7),  STW(R1, R2, (s16)offsetof(struct __sk_buff, cb)),
		MOVI(R2, 8),  STW(R1, R2, (s16)offsetof(struct __sk_buff, tc_classid)),
		MOVI(R0, -1), EXIT,
	};

	RIG_START();
	build();
	rig_tcx(S0, HOOK_INGRESS, set, ARRAY_SIZE(set));
	rig_tcx(S0, HOOK_INGRESS, redirector, ARRAY_SIZE(redirector));
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int probe = rig_probe(T0, rows[i].hook, 0);
		const struct probe *seen;

		rig_clear(T0, rows[i].flags, 0, 0);
		rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, 60), 60);
		seen = &rig_value()->probes[0];
		EQ(seen->runs, 1);
		EQ(seen->mark, 5);
		EQ(seen->cb[0], 7);
		EQ(seen->tc_classid, 8);
		EQ(seen->priority, rows[i].priority);
		EQ(seen->ingress_ifindex, rows[i].ingress_ifindex);
		EQ(seen->wire_len, rows[i].wire_len);
		rig_detach(probe);
	}
}

#define REDIRECT(ifindex, flags) MOVI(R1, ifindex), MOVI(R2, flags), CALL(BPF_FUNC_redirect)

/* Run @insns at s0's ingress hook on one frame: did it leave by e0 (1), by tun0 (2), not at all? */
static int goes_to(const struct bpf_insn *insns, u32 cnt)
{
	int number = rig_tcx(S0, HOOK_INGRESS, insns, cnt);
	u32 by_e0, by_tun;

	rig_wire(E0);
	rig_wire(TUN);
	rig_clear(0, 0, 0, 0);
	rig_give(S0, DOOR_RX, rig_frame(other, 0x1234, 60), 60);
	by_e0 = rig_wire(E0);
	by_tun = rig_wire(TUN);
	rig_detach(number);
	return (int)(by_e0 + 2 * by_tun);
}

TEST(last_call_counts)
{
	const struct bpf_insn twice[] = {REDIRECT(TUN, 0), REDIRECT(E0, 0), EXIT};
	/* A call with bad flags notes nothing, so the one before still counts. Asked for this. */
	const struct bpf_insn bad[] = {REDIRECT(E0, 0), REDIRECT(TUN, 2), MOVI(R0, 7), EXIT};
	const struct bpf_insn never[] = {MOVI(R0, 7), EXIT};
	const struct bpf_insn unused[] = {REDIRECT(E0, 0), MOVI(R0, 2), EXIT};
	struct device_stats before;

	RIG_START();
	build();
	EQ(goes_to(twice, ARRAY_SIZE(twice)), 1);
	EQ(goes_to(bad, ARRAY_SIZE(bad)), 1);
	EQ(goes_to(never, ARRAY_SIZE(never)), 0);
	before = rig_stats(S0);
	EQ(goes_to(unused, ARRAY_SIZE(unused)), 0);
	EQ(rig_stats(S0).rx_dropped - before.rx_dropped, 0);
}

/* The note of one program in a hook is there for the next one. */
TEST(note_of_another_program)
{
	const struct bpf_insn note[] = {REDIRECT(E0, 0), MOVI(R0, -1), EXIT};
	const struct bpf_insn act[] = {MOVI(R0, 7), EXIT};

	RIG_START();
	build();
	rig_tcx(S0, HOOK_INGRESS, note, ARRAY_SIZE(note));
	EQ(goes_to(act, ARRAY_SIZE(act)), 1);
}

#define RUNS_AT (u32)(7 * sizeof(struct probe))

/* A program that notes e0 when it runs for the first time, and acts on a note when it runs for the
 * time of number @when; all other packets are dropped. */
#define NOTE_THEN_ACT(when)                                                                        \
	LD_VALUE(R7, 0, RUNS_AT), LDW(R8, R7, 0), ADDI(R8, 1), STW(R7, R8, 0), JNEI(R8, 1, 5),     \
		REDIRECT(E0, 0), MOVI(R0, 2), EXIT, MOVI(R0, 2), JNEI(R8, when, 1), MOVI(R0, 7),   \
		EXIT

/* In a sender's context the note ends with the hook. */
TEST(note_ends_with_the_sender)
{
	const struct bpf_insn insns[] = {NOTE_THEN_ACT(2)};

	RIG_START();
	build();
	rig_tcx(S0, HOOK_EGRESS, insns, ARRAY_SIZE(insns));
	rig_clear(0, 0, 0, 0);
	rig_give(S0, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	rig_give(S0, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	EQ(rig_value()->probes[7].runs, 2);
	EQ(rig_wire(E0), 0);
}

/* The frame and 200 clones into ifb0 are received in rounds of 64; so the note of the first clone
 * is there for 62 more. */
TEST(note_ends_with_the_round)
{
	static const struct {
		u32 when;
		u32 wire;
	} rows[] = {{2, 1}, {62, 1}, {63, 1}, {64, 0}, {65, 0}, {127, 0}, {128, 0}};

	RIG_START();
	build();
	rig_sender(S0, HOOK_INGRESS, 2);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct bpf_insn insns[] = {NOTE_THEN_ACT(rows[i].when)};
		int number = rig_tcx(IFB, HOOK_INGRESS, insns, ARRAY_SIZE(insns));

		rig_clear(IFB, 1, 200, 1);
		rig_give(S0, DOOR_RX, rig_frame(other, 0x1234, 60), 60);
		EQ(rig_value()->probes[7].runs, 200);
		EQ(rig_wire(E0), rows[i].wire);
		rig_detach(number);
	}
}

/* The frame's own note is there for its clone. */
TEST(note_of_the_original)
{
	const struct bpf_insn insns[] = {
		MOV(R6, R1),
		LD_VALUE(R7, 0, RUNS_AT),
		LDW(R8, R7, 0),
		ADDI(R8, 1),
		STW(R7, R8, 0),
		JNEI(R8, 1, 9),
		MOV(R1, R6),
		MOVI(R2, S0),
		MOVI(R3, 1),
		CALL(BPF_FUNC_clone_redirect),
		REDIRECT(E0, 0),
		MOVI(R0, 2),
		EXIT,
		MOVI(R0, 7),
		EXIT,
	};

	RIG_START();
	build();
	EQ(goes_to(insns, ARRAY_SIZE(insns)), 1);
}

/* A program that runs inside another one's clone_redirect shares the note, both ways. */
TEST(note_of_the_outer_program)
{
	const struct bpf_insn outer[] = {
		MOV(R6, R1), REDIRECT(E0, 0),
		MOV(R1, R6), MOVI(R2, IFB),
		MOVI(R3, 0), CALL(BPF_FUNC_clone_redirect),
		MOVI(R0, 7), EXIT,
	};
	const struct bpf_insn overwrites[] = {REDIRECT(9999, 0), MOVI(R0, 0), EXIT};
	const struct bpf_insn takes[] = {MOVI(R0, 7), EXIT};
	int inner;

	RIG_START();
	build();
	EQ(goes_to(outer, ARRAY_SIZE(outer)), 1);
	inner = rig_tcx(IFB, HOOK_EGRESS, overwrites, ARRAY_SIZE(overwrites));
	EQ(goes_to(outer, ARRAY_SIZE(outer)), 0);
	rig_detach(inner);
	/* The clone goes where the original was to go, and the original is lost. */
	rig_tcx(IFB, HOOK_EGRESS, takes, ARRAY_SIZE(takes));
	EQ(goes_to(outer, ARRAY_SIZE(outer)), 1);
}

TAP_MAIN()
