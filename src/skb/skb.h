/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skb.h - one packet as a program sees it.
 *
 * struct skb begins with the UAPI's struct __sk_buff, and that context is kept true at all
 * times: it is not a picture of the packet's metadata, it is the metadata. A program runs on
 * it as it is. Packet bytes live in a counted struct skb_buf whose memory is mapped below
 * 4 GiB, so the 32-bit data, data_meta and data_end fields are real pointers.
 *
 * What always holds:
 *  - ctx.data <= ctx.data_end <= ctx.data + ctx.len. data_end - data is the linear length;
 *    the bytes up to len follow in the same buffer, so a non-linear packet is nothing but a
 *    data_end that is too early, and "pulling" moves it.
 *  - Header offsets count from buf's first byte (skb_head), so a push or pull leaves them alone.
 *  - A buffer with refs > 1 is never written. skb_writable() is the only function that hands
 *    out a non-const pointer to packet bytes, and it copies first if it must. (A verified
 *    program's direct writes pass the same gate: before the program runs and after each
 *    bpf_clone_redirect a write can follow, see prog.h.)
 *
 * Mirrors struct sk_buff and net/core/skbuff.c. Start reading at struct skb.
 */
#ifndef SKIFF_SKB_SKB_H
#define SKIFF_SKB_SKB_H

#include <linux/bpf.h>

#include "base/types.h"

#define SKB_HEADER_UNSET 0xffff /* an offset that was never set, as sk_buff's mac_header */
#define SKB_MAC_LEN 14          /* bytes of an Ethernet header */
#define SKB_VLAN_LEN 4          /* bytes of an 802.1Q tag */
#define SKB_HEADROOM 256        /* bytes in front of a new frame: room for what is pushed */
#define SKB_LEN_MAX (256 * 1024) /* bytes; the longest packet a buffer is made for */

/* __sk_buff.pkt_type, <linux/if_packet.h> */
enum {
	PKT_HOST = 0,
	PKT_BROADCAST = 1,
	PKT_MULTICAST = 2,
	PKT_OTHERHOST = 3,
	PKT_OUTGOING = 4,
};

/* skb.ip_summed, include/linux/skbuff.h */
enum {
	CHECKSUM_NONE = 0,
	CHECKSUM_UNNECESSARY = 1,
	CHECKSUM_COMPLETE = 2,
	CHECKSUM_PARTIAL = 3,
};

struct device; /* net/device.h; the rooms below net only pass it on */
struct skb_pool;

/* Packet memory, counted. The bytes follow this header. */
struct skb_buf {
	u32 refs;
	u32 size;     /* bytes in bytes[] */
	u32 class;    /* which free list it came from */
	u32 reserved; /* keeps bytes[] 16-byte aligned */
	u8 bytes[];
};

struct skb {
	struct __sk_buff ctx; /* first, always */

	struct skb_buf *buf;
	struct skb_pool *pool;
	struct device *dev;  /* ctx.ifindex is its number */
	struct skb *next;    /* the queue it stands in */
	u64 id;              /* unique in its world, from 1 */
	u64 parent;          /* the id of the skb it was cloned from, 0: none */
	u64 frame;           /* the injected frame all of its ancestors go back to, from 1 */
	u64 run;             /* the hook run it went through last, 0: none; clones inherit it */

	u16 mac_header;       /* offsets from skb_head(), or SKB_HEADER_UNSET */
	u16 network_header;
	u16 transport_header;
	u16 mac_len;
	u16 csum_start;       /* CHECKSUM_PARTIAL: where the sum begins */
	u32 csum;             /* CHECKSUM_COMPLETE: the sum over the packet from data on */
	u16 gso_type;
	u8 ip_summed;
	bool tc_at_ingress;   /* an ingress hook has it, or had it last */
	bool tc_skip_classify;
	bool redirected;
	bool from_ingress;
	bool l4_hash;
	bool sw_hash;
};

_Static_assert(offsetof(struct skb, ctx) == 0, "a program's context is the skb itself");
_Static_assert(sizeof(struct __sk_buff) == 192, "the context's size is what programs are built for");
_Static_assert(sizeof(struct skb_buf) % 16 == 0, "packet bytes start 16-byte aligned");

/*
 * One pool of skbs and buffers, on free lists, for one world. Its memory comes from the one
 * low region of the process (skb/low.h) in 1 MiB chunks and goes back when the pool is freed.
 */
struct skb_pool *skb_pool_new(void);
/* Frees the pool and everything still allocated from it. NULL is allowed. */
void skb_pool_free(struct skb_pool *pool);

/* What a pool has handed out and done since it was made; for tests and benchmarks. */
struct skb_pool_stats {
	u64 skbs_live;
	u64 bufs_live;
	u64 copies;       /* buffers copied because a write met a shared one */
	u64 bytes_copied;
};
void skb_pool_stats(const struct skb_pool *pool, struct skb_pool_stats *stats);

/*
 * Let @skip allocations pass and make the @count after them fail, as when memory has run out.
 * An allocation is one skb_alloc or skb_clone, or one new buffer for an skb that has to move
 * (skb_unshare, skb_expand, skb_copy_prepare). For fault injection and tests.
 */
