/* SPDX-License-Identifier: BSD-2-Clause */
/* table.c - the table, the way in through it, and the helpers of one line. */
#include <errno.h>

#include "fake.h"
#include "tap.h"

static struct fake fake;

TEST(rows)
{
	for (u32 id = 0; id < HELPER_MAX; id++) {
		const struct helper *helper = helper_find(id);

		REQUIRE(helper != NULL);
		/* A name has types it is for, and only a name has a function. */
		EQ(helper->name != NULL, helper->types != 0);
		if (helper->fn)
			OK(helper->name != NULL);
		/* Arguments stand together, a size stands behind its memory. */
		for (u32 i = 1; i < 5 && helper->fn; i++) {
			if (helper->args[i] != ARG_NONE)
				OK(helper->args[i - 1] != ARG_NONE);
			if (helper->args[i] == ARG_SIZE || helper->args[i] == ARG_SIZE_OR_ZERO)
				OK(helper->args[i - 1] == ARG_MEM ||
				   helper->args[i - 1] == ARG_MEM_OR_NULL ||
				   helper->args[i - 1] == ARG_MEM_UNINIT);
		}
	}
	OK(helper_find(HELPER_MAX) == NULL);
	OK(helper_find(0xffffffff) == NULL);
	OK(helper_find(4)->name == NULL);
	STR_EQ(helper_find(13)->name, "clone_redirect");
	OK(helper_find(18)->fn == NULL);
	STR_EQ(helper_find(18)->name, "skb_vlan_push");
}

/* FACTS E.4: exactly these change the packet, of those that are here. */
TEST(changes_packet)
{
	for (u32 id = 0; id < HELPER_MAX; id++) {
		bool changes = id == 13 || id == 9 || id == 10 || id == 11 || id == 39;

		if (helper_find(id)->fn)
			EQ(!!(helper_find(id)->flags & HELPER_CHANGES_PACKET), changes);
	}
}

/* FACTS E.1: three types may clone. */
TEST(types)
{
	static const struct {
		enum bpf_prog_type type;
		u32 bit;
		bool clones;
	} rows[] = {
		{BPF_PROG_TYPE_SCHED_CLS, HELPER_CLS, true},
		{BPF_PROG_TYPE_SCHED_ACT, HELPER_ACT, true},
		{BPF_PROG_TYPE_LWT_XMIT, HELPER_LWT_XMIT, true},
		{BPF_PROG_TYPE_LWT_IN, HELPER_LWT_IN, false},
		{BPF_PROG_TYPE_LWT_OUT, HELPER_LWT_OUT, false},
		{BPF_PROG_TYPE_XDP, 0, false},
		{BPF_PROG_TYPE_UNSPEC, 0, false},
		{(enum bpf_prog_type)1000, 0, false},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 bit = helper_type_bit(rows[i].type);

		EQ(bit, rows[i].bit);
		EQ(!!(helper_find(13)->types & bit), rows[i].clones);
	}
}

/* Every call is told of. */
TEST(report)
{
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake_listen(&fake, BIT(EVENT_HELPER));
	fake.run.insn = 0;
	fake.run.hook = HOOK_INGRESS;
	EQ(fake_call(&fake, BPF_FUNC_skb_pull_data, reg(fake.run.skb), 61, 3, 4, 5), -ENOMEM);
	fake_call(&fake, BPF_FUNC_ktime_get_ns, 0, 0, 0, 0, 0);
	EQ(fake.event_cnt, 2);
	EQ(fake.events[1].helper, BPF_FUNC_ktime_get_ns);
	EQ(fake.events[0].kind, EVENT_HELPER);
	EQ(fake.events[0].helper, BPF_FUNC_skb_pull_data);
	EQ(fake.events[0].ret, (u64)-ENOMEM);
	EQ(fake.events[0].args[0], reg(fake.run.skb));
	EQ(fake.events[0].args[1], 61);
	EQ(fake.events[0].args[4], 5);
	EQ(fake.events[0].hook, HOOK_INGRESS);
	EQ(fake.events[0].ifindex, 2);
	STR_EQ(fake.events[0].dev, "eth0");
	fake_free(&fake);
}

/* The clocks are the world's, and so is chance. */
TEST(clocks_and_chance)
{
	u64 numbers[4];

	fake_init(&fake);
	fake.host.now = 1000;
	fake.host.boot_offset = 77;
	EQ(fake_call(&fake, BPF_FUNC_ktime_get_ns, 0, 0, 0, 0, 0), 1000);
	EQ(fake_call(&fake, BPF_FUNC_ktime_get_boot_ns, 0, 0, 0, 0, 0), 1077);
	EQ(fake_call(&fake, BPF_FUNC_get_smp_processor_id, 0, 0, 0, 0, 0), 0);
	for (u32 i = 0; i < 4; i++) {
		numbers[i] = (u64)fake_call(&fake, BPF_FUNC_get_prandom_u32, 0, 0, 0, 0, 0);
		EQ(numbers[i] >> 32, 0);
	}
	OK(numbers[0] != numbers[1] && numbers[1] != numbers[2]);
	random_seed(&fake.host.random, 1);
	for (u32 i = 0; i < 4; i++)
		EQ(fake_call(&fake, BPF_FUNC_get_prandom_u32, 0, 0, 0, 0, 0), numbers[i]);
	fake_free(&fake);
}

TEST(spin_lock)
{
	struct bpf_spin_lock lock = {};

	fake_init(&fake);
	EQ(fake_call(&fake, BPF_FUNC_spin_lock, reg(&lock), 0, 0, 0, 0), 0);
	EQ(fake_call(&fake, BPF_FUNC_spin_unlock, reg(&lock), 0, 0, 0, 0), 0);
	EQ(lock.val, 0);
	fake_free(&fake);
}

TAP_MAIN()
