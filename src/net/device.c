/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * device.c - a device from its description, and its state: up, carrier, counters.
 */
#include "net/device.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "net/outcome.h"

static const struct device_ops *const kinds[DEVICE_KINDS] = {
	[DEVICE_LO] = &lo_ops,	 [DEVICE_ETHER] = &ether_ops, [DEVICE_VETH] = &veth_ops,
	[DEVICE_IFB] = &ifb_ops, [DEVICE_DUMMY] = &dummy_ops, [DEVICE_TUN] = &tun_ops,
};

/* Mirrors dev_valid_name. */
static int check_name(const char *name, const char *what, struct error *err)
{
	size_t len = strnlen(name, DEVICE_NAME_LEN);

	if (!len)
		return error_set(err, -EINVAL, "%s needs a name", what);
	if (len == DEVICE_NAME_LEN)
		return error_set(err, -EINVAL, "\"%.*s...\": %s's name has at most %d characters",
				 DEVICE_NAME_LEN - 1, name, what, DEVICE_NAME_LEN - 1);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return error_set(err, -EINVAL, "\"%s\" is no name for a device", name);
	for (const char *c = name; *c; c++) {
		if (*c == '/' || *c == ':' || isspace((unsigned char)*c))
			return error_set(err, -EINVAL,
					 "\"%s\": %s's name has no slash, colon or space in it",
					 name, what);
	}
	return 0;
}

static int check_address(const struct device_ops *ops, const struct device_desc *desc,
			 struct error *err)
{
	static const u8 zero[6];

	if (!desc->has_mac)
		return 0;
	if (!ops->has_address)
		return error_set(err, -EINVAL, "%s: a device of type=%s has no MAC address",
				 desc->name, ops->name);
	if (desc->mac[0] & 1)
		return error_set(err, -EINVAL,
				 "%s: a MAC address whose first byte is odd (%02x) is a multicast "
				 "address, and no device's",
				 desc->name, desc->mac[0]);
	if (!memcmp(desc->mac, zero, sizeof(zero)))
		return error_set(err, -EINVAL, "%s: a MAC address is not all zero", desc->name);
	return 0;
}

static int check_numbers(const struct device_ops *ops, const struct device_desc *desc,
			 struct error *err)
{
	if (desc->ifindex > INT_MAX)
		return error_set(err, -EINVAL, "%s: ifindex %u is above %d", desc->name,
				 desc->ifindex, INT_MAX);
	if (desc->mtu && (desc->mtu < DEVICE_MTU_MIN || desc->mtu > ops->mtu_max))
		return error_set(err, -EINVAL, "%s: mtu %u is not between %u and %u", desc->name,
				 desc->mtu, DEVICE_MTU_MIN, ops->mtu_max);
	if (desc->qlen > UINT_MAX)
		return error_set(err, -EINVAL, "%s: qlen %lld is above %u", desc->name,
				 (long long)desc->qlen, UINT_MAX);
	return 0;
}

/* Fields that only some kinds have. */
static int check_kind(const struct device_ops *ops, const struct device_desc *desc,
		      struct error *err)
{
	if (desc->kind == DEVICE_VETH && !desc->peer[0])
		return error_set(err, -EINVAL, "%s: a veth needs a peer (peer=NAME)", desc->name);
	if (desc->kind != DEVICE_VETH && desc->peer[0])
		return error_set(err, -EINVAL, "%s: only a veth has a peer, and this is type=%s",
				 desc->name, ops->name);
	if (desc->peer[0] && check_name(desc->peer, "the peer", err))
		return error_prefix(err, -EINVAL, "%s", desc->name);
	if (desc->peer[0] && !strcmp(desc->peer, desc->name))
		return error_set(err, -EINVAL, "%s: a veth is not its own peer", desc->name);
	if (desc->noreader && desc->kind != DEVICE_TUN)
		return error_set(err, -EINVAL, "%s: only a tun has a reader, and this is type=%s",
				 desc->name, ops->name);
	if (desc->nocarrier && ops->keeps_carrier)
		return error_set(err, -EINVAL, "%s: nothing takes the carrier of type=%s away",
				 desc->name, ops->name);
	return 0;
}

/* Somebody waits for a peer of this name. */
static int check_awaited(const struct world *world, const struct device_desc *desc,
			 struct error *err)
{
	const struct device *dev = NULL;

	while ((dev = world_next_device(world, dev))) {
		if (dev->kind != DEVICE_VETH || strcmp(dev->veth.peer_name, desc->name))
			continue;
		if (desc->kind == DEVICE_VETH && !strcmp(desc->peer, dev->name))
			continue;
		return error_set(err, -EINVAL,
				 "%s: it is the peer of %s, so it must be a veth whose peer is %s",
				 desc->name, dev->name, dev->name);
	}
	return 0;
}

