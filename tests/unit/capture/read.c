/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading captures: every form of a record, byte orders, units of time, borders of the buffer. */
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "capture/source.h"
#include "files.h"

static const u8 frame60[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6};

/* Which byte order the writing functions below use. */
static bool big;

static void put16(struct bytes *bytes, u16 value)
{
	value = big ? __builtin_bswap16(value) : value;
	bytes_put(bytes, &value, sizeof(value));
}

static void put32(struct bytes *bytes, u32 value)
{
	value = big ? __builtin_bswap32(value) : value;
	bytes_put(bytes, &value, sizeof(value));
}

static void put64(struct bytes *bytes, u64 value)
{
	value = big ? __builtin_bswap64(value) : value;
	bytes_put(bytes, &value, sizeof(value));
}

static void put_pad(struct bytes *bytes)
{
	while (bytes->len % 4)
		bytes_put(bytes, "", 1);
}

static void put_pcap(struct bytes *bytes, u32 magic, u32 linktype)
{
	put32(bytes, magic);
	put16(bytes, 2);
	put16(bytes, 4);
	put64(bytes, 0);
	put32(bytes, 65535);
	put32(bytes, linktype);
}

static void put_record(struct bytes *bytes, u32 sec, u32 fraction, const void *data, u32 len)
{
	put32(bytes, sec);
	put32(bytes, fraction);
	put32(bytes, len);
	put32(bytes, len + 1); /* a frame that was cut by one byte */
	bytes_put(bytes, data, len);
}

/* A block around what is put between begin and end. */
static size_t block_begin(struct bytes *bytes, u32 type)
{
	put32(bytes, type);
	put32(bytes, 0);
	return bytes->len - 8;
}

static void block_end(struct bytes *bytes, size_t begin)
{
	u32 len;

	put_pad(bytes);
	len = (u32)(bytes->len - begin) + 4;
	put32(bytes, len);
	memcpy(bytes->at + begin + 4, bytes->at + bytes->len - 4, 4);
}

static void put_section(struct bytes *bytes)
{
	size_t begin = block_begin(bytes, 0x0a0d0d0a);

	put32(bytes, 0x1a2b3c4d);
	put16(bytes, 1);
	put16(bytes, 0);
	put64(bytes, ~0ull);
	block_end(bytes, begin);
}

/* resol < 0: no if_tsresol option; offset 0: no if_tsoffset. */
static void put_interface(struct bytes *bytes, u16 linktype, u32 snaplen, int resol, s64 offset)
{
	size_t begin = block_begin(bytes, 1);
	u8 value = (u8)resol;

	put16(bytes, linktype);
	put16(bytes, 0);
	put32(bytes, snaplen);
	put16(bytes, 2); /* if_name, to be passed over */
	put16(bytes, 5);
	bytes_put(bytes, "eth10", 5);
	put_pad(bytes);
	if (resol >= 0) {
		put16(bytes, 9);
		put16(bytes, 1);
		bytes_put(bytes, &value, 1);
		put_pad(bytes);
	}
	if (offset) {
		put16(bytes, 14);
		put16(bytes, 8);
		put64(bytes, (u64)offset);
	}
	put32(bytes, 0); /* opt_endofopt */
	block_end(bytes, begin);
}

static void put_enhanced(struct bytes *bytes, u32 number, u64 time, const void *data, u32 len)
{
	size_t begin = block_begin(bytes, 6);

	put32(bytes, number);
	put32(bytes, (u32)(time >> 32));
	put32(bytes, (u32)time);
	put32(bytes, len);
	put32(bytes, len);
	bytes_put(bytes, data, len);
	put_pad(bytes);
	put16(bytes, 1); /* a comment, to be passed over */
	put16(bytes, 2);
	bytes_put(bytes, "hi", 2);
	put_pad(bytes);
	put32(bytes, 0);
	block_end(bytes, begin);
}

