/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lpm.c - LPM_TRIE: prefixes of bit strings, found by the longest one that matches.
 *
 * A key is a struct bpf_lpm_trie_key: the prefix length in bits, then the bytes, the most
 * significant bit first. The trie is binary and path-compressed: a node stands for a prefix, its
 * children for longer ones that go on with a 0 or a 1. Where two prefixes part and no entry
 * stands, a node without a value ("a fork") does; a fork always has both children.
 *
 *                10.0.0.0/8
 *                /        \
 *       10.0.0.0/15 (fork)  10.128.0.0/9
 *          /      \
 *  10.0.0.0/16   10.1.0.0/16
 *
 * A replaced or deleted node is not reused before map_quiesce, as Linux waits for all running
 * programs. Mirrors kernel/bpf/lpm_trie.c.
 */
#include <stdlib.h>

#include "map/area.h"
#include "map/ops.h"
#include "map/value.h"

#define LPM_FLAGS     (BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE | MAP_ACCESS_FLAGS)
#define LPM_DATA_MAX  256u /* bytes of a key behind the prefix length */
#define LPM_KEY_HEAD  4u   /* of the key before them */
#define LPM_VALUE_MAX (MAP_KMALLOC_MAX - LPM_DATA_MAX - 24)
#define LPM_DEPTH_MAX (LPM_DATA_MAX * 8 + 1)

struct lpm_node {
	struct lpm_node *child[2];
	void *free; /* the next free node */
	bool fork;
	u32 prefixlen;
	u8 data[]; /* the bytes of the prefix, then (value_off) the value */
};

_Static_assert(offsetof(struct lpm_node, data) % 8 == 0, "prefixes compare by words");

struct lpm {
	struct map map;
	struct lpm_node *root;
	struct pool pool;
	struct lpm_node *leaving; /* free from the next map_quiesce on */
	u32 count;		  /* entries, forks not among them */
	u32 data_size;		  /* bytes of a prefix */
	u32 bits;		  /* of the longest prefix */
	u32 value_off;		  /* from a node's data to its value */
};

static struct lpm *lpm_of(struct map *map)
{
	return container_of(map, struct lpm, map);
}

static int lpm_check(const struct map_spec *spec, struct error *err)
{
	int rc;

	if (spec->max_entries == 0)
		return error_set(err, -EINVAL, "max_entries is 0");
	if (!(spec->flags & BPF_F_NO_PREALLOC))
		return error_set(err, -EINVAL, "an LPM_TRIE needs BPF_F_NO_PREALLOC");
	rc = map_check_flags(spec, LPM_FLAGS, err);
	if (rc)
		return rc;
	if (spec->key_size <= LPM_KEY_HEAD || spec->key_size > LPM_KEY_HEAD + LPM_DATA_MAX)
		return error_set(err, -EINVAL, "key_size must be %u to %u, not %u",
				 LPM_KEY_HEAD + 1, LPM_KEY_HEAD + LPM_DATA_MAX, spec->key_size);
	if (spec->value_size == 0 || spec->value_size > LPM_VALUE_MAX)
		return error_set(err, -EINVAL, "value_size must be 1 to %u, not %u", LPM_VALUE_MAX,
				 spec->value_size);
	return 0;
}

static struct map *lpm_alloc(const struct map_spec *spec)
{
	struct lpm *lpm = map_new(sizeof(*lpm));
	u64 node_bytes;

	if (!lpm)
		return NULL;
	lpm->data_size = spec->key_size - LPM_KEY_HEAD;
	lpm->bits = lpm->data_size * 8;
	/* The value starts at a multiple of 8 in the node. */
	lpm->value_off = ALIGN_UP((u32)offsetof(struct lpm_node, data) + lpm->data_size, 8) -
			 (u32)offsetof(struct lpm_node, data);
	node_bytes = offsetof(struct lpm_node, data) + lpm->value_off + spec->value_size;
	pool_init_growing(&lpm->pool, node_bytes, offsetof(struct lpm_node, free));
	return &lpm->map;
}

static void lpm_free(struct map *map)
{
	pool_destroy(&lpm_of(map)->pool);
	free(lpm_of(map));
}

static void node_leave(struct lpm *lpm, struct lpm_node *node)
{
	node->free = lpm->leaving;
	lpm->leaving = node;
}

static void lpm_quiesce(struct map *map)
{
	struct lpm *lpm = lpm_of(map);
	struct lpm_node *node;

	while ((node = lpm->leaving)) {
		lpm->leaving = node->free;
		pool_give(&lpm->pool, node);
	}
}

