/* SPDX-License-Identifier: BSD-2-Clause */
/* map_preset.c - reading --map, and writing the entry as user space would. */
#include "cli/map_preset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/map_text.h"

static int parse(struct map_preset *preset, struct error *err)
{
	char *open = strchr(preset->copy, '['), *close, *colon;

	/* The first "]=" ends the key: no form of a key has it inside. */
	close = open ? strstr(open, "]=") : NULL;
	if (!close || open == preset->copy)
		return error_set(err, -EINVAL,
				 "wanted is NAME[KEY]=VALUE, for example ports[0]=443");
	*open = *close = '\0';
	preset->name = preset->copy;
	preset->key = open + 1;
	preset->value = close + 2;
	colon = strrchr(preset->copy, ':');
	if (!colon)
		return 0;
	*colon = '\0';
	preset->object = preset->copy;
	preset->name = colon + 1;
	if (!*preset->object || !*preset->name)
		return error_set(err, -EINVAL, "the name of the %s is missing",
				 *preset->name ? "object" : "map");
	return 0;
}

int map_preset_parse(const char *text, struct map_preset *preset, struct error *err)
{
	int code;

	*preset = (struct map_preset){.text = text, .copy = strdup(text)};
	if (!preset->copy)
		return error_set(err, -ENOMEM, "no memory");
	code = parse(preset, err);
	return code ? error_prefix(err, code, "--map %s", text) : 0;
}

void map_preset_free(struct map_preset *preset)
{
	free(preset->copy);
}

/* Why the map did not take the entry, in words. */
static int refused(const struct map_preset *preset, const struct map *map, int code,
		   struct error *err)
{
	switch (code) {
	case -E2BIG:
		if (map->type == BPF_MAP_TYPE_ARRAY || map->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
		    map->type == BPF_MAP_TYPE_PROG_ARRAY)
			return error_set(err, code, "--map %s: the last key of the map is %u",
					 preset->text, map->max_entries - 1);
		return error_set(err, code, "--map %s: the map is full (%u entries)", preset->text,
				 map->max_entries);
	case -ENOSPC:
		return error_set(err, code, "--map %s: the map is full (%u entries)", preset->text,
				 map->max_entries);
	case -EPERM:
		return error_set(
			err, code,
			"--map %s: the map cannot be written to from outside (it is frozen "
			"or read-only)",
			preset->text);
	default:
		return error_set(err, code, "--map %s: the map (%s) does not take it: %s",
				 preset->text, map_type_name(map->type), strerror(-code));
	}
}

/* The key's bytes, for the caller to free; NULL with the sentence in @err. */
static u8 *key_of(const struct map_preset *preset, const struct map *map, struct error *err)
{
	u8 *key = calloc(1, map->key_size + 1);
	int code = 0;

	if (!key) {
		error_set(err, -ENOMEM, "no memory");
		return NULL;
	}
	if (map->key_size)
		code = map_text_parse(preset->key, key, map->key_size,
				      map->type == BPF_MAP_TYPE_LPM_TRIE, err);
	else if (*preset->key)
		code = error_set(err, -EINVAL, "a %s has no keys; write %s[]=VALUE",
				 map_type_name(map->type), preset->name);
	if (!code)
		return key;
	error_prefix(err, code, "--map %s: the key", preset->text);
	free(key);
	return NULL;
}

int map_preset_store(const struct map_preset *preset, struct map *map, struct error *err)
{
	u8 *key, *value;
	int code;

	if (map->type == BPF_MAP_TYPE_RINGBUF || map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		return error_set(err, -EINVAL, "--map %s: a %s has no entries to preset",
				 preset->text, map_type_name(map->type));
	key = key_of(preset, map, err);
	if (!key)
		return -EINVAL;
	value = calloc(1, map_user_value_size(map) + 1);
	if (!value) {
		free(key);
		return error_set(err, -ENOMEM, "no memory");
	}
	code = map_text_parse(preset->value, value, map->value_size, false, err);
	if (code) {
		error_prefix(err, code, "--map %s: the value", preset->text);
	} else {
		code = map_user_update(map, map->key_size ? key : NULL, value, BPF_ANY);
		if (code)
			refused(preset, map, code, err);
	}
	free(value);
	free(key);
	return code;
}

static void put_prog(void *prog)
{
	prog_put(prog);
}

static u32 id_of_prog(const void *prog)
{
	return ((const struct prog *)prog)->id;
}

static int store_object(const struct map_preset *preset, struct map *map, void *object,
			struct error *err)
{
	u8 *key = key_of(preset, map, err);
	int code;

	if (!key)
		return -EINVAL;
	code = map_user_update_object(map, key, object, BPF_ANY);
	free(key);
	return code ? refused(preset, map, code, err) : 0;
}

int map_preset_store_prog(const struct map_preset *preset, struct map *map, struct prog *prog,
			  struct error *err)
{
	int code;

	/* bpf_prog_map_compatible: the first program decides the type of all. */
	if (map->prog_type >= 0 && map->prog_type != (int)prog->type)
		return error_set(
			err, -EINVAL,
			"--map %s: %s is of type %s, but the map holds programs of type %s",
			preset->text, prog->name, prog_type_name(prog->type),
			prog_type_name((enum bpf_prog_type)map->prog_type));
	map->object_put = put_prog;
	map->object_id = id_of_prog;
	code = store_object(preset, map, prog_get(prog), err);
	if (code)
		prog_put(prog);
	else
		map->prog_type = (int)prog->type;
	return code;
}

int map_preset_store_map(const struct map_preset *preset, struct map *map, struct map *inner,
			 struct error *err)
{
	int code;

	if (!map_inner_fits(map, inner))
		return error_set(
			err, -EINVAL,
			"--map %s: %s does not have the shape of the maps that belong there",
			preset->text, inner->name);
	code = store_object(preset, map, map_get(inner), err);
	if (code)
		map_put(inner);
	return code;
}
