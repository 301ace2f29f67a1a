/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing captures: what is written is read back the same, by skiff, by libpcap and by tshark; the
 * same frames give the same bytes; and no failure to write goes unnoticed.
 */
#include "tap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/random.h"
#include "files.h"

static const struct capture_interface interfaces[] = {
	{.name = "eth0", .linktype = LINKTYPE_ETHERNET, .mac = {2, 0, 0, 0, 0, 1}, .has_mac = true},
	{.name = "tun0", .linktype = LINKTYPE_RAW, .description = "no link-layer header"},
	{.name = "mon", .linktype = LINKTYPE_ETHERNET},
};

static u8 data[CAPTURE_LEN_MAX];

#define FRAMES 400

/* Frame @i of a run that has every length modulo 4, a few of the longest, all directions. */
static struct capture_packet packet_of(u32 i, u32 interface_cnt)
{
	static char comment[64];
	struct capture_packet packet = {
		.time = 1700000000000000000 + i * 1000003ull,
		.interface = i % interface_cnt,
		.direction = (enum capture_direction)(i % 3),
		.bytes = data + i,
		.len = i % 97 == 0 ? CAPTURE_LEN_MAX - 400 - i : i * 5 % 1514,
	};

	if (i % 5 == 0) {
		snprintf(comment, sizeof(comment), "clone %u.1 of frame %u", i, i);
		packet.comment = comment;
	}
	return packet;
}

static void fill(void)
{
	struct random random;

	random_seed(&random, 1);
	for (u32 i = 0; i < sizeof(data); i++)
		data[i] = (u8)random_u32(&random);
}

static int write_run(const char *path, u32 cnt, struct error *err)
{
	struct capture_writer *writer;
	int code = capture_create(path, interfaces, cnt, &writer, err), finish;

	if (code)
		return code;
	for (u32 i = 0; i < FRAMES && !code; i++) {
		struct capture_packet packet = packet_of(i, cnt);

		code = capture_write(writer, &packet, err);
	}
	finish = capture_finish(writer, code ? NULL : err);
	if (code && finish != code)
		TAP_FAIL("capture_finish forgot %d and returned %d", code, finish);
	return finish;
}

static char folder[64];

