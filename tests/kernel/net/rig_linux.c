/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rig_linux.c - the rig whose engine is the running Linux. Each test gets a namespace of its own,
 * which goes when the next one begins. An ether is a veth whose other end, "NAME-w", is its wire.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab.h"
#include "rig.h"

#define WIRE(ifindex) (1000 + (ifindex)) /* the ifindex of an ether's wire */

static struct {
	int map;
	struct probe_value value;
	struct {
		struct device_desc desc;
		int tun; /* its reader, -1 */
		u64 wire_seen;
		u32 last_len;
		u8 last[65536];
	} devices[100];
	int links[512];
	u32 link_cnt;
} rig = {.map = -1};

void rig_end(void)
{
	for (u32 i = 0; i < rig.link_cnt; i++) {
		if (rig.links[i] >= 0)
			close(rig.links[i]);
	}
	for (u32 i = 0; i < ARRAY_SIZE(rig.devices); i++) {
		if (rig.devices[i].desc.kind == DEVICE_TUN && rig.devices[i].tun >= 0)
			close(rig.devices[i].tun);
	}
	if (rig.map >= 0)
		close(rig.map);
	memset(&rig, 0, sizeof(rig));
	rig.map = -1;
}

const char *rig_start(void)
{
	const char *why;

	rig_end();
	why = lab_enter();
	if (why)
		return why;
	rig.map = lab_map(sizeof(struct probe_value));
	return NULL;
}

static void add_queue(const struct device_desc *desc)
{
	if (desc->rate) {
		/* A bucket that one frame of 60 bytes empties. */
		lab_run("tc qdisc add dev %s root handle 1: tbf rate %llubit burst 60 limit "
			"1000000",
			desc->name, (unsigned long long)desc->rate);
		lab_run("tc qdisc add dev %s parent 1: pfifo limit %lld", desc->name,
			(long long)(desc->qlen < 0 ? 1000 : desc->qlen));
	} else if (desc->qlen >= 0) {
		lab_run("tc qdisc add dev %s root pfifo limit %lld", desc->name,
			(long long)desc->qlen);
	}
}

static void set_mac(const char *name, u32 ifindex)
{
	lab_run("ip link set %s address 02:00:00:00:00:%02x", name, ifindex);
}

/* The other end's description, or NULL when that has not been given yet. */
static const struct device_desc *peer_of(const struct device_desc *desc)
{
	for (u32 i = 0; i < ARRAY_SIZE(rig.devices); i++) {
		if (rig.devices[i].desc.name[0] && !strcmp(rig.devices[i].desc.name, desc->peer))
			return &rig.devices[i].desc;
	}
	return NULL;
}

static void set_link(const struct device_desc *desc)
{
	if (desc->kind == DEVICE_VETH || desc->kind == DEVICE_ETHER)
		set_mac(desc->name, desc->ifindex);
	if (desc->mtu)
		lab_run("ip link set %s mtu %u", desc->name, desc->mtu);
	lab_run("ip link set %s %s", desc->name, desc->down ? "down" : "up");
	add_queue(desc);
}

void rig_add(const struct device_desc *desc)
{
	const struct device_desc *peer;

	rig.devices[desc->ifindex].desc = *desc;
	rig.devices[desc->ifindex].tun = -1;
	switch (desc->kind) {
	case DEVICE_LO:
	case DEVICE_DUMMY: /* the kernels this was written on have none */
	case DEVICE_KINDS:
		printf("Bail out! %s: this rig has no such device\n", desc->name);
		exit(1);
	case DEVICE_ETHER:
		lab_run("ip link add %s index %u type veth peer name %s-w index %u", desc->name,
			desc->ifindex, desc->name, WIRE(desc->ifindex));
		lab_run("ip link set %s-w mtu 65535 up", desc->name);
		break;
	case DEVICE_VETH:
		/* Both ends are made with the second of them. */
		peer = peer_of(desc);
		if (!peer)
			return;
		lab_run("ip link add %s index %u type veth peer name %s index %u", desc->name,
			desc->ifindex, peer->name, peer->ifindex);
		set_link(peer);
		break;
	case DEVICE_IFB:
		/* An ifb keeps the address it is made with. */
		lab_run("ip link add %s index %u address 02:00:00:00:00:%02x type ifb", desc->name,
			desc->ifindex, desc->ifindex);
		break;
	case DEVICE_TUN:
		rig.devices[desc->ifindex].tun = lab_tun(desc->name, desc->ifindex);
		if (desc->noreader) {
			close(rig.devices[desc->ifindex].tun);
			rig.devices[desc->ifindex].tun = -1;
		}
		break;
	}
	set_link(desc);
}

void rig_set_up(u32 ifindex, bool up)
{
	const char *name = ifindex == 1 ? "lo" : rig.devices[ifindex].desc.name;

	lab_run("ip link set %s %s", name, up ? "up" : "down");
	rig.devices[ifindex].desc.down = !up;
}

