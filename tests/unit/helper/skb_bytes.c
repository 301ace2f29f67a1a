/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * skb_bytes.c - bytes of packets that BPF_PROG_TEST_RUN cannot make, so that only the source
 * says what Linux does: not linear, shared, with headers elsewhere, with a hash. (The rest is put
 * to Linux itself in tests/kernel/helper/.)
 */
#include <errno.h>
#include <string.h>

#include "fake.h"
#include "skb/csum.h"
#include "tap.h"

static struct fake fake;
static u8 to[64];

static s64 load(u64 offset, u32 len)
{
	memset(to, 0xaa, sizeof(to));
	return fake_call(&fake, BPF_FUNC_skb_load_bytes, reg(fake.run.skb), offset, reg(to), len,
			 0);
}

static s64 load_relative(u64 offset, u32 len, u32 start)
{
	memset(to, 0xaa, sizeof(to));
	return fake_call(&fake, BPF_FUNC_skb_load_bytes_relative, reg(fake.run.skb), offset,
			 reg(to), len, start);
}

static s64 store(u64 offset, const void *from, u32 len, u64 flags)
{
	return fake_call(&fake, BPF_FUNC_skb_store_bytes, reg(fake.run.skb), offset, reg(from), len,
			 flags);
}

static s64 pull(u32 len)
{
	return fake_call(&fake, BPF_FUNC_skb_pull_data, reg(fake.run.skb), len, 0, 0, 0);
}

/* @linear of @len bytes can be reached directly. */
static struct skb *nonlinear(u32 len, u32 linear)
{
	struct skb *skb = fake_packet(&fake, NULL, len);

	skb->ctx.data_end = skb->ctx.data + linear;
	return skb;
}

/* A load sees the whole packet; a relative one only what is linear. */
TEST(load_nonlinear)
{
	fake_init(&fake);
	nonlinear(60, 20);
	EQ(load(18, 4), 0);
	MEM_EQ(to, "\x12\x13\x14\x15", 4);
	EQ(load_relative(16, 4, BPF_HDR_START_MAC), 0);
	MEM_EQ(to, "\x10\x11\x12\x13", 4);
	EQ(load_relative(17, 4, BPF_HDR_START_MAC), -EFAULT);
	MEM_EQ(to, "\0\0\0\0\xaa", 5);
	EQ(load_relative(2, 4, BPF_HDR_START_NET), 0);
	EQ(load_relative(3, 4, BPF_HDR_START_NET), -EFAULT);
	EQ(skb_headlen(fake.run.skb), 20);
	fake_free(&fake);
}

/* Where data stands does not matter; where the header stands does, and whether there is one. */
TEST(load_relative_to_headers)
{
	struct skb *skb;

	fake_init(&fake);
	skb = fake_packet(&fake, NULL, 60);
	skb_pull(skb, 14);
	EQ(load_relative(0, 4, BPF_HDR_START_MAC), 0);
	MEM_EQ(to, "\0\1\2\3", 4);
	EQ(load_relative(0, 4, BPF_HDR_START_NET), 0);
	MEM_EQ(to, "\x0e\x0f\x10\x11", 4);
	skb->mac_header = SKB_HEADER_UNSET;
	EQ(load_relative(0, 4, BPF_HDR_START_MAC), -EFAULT);
	MEM_EQ(to, "\0\0\0\0\xaa", 5);
	fake_free(&fake);
}

/* A store makes linear what it needs, and no more. */
TEST(store_nonlinear)
{
	fake_init(&fake);
	nonlinear(60, 20);
	EQ(store(30, "xy", 2, 0), 0);
	EQ(skb_headlen(fake.run.skb), 32);
	EQ(load(29, 4), 0);
	MEM_EQ(to, "\x1dxy\x20", 4);
	EQ(store(59, "xy", 2, 0), -EFAULT);
	EQ(skb_headlen(fake.run.skb), 32);
	fake_free(&fake);
}

TEST(pull_nonlinear)
{
	static const struct {
		u32 len;
		s64 ret;
		u32 linear;
	} rows[] = {{0, 0, 20},
		    {10, 0, 20},
		    {20, 0, 20},
		    {21, 0, 21},
		    {60, 0, 60},
		    {61, -ENOMEM, 20},
		    {0xffffffff, -ENOMEM, 20}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		fake_init(&fake);
		nonlinear(60, 20);
		EQ(pull(rows[i].len), rows[i].ret);
		EQ(skb_headlen(fake.run.skb), rows[i].linear);
		fake_free(&fake);
	}
}

