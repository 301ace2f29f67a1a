/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * csum.c - the Internet checksum against its definition: the sum of 32-bit words, word by word,
 * with the carry at the end of each addition; and RFC 1071's and RFC 1624's own examples; and
 * bpf_csum_diff.
 */
#include "skb/csum.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/random.h"
#include "fake.h"
#include "tap.h"

/* Byte by byte, each where it stands in its word of 4. */
static u32 plain_sum(const u8 *bytes, u32 len, u32 sum)
{
	for (u32 i = 0; i < len; i++) {
		u8 word[4] = {};
		u32 value;

		word[i % 4] = bytes[i];
		memcpy(&value, word, 4);
		sum = csum_add(sum, value);
	}
	return sum;
}

TEST(partial)
{
	struct random stream;
	u8 bytes[300];

	random_seed(&stream, 5);
	for (u32 turn = 0; turn < 20000; turn++) {
		u32 len = random_u32(&stream) % 280, at = random_u32(&stream) % 8;
		u32 sum = turn % 3 ? random_u32(&stream) : 0;

		for (u32 i = 0; i < sizeof(bytes); i++)
			bytes[i] = turn % 4 == 0   ? 0
				   : turn % 4 == 1 ? 0xff
						   : (u8)random_u32(&stream);
		if (csum_partial(bytes + at, len, sum) != plain_sum(bytes + at, len, sum))
			TAP_FAIL("%u bytes, seed %x, turn %u", len, sum, turn);
	}
}

/* RFC 1071, section 3: 00 01 f2 03 f4 f5 f6 f7 sum up to ddf2. */
TEST(rfc_1071)
{
	static const u8 bytes[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	EQ(ntohs(csum_fold16(csum_partial(bytes, 8, 0))), 0xddf2);
	EQ(ntohs(csum_fold(csum_partial(bytes, 8, 0))), 0x220d);
	/* The second half starts at an odd or an even offset of the whole. */
	for (u32 cut = 0; cut <= 8; cut++) {
		u32 whole = csum_block_add(csum_partial(bytes, cut, 0),
					   csum_partial(bytes + cut, 8 - cut, 0), cut);

		EQ(ntohs(csum_fold16(whole)), 0xddf2);
		/* Without it again; the two zeros are one number. */
		whole = csum_block_sub(whole, csum_partial(bytes + cut, 8 - cut, 0), cut);
		EQ(csum_fold16(whole) % 0xffff, csum_partial(bytes, cut, 0) % 0xffff);
	}
}

/* RFC 1624, section 4: a check of dd2f, a word that goes from 5555 to 3285, gives 0000. */
TEST(rfc_1624)
{
	EQ(csum_replace2(htons(0xdd2f), htons(0x5555), htons(0x3285)), 0);
	EQ(csum_replace4(htons(0xdd2f), htonl(0x5555), htonl(0x3285)), 0);
	EQ(csum_replace_by_diff(htons(0xdd2f), csum_sub(htonl(0x3285), htonl(0x5555))), 0);
}

/* bpf_csum_diff folds what it returns, and takes any sizes (FACTS J). Linux 6.18.44 was asked for
 * each row, by the program of tests/kernel/helper/desk.c. */
static const struct difference {
	const char *from;
	u32 from_size;
	const char *to;
	u32 to_size, seed, sum;
} differences[] = {
	{"\1\2\3\4", 4, "\5\6\7\x10", 4, 0, 0x1008},
	{"\1\2\3\4", 4, "\5\6\7\x10", 4, 0x12345678, 0x78b4},
	{"", 0, "\1\2\3", 3, 0, 0x0204},
	{"", 0, "\xff\xff\xff\xff", 4, 0xffffffff, 0xffff},
	{"\1\2\3\4\5", 5, "", 0, 7, 0xf9fd},
	{"", 0, "", 0, 0x12345678, 0x68ac},
	{"\0\0\0\0", 4, "\0\0\0\0", 4, 0, 0xffff},
};

TEST(csum_diff)
{
	struct fake fake;

	fake_init(&fake);
	for (u32 i = 0; i < ARRAY_SIZE(differences); i++) {
		const struct difference *row = &differences[i];

		EQ(fake_call(&fake, BPF_FUNC_csum_diff, reg(row->from), row->from_size,
			     reg(row->to), row->to_size, row->seed),
		   row->sum);
	}
	fake_free(&fake);
}

TAP_MAIN()
