/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and values of maps as text, both ways: every form, every size, every mistake. */
#include <stdlib.h>
#include <sys/stat.h>

#include "prog/prog.h"
#include "report/map_text.h"
#include "tap.h"

static u8 bytes[64];
static struct error err;

/* @text as @size bytes, shown as hex pairs. */
static const char *parsed(const char *text, u32 size, bool lpm)
{
	static char hex[200];

	err.text[0] = '\0';
	memset(bytes, 0xee, sizeof(bytes));
	if (map_text_parse(text, bytes, size, lpm, &err))
		return err.text;
	hex[0] = '\0';
	for (u32 i = 0; i < size; i++)
		sprintf(hex + 3 * i, "%02x ", bytes[i]);
	if (bytes[size] != 0xee)
		return "wrote beyond its end";
	return hex;
}

#define PARSES(text, size, hex)	    STR_EQ(parsed(text, size, false), hex)
#define REFUSES(text, size, reason) STR_EQ(parsed(text, size, false), reason)

TEST(numbers_are_little_endian_and_fit)
{
	PARSES("5", 1, "05 ");
	PARSES("443", 2, "bb 01 ");
	PARSES("0x01020304", 4, "04 03 02 01 ");
	PARSES("18446744073709551615", 8, "ff ff ff ff ff ff ff ff ");
	PARSES("-1", 4, "ff ff ff ff ");
	PARSES("-128", 1, "80 ");
	PARSES("010", 1, "0a ");
	PARSES("0", 8, "00 00 00 00 00 00 00 00 ");
	REFUSES("256", 1, "256 does not fit into 1 byte");
	REFUSES("-129", 1, "-129 does not fit into 1 byte");
	REFUSES("0x100000000", 4, "0x100000000 does not fit into 4 bytes");
	REFUSES("18446744073709551616", 8, "18446744073709551616 does not fit into 8 bytes");
	REFUSES("12x", 4, "'12x' is not a number");
	REFUSES("", 4, "'' is not a number, an address or hex: bytes");
	REFUSES("-", 4, "'-' is not a number, an address or hex: bytes");
	REFUSES("--5", 4, "'--5' is not a number, an address or hex: bytes");
	REFUSES("+5", 4, "'+5' is not a number, an address or hex: bytes");
	REFUSES(" 5", 4, "' 5' is not a number, an address or hex: bytes");
	REFUSES("five", 4, "'five' is not a number, an address or hex: bytes");
	REFUSES("5", 3,
		"one number cannot fill 3 bytes; write numbers of 1, 2, 4 or 8 bytes separated by "
		"commas, or hex: and the bytes");
}

TEST(lists_fill_the_bytes_evenly)
{
	PARSES("1,2,3", 3, "01 02 03 ");
	PARSES("1,0x203", 4, "01 00 03 02 ");
	PARSES("1,-1", 16, "01 00 00 00 00 00 00 00 ff ff ff ff ff ff ff ff ");
	REFUSES("1,2,3", 4, "3 numbers do not fill 4 bytes with 1, 2, 4 or 8 bytes each");
	REFUSES("1,2", 6, "2 numbers do not fill 6 bytes with 1, 2, 4 or 8 bytes each");
	REFUSES("1,,2", 3, "'' is not a number, an address or hex: bytes");
	REFUSES("1,256", 2, "256 does not fit into 1 byte");
}

TEST(addresses_are_in_network_order)
{
	PARSES("192.0.2.1", 4, "c0 00 02 01 ");
	PARSES("2001:db8::1", 16, "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01 ");
	PARSES("02:00:00:00:00:0a", 6, "02 00 00 00 00 0a ");
	REFUSES("192.0.2.1", 8, "the address '192.0.2.1' is 4 bytes, but 8 are needed");
	REFUSES("192.0.2", 4, "'192.0.2' is not an IPv4, IPv6 or MAC address");
	REFUSES("02:00:00:00:00:0a", 16,
		"the address '02:00:00:00:00:0a' is 6 bytes, but 16 are needed");
	REFUSES("1:2", 4, "'1:2' is not an IPv4, IPv6 or MAC address");
}

