/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_matrix.c - bpf_clone_redirect to each sort of target, with frames of each length: what it
 * returns, which hooks then see the clone, and which counters move. FACTS A.4, A.5 and G.1.
 *
 * The original is always dropped, so that what arrives anywhere is the clone. Every figure is
 * asserted in both engines (rig.h).
 */
#include <errno.h>
#include <string.h>

#include "targets.h"

enum {
	INGRESS = BIT(0), /* the row is for clones made at s0's ingress hook */
	EGRESS = BIT(1),  /* ... egress */
	BOTH = INGRESS | EGRESS,
};

/* FACTS G.1 [K], one row a cell or a range of lengths. Hooks are seen by a probe on each. */
static const struct row {
	u32 target, peer; /* peer 0: none */
	u64 flags;
	u32 from, to; /* lengths of the frame at s0 */
	u32 source;
	s32 ret;
	u32 out, in, peer_in; /* runs of the target's egress and ingress, the peer's ingress hook */
	u32 wire;	      /* frames that left by an ether's or a tun's wire */
	struct delta on_target, on_peer;
} rows[] = {
	/* A veth that is up: the frame is compared with the peer's MTU + 18. */
	{T0, P0, 0, 14, 1518, BOTH, 0, 1, 0, 1, 0, {.tx = 1}, {.rx = 1}},
	{T0, P0, 0, 1519, 9000, BOTH, 1, 1, 0, 0, 0, {.tx_dropped = 1}, {.rx_dropped = 1}},
	{T0, P0, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* Down. Its egress hook runs before the queue refuses. */
	{TD, PD, 0, 14, 9000, BOTH, 2, 1, 0, 0, 0, {.tx_dropped = 1}, {0}},
	{TD, PD, 1, 14, 9000, BOTH, 1, 0, 0, 0, 0, {.rx_dropped = 1}, {0}},
	/* No carrier matters to sending only. */
	{TN, PN, 0, 14, 9000, BOTH, 2, 1, 0, 0, 0, {.tx_dropped = 1}, {0}},
	{TN, PN, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* A queue that is full drops without any counter of the device; the table of G.1 has a
	 * bfifo of 1 byte here, a pfifo of 0 packets was asked for this row. */
	{TQ, PQ, 0, 14, 9000, BOTH, 1, 1, 0, 0, 0, {0}, {0}},
	{TQ, PQ, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* A queue with room hides what the driver says (G.4). */
	{TF, PF, 0, 14, 1518, BOTH, 0, 1, 0, 1, 0, {.tx = 1}, {.rx = 1}},
	{TF, PF, 0, 1519, 9000, BOTH, 0, 1, 0, 0, 0, {.tx_dropped = 1}, {.rx_dropped = 1}},
	{TF, PF, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* ifb puts back what came in; of what the host sends it knows no origin. */
	{IFB, 0, 0, 14, 9000, INGRESS, 0, 1, 0, 0, 0, {.rx = 1, .tx = 1}, {0}},
	{IFB, 0, 0, 14, 9000, EGRESS, 0, 1, 0, 0, 0, {.rx = 1, .rx_dropped = 1}, {0}},
	{IFB, 0, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* lo takes every length, and both of its hooks see the frame. */
	{LO, 0, 0, 14, 9000, BOTH, 0, 1, 1, 0, 0, {.rx = 1, .tx = 1}, {0}},
	{LO, 0, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* tun: nothing is left of 14 bytes. */
	{TUN, 0, 0, 14, 14, BOTH, -ERANGE, 0, 0, 0, 0, {0}, {0}},
	{TUN, 0, 0, 15, 9000, BOTH, 0, 1, 0, 0, 1, {.tx = 1}, {0}},
	{TUN, 0, 1, 14, 14, BOTH, -ERANGE, 0, 0, 0, 0, {0}, {0}},
	{TUN, 0, 1, 15, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	{TUNN, 0, 0, 14, 14, BOTH, -ERANGE, 0, 0, 0, 0, {0}, {0}},
	{TUNN, 0, 0, 15, 9000, BOTH, 2, 1, 0, 0, 0, {.tx_dropped = 1}, {0}},
	{TUNN, 0, 1, 14, 14, BOTH, -ERANGE, 0, 0, 0, 0, {0}, {0}},
	{TUNN, 0, 1, 15, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
	/* An ether is a veth whose peer has an MTU of 65535. */
	{E0, 0, 0, 14, 9000, BOTH, 0, 1, 0, 0, 1, {.tx = 1}, {0}},
	{E0, 0, 1, 14, 9000, BOTH, 0, 0, 1, 0, 0, {0}, {0}},
};

static const u32 all_lens[] = {14, 15, 60, 1514, 1518, 1519, 9000};
static const u32 few_lens[] = {14, 60, 1519};

enum {
	PROBE_OUT,
	PROBE_IN,
	PROBE_PEER,
};

/* The slot of @probe for the rows of @target. */
static u32 slot(u32 target, u32 probe)
{
	return 3 * target + probe;
}

static void add_probes(void)
{
	u32 target = 0;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].target == target)
			continue;
		target = rows[i].target;
		rig_probe(target, HOOK_EGRESS, slot(target, PROBE_OUT));
		rig_probe(target, HOOK_INGRESS, slot(target, PROBE_IN));
		if (rows[i].peer)
			rig_probe(rows[i].peer, HOOK_INGRESS, slot(target, PROBE_PEER));
	}
}

static void check_cell(const struct row *row, enum hook source, u32 len)
{
	u32 peer = row->peer ? row->peer : row->target;
	struct device_stats target_before = rig_stats(row->target), peer_before = rig_stats(peer);
	u32 seen_len = row->target == TUN || row->target == TUNN ? len - 14 : len;
	enum door door = source == HOOK_INGRESS ? DOOR_RX : DOOR_TX;
	unsigned int failures = tap_failures;
	const struct probe *probes;
	const struct probe_value *value;
	struct delta delta;

	rig_wire(row->target);
	rig_clear(row->target, row->flags, 1, 1);
	EQ(rig_give(S0, door, rig_frame(other, IPV4, len), len), 0);
	value = rig_value();
	probes = &value->probes[slot(row->target, 0)];
	EQ(value->sender.calls, 1);
	EQ(value->sender.ret[0], row->ret);
	EQ(probes[PROBE_OUT].runs, row->out);
	EQ(probes[PROBE_IN].runs, row->in);
	EQ(probes[PROBE_PEER].runs, row->peer_in);
	if (row->out)
		EQ(probes[PROBE_OUT].len, seen_len);
	if (row->in)
		EQ(probes[PROBE_IN].len, seen_len);
	if (row->peer_in)
		EQ(probes[PROBE_PEER].len, len);
	if (row->target == TUN || row->target == E0)
		EQ(rig_wire(row->target), row->wire);
	delta = subtract(rig_stats(row->target), target_before);
	DELTA_EQ("the target", delta, row->on_target);
	if (row->peer) {
		delta = subtract(rig_stats(peer), peer_before);
		DELTA_EQ("its peer", delta, row->on_peer);
	}
	if (tap_failures != failures)
		printf("# that was: target %u flags %llu len %u from s0's %s\n", row->target,
		       (unsigned long long)row->flags, len, hook_name(source));
}

/* The sender stands at s0's @source hook, and the probes at their places. */
static void check_rows(enum hook source, const u32 *lens, u32 len_cnt)
{
	u32 cells = 0;

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!(rows[i].source & (source == HOOK_INGRESS ? INGRESS : EGRESS)))
			continue;
		for (u32 n = 0; n < len_cnt; n++) {
			if (lens[n] < rows[i].from || lens[n] > rows[i].to)
				continue;
			check_cell(&rows[i], source, lens[n]);
			cells++;
		}
	}
	/* 10 targets, 2 directions */
	EQ(cells, 20 * len_cnt);
}

TEST(matrix_from_ingress)
{
	RIG_START();
	build_with_tunn();
	add_probes();
	rig_sender(S0, HOOK_INGRESS, 2);
	check_rows(HOOK_INGRESS, all_lens, ARRAY_SIZE(all_lens));
}

TEST(matrix_from_egress)
{
	RIG_START();
	build_with_tunn();
	add_probes();
	rig_sender(S0, HOOK_EGRESS, 2);
	check_rows(HOOK_EGRESS, all_lens, ARRAY_SIZE(all_lens));
}

/* FACTS A.7 [K]: a classifier is as good a source as a tcx program. */
TEST(matrix_from_classifiers)
{
	struct bpf_insn insns[PROBE_INSNS_MAX];

	RIG_START();
	build_with_tunn();
	add_probes();
	for (enum hook source = 0; source < HOOKS; source++) {
		rig_clsact(S0, source, 1, 0, 0x0003, insns, sender_build(insns, 2));
		check_rows(source, few_lens, ARRAY_SIZE(few_lens));
	}
}

/* FACTS G.1 [K], the last rows: a program that clones into its own device. The budget stops it. */
TEST(own_device)
{
	static const struct {
		enum hook source;
		u64 flags;
		u32 runs, wire;
		struct delta delta;
	} own[] = {
		{HOOK_INGRESS, 0, 1, 1, {.rx = 1, .tx = 1}},
		/* The hook runs again, on the copy. */
		{HOOK_INGRESS, 1, 2, 0, {.rx = 1}},
		{HOOK_EGRESS, 1, 1, 0, {0}},
	};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(own); i++) {
		int sender = rig_sender(S0, own[i].source, 2);
		struct device_stats before = rig_stats(S0);
		const struct sender *seen;
		struct delta delta;

		rig_wire(S0);
		rig_clear(S0, own[i].flags, 1, own[i].flags ? 2 : 1);
		rig_give(S0, own[i].source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
			 rig_frame(other, IPV4, 60), 60);
		seen = &rig_value()->sender;
		EQ(seen->runs, own[i].runs);
		for (u32 n = 0; n < seen->calls; n++)
			EQ(seen->ret[n], 0);
		EQ(rig_wire(S0), own[i].wire);
		delta = subtract(rig_stats(S0), before);
		DELTA_EQ("s0", delta, own[i].delta);
		rig_detach(sender);
	}
}

TAP_MAIN()
