/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutated captures: bytes flipped, lengths replaced by awkward numbers, parts cut out, doubled and
 * exchanged, in a fixed order from a fixed seed. A reader may give frames or a sentence; under the
 * sanitizers this shows that it reads nothing beyond what the file has.
 */
#include "tap.h"

#include <errno.h>

#include "base/random.h"
#include "files.h"

#define ROUNDS 400

static const u32 awkward[] = {
	0,	    1,		3,	    4,		8,	    11,		12,	   13,
	28,	    0x7fff,	0xffff,	    0x10000,	0x3ffff,    0x40000,	0x40001,   0x50000,
	0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffff4, 0xfffffff8, 0xfffffffc, 0xffffffff};

static u32 below(struct random *random, size_t end)
{
	return end ? random_u32(random) % (u32)end : 0;
}

static void mutate(struct bytes *bytes, struct random *random)
{
	u32 at = below(random, bytes->len), len = 1 + below(random, 64);
	u32 value = awkward[below(random, ARRAY_SIZE(awkward))];

	if (at + len > bytes->len)
		len = (u32)bytes->len - at;
	switch (random_u32(random) % 6) {
	case 0:
		bytes->at[at] ^= (u8)(1u << random_u32(random) % 8);
		break;
	case 1:
		bytes->at[at] = (u8)random_u32(random);
		break;
	case 2: /* a length or a type, as fields of both formats are aligned */
		at &= ~3u;
		if (at + 4 <= bytes->len)
			memcpy(bytes->at + at, &value, 4);
		break;
	case 3: /* cut off */
		bytes->len = at;
		break;
	case 4: /* cut out */
		memmove(bytes->at + at, bytes->at + at + len, bytes->len - at - len);
		bytes->len -= len;
		break;
	case 5: /* put in again, elsewhere */
		memmove(bytes->at + below(random, bytes->len - len + 1), bytes->at + at, len);
		break;
	}
}

static void run(const char *path, size_t take)
{
	struct bytes whole = bytes_load(path);
	u32 whole_cnt = 0, damaged_cnt = 0;
	struct random random;

	REQUIRE(whole.len > 24);
	random_seed(&random, whole.len);
	for (u32 i = 0; i < ROUNDS; i++) {
		struct bytes bytes = {0};
		struct reading one, two;
		/* Near the beginning, where a change does most. */
		size_t len = 24 + below(&random, min(whole.len, take) - 24);

		bytes_put(&bytes, whole.at, len);
		for (u32 changes = 1 + below(&random, 4); changes && bytes.len; changes--)
			mutate(&bytes, &random);
		one = read_bytes(bytes.at, bytes.len);
		two = read_bytes(bytes.at, bytes.len);
		if (one.code == 0)
			whole_cnt++;
		else
			damaged_cnt++;
		if (one.code && (one.code != -EBADMSG || strlen(one.err.text) < 20))
			TAP_FAIL("%s, round %u: code %d, \"%s\"", path, i, one.code, one.err.text);
		/* The same file is read the same way. */
		EQ(one.digest, two.digest);
		EQ(one.frames, two.frames);
		EQ(one.code, two.code);
		bytes_free(&bytes);
	}
	/* Mutations that no longer reach the reader would make this test worth nothing. */
	OK(damaged_cnt > ROUNDS / 4);
	OK(whole_cnt + damaged_cnt == ROUNDS);
	bytes_free(&whole);
}

TEST(pcap_mutated)
{
	run(SOURCE_ROOT "/examples/captures/ping.pcap", 2000);
	run(SOURCE_ROOT "/examples/captures/dns.pcap", 500);
}

TEST(pcapng_mutated)
{
	run(SOURCE_ROOT "/examples/captures/http.pcapng", 2000);
	run(SOURCE_ROOT "/examples/captures/http.pcapng", 300);
}

/* What libpcap is given is mutated too: the seam to it, at least, must hold. */
TEST(other_formats_mutated)
{
	run(SOURCE_ROOT "/tests/cli/captures/modified-cut.pcap", 127);
}

TAP_MAIN()