TEST(hex_is_taken_as_it_is)
{
	PARSES("hex:de ad be ef", 4, "de ad be ef ");
	PARSES("hex:DEADBEEF", 4, "de ad be ef ");
	REFUSES("hex:de ad be", 4, "3 bytes given where 4 are needed");
	REFUSES("hex:de ad be ef 00", 4, "5 bytes given where 4 are needed");
	REFUSES("hex:", 1, "0 bytes given where 1 is needed");
	REFUSES("hex:d", 1, "'d' is not a pair of hexadecimal digits");
	REFUSES("hex:xy", 1, "'xy' is not a pair of hexadecimal digits");
}

TEST(prefixes_are_keys_of_a_trie)
{
	STR_EQ(parsed("10.1.0.0/16", 8, true), "10 00 00 00 0a 01 00 00 ");
	STR_EQ(parsed("0.0.0.0/0", 8, true), "00 00 00 00 00 00 00 00 ");
	STR_EQ(parsed("2001:db8::/32", 20, true),
	       "20 00 00 00 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 00 ");
	STR_EQ(parsed("hex:08 00 00 00 0a 00 00 00", 8, true), "08 00 00 00 0a 00 00 00 ");
	STR_EQ(parsed("10.0.0.0/33", 8, true), "'33' is not a prefix length from 0 to 32");
	STR_EQ(parsed("10.0.0.0/", 8, true), "'' is not a prefix length from 0 to 32");
	STR_EQ(parsed("10.0.0.0/8x", 8, true), "'8x' is not a prefix length from 0 to 32");
	STR_EQ(parsed("10.0.0.0", 8, true), "'10.0.0.0' lacks its prefix length: 10.0.0.0/32");
	STR_EQ(parsed("10.0.0.0/8", 12, true),
	       "a key of 12 bytes is no IPv4 or IPv6 prefix; write it as hex:");
	STR_EQ(parsed("2001:db8::/32", 8, true),
	       "the address '2001:db8::' is 16 bytes, but 4 are needed");
	STR_EQ(parsed("1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/32", 20, true),
	       "'1111:2222:3333:4444:5555:6666:7777:8888:9999:' is not an IPv4, IPv6 or MAC "
	       "address");
	/* Anywhere else a slash is a mistake. */
	REFUSES("10.0.0.0/8", 4, "'10.0.0.0/8' is not an IPv4, IPv6 or MAC address");
}

static const char *printed(const char *text, u32 size, bool lpm)
{
	static char line[256];
	FILE *out;

	if (map_text_parse(text, bytes, size, lpm, &err))
		return err.text;
	memset(line, 0, sizeof(line));
	out = fmemopen(line, sizeof(line) - 1, "w");
	map_text_print(out, bytes, size, lpm);
	fclose(out);
	return line;
}

TEST(what_is_printed_can_be_read_again)
{
	STR_EQ(printed("0x1f", 4, false), "31");
	STR_EQ(printed("-1", 8, false), "18446744073709551615");
	STR_EQ(printed("hex:01 02 03", 3, false), "hex:01 02 03");
	STR_EQ(printed("02:00:00:00:00:01", 6, false), "hex:02 00 00 00 00 01");
	STR_EQ(printed("10.1.0.0/16", 8, true), "10.1.0.0/16");
	STR_EQ(printed("2001:db8::/32", 20, true), "2001:db8::/32");
	STR_EQ(printed("hex:01 00 00 00 80", 5, true), "hex:01 00 00 00 80");
}

static struct map *new_map(enum bpf_map_type type, u32 key, u32 value, u32 entries, u32 flags)
{
	struct map_spec spec = {.type = type,
				.key_size = key,
				.value_size = value,
				.max_entries = entries,
				.flags = flags,
				.spin_lock_off = -1,
				.name = "m"};
	struct map *map = NULL;

	if (map_create(&spec, &map, &err))
		printf("# %s\n", err.text);
	return map;
}

static const char *json_of(struct map *map)
{
	static char text[4096];
	FILE *out;
	struct json json;

	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text) - 1, "w");
	json_init(&json, out);
	if (map_text_json(map, &json))
		return "no memory";
	fclose(out);
	return text;
}

static void store(struct map *map, const char *key, const char *value)
{
	u8 key_bytes[64], value_bytes[64] = {0};

	EQ(map_text_parse(key, key_bytes, map->key_size, map->type == BPF_MAP_TYPE_LPM_TRIE, &err),
	   0);
	EQ(map_text_parse(value, value_bytes, map->value_size, false, &err), 0);
	EQ(map_user_update(map, key_bytes, value_bytes, BPF_ANY), 0);
}

