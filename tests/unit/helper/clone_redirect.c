/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clone_redirect.c - bpf_clone_redirect and bpf_redirect row by row: FACTS A.1 (checks in order),
 * A.2 (what is cloned, shared and copied), A.3 (the header rule), B (what bpf_redirect answers).
 */
#include <errno.h>
#include <linux/pkt_cls.h>

#include "fake.h"
#include "helper/redirect.h"
#include "skb/csum.h"
#include "tap.h"

#define ETH0 2
#define TUN0 3

static struct fake fake;

static s64 clone_to(u32 ifindex, u64 flags)
{
	return fake_call(&fake, BPF_FUNC_clone_redirect, reg(fake.run.skb), ifindex, flags, 0, 0);
}

/* A.1, and which of two mistakes is told. no_memory: the first (1) or second (2) allocation fails.
 */
static const struct check {
	const char *what;
	u64 flags;
	u32 gso_size;
	u16 gso_type;
	u64 ifindex;
	u32 no_memory;
	s64 ret;
} checks[] = {
	{"fine", 0, 0, 0, ETH0, 0, 0},
	{"fine, ingress", 1, 0, 0, ETH0, 0, 0},
	{"1: flags", 2, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 3, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 1 << 16, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 1 << 17, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 1 << 18, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 1ull << 32, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", (1ull << 32) + 1, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", 1ull << 63, 0, 0, ETH0, 0, -EINVAL},
	{"1: flags", ~0ull, 0, 0, ETH0, 0, -EINVAL},
	{"1 before 2", 2, 500, 0, ETH0, 0, -EINVAL},
	{"2: segments of no type", 0, 500, 0, ETH0, 0, -EBADMSG},
	{"segments of a type", 0, 500, 1, ETH0, 0, 0},
	{"a type without segments", 0, 0, 1, ETH0, 0, 0},
	{"2 before 3", 0, 500, 0, 9999, 0, -EBADMSG},
	{"3: no device", 0, 0, 0, 0, 0, -EINVAL},
	{"3: no device", 0, 0, 0, 9999, 0, -EINVAL},
	{"3: no device", 0, 0, 0, 0x7fffffff, 0, -EINVAL},
	{"3: no device", 0, 0, 0, 0x80000000, 0, -EINVAL},
	{"3: no device", 1, 0, 0, 0xffffffff, 0, -EINVAL},
	{"32 bits of the ifindex count", 0, 0, 0, 0x500000002, 0, 0},
	{"3 before 4", 0, 0, 0, 9999, 1, -EINVAL},
	{"4: no clone", 0, 0, 0, ETH0, 1, -ENOMEM},
	{"5: no head for the original", 0, 0, 0, ETH0, 2, -ENOMEM},
	{"5 before 6", 0, 0, 0, TUN0, 2, -ENOMEM},
};

TEST(checks_in_order)
{
	for (u32 i = 0; i < ARRAY_SIZE(checks); i++) {
		const struct check *check = &checks[i];
		/* Step 6 would fail too where it is to come later. */
		u32 len = check->ifindex == TUN0 ? 14 : 60;
		struct skb_pool_stats before, after;
		struct skb *skb;
		s64 ret;

		fake_init(&fake);
		skb = fake_packet(&fake, NULL, len);
		skb->ctx.gso_size = check->gso_size;
		skb->gso_type = check->gso_type;
		skb_pool_stats(fake.host.pool, &before);
		if (check->no_memory)
			skb_pool_fail(fake.host.pool, check->no_memory - 1, 1);
		fake.site = PROG_SITE_WRITE_FOLLOWS;
		ret = fake_call(&fake, BPF_FUNC_clone_redirect, reg(skb), check->ifindex,
				check->flags, 0, 0);
		if (ret != check->ret)
			TAP_FAIL("%s: expected %lld, seen %lld", check->what, (long long)check->ret,
				 (long long)ret);
		EQ(fake.sent_cnt, ret == 0);
		/* Nothing is left behind, and the original is as it was. */
		skb_pool_stats(fake.host.pool, &after);
		EQ(after.skbs_live, before.skbs_live);
		EQ(after.bufs_live, before.bufs_live);
		EQ(skb->ctx.len, len);
		EQ(skb_data(skb)[13], 13);
		fake_free(&fake);
	}
}

/* Linux's point for the second failure holds where skiff copies nothing. */
TEST(no_memory_without_a_copy)
{
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake.site = 0;
	skb_pool_fail(fake.host.pool, 1, 1);
	EQ(clone_to(ETH0, 0), -ENOMEM);
	EQ(fake.sent_cnt, 0);
	EQ(clone_to(ETH0, 0), 0);
	EQ(fake.sent_cnt, 1);
	fake_free(&fake);
}