static int check(const struct world *world, const struct device_desc *desc, struct error *err)
{
	const struct device_ops *ops;
	int ret = check_name(desc->name, "a device", err);

	if (ret)
		return ret;
	if ((u32)desc->kind >= DEVICE_KINDS)
		return error_set(err, -EINVAL, "%s: there is no such kind of device", desc->name);
	ops = kinds[desc->kind];
	if (world_device_by_name(world, desc->name))
		return error_set(err, -EEXIST, "%s: there is a device of that name already",
				 desc->name);
	if (desc->kind == DEVICE_LO && world->devices.cnt)
		return error_set(err, -EEXIST, "%s: a world has one lo, and it is there already",
				 desc->name);
	if (desc->ifindex && world_device(world, desc->ifindex))
		return error_set(err, -EEXIST, "%s: ifindex %u is that of %s", desc->name,
				 desc->ifindex, world_device(world, desc->ifindex)->name);
	ret = check_numbers(ops, desc, err);
	if (!ret)
		ret = check_address(ops, desc, err);
	if (!ret)
		ret = check_kind(ops, desc, err);
	return ret ? ret : check_awaited(world, desc, err);
}

static void set_address(struct device *dev, const struct device_desc *desc)
{
	const u8 own[6] = {2,
			   0,
			   (u8)(dev->ifindex >> 24),
			   (u8)(dev->ifindex >> 16),
			   (u8)(dev->ifindex >> 8),
			   (u8)dev->ifindex};

	if (!dev->ops->has_address)
		return;
	memcpy(dev->mac, desc->has_mac ? desc->mac : own, sizeof(dev->mac));
	memset(dev->broadcast, 0xff, sizeof(dev->broadcast));
}

/* A limit or a rate asks for a pfifo; otherwise the kind's own. */
static void set_queue(struct device *dev, const struct device_desc *desc)
{
	struct queue *queue = &dev->queue;

	queue->kind = dev->ops->queue;
	queue->limit = dev->ops->queue_len;
	queue->rate = desc->rate;
	if (desc->qlen >= 0) {
		queue->kind = QUEUE_FIFO;
		queue->limit = (u32)desc->qlen;
	} else if (desc->rate && queue->kind == QUEUE_NONE) {
		queue->kind = QUEUE_FIFO;
	}
}

static struct device *create(struct world *world, const struct device_desc *desc)
{
	struct device *dev = calloc(1, sizeof(*dev));

	if (!dev)
		return NULL;
	dev->ops = kinds[desc->kind];
	dev->world = world;
	dev->ifindex = desc->ifindex		 ? desc->ifindex
		       : desc->kind == DEVICE_LO ? 1
						 : device_table_next(&world->devices);
	dev->kind = desc->kind;
	memcpy(dev->name, desc->name, sizeof(dev->name));
	dev->mtu = desc->mtu ? desc->mtu : dev->ops->mtu;
	dev->up = !desc->down;
	dev->nocarrier = desc->nocarrier;
	set_address(dev, desc);
	set_queue(dev, desc);
	if (desc->kind == DEVICE_VETH)
		memcpy(dev->veth.peer_name, desc->peer, sizeof(dev->veth.peer_name));
	if (desc->kind == DEVICE_TUN)
		dev->tun.noreader = desc->noreader;
	return dev;
}

int world_add_device(struct world *world, const struct device_desc *desc, struct error *err)
{
	int ret = check(world, desc, err);
	struct device *dev;

	if (ret)
		return ret;
	dev = create(world, desc);
	if (!dev || timers_reserve(&world->timers))
		goto nomem;
	if (dev->kind == DEVICE_VETH && veth_pair(dev, err)) {
		free(dev);
		return -EINVAL;
	}
	if (device_table_add(&world->devices, dev))
		goto unpair;
	return (int)dev->ifindex;

unpair:
	if (dev->kind == DEVICE_VETH && dev->veth.peer)
		dev->veth.peer->veth.peer = NULL;
nomem:
	free(dev);
	return error_set(err, -ENOMEM, "%s: no memory for one more device", desc->name);
}

bool device_running(const struct device *dev)
{
	return dev->up && !dev->nocarrier && (!dev->ops->carrier || dev->ops->carrier(dev));
}

/* A queue whose device stopped running loses its packets. Mirrors dev_deactivate. */
static void settle_queue(struct device *dev)
{
	if (device_running(dev))
		return;
	queue_purge(dev);
	if (dev->ops->purge)
		dev->ops->purge(dev);
}

int device_set_up(struct device *dev, bool up)
{
	dev->up = up;
	settle_queue(dev);
	if (dev->kind == DEVICE_VETH && dev->veth.peer)
		settle_queue(dev->veth.peer);
	return 0;
}

int device_set_carrier(struct device *dev, bool carrier)
{
	if (dev->ops->keeps_carrier && !carrier)
		return -EINVAL;
	dev->nocarrier = !carrier;
	settle_queue(dev);
	return 0;
}

u32 device_ifindex(const struct device *dev)
{
	return dev->ifindex;
}

const char *device_name(const struct device *dev)
{
	return dev->name;
}

enum device_kind device_kind(const struct device *dev)
{
	return dev->kind;
}

u32 device_mtu(const struct device *dev)
{
	return dev->mtu;
}

const u8 *device_mac(const struct device *dev)
{
	return dev->mac;
}

bool device_has_mac(const struct device *dev)
{
	return dev->ops->header_len > 0;
}

void device_stats(const struct device *dev, struct device_stats *stats)
{
	*stats = dev->stats;
}

const char *device_kind_name(enum device_kind kind)
{
	return kinds[kind]->name;
}