TEST(an_array_is_shown_whole)
{
	struct map *map = new_map(BPF_MAP_TYPE_ARRAY, 4, 8, 3, 0);

	REQUIRE(map);
	store(map, "1", "7");
	STR_EQ(json_of(map),
	       "[{\"key\":0,\"value\":0},{\"key\":1,\"value\":7},{\"key\":2,\"value\":0}]\n");
	map_put(map);
}

TEST(a_long_array_is_shown_where_it_is_not_zero)
{
	struct map *map = new_map(BPF_MAP_TYPE_ARRAY, 4, 4, MAP_TEXT_ARRAY_MAX + 1, 0);

	REQUIRE(map);
	store(map, "1024", "9");
	STR_EQ(json_of(map), "[{\"key\":1024,\"value\":9}]\n");
	map_put(map);
}

/* Shown in no time, and without the memory that reading every value would take. */
TEST(an_array_of_gigabytes_is_not_read)
{
	struct map *map = new_map(BPF_MAP_TYPE_ARRAY, 4, 1 << 20, 4000, 0);
	struct map *two = new_map(BPF_MAP_TYPE_ARRAY, 4, (1 << 20) + 8, 2, 0);
	u32 key = 3999;
	struct stat st;
	u8 *value;

	REQUIRE(map && two);
	STR_EQ(json_of(map), "[]\n");
	STR_EQ(json_of(two), "[]\n");
	value = map->ops->lookup(map, &key);
	value[100] = 0; /* touched, and zero all the same */
	STR_EQ(json_of(map), "[]\n");
	EQ(map_array_touched(map, 0), 3999);
	EQ(map_array_touched(map, 4000), 4000);
	EQ(fstat(map->memfd, &st), 0);
	OK(st.st_blocks * 512 <= 2 << 20);
	map_put(two);
	map_put(map);
}

TEST(a_hash_and_a_trie)
{
	struct map *hash = new_map(BPF_MAP_TYPE_HASH, 4, 3, 8, 0);
	struct map *trie = new_map(BPF_MAP_TYPE_LPM_TRIE, 8, 4, 8, BPF_F_NO_PREALLOC);

	REQUIRE(hash && trie);
	STR_EQ(json_of(hash), "[]\n");
	store(hash, "5", "1,2,3");
	STR_EQ(json_of(hash), "[{\"key\":5,\"value\":\"hex:01 02 03\"}]\n");
	store(trie, "10.0.0.0/8", "1");
	STR_EQ(json_of(trie), "[{\"key\":\"10.0.0.0/8\",\"value\":1}]\n");
	map_put(hash);
	map_put(trie);
}

TEST(a_per_cpu_value_is_one_value)
{
	struct map *map = new_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 4, 1, 0);

	REQUIRE(map);
	store(map, "0", "300");
	STR_EQ(json_of(map), "[{\"key\":0,\"value\":300}]\n");
	map_put(map);
}

TEST(a_queue_and_a_stack_are_emptied_in_their_order)
{
	struct map *queue = new_map(BPF_MAP_TYPE_QUEUE, 0, 4, 4, 0);
	struct map *stack = new_map(BPF_MAP_TYPE_STACK, 0, 4, 4, 0);

	REQUIRE(queue && stack);
	for (u32 i = 1; i <= 2; i++) {
		EQ(map_user_update(queue, NULL, &i, BPF_ANY), 0);
		EQ(map_user_update(stack, NULL, &i, BPF_ANY), 0);
	}
	STR_EQ(json_of(queue), "[{\"value\":1},{\"value\":2}]\n");
	STR_EQ(json_of(stack), "[{\"value\":2},{\"value\":1}]\n");
	map_put(queue);
	map_put(stack);
}

TEST(a_program_array_shows_names)
{
	struct map *map = new_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	struct prog prog = {.refs = 2, .name = "next_hop"};
	u32 key = 3;

	REQUIRE(map);
	EQ(map_user_update_object(map, &key, &prog, BPF_ANY), 0);
	STR_EQ(json_of(map), "[{\"key\":3,\"value\":\"next_hop\"}]\n");
	map_put(map);
}

TAP_MAIN()
