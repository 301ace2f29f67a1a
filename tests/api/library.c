/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The library as its users have it: nothing but skiff/skiff.h and libskiff.a. Two worlds in one
 * process that do not know of each other; the counters, maps and lines of each.
 */
#include <skiff/skiff.h>
#include <stdlib.h>

#include "tap.h"

struct seen {
	unsigned int wire[8], host[8], lines;
	uint64_t last_parent;
	char last_line[128];
	unsigned char last[2048];
	uint32_t last_len;
};

static void on_frame(void *data, const struct skiff_frame *frame)
{
	struct seen *seen = data;

	if (frame->ifindex < 8)
		(frame->door == SKIFF_WIRE ? seen->wire : seen->host)[frame->ifindex]++;
	seen->last_parent = frame->parent;
	seen->last_len = frame->len;
	memcpy(seen->last, frame->bytes, frame->len < sizeof(seen->last) ? frame->len : 0);
}

static void on_printk(void *data, const char *line)
{
	struct seen *seen = data;

	seen->lines++;
	snprintf(seen->last_line, sizeof(seen->last_line), "%s", line);
}

static const char *example(const char *name)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/%s", getenv("SKIFF_TEST_EXAMPLES"), name);
	return path;
}

static int device(struct skiff_world *world, const char *name)
{
	return skiff_device_add(world, &(struct skiff_device_opts){.sz = sizeof(struct skiff_device_opts),
								   .name = name});
}

static void frame_make(unsigned char *frame, size_t len)
{
	static const unsigned char header[] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x88, 0xb5};

	memset(frame, 0x5a, len);
	memcpy(frame, header, sizeof(header));
}

TEST(a_clone_leaves_by_the_other_device)
{
	struct skiff_world *world = skiff_world_new(NULL);
	unsigned char frame[60];
	struct seen seen = {0};
	struct skiff_stats stats;
	struct skiff_object *object;
	int mon0, eth0;

	REQUIRE(world);
	frame_make(frame, sizeof(frame));
	mon0 = device(world, "mon0");
	eth0 = device(world, "eth0");
	EQ(mon0, 2);
	EQ(eth0, 3);
	EQ(skiff_device_find(world, "eth0"), 3);
	object = skiff_object_load(world, example("clone_redirect.o"), NULL);
	STR_EQ(skiff_error(world), "");
	REQUIRE(object);
	EQ(skiff_attach(world, 3, SKIFF_EGRESS, object, "bpf_clone_redirect_example"), 0);
	skiff_on_frame(world, on_frame, &seen);
	skiff_on_printk(world, on_printk, &seen);
	EQ(skiff_inject(world, 3, SKIFF_TX, frame, sizeof(frame), 1000), 0);
	EQ(seen.wire[2], 1);
	EQ(seen.wire[3], 1);
	EQ(seen.lines, 0);
	EQ(seen.last_len, sizeof(frame));
	MEM_EQ(seen.last, frame, sizeof(frame));
	EQ(skiff_device_stats(world, 2, &stats), 0);
	EQ(stats.tx_packets, 1);
	EQ(stats.tx_bytes, 60);
	EQ(skiff_drain(world), 0);
	skiff_world_free(world);
}