static const char *in_folder(const char *name)
{
	static char paths[4][128];
	static u32 next;
	char *path = paths[next++ % 4];

	if (!folder[0]) {
		strcpy(folder, "/tmp/skiff-test-capture-XXXXXX");
		if (!mkdtemp(folder))
			abort();
	}
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

/* Read @path back with skiff, and expect the frames whose interface is @only (or all: -1). */
static void expect_run(const char *path, u32 cnt, int only)
{
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err;

	REQUIRE(capture_open(path, &reader, &err) == 0);
	for (u32 i = 0; i < FRAMES; i++) {
		struct capture_packet packet = packet_of(i, cnt);

		if (only >= 0 && packet.interface != (u32)only)
			continue;
		REQUIRE(capture_read(reader, &frame, &err) == 1);
		EQ(frame.time, packet.time);
		EQ(frame.len, packet.len);
		EQ(frame.wire_len, packet.len);
		EQ(frame.linktype, interfaces[packet.interface].linktype);
		OK(!memcmp(frame.bytes, packet.bytes, frame.len));
	}
	EQ(capture_read(reader, &frame, &err), 0);
	capture_close(reader);
}

TEST(pcapng_back)
{
	struct error err;

	fill();
	EQ(write_run(in_folder("a.pcapng"), 3, &err), 0);
	expect_run(in_folder("a.pcapng"), 3, -1);
}

TEST(pcap_back)
{
	struct error err;

	EQ(write_run(in_folder("a.pcap"), 1, &err), 0);
	expect_run(in_folder("a.pcap"), 1, -1);
	EQ(write_run(in_folder("a.cap"), 1, &err), 0);
	expect_run(in_folder("a.cap"), 1, -1);
}

TEST(folder_back)
{
	struct error err;

	EQ(write_run(in_folder("new/"), 3, &err), 0);
	EQ(write_run(in_folder("new"), 3, &err), 0); /* it exists now */
	expect_run(in_folder("new/eth0.pcap"), 3, 0);
	expect_run(in_folder("new/tun0.pcap"), 3, 1);
	expect_run(in_folder("new/mon.pcap"), 3, 2);
}

TEST(standard_output_is_pcapng)
{
	int saved = dup(1), fd = open(in_folder("out"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	struct bytes seen, expected;
	struct error err;
	int code;

	fflush(stdout);
	dup2(fd, 1);
	code = write_run("-", 3, &err);
	EQ(fcntl(1, F_GETFD), 0); /* it is not closed */
	dup2(saved, 1);
	close(saved);
	close(fd);
	EQ(code, 0);
	seen = bytes_load(in_folder("out"));
	expected = bytes_load(in_folder("a.pcapng"));
	EQ(seen.len, expected.len);
	MEM_EQ(seen.at, expected.at, seen.len);
	bytes_free(&seen);
	bytes_free(&expected);
}

TEST(the_same_frames_give_the_same_bytes)
{
	struct bytes one, two;
	struct error err;

	EQ(write_run(in_folder("b.pcapng"), 3, &err), 0);
	one = bytes_load(in_folder("a.pcapng"));
	two = bytes_load(in_folder("b.pcapng"));
	OK(one.len > 1000000);
	EQ(one.len, two.len);
	MEM_EQ(one.at, two.at, one.len);
	bytes_free(&one);
	bytes_free(&two);
}

/* Every byte of a small pcapng, by hand from the format's description. */
TEST(pcapng_to_the_letter)
{
	static const u8 section[] = {
		/* section header: type, length, byte order, 1.0, -1, shb_userappl "skiff" */
		0x0a, 0x0d, 0x0d, 0x0a, 44,   0,    0,	  0,	0x4d, 0x3c, 0x2b, 0x1a, 1, 0,	0,
		0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 4,    0,	  5,	0, 's', 'k',
		'i',  'f',  'f',  0,	0,    0,    0,	  0,	0,    0,    44,	  0,	0, 0,
	};
	static const u8 interface[] = {
		/* Ethernet, snaplen 262144, if_name, if_MACaddr, if_tsresol 9 */
		1, 0, 0,   0,	52,  0,	  0, 0, 1, 0, 0, 0, 0,	0, 4, 0, 2, 0,
		4, 0, 'e', 't', 'h', '0', 6, 0, 6, 0, 2, 0, 0,	0, 0, 1, 0, 0,
		9, 0, 1,   0,	9,   0,	  0, 0, 0, 0, 0, 0, 52, 0, 0, 0,
	};
	static const u8 frame[] = {
		/* interface 0, time 2^32 + 5, 3 bytes, outbound, comment "hi" */
		6, 0, 0, 0, 56, 0, 0,	0,   0, 0, 0, 0, 1, 0, 0,  0, 5, 0, 0,
		0, 3, 0, 0, 0,	3, 0,	0,   0, 7, 8, 9, 0, 2, 0,  4, 0, 2, 0,
		0, 0, 1, 0, 2,	0, 'h', 'i', 0, 0, 0, 0, 0, 0, 56, 0, 0, 0,
	};
	struct capture_packet packet = {.time = (1ull << 32) + 5,
					.direction = CAPTURE_OUTBOUND,
					.bytes = (const u8[]){7, 8, 9},
					.len = 3,
					.comment = "hi"};
	struct capture_writer *writer;
	struct bytes seen;
	struct error err;

	REQUIRE(capture_create(in_folder("letter.pcapng"), interfaces, 1, &writer, &err) == 0);
	EQ(capture_write(writer, &packet, &err), 0);
	EQ(capture_finish(writer, &err), 0);
	seen = bytes_load(in_folder("letter.pcapng"));
	REQUIRE(seen.len == sizeof(section) + sizeof(interface) + sizeof(frame));
	MEM_EQ(seen.at, section, sizeof(section));
	MEM_EQ(seen.at + sizeof(section), interface, sizeof(interface));
	MEM_EQ(seen.at + sizeof(section) + sizeof(interface), frame, sizeof(frame));
	bytes_free(&seen);
}

TEST(back_through_libpcap)
{
	char why[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *pcap = pcap_open_offline_with_tstamp_precision(in_folder("a.pcap"),
							       PCAP_TSTAMP_PRECISION_NANO, why);
	u32 i = 0;

	REQUIRE(pcap);
	EQ(pcap_datalink(pcap), DLT_EN10MB);
	for (; pcap_next_ex(pcap, &header, &bytes) == 1; i++) {
		struct capture_packet packet = packet_of(i, 1);

		EQ(header->caplen, packet.len);
		EQ((u64)header->ts.tv_sec * 1000000000 + (u64)header->ts.tv_usec, packet.time);
		OK(!memcmp(bytes, packet.bytes, packet.len));
	}
	EQ(i, FRAMES);
	pcap_close(pcap);
}

/* tshark's own view of interface names, directions, comments, times and lengths. */
TEST(back_through_tshark)
{
	char command[512], line[512], expected[512];
	FILE *out;
	u32 i = 0;

	if (system("command -v tshark >/dev/null"))
		SKIP("tshark is not installed");
	snprintf(command, sizeof(command),
		 "tshark -r %s -T fields -e frame.interface_name -e frame.packet_flags_direction "
		 "-e frame.len -e frame.time_epoch -e frame.comment 2>/dev/null",
		 in_folder("a.pcapng"));
	out = popen(command, "r");
	REQUIRE(out);
	for (; fgets(line, sizeof(line), out); i++) {
		struct capture_packet packet = packet_of(i, 3);

		snprintf(expected, sizeof(expected), "%s\t0x%08x\t%u\t%llu.%09llu\t%s\n",
			 interfaces[packet.interface].name, packet.direction, packet.len,
			 (unsigned long long)(packet.time / 1000000000),
			 (unsigned long long)(packet.time % 1000000000),
			 packet.comment ? packet.comment : "");
		STR_EQ(line, expected);
	}
	pclose(out);
	EQ(i, FRAMES);
}

TEST(names_that_cannot_be_written)
{
	struct capture_writer *writer;
	struct error err;

	EQ(capture_create(in_folder("a.txt"), interfaces, 1, &writer, &err), -EINVAL);
	STR_HAS(err.text,
		"a.txt: the name decides what is written: let it end in .pcapng, .pcap, or /");
	EQ(capture_create("pcap", interfaces, 1, &writer, &err), -EINVAL);
	EQ(capture_create("/nonexistent/a.pcapng", interfaces, 1, &writer, &err), -ENOENT);
	STR_EQ(err.text, "cannot create /nonexistent/a.pcapng: No such file or directory");
	EQ(capture_create("/nonexistent/a/", interfaces, 1, &writer, &err), -ENOENT);
	STR_HAS(err.text, "cannot create the folder /nonexistent/a/");
	EQ(capture_create(in_folder("two.pcap"), interfaces, 2, &writer, &err), -EINVAL);
	STR_HAS(err.text,
		"a .pcap has one link type, but eth0 has 1 and tun0 has 101; write a .pcapng");
}

TEST(frames_that_cannot_be_written)
{
	struct capture_packet packet = {.bytes = data, .len = CAPTURE_LEN_MAX + 1};
	struct capture_writer *writer;
	struct error err;

	REQUIRE(capture_create(in_folder("c.pcap"), interfaces, 1, &writer, &err) == 0);
	EQ(capture_write(writer, &packet, &err), -EMSGSIZE);
	STR_HAS(err.text, "a frame of 262145 bytes, more than the 262144 that a capture holds");
	packet = (struct capture_packet){.bytes = data, .interface = 1};
	EQ(capture_write(writer, &packet, &err), -EINVAL);
	packet = (struct capture_packet){.bytes = data, .time = ((1ull << 32) - 1) * 1000000000};
	EQ(capture_write(writer, &packet, &err), 0);
	packet.time = (1ull << 32) * 1000000000;
	EQ(capture_write(writer, &packet, &err), -ERANGE);
	STR_HAS(err.text, "after 2106");
	EQ(capture_finish(writer, &err), 0);
	EQ(read_all(in_folder("c.pcap")).frames, 1);
}

/* A long comment is cut where a character ends; the file stays whole. */
TEST(comment_longer_than_an_option)
{
	struct capture_packet packet = {.bytes = data, .len = 60};
	char *comment = malloc(70001);
	struct capture_writer *writer;
	struct error err;

	for (u32 lead = 0; lead < 3; lead++) {
		memset(comment, 'x', lead);
		for (u32 i = lead; i + 1 < 70000; i += 2)
			memcpy(comment + i, "\xc3\xa9", 3);
		packet.comment = comment;
		REQUIRE(capture_create(in_folder("d.pcapng"), interfaces, 1, &writer, &err) == 0);
		EQ(capture_write(writer, &packet, &err), 0);
		EQ(capture_write(writer, &packet, &err), 0);
		EQ(capture_finish(writer, &err), 0);
		EQ(read_all(in_folder("d.pcapng")).frames, 2);
	}
	memset(comment, 0x80, 70000); /* no UTF-8 at all */
	REQUIRE(capture_create(in_folder("d.pcapng"), interfaces, 1, &writer, &err) == 0);
	EQ(capture_write(writer, &packet, &err), 0);
	EQ(capture_finish(writer, &err), 0);
	EQ(read_all(in_folder("d.pcapng")).frames, 1);
	free(comment);
}

TEST(full_disk)
{
	struct capture_packet packet = {.bytes = data, .len = 60};
	struct capture_writer *writer;
	struct error err;

	/* More than a buffer: seen while writing. */
	EQ(write_run("/dev/full", 3, &err), -ENOSPC);
	STR_EQ(err.text,
	       "/dev/full: No space left on device after 0 bytes; what is there is not the "
	       "whole of it");
	/* Less than a buffer: seen by capture_finish. */
	REQUIRE(capture_create("/dev/full", interfaces, 1, &writer, &err) == 0);
	EQ(capture_write(writer, &packet, &err), 0);
	EQ(capture_finish(writer, &err), -ENOSPC);
	STR_HAS(err.text, "No space left on device");
}

TEST(disk_that_fills_up_on_the_way)
{
	struct rlimit old, limit;
	struct error err;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = old;
	limit.rlim_cur = 300000; /* bytes: a short write, then an error */
	setrlimit(RLIMIT_FSIZE, &limit);
	EQ(write_run(in_folder("e.pcapng"), 3, &err), -EFBIG);
	setrlimit(RLIMIT_FSIZE, &old);
	STR_HAS(err.text, "e.pcapng: File too large after 300000 bytes");
}

TEST(reader_that_goes_away)
{
	int ends[2], saved = dup(1), code;
	struct error err;

	signal(SIGPIPE, SIG_IGN);
	REQUIRE(pipe(ends) == 0);
	close(ends[0]);
	fflush(stdout);
	dup2(ends[1], 1);
	close(ends[1]);
	code = write_run("-", 3, &err);
	dup2(saved, 1);
	close(saved);
	EQ(code, -EPIPE);
	STR_HAS(err.text, "standard output: the reader went away after 0 bytes");
}

/* A pipe that was left non-blocking is waited for, not taken for an error. */
TEST(pipe_that_does_not_block)
{
	char command[256];
	FILE *out;
	struct error err;
	int saved = dup(1), code, status;

	snprintf(command, sizeof(command), "sleep 0.1; cat > %s", in_folder("piped"));
	fflush(stdout);
	out = popen(command, "w");
	REQUIRE(out);
	fcntl(fileno(out), F_SETFL, O_NONBLOCK | O_WRONLY);
	dup2(fileno(out), 1);
	code = write_run("-", 3, &err);
	dup2(saved, 1);
	close(saved);
	status = pclose(out);
	EQ(code, 0);
	EQ(status, 0);
	expect_run(in_folder("piped"), 3, -1);
}

TEST(clean_up)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", folder);
	EQ(system(command), 0);
}

TAP_MAIN()
