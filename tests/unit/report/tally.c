/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tally makes of events, as JSON and as a summary. */
#include <errno.h>
#include <linux/pkt_cls.h>
#include <stdlib.h>

#include "report/summary.h"
#include "report/tally.h"
#include "tap.h"

static struct tally tally;
static struct event_stream events;

static void begin(void)
{
	events = (struct event_stream){0};
	tally_init(&tally);
	tally.keep_printk = true;
	EQ(tally_add_device(&tally, 2, "eth0"), 0);
	EQ(tally_add_device(&tally, 70000, "mon0"), 0);
	EQ(tally_add_device(&tally, 1, "lo"), 0);
	EQ(tally_add_program(&tally, 0, "mirror", "eth0:ingress", BPF_PROG_TYPE_SCHED_CLS, false),
	   0);
	event_listen(&events, &tally.listener);
}

#define TELL(...) event_emit(&events, &(struct event){__VA_ARGS__})

static void clone_returned(s64 ret, u64 ifindex, u64 flags)
{
	TELL(.kind = EVENT_HELPER, .time = 5, .ifindex = 2, .helper = HELPER_clone_redirect,
	     .args = {0, ifindex, flags}, .ret = (u64)ret);
}

static void verdict(s64 ret)
{
	TELL(.kind = EVENT_HOOK, .time = 5, .ifindex = 2);
	TELL(.kind = EVENT_VERDICT, .time = 5, .ifindex = 2, .ret = (u64)ret);
}

/* What @write writes, for the caller to free. */
static char *text_of(void (*write)(FILE *out))
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	write(out);
	fclose(out);
	return text;
}

static void write_json(FILE *out)
{
	struct json json;

	json_init(&json, out);
	json_object(&json);
	tally_json(&tally, &json);
	json_end(&json);
}

static void write_summary(FILE *out)
{
	summary_print(&tally, out);
}

static void write_warnings(FILE *out)
{
	summary_warn(&tally, out, "");
}

static void check(void (*write)(FILE *out), const char *expected)
{
	char *text = text_of(write);

	STR_EQ(text, expected);
	free(text);
	tally_free(&tally);
}

static void some_traffic(void)
{
	TELL(.kind = EVENT_BORN, .time = 1000000000, .ifindex = 2, .door = DOOR_RX);
	verdict(TC_ACT_OK);
	clone_returned(0, 70000, 0);
	TELL(.kind = EVENT_PRINTK, .time = 5, .text = "a\"\n", .len = 3);
	TELL(.kind = EVENT_WIRE, .time = 5, .ifindex = 70000, .door = DOOR_WIRE);
	TELL(.kind = EVENT_HOST, .time = 5, .ifindex = 2, .door = DOOR_HOST);
	TELL(.kind = EVENT_BORN, .time = 2500000000, .ifindex = 2, .door = DOOR_RX);
	verdict(TC_ACT_SHOT);
	clone_returned(1, 70000, 0);
	clone_returned(0, 70000, 0);
	TELL(.kind = EVENT_DROP, .time = 5, .ifindex = 2, .reason = DROP_TC_INGRESS);
	TELL(.kind = EVENT_DROP, .time = 5, .ifindex = 70000, .reason = DROP_DEV_READY);
	TELL(.kind = EVENT_CONSUME, .time = 5, .ifindex = 70000);
	TELL(.kind = EVENT_HELPER, .time = 5, .ifindex = 2, .helper = HELPER_map_lookup_elem);
	TELL(.kind = EVENT_PRINTK, .time = 5, .text = "", .len = 0);
	tally.devices[0]->stats = (struct tally_stats){1, 2, 3, 4, 5, 6};
}

