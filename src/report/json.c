/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c - the streaming writer of JSON: commas, escapes, and UTF-8 that is always valid. */
#include "report/json.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void json_init(struct json *json, FILE *out)
{
	*json = (struct json){.out = out};
}

/* What stands between the previous value and this one. */
static void separate(struct json *json)
{
	u32 bit = BIT(json->depth);

	if (json->after_key) {
		json->after_key = false;
		return;
	}
	assert(!(json->objects & bit));
	if (json->filled & bit)
		fputc(',', json->out);
	json->filled |= bit;
}

static void open_level(struct json *json, bool object)
{
	separate(json);
	fputc(object ? '{' : '[', json->out);
	json->depth++;
	assert(json->depth < JSON_DEPTH_MAX);
	json->filled &= ~BIT(json->depth);
	json->objects &= ~BIT(json->depth);
	if (object)
		json->objects |= BIT(json->depth);
}

void json_object(struct json *json)
{
	open_level(json, true);
}

void json_array(struct json *json)
{
	open_level(json, false);
}

void json_end(struct json *json)
{
	assert(json->depth && !json->after_key);
	fputc(json->objects & BIT(json->depth) ? '}' : ']', json->out);
	json->depth--;
	if (!json->depth)
		fputc('\n', json->out);
}

/*
 * Length of the well-formed UTF-8 sequence at @text, 1 to 4; or, negated, the length of the
 * piece to replace (Unicode 15, section 3.9, table 3-7 and "maximal subparts").
 */
static int utf8_len(const u8 *text, size_t len)
{
	u8 first = text[0], low = 0x80, high = 0xbf;
	int need;

	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4)
		return -1;
	need = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	if (first == 0xe0)
		low = 0xa0; /* overlong */
	else if (first == 0xed)
		high = 0x9f; /* surrogates */
	else if (first == 0xf0)
		low = 0x90; /* overlong */
	else if (first == 0xf4)
		high = 0x8f; /* beyond U+10FFFF */

	for (int i = 1; i <= need; i++) {
		if ((size_t)i >= len || text[i] < low || text[i] > high)
			return -i;
		low = 0x80;
		high = 0xbf;
	}
	return need + 1;
}

static void write_escaped(FILE *out, const char *text, size_t len)
{
	static const char short_form[] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};

	for (size_t i = 0; i < len;) {
		u8 c = (u8)text[i];
		int n = utf8_len((const u8 *)text + i, len - i);

		if (n < 0) {
			fputs("\xef\xbf\xbd", out);
			i += (size_t)-n;
			continue;
		}
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ARRAY_SIZE(short_form) && short_form[c])
			fprintf(out, "\\%c", short_form[c]);
		else if (c < 0x20 || c == 0x7f)
			fprintf(out, "\\u%04x", c);
		else
			fwrite(text + i, 1, (size_t)n, out);
		i += (size_t)n;
	}
}

void json_key(struct json *json, const char *key)
{
	u32 bit = BIT(json->depth);

	assert(json->depth && (json->objects & bit) && !json->after_key);
	if (json->filled & bit)
		fputc(',', json->out);
	json->filled |= bit;
	fputc('"', json->out);
	write_escaped(json->out, key, strlen(key));
	fputs("\":", json->out);
	json->after_key = true;
}

void json_string_len(struct json *json, const char *text, size_t len)
{
	separate(json);
	fputc('"', json->out);
	write_escaped(json->out, text, len);
	fputc('"', json->out);
}

void json_string(struct json *json, const char *text)
{
	json_string_len(json, text, strlen(text));
}

void json_hex(struct json *json, const char *prefix, const void *bytes, size_t len)
{
	const u8 *byte = bytes;

	separate(json);
	fputc('"', json->out);
	write_escaped(json->out, prefix, strlen(prefix));
	for (size_t i = 0; i < len; i++)
		fprintf(json->out, i ? " %02x" : "%02x", byte[i]);
	fputc('"', json->out);
}

void json_u64(struct json *json, u64 value)
{
	separate(json);
	fprintf(json->out, "%" PRIu64, value);
}

void json_s64(struct json *json, s64 value)
{
	separate(json);
	fprintf(json->out, "%" PRId64, value);
}

void json_bool(struct json *json, bool value)
{
	separate(json);
	fputs(value ? "true" : "false", json->out);
}

void json_key_string(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_string(json, text);
}

void json_key_u64(struct json *json, const char *key, u64 value)
{
	json_key(json, key);
	json_u64(json, value);
}

void json_key_s64(struct json *json, const char *key, s64 value)
{
	json_key(json, key);
	json_s64(json, value);
}
