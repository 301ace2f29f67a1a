/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rows_door.c - frames on their way in: which lengths are taken, what a hook sees of them, what
 * counts. FACTS J, and what was asked for these tables. Every figure is asserted in both
 * engines (rig.h).
 */
#include "rig.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>

enum {
	LO = 1,
	S0,
	T0,
	P0,
	IFB,
	TUN,
};

static const u8 other[6] = RIG_MAC_OTHER;

static void build(u32 mtu)
{
	rig_device(S0, "s0", DEVICE_ETHER, mtu, NULL);
	rig_device(T0, "t0", DEVICE_VETH, mtu, "p0");
	rig_device(P0, "p0", DEVICE_VETH, mtu, "t0");
	rig_device(IFB, "ifb0", DEVICE_IFB, mtu, NULL);
	rig_device(TUN, "tun0", DEVICE_TUN, mtu, NULL);
	rig_ready();
}

static void probe_everything(void)
{
	for (u32 dev = LO; dev <= TUN; dev++)
		rig_probe(dev, HOOK_EGRESS, dev);
}

/* send(2) on AF_PACKET: the header at least, MTU + header at most, 4 more for an 802.1Q frame
 * (not for 802.1ad). One that is too long is not seen by the hook, nor counted. */
TEST(lengths_sent)
{
	static const struct {
		u32 dev;
		u16 protocol;
		u32 len;
		int ret;
		u32 runs;
	} rows[] = {
		{S0, 0x0800, 13, -EINVAL, 0}, {S0, 0x0800, 14, 0, 1},
		{S0, 0x0800, 1514, 0, 1},     {S0, 0x0800, 1515, 0, 0},
		{S0, 0x0800, 1518, 0, 0},     {S0, 0x8100, 1514, 0, 1},
		{S0, 0x8100, 1518, 0, 1},     {S0, 0x8100, 1519, 0, 0},
		{S0, 0x88a8, 1514, 0, 1},     {S0, 0x88a8, 1515, 0, 0},
		{T0, 0x0800, 1514, 0, 1},     {T0, 0x0800, 1515, 0, 0},
		{IFB, 0x0800, 1514, 0, 1},    {IFB, 0x0800, 1515, 0, 0},
		{TUN, 0, 0, -EINVAL, 0},      {TUN, 0, 1, 0, 1},
		{TUN, 0, 1500, 0, 1},	      {TUN, 0, 1501, 0, 0},
		{LO, 0x0800, 13, -EINVAL, 0}, {LO, 0x0800, 14, 0, 1},
		{LO, 0x0800, 65550, 0, 1},    {LO, 0x0800, 65551, 0, 0},
		{LO, 0x8100, 65551, 0, 0},
	};

	RIG_START();
	build(0);
	probe_everything();
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_stats before = rig_stats(rows[i].dev);
		unsigned int failures = tap_failures;

		rig_clear(0, 0, 0, 0);
		EQ(rig_give(rows[i].dev, DOOR_TX, rig_frame(other, rows[i].protocol, rows[i].len),
			    rows[i].len),
		   rows[i].ret);
		EQ(rig_value()->probes[rows[i].dev].runs, rows[i].runs);
		EQ(rig_stats(rows[i].dev).tx_dropped - before.tx_dropped, 0);
		if (tap_failures != failures)
			printf("# that was: device %u protocol %04x len %u\n", rows[i].dev,
			       rows[i].protocol, rows[i].len);
	}
}

/* From a wire: at most MTU + header + 4, whatever it carries; beyond that, rx_dropped. */
TEST(lengths_received)
{
	static const struct {
		u32 len;
		u32 runs;
		u64 rx, dropped;
	} rows[] = {
		{14, 1, 1, 0}, {15, 1, 1, 0}, {1518, 1, 1, 0}, {1519, 0, 0, 1}, {9000, 0, 0, 1},
	};

	RIG_START();
	build(0);
	rig_probe(S0, HOOK_INGRESS, 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_stats before = rig_stats(S0), after;

		rig_clear(0, 0, 0, 0);
		rig_give(S0, DOOR_RX, rig_frame(other, ETH_P_IP, rows[i].len), rows[i].len);
		after = rig_stats(S0);
		EQ(rig_value()->probes[0].runs, rows[i].runs);
		EQ(after.rx_packets - before.rx_packets, rows[i].rx);
		EQ(after.rx_bytes - before.rx_bytes, rows[i].rx * rows[i].len);
		EQ(after.rx_dropped - before.rx_dropped, rows[i].dropped);
	}
}

/* What a tun's reader writes must begin like an IP packet, and that is all; its MTU is not asked.
 */
