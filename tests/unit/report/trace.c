/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace of stories told by hand: what a person reads, to the letter. */
#include "tap.h"

#include <errno.h>
#include <linux/pkt_cls.h>

#include "helper/helper.h"
#include "report/trace.h"
#include "story.h"

static const struct prog mirror = {.name = "mirror", .type = BPF_PROG_TYPE_SCHED_CLS};
static const struct prog other = {.name = "other", .type = BPF_PROG_TYPE_SCHED_CLS};

struct listening {
	struct story story;
	struct trace *trace;
	FILE *out;
	char *text;
	size_t size;
};

static struct listening begin(void)
{
	struct listening l = {.story = story_begin()};

	return l;
}

/* The stream points into the trace, so the struct must not move any more. */
static void listen_to(struct listening *l)
{
	l->out = open_memstream(&l->text, &l->size);
	l->trace = trace_new(l->story.world, l->out);
	event_listen(l->story.events, trace_listener(l->trace));
}

static void end(struct listening *l, const char *expected)
{
	event_unlisten(l->story.events, trace_listener(l->trace));
	fclose(l->out);
	if (strcmp(l->text, expected))
		TAP_FAIL("expected\n%s\nseen\n%s", expected, l->text);
	free(l->text);
	trace_free(l->trace);
	story_end(&l->story);
}

static void born(struct listening *l, const struct skb *skb, u32 ifindex, enum door door)
{
	story_tell(&l->story, ifindex, skb, (struct event){.kind = EVENT_BORN, .door = door});
}

static void hook(struct listening *l, const struct skb *skb, u32 ifindex, enum hook hook)
{
	story_tell(&l->story, ifindex, skb,
		   (struct event){.kind = EVENT_HOOK, .hook = hook, .prog = &mirror});
}

static void verdict(struct listening *l, const struct skb *skb, u32 ifindex, enum hook hook,
		    u64 ret, int action)
{
	story_tell(&l->story, ifindex, skb,
		   (struct event){.kind = EVENT_VERDICT,
				  .hook = hook,
				  .prog = &mirror,
				  .ret = ret,
				  .action = action});
}

static void helper(struct listening *l, const struct skb *skb, u32 id, u64 a2, u64 a3, u64 a5,
		   u64 ret)
{
	story_tell(&l->story, ETH0, skb,
		   (struct event){.kind = EVENT_HELPER,
				  .prog = &mirror,
				  .helper = id,
				  .args = {0x1234, a2, a3, 4, a5},
				  .ret = ret});
}

static void wire(struct listening *l, struct skb *skb, u32 ifindex)
{
	story_tell(&l->story, ifindex, skb, (struct event){.kind = EVENT_WIRE, .door = DOOR_WIRE});
	skb_free(skb);
}

static void host(struct listening *l, struct skb *skb, u32 ifindex, enum drop_reason reason)
{
	story_tell(&l->story, ifindex, skb,
		   (struct event){.kind = EVENT_HOST, .door = DOOR_HOST, .reason = reason});
	skb_free(skb);
}