/* Shared bytes are copied before they are written, and before they may be. */
TEST(shared)
{
	struct skb *other;

	fake_init(&fake);
	other = skb_clone(fake_packet(&fake, NULL, 60));
	EQ(store(0, "x", 1, 0), 0);
	EQ(skb_data(other)[0], 0);
	EQ(skb_data(fake.run.skb)[0], 'x');
	skb_free(other);

	other = skb_clone(fake.run.skb);
	EQ(pull(0), 0);
	EQ(skb_shared(fake.run.skb), false);
	skb_free(other);

	other = skb_clone(fake.run.skb);
	EQ(load(0, 10), 0);
	EQ(skb_shared(fake.run.skb), true);
	/* No memory for the copy. */
	skb_pool_fail(fake.host.pool, 0, 3);
	EQ(store(0, "y", 1, 0), -EFAULT);
	EQ(pull(0), -ENOMEM);
	EQ(fake_call(&fake, BPF_FUNC_l3_csum_replace, reg(fake.run.skb), 24, 0, 1, 0), -EFAULT);
	EQ(skb_data(fake.run.skb)[0], 'x');
	skb_free(other);
	fake_free(&fake);
}

TEST(invalidate_hash)
{
	struct skb *skb;

	fake_init(&fake);
	skb = fake_packet(&fake, NULL, 60);
	skb->ctx.hash = 77;
	skb->l4_hash = skb->sw_hash = true;
	EQ(store(0, "x", 1, BPF_F_RECOMPUTE_CSUM), 0);
	EQ(skb->ctx.hash, 77);
	EQ(store(60, "x", 1, BPF_F_INVALIDATE_HASH), -EFAULT);
	EQ(skb->ctx.hash, 77);
	EQ(store(0, "x", 1, BPF_F_INVALIDATE_HASH), 0);
	EQ(skb->ctx.hash, 0);
	EQ(skb->l4_hash, false);
	EQ(skb->sw_hash, false);
	fake_free(&fake);
}

/* A store in front of where a partial checksum starts ends it, as a pull would: Linux takes the
 * bytes out of the sum and puts them back, and only the first half looks. */
TEST(partial_checksum)
{
	struct skb *skb;

	fake_init(&fake);
	skb = fake_packet(&fake, NULL, 60);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = (u16)(skb_data_offset(skb) + 34);
	EQ(store(0, "x", 1, BPF_F_RECOMPUTE_CSUM), 0);
	EQ(skb->ip_summed, CHECKSUM_PARTIAL);
	skb->csum_start = (u16)(skb_data_offset(skb) - 2);
	EQ(store(0, "x", 1, 0), 0);
	EQ(skb->ip_summed, CHECKSUM_PARTIAL);
	EQ(store(0, "x", 1, BPF_F_RECOMPUTE_CSUM), 0);
	EQ(skb->ip_summed, CHECKSUM_NONE);
	fake_free(&fake);
}

/* RFC 1624 on a check that is yet to be completed: only the pseudo header is in it, as a plain
 * sum. (CHECKSUM_NONE and _COMPLETE are put to Linux.) */
TEST(l4_partial)
{
	static const struct {
		u64 from, to, flags;
		u16 before, after;
	} rows[] = {
		{0x1111, 0x2222, 2, 0x1234, 0x1234},
		{0x1111, 0x2222, 2 | BPF_F_PSEUDO_HDR, 0x1234, 0x2345},
		{0x11110000, 0x22220000, 4 | BPF_F_PSEUDO_HDR, 0x1234, 0x2345},
		{0, 0x1111, 0 | BPF_F_PSEUDO_HDR, 0x1234, 0x2345},
		{0, 0x1111, 0, 0x1234, 0x1234},
		{0, 0x1111, 0 | BPF_F_PSEUDO_HDR | 128, 0x1234, 0x2345},
		{0x1234, 0, 2 | BPF_F_PSEUDO_HDR | BPF_F_MARK_MANGLED_0, 0x1234, 0xffff},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct skb *skb;
		u16 after;

		fake_init(&fake);
		skb = fake_packet(&fake, NULL, 60);
		skb->ip_summed = CHECKSUM_PARTIAL;
		store(24, &rows[i].before, 2, 0);
		EQ(fake_call(&fake, BPF_FUNC_l4_csum_replace, reg(skb), 24, rows[i].from,
			     rows[i].to, rows[i].flags),
		   0);
		memcpy(&after, skb_data(skb) + 24, 2);
		EQ(after, rows[i].after);
		fake_free(&fake);
	}
}

TAP_MAIN()