TEST(pcap_byte_orders_and_units)
{
	static const struct {
		bool big;
		u32 magic;
		u64 time;
	} rows[] = {
		{false, 0xa1b2c3d4, 1700000000123456000},
		{true, 0xa1b2c3d4, 1700000000123456000},
		{false, 0xa1b23c4d, 1700000000000123456},
		{true, 0xa1b23c4d, 1700000000000123456},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bytes bytes = {0};
		struct capture_reader *reader;
		struct capture_frame frame;
		struct error err;
		char path[32];
		int fd;

		big = rows[i].big;
		put_pcap(&bytes, rows[i].magic,
			 LINKTYPE_RAW | 0x14000000 /* a 4-byte FCS is told */);
		put_record(&bytes, 1700000000, 123456, frame60, sizeof(frame60));
		put_record(&bytes, 0, 0, NULL, 0);
		fd = memory_file(bytes.at, bytes.len, path);
		REQUIRE(capture_open(path, &reader, &err) == 0);
		REQUIRE(capture_read(reader, &frame, &err) == 1);
		EQ(frame.time, rows[i].time);
		EQ(frame.len, 60);
		EQ(frame.wire_len, 61);
		EQ(frame.linktype, LINKTYPE_RAW);
		EQ(frame.number, 1);
		MEM_EQ(frame.bytes, frame60, 60);
		EQ(capture_read(reader, &frame, &err), 1);
		EQ(frame.len, 0);
		EQ(frame.time, 0);
		EQ(frame.number, 2);
		EQ(capture_read(reader, &frame, &err), 0);
		EQ(capture_read(reader, &frame, &err), 0);
		capture_close(reader);
		close(fd);
		bytes_free(&bytes);
	}
	big = false;
}

TEST(pcap_without_frames)
{
	struct bytes bytes = {0};
	struct reading reading;

	put_pcap(&bytes, 0xa1b2c3d4, 1);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, 0);
	bytes_free(&bytes);
}

TEST(pcapng_both_byte_orders_in_one_file)
{
	struct bytes bytes = {0};
	struct reading reading;

	big = true;
	put_section(&bytes);
	put_interface(&bytes, LINKTYPE_ETHERNET, 0, -1, 0);
	put_enhanced(&bytes, 0, 5000000, frame60, 60);
	big = false;
	put_section(&bytes);
	put_interface(&bytes, LINKTYPE_IPV4, 0, 9, 0);
	put_enhanced(&bytes, 0, 7000000000, frame60, 59);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, 2);
	EQ(reading.octets, 119);
	EQ(reading.first, 5000000000);
	EQ(reading.last, 7000000000);
	EQ(reading.linktype, LINKTYPE_IPV4);
	bytes_free(&bytes);
}

TEST(pcapng_units_of_time)
{
	static const struct {
		int resol;
		s64 offset;
		u64 units, time;
	} rows[] = {
		{-1, 0, 1700000000123456, 1700000000123456000}, /* microseconds when not said */
		{6, 0, 1, 1000},
		{9, 0, 1700000000000000001, 1700000000000000001},
		{9, 0, ~0ull, ~0ull},
		{0, 0, 1700000000, 1700000000000000000},
		{3, 0, 1700000000001, 1700000000001000000},
		{12, 0, 1999, 1}, /* what is finer than ns is cut off */
		{19, 0, 10000000000, 1},
		{0x80, 0, 3, 3000000000},	   /* 2^0 */
		{0x8a, 0, 1024 + 512, 1500000000}, /* 2^-10 */
		{0xa0, 0, 1ull << 31, 500000000},  /* 2^-32, as NTP counts */
		{0xbf, 0, ~0ull, 1999999999},
		{9, 1700000000, 5, 1700000000000000005},
		{9, -1, 3000000000, 2000000000},
		{0x81, -2, 5, 500000000},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bytes bytes = {0};
		struct reading reading;

		put_section(&bytes);
		put_interface(&bytes, 1, 0, rows[i].resol, rows[i].offset);
		put_enhanced(&bytes, 0, rows[i].units, frame60, 60);
		reading = read_bytes(bytes.at, bytes.len);
		EQ(reading.code, 0);
		EQ(reading.frames, 1);
		EQ(reading.first, rows[i].time);
		bytes_free(&bytes);
	}
}

