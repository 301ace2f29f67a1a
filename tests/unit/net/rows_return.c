/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_return.c - what bpf_clone_redirect returns, which hooks then see the clone, and which
 * counters move: FACTS A.1, A.3, A.4, A.5, G.1 and G.4, for each kind of target.
 *
 * The source is s0, whose own MTU lets everything in and out. The original is always dropped, so
 * that what arrives anywhere is the clone. Every figure is asserted in both engines (rig.h).
 */
#include "rig.h"
#include "tap.h"

#include <errno.h>
#include <string.h>

#define IPV4 0x0800 /* has a handler on the host: does not count as rx_dropped */

enum {
	LO = 1,
	S0, /* the source */
	T0,
	P0, /* a veth pair */
	TD,
	PD, /* ... whose TD is down */
	TN,
	PN, /* ... whose PN is down, so that TN has no carrier */
	TQ,
	PQ, /* ... whose TQ has a pfifo that holds nothing */
	TF,
	PF, /* ... whose TF has a pfifo of 100 */
	IFB,
	TUN,
	TUNN, /* a tun without a reader */
	E0,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void add_queued(u32 ifindex, const char *name, const char *peer, s64 qlen)
{
	struct device_desc desc = {.ifindex = ifindex, .kind = DEVICE_VETH, .qlen = qlen};

	strcpy(desc.name, name);
	strcpy(desc.peer, peer);
	rig_add(&desc);
}

static void build(void)
{
	rig_device(S0, "s0", DEVICE_ETHER, 65535, NULL);
	rig_device(T0, "t0", DEVICE_VETH, 0, "p0");
	rig_device(P0, "p0", DEVICE_VETH, 0, "t0");
	rig_device(TD, "td", DEVICE_VETH, 0, "pd");
	rig_device(PD, "pd", DEVICE_VETH, 0, "td");
	rig_device(TN, "tn", DEVICE_VETH, 0, "pn");
	rig_device(PN, "pn", DEVICE_VETH, 0, "tn");
	add_queued(TQ, "tq", "pq", 0);
	add_queued(PQ, "pq", "tq", -1);
	add_queued(TF, "tf", "pf", 100);
	add_queued(PF, "pf", "tf", -1);
	rig_device(IFB, "ifb0", DEVICE_IFB, 0, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, 0, NULL);
	rig_device(E0, "e0", DEVICE_ETHER, 0, NULL);
	rig_set_up(TD, false);
	rig_set_up(PN, false);
	rig_ready();
}

/* Linux takes a second to notice that this one has no carrier. */
static void build_with_tunn(void)
{
	struct device_desc tunn = {
		.name = "tunn", .ifindex = TUNN, .kind = DEVICE_TUN, .noreader = true, .qlen = -1};

	rig_add(&tunn);
	build();
}

struct delta {
	s64 rx, rx_dropped, tx, tx_dropped;
};

static struct delta subtract(struct device_stats a, struct device_stats b)
{
	return (struct delta){
		(s64)(a.rx_packets - b.rx_packets),
		(s64)(a.rx_dropped - b.rx_dropped),
		(s64)(a.tx_packets - b.tx_packets),
		(s64)(a.tx_dropped - b.tx_dropped),
	};
}

#define DELTA_EQ(what, seen, expected)                                                             \
	do {                                                                                       \
		if (memcmp(&(seen), &(expected), sizeof(struct delta)))                            \
			TAP_FAIL("%s: expected rx %lld dropped %lld tx %lld dropped %lld, "        \
				 "seen %lld %lld %lld %lld",                                       \
				 what, (long long)(expected).rx, (long long)(expected).rx_dropped, \
				 (long long)(expected).tx, (long long)(expected).tx_dropped,       \
				 (long long)(seen).rx, (long long)(seen).rx_dropped,               \
				 (long long)(seen).tx, (long long)(seen).tx_dropped);              \
	} while (0)

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

static const u32 lens[] = {14, 15, 60, 1514, 1518, 1519, 9000};

enum {
	PROBE_OUT,
	PROBE_IN,
	PROBE_PEER,
};

static void check_cell(const struct row *row, enum hook source, u32 len)
{
	u32 peer = row->peer ? row->peer : row->target;
	struct device_stats target_before = rig_stats(row->target), peer_before = rig_stats(peer);
	u32 seen_len = row->target == TUN || row->target == TUNN ? len - 14 : len;
	enum door door = source == HOOK_INGRESS ? DOOR_RX : DOOR_TX;
	unsigned int failures = tap_failures;
	const struct probe_value *value;
	struct delta delta;

	rig_wire(row->target);
	rig_clear(row->target, row->flags, 1, 1);
	EQ(rig_give(S0, door, rig_frame(other, IPV4, len), len), 0);
	value = rig_value();
	EQ(value->sender.calls, 1);
	EQ(value->sender.ret[0], row->ret);
	EQ(value->probes[PROBE_OUT].runs, row->out);
	EQ(value->probes[PROBE_IN].runs, row->in);
	EQ(value->probes[PROBE_PEER].runs, row->peer_in);
	if (row->out)
		EQ(value->probes[PROBE_OUT].len, seen_len);
	if (row->in)
		EQ(value->probes[PROBE_IN].len, seen_len);
	if (row->peer_in)
		EQ(value->probes[PROBE_PEER].len, len);
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

static void check_rows(enum hook source)
{
	u32 target = 0, cells = 0;
	int probes[3] = {0};

	rig_sender(S0, source, 2);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];

		if (!(row->source & (source == HOOK_INGRESS ? INGRESS : EGRESS)))
			continue;
		if (row->target != target) {
			for (u32 n = 0; target && n < (row[-1].peer ? 3 : 2); n++)
				rig_detach(probes[n]);
			target = row->target;
			probes[0] = rig_probe(target, HOOK_EGRESS, PROBE_OUT);
			probes[1] = rig_probe(target, HOOK_INGRESS, PROBE_IN);
			if (row->peer)
				probes[2] = rig_probe(row->peer, HOOK_INGRESS, PROBE_PEER);
		}
		for (u32 n = 0; n < ARRAY_SIZE(lens); n++) {
			if (lens[n] < row->from || lens[n] > row->to)
				continue;
			check_cell(row, source, lens[n]);
			cells++;
		}
	}
	/* 10 targets, 2 directions, 7 lengths */
	EQ(cells, 140);
}