TEST(json_has_every_device_and_attachment)
{
	begin();
	some_traffic();
	check(write_json,
	      "{\"devices\":[{\"name\":\"eth0\",\"ifindex\":2,\"rx\":2,\"tx\":0,\"wire\":0,"
	      "\"host\":1,\"stats\":{\"rx_packets\":1,\"rx_bytes\":2,\"rx_dropped\":3,"
	      "\"tx_packets\":4,\"tx_bytes\":5,\"tx_dropped\":6},\"dropped\":{\"TC_INGRESS\":1},"
	      "\"consumed\":0},"
	      "{\"name\":\"mon0\",\"ifindex\":70000,\"rx\":0,\"tx\":0,\"wire\":1,\"host\":0,"
	      "\"stats\":{\"rx_packets\":0,\"rx_bytes\":0,\"rx_dropped\":0,\"tx_packets\":0,"
	      "\"tx_bytes\":0,\"tx_dropped\":0},\"dropped\":{\"DEV_READY\":1},\"consumed\":1},"
	      "{\"name\":\"lo\",\"ifindex\":1,\"rx\":0,\"tx\":0,\"wire\":0,\"host\":0,"
	      "\"stats\":{\"rx_packets\":0,\"rx_bytes\":0,\"rx_dropped\":0,\"tx_packets\":0,"
	      "\"tx_bytes\":0,\"tx_dropped\":0},\"dropped\":{},\"consumed\":0}],"
	      "\"programs\":[{\"name\":\"mirror\",\"attach\":\"eth0:ingress\",\"runs\":2,"
	      "\"verdicts\":{\"TC_ACT_OK\":1,\"TC_ACT_SHOT\":1},\"helpers\":{"
	      "\"bpf_map_lookup_elem\":{\"calls\":1},"
	      "\"bpf_clone_redirect\":{\"calls\":3,\"returns\":{\"0\":2,\"1\":1}}}}],"
	      "\"printk\":[\"a\\\"\\n\",\"\"]}\n");
}

TEST(summary_at_a_glance)
{
	begin();
	some_traffic();
	check(write_summary,
	      "2 frames in 1.500000 s of virtual time\n"
	      "\n"
	      "                             came in              left by\n"
	      "device  ifindex         rx        tx       wire      host    dropped\n"
	      "eth0          2          2         0          0         1          1\n"
	      "mon0      70000          0         0          1         0          1\n"
	      "\n"
	      "ended at eth0\n"
	      "        1  TC_INGRESS: a program at the ingress hook returned TC_ACT_SHOT\n"
	      "\n"
	      "ended at mon0\n"
	      "        1  DEV_READY: the device is down or has no carrier\n"
	      "        1  consumed: a program stole or trapped it\n"
	      "\n"
	      "mirror at eth0:ingress\n"
	      "        2 runs: 1 TC_ACT_OK, 1 TC_ACT_SHOT\n"
	      "        1 bpf_map_lookup_elem\n"
	      "        3 bpf_clone_redirect: 2 returned 0, 1 returned 1 (NET_XMIT_DROP)\n");
}

TEST(a_verdict_is_an_int)
{
	begin();
	verdict(0xffffffff); /* TC_ACT_UNSPEC, though the upper half of r0 is 0 */
	verdict(-1);
	verdict(0x700000002); /* TC_ACT_SHOT */
	verdict(99);
	verdict(-2);
	EQ(tally.programs[0]->verdicts.cnt, 4);
	EQ(tally.programs[0]->verdicts.rows[0].value, -2);
	EQ(tally.programs[0]->verdicts.rows[1].value, -1);
	EQ(tally.programs[0]->verdicts.rows[1].cnt, 2);
	EQ(tally.programs[0]->verdicts.rows[2].value, 2);
	EQ(tally.programs[0]->verdicts.rows[3].value, 99);
	tally_free(&tally);
}

TEST(verdicts_have_their_hooks_names)
{
	STR_EQ(verdict_name(BPF_PROG_TYPE_SCHED_CLS, -1), "TC_ACT_UNSPEC");
	STR_EQ(verdict_name(BPF_PROG_TYPE_SCHED_ACT, 8), "TC_ACT_TRAP");
	OK(!verdict_name(BPF_PROG_TYPE_SCHED_CLS, 9));
	OK(!verdict_name(BPF_PROG_TYPE_SCHED_CLS, 128));
	STR_EQ(verdict_name(BPF_PROG_TYPE_LWT_XMIT, 0), "BPF_OK");
	STR_EQ(verdict_name(BPF_PROG_TYPE_LWT_IN, 128), "BPF_LWT_REROUTE");
	OK(!verdict_name(BPF_PROG_TYPE_LWT_OUT, 1));
}