TEST(pcapng_simple_and_obsolete_blocks)
{
	struct bytes bytes = {0};
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err;
	char path[32];
	size_t begin;
	int fd;

	put_section(&bytes);
	put_interface(&bytes, LINKTYPE_ETHERNET, 20, -1, 0);
	begin = block_begin(&bytes, 3); /* cut at the interface's snaplen */
	put32(&bytes, 60);
	bytes_put(&bytes, frame60, 20);
	block_end(&bytes, begin);
	begin = block_begin(&bytes, 3); /* shorter than it */
	put32(&bytes, 15);
	bytes_put(&bytes, frame60, 15);
	block_end(&bytes, begin);
	begin = block_begin(&bytes, 2);
	put16(&bytes, 0);
	put16(&bytes, 7); /* drops */
	put32(&bytes, 0);
	put32(&bytes, 4);
	put32(&bytes, 60);
	put32(&bytes, 61);
	bytes_put(&bytes, frame60, 60);
	block_end(&bytes, begin);
	fd = memory_file(bytes.at, bytes.len, path);

	REQUIRE(capture_open(path, &reader, &err) == 0);
	REQUIRE(capture_read(reader, &frame, &err) == 1);
	EQ(frame.len, 20);
	EQ(frame.wire_len, 60);
	EQ(frame.time, 0);
	REQUIRE(capture_read(reader, &frame, &err) == 1);
	EQ(frame.len, 15);
	EQ(frame.wire_len, 15);
	REQUIRE(capture_read(reader, &frame, &err) == 1);
	EQ(frame.len, 60); /* longer than the snaplen, and there */
	EQ(frame.wire_len, 61);
	EQ(frame.time, 4000);
	MEM_EQ(frame.bytes, frame60, 60);
	EQ(capture_read(reader, &frame, &err), 0);
	capture_close(reader);
	close(fd);
	bytes_free(&bytes);
}

TEST(pcapng_unknown_blocks_of_any_length)
{
	static const u32 lengths[] = {0, 4, SOURCE_READ, SOURCE_PEEK_MAX, 5 * SOURCE_READ + 8};
	struct bytes bytes = {0};
	struct reading reading;
	u8 *nothing = calloc(1, 5 * SOURCE_READ + 8);

	put_section(&bytes);
	put_interface(&bytes, 1, 0, -1, 0);
	for (u32 i = 0; i < ARRAY_SIZE(lengths); i++) {
		size_t begin = block_begin(&bytes, 0x0000000a + i);

		bytes_put(&bytes, nothing, lengths[i]);
		block_end(&bytes, begin);
		put_enhanced(&bytes, 0, i, frame60, 60);
	}
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, ARRAY_SIZE(lengths));
	EQ(reading.last, 4000);
	bytes_free(&bytes);
	free(nothing);
}

TEST(pcapng_interfaces_are_bounded)
{
	struct bytes bytes = {0};
	struct reading reading;

	put_section(&bytes);
	for (u32 i = 0; i < 65536; i++)
		put_interface(&bytes, 1, 0, -1, 0);
	put_enhanced(&bytes, 65535, 1, frame60, 60);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, 1);
	put_interface(&bytes, 1, 0, -1, 0);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, -EBADMSG);
	STR_HAS(reading.err.text, "describes more than 65536 interfaces");
	bytes_free(&bytes);
}