/* Whatever the device answers is the program's answer. */
TEST(answers_of_the_device)
{
	static const int answers[] = {0, 1, 2, -ENETDOWN, -ENOMEM};

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	for (u32 i = 0; i < ARRAY_SIZE(answers); i++) {
		fake.devices[0].answer = answers[i];
		EQ(clone_to(ETH0, 0), answers[i]);
		EQ(fake_last(&fake)->ingress, false);
		EQ(clone_to(ETH0, BPF_F_INGRESS), answers[i]);
		EQ(fake_last(&fake)->ingress, true);
	}
	fake_free(&fake);
}

/* A.2: metadata is copied as the program left it; the two know nothing of each other after. */
TEST(metadata)
{
	struct skb *skb;

	fake_init(&fake);
	skb = fake_packet(&fake, NULL, 60);
	fake.devices[0].hold = true;
	skb->ctx.mark = 7;
	skb->ctx.priority = 8;
	skb->ctx.cb[0] = 1;
	skb->ctx.cb[4] = 5;
	skb->ctx.tc_index = 9;
	skb->ctx.tc_classid = 10;
	skb->ctx.hash = 11;
	skb->ctx.vlan_tci = 12;
	skb->ctx.tstamp = 13;
	skb->tc_at_ingress = true;
	EQ(clone_to(ETH0, 0), 0);
	skb->ctx.mark = 70;
	skb->ctx.cb[0] = 71;
	REQUIRE(fake.sent[0].held != NULL);
	EQ(fake.sent[0].parent, skb->id);
	OK(fake.sent[0].id != skb->id);
	EQ(fake.sent[0].held->ctx.mark, 7);
	EQ(fake.sent[0].held->ctx.priority, 8);
	EQ(fake.sent[0].held->ctx.cb[0], 1);
	EQ(fake.sent[0].held->ctx.cb[4], 5);
	EQ(fake.sent[0].held->ctx.tc_index, 9);
	EQ(fake.sent[0].held->ctx.tc_classid, 10);
	EQ(fake.sent[0].held->ctx.hash, 11);
	EQ(fake.sent[0].held->ctx.vlan_tci, 12);
	EQ(fake.sent[0].held->ctx.tstamp, 13);
	EQ(fake.sent[0].held->tc_at_ingress, true);
	fake_free(&fake);
}

/* When the original's bytes are copied: only if a direct write can follow, and only if the clone
 * still has them after its transmission. */
static const struct copy {
	u8 site;
	bool hold;
	u32 copies;
} copies[] = {
	{PROG_SITE_WRITE_FOLLOWS, true, 1},
	{PROG_SITE_WRITE_FOLLOWS, false, 0},
	{0, true, 0},
	{0, false, 0},
};

TEST(copy_only_before_a_write)
{
	for (u32 i = 0; i < ARRAY_SIZE(copies); i++) {
		struct skb_pool_stats stats;
		struct skb *skb;

		fake_init(&fake);
		skb = fake_packet(&fake, NULL, 60);
		fake.site = copies[i].site;
		fake.devices[0].hold = copies[i].hold;
		EQ(clone_to(ETH0, 0), 0);
		skb_pool_stats(fake.host.pool, &stats);
		EQ(stats.copies, copies[i].copies);
		EQ(skb_shared(skb), copies[i].hold && !copies[i].copies);
		/* The device had the bytes before any copy was made. */
		EQ(fake.sent[0].shared, true);
		fake_free(&fake);
	}
}

/* A program without the verifier's facts may write after any call. */
TEST(no_facts)
{
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake.prog.sites = NULL;
	fake.devices[0].hold = true;
	EQ(clone_to(ETH0, 0), 0);
	EQ(skb_shared(fake.run.skb), false);
	fake_free(&fake);
}

/* A later write to the original does not reach a clone in a queue, by whatever way it comes. */
TEST(clones_keep_old_bytes)
{
	struct skb *skb;
	u8 new = 0xee;

	for (u32 direct = 0; direct < 2; direct++) {
		fake_init(&fake);
		skb = fake_packet(&fake, NULL, 60);
		fake.devices[0].hold = true;
		fake.site = direct ? PROG_SITE_WRITE_FOLLOWS : 0;
		EQ(clone_to(ETH0, BPF_F_INGRESS), 0);
		if (direct) {
			EQ(skb_shared(skb), false);
			skb_writable(skb, 20, 1)[0] = new;
		} else {
			EQ(fake_call(&fake, BPF_FUNC_skb_store_bytes, reg(skb), 20, reg(&new), 1,
				     0),
			   0);
		}
		EQ(skb_data(skb)[20], 0xee);
		REQUIRE(fake.sent[0].held != NULL);
		EQ(skb_data(fake.sent[0].held)[20], 20);
		fake_free(&fake);
	}
}

