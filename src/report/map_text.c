/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_text.c - keys and values of maps, read and written. What kind of text it is shows from its
 * characters alone (a colon, a dot, a comma); whether it fits, from the number of bytes.
 */
#include "report/map_text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prog/prog.h"

_Static_assert(MAP_CPUS == 1, "a per-CPU value is shown as the one value it is");

/* A number of @len characters into @width bytes, little-endian. */
static int parse_number(const char *text, size_t len, u8 *to, u32 width, struct error *err)
{
	char copy[32], *end;
	bool negative = len && text[0] == '-';
	u64 most = width == 8 ? UINT64_MAX : (1ull << 8 * width) - 1;
	u64 number;

	if (len - negative == 0 || len >= sizeof(copy) || !isdigit((u8)text[negative]))
		return error_set(err, -EINVAL, "'%.*s' is not a number, an address or hex: bytes",
				 (int)len, text);
	memcpy(copy, text, len);
	copy[len] = '\0';
	errno = 0;
	number = strtoull(copy + negative, &end, copy[negative] == '0' ? 0 : 10);
	/* strtoull's base 0 reads 010 as octal, which nobody means here. */
	if (!errno && copy[negative] == '0' && tolower((u8)copy[negative + 1]) != 'x')
		number = strtoull(copy + negative, &end, 10);
	if (*end)
		return error_set(err, -EINVAL, "'%s' is not a number", copy);
	if (errno || (negative ? number > most / 2 + 1 : number > most))
		return error_set(err, -EINVAL, "%s does not fit into %u byte%s", copy, width,
				 width == 1 ? "" : "s");
	if (negative)
		number = -number;
	for (u32 i = 0; i < width; i++)
		to[i] = (u8)(number >> 8 * i);
	return 0;
}

static int parse_list(const char *text, u8 *to, u32 size, struct error *err)
{
	u32 cnt = 1, width;
	int code;

	for (const char *c = text; *c; c++)
		cnt += *c == ',';
	width = size / cnt;
	if (width * cnt != size || (width != 1 && width != 2 && width != 4 && width != 8))
		return error_set(err, -EINVAL,
				 "%u numbers do not fill %u bytes with 1, 2, 4 or 8 bytes each",
				 cnt, size);
	for (u32 i = 0; i < cnt; i++) {
		size_t len = strcspn(text, ",");

		code = parse_number(text, len, to + i * width, width, err);
		if (code)
			return code;
		text += len + 1;
	}
	return 0;
}

static int parse_hex(const char *text, u8 *to, u32 size, struct error *err)
{
	u32 cnt = 0;

	for (const char *c = text; *c;) {
		char pair[3] = {c[0], c[1], '\0'};

		if (isspace((u8)*c)) {
			c++;
			continue;
		}
		if (!isxdigit((u8)pair[0]) || !isxdigit((u8)pair[1]))
			return error_set(err, -EINVAL,
					 "'%.20s' is not a pair of hexadecimal digits", c);
		if (cnt < size)
			to[cnt] = (u8)strtoul(pair, NULL, 16);
		cnt++;
		c += 2;
	}
	if (cnt != size)
		return error_set(err, -EINVAL, "%u byte%s given where %u %s needed", cnt,
				 cnt == 1 ? "" : "s", size, size == 1 ? "is" : "are");
	return 0;
}

/* An address of exactly @size bytes. */
static int parse_address(const char *text, u8 *to, u32 size, struct error *err)
{
	u8 bytes[16];
	int end = 0;
	u32 len = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &bytes[0], &bytes[1], &bytes[2],
		   &bytes[3], &bytes[4], &bytes[5], &end) == 6 &&
	    !text[end])
		len = 6;
	else if (inet_pton(AF_INET, text, bytes) == 1)
		len = 4;
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		len = 16;
	if (!len)
		return error_set(err, -EINVAL, "'%s' is not an IPv4, IPv6 or MAC address", text);
	if (len != size)
		return error_set(err, -EINVAL, "the address '%s' is %u bytes, but %u %s needed",
				 text, len, size, size == 1 ? "is" : "are");
	memcpy(to, bytes, len);
	return 0;
}

