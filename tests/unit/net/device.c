/* SPDX-License-Identifier: BSD-2-Clause */
/* device.c - making devices: names, numbers, pairs, and the sentences about what does not fit. */
#include "net/world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static struct world *new_world(void)
{
	return world_new(&(struct world_options){.seed = 1}, NULL);
}

TEST(lo_is_there)
{
	struct world *world = new_world();
	struct device *lo = world_device(world, 1);

	REQUIRE(lo);
	STR_EQ(device_name(lo), "lo");
	EQ(device_kind(lo), DEVICE_LO);
	EQ(device_mtu(lo), 65536);
	OK(device_has_mac(lo));
	MEM_EQ(device_mac(lo), "\0\0\0\0\0\0", 6);
	OK(world_next_device(world, NULL) == lo);
	OK(world_next_device(world, lo) == NULL);
	OK(world_device_by_name(world, "lo") == lo);
	OK(world_device(world, 0) == NULL);
	OK(world_device(world, 2) == NULL);
	world_free(world);
}

TEST(refusals)
{
	static const struct {
		struct device_desc desc;
		int ret;
		const char *part;
	} rows[] = {
		{{.name = ""}, -EINVAL, "needs a name"},
		{{.name = "a/b"}, -EINVAL, "no slash, colon or space"},
		{{.name = "a b"}, -EINVAL, "no slash, colon or space"},
		{{.name = "a:b"}, -EINVAL, "no slash, colon or space"},
		{{.name = ".."}, -EINVAL, "is no name for a device"},
		{{.name = "lo"}, -EEXIST, "lo: there is a device of that name already"},
		{{.name = "eth0"}, -EEXIST, "eth0: there is a device of that name already"},
		{{.name = "lo2", .kind = DEVICE_LO}, -EEXIST, "one lo"},
		{{.name = "x", .kind = DEVICE_KINDS}, -EINVAL, "no such kind"},
		{{.name = "x", .ifindex = 1}, -EEXIST, "x: ifindex 1 is that of lo"},
		{{.name = "x", .ifindex = 2}, -EEXIST, "x: ifindex 2 is that of eth0"},
		{{.name = "x", .ifindex = 0x80000000}, -EINVAL, "above 2147483647"},
		{{.name = "x", .mtu = 67}, -EINVAL, "x: mtu 67 is not between 68 and 65535"},
		{{.name = "x", .mtu = 65536}, -EINVAL, "not between 68 and 65535"},
		{{.name = "x", .kind = DEVICE_TUN, .mtu = 65536}, -EINVAL, "and 65535"},
		{{.name = "x", .qlen = 1ll << 32}, -EINVAL, "qlen 4294967296 is above"},
		{{.name = "x", .has_mac = true, .mac = {1}}, -EINVAL, "multicast address"},
		{{.name = "x", .has_mac = true}, -EINVAL, "not all zero"},
		{{.name = "x", .kind = DEVICE_TUN, .has_mac = true, .mac = {2}},
		 -EINVAL,
		 "x: a device of type=tun has no MAC address"},
		{{.name = "x", .kind = DEVICE_VETH}, -EINVAL, "x: a veth needs a peer"},
		{{.name = "x", .peer = "y"},
		 -EINVAL,
		 "only a veth has a peer, and this is type=ether"},
		{{.name = "x", .kind = DEVICE_VETH, .peer = "x"}, -EINVAL, "not its own peer"},
		{{.name = "x", .kind = DEVICE_VETH, .peer = "a b"}, -EINVAL, "x: \"a b\""},
		{{.name = "x", .kind = DEVICE_VETH, .peer = "eth0"}, -EINVAL, "eth0 is no veth"},
		{{.name = "x", .kind = DEVICE_VETH, .peer = "v0"},
		 -EINVAL,
		 "x: its peer v0 has v1 as its peer"},
		{{.name = "v1"}, -EINVAL, "v1: it is the peer of v0"},
		{{.name = "v1", .kind = DEVICE_VETH, .peer = "z"}, -EINVAL, "it is the peer of v0"},
		{{.name = "x", .noreader = true}, -EINVAL, "only a tun has a reader"},
		{{.name = "x", .kind = DEVICE_IFB, .nocarrier = true},
		 -EINVAL,
		 "carrier of type=ifb"},
	};
	const struct device_desc eth0 = {.name = "eth0", .kind = DEVICE_ETHER, .qlen = -1};
	const struct device_desc v0 = {.name = "v0", .kind = DEVICE_VETH, .peer = "v1", .qlen = -1};
	struct world *world = new_world();
	struct error err;

	EQ(world_add_device(world, &eth0, NULL), 2);
	EQ(world_add_device(world, &v0, NULL), 3);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct device_desc desc = rows[i].desc;

		if (!desc.kind && strcmp(desc.name, "lo2"))
			desc.kind = DEVICE_ETHER;
		err.text[0] = 0;
		EQ(world_add_device(world, &desc, &err), rows[i].ret);
		STR_HAS(err.text, rows[i].part);
	}
	/* Nothing of all that is left behind. */
	OK(world_next_device(world, world_device(world, 3)) == NULL);
	world_free(world);
}