TEST(written_to_tun)
{
	static const struct {
		u8 first;
		u32 len;
		int ret; /* of write(2); a world has lost the packet instead */
		u32 runs;
		u16 protocol;
		u64 rx, dropped;
	} rows[] = {
		{0x45, 1, 0, 1, ETH_P_IP, 1, 0},     {0x40, 60, 0, 1, ETH_P_IP, 1, 0},
		{0x60, 1, 0, 1, ETH_P_IPV6, 1, 0},   {0x6f, 60, 0, 1, ETH_P_IPV6, 1, 0},
		{0x50, 60, -EINVAL, 0, 0, 0, 1},     {0x00, 60, -EINVAL, 0, 0, 0, 1},
		{0xf5, 60, -EINVAL, 0, 0, 0, 1},     {0x45, 9001, 0, 1, ETH_P_IP, 1, 0},
		{0x45, 65535, 0, 1, ETH_P_IP, 1, 0},
	};
	static u8 packet[65536];

	RIG_START();
	build(0);
	rig_probe(TUN, HOOK_INGRESS, 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_stats before = rig_stats(TUN), after;
		int ret;

		packet[0] = rows[i].first;
		rig_clear(0, 0, 0, 0);
		ret = rig_give(TUN, DOOR_RX, packet, rows[i].len);
		OK(ret == rows[i].ret || ret == 0);
		after = rig_stats(TUN);
		EQ(rig_value()->probes[0].runs, rows[i].runs);
		EQ(rig_value()->probes[0].protocol, htons(rows[i].protocol));
		if (rows[i].runs) {
			EQ(rig_value()->probes[0].len, rows[i].len);
			/* Its receive queue was noted: skb_record_rx_queue. */
			EQ(rig_value()->probes[0].queue_mapping, 1);
			EQ(rig_value()->probes[0].ingress_ifindex, TUN);
		}
		EQ(after.rx_packets - before.rx_packets, rows[i].rx);
		EQ(after.rx_bytes - before.rx_bytes, rows[i].rx * rows[i].len);
		EQ(after.rx_dropped - before.rx_dropped, rows[i].dropped);
	}
}

/* What the host sends through a tun is IP if it has at least a whole header. */
TEST(protocol_sent_to_tun)
{
	static const struct {
		u8 first;
		u32 len;
		u16 protocol;
	} rows[] = {
		{0x45, 20, ETH_P_IP}, {0x45, 19, 0}, {0x60, 40, ETH_P_IPV6},
		{0x60, 39, 0},	      {0x50, 60, 0}, {0x45, 1, 0},
	};
	u8 packet[60] = {0};

	RIG_START();
	build(0);
	rig_probe(TUN, HOOK_EGRESS, 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		packet[0] = rows[i].first;
		rig_clear(0, 0, 0, 0);
		rig_give(TUN, DOOR_TX, packet, rows[i].len);
		EQ(rig_value()->probes[0].runs, 1);
		EQ(rig_value()->probes[0].protocol, htons(rows[i].protocol));
	}
}

/* How much of a long frame a program can read directly: as long as frame and room in front fit in a
 * page, all of it; then the link-layer header. FACTS A.2 has 14 of 9000. */
TEST(linear)
{
	static const struct {
		u32 dev;
		enum door door;
		u32 len, linear;
	} rows[] = {
		{S0, DOOR_TX, 4079, 4079},  {S0, DOOR_TX, 4080, 14},	{S0, DOOR_TX, 9000, 14},
		{S0, DOOR_RX, 4079, 4079},  {S0, DOOR_RX, 4080, 14},	{S0, DOOR_RX, 9000, 14},
		{IFB, DOOR_TX, 4079, 4079}, {IFB, DOOR_TX, 4080, 14},	{LO, DOOR_TX, 4079, 4079},
		{LO, DOOR_TX, 4080, 14},    {TUN, DOOR_TX, 9000, 9000}, {TUN, DOOR_RX, 4031, 4031},
		{TUN, DOOR_RX, 4032, 3712}, {TUN, DOOR_RX, 9000, 3712},
	};

	RIG_START();
	build(9000);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const u8 *frame = rig_frame(other, ETH_P_IP, 9014);
		int probe = rig_probe(rows[i].dev,
				      rows[i].door == DOOR_TX ? HOOK_EGRESS : HOOK_INGRESS, 0);

		rig_clear(0, 0, 0, 0);
		rig_give(rows[i].dev, rows[i].door, rows[i].dev == TUN ? frame + 14 : frame,
			 rows[i].len);
		EQ(rig_value()->probes[0].len, rows[i].len);
		EQ(rig_value()->probes[0].linear, rows[i].linear);
		rig_detach(probe);
	}
}

/* FACTS J [K]: a tagged frame of fewer than 20 bytes is gone before the ingress hook, counted as
 * received and nothing else. A longer one has its tag outside. */
