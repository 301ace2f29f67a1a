/* SPDX-License-Identifier: BSD-2-Clause */
/* What leaves by a door, as the capture has it; and that a failure to write is told. */
#include "tap.h"

#include <errno.h>
#include <linux/pkt_cls.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "report/doors.h"
#include "story.h"

static const struct prog mirror = {.name = "mirror"};
static char folder[64];

static const char *in_folder(const char *name)
{
	static char path[128];

	if (!folder[0]) {
		strcpy(folder, "/tmp/skiff-test-doors-XXXXXX");
		if (!mkdtemp(folder))
			abort();
	}
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void leave(struct story *story, struct skb *skb, u32 ifindex, enum event_kind kind)
{
	story_tell(
		story, ifindex, skb,
		(struct event){.kind = kind, .door = kind == EVENT_WIRE ? DOOR_WIRE : DOOR_HOST});
	skb_free(skb);
}

/* A frame, its clone, the clone's clone, a tag outside the frame, a tun. */
static void tell_all(struct story *story)
{
	struct skb *skb = story_frame(story, 60), *clone, *again;

	clone = story_clone(story, skb, &mirror, HOOK_EGRESS, MON0);
	again = story_clone(story, clone, &mirror, HOOK_EGRESS, ETH0);
	leave(story, again, ETH0, EVENT_WIRE);
	leave(story, clone, MON0, EVENT_WIRE);
	clone = story_clone(story, skb, &mirror, HOOK_EGRESS, MON0);
	story_tell(story, MON0, clone, (struct event){.kind = EVENT_DROP});
	skb_free(clone);
	story->time += 1000;
	skb->ctx.vlan_present = 1;
	skb->ctx.vlan_proto = htons(0x88a8);
	skb->ctx.vlan_tci = 0x6064;
	leave(story, skb, ETH0, EVENT_HOST);
	story->time += 1000;
	skb = story_frame(story, 60);
	skb_pull(skb, 14);
	skb_reset_mac_header(skb);
	leave(story, skb, TUN0, EVENT_WIRE);
}

static int write_all(const char *path, struct error *err)
{
	struct story story = story_begin();
	struct doors *doors;
	int code = doors_open(path, story.world, &doors, err);

	if (!code) {
		event_listen(story.events, doors_listener(doors));
		tell_all(&story);
		event_unlisten(story.events, doors_listener(doors));
		code = doors_close(doors, err);
	}
	story_end(&story);
	return code;
}

TEST(frames)
{
	static const struct {
		u64 time;
		u32 len, linktype;
	} rows[] = {
		{1700000000000000000, 60, LINKTYPE_ETHERNET},
		{1700000000000000000, 60, LINKTYPE_ETHERNET},
		{1700000000000001000, 64, LINKTYPE_ETHERNET},
		{1700000000000002000, 46, LINKTYPE_RAW},
	};
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err;

	EQ(write_all(in_folder("a.pcapng"), &err), 0);
	REQUIRE(capture_open(in_folder("a.pcapng"), &reader, &err) == 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		REQUIRE(capture_read(reader, &frame, &err) == 1);
		EQ(frame.time, rows[i].time);
		EQ(frame.len, rows[i].len);
		EQ(frame.linktype, rows[i].linktype);
		if (i == 2) { /* the tag is back between addresses and type */
			static const u8 tag[] = {2,    0,    0,	   0, 0, 1,   0x88,
						 0xa8, 0x60, 0x64, 8, 0, 0x45};

			MEM_EQ(frame.bytes + 6, tag, sizeof(tag));
		}
	}
	EQ(capture_read(reader, &frame, &err), 0);
	capture_close(reader);
}

TEST(comments_and_directions_by_tshark)
{
	static const char *const rows[] = {
		("eth0\t0x00000002\tclone 1.1.1 of clone 1.1 of frame 1, "
		 "made by bpf_clone_redirect in mirror at mon0:egress\n"),
		("mon0\t0x00000002\tclone 1.1 of frame 1, "
		 "made by bpf_clone_redirect in mirror at eth0:egress\n"),
		"eth0\t0x00000001\t\n",
		"tun0\t0x00000002\t\n",
	};
	char command[512], line[512];
	FILE *out;

	if (system("command -v tshark >/dev/null"))
		SKIP("tshark is not installed");
	snprintf(
		command, sizeof(command),
		"tshark -r %s -T fields -e frame.interface_name -e frame.packet_flags_direction -e "
		"frame.comment 2>/dev/null",
		in_folder("a.pcapng"));
	out = popen(command, "r");
	REQUIRE(out);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		REQUIRE(fgets(line, sizeof(line), out));
		STR_EQ(line, rows[i]);
	}
	OK(!fgets(line, sizeof(line), out));
	EQ(pclose(out), 0);
}

TEST(the_same_story_gives_the_same_bytes)
{
	char command[256];
	struct error err;

	EQ(write_all(in_folder("b.pcapng"), &err), 0);
	snprintf(command, sizeof(command), "cmp %s/a.pcapng %s/b.pcapng", folder, folder);
	EQ(system(command), 0);
}