/*
 * A.3: where the headers are (offsets from data, of the packet as the program has it), the target
 * and what becomes of the packet: an error, or length and first byte of what is sent.
 */
static const struct header {
	const char *what;
	u32 len, pull;
	s32 mac, network;
	u32 ifindex;
	s64 ret;
	u32 sent_len;
	u8 first;
} headers[] = {
#define UNSET 9999
	{"tc, ethernet to ethernet", 60, 0, 0, 14, ETH0, 0, 60, 0},
	{"tc, ethernet to ethernet, 14", 14, 0, 0, 14, ETH0, 0, 14, 0},
	{"tc, ethernet to tun", 60, 0, 0, 14, TUN0, 0, 46, 14},
	{"tc, ethernet to tun, 15", 15, 0, 0, 14, TUN0, 0, 1, 14},
	{"tc, ethernet to tun, 14", 14, 0, 0, 14, TUN0, -ERANGE, 0, 0},
	{"tc, tun to ethernet", 46, 0, 0, 0, ETH0, -ERANGE, 0, 0},
	{"tc, tun to tun", 46, 0, 0, 0, TUN0, 0, 46, 0},
	{"lwt_xmit local to ethernet", 46, 0, UNSET, 0, ETH0, -ERANGE, 0, 0},
	{"lwt_xmit local to tun", 46, 0, UNSET, 0, TUN0, 0, 46, 0},
	{"lwt_xmit local, header pushed, to ethernet", 60, 0, 0, 14, ETH0, 0, 60, 0},
	{"lwt_xmit local, header pushed, to tun", 60, 0, 0, 14, TUN0, 0, 46, 14},
	{"lwt_xmit forwarded to ethernet", 60, 14, -14, 0, ETH0, 0, 46, 14},
	{"lwt_xmit forwarded to tun", 60, 14, -14, 0, TUN0, 0, 46, 14},
	{"lwt_xmit without a byte to ethernet", 14, 14, -14, 0, ETH0, -ERANGE, 0, 0},
	{"lwt_xmit without a byte to tun", 14, 14, -14, 0, TUN0, -ERANGE, 0, 0},
	{"network header behind data to tun", 60, 14, -14, -4, TUN0, -ERANGE, 0, 0},
	{"headers swapped to ethernet", 60, 0, 14, 0, ETH0, -ERANGE, 0, 0},
};

static struct skb *headers_packet(const struct header *header)
{
	struct skb *skb = fake_packet(&fake, NULL, header->len);
	u32 data;

	if (header->pull)
		skb_pull(skb, header->pull);
	data = skb_data_offset(skb);
	skb->network_header = (u16)((s32)data + header->network);
	skb->mac_header = header->mac == UNSET ? SKB_HEADER_UNSET : (u16)((s32)data + header->mac);
	return skb;
}

TEST(header_rule)
{
	for (u32 i = 0; i < ARRAY_SIZE(headers); i++) {
		for (u64 flags = 0; flags < 2; flags++) {
			const struct header *header = &headers[i];
			const struct fake_sent *sent = &fake.sent[0];
			struct skb *skb;
			s64 ret;

			fake_init(&fake);
			skb = headers_packet(header);
			ret = clone_to(header->ifindex, flags);
			if (ret != header->ret || (!ret && sent->len != header->sent_len) ||
			    (!ret && fake.bytes[0] != header->first))
				TAP_FAIL("%s: %lld, %u bytes from %u", header->what, (long long)ret,
					 sent->len, fake.bytes[0]);
			EQ(fake.sent_cnt, ret == 0);
			if (!ret && header->ifindex == TUN0) {
				EQ(sent->mac_header, sent->network_header);
				EQ(sent->data, sent->network_header);
				EQ(sent->mac_len, 0);
			}
			/* The original is where it was. */
			EQ(skb->ctx.len, header->len - header->pull);
			if (skb->ctx.len)
				EQ(skb_data(skb)[0], header->pull);
			fake_free(&fake);
		}
	}
}

/* A complete checksum covers what is behind the link-layer header at ingress, and all of the
 * packet on a wire. */