static struct lpm_node *node_new(struct lpm *lpm, u32 prefixlen, const u8 *data)
{
	struct lpm_node *node = pool_take(&lpm->pool);

	if (!node)
		return NULL;
	node->child[0] = node->child[1] = NULL;
	node->prefixlen = prefixlen;
	node->fork = false;
	memcpy(node->data, data, lpm->data_size);
	return node;
}

static u32 key_prefixlen(const void *key)
{
	return map_index(key);
}

static const u8 *key_data(const void *key)
{
	return (const u8 *)key + LPM_KEY_HEAD;
}

static u32 bit_at(const u8 *data, u32 index)
{
	return data[index / 8] >> (7 - index % 8) & 1;
}

/* How many leading bits of @a and @b are the same, at most @limit; both have @size bytes. */
static u32 common_bits(const u8 *a, const u8 *b, u32 size, u32 limit)
{
	u32 at = 0;
	u64 x, y;
	u8 diff;

	for (; size - at >= 8 && at * 8 < limit; at += 8) {
		memcpy(&x, a + at, 8);
		memcpy(&y, b + at, 8);
		if (x != y)
			return min(limit, at * 8 + (u32)__builtin_clzll(__builtin_bswap64(x ^ y)));
	}
	for (; at < size && at * 8 < limit; at++) {
		diff = a[at] ^ b[at];
		if (diff)
			return min(limit, at * 8 + (u32)__builtin_clz(diff) - 24);
	}
	return limit;
}

static u32 match(const struct lpm *lpm, const struct lpm_node *node, const void *key)
{
	return common_bits(node->data, key_data(key), lpm->data_size,
			   min(node->prefixlen, key_prefixlen(key)));
}

static void *lpm_lookup(struct map *map, const void *key)
{
	struct lpm *lpm = lpm_of(map);
	struct lpm_node *node, *found = NULL;

	if (key_prefixlen(key) > lpm->bits)
		return NULL;
	for (node = lpm->root; node; node = node->child[bit_at(key_data(key), node->prefixlen)]) {
		if (match(lpm, node, key) < node->prefixlen)
			break;
		if (!node->fork)
			found = node;
		if (node->prefixlen == lpm->bits)
			break;
	}
	return found ? found->data + lpm->value_off : NULL;
}

/*
 * Down from the root to where @key is or would be: the link to the first node that @key does not
 * continue, or to nothing; @len is how many bits it shares with the node there. @above, where it
 * is not NULL, becomes the link to the node before, or NULL.
 */
static struct lpm_node **descend(struct lpm *lpm, const void *key, u32 *len,
				 struct lpm_node ***above)
{
	struct lpm_node **link = &lpm->root;
	struct lpm_node *node;

	if (above)
		*above = NULL;
	while ((node = *link)) {
		*len = match(lpm, node, key);
		if (node->prefixlen != *len || node->prefixlen == key_prefixlen(key))
			break;
		if (above)
			*above = link;
		link = &node->child[bit_at(key_data(key), node->prefixlen)];
	}
	return link;
}

/* May one more entry be added? Called where none has the key. */
static int check_add(const struct lpm *lpm, u64 flags)
{
	if (flags == BPF_EXIST)
		return -ENOENT;
	if (lpm->count == lpm->map.max_entries)
		return -ENOSPC;
	return 0;
}

/* Puts @node in the link where @there stands with @len bits in common; there is no entry there. */
static int insert(struct lpm *lpm, struct lpm_node **link, struct lpm_node *node, u32 len)
{
	struct lpm_node *there = *link;
	struct lpm_node *fork;
	u32 side;

	if (!there) {
		*link = node;
		return 0;
	}
	if (len == node->prefixlen) {
		node->child[bit_at(there->data, len)] = there;
		*link = node;
		return 0;
	}
	fork = node_new(lpm, len, there->data);
	if (!fork)
		return -ENOMEM;
	fork->fork = true;
	side = bit_at(node->data, len);
	fork->child[side] = node;
	fork->child[!side] = there;
	*link = fork;
	return 0;
}