TEST(a_folder)
{
	static const struct {
		const char *name;
		u32 frames;
	} rows[] = {{"d/eth0.pcap", 2}, {"d/mon0.pcap", 1}, {"d/tun0.pcap", 1}, {"d/lo.pcap", 0}};
	struct error err;

	EQ(write_all(in_folder("d/"), &err), 0);
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capture_reader *reader;
		struct capture_frame frame;
		u32 frames = 0;

		REQUIRE(capture_open(in_folder(rows[i].name), &reader, &err) == 0);
		while (capture_read(reader, &frame, &err) > 0)
			frames++;
		EQ(frames, rows[i].frames);
		capture_close(reader);
	}
}

TEST(link_types_that_differ)
{
	struct error err;
	struct stat st;

	EQ(write_all(in_folder("c.pcap"), &err), -EINVAL);
	STR_HAS(err.text, "a .pcap has one link type, but eth0 has 1 and tun0 has 101");
	EQ(stat(in_folder("c.pcap"), &st), -1); /* nothing was overwritten for it */
}

/* lo does not keep a lone tun from its .pcap, but nothing leaves by it unnoticed. */
TEST(lo_beside_a_tun)
{
	static const struct device_desc desc = {.name = "tun0", .kind = DEVICE_TUN, .qlen = -1};
	struct story story = {.pool = skb_pool_new()};
	struct world_options options = {0};
	struct doors *doors;
	struct error err;
	struct skb *skb;

	story.world = world_new(&options, &err);
	story.events = &world_host(story.world)->events;
	REQUIRE(world_add_device(story.world, &desc, &err) == 2);
	REQUIRE(doors_open(in_folder("t.pcap"), story.world, &doors, &err) == 0);
	event_listen(story.events, doors_listener(doors));
	skb = story_frame(&story, 60);
	skb_pull(skb, 14);
	leave(&story, skb, 2, EVENT_WIRE);
	EQ(doors_failed(doors), 0);
	leave(&story, story_frame(&story, 60), 1, EVENT_HOST);
	EQ(doors_failed(doors), -EINVAL);
	EQ(doors_close(doors, &err), -EINVAL);
	STR_HAS(err.text, "t.pcap: a .pcap has one link type");
	story_end(&story);
}

TEST(a_full_disk_is_told_at_once_and_at_the_end)
{
	struct story story = story_begin();
	struct doors *doors;
	struct error err;
	u32 frames = 0;

	REQUIRE(doors_open("/dev/full", story.world, &doors, &err) == 0);
	event_listen(story.events, doors_listener(doors));
	for (; !doors_failed(doors) && frames < 100000; frames++)
		leave(&story, story_frame(&story, 60), ETH0, EVENT_WIRE);
	EQ(doors_failed(doors), -ENOSPC);
	OK(frames < 10000);
	leave(&story, story_frame(&story, 60), ETH0, EVENT_WIRE);
	EQ(doors_close(doors, &err), -ENOSPC);
	STR_HAS(err.text, "/dev/full: No space left on device");
	/* With less than a buffer, at the end. */
	EQ(write_all("/dev/full", &err), -ENOSPC);
	STR_HAS(err.text, "/dev/full: No space left on device");
	story_end(&story);
}

TEST(a_device_that_came_later)
{
	static const struct device_desc desc = {.name = "late", .kind = DEVICE_ETHER, .qlen = -1};
	struct story story = story_begin();
	struct doors *doors;
	struct error err;
	int ifindex;

	REQUIRE(doors_open(in_folder("e.pcapng"), story.world, &doors, &err) == 0);
	event_listen(story.events, doors_listener(doors));
	ifindex = world_add_device(story.world, &desc, &err);
	leave(&story, story_frame(&story, 60), (u32)ifindex, EVENT_WIRE);
	EQ(doors_failed(doors), -ENODEV);
	EQ(doors_close(doors, &err), -ENODEV);
	STR_EQ(err.text, "a frame left by late, which was not there when the capture began");
	story_end(&story);
}

/* The longest packet, and the shortest that could hold a tag. */
TEST(lengths)
{
	static const u32 lengths[] = {SKB_LEN_MAX, 14, 12, 11, 1};
	struct story story = story_begin();
	struct capture_reader *reader;
	struct capture_frame frame;
	struct doors *doors;
	struct error err;

	REQUIRE(doors_open(in_folder("f.pcapng"), story.world, &doors, &err) == 0);
	event_listen(story.events, doors_listener(doors));
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct skb *skb = story_frame(&story, lengths[i]);

		skb->ctx.vlan_present = i > 0;
		leave(&story, skb, ETH0, EVENT_WIRE);
	}
	EQ(doors_close(doors, &err), 0);
	REQUIRE(capture_open(in_folder("f.pcapng"), &reader, &err) == 0);
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		REQUIRE(capture_read(reader, &frame, &err) == 1);
		EQ(frame.len, lengths[i] + (i > 0 && lengths[i] >= 12 ? 4 : 0));
	}
	capture_close(reader);
	story_end(&story);
}

TEST(clean_up)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	EQ(system(command), 0);
}

TAP_MAIN()