TEST(tagged_received)
{
	static const struct {
		u16 tpid;
		char tag[9];
		u32 len;
		u32 runs, seen_len, linear;
		u16 tci, protocol;
	} rows[] = {
		{0x8100, "\0\5\x08\0\x45", 17, 0, 0, 0, 0, 0},
		{0x8100, "\0\5\x08\0\x45", 19, 0, 0, 0, 0, 0},
		{0x8100, "\0\5\x08\0\x45", 20, 1, 16, 16, 5, ETH_P_IP},
		{0x8100, "\xe0\5\x08\0\x45", 64, 1, 60, 60, 0xe005, ETH_P_IP},
		{0x88a8, "\0\5\x08\0\x45", 64, 1, 60, 60, 5, ETH_P_IP},
		{0x8100, "\0\5\x81\0\0\6\x08\0", 64, 1, 60, 60, 5, ETH_P_8021Q},
		{0x8100, "\0\0\x08\0\x45", 64, 1, 60, 60, 0, ETH_P_IP},
		{0x8100, "\0\5\0\x2e\x45", 64, 1, 60, 60, 5, ETH_P_802_2},
		{0x8100, "\0\5\0\x2e\xff\xff", 64, 1, 60, 60, 5, ETH_P_802_3},
		{0x8100, "\0\5\x08\0\x45", 9000, 1, 8996, 16, 5, ETH_P_IP},
	};
	static u8 frame[9000];

	RIG_START();
	build(9000);
	rig_probe(S0, HOOK_INGRESS, 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_stats before = rig_stats(S0), after;
		const struct probe *seen;

		memcpy(frame, rig_frame(other, rows[i].tpid, rows[i].len), rows[i].len);
		memcpy(frame + 14, rows[i].tag, 8);
		rig_clear(0, 0, 0, 0);
		rig_give(S0, DOOR_RX, frame, rows[i].len);
		after = rig_stats(S0);
		seen = &rig_value()->probes[0];
		EQ(after.rx_packets - before.rx_packets, 1);
		EQ(after.rx_bytes - before.rx_bytes, rows[i].len);
		EQ(seen->runs, rows[i].runs);
		EQ(seen->len, rows[i].seen_len);
		EQ(seen->linear, rows[i].linear);
		EQ(seen->vlan_present, rows[i].runs);
		EQ(seen->vlan_tci, rows[i].tci);
		EQ(seen->vlan_proto, rows[i].runs ? htons(rows[i].tpid) : 0);
		EQ(seen->protocol, htons(rows[i].protocol));
	}
}

/* FACTS J [K]: a frame that the host sends has its network header behind the tags that are in it; a
 * clone to a tun begins there. When they are cut off, or on lo (asked), it is behind the first
 * header. */
TEST(tagged_sent)
{
	static const struct {
		u32 dev;
		const char *tags; /* behind the type, 0x8100 */
		u32 tags_len, len, tun_len;
	} rows[] = {
		{S0, "\0\5\x08\0", 4, 64, 46},
		{S0, "\0\5\x81\0\0\6\x08\0", 8, 64, 42},
		{S0, "\0\5\x88\xa8\0\6\x81\0\0\7\x08\0", 12, 64, 38},
		{S0, "\0\5\x81\0\0\6\x08\0", 8, 20, 6},
		{S0, "\0\5\x81\0\0\6\x08\0", 8, 17, 3},
		{LO, "\0\5\x08\0", 4, 64, 50},
	};
	u8 frame[64], read[65536];

	RIG_START();
	build(0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		int sender = rig_sender(rows[i].dev, HOOK_EGRESS, 2);

		memcpy(frame, rig_frame(other, ETH_P_8021Q, 64), 64);
		memcpy(frame + 14, rows[i].tags, rows[i].tags_len);
		rig_wire(TUN);
		rig_clear(TUN, 0, 1, 1);
		rig_give(rows[i].dev, DOOR_TX, frame, rows[i].len);
		EQ(rig_value()->sender.ret[0], 0);
		EQ(rig_wire(TUN), 1);
		EQ(rig_wire_last(TUN, read), rows[i].tun_len);
		MEM_EQ(read, frame + rows[i].len - rows[i].tun_len, rows[i].tun_len);
		rig_detach(sender);
	}
}

/* FACTS J [K]: rx_dropped counts what passed and found no protocol handler. IPv4, IPv6 and ARP have
 * one, and 802.2; it does not matter then for whom the frame was. Asked for this table. */