/* Frames of every length around the borders of the buffer, from a file and from a pipe. */
TEST(frames_across_the_buffer)
{
	static const u32 lengths[] = {CAPTURE_LEN_MAX,
				      1,
				      CAPTURE_LEN_MAX - 1,
				      65535,
				      0,
				      3,
				      SOURCE_READ - 16,
				      CAPTURE_LEN_MAX,
				      CAPTURE_LEN_MAX,
				      60};
	u8 *data = malloc(CAPTURE_LEN_MAX);

	for (u32 i = 0; i < CAPTURE_LEN_MAX; i++)
		data[i] = (u8)(i * 7 + (i >> 9));
	for (int form = 0; form < 2; form++) {
		struct bytes bytes = {0};
		struct capture_reader *reader;
		struct capture_frame frame;
		struct error err;
		int ends[2], saved = dup(0), status;
		pid_t child;

		if (form == 0) {
			put_pcap(&bytes, 0xa1b2c3d4, 1);
		} else {
			put_section(&bytes);
			put_interface(&bytes, 1, 0, -1, 0);
		}
		for (u32 i = 0; i < 3 * ARRAY_SIZE(lengths); i++) {
			u32 len = lengths[i % ARRAY_SIZE(lengths)];

			if (form == 0)
				put_record(&bytes, i, 0, data, len);
			else
				put_enhanced(&bytes, 0, i, data, len);
		}
		REQUIRE(pipe(ends) == 0);
		child = fork();
		if (child == 0) {
			size_t at = 0;

			/* Pieces of odd sizes, so that reads end in the middle of anything. */
			while (at < bytes.len) {
				size_t part = min(bytes.len - at, (size_t)(1 + at % 60013));
				ssize_t n = write(ends[1], bytes.at + at, part);

				if (n < 0)
					_exit(1);
				at += (size_t)n;
			}
			_exit(0);
		}
		close(ends[1]);
		dup2(ends[0], 0);
		close(ends[0]);
		REQUIRE(capture_open("-", &reader, &err) == 0);
		for (u32 i = 0; i < 3 * ARRAY_SIZE(lengths); i++) {
			REQUIRE(capture_read(reader, &frame, &err) == 1);
			EQ(frame.len, lengths[i % ARRAY_SIZE(lengths)]);
			OK(!memcmp(frame.bytes, data, frame.len));
		}
		EQ(capture_read(reader, &frame, &err), 0);
		capture_close(reader);
		waitpid(child, &status, 0);
		EQ(status, 0);
		EQ(fcntl(0, F_GETFD), 0); /* standard input is not closed */
		dup2(saved, 0);
		close(saved);
		bytes_free(&bytes);
	}
	free(data);
}

TEST(progress)
{
	struct bytes bytes = {0};
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err;
	char path[32];
	u64 done, size;
	int fd;

	put_pcap(&bytes, 0xa1b2c3d4, 1);
	put_record(&bytes, 0, 0, frame60, 60);
	fd = memory_file(bytes.at, bytes.len, path);
	REQUIRE(capture_open(path, &reader, &err) == 0);
	capture_progress(reader, &done, &size);
	EQ(done, 24);
	EQ(size, 100);
	EQ(capture_read(reader, &frame, &err), 1);
	capture_progress(reader, &done, &size);
	EQ(done, 100);
	capture_close(reader);
	close(fd);
	bytes_free(&bytes);
}

/* Beyond 4 GiB: a block that long is passed over, and offsets are told in full. */
TEST(enormous_file)
{
	struct bytes bytes = {0}, tail = {0};
	char path[32], expected[128];
	struct reading reading;
	u32 len = 0xfffffffc;
	int fd;

	put_section(&bytes);
	put_interface(&bytes, 1, 0, -1, 0);
	put_enhanced(&tail, 0, 1, frame60, 60);
	fd = memory_file(bytes.at, bytes.len, path);
	/* Three blocks of nearly 4 GiB, of which only both ends are there. */
	for (u32 i = 0; i < 3; i++) {
		off_t at = (off_t)(bytes.len + (u64)i * len);
		u32 head[2] = {0xbad, len};

		EQ(pwrite(fd, head, 8, at), 8);
		EQ(pwrite(fd, &len, 4, at + len - 4), 4);
	}
	EQ(pwrite(fd, tail.at, tail.len, (off_t)(bytes.len + 3ull * len)), (s64)tail.len);
	reading = read_all(path);
	EQ(reading.code, 0);
	EQ(reading.frames, 1);
	EQ(reading.first, 1000);
	EQ(pwrite(fd, "x", 1, (off_t)(bytes.len + 3ull * len + tail.len)), 1);
	reading = read_all(path);
	EQ(reading.code, -EBADMSG);
	snprintf(expected, sizeof(expected), "byte %llu: the header of a block is cut off",
		 bytes.len + 3ull * len + tail.len);
	STR_HAS(reading.err.text, expected);
	close(fd);
	bytes_free(&bytes);
	bytes_free(&tail);
}

static void ignore(int signal)
{
}