static int parse_prefix(const char *text, const char *slash, u8 *to, u32 size, struct error *err)
{
	char address[INET6_ADDRSTRLEN] = "", *end;
	unsigned long bits;
	int code;

	if (size != 8 && size != 20)
		return error_set(
			err, -EINVAL,
			"a key of %u bytes is no IPv4 or IPv6 prefix; write it as hex:", size);
	snprintf(address, sizeof(address), "%.*s", (int)(slash - text), text);
	code = parse_address(address, to + 4, size - 4, err);
	if (code)
		return code;
	bits = strtoul(slash + 1, &end, 10);
	if (!isdigit((u8)slash[1]) || *end || bits > 8 * (size - 4))
		return error_set(err, -EINVAL, "'%s' is not a prefix length from 0 to %u",
				 slash + 1, 8 * (size - 4));
	memcpy(to, &(u32){(u32)bits}, 4);
	return 0;
}

int map_text_parse(const char *text, u8 *to, u32 size, bool lpm, struct error *err)
{
	const char *slash = strchr(text, '/');

	memset(to, 0, size);
	if (!strncmp(text, "hex:", 4))
		return parse_hex(text + 4, to, size, err);
	if (slash && lpm)
		return parse_prefix(text, slash, to, size, err);
	if (strchr(text, ','))
		return parse_list(text, to, size, err);
	if (lpm && strpbrk(text, ".:"))
		return error_set(err, -EINVAL, "'%s' lacks its prefix length: %s/%u", text, text,
				 size > 4 ? 8 * (size - 4) : 0);
	if (strpbrk(text, ".:"))
		return parse_address(text, to, size, err);
	if (size == 1 || size == 2 || size == 4 || size == 8)
		return parse_number(text, strlen(text), to, size, err);
	return error_set(err, -EINVAL,
			 "one number cannot fill %u bytes; write numbers of 1, 2, 4 or 8 bytes "
			 "separated by commas, or hex: and the bytes",
			 size);
}

static u64 number_of(const u8 *bytes, u32 size)
{
	u64 number = 0;

	for (u32 i = 0; i < size; i++)
		number |= (u64)bytes[i] << 8 * i;
	return number;
}