TEST(handlers)
{
	static const struct {
		u16 protocol;
		char payload[9];
		u32 dropped;
	} rows[] = {
		{0x0800, "\x45", 0},
		{0x86dd, "\x60", 0},
		{0x0806, "\0\1", 0},
		{0x0004, "\x42\x42", 0}, /* a length: 802.2 */
		{0x002e, "\x42\x42", 0},
		{0x002e, "\xff\xff", 1}, /* 802.3 */
		{0x88cc, "", 1},
		{0x8847, "", 1},
		{0x888e, "", 1},
		{0x8863, "", 1},
		{0x8035, "", 1},
		{0x1234, "", 1},
		{0x0600, "", 1},
		/* Behind a tag the inner protocol counts. Of tags for VLAN 0 all are taken off. */
		{0x8100, "\0\5\x08\0\0\0\0", 0},
		{0x8100, "\0\0\x08\0\0\0\0", 0},
		{0x8100, "\0\5\x12\x34\0\0\0", 1},
		{0x8100, "\0\0\x81\0\0\0\x08", 0},
		{0x8100, "\0\0\x81\0\0\5\x08", 0},
		{0x8100, "\0\0\x81\0\0\0\x12", 1},
		{0x8100, "\0\5\x81\0\0\0\x08", 1},
	};
	static const u8 to[4][6] = {RIG_MAC(S0), RIG_MAC_OTHER, RIG_MAC_BROADCAST,
				    RIG_MAC_MULTICAST};
	u8 frame[64];

	RIG_START();
	build(0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		for (u32 n = 0; n < ARRAY_SIZE(to); n++) {
			struct device_stats before = rig_stats(S0);

			memcpy(frame, rig_frame(to[n], rows[i].protocol, 64), 64);
			memset(frame + 14, 0, 50);
			for (u32 b = 0; b < (rows[i].protocol == 0x8100 ? 7 : 2); b++)
				frame[14 + b] = (u8)rows[i].payload[b];
			rig_give(S0, DOOR_RX, frame, 64);
			EQ(rig_stats(S0).rx_packets - before.rx_packets, 1);
			EQ(rig_stats(S0).rx_dropped - before.rx_dropped, rows[i].dropped);
		}
	}
}

/* lo counts bytes without the header, and receives what it sends; ifb drops what the host sends. */
TEST(counters_of_the_host_s_frames)
{
	struct device_stats stats;

	RIG_START();
	build(0);
	rig_give(LO, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	stats = rig_stats(LO);
	EQ(stats.tx_packets, 1);
	EQ(stats.tx_bytes, 46);
	EQ(stats.rx_packets, 1);
	EQ(stats.rx_bytes, 46);
	EQ(stats.rx_dropped, 1);

	rig_give(IFB, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	stats = rig_stats(IFB);
	EQ(stats.tx_packets, 0);
	EQ(stats.rx_packets, 1);
	EQ(stats.rx_bytes, 60);
	EQ(stats.rx_dropped, 1);

	rig_give(T0, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	stats = rig_stats(T0);
	EQ(stats.tx_packets, 1);
	EQ(stats.tx_bytes, 60);
	stats = rig_stats(P0);
	EQ(stats.rx_packets, 1);
	EQ(stats.rx_bytes, 60);
	EQ(stats.rx_dropped, 1);

	rig_give(TUN, DOOR_TX, rig_frame(other, 0x1234, 60), 60);
	EQ(rig_wire(TUN), 1);
	stats = rig_stats(TUN);
	EQ(stats.tx_packets, 1);
	EQ(stats.tx_bytes, 60);
}

/* Down: the host cannot send, and nothing is counted. No carrier: it can, and the hook sees it. */
TEST(down_and_no_carrier)
{
	struct device_stats stats;

	RIG_START();
	build(0);
	rig_probe(T0, HOOK_EGRESS, 0);
	rig_set_up(P0, false);
	rig_ready();
	rig_clear(0, 0, 0, 0);
	EQ(rig_give(T0, DOOR_TX, rig_frame(other, 0x1234, 60), 60), 0);
	EQ(rig_value()->probes[0].runs, 1);
	stats = rig_stats(T0);
	EQ(stats.tx_packets, 0);
	EQ(stats.tx_dropped, 1);

	rig_set_up(T0, false);
	EQ(rig_give(T0, DOOR_TX, rig_frame(other, 0x1234, 60), 60), -ENETDOWN);
	EQ(rig_value()->probes[0].runs, 1);
	EQ(rig_stats(T0).tx_dropped, 1);

	/* A write to a tun that is down is counted. */
	rig_set_up(TUN, false);
	EQ(rig_give(TUN, DOOR_RX, rig_frame(other, 0, 60) + 14, 46), -ENETDOWN);
	EQ(rig_stats(TUN).rx_dropped, 1);

	rig_set_up(T0, true);
	rig_set_up(P0, true);
	rig_ready();
	EQ(rig_give(T0, DOOR_TX, rig_frame(other, 0x1234, 60), 60), 0);
	EQ(rig_stats(T0).tx_packets, 1);
}

TAP_MAIN()
