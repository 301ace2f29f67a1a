/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pair.h - one map twice: in the running kernel, through raw bpf(2), and in skiff, through
 * map_user_. Every call is made on both sides with the same arguments, and answers NULL when
 * return codes and bytes were the same, else a sentence about the difference.
 *
 * Linux has as many CPUs as the machine, skiff one. A pair gives all of Linux's CPUs the same
 * value, and compares the first.
 */
#ifndef SKIFF_TESTS_KERNEL_MAP_PAIR_H
#define SKIFF_TESTS_KERNEL_MAP_PAIR_H

#include <linux/bpf.h>

#include "map/map.h"

struct pair {
	struct map_spec spec;
	int fd;		 /* Linux's; -1: not created */
	struct map *map; /* skiff's; NULL: not created */
	u32 stride;	 /* bytes of one value as user space passes it */
	u32 cpus;	 /* values a call passes to Linux */
	int rc;		 /* what the last call answered, on both sides */
};

/* What a spin lock pair's value is: skiff is told where the lock is, Linux by BTF. */
struct locked_value {
	u32 before;
	u32 lock;
	u64 after;
};

#define PAIR_SAME(call)                                                                            \
	do {                                                                                       \
		const char *pair_difference = (call);                                              \
		if (pair_difference)                                                               \
			TAP_FAIL("%s", pair_difference);                                           \
	} while (0)

/* Why the kernel cannot be asked, or NULL. Also keeps this process on one CPU. */
const char *pair_missing(void);

/* CPUs that Linux divides per-CPU things among. */
u32 pair_cpus(void);

/*
 * Create on both sides; skiff's map has Linux's id. With spec->spin_lock_off >= 0 Linux is given
 * BTF in which the value is a struct locked_value and the key a u32. @inner is the template or
 * NULL; the pair owns what was made, pair_destroy gives it back.
 */
const char *pair_create(struct pair *pair, const struct map_spec *spec, const struct pair *inner);
void pair_destroy(struct pair *pair);

const char *pair_lookup(struct pair *pair, const void *key, u64 flags);
const char *pair_lookup_nowhere(struct pair *pair, const void *key, u64 flags);
const char *pair_update(struct pair *pair, const void *key, const void *value, u64 flags);
const char *pair_update_inner(struct pair *pair, const void *key, const struct pair *inner,
			      u64 flags);
const char *pair_delete(struct pair *pair, const void *key);
const char *pair_next_key(struct pair *pair, const void *key);
/* Only the return code, and not whether it was the last: a hash table's order is its own affair. */
const char *pair_next_key_unordered(struct pair *pair, const void *key);
const char *pair_take(struct pair *pair, const void *key, u64 flags);
const char *pair_freeze(struct pair *pair);
/* Both sides hold the same keys with the same values, in whatever order. */
const char *pair_contents(struct pair *pair);

/* Linux alone. Descriptors or 0, or -errno. */
int linux_map(const struct map_spec *spec, int inner_fd);
int linux_bpf(int cmd, union bpf_attr *attr);
u32 linux_map_id(int fd);
int linux_lookup(int fd, const void *key, void *value);
int linux_update(int fd, const void *key, const void *value, u64 flags);
/* A descriptor of BTF with a u32, a struct locked_value, and a function type for callbacks. */
int linux_btf(void);
enum { LINUX_BTF_U32 = 1, LINUX_BTF_LOCKED = 3, LINUX_BTF_MAIN = 6, LINUX_BTF_CALLBACK = 7 };

#endif
