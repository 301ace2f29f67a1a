/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dev_spec.c - reading -d. Each key is a row with its own reader; a key that was misspelt gets
 * the nearest one. A comma in a file name is written "\,".
 */
#include "cli/dev_spec.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"
#include "cli/opt.h"

struct key {
	const char *name;
	const char *arg; /* NULL: the key stands alone */
	int (*read)(struct dev_spec *spec, char *value, struct error *err);
};

static int read_rx(struct dev_spec *spec, char *value, struct error *err)
{
	spec->files[DOOR_RX] = value;
	return 0;
}

static int read_tx(struct dev_spec *spec, char *value, struct error *err)
{
	spec->files[DOOR_TX] = value;
	return 0;
}

static int read_type(struct dev_spec *spec, char *value, struct error *err)
{
	const char *names[DEVICE_KINDS];
	char list[128] = "";
	const char *near;

	for (enum device_kind kind = 0; kind < DEVICE_KINDS; kind++) {
		names[kind] = device_kind_name(kind);
		if (!strcmp(value, names[kind])) {
			spec->desc.kind = kind;
			return 0;
		}
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", kind ? ", " : "",
			 names[kind]);
	}
	near = nearest(value, names, DEVICE_KINDS);
	if (near)
		return error_set(err, -EINVAL, "there is no type '%s'; did you mean %s?", value,
				 near);
	return error_set(err, -EINVAL, "there is no type '%s'; the types are %s", value, list);
}

static int read_name(const char *name, char *to, const char *what, struct error *err)
{
	if (!*name)
		return error_set(err, -EINVAL, "%s has no name", what);
	if (strlen(name) >= DEVICE_NAME_LEN)
		return error_set(err, -EINVAL, "'%s' is too long for a device's name (%u letters)",
				 name, DEVICE_NAME_LEN - 1);
	for (const char *c = name; *c; c++) {
		if (isspace((u8)*c) || strchr("/:=", *c))
			return error_set(err, -EINVAL,
					 "'%s' is no device's name: it has '%c' in it", name, *c);
	}
	strcpy(to, name);
	return 0;
}

static int read_peer(struct dev_spec *spec, char *value, struct error *err)
{
	return read_name(value, spec->desc.peer, "peer=", err);
}

static int read_u32(const char *value, u32 min, u32 max, u32 *to, struct error *err)
{
	u64 number;
	int code = opt_number(value, min, max, &number, err);

	*to = (u32)number;
	return code;
}

static int read_mtu(struct dev_spec *spec, char *value, struct error *err)
{
	return read_u32(value, 68, 65536, &spec->desc.mtu, err);
}