static bool is_number(u32 size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* "192.0.2.0/24" into @text; false: not the key of an address trie. */
static bool print_prefix(const u8 *bytes, u32 size, char *text, size_t room)
{
	char address[INET6_ADDRSTRLEN];

	if (size != 8 && size != 20)
		return false;
	inet_ntop(size == 8 ? AF_INET : AF_INET6, bytes + 4, address, sizeof(address));
	snprintf(text, room, "%s/%" PRIu64, address, number_of(bytes, 4));
	return true;
}

void map_text_print(FILE *out, const u8 *bytes, u32 size, bool lpm)
{
	char text[64];

	if (lpm && print_prefix(bytes, size, text, sizeof(text))) {
		fputs(text, out);
		return;
	}
	if (is_number(size)) {
		fprintf(out, "%" PRIu64, number_of(bytes, size));
		return;
	}
	fputs("hex:", out);
	for (u32 i = 0; i < size; i++)
		fprintf(out, i ? " %02x" : "%02x", bytes[i]);
}

static void bytes_json(struct json *json, const u8 *bytes, u32 size, bool lpm)
{
	char text[64];

	if (lpm && print_prefix(bytes, size, text, sizeof(text)))
		json_string(json, text);
	else if (is_number(size))
		json_u64(json, number_of(bytes, size));
	else
		json_hex(json, "hex:", bytes, size);
}

static bool is_object_map(const struct map *map)
{
	return map->type == BPF_MAP_TYPE_PROG_ARRAY || map->type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	       map->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

const char *map_text_object(const struct map *map, const void *object)
{
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return ((const struct prog *)object)->name;
	return ((const struct map *)object)->name;
}

static bool is_zero(const u8 *bytes, u32 size)
{
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

/* What the program would see at @key, an object. */
static void *object_at(struct map *map, const u8 *key)
{
	if (map->type == BPF_MAP_TYPE_PROG_ARRAY)
		return map_object(map, number_of(key, 4));
	return map->ops->lookup ? map->ops->lookup(map, key) : NULL;
}

/* Let the index at @key be one that was touched; false: there is none from it on. */
static bool skip_untouched(const struct map *map, u8 *key)
{
	u32 index = map_array_touched(map, (u32)number_of(key, sizeof(index)));

	memcpy(key, &index, sizeof(index));
	return index < map->max_entries;
}

static void walk_keys(struct map *map, u8 *key, u8 *value, map_text_fn fn, void *ctx)
{
	bool is_array = map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
	bool skip_zero =
		is_array && (map->max_entries > MAP_TEXT_ARRAY_MAX ||
			     (u64)map->max_entries * map->value_size > MAP_TEXT_ARRAY_BYTES);
	u8 *next = key + map->key_size;
	const u8 *at = NULL;
	void *object;

	/* The bound is for a map that would hand out its keys for ever. */
	for (u64 cnt = 0; cnt <= map->max_entries; cnt++) {
		if (map_user_next_key(map, at, next))
			return;
		if (skip_zero && !skip_untouched(map, next))
			return;
		memcpy(key, next, map->key_size);
		at = key;
		if (is_object_map(map)) {
			object = object_at(map, key);
			if (object)
				fn(ctx, key, NULL, object);
		} else if (!map_user_lookup(map, key, value, 0)) {
			if (!skip_zero || !is_zero(value, map->value_size))
				fn(ctx, key, value, NULL);
		}
	}
}

int map_text_walk(struct map *map, map_text_fn fn, void *ctx)
{
	u8 *key = calloc(2, map->key_size + 1);
	u8 *value = calloc(1, map_user_value_size(map) + 1);

	if (!key || !value) {
		free(key);
		free(value);
		return -ENOMEM;
	}
	switch (map->type) {
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		break;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		while (!map_user_take(map, NULL, value, 0))
			fn(ctx, NULL, value, NULL);
		break;
	default:
		walk_keys(map, key, value, fn, ctx);
	}
	free(key);
	free(value);
	return 0;
}

struct view {
	struct map *map;
	struct json *json;
	FILE *out;
};

static void element_json(void *ctx, const u8 *key, const u8 *value, void *object)
{
	struct view *view = ctx;
	bool lpm = view->map->type == BPF_MAP_TYPE_LPM_TRIE;

	json_object(view->json);
	if (key) {
		json_key(view->json, "key");
		bytes_json(view->json, key, view->map->key_size, lpm);
	}
	json_key(view->json, "value");
	if (object)
		json_string(view->json, map_text_object(view->map, object));
	else
		bytes_json(view->json, value, view->map->value_size, false);
	json_end(view->json);
}

int map_text_json(struct map *map, struct json *json)
{
	struct view view = {.map = map, .json = json};
	int code;

	json_array(json);
	code = map_text_walk(map, element_json, &view);
	json_end(json);
	return code;
}

static void element_line(void *ctx, const u8 *key, const u8 *value, void *object)
{
	struct view *view = ctx;

	fputs("    ", view->out);
	if (key) {
		map_text_print(view->out, key, view->map->key_size,
			       view->map->type == BPF_MAP_TYPE_LPM_TRIE);
		fputs(" = ", view->out);
	}
	if (object)
		fputs(map_text_object(view->map, object), view->out);
	else
		map_text_print(view->out, value, view->map->value_size, false);
	fputc('\n', view->out);
}

int map_text_lines(struct map *map, FILE *out)
{
	struct view view = {.map = map, .out = out};

	return map_text_walk(map, element_line, &view);
}