/* A synchronous clone: its journey stands before the return of the call that made it. */
TEST(mirrored)
{
	struct listening l = begin();
	struct skb *skb, *clone;

	listen_to(&l);
	skb = story_frame(&l.story, 106);
	born(&l, skb, ETH0, DOOR_TX);
	hook(&l, skb, ETH0, HOOK_EGRESS);
	clone = story_clone(&l.story, skb, &mirror, HOOK_EGRESS, MON0);
	wire(&l, clone, MON0);
	story_tell(&l.story, ETH0, skb,
		   (struct event){.kind = EVENT_HELPER,
				  .prog = &mirror,
				  .hook = HOOK_EGRESS,
				  .helper = HELPER_clone_redirect,
				  .args = {1, MON0, 0}});
	verdict(&l, skb, ETH0, HOOK_EGRESS, 0, TC_ACT_OK);
	wire(&l, skb, ETH0);

	l.story.time += 1500000000;
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	host(&l, skb, ETH0, DROP_NOT_SPECIFIED);
	end(&l, "    0.000000  1              eth0 tx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 64\n"
		"              1              eth0:egress   mirror runs\n"
		"                1.1          eth0:egress   cloned from 1 by mirror\n"
		"                1.1          mon0          sent to its egress\n"
		"                1.1          mon0 wire     out on the wire, 106 bytes\n"
		"              1              eth0:egress     bpf_clone_redirect(ifindex=3 (mon0), "
		"flags=0) = 0\n"
		"              1              eth0:egress   mirror returns TC_ACT_OK\n"
		"              1              eth0 wire     out on the wire, 106 bytes\n"
		"\n"
		"    1.500000  2              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"              2              eth0 host     up to the host, 60 bytes\n");
}

/* Clones that wait in the backlog go on after their parent's end; one clones itself again. */
TEST(backlog)
{
	struct listening l = begin();
	struct skb *skb, *first, *second, *third;

	listen_to(&l);
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	first = story_clone(&l.story, skb, &mirror, HOOK_INGRESS, MON0);
	story_tell(&l.story, MON0, first, (struct event){.kind = EVENT_QUEUE, .ingress = true});
	second = story_clone(&l.story, skb, &mirror, HOOK_INGRESS, MON0);
	story_tell(&l.story, MON0, second, (struct event){.kind = EVENT_QUEUE});
	host(&l, skb, ETH0, DROP_OTHERHOST);
	third = story_clone(&l.story, first, &mirror, HOOK_INGRESS, ETH0);
	story_tell(&l.story, MON0, first, (struct event){.kind = EVENT_CONSUME});
	skb_free(first);
	l.story.time += 20000;
	wire(&l, third, ETH0);
	wire(&l, second, MON0);
	end(&l, "    0.000000  1              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"                1.1          eth0:ingress  cloned from 1 by mirror\n"
		"                1.1          mon0          sent to its egress\n"
		"                1.1          mon0          waits in the backlog\n"
		"                1.2          eth0:ingress  cloned from 1 by mirror\n"
		"                1.2          mon0          sent to its egress\n"
		"                1.2          mon0          waits in the queue\n"
		"              1              eth0 host     up to the host, 60 bytes, where it "
		"ends: OTHERHOST "
		"(the frame is for another host)\n"
		"                  1.1.1      mon0:ingress  cloned from 1.1 by mirror\n"
		"                  1.1.1      eth0          sent to its egress\n"
		"                1.1          mon0          ends here, taken by the verdict\n"
		"    0.000020      1.1.1      eth0 wire     out on the wire, 60 bytes\n"
		"                1.2          mon0 wire     out on the wire, 60 bytes\n");
}

/* What went wrong: errors by name, positive results by name, a device that is not there, drops. */
TEST(what_went_wrong)
{
	struct listening l = begin();
	struct skb *skb, *clone;

	listen_to(&l);
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	hook(&l, skb, ETH0, HOOK_INGRESS);
	helper(&l, skb, HELPER_clone_redirect, 9, 0, 0, (u64)-EINVAL);
	helper(&l, skb, HELPER_clone_redirect, MON0, 1, 0, 1);
	helper(&l, skb, HELPER_clone_redirect, MON0, 1ull << 63, 0, (u64)-EINVAL);
	helper(&l, skb, HELPER_skb_load_bytes, 2000, 0xdead, 0, (u64)-EFAULT);
	clone = story_clone(&l.story, skb, &mirror, HOOK_INGRESS, MON0);
	story_tell(&l.story, MON0, clone,
		   (struct event){.kind = EVENT_DROP, .reason = DROP_DEV_READY});
	skb_free(clone);
	verdict(&l, skb, ETH0, HOOK_INGRESS, 2, TC_ACT_SHOT);
	story_tell(&l.story, ETH0, skb,
		   (struct event){.kind = EVENT_DROP, .reason = DROP_TC_INGRESS});
	skb_free(skb);
	end(&l, "    0.000000  1              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"              1              eth0:ingress  mirror runs\n"
		"              1              eth0:ingress    bpf_clone_redirect(ifindex=9 (no "
		"such device), "
		"flags=0) = -22 (EINVAL)\n"
		"              1              eth0:ingress    bpf_clone_redirect(ifindex=3 (mon0), "
		"flags=BPF_F_INGRESS) = 1 (NET_XMIT_DROP)\n"
		"              1              eth0:ingress    bpf_clone_redirect(ifindex=3 (mon0), "
		"flags=0x8000000000000000) = -22 (EINVAL)\n"
		"              1              eth0:ingress    bpf_skb_load_bytes(offset=2000, to, "
		"len=4) = -14 "
		"(EFAULT)\n"
		"                1.1          eth0:ingress  cloned from 1 by mirror\n"
		"                1.1          mon0          sent to its egress\n"
		"                1.1          mon0          dropped: DEV_READY (the device is down "
		"or has no "
		"carrier)\n"
		"              1              eth0:ingress  mirror returns TC_ACT_SHOT\n"
		"              1              eth0          dropped: TC_INGRESS (a program at the "
		"ingress hook "
		"returned TC_ACT_SHOT)\n");
}

/* A packet is named again when a helper or a direct write has changed it. */
TEST(changes)
{
	struct listening l = begin();
	struct skb *skb, *clone;

	listen_to(&l);
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	hook(&l, skb, ETH0, HOOK_INGRESS);
	skb_writable(skb, 33, 1)[0] = 99;
	helper(&l, skb, HELPER_skb_store_bytes, 33, 0, 0, 0);
	helper(&l, skb, HELPER_skb_pull_data, 0, 0, 0, 0);
	skb_writable(skb, 33, 1)[0] = 98;
	clone = story_clone(&l.story, skb, &mirror, HOOK_INGRESS, MON0);
	wire(&l, clone, MON0);
	skb->ctx.vlan_present = 1;
	skb->ctx.vlan_proto = htons(0x8100);
	skb->ctx.vlan_tci = 7;
	verdict(&l, skb, ETH0, HOOK_INGRESS, 0, TC_ACT_OK);
	host(&l, skb, ETH0, DROP_NOT_SPECIFIED);
	end(&l, "    0.000000  1              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"              1              eth0:ingress  mirror runs\n"
		"              1              eth0:ingress    bpf_skb_store_bytes(offset=33, from, "
		"len=4, "
		"flags=0) = 0\n"
		"              1              eth0:ingress  now IP 10.0.0.1.1111 > 10.0.0.99.53: "
		"UDP, length 18\n"
		"              1              eth0:ingress    bpf_skb_pull_data(len=0) = 0\n"
		"                1.1          eth0:ingress  now IP 10.0.0.1.1111 > 10.0.0.98.53: "
		"UDP, length 18\n"
		"                1.1          eth0:ingress  cloned from 1 by mirror\n"
		"                1.1          mon0          sent to its egress\n"
		"                1.1          mon0 wire     out on the wire, 60 bytes\n"
		"              1              eth0:ingress  now vlan 7, p 0, IP 10.0.0.1.1111 > "
		"10.0.0.98.53: UDP, "
		"length 18\n"
		"              1              eth0:ingress  mirror returns TC_ACT_OK\n"
		"              1              eth0 host     up to the host, 64 bytes\n");
}

/* Verdicts that mean something else at this hook; a tail call; lines and records. */
TEST(programs)
{
	static const char line[] = "count 7\t\x1b[31mred\nnext";
	struct listening l = begin();
	struct skb *skb;

	listen_to(&l);
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	hook(&l, skb, ETH0, HOOK_INGRESS);
	story_tell(&l.story, ETH0, skb,
		   (struct event){.kind = EVENT_PRINTK,
				  .prog = &mirror,
				  .text = line,
				  .len = sizeof(line) - 1});
	story_tell(
		&l.story, ETH0, skb,
		(struct event){.kind = EVENT_OUTPUT, .prog = &mirror, .text = "events", .len = 16});
	story_tell(&l.story, ETH0, skb,
		   (struct event){.kind = EVENT_HELPER,
				  .prog = &other,
				  .helper = HELPER_redirect,
				  .args = {MON0, 1},
				  .ret = 7});
	verdict(&l, skb, ETH0, HOOK_INGRESS, 1, TC_ACT_UNSPEC);
	verdict(&l, skb, ETH0, HOOK_INGRESS, 99, TC_ACT_UNSPEC);
	verdict(&l, skb, ETH0, HOOK_INGRESS, 0xffffffff, TC_ACT_UNSPEC);
	verdict(&l, skb, ETH0, HOOK_INGRESS, 7, TC_ACT_REDIRECT);
	story_tell(&l.story, MON0, skb, (struct event){.kind = EVENT_REDIRECT, .ingress = true});
	host(&l, skb, MON0, DROP_UNHANDLED_PROTO);
	end(&l,
	    "    0.000000  1              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
	    "length 18\n"
	    "              1              eth0:ingress  mirror runs\n"
	    "              1              eth0:ingress    printk: count 7\t\\x1b[31mred\\x0anext\n"
	    "              1              eth0:ingress    16 bytes into events\n"
	    "              1              eth0:ingress    other: bpf_redirect(ifindex=3 (mon0), "
	    "flags=BPF_F_INGRESS) = 7 (TC_ACT_REDIRECT)\n"
	    "              1              eth0:ingress  mirror returns TC_ACT_RECLASSIFY, which "
	    "counts as "
	    "TC_ACT_UNSPEC here\n"
	    "              1              eth0:ingress  mirror returns 99, which counts as "
	    "TC_ACT_UNSPEC here\n"
	    "              1              eth0:ingress  mirror returns TC_ACT_UNSPEC\n"
	    "              1              eth0:ingress  mirror returns TC_ACT_REDIRECT\n"
	    "              1              mon0          sent to its ingress\n"
	    "              1              mon0 host     up to the host, 60 bytes, where it ends: "
	    "UNHANDLED_PROTO "
	    "(nobody on the host takes this protocol)\n");
}

/* Without a link layer, and from one end of a pair to the other. */
TEST(other_devices)
{
	struct device_desc descs[] = {
		{.name = "v0", .kind = DEVICE_VETH, .peer = "v1", .qlen = -1},
		{.name = "v1", .kind = DEVICE_VETH, .peer = "v0", .qlen = -1},
	};
	struct listening l = begin();
	struct skb *skb, *clone;
	struct error err;

	for (u32 i = 0; i < 2; i++)
		REQUIRE(world_add_device(l.story.world, &descs[i], &err) == (int)(5 + i));
	listen_to(&l);
	skb = story_frame(&l.story, 60);
	skb_pull(skb, 14);
	skb->ctx.ifindex = TUN0;
	skb->mac_header = skb->network_header = SKB_HEADER_UNSET;
	born(&l, skb, TUN0, DOOR_RX);
	wire(&l, skb, TUN0);
	skb = story_frame(&l.story, 60);
	born(&l, skb, ETH0, DOOR_RX);
	clone = story_clone(&l.story, skb, &mirror, HOOK_INGRESS, 5);
	story_tell(&l.story, 5, clone,
		   (struct event){.kind = EVENT_WIRE, .door = DOOR_WIRE, .peer = 6});
	story_tell(&l.story, 6, clone, (struct event){.kind = EVENT_QUEUE, .ingress = true});
	host(&l, skb, ETH0, DROP_NOT_SPECIFIED);
	host(&l, clone, 6, DROP_NOT_SPECIFIED);
	end(&l, "    0.000000  1              tun0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"              1              tun0 wire     out on the wire, 46 bytes\n"
		"\n"
		"    0.000000  2              eth0 rx       IP 10.0.0.1.1111 > 10.0.0.2.53: UDP, "
		"length 18\n"
		"                2.1          eth0:ingress  cloned from 2 by mirror\n"
		"                2.1          v0            sent to its egress\n"
		"                2.1          v0 wire       out on the wire, 60 bytes, to v1\n"
		"                2.1          v1            waits in the backlog\n"
		"              2              eth0 host     up to the host, 60 bytes\n"
		"                2.1          v1 host       up to the host, 60 bytes\n");
}

TAP_MAIN()
