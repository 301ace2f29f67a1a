/* SPDX-License-Identifier: BSD-2-Clause */
/* The packet: shared bytes, the one gate to writing, borders, memory that runs out. */
#include <errno.h>

#include "skb/skb.h"
#include "tap.h"

static struct skb *make(struct skb_pool *pool, u32 len)
{
	struct skb *skb = skb_alloc(pool, len);
	u8 *bytes = skb_writable(skb, 0, len);

	for (u32 i = 0; i < len; i++)
		bytes[i] = (u8)i;
	return skb;
}

static struct skb_pool_stats stats_of(struct skb_pool *pool)
{
	struct skb_pool_stats stats;

	skb_pool_stats(pool, &stats);
	return stats;
}

TEST(context_points_at_bytes_below_4_GiB)
{
	struct skb_pool *pool = skb_pool_new();

	for (u32 len = 0; len <= SKB_LEN_MAX; len = len * 3 + 1) {
		struct skb *skb = make(pool, len);

		EQ((uintptr_t)skb_data(skb), skb->ctx.data);
		EQ(skb->ctx.data_end - skb->ctx.data, len);
		EQ(skb->ctx.data_meta, skb->ctx.data);
		EQ(skb->ctx.len, len);
		EQ(skb_headroom(skb), SKB_HEADROOM);
	}
	OK(skb_alloc(pool, SKB_LEN_MAX + 1) == NULL);
	skb_pool_free(pool);
}

TEST(a_clone_shares_until_someone_writes)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 100);
	struct skb *clone;

	skb->ctx.mark = 7;
	clone = skb_clone(skb);
	REQUIRE(clone);
	EQ(clone->ctx.data, skb->ctx.data);
	EQ(clone->ctx.mark, 7);
	EQ(clone->parent, skb->id);
	OK(clone->id != skb->id);
	OK(skb_shared(skb) && skb_shared(clone));
	EQ(stats_of(pool).copies, 0);

	skb_writable(skb, 0, 1)[0] = 0xaa;
	OK(skb->ctx.data != clone->ctx.data);
	EQ(skb_data(skb)[0], 0xaa);
	EQ(skb_data(clone)[0], 0);
	EQ(skb_data(skb)[99], 99);
	EQ(stats_of(pool).copies, 1);
	EQ(stats_of(pool).bytes_copied, 100);

	skb_writable(clone, 0, 1)[0] = 0xbb; /* alone now: no second copy */
	EQ(stats_of(pool).copies, 1);
	skb_free(clone);
	skb_free(skb);
	EQ(stats_of(pool).skbs_live, 0);
	EQ(stats_of(pool).bufs_live, 0);
	skb_pool_free(pool);
}

TEST(a_prepared_copy_is_made_only_if_still_shared)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60);
	struct skb *clone = skb_clone(skb);
	u32 data = skb->ctx.data;
	struct skb_buf *spare = skb_copy_prepare(skb);

	skb_free(clone);
	skb_copy_commit(skb, spare);
	EQ(skb->ctx.data, data);
	EQ(stats_of(pool).copies, 0);

	clone = skb_clone(skb);
	skb_copy_commit(skb, skb_copy_prepare(skb));
	OK(skb->ctx.data != data);
	EQ(clone->ctx.data, data);
	EQ(stats_of(pool).copies, 1);
	EQ(stats_of(pool).bufs_live, 2);
	skb_pool_free(pool);
}

TEST(the_gate_refuses_what_is_beyond_the_end)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60);

	OK(skb_writable(skb, 59, 1) != NULL);
	OK(skb_writable(skb, 60, 0) != NULL);
	OK(skb_writable(skb, 60, 1) == NULL);
	OK(skb_writable(skb, 61, 0) == NULL);
	OK(skb_writable(skb, 1, 0xffffffff) == NULL);
	OK(skb_writable(skb, 0xffffffff, 2) == NULL);
	skb_pool_free(pool);
}