TEST(complete_checksum)
{
	static const struct {
		bool ingress;
		u32 ifindex, from, to; /* the sum before is of [from...], after of [to...] */
	} rows[] = {{true, ETH0, 14, 0},
		    {true, TUN0, 14, 14},
		    {false, TUN0, 0, 14},
		    {false, ETH0, 0, 0}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct skb *skb;

		fake_init(&fake);
		fake.devices[0].hold = fake.devices[1].hold = true;
		skb = fake_packet(&fake, NULL, 60);
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->tc_at_ingress = rows[i].ingress;
		skb->csum = csum_partial(skb_data(skb) + rows[i].from, 60 - rows[i].from, 0);
		EQ(clone_to(rows[i].ifindex, 0), 0);
		REQUIRE(fake.sent[0].held != NULL);
		EQ(csum_fold16(fake.sent[0].held->csum),
		   csum_fold16(csum_partial(skb_data(skb) + rows[i].to, 60 - rows[i].to, 0)));
		fake_free(&fake);
	}
}

/* B: only the note and the verdict; bad flags leave the note alone. */
TEST(redirect)
{
	static const u64 bad[] = {2, 3, 1 << 16, 1 << 17, 1 << 18, 1ull << 32, 1ull << 63};

	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	EQ(fake_call(&fake, BPF_FUNC_redirect, ETH0, 0, 0, 0, 0), TC_ACT_REDIRECT);
	EQ(fake.host.redirect_ifindex, ETH0);
	EQ(fake.host.redirect_flags, 0);
	/* The last call counts, and nothing is checked yet. */
	EQ(fake_call(&fake, BPF_FUNC_redirect, 0x300000000 + 9999, BPF_F_INGRESS, 0, 0, 0),
	   TC_ACT_REDIRECT);
	EQ(fake.host.redirect_ifindex, 9999);
	EQ(fake.host.redirect_flags, BPF_F_INGRESS);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
		EQ(fake_call(&fake, BPF_FUNC_redirect, TUN0, bad[i], 0, 0, 0), TC_ACT_SHOT);
	EQ(fake.host.redirect_ifindex, 9999);
	EQ(fake.sent_cnt, 0);
	fake_free(&fake);
}

/* What is told of a clone: that it is one, before anything happens to it; where it goes, or why
 * it does not; and what the helper returned. */
TEST(events)
{
	struct skb *skb;

	fake_init(&fake);
	skb = fake_packet(&fake, NULL, 60);
	fake_listen(&fake,
		    BIT(EVENT_CLONE) | BIT(EVENT_REDIRECT) | BIT(EVENT_DROP) | BIT(EVENT_HELPER));
	fake.host.now = 1234;
	fake.run.attachment = 5;
	EQ(clone_to(TUN0, BPF_F_INGRESS), 0);
	REQUIRE(fake.event_cnt == 3);
	EQ(fake.events[0].kind, EVENT_CLONE);
	EQ(fake.events[0].time, 1234);
	EQ(fake.events[0].ifindex, ETH0);
	STR_EQ(fake.events[0].dev, "eth0");
	EQ(fake.events[0].attachment, 5);
	OK(fake.events[0].prog == &fake.prog);
	EQ(fake.events[1].kind, EVENT_REDIRECT);
	EQ(fake.events[1].ifindex, TUN0);
	STR_EQ(fake.events[1].dev, "tun0");
	EQ(fake.events[1].ingress, true);
	EQ(fake.events[2].kind, EVENT_HELPER);
	OK(fake.events[2].skb == skb);
	EQ(fake.events[2].helper, BPF_FUNC_clone_redirect);
	EQ(fake.events[2].args[1], TUN0);
	EQ(fake.events[2].args[2], BPF_F_INGRESS);
	EQ(fake.events[2].hook, HOOK_EGRESS);

	fake.event_cnt = 0;
	skb->mac_header = SKB_HEADER_UNSET;
	EQ(clone_to(ETH0, 0), -ERANGE);
	REQUIRE(fake.event_cnt == 3);
	EQ(fake.events[0].kind, EVENT_CLONE);
	EQ(fake.events[1].kind, EVENT_DROP);
	EQ(fake.events[1].reason, DROP_DEV_HDR);
	EQ(fake.events[2].ret, (u64)-ERANGE);

	/* A mistake made before there is a clone is only an answer. */
	fake.event_cnt = 0;
	EQ(clone_to(9999, 0), -EINVAL);
	EQ(fake.event_cnt, 1);
	EQ(fake.events[0].kind, EVENT_HELPER);
	fake_free(&fake);
}

TAP_MAIN()