/* A signal that is handled ends the waiting for a pipe's next frame. */
TEST(signal_while_waiting)
{
	struct sigaction action = {.sa_handler = ignore}, old;
	struct capture_reader *reader;
	struct capture_frame frame;
	struct bytes bytes = {0};
	int ends[2], saved = dup(0);
	struct error err;

	put_pcap(&bytes, 0xa1b2c3d4, 1);
	put_record(&bytes, 1, 0, frame60, 60);
	REQUIRE(pipe(ends) == 0);
	dup2(ends[0], 0);
	close(ends[0]);
	sigaction(SIGALRM, &action, &old);
	for (int i = 0; i < 2; i++) {
		struct itimerval in_20ms = {.it_value.tv_usec = 20000};

		fcntl(0, F_SETFL, i ? O_NONBLOCK : 0);
		REQUIRE(write(ends[1], bytes.at, bytes.len) == (ssize_t)bytes.len);
		REQUIRE(capture_open("-", &reader, &err) == 0);
		EQ(capture_read(reader, &frame, &err), 1);
		setitimer(ITIMER_REAL, &in_20ms, NULL);
		EQ(capture_read(reader, &frame, &err), -EINTR);
		capture_close(reader);
	}
	sigaction(SIGALRM, &old, NULL);
	dup2(saved, 0);
	close(saved);
	close(ends[1]);
	bytes_free(&bytes);
}

TEST(the_file_that_is_read)
{
	struct bytes bytes = {0};
	struct capture_reader *reader;
	struct error err;
	char path[32], other[32];
	int fd, other_fd;

	put_pcap(&bytes, 0xa1b2c3d4, 1);
	fd = memory_file(bytes.at, bytes.len, path);
	other_fd = memory_file(bytes.at, bytes.len, other);
	REQUIRE(capture_open(path, &reader, &err) == 0);
	OK(capture_reads(reader, path));
	OK(!capture_reads(reader, other));
	OK(!capture_reads(reader, "/nonexistent"));
	capture_close(reader);
	close(fd);
	close(other_fd);
	bytes_free(&bytes);
}

TEST(what_cannot_be_opened)
{
	struct capture_reader *reader;
	struct error err;

	EQ(capture_open("/nonexistent/a.pcap", &reader, &err), -ENOENT);
	STR_EQ(err.text, "cannot open /nonexistent/a.pcap: No such file or directory");
	EQ(capture_open("/", &reader, &err), -EISDIR);
	STR_EQ(err.text, "/ is a folder; give one of the captures in it");
	EQ(capture_open("/nonexistent/a.pcap", &reader, NULL), -ENOENT);
}

TEST(a_read_that_fails)
{
	struct capture_reader *reader;
	struct error err;

	/* The memory of a process reads with EIO at 0, which nothing is mapped at. */
	EQ(capture_open("/proc/self/mem", &reader, &err), -EIO);
	STR_EQ(err.text, "/proc/self/mem: byte 0: cannot be read: Input/output error");
}

/* libpcap's formats: pcap 2.3 with its lengths the other way round, and the "modified" header. */
TEST(other_formats_through_libpcap)
{
	struct bytes bytes = {0};
	struct reading reading;

	put32(&bytes, 0xa1b2cd34);
	put16(&bytes, 2);
	put16(&bytes, 4);
	put64(&bytes, 0);
	put32(&bytes, 65535);
	put32(&bytes, LINKTYPE_RAW);
	put32(&bytes, 5);
	put32(&bytes, 250000);
	put32(&bytes, 60);
	put32(&bytes, 60);
	put64(&bytes, 0); /* ifindex, protocol, type: what was modified */
	bytes_put(&bytes, frame60, 60);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, 1);
	EQ(reading.octets, 60);
	EQ(reading.first, 5250000000);
	EQ(reading.linktype, LINKTYPE_RAW);
	bytes_free(&bytes);

	put32(&bytes, 0xa1b2c3d4);
	put16(&bytes, 2);
	put16(&bytes, 2);
	put64(&bytes, 0);
	put32(&bytes, 65535);
	put32(&bytes, LINKTYPE_ETHERNET);
	put32(&bytes, 7);
	put32(&bytes, 0);
	put32(&bytes, 90); /* the frame's length first */
	put32(&bytes, 60);
	bytes_put(&bytes, frame60, 60);
	reading = read_bytes(bytes.at, bytes.len);
	EQ(reading.code, 0);
	EQ(reading.frames, 1);
	EQ(reading.octets, 60);
	EQ(reading.first, 7000000000);
	bytes_free(&bytes);
}

TAP_MAIN()
