/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * map_preset.h - what --map [OBJECT:]NAME[KEY]=VALUE says, and doing it. report/map_text.h has the
 * forms of keys and values; into a PROG_ARRAY goes a program by its name, into a map of maps a map.
 */
#ifndef SKIFF_CLI_MAP_PRESET_H
#define SKIFF_CLI_MAP_PRESET_H

#include "base/error.h"
#include "map/map.h"
#include "prog/prog.h"

struct map_preset {
	const char *text;   /* as given: the caller's */
	char *copy;	    /* owns the strings below */
	const char *object; /* as object_named understands it, or NULL: any */
	const char *name;
	const char *key;
	const char *value;
};

/* 0, or -EINVAL with a sentence that begins with the text. map_preset_free in any case. */
int map_preset_parse(const char *text, struct map_preset *preset, struct error *err);
void map_preset_free(struct map_preset *preset);

/* Write the entry into @map: 0, or -errno with a sentence. */
int map_preset_store(const struct map_preset *preset, struct map *map, struct error *err);
/* The same for a PROG_ARRAY and a map of maps; what is stored gets one more reference. */
int map_preset_store_prog(const struct map_preset *preset, struct map *map, struct prog *prog,
			  struct error *err);
int map_preset_store_map(const struct map_preset *preset, struct map *map, struct map *inner,
			 struct error *err);

#endif
