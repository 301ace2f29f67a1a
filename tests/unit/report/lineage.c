/* SPDX-License-Identifier: BSD-2-Clause */
/* Labels of packets, and that nothing is remembered of those that have ended. */
#include "tap.h"

#include "base/random.h"
#include "prog/prog.h"
#include "report/lineage.h"

static const struct prog mirror = {.name = "mirror"};

static struct lineage_packet *clone_of(struct lineage *lineage, u64 parent, u64 id)
{
	struct skb skb = {.id = id, .parent = parent, .frame = 1};
	struct event event = {.kind = EVENT_CLONE,
			      .skb = &skb,
			      .prog = &mirror,
			      .dev = "eth0",
			      .hook = HOOK_EGRESS};

	return lineage_clone(lineage, &event);
}

TEST(labels)
{
	struct lineage lineage = {0};
	struct skb frame = {.id = 10, .frame = 1}, stranger = {.id = 99, .parent = 98, .frame = 3};

	STR_EQ(lineage_get(&lineage, &frame)->label, "1");
	STR_EQ(clone_of(&lineage, 10, 11)->label, "1.1");
	STR_EQ(clone_of(&lineage, 10, 12)->label, "1.2");
	STR_EQ(clone_of(&lineage, 12, 13)->label, "1.2.1");
	STR_EQ(lineage_find(&lineage, 13)->parent, "1.2");
	STR_EQ(lineage_find(&lineage, 13)->maker, "mirror at eth0:egress");
	EQ(lineage_find(&lineage, 13)->depth, 2);
	/* The frame goes on counting its clones until it ends. */
	STR_EQ(clone_of(&lineage, 10, 14)->label, "1.3");
	lineage_end(&lineage, &frame);
	OK(!lineage_find(&lineage, 10));
	STR_EQ(clone_of(&lineage, 12, 15)->label, "1.2.2");
	/* A clone that nobody told of. */
	STR_EQ(lineage_get(&lineage, &stranger)->label, "3#99");
	lineage_free(&lineage);
}

TEST(parent_not_known_yet_is_the_frame)
{
	struct lineage lineage = {0};

	STR_EQ(clone_of(&lineage, 7, 8)->label, "1.1");
	STR_EQ(lineage_find(&lineage, 7)->label, "1");
	lineage_free(&lineage);
}

TEST(many_generations)
{
	struct lineage lineage = {0};

	for (u64 id = 2; id < 1000; id++)
		clone_of(&lineage, id - 1, id);
	STR_EQ(lineage_find(&lineage, 7)->label, "1.1.1.1.1.1.1");
	STR_EQ(lineage_find(&lineage, 8)->label, "1#8");
	STR_EQ(lineage_find(&lineage, 8)->parent, "1.1.1.1.1.1.1");
	STR_EQ(lineage_find(&lineage, 999)->label, "1#999");
	STR_EQ(lineage_find(&lineage, 999)->parent, "1#998");
	EQ(lineage_find(&lineage, 999)->depth, 998);
	lineage_free(&lineage);
}

/* Long numbers do not fit: then, too, the short form. */
TEST(long_labels)
{
	struct lineage lineage = {0};
	struct skb skb = {.id = 1, .frame = ~0ull};
	struct event event = {.kind = EVENT_CLONE, .skb = &skb};

	for (u64 id = 2; id < 7; id++) {
		lineage_get(&lineage, &(struct skb){.id = id - 1, .frame = ~0ull})->clones =
			~0u - 1;
		skb = (struct skb){.id = id, .parent = id - 1, .frame = ~0ull};
		lineage_clone(&lineage, &event);
	}
	STR_EQ(lineage_find(&lineage, 4)->label,
	       "18446744073709551615.4294967295.4294967295.4294967295");
	STR_EQ(lineage_find(&lineage, 5)->label, "18446744073709551615#5");
	STR_EQ(lineage_find(&lineage, 6)->label, "18446744073709551615#5.4294967295");
	lineage_free(&lineage);
}

/* Coming and going in a random order, beside a plain array. */
TEST(table)
{
	static bool alive[4096];
	struct lineage lineage = {0};
	struct random random;
	u32 cnt = 0;

	random_seed(&random, 7);
	for (u32 i = 0; i < 100000; i++) {
		u64 id = 1 + random_u32(&random) % (i % 1000 < 500 ? 4095 : 100);
		struct skb skb = {.id = id, .frame = id};

		if (alive[id]) {
			lineage_end(&lineage, &skb);
			cnt--;
		} else {
			lineage_get(&lineage, &skb)->depth = (u32)id;
			cnt++;
		}
		alive[id] = !alive[id];
		if (i % 1000)
			continue;
		EQ(lineage.cnt, cnt);
		for (u64 other = 1; other < ARRAY_SIZE(alive); other++) {
			struct lineage_packet *packet = lineage_find(&lineage, other);

			EQ(packet != NULL, alive[other]);
			if (packet)
				EQ(packet->depth, other);
		}
	}
	OK(lineage.size <= 16384);
	lineage_free(&lineage);
}

TAP_MAIN()
