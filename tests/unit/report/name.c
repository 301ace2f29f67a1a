/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of packets: a case for everything a name can say (names/make builds the frames), each
 * beside what tcpdump prints; the example captures beside tcpdump; and frames cut at every byte.
 */
#include "tap.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <stdlib.h>

#include "capture/capture.h"
#include "report/name.h"

#define FOLDER SOURCE_ROOT "/tests/unit/report/names/"

#define NO_TCPDUMP "tcpdump 4.99.3, whose words these are, is not installed"

/* tcpdump's view of a capture, one line a frame, to be read by fgets; NULL: it is not installed, or
 * is another version, which words some things differently. */
static FILE *tcpdump(const char *path)
{
	char command[4096];

	if (system("tcpdump --version 2>&1 | grep -q 'tcpdump version 4[.]99[.]3$'"))
		return NULL;
	/* Lines that begin with a tab are dumps of bytes. */
	snprintf(command, sizeof(command), "tcpdump -ntSr %s 2>/dev/null | grep -v '^	'", path);
	return popen(command, "r");
}

static void chomp(char *line)
{
	line[strcspn(line, "\n")] = '\0';
}

TEST(cases)
{
	FILE *cases = fopen(FOLDER "cases.txt", "r"), *theirs = tcpdump(FOLDER "frames.pcap");
	struct capture_reader *reader;
	struct capture_frame frame;
	char line[512], seen[512];
	struct error err;
	u32 rows = 0;

	REQUIRE(cases);
	REQUIRE(capture_open(FOLDER "frames.pcap", &reader, &err) == 0);
	for (; capture_read(reader, &frame, &err) > 0; rows++) {
		char name[NAME_MAX_LEN], *which, *expected;

		REQUIRE(fgets(line, sizeof(line), cases));
		chomp(line);
		which = strchr(line, '\t');
		REQUIRE(which);
		expected = strchr(which + 1, '\t');
		REQUIRE(expected);
		*expected++ = '\0';
		name_frame(name, sizeof(name), frame.bytes, frame.len, frame.wire_len,
			   PARSE_ETHERNET);
		if (strcmp(name, expected))
			TAP_FAIL("%s: expected \"%s\", seen \"%s\"", which + 1, expected, name);
		if (!theirs)
			continue;
		REQUIRE(fgets(seen, sizeof(seen), theirs));
		chomp(seen);
		if (line[0] == '=' && strcmp(name, seen))
			TAP_FAIL("%s: tcpdump says \"%s\", skiff \"%s\"", which + 1, seen, name);
		if (line[0] == '~' && !strcmp(name, seen))
			TAP_FAIL("%s: tcpdump says the same now", which + 1);
	}
	OK(!fgets(line, sizeof(line), cases));
	OK(rows > 150);
	capture_close(reader);
	fclose(cases);
	if (theirs)
		pclose(theirs);
	else
		SKIP(NO_TCPDUMP ": only skiff's own names were compared");
}

/* What tcpdump prints more than skiff: TCP's options, and what TCP carries. */
static void shorten(char *line)
{
	char *options = strstr(line, ", options ["), *length;

	if (options) {
		char *end = strchr(options, ']');

		/* "sack 1 {...}" has no bracket of its own. */
		if (end)
			memmove(options, end + 1, strlen(end));
	}
	length = strstr(line, "Flags [") ? strstr(line, ", length ") : NULL;
	if (length) {
		length += strlen(", length ");
		length[strspn(length, "0123456789")] = '\0';
	}
}

/* Only the part with the addresses. */
static void shorten_more(char *line)
{
	char *colon = strstr(line, ": ");

	if (colon)
		*colon = '\0';
}

TEST(example_captures_beside_tcpdump)
{
	/* Whole names that agree, and those of which only the addresses can: DNS, which tcpdump
	 * decodes, and fragments of IPv4, which it does not name. */
	static const struct {
		const char *file;
		u32 partly;
	} rows[] = {{"ping.pcap", 12},
		    {"http.pcapng", 0},
		    {"dns.pcap", 28},
		    {"vlan.pcap", 0},
		    {"multicast.pcap", 1}};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		char path[1024], theirs[1024], name[NAME_MAX_LEN];
		struct capture_reader *reader;
		struct capture_frame frame;
		u32 partly = 0, frames = 0;
		struct error err;
		FILE *lines;

		snprintf(path, sizeof(path), SOURCE_ROOT "/examples/captures/%s", rows[i].file);
		lines = tcpdump(path);
		if (!lines)
			SKIP(NO_TCPDUMP);
		REQUIRE(capture_open(path, &reader, &err) == 0);
		for (; capture_read(reader, &frame, &err) > 0; frames++) {
			char *ours = name;

			REQUIRE(fgets(theirs, sizeof(theirs), lines));
			chomp(theirs);
			name_frame(name, sizeof(name), frame.bytes, frame.len, frame.wire_len,
				   PARSE_ETHERNET);
			while (!strncmp(ours, "vlan ", 5))
				ours = strstr(strstr(ours, ", ") + 2, ", ") + 2;
			shorten(theirs);
			if (strcmp(ours, theirs)) {
				partly++;
				shorten_more(ours);
				shorten_more(theirs);
			}
			STR_EQ(ours, theirs);
		}
		OK(frames > 30);
		EQ(partly, rows[i].partly);
		capture_close(reader);
		pclose(lines);
	}
}

