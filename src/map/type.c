/* SPDX-License-Identifier: BSD-2-Clause */
/* type.c - names and operations of the map types, from type.def. */
#include "map/ops.h"

#define TYPE(number, name, ops)                                                                    \
	_Static_assert(BPF_MAP_TYPE_##name == (number), "type.def numbers " #name " wrongly");
#define TYPE_ABSENT(number, name)
#include "map/type.def"
#undef TYPE
#undef TYPE_ABSENT

static const char *const names[] = {
#define TYPE(number, name, ops)	  [number] = #name,
#define TYPE_ABSENT(number, name) [number] = #name,
#include "map/type.def"
#undef TYPE
#undef TYPE_ABSENT
};

static const struct map_ops *const types[] = {
#define TYPE(number, name, ops)	  [number] = &(ops),
#define TYPE_ABSENT(number, name) [number] = NULL,
#include "map/type.def"
#undef TYPE
#undef TYPE_ABSENT
};

_Static_assert(ARRAY_SIZE(names) == ARRAY_SIZE(types), "both come from type.def");

const char *map_type_name(enum bpf_map_type type)
{
	return (u32)type < ARRAY_SIZE(names) ? names[type] : NULL;
}

const struct map_ops *map_type_ops(enum bpf_map_type type)
{
	return (u32)type < ARRAY_SIZE(types) ? types[type] : NULL;
}

bool map_type_supported(enum bpf_map_type type)
{
	return map_type_ops(type) != NULL;
}