TEST(borders_move)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60);
	u8 byte;

	skb_reset_mac_header(skb);
	skb_pull(skb, 14);
	skb_reset_network_header(skb);
	EQ(skb->ctx.len, 46);
	EQ(skb_data(skb)[0], 14);
	EQ(skb_network_offset(skb), 0);
	skb_push(skb, 14);
	EQ(skb->ctx.len, 60);
	EQ(skb_network_offset(skb), 14);
	EQ(skb->mac_header, skb_data_offset(skb));
	EQ(skb_copy_bits(skb, 59, &byte, 1), 0);
	EQ(byte, 59);
	EQ(skb_copy_bits(skb, 60, &byte, 1), -EFAULT);
	EQ(skb_copy_bits(skb, 1, &byte, 0xffffffff), -EFAULT);
	skb_pool_free(pool);
}

TEST(pulled_headers_move_with_the_packet)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60), *clone;

	skb_reset_mac_header(skb);
	skb_pull(skb, 14);
	clone = skb_clone(skb);
	REQUIRE(clone);
	EQ(skb_unshare(skb), 0);
	EQ(skb_expand(skb, 1000, 0), 0);
	skb_push(skb, 14);
	for (u32 i = 0; i < 60; i++)
		EQ(skb_data(skb)[i], i);
	skb_pool_free(pool);
}

TEST(room_is_made_and_headers_follow)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60);

	skb_reset_mac_header(skb);
	skb->network_header = skb->mac_header + 14;
	EQ(skb_expand(skb, 1000, 3000), 0);
	OK(skb_headroom(skb) >= 1000);
	OK(skb_tailroom(skb) >= 3000);
	EQ(skb->mac_header, skb_data_offset(skb));
	EQ(skb->network_header, skb_data_offset(skb) + 14);
	EQ(skb->transport_header, SKB_HEADER_UNSET);
	EQ(skb_data(skb)[59], 59);
	skb_set_len(skb, 3060);
	EQ(skb_headlen(skb), 3060);
	skb_set_len(skb, 10);
	EQ(skb->ctx.data_end - skb->ctx.data, 10);
	skb_pool_free(pool);
}

TEST(a_non_linear_packet_is_an_early_data_end)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 100);
	u8 bytes[100];

	skb->ctx.data_end = skb->ctx.data + 14;
	EQ(skb_headlen(skb), 14);
	EQ(skb_copy_bits(skb, 0, bytes, 100), 0);
	EQ(bytes[99], 99);
	EQ(skb_linear(skb, 101), -EINVAL);
	EQ(skb_linear(skb, 50), 0);
	EQ(skb_headlen(skb), 50);
	EQ(skb_linear(skb, 20), 0); /* never back */
	EQ(skb_headlen(skb), 50);
	OK(skb_writable(skb, 90, 10) != NULL);
	EQ(skb_headlen(skb), 100);
	skb_pool_free(pool);
}

TEST(ordered_faults_come_when_ordered)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 60), *clone;

	skb_pool_fail(pool, 1, 1);
	clone = skb_clone(skb);
	REQUIRE(clone);
	EQ(skb_unshare(skb), -ENOMEM);
	OK(skb_shared(skb));
	EQ(skb_unshare(skb), 0);
	skb_pool_fail(pool, 0, 2);
	OK(skb_clone(skb) == NULL);
	OK(skb_alloc(pool, 1) == NULL);
	OK(skb_alloc(pool, 1) != NULL);
	skb_pool_free(pool);
}

TEST(memory_is_used_again)
{
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = make(pool, 1500);
	u32 data = skb->ctx.data;

	skb_free(skb);
	for (int i = 0; i < 100000; i++) {
		skb = skb_alloc(pool, 1500);
		skb_free(skb_clone(skb));
		skb_free(skb);
	}
	skb = skb_alloc(pool, 1500);
	EQ(skb->ctx.data, data);
	skb_pool_free(pool);
}

TEST(exhausted_low_memory_is_an_answer)
{
	struct skb_pool *pool = skb_pool_new(), *other = skb_pool_new();
	u64 cnt = 0;

	/* Nothing is written, so this takes addresses and hardly any memory. */
	while (skb_alloc(pool, SKB_LEN_MAX))
		cnt++;
	OK(cnt > 1000);
	OK(skb_alloc(other, 60) == NULL);
	skb_pool_free(pool);
	OK(skb_alloc(other, 60) != NULL);
	skb_pool_free(other);
}

TAP_MAIN()
