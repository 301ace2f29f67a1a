/* SPDX-License-Identifier: BSD-2-Clause */
/* What the JSON writer writes: commas, escapes, numbers in full, and no byte that is not UTF-8. */
#include <stdlib.h>

#include "report/json.h"
#include "tap.h"

/* What one json_string of @len bytes writes, for the caller to free. */
static char *written(const char *bytes, size_t len)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct json json;

	json_init(&json, out);
	json_string_len(&json, bytes, len);
	fclose(out);
	return text;
}

static void check(const char *bytes, const char *expected)
{
	char *text = written(bytes, strlen(bytes));

	STR_EQ(text, expected);
	free(text);
}

TEST(strings_are_escaped)
{
	char *text = written("a\0b", 3);

	STR_EQ(text, "\"a\\u0000b\"");
	free(text);
	check("", "\"\"");
	check("say \"hi\" \\ /", "\"say \\\"hi\\\" \\\\ /\"");
	check("\b\f\n\r\t\x01\x1f\x7f", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f\"");
}

TEST(valid_utf8_passes)
{
	check("h\xc3\xa9, \xe2\x82\xac, \xf0\x9f\x9a\xa3",
	      "\"h\xc3\xa9, \xe2\x82\xac, \xf0\x9f\x9a\xa3\"");
	check("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
	      "\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"");
}

#define R "\xef\xbf\xbd"

TEST(invalid_utf8_is_replaced)
{
	check("a\xff"
	      "b",
	      "\"a" R "b\"");
	check("\x80", "\"" R "\"");		      /* alone */
	check("\xc0\xaf", "\"" R R "\"");	      /* overlong slash */
	check("\xe0\x80\xaf", "\"" R R R "\"");	      /* overlong */
	check("\xed\xa0\x80", "\"" R R R "\"");	      /* surrogate */
	check("\xf4\x90\x80\x80", "\"" R R R R "\""); /* beyond U+10FFFF */
	check("\xe2\x82"
	      "x",
	      "\"" R "x\"");		      /* cut off in the middle: one piece */
	check("\xf0\x9f\x9a", "\"" R "\"");   /* cut off at the end */
	check("\xf0\x9f\"", "\"" R "\\\"\""); /* what follows is still escaped */
}

TEST(structure)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct json json;

	json_init(&json, out);
	json_object(&json);
	json_key(&json, "empty");
	json_array(&json);
	json_end(&json);
	json_key(&json, "list");
	json_array(&json);
	json_u64(&json, UINT64_MAX);
	json_s64(&json, INT64_MIN);
	json_bool(&json, true);
	json_object(&json);
	json_end(&json);
	json_object(&json);
	json_key_s64(&json, "a\"b", -1);
	json_key_u64(&json, "c", 9007199254740993);
	json_end(&json);
	json_end(&json);
	json_key_string(&json, "last", "x");
	json_key(&json, "hex");
	json_hex(&json, "hex:", "\xde\xad", 2);
	json_end(&json);
	fclose(out);
	STR_EQ(text, "{\"empty\":[],\"list\":[18446744073709551615,-9223372036854775808,true,{},"
		     "{\"a\\\"b\":-1,\"c\":9007199254740993}],\"last\":\"x\","
		     "\"hex\":\"hex:de ad\"}\n");
	free(text);
}

TAP_MAIN()