TEST(too_many_values_become_other)
{
	begin();
	for (u32 i = 0; i < TALLY_VALUES_MAX + 5; i++)
		verdict(1000 + i);
	EQ(tally.programs[0]->verdicts.cnt, TALLY_VALUES_MAX);
	EQ(tally.programs[0]->verdicts.other, 5);
	tally_free(&tally);
}

static void one_run(s64 ret)
{
	begin();
	TELL(.kind = EVENT_BORN, .time = 1, .ifindex = 2, .door = DOOR_RX);
	verdict(ret);
}

TEST(a_clone_to_nowhere_names_the_devices)
{
	one_run(TC_ACT_OK);
	clone_returned(-EINVAL, 7, 0);
	clone_returned(-EINVAL, 8, 0);
	check(write_warnings,
	      "warning: all calls of bpf_clone_redirect by mirror at eth0:ingress failed with -22 "
	      "(EINVAL): there is no device with ifindex 7; the ifindexes are 2 (eth0), 70000 "
	      "(mon0), 1 (lo)\n");
}

TEST(a_clone_with_bad_flags_says_so)
{
	one_run(TC_ACT_OK);
	clone_returned(0, 2, 0);
	clone_returned(-EINVAL, 2, 2);
	check(write_warnings,
	      "warning: 1 of 2 calls of bpf_clone_redirect by mirror at eth0:ingress failed with "
	      "-22 (EINVAL): flags are 0x2, and only BPF_F_INGRESS (1) is allowed\n");
}

TEST(a_clone_to_itself_says_so)
{
	one_run(TC_ACT_OK);
	clone_returned(-ENETDOWN, 2, 0);
	check(write_warnings,
	      "warning: the only call of bpf_clone_redirect by mirror at eth0:ingress failed with "
	      "-100 (ENETDOWN): transmit recursion went too deep; what is cloned to eth0 meets a "
	      "program that clones it again\n");
}

TEST(a_verdict_that_means_nothing)
{
	one_run(99);
	check(write_warnings, "warning: mirror at eth0:ingress returned 99 1 time, which is no "
			      "verdict of this hook: Linux goes on as with TC_ACT_UNSPEC\n");
	one_run(TC_ACT_PIPE);
	check(write_warnings, "warning: mirror at eth0:ingress returned TC_ACT_PIPE 1 time, which "
			      "is no verdict of this hook: Linux goes on as with TC_ACT_UNSPEC\n");
	one_run(TC_ACT_STOLEN);
	check(write_warnings, "");
	one_run(TC_ACT_STOLEN);
	tally.programs[0]->tcx = true;
	check(write_warnings, "warning: mirror at eth0:ingress returned TC_ACT_STOLEN 1 time, "
			      "which is no verdict of this hook: Linux skips the rest of the tcx "
			      "list and goes on\n");
}

TEST(a_redirect_without_a_call)
{
	one_run(TC_ACT_REDIRECT);
	check(write_warnings, "warning: mirror at eth0:ingress returned TC_ACT_REDIRECT without "
			      "calling bpf_redirect: the packet is dropped\n");
}

TEST(nothing_happened)
{
	begin();
	check(write_warnings, "warning: mirror at eth0:ingress never ran: no packet came by\n"
			      "warning: no frame came in: the captures are empty\n");
}

TEST(frames_that_were_cut_or_not_taken)
{
	one_run(TC_ACT_OK);
	tally.cut = 2;
	tally.not_taken = 1;
	check(write_warnings,
	      "warning: 2 frames were cut short when captured (snap length); programs saw only "
	      "what is there\n"
	      "warning: 1 frame was too short or too long for its device\n");
}

TEST(records_are_kept_when_asked_for)
{
	struct json json;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	begin();
	TELL(.kind = EVENT_OUTPUT, .time = 9, .text = "events", .bytes = "\x01\x02", .len = 2);
	EQ(tally.line_cnt, 0);
	tally.keep_records = true;
	TELL(.kind = EVENT_OUTPUT, .time = 9, .text = "events", .bytes = "\x01\x02", .len = 2);
	json_init(&json, out);
	json_object(&json);
	tally_json(&tally, &json);
	json_end(&json);
	fclose(out);
	STR_HAS(text, "\"printk\":[],\"records\":[{\"map\":\"events\",\"time\":9,\"len\":2,"
		      "\"bytes\":\"01 02\"}]}\n");
	free(text);
	tally_free(&tally);
}

TAP_MAIN()