TEST(name_without_end)
{
	struct device_desc desc = {.kind = DEVICE_ETHER};
	struct world *world = new_world();
	struct error err;

	memset(desc.name, 'n', sizeof(desc.name));
	EQ(world_add_device(world, &desc, &err), -EINVAL);
	STR_HAS(err.text, "at most 15 characters");
	world_free(world);
}

TEST(addresses)
{
	const struct device_desc own = {.name = "a", .kind = DEVICE_ETHER, .ifindex = 0x102};
	const struct device_desc given = {
		.name = "b", .kind = DEVICE_ETHER, .has_mac = true, .mac = {0, 1, 2, 3, 4, 5}};
	const struct device_desc tun = {.name = "c", .kind = DEVICE_TUN};
	struct world *world = new_world();

	world_add_device(world, &own, NULL);
	world_add_device(world, &given, NULL);
	world_add_device(world, &tun, NULL);
	MEM_EQ(device_mac(world_device_by_name(world, "a")), "\2\0\0\0\1\2", 6);
	MEM_EQ(device_mac(world_device_by_name(world, "b")), "\0\1\2\3\4\5", 6);
	OK(!device_has_mac(world_device_by_name(world, "c")));
	world_free(world);
}

TEST(a_thousand)
{
	struct world *world = new_world();
	struct device *dev = NULL;
	u32 cnt = 0, last = 0;

	for (u32 i = 0; i < 1000; i++) {
		struct device_desc desc = {.kind = DEVICE_ETHER, .qlen = -1};

		snprintf(desc.name, sizeof(desc.name), "eth%u", i);
		/* Every seventh has a number of its own, far away or in the way of the others. */
		if (i % 7 == 3)
			desc.ifindex = i % 2 ? 1000000 - i : i + 20;
		EQ(world_add_device(world, &desc, NULL) > 0, 1);
	}
	while ((dev = world_next_device(world, dev))) {
		OK(device_ifindex(dev) > last);
		last = device_ifindex(dev);
		OK(world_device(world, last) == dev);
		OK(world_device_by_name(world, device_name(dev)) == dev);
		cnt++;
	}
	EQ(cnt, 1001);
	EQ(last, 1000000 - 3);
	OK(world_device(world, 999999) == NULL);
	world_free(world);
}

TEST(kind_names)
{
	STR_EQ(device_kind_name(DEVICE_LO), "lo");
	STR_EQ(device_kind_name(DEVICE_ETHER), "ether");
	STR_EQ(device_kind_name(DEVICE_VETH), "veth");
	STR_EQ(device_kind_name(DEVICE_IFB), "ifb");
	STR_EQ(device_kind_name(DEVICE_DUMMY), "dummy");
	STR_EQ(device_kind_name(DEVICE_TUN), "tun");
}

TEST(carrier_is_not_everybody_s)
{
	struct world *world = new_world();

	EQ(device_set_carrier(world_device(world, 1), false), -EINVAL);
	EQ(device_set_carrier(world_device(world, 1), true), 0);
	world_free(world);
}

TAP_MAIN()