static int read_mac(struct dev_spec *spec, char *value, struct error *err)
{
	u8 *mac = spec->desc.mac;
	int end = 0;

	if (sscanf(value, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != 6 ||
	    value[end])
		return error_set(err, -EINVAL, "'%s' is not a MAC address like 02:00:00:00:00:01",
				 value);
	spec->desc.has_mac = true;
	return 0;
}

static int read_ifindex(struct dev_spec *spec, char *value, struct error *err)
{
	return read_u32(value, 1, INT32_MAX, &spec->desc.ifindex, err);
}

static int read_down(struct dev_spec *spec, char *value, struct error *err)
{
	spec->desc.down = true;
	return 0;
}

static int read_nocarrier(struct dev_spec *spec, char *value, struct error *err)
{
	spec->desc.nocarrier = true;
	return 0;
}

static int read_noreader(struct dev_spec *spec, char *value, struct error *err)
{
	spec->desc.noreader = true;
	return 0;
}

static int read_qlen(struct dev_spec *spec, char *value, struct error *err)
{
	u64 number;
	int code = opt_number(value, 0, 1000000, &number, err);

	spec->desc.qlen = (s64)number;
	return code;
}

/* As tc writes rates: bits a second, with k, m, g or t for powers of 1000 and "bit". */
static int read_rate(struct dev_spec *spec, char *value, struct error *err)
{
	static const char units[] = "kmgt";
	const char *unit;
	u64 factor = 1;
	char *end;

	errno = 0;
	spec->desc.rate = strtoull(value, &end, 10);
	if (isdigit((u8)value[0]) && *end) {
		unit = strchr(units, tolower((u8)*end));
		for (; unit && unit >= units; unit--)
			factor *= 1000;
		end += factor > 1;
	}
	if (!isdigit((u8)value[0]) || (*end && strcasecmp(end, "bit")))
		return error_set(err, -EINVAL,
				 "'%s' is not a rate in bits a second, like 10m or 500kbit", value);
	if (errno || !spec->desc.rate || spec->desc.rate > 1000000000000000ull / factor)
		return error_set(err, -EINVAL, "%s is not from 1 to 1000t bits a second", value);
	spec->desc.rate *= factor;
	return 0;
}

static const struct key keys[] = {
	{"rx", "FILE", read_rx},
	{"tx", "FILE", read_tx},
	{"type", "TYPE", read_type},
	{"peer", "NAME", read_peer},
	{"mtu", "BYTES", read_mtu},
	{"mac", "ADDRESS", read_mac},
	{"ifindex", "N", read_ifindex},
	{"down", NULL, read_down},
	{"nocarrier", NULL, read_nocarrier},
	{"noreader", NULL, read_noreader},
	{"qlen", "PACKETS", read_qlen},
	{"rate", "BITS", read_rate},
};

/* The text up to the next comma, which is taken off; "\," stands for a comma. */
static char *next_part(char **rest)
{
	char *part = *rest, *from, *to;

	if (!part)
		return NULL;
	for (from = to = part; *from && *from != ','; from++) {
		if (from[0] == '\\' && from[1] == ',')
			from++;
		*to++ = *from;
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return part;
}

static int unknown_key(const char *name, struct error *err)
{
	const char *names[ARRAY_SIZE(keys)], *near;
	char list[160] = "";

	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		names[i] = keys[i].name;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s%s", i ? ", " : "",
			 names[i], keys[i].arg ? "=" : "");
	}
	near = nearest(name, names, ARRAY_SIZE(keys));
	if (near)
		return error_set(err, -EINVAL, "there is no key '%s'; did you mean %s?", name,
				 near);
	return error_set(err, -EINVAL, "there is no key '%s'; the keys are %s", name, list);
}

static int read_part(struct dev_spec *spec, char *part, struct error *err)
{
	char *value = strchr(part, '=');
	int code;

	if (value)
		*value++ = '\0';
	for (u32 i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct key *key = &keys[i];

		if (strcmp(part, key->name))
			continue;
		if (!key->arg && value)
			return error_set(err, -EINVAL, "%s takes no value", part);
		if (key->arg && (!value || !*value))
			return error_set(err, -EINVAL, "%s needs a value: %s=%s", part, part,
					 key->arg);
		code = key->read(spec, value, err);
		return code ? error_prefix(err, code, "%s=", part) : 0;
	}
	return unknown_key(part, err);
}

/* Keys that say something only about one type. */
static int check(const struct dev_spec *spec, struct error *err)
{
	const struct device_desc *desc = &spec->desc;
	const char *type = device_kind_name(desc->kind);

	if (desc->peer[0] && desc->kind != DEVICE_VETH)
		return error_set(err, -EINVAL, "only type=veth has a peer, this is type=%s", type);
	if (desc->peer[0] && !strcmp(desc->peer, desc->name))
		return error_set(err, -EINVAL, "a device cannot be its own peer");
	if (desc->noreader && desc->kind != DEVICE_TUN)
		return error_set(err, -EINVAL, "only type=tun has a reader, this is type=%s", type);
	if (spec->files[DOOR_RX] && spec->files[DOOR_TX] && !strcmp(spec->files[DOOR_RX], "-") &&
	    !strcmp(spec->files[DOOR_TX], "-"))
		return error_set(err, -EINVAL, "standard input cannot be both rx and tx");
	return 0;
}

int dev_spec_parse(const char *text, struct dev_spec *spec, struct error *err)
{
	char *rest, *part;
	int code;

	*spec = (struct dev_spec){.desc = {.kind = DEVICE_ETHER, .qlen = -1}};
	spec->text = rest = strdup(text);
	if (!rest)
		return error_set(err, -ENOMEM, "no memory");

	part = next_part(&rest);
	code = read_name(part, spec->desc.name, "the device", err);
	if (!code && !strcmp(part, "lo"))
		spec->desc.kind = DEVICE_LO;
	while (!code && (part = next_part(&rest)))
		code = read_part(spec, part, err);
	if (!code)
		code = check(spec, err);
	return code ? error_prefix(err, code, "-d %s", text) : 0;
}

void dev_spec_free(struct dev_spec *spec)
{
	free(spec->text);
}
