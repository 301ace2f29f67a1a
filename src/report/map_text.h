/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_text.h - keys and values of maps as text, both ways.
 *
 * Read and written are the same forms, so that what a report shows can be given to --map again:
 *
 *     5, 0x1f, -1          a number, little-endian, where there are 1, 2, 4 or 8 bytes
 *     1,2,3,4              numbers of equal width that fill the bytes
 *     192.0.2.1            4 bytes in network order;  2001:db8::1  16 bytes
 *     02:00:00:00:00:01    6 bytes
 *     192.0.2.0/24         the key of an LPM_TRIE: prefix length and address
 *     hex:de ad be ef      the bytes as they are (also hex:deadbeef)
 */
#ifndef SKIFF_REPORT_MAP_TEXT_H
#define SKIFF_REPORT_MAP_TEXT_H

#include "base/error.h"
#include "map/map.h"
#include "report/json.h"

/*
 * Read @text into the @size bytes at @to. 0, or -EINVAL with what is wrong with it (without
 * naming it: the caller says which key or value). @lpm: the bytes are an LPM_TRIE's key, a u32
 * and the address.
 */
int map_text_parse(const char *text, u8 *to, u32 size, bool lpm, struct error *err);

/*
 * Write the @size bytes at @bytes as text to @out: a prefix for an LPM_TRIE's key, a decimal
 * number for 1, 2, 4 or 8 bytes (unsigned), otherwise "hex:...".
 */
void map_text_print(FILE *out, const u8 *bytes, u32 size, bool lpm);

/*
 * Call @fn with every key and value of @map as user space sees them, in the order of its
 * next_key. Elements of an array (ARRAY, PERCPU_ARRAY) of more than MAP_TEXT_ARRAY_MAX entries or
 * MAP_TEXT_ARRAY_BYTES that are all zeroes are left out. A QUEUE or STACK has no keys (@key is
 * NULL) and is emptied. Types without contents to show (PERF_EVENT_ARRAY, RINGBUF) have none;
 * PROG_ARRAY and maps of maps are shown by what stands in them: @object is set, @value NULL. 0 or
 * -ENOMEM.
 */
#define MAP_TEXT_ARRAY_MAX   1024
#define MAP_TEXT_ARRAY_BYTES (1u << 20)
typedef void (*map_text_fn)(void *ctx, const u8 *key, const u8 *value, void *object);
int map_text_walk(struct map *map, map_text_fn fn, void *ctx);

/* The name of what stands in a PROG_ARRAY or a map of maps. */
const char *map_text_object(const struct map *map, const void *object);

/* The contents of @map as an array of {"key":..., "value":...}: 0 or -ENOMEM. */
int map_text_json(struct map *map, struct json *json);
/* The contents of @map as lines "    KEY = VALUE": 0 or -ENOMEM. */
int map_text_lines(struct map *map, FILE *out);

#endif