void skb_pool_fail(struct skb_pool *pool, u64 skip, u64 count);

/*
 * A new linear skb of @len bytes (undefined contents; write them through skb_writable) with
 * SKB_HEADROOM bytes in front. Every other field is zero, header offsets are unset, id is the
 * pool's next. NULL when memory has run out or @len > SKB_LEN_MAX. The caller owns it.
 * Mirrors alloc_skb and skb_reserve.
 */
struct skb *skb_alloc(struct skb_pool *pool, u32 len);

/*
 * A second owner of the same bytes: metadata copied, buffer counted, parent = @skb's id.
 * NULL when memory has run out. Mirrors skb_clone.
 */
struct skb *skb_clone(const struct skb *skb);

/* Gives up one owner; the buffer goes with its last. NULL is allowed. Mirrors kfree_skb. */
void skb_free(struct skb *skb);

static inline const u8 *skb_head(const struct skb *skb)
{
	return skb->buf->bytes;
}

static inline const u8 *skb_data(const struct skb *skb)
{
	return (const u8 *)(uintptr_t)skb->ctx.data;
}

/* Bytes the program can reach directly: data_end - data. */
static inline u32 skb_headlen(const struct skb *skb)
{
	return skb->ctx.data_end - skb->ctx.data;
}

/* data's offset from skb_head(), in the unit of the header offsets. */
static inline u32 skb_data_offset(const struct skb *skb)
{
	return (u32)(skb_data(skb) - skb_head(skb));
}

static inline u32 skb_headroom(const struct skb *skb)
{
	return skb_data_offset(skb);
}

static inline u32 skb_tailroom(const struct skb *skb)
{
	return skb->buf->size - skb_data_offset(skb) - skb->ctx.len;
}

/* Somebody else owns the same bytes. Mirrors skb_cloned. */
static inline bool skb_shared(const struct skb *skb)
{
	return skb->buf->refs > 1;
}

/* network_header - data, negative when data has passed it. Mirrors skb_network_offset. */
static inline int skb_network_offset(const struct skb *skb)
{
	return (int)skb->network_header - (int)skb_data_offset(skb);
}

/*
 * Give @skb a buffer of its own, with the same bytes, if it shares one. data may move.
 * Returns 0, or -ENOMEM with nothing changed. Mirrors skb_unclone.
 */
int skb_unshare(struct skb *skb);

/*
 * skb_unshare in two steps, for bpf_clone_redirect: the buffer is got before the clone goes on
 * its way, where its failure still can be the helper's answer, and the bytes are copied after,
 * if the clone has not gone by then. skb_copy_prepare gives a buffer (NULL: no memory), and
 * skb_copy_commit always takes it back, used or not.
 */
struct skb_buf *skb_copy_prepare(struct skb *skb);
void skb_copy_commit(struct skb *skb, struct skb_buf *spare);
/* Takes @spare back unused. */
void skb_copy_cancel(struct skb *skb, struct skb_buf *spare);

/*
 * THE gate to writing: a pointer to @len bytes at @offset from data, after making them private
 * and linear. NULL: beyond the packet's end, or (same answer, skb unchanged) no memory.
 * Mirrors skb_ensure_writable / bpf_try_make_writable.
 */
u8 *skb_writable(struct skb *skb, u32 offset, u32 len);

/*
 * Make the first @len bytes linear (data_end at least data + len). 0, -EINVAL when the packet
 * is shorter. Never copies. Mirrors pskb_may_pull.
 */
int skb_linear(struct skb *skb, u32 len);

/*
 * Copy @len bytes at @offset from data to @to; linear or not. 0 or -EFAULT when they are not
 * all in the packet. Mirrors skb_header_pointer's use in bpf_skb_load_bytes.
 */
int skb_copy_bits(const struct skb *skb, u32 offset, void *to, u32 len);

/*
 * data moves back (push) or forward (pull) by @n bytes, len changes with it; data_meta follows
 * data. The caller has made sure of the room: skb_push needs skb_headroom() >= n, skb_pull
 * needs len >= n (asserted). The bytes pushed keep what is there. Mirror __skb_push and
 * __skb_pull; a pull beyond the linear part linearises first.
 */
void skb_push(struct skb *skb, u32 n);
void skb_pull(struct skb *skb, u32 n);

/*
 * Make sure of @head bytes of headroom and @tail of tailroom in a private buffer; data may move.
 * 0 or -ENOMEM. Mirrors pskb_expand_head.
 */
int skb_expand(struct skb *skb, u32 head, u32 tail);

/* Set the length to @len, shorter or (after skb_expand) longer; data_end follows. */
void skb_set_len(struct skb *skb, u32 len);

static inline void skb_reset_mac_header(struct skb *skb)
{
	skb->mac_header = (u16)skb_data_offset(skb);
}

static inline void skb_reset_network_header(struct skb *skb)
{
	skb->network_header = (u16)skb_data_offset(skb);
}

#endif
