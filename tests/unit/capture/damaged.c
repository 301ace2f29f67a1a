/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged and foreign files: each file of tests/cli/captures gives its whole frames and then the
 * sentence its table says, the same again on the next read, and the same from a pipe.
 */
#include "tap.h"

#include <errno.h>

#include "files.h"

#define FOLDER SOURCE_ROOT "/tests/cli/captures/"

static void check(const char *name, u64 frames, const char *sentence)
{
	struct capture_reader *reader;
	struct capture_frame frame;
	struct error err = {""}, again = {""};
	char path[4096];
	u64 seen = 0;
	int code;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	code = capture_open(path, &reader, &err);
	if (!code) {
		while ((code = capture_read(reader, &frame, &err)) > 0)
			seen++;
		EQ(capture_read(reader, &frame, &again), code);
		STR_EQ(again.text, err.text);
		capture_close(reader);
	}
	if (code != -EBADMSG || seen != frames || !strstr(err.text, sentence))
		TAP_FAIL("%s: expected %llu frames and \"...%s...\", seen %llu, code %d, \"%s\"",
			 name, (unsigned long long)frames, sentence, (unsigned long long)seen, code,
			 err.text);
	STR_HAS(err.text, name);
}

/* The same through a pipe on standard input: only the name differs. */
static void check_pipe(const char *name, u64 frames, const char *sentence)
{
	int ends[2], saved = dup(0);
	struct reading reading;
	struct bytes bytes;
	char path[4096];

	snprintf(path, sizeof(path), FOLDER "%s", name);
	bytes = bytes_load(path);
	REQUIRE(pipe(ends) == 0);
	if (bytes.len) /* all of them fit into a pipe's 64 KiB */
		REQUIRE(write(ends[1], bytes.at, bytes.len) == (ssize_t)bytes.len);
	close(ends[1]);
	dup2(ends[0], 0);
	close(ends[0]);
	reading = read_all("-");
	dup2(saved, 0);
	close(saved);
	EQ(reading.code, -EBADMSG);
	EQ(reading.frames, frames);
	STR_HAS(reading.err.text, sentence);
	STR_HAS(reading.err.text, "standard input");
	bytes_free(&bytes);
}

static u32 each_row(void (*fn)(const char *name, u64 frames, const char *sentence))
{
	FILE *table = fopen(FOLDER "expected.tsv", "r");
	char line[1024], name[128], sentence[512];
	unsigned long long frames;
	u32 rows = 0;

	while (table && fgets(line, sizeof(line), table)) {
		if (line[0] == '#')
			continue;
		if (sscanf(line, "%127s\t%llu\t%511[^\n]", name, &frames, sentence) != 3) {
			TAP_FAIL("a row that is not three columns: %s", line);
			continue;
		}
		fn(name, frames, sentence);
		rows++;
	}
	if (table)
		fclose(table);
	return rows;
}

TEST(damaged_files)
{
	OK(each_row(check) >= 49);
}

TEST(damaged_pipes)
{
	OK(each_row(check_pipe) >= 49);
}

/* Cut at every byte: never a crash, and either whole frames to the end or a sentence. */
TEST(cut_at_every_byte)
{
	static const char *const names[] = {"record-exceeds-frame.pcap", "unknown-4-gib.pcapng"};

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		char path[4096];
		struct bytes bytes;

		snprintf(path, sizeof(path), FOLDER "%s", names[i]);
		bytes = bytes_load(path);
		REQUIRE(bytes.len > 100);
		for (size_t len = 0; len < bytes.len; len++) {
			struct reading reading = read_bytes(bytes.at, len);

			if (reading.code != 0 && reading.code != -EBADMSG)
				TAP_FAIL("%s cut to %zu bytes: code %d", names[i], len,
					 reading.code);
			OK(reading.frames <= 1);
			OK(reading.code == 0 || reading.err.text[0]);
		}
		bytes_free(&bytes);
	}
}

TAP_MAIN()