TEST(matrix_from_ingress)
{
	RIG_START();
	build_with_tunn();
	check_rows(HOOK_INGRESS);
}

TEST(matrix_from_egress)
{
	RIG_START();
	build_with_tunn();
	check_rows(HOOK_EGRESS);
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

/* FACTS A.1 [K]: bad flags and missing devices, from both hooks; flags come first. Nothing is seen,
 * nothing counted. */
TEST(refused_before_cloning)
{
	static const struct {
		u64 flags;
		u32 ifindex;
	} bad[] = {
		{2, T0},
		{3, T0},
		{1u << 16, T0},
		{1u << 17, T0},
		{1u << 18, T0},
		{1ull << 32, T0},
		{(1ull << 32) + 1, T0},
		{1ull << 63, T0},
		{~0ull, T0},
		{2, 9999},
		{0, 0},
		{1, 0},
		{0, 9999},
		{1, 9999},
		{0, 0x7fffffff},
		{0, 0x80000000},
		{0, 0xffffffff},
		{1, 0xffffffff},
	};

	RIG_START();
	build();
	for (enum hook source = 0; source < HOOKS; source++) {
		int sender = rig_sender(S0, source, 2);

		for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
			struct device_stats before = rig_stats(T0);
			static const struct delta none;
			struct delta delta;

			rig_clear(bad[i].ifindex, bad[i].flags, 1, 1);
			rig_give(S0, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
				 rig_frame(other, IPV4, 60), 60);
			EQ(rig_value()->sender.ret[0], -EINVAL);
			delta = subtract(rig_stats(T0), before);
			DELTA_EQ("t0", delta, none);
		}
		rig_detach(sender);
	}
}

/* FACTS A.3 [K]: a packet without a link-layer header goes nowhere but to its like. */
TEST(from_tun)
{
	static const struct {
		u32 target;
		u64 flags;
		s32 ret;
	} from_tun[] = {
		{T0, 0, -ERANGE}, {T0, 1, -ERANGE}, {IFB, 0, -ERANGE}, {IFB, 1, -ERANGE},
		{LO, 0, -ERANGE}, {LO, 1, -ERANGE}, {TD, 0, -ERANGE},  {E0, 0, -ERANGE},
		{TUN, 0, 0},	  {TUNN, 0, 2},	    {TUNN, 1, 0},
	};

	RIG_START();
	build_with_tunn();
	for (enum hook source = 0; source < HOOKS; source++) {
		int sender = rig_sender(TUN, source, 2);

		for (u32 i = 0; i < ARRAY_SIZE(from_tun); i++) {
			/* Sending out of its own egress hook is recursion: rows_loop.c. */
			if (source == HOOK_EGRESS && from_tun[i].target == TUN)
				continue;
			rig_clear(from_tun[i].target, from_tun[i].flags, 1, 1);
			EQ(rig_give(TUN, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX,
				    rig_frame(other, IPV4, 60) + 14, 46),
			   0);
			EQ(rig_value()->sender.calls, 1);
			EQ(rig_value()->sender.ret[0], from_tun[i].ret);
		}
		rig_detach(sender);
	}
}

/* The first @good calls returned 0, and all after them @bad. */
static void check_burst(u32 good, s32 bad)
{
	const struct sender *seen = &rig_value()->sender;

	for (u32 i = 0; i < seen->calls; i++) {
		if (seen->ret[i] == (i < good ? 0 : bad))
			continue;
		TAP_FAIL("call %u: expected %d, seen %d", i + 1, i < good ? 0 : bad, seen->ret[i]);
		return;
	}
}

