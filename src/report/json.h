/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * json.h - a small streaming writer of JSON (RFC 8259): what is written is well-formed whatever the
 * strings hold, and needs no memory but a few words.
 *
 *     json_init(&json, stdout);
 *     json_object(&json);
 *     json_key(&json, "name");
 *     json_string(&json, dev->name);
 *     json_end(&json);
 *
 * Values inside an object follow a json_key; commas and brackets are the writer's. Numbers are
 * written in decimal, 64-bit ones in full. Write errors stay in the stream (ferror).
 */
#ifndef SKIFF_REPORT_JSON_H
#define SKIFF_REPORT_JSON_H

#include <stdio.h>

#include "base/types.h"

#define JSON_DEPTH_MAX 32

struct json {
	FILE *out;
	u32 depth;	/* open objects and arrays */
	u32 objects;	/* bit d: what is open at depth d is an object */
	u32 filled;	/* bit d: it has an element already */
	bool after_key; /* the next value belongs to the key just written */
};

void json_init(struct json *json, FILE *out);

void json_object(struct json *json);
void json_array(struct json *json);
/* Close the innermost object or array; the outermost is followed by a newline. */
void json_end(struct json *json);

/* The name of the next value; only directly inside an object. */
void json_key(struct json *json, const char *key);

/* Bytes that are not UTF-8 become U+FFFD, one for each maximal piece that could not go on. */
void json_string(struct json *json, const char *text);
void json_string_len(struct json *json, const char *text, size_t len);
/* Bytes as a string of hexadecimal pairs, "@prefix" "de ad be ef". */
void json_hex(struct json *json, const char *prefix, const void *bytes, size_t len);
void json_u64(struct json *json, u64 value);
void json_s64(struct json *json, s64 value);
void json_bool(struct json *json, bool value);

/* A key and its value in one. */
void json_key_string(struct json *json, const char *key, const char *text);
void json_key_u64(struct json *json, const char *key, u64 value);
void json_key_s64(struct json *json, const char *key, s64 value);

#endif
