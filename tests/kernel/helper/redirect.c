/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * redirect.c - what bpf_clone_redirect and bpf_redirect answer before the packet is on its way:
 * Linux in a network namespace with nothing but lo and a tun device whose reader is here, skiff
 * with a host that takes everything.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "desk.h"
#include "linux.h"
#include "tap.h"

static struct fake fake;
static struct desk desk;
static u8 frame[60];
static int reader = -1;

static int bring_up(const char *name, int *ifindex)
{
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;
	struct ifreq request = {};

	strcpy(request.ifr_name, name);
	if (ioctl(s, SIOCGIFINDEX, &request))
		err = -errno;
	*ifindex = request.ifr_ifindex;
	request.ifr_flags = IFF_UP;
	if (!err && ioctl(s, SIOCSIFFLAGS, &request))
		err = -errno;
	close(s);
	return err;
}

/* A namespace of our own, and in skiff's host the same two devices. */
static int setup(void)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int lo, tun;

	if (unshare(CLONE_NEWNET))
		return -errno;
	reader = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	strcpy(request.ifr_name, "tun0");
	if (reader < 0 || ioctl(reader, TUNSETIFF, &request))
		return -errno;
	if (bring_up("lo", &lo) || bring_up("tun0", &tun))
		return -EIO;
	fake_init(&fake);
	fake.devices[0] = (struct device){.ifindex = (u32)lo, .name = "lo"};
	fake.devices[1] = (struct device){.ifindex = (u32)tun, .name = "tun0", .no_mac = true};
	for (u32 i = 0; i < sizeof(frame); i++)
		frame[i] = (u8)i;
	frame[12] = 0x88;
	frame[13] = 0xb5;
	return 0;
}

static void teardown(void)
{
	close(reader);
	fake_free(&fake);
}

static u64 targets(u32 nth)
{
	const u64 ifindexes[] = {0,
				 fake.devices[0].ifindex,
				 fake.devices[1].ifindex,
				 9999,
				 0x7fffffff,
				 0x80000000,
				 0xffffffff,
				 0x100000001,
				 ~0ull};

	return ifindexes[nth];
}
#define TARGETS 9

static const u64 flags[] = {0,	      1,	2,	  3,	      4,	  1u << 16,
			    1u << 17, 1u << 18, 1u << 31, 1ull << 32, 1ull << 63, (1ull << 32) | 1,
			    ~0ull,    ~0ull - 1};

static void clones(enum bpf_prog_type type, u32 gso_size)
{
	static const u32 lens[] = {14, 15, 60};
	struct desk_question question = {
		.helper = BPF_FUNC_clone_redirect,
		.type = type,
		.kinds = {DESK_CTX, DESK_NUM, DESK_NUM},
		.gso_size = gso_size,
	};

	REQUIRE(desk_open(&question) == 0);
	for (u32 t = 0; t < TARGETS; t++) {
		for (u32 f = 0; f < ARRAY_SIZE(flags); f++) {
			for (u32 l = 0; l < ARRAY_SIZE(lens); l++) {
				desk.args[1] = targets(t);
				desk.args[2] = flags[f];
				OK(desk_agree(&question, &fake, &desk, frame, lens[l], "clone"));
			}
		}
	}
	desk_close(&question);
}

/* Flags before segments before the device before the header rule; as each type of program has
 * its packet, an LWT program's with the old link-layer header still on record. */
TEST(clone_redirect)
{
	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	clones(BPF_PROG_TYPE_SCHED_CLS, 0);
	clones(BPF_PROG_TYPE_SCHED_ACT, 0);
	clones(BPF_PROG_TYPE_LWT_XMIT, 0);
	clones(BPF_PROG_TYPE_SCHED_CLS, 500);
	teardown();
}

TEST(redirect)
{
	struct desk_question question = {
		.helper = BPF_FUNC_redirect,
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.kinds = {DESK_NUM, DESK_NUM},
	};

	if (linux_missing())
		SKIP(linux_missing());
	REQUIRE(setup() == 0);
	REQUIRE(desk_open(&question) == 0);
	for (u32 t = 0; t < TARGETS; t++) {
		for (u32 f = 0; f < ARRAY_SIZE(flags); f++) {
			desk.args[0] = targets(t);
			desk.args[1] = flags[f];
			OK(desk_agree(&question, &fake, &desk, frame, sizeof(frame), "redirect"));
		}
	}
	desk_close(&question);
	teardown();
}

TAP_MAIN()
