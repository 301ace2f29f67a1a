/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skiff.h - the Linux tc eBPF datapath as a library.
 *
 * A world is one network namespace in memory. Add devices, load an object file as `tc` would take
 * it, put its programs on hooks, give frames to devices, and be told of every frame that leaves
 * by a door:
 *
 *     struct skiff_world *world = skiff_world_new(NULL);
 *     int mon0 = skiff_device_add(world, &(struct skiff_device_opts){
 *             .sz = sizeof(struct skiff_device_opts), .name = "mon0"});
 *     int eth0 = skiff_device_add(world, ... "eth0" ...);
 *     struct skiff_object *object = skiff_object_load(world, "prog.o", NULL);
 *     skiff_attach(world, eth0, SKIFF_EGRESS, object, "my_program");
 *     skiff_on_frame(world, my_function, my_data);
 *     skiff_inject(world, eth0, SKIFF_TX, frame, len, 0);
 *
 * Functions that can fail return -errno (or NULL) and leave a sentence for people behind
 * skiff_error(). Structures of options begin with their size, sz, so that they can grow; zero
 * means the default everywhere. A world is used by one thread at a time; worlds do not know of
 * each other. Link with `pkg-config --cflags --libs skiff`.
 */
#ifndef SKIFF_H
#define SKIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct skiff_world;
struct skiff_object;

struct skiff_world_opts {
	size_t sz;
	uint64_t seed;	   /* of bpf_get_prandom_u32 */
	uint64_t start_ns; /* virtual time at the beginning */
	uint64_t limit;	   /* hook runs one injected frame may cause; 0: 100,000 */
};

enum skiff_device_kind {
	SKIFF_ETHER, /* a NIC on a wire */
	SKIFF_VETH,
	SKIFF_IFB,
	SKIFF_DUMMY,
	SKIFF_TUN,
};

struct skiff_device_opts {
	size_t sz;
	const char *name;
	enum skiff_device_kind kind;
	uint32_t ifindex;   /* 0: the next free one, from 2 (lo is 1) */
	uint32_t mtu;	    /* bytes; 0: 1500 */
	const uint8_t *mac; /* 6 bytes; NULL: made from the ifindex */
	const char *peer;   /* VETH: the other end's name; it may be added later */
	bool down;
	bool nocarrier;
	bool noreader; /* TUN: no program reads it */
	uint32_t qlen; /* packets a pfifo holds; 0: the kind's default */
	uint64_t rate; /* bits a second; 0: not limited */
};

enum skiff_hook {
	SKIFF_INGRESS,
	SKIFF_EGRESS,
};

enum skiff_door {
	SKIFF_RX,   /* in: from the wire */
	SKIFF_TX,   /* in: from the host */
	SKIFF_WIRE, /* out: on the wire */
	SKIFF_HOST, /* out: up to the host */
};

/* A frame that left by a door. bytes are valid during the call. */
struct skiff_frame {
	uint32_t ifindex;
	enum skiff_door door;
	const uint8_t *bytes;
	uint32_t len;
	uint64_t time_ns;
	uint64_t id;	 /* of this packet in its world */
	uint64_t parent; /* the packet it was cloned from; 0: none */
	uint64_t origin; /* which injected frame it goes back to, from 1 */
};

struct skiff_stats {
	uint64_t rx_packets, rx_bytes, rx_dropped;
	uint64_t tx_packets, tx_bytes, tx_dropped;
};

/* A new world with lo. NULL only when memory has run out. @opts may be NULL. */
struct skiff_world *skiff_world_new(const struct skiff_world_opts *opts);
/* Frees the world and all that was loaded into it. NULL is allowed. */
void skiff_world_free(struct skiff_world *world);

/* What the last failed call on @world had to say: a sentence, never NULL. */
const char *skiff_error(const struct skiff_world *world);

/* The new device's ifindex, or -errno. */
int skiff_device_add(struct skiff_world *world, const struct skiff_device_opts *opts);
/* The ifindex of the device of that name, or -ENODEV. */
int skiff_device_find(struct skiff_world *world, const char *name);
/* Its counters as `ip -s link` shows them: 0 or -ENODEV. */
int skiff_device_stats(struct skiff_world *world, uint32_t ifindex, struct skiff_stats *stats);

/*
 * Load @path and the program @program (NULL: every program in it). NULL on failure; skiff_error()
 * has the verifier's last line when a program was refused. Freed with the world.
 */
struct skiff_object *skiff_object_load(struct skiff_world *world, const char *path,
				       const char *program);

/* Put a loaded program on a hook: tcx sections on the tcx list, others on clsact. 0 or -errno. */
int skiff_attach(struct skiff_world *world, uint32_t ifindex, enum skiff_hook hook,
		 struct skiff_object *object, const char *program);

/*
 * Read and write an entry of a map by the map's name in the source. Keys and values have the map's
 * sizes, @value_size is checked against them (per-CPU maps: one value, rounded up to 8 bytes).
 * 0 or the kernel's -errno.
 */
int skiff_map_get(struct skiff_object *object, const char *map, const void *key, void *value,
		  size_t value_size);
int skiff_map_set(struct skiff_object *object, const char *map, const void *key, const void *value,
		  size_t value_size);

/* Be told of every frame that leaves by a door, and of every line of bpf_printk. */
void skiff_on_frame(struct skiff_world *world,
		    void (*fn)(void *data, const struct skiff_frame *frame), void *data);
void skiff_on_printk(struct skiff_world *world, void (*fn)(void *data, const char *line),
		     void *data);

/*
 * Give a frame to a device by SKIFF_RX or SKIFF_TX at virtual time @time_ns (never back), and run
 * the world until it is quiet at that time. 0; -ENETDOWN: the device does not take it; -ELOOP:
 * the limit of hook runs was reached, skiff_error() names the cycle; -EINVAL, -ENODEV, -ENOMEM.
 */
int skiff_inject(struct skiff_world *world, uint32_t ifindex, enum skiff_door door,
		 const void *frame, uint32_t len, uint64_t time_ns);

/* Let time pass until every queue is empty: 0 or -ELOOP. */
int skiff_drain(struct skiff_world *world);

#ifdef __cplusplus
}
#endif

#endif