TEST(worlds_do_not_know_of_each_other)
{
	struct skiff_world *one = skiff_world_new(NULL), *two = skiff_world_new(NULL);
	struct seen in_one = {0}, in_two = {0};
	struct skiff_object *a, *b;
	unsigned char frame[60];
	uint32_t key = 0, target = 2, got = 0;

	REQUIRE(one && two);
	frame_make(frame, sizeof(frame));
	device(one, "mon0");
	device(one, "eth0");
	device(two, "eth0"); /* ifindex 2 here, and no mon0 */
	a = skiff_object_load(one, example("mirror.o"), "mirror");
	b = skiff_object_load(two, example("mirror.o"), "mirror");
	REQUIRE(a && b);
	EQ(skiff_attach(one, 3, SKIFF_EGRESS, a, "mirror"), 0);
	EQ(skiff_attach(two, 2, SKIFF_EGRESS, b, "mirror"), 0);
	EQ(skiff_map_set(a, "config", &key, &target, sizeof(target)), 0);
	EQ(skiff_map_get(b, "config", &key, &got, sizeof(got)), 0);
	EQ(got, 0);
	skiff_on_frame(one, on_frame, &in_one);
	skiff_on_frame(two, on_frame, &in_two);
	for (int i = 0; i < 3; i++) {
		EQ(skiff_inject(one, 3, SKIFF_TX, frame, sizeof(frame), 1000), 0);
		EQ(skiff_inject(two, 2, SKIFF_TX, frame, sizeof(frame), 5), 0);
	}
	EQ(in_one.wire[2], 3);
	EQ(in_one.wire[3], 3);
	EQ(in_two.wire[2], 3);
	EQ(in_two.wire[3], 0);
	skiff_world_free(one);
	EQ(skiff_inject(two, 2, SKIFF_TX, frame, sizeof(frame), 6), 0);
	EQ(in_two.wire[2], 4);
	skiff_world_free(two);
}

TEST(mistakes_are_answered_in_sentences)
{
	struct skiff_world *world = skiff_world_new(NULL);
	struct skiff_object *object;
	struct skiff_stats stats;
	unsigned char frame[60] = {0};
	uint32_t key = 0, value = 0;

	REQUIRE(world);
	OK(device(world, "") < 0);
	STR_HAS(skiff_error(world), "needs a name");
	OK(device(world, "lo") < 0);
	STR_HAS(skiff_error(world), "lo");
	OK(skiff_device_find(world, "eth7") < 0);
	STR_EQ(skiff_error(world), "there is no device eth7");
	OK(skiff_device_stats(world, 99, &stats) < 0);
	OK(skiff_object_load(world, "/nonexistent.o", NULL) == NULL);
	STR_HAS(skiff_error(world), "No such file");
	OK(skiff_object_load(world, example("stale_pointer.o"), NULL) == NULL);
	STR_HAS(skiff_error(world), "program stale_pointer was refused: R");
	OK(skiff_object_load(world, example("mirror.o"), "nobody") == NULL);
	STR_HAS(skiff_error(world), "has no program nobody");
	object = skiff_object_load(world, example("mirror.o"), NULL);
	REQUIRE(object);
	OK(skiff_attach(world, 99, SKIFF_EGRESS, object, "mirror") < 0);
	OK(skiff_attach(world, 1, SKIFF_EGRESS, object, "nobody") < 0);
	OK(skiff_map_get(object, "nothing", &key, &value, sizeof(value)) < 0);
	STR_HAS(skiff_error(world), "has no map nothing");
	OK(skiff_map_get(object, "config", &key, &value, 8) < 0);
	STR_HAS(skiff_error(world), "its values have 4 bytes, not 8");
	key = 1000;
	OK(skiff_map_get(object, "config", &key, &value, sizeof(value)) < 0);
	OK(skiff_inject(world, 99, SKIFF_RX, frame, sizeof(frame), 0) < 0);
	OK(skiff_inject(world, 1, SKIFF_WIRE, frame, sizeof(frame), 0) < 0);
	OK(skiff_inject(world, 1, SKIFF_TX, frame, 3, 0) < 0);
	skiff_world_free(world);
	skiff_world_free(NULL);
}

/* An older caller's shorter structure: what it lacks is the default. */
TEST(options_may_be_shorter)
{
	struct skiff_world *world = skiff_world_new(NULL);
	struct {
		size_t sz;
		const char *name;
	} old = {sizeof(old), "eth0"};

	EQ(skiff_device_add(world, (const struct skiff_device_opts *)&old), 2);
	skiff_world_free(world);
}

TAP_MAIN()