/* Has Linux noticed the carrier, or that there is none? A device that is down, and one whose
 * carrier never changes, need not be waited for. */
static bool noticed(const struct device_desc *desc)
{
	bool running = !desc->noreader;

	if (desc->down || desc->kind == DEVICE_IFB || (desc->kind == DEVICE_TUN && running))
		return true;
	if (desc->kind == DEVICE_ETHER && !lab_running(WIRE(desc->ifindex)))
		return false;
	if (desc->kind == DEVICE_VETH) {
		if (!peer_of(desc))
			return true; /* not made yet */
		running = !peer_of(desc)->down;
	}
	return lab_running(desc->ifindex) == running;
}

void rig_ready(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(rig.devices); i++) {
		for (u32 try = 0; rig.devices[i].desc.name[0] && !noticed(&rig.devices[i].desc);
		     try++) {
			if (try == 3000) {
				printf("Bail out! Linux has not noticed the carrier of %s\n",
				       rig.devices[i].desc.name);
				exit(1);
			}
			usleep(1000);
		}
	}
}

static int keep(int link)
{
	if (rig.link_cnt == ARRAY_SIZE(rig.links)) {
		printf("Bail out! more programs than this rig keeps\n");
		exit(1);
	}
	rig.links[rig.link_cnt] = link;
	return (int)rig.link_cnt++;
}

int rig_tcx(u32 ifindex, enum hook hook, const struct bpf_insn *insns, u32 cnt)
{
	int prog = lab_prog(insns, cnt, rig.map);
	int number = keep(lab_attach_tcx(prog, ifindex, hook));

	close(prog);
	return number;
}

int rig_clsact(u32 ifindex, enum hook hook, u32 prio, u32 classid, u16 protocol,
	       const struct bpf_insn *insns, u32 cnt)
{
	int prog = lab_prog(insns, cnt, rig.map);

	lab_attach_clsact(prog, ifindex, hook, prio, classid, __builtin_bswap16(protocol), true);
	close(prog);
	return -1;
}

void rig_detach(int number)
{
	close(rig.links[number]);
	rig.links[number] = -1;
}

struct probe_value *rig_value(void)
{
	lab_map_read(rig.map, &rig.value);
	return &rig.value;
}

void rig_clear(u32 ifindex, u64 flags, u32 count, u64 budget)
{
	memset(&rig.value, 0, sizeof(rig.value));
	rig.value.sender.budget = budget;
	rig.value.sender.ifindex = ifindex;
	rig.value.sender.flags = flags;
	rig.value.sender.count = count;
	lab_map_write(rig.map, &rig.value);
}

void rig_verdict(u32 ifindex, u64 flags, s32 verdict)
{
	rig_clear(ifindex, flags, 1, 1);
	rig.value.verdict = verdict;
	lab_map_write(rig.map, &rig.value);
}

int rig_give(u32 ifindex, enum door door, const void *frame, u32 len)
{
	int ret = 0;

	if (door == DOOR_TX) {
		ret = lab_send(ifindex, frame, len);
		/* What the sender is told of a drop is not the frame's fate. */
		return ret == -ENOBUFS || ret == -EMSGSIZE ? 0 : ret;
	}
	if (rig.devices[ifindex].desc.kind == DEVICE_TUN) {
		if (write(rig.devices[ifindex].tun, frame, len) < 0)
			ret = errno == EIO ? -ENETDOWN : -errno;
		lab_settle();
		return ret;
	}
	ret = lab_send(WIRE(ifindex), frame, len);
	return ret == -ENOBUFS ? 0 : ret;
}

struct device_stats rig_stats(u32 ifindex)
{
	struct device_stats stats;

	lab_stats(ifindex, &stats);
	return stats;
}

/* Read everything there is: how many. */
static u32 read_tun(u32 ifindex)
{
	u32 cnt = 0;
	ssize_t n;

	while ((n = read(rig.devices[ifindex].tun, rig.devices[ifindex].last, 65536)) >= 0) {
		rig.devices[ifindex].last_len = (u32)n;
		cnt++;
	}
	return cnt;
}

u32 rig_wire(u32 ifindex)
{
	struct device_stats stats;
	u64 before = rig.devices[ifindex].wire_seen;

	if (rig.devices[ifindex].desc.kind == DEVICE_TUN)
		return rig.devices[ifindex].tun >= 0 ? read_tun(ifindex) : 0;
	if (rig.devices[ifindex].desc.kind != DEVICE_ETHER)
		return 0;
	lab_stats(WIRE(ifindex), &stats);
	rig.devices[ifindex].wire_seen = stats.rx_packets;
	return (u32)(stats.rx_packets - before);
}

u32 rig_wire_last(u32 ifindex, void *to)
{
	memcpy(to, rig.devices[ifindex].last, rig.devices[ifindex].last_len);
	return rig.devices[ifindex].last_len;
}