/* FACTS A.4, A.5, G.4 [K]: 1200 clones in one run. What ifb takes was asked for this table: 33
 * packets until it stops its queue, the one that was on its way then, and 32 in the queue. */
TEST(burst)
{
	static const struct {
		u32 target, peer;
		u64 flags;
		enum hook source;
		u32 good;
		struct delta on_target, on_peer;
	} bursts[] = {
		{T0,
		 P0,
		 0,
		 HOOK_INGRESS,
		 1001,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
		{T0,
		 P0,
		 0,
		 HOOK_EGRESS,
		 1001,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
		{T0, 0, 1, HOOK_INGRESS, 1001, {.rx_dropped = 199}, {0}},
		{T0, 0, 1, HOOK_EGRESS, 1001, {.rx_dropped = 199}, {0}},
		/* lo's driver says yes whatever becomes of the packet. */
		{LO, 0, 0, HOOK_INGRESS, 1200, {.rx = 1001, .tx = 1001, .rx_dropped = 199}, {0}},
		{TUN, 0, 0, HOOK_INGRESS, 1200, {.tx = 500, .tx_dropped = 700}, {0}},
		{IFB, 0, 0, HOOK_INGRESS, 66, {.rx = 66, .tx = 66}, {0}},
		{IFB, 0, 0, HOOK_EGRESS, 1200, {.rx = 1200, .rx_dropped = 1200}, {0}},
		/* The queue is empty again at once, so its limit is never reached; the driver's
		 * refusals are not seen. */
		{TF,
		 PF,
		 0,
		 HOOK_INGRESS,
		 1200,
		 {.tx = 1001, .tx_dropped = 199},
		 {.rx = 1001, .rx_dropped = 199}},
	};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(bursts); i++) {
		enum hook source = bursts[i].source;
		int sender = rig_sender(S0, source, 2);
		u32 peer = bursts[i].peer ? bursts[i].peer : bursts[i].target;
		struct device_stats before = rig_stats(bursts[i].target);
		struct device_stats peer_before = rig_stats(peer);
		struct delta delta;

		rig_clear(bursts[i].target, bursts[i].flags, 1200, 1);
		rig_give(S0, source == HOOK_INGRESS ? DOOR_RX : DOOR_TX, rig_frame(other, IPV4, 60),
			 60);
		EQ(rig_value()->sender.calls, 1200);
		check_burst(bursts[i].good, 1);
		if (bursts[i].target == TUN)
			EQ(rig_wire(TUN), 500);
		delta = subtract(rig_stats(bursts[i].target), before);
		DELTA_EQ("the target", delta, bursts[i].on_target);
		if (bursts[i].peer) {
			delta = subtract(rig_stats(peer), peer_before);
			DELTA_EQ("its peer", delta, bursts[i].on_peer);
		}
		rig_detach(sender);
	}
}

/* Asked with a pfifo of 10 on the ifb: 33 until it stops, and 10, the one on its way among them. */
TEST(burst_into_ifb_with_pfifo)
{
	struct device_desc desc = {.name = "ifb1", .ifindex = 30, .kind = DEVICE_IFB, .qlen = 10};

	RIG_START();
	build();
	rig_add(&desc);
	rig_ready();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(30, 0, 100, 1);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 100);
	check_burst(43, 1);
}

#define PRIORITY_AT ((s16)offsetof(struct __sk_buff, priority))

/* pfifo_fast has room for 32 in each band: of 40 with priority 1, 34 are with ifb and 6 wait in
 * band 2; of 40 with priority 6, 32 wait in band 0. */
TEST(burst_into_bands)
{
	static const u32 priorities[] = {1, 6};

	RIG_START();
	build();
	for (u32 i = 0; i < ARRAY_SIZE(priorities); i++) {
		const struct bpf_insn set[] = {
			MOVI(R2, priorities[i]),
			STW(R1, R2, PRIORITY_AT),
			MOVI(R0, -1),
			EXIT,
		};

		rig_tcx(S0, HOOK_INGRESS, set, ARRAY_SIZE(set));
		rig_sender(S0, HOOK_INGRESS, i ? 2 : -1);
	}
	rig_clear(IFB, 0, 40, 2);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 80);
	check_burst(72, 1);
	EQ(rig_stats(IFB).tx_packets, 72);
}

/* Asked with tbf (a bucket of one frame) over a pfifo of 5: one frame leaves, 5 wait. */
TEST(burst_into_a_slow_queue)
{
	struct device_desc desc = {.name = "ts",
				   .peer = "ps",
				   .ifindex = 30,
				   .kind = DEVICE_VETH,
				   .rate = 8000,
				   .qlen = 5};

	RIG_START();
	build();
	rig_add(&desc);
	rig_device(31, "ps", DEVICE_VETH, 0, "ts");
	rig_ready();
	rig_sender(S0, HOOK_INGRESS, 2);
	rig_clear(30, 0, 20, 1);
	rig_give(S0, DOOR_RX, rig_frame(other, IPV4, 60), 60);
	EQ(rig_value()->sender.calls, 20);
	check_burst(6, 1);
}

TAP_MAIN()