/* Every frame cut at every byte, in memory that ends there: the sanitizers watch. */
TEST(cut_at_every_byte)
{
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err;

	REQUIRE(capture_open(FOLDER "frames.pcap", &reader, &err) == 0);
	while (capture_read(reader, &frame, &err) > 0) {
		for (u32 len = 0; len <= min(frame.len, 160u); len++) {
			char name[NAME_MAX_LEN], whole[NAME_MAX_LEN];
			u8 *bytes = malloc(len + !len);

			memcpy(bytes, frame.bytes, len);
			name_frame(name, sizeof(name), bytes, len, frame.wire_len, PARSE_ETHERNET);
			OK(name[0]);
			strcpy(whole, name);
			/* A name that does not fit is cut. */
			name_frame(name, 20, bytes, len, frame.wire_len, PARSE_ETHERNET);
			EQ(strlen(name), min(strlen(whole), (size_t)19));
			OK(!strncmp(name, whole, strlen(name)));
			name_frame(name, sizeof(name), bytes, len, frame.wire_len, PARSE_IP);
			OK(name[0]);
			name_frame(name, 1, bytes, len, frame.wire_len, PARSE_IP);
			EQ(name[0], 0);
			free(bytes);
		}
	}
	capture_close(reader);
}

TEST(without_link_layer)
{
	static const u8 packet[] = {0x45, 0, 0,	 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0,
				    0,	  1, 10, 0,  0, 2, 0, 1, 0,  2,	 0, 8, 0,  0};
	static const u8 strange[] = {0x10, 2, 3};
	char name[NAME_MAX_LEN];

	name_frame(name, sizeof(name), packet, sizeof(packet), sizeof(packet), PARSE_IP);
	STR_EQ(name, "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 0");
	name_frame(name, sizeof(name), strange, sizeof(strange), sizeof(strange), PARSE_IP);
	STR_EQ(name, "IP version 1 (invalid), length 3");
	name_frame(name, sizeof(name), strange, 0, 0, PARSE_IP);
	STR_EQ(name, "[|ip], length 0");
}

/* The stations of a frame on its way: fresh, behind its header, as a hook sees it, without one. */
TEST(skb)
{
	static const u8 frame[60] = {2,	   0, 0,  0,  0, 2, 2, 0, 0,  0,  0, 1, 8,  0,
				     0x45, 0, 0,  28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0,
				     0,	   1, 10, 0,  0, 2, 0, 1, 0,  2,  0, 8};
	static const char expected[] = "IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 0";
	struct skb_pool *pool = skb_pool_new();
	struct skb *skb = skb_alloc(pool, sizeof(frame));
	char name[NAME_MAX_LEN];

	REQUIRE(skb);
	memcpy(skb_writable(skb, 0, sizeof(frame)), frame, sizeof(frame));
	name_skb(name, sizeof(name), skb, PARSE_ETHERNET);
	STR_EQ(name, expected);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	name_skb(name, sizeof(name), skb, PARSE_ETHERNET);
	STR_EQ(name, expected);
	skb_reset_network_header(skb);
	skb_push(skb, ETH_HLEN);
	name_skb(name, sizeof(name), skb, PARSE_ETHERNET);
	STR_EQ(name, expected);

	skb->ctx.vlan_present = 1;
	skb->ctx.vlan_proto = htons(ETH_P_8021Q);
	skb->ctx.vlan_tci = 5 << 13 | 42;
	name_skb(name, sizeof(name), skb, PARSE_ETHERNET);
	STR_EQ(name, "vlan 42, p 5, IP 10.0.0.1.1 > 10.0.0.2.2: UDP, length 0");
	skb->ctx.vlan_present = 0;

	/* As bpf_clone_redirect sends it to a tun. */
	skb_pull(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	name_skb(name, sizeof(name), skb, PARSE_IP);
	STR_EQ(name, expected);
	/* Fresh on a tun: nothing is known but the device. */
	skb->mac_header = skb->network_header = SKB_HEADER_UNSET;
	name_skb(name, sizeof(name), skb, PARSE_IP);
	STR_EQ(name, expected);
	skb_free(skb);
	skb_pool_free(pool);
}

TAP_MAIN()