static long lpm_update(struct map *map, const void *key, const void *value, u64 flags)
{
	struct lpm *lpm = lpm_of(map);
	struct lpm_node **link, *there, *node;
	u32 len = 0;
	bool same;
	int rc = 0;

	if (unlikely(flags > BPF_EXIST))
		return -EINVAL;
	if (unlikely(key_prefixlen(key) > lpm->bits))
		return -EINVAL;
	link = descend(lpm, key, &len, NULL);
	there = *link;
	same = there && there->prefixlen == len;
	if (!same || there->fork)
		rc = check_add(lpm, flags);
	else if (flags == BPF_NOEXIST)
		rc = -EEXIST;
	if (rc)
		return rc;

	node = node_new(lpm, key_prefixlen(key), key_data(key));
	if (!node)
		return -ENOMEM;
	value_copy(map, node->data + lpm->value_off, value);
	if (same) {
		node->child[0] = there->child[0];
		node->child[1] = there->child[1];
		*link = node;
		lpm->count += there->fork;
		node_leave(lpm, there);
		return 0;
	}
	rc = insert(lpm, link, node, len);
	if (rc) {
		pool_give(&lpm->pool, node);
		return rc;
	}
	lpm->count++;
	return 0;
}

static long lpm_remove(struct map *map, const void *key)
{
	struct lpm *lpm = lpm_of(map);
	struct lpm_node **link, **above, *node, *parent;
	u32 len = 0;

	if (key_prefixlen(key) > lpm->bits)
		return -EINVAL;
	link = descend(lpm, key, &len, &above);
	node = *link;
	if (!node || node->prefixlen != key_prefixlen(key) || node->prefixlen != len || node->fork)
		return -ENOENT;
	lpm->count--;
	if (node->child[0] && node->child[1]) {
		node->fork = true;
		return 0;
	}
	parent = above ? *above : NULL;
	if (parent && parent->fork && !node->child[0] && !node->child[1]) {
		*above = parent->child[parent->child[0] == node];
		node_leave(lpm, parent);
	} else {
		*link = node->child[0] ? node->child[0] : node->child[1];
	}
	node_leave(lpm, node);
	return 0;
}

/* Down the left side to the entry that comes first in the order of lpm_next_key. */
static struct lpm_node *leftmost(struct lpm_node *node)
{
	while (node->child[0] || node->child[1])
		node = node->child[0] ? node->child[0] : node->child[1];
	return node;
}

static void key_write(const struct lpm *lpm, const struct lpm_node *node, void *key)
{
	memcpy(key, &node->prefixlen, LPM_KEY_HEAD);
	memcpy((u8 *)key + LPM_KEY_HEAD, node->data, lpm->data_size);
}

/* Children before parents, so longer prefixes before shorter; an unknown key starts again. */
static int lpm_next_key(struct map *map, const void *key, void *next)
{
	struct lpm *lpm = lpm_of(map);
	struct lpm_node *path[LPM_DEPTH_MAX];
	struct lpm_node *node, *parent;
	u32 depth = 0, len = 0;

	if (!lpm->root)
		return -ENOENT;
	if (!key || key_prefixlen(key) > lpm->bits)
		goto first;
	for (node = lpm->root; node; node = node->child[bit_at(key_data(key), node->prefixlen)]) {
		path[depth++] = node;
		len = match(lpm, node, key);
		if (node->prefixlen != len || node->prefixlen == key_prefixlen(key))
			break;
	}
	if (!node || node->prefixlen != len || node->fork)
		goto first;
	for (; depth > 1; depth--) {
		node = path[depth - 1];
		parent = path[depth - 2];
		if (parent->child[0] == node && parent->child[1]) {
			key_write(lpm, leftmost(parent->child[1]), next);
			return 0;
		}
		if (!parent->fork) {
			key_write(lpm, parent, next);
			return 0;
		}
	}
	return -ENOENT;

first:
	key_write(lpm, leftmost(lpm->root), next);
	return 0;
}

static int lpm_copy_out(struct map *map, const void *key, void *value, u64 flags)
{
	const void *from = lpm_lookup(map, key);

	if (!from)
		return -ENOENT;
	value_copy_out(map, value, from);
	return 0;
}

static int lpm_copy_in(struct map *map, const void *key, const void *value, u64 flags)
{
	return (int)lpm_update(map, key, value, flags);
}

const struct map_ops lpm_ops = {
	.type = BPF_MAP_TYPE_LPM_TRIE,
	.check = lpm_check,
	.alloc = lpm_alloc,
	.free = lpm_free,
	.quiesce = lpm_quiesce,
	.lookup = lpm_lookup,
	.update = lpm_update,
	.remove = lpm_remove,
	.next_key = lpm_next_key,
	.copy_out = lpm_copy_out,
	.copy_in = lpm_copy_in,
};
