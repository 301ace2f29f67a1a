/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The captures of examples/: skiff reads them as libpcap does, frame for frame, and what it reads
 * and writes again is read the same.
 */
#include "tap.h"

#include <errno.h>
#include <pcap/pcap.h>

#include "files.h"

#define FOLDER SOURCE_ROOT "/examples/captures/"

static const char *const names[] = {"ping.pcap", "http.pcapng", "dns.pcap", "vlan.pcap",
				    "multicast.pcap"};

TEST(as_libpcap_reads_them)
{
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		char path[4096], why[PCAP_ERRBUF_SIZE];
		struct capture_reader *reader;
		struct capture_frame frame;
		struct pcap_pkthdr *header;
		const u_char *bytes;
		struct error err;
		pcap_t *pcap;
		u32 frames = 0;

		snprintf(path, sizeof(path), FOLDER "%s", names[i]);
		pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO,
							       why);
		REQUIRE(pcap);
		REQUIRE(capture_open(path, &reader, &err) == 0);
		for (; pcap_next_ex(pcap, &header, &bytes) == 1; frames++) {
			REQUIRE(capture_read(reader, &frame, &err) == 1);
			EQ(frame.time,
			   (u64)header->ts.tv_sec * 1000000000 + (u64)header->ts.tv_usec);
			EQ(frame.len, header->caplen);
			EQ(frame.wire_len, header->len);
			EQ(frame.linktype, LINKTYPE_ETHERNET);
			MEM_EQ(frame.bytes, bytes, frame.len);
		}
		EQ(capture_read(reader, &frame, &err), 0);
		OK(frames >= 30);
		capture_close(reader);
		pcap_close(pcap);
	}
}

TEST(through_and_back)
{
	static const struct capture_interface interface = {.name = "eth0",
							   .linktype = LINKTYPE_ETHERNET};
	static const char *const forms[] = {".pcap", ".pcapng"};

	for (u32 i = 0; i < ARRAY_SIZE(names) * ARRAY_SIZE(forms); i++) {
		char path[4096], copy[64] = "/tmp/skiff-test-XXXXXX";
		const char *form = forms[i % ARRAY_SIZE(forms)];
		struct capture_reader *reader;
		struct capture_writer *writer;
		struct capture_frame frame;
		struct reading before, after;
		struct error err;
		int fd;

		strcat(copy, form);
		fd = mkstemps(copy, (int)strlen(form));
		REQUIRE(fd >= 0);
		close(fd);
		snprintf(path, sizeof(path), FOLDER "%s", names[i / ARRAY_SIZE(forms)]);
		REQUIRE(capture_open(path, &reader, &err) == 0);
		REQUIRE(capture_create(copy, &interface, 1, &writer, &err) == 0);
		while (capture_read(reader, &frame, &err) > 0) {
			struct capture_packet packet = {.time = frame.time,
							.bytes = frame.bytes,
							.len = frame.len,
							.direction = CAPTURE_INBOUND};

			EQ(capture_write(writer, &packet, &err), 0);
		}
		capture_close(reader);
		EQ(capture_finish(writer, &err), 0);
		before = read_all(path);
		after = read_all(copy);
		EQ(after.code, 0);
		EQ(after.frames, before.frames);
		EQ(after.digest, before.digest);
		unlink(copy);
	}
}

TAP_MAIN()
