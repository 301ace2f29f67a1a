/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * region.c - memory whose size is known: map values, ring buffer records, packets.
 *
 * An access is [offset, offset + size). The offset has a fixed part and, when the program added a
 * number it does not know, a range; both ends of the range must lie inside. Of a packet only as
 * much is known to be there as the program compared with data_end (reg->range), and only from
 * where its variable part leads to.
 */
#include <errno.h>

#include "verify/verifier.h"

#define NEGATIVE_MIN                                                                               \
	"R%d min value is negative, either use unsigned index or do a if (index >=0) check."

/* One end of the range. Mirrors __check_mem_access. */
static int check_fixed(struct verifier *v, int regno, s32 off, u32 size, u32 region_size,
		       bool zero_ok)
{
	const struct reg *reg = reg_of(v, regno);

	if (off >= 0 && (size || zero_ok) && (u64)off + size <= region_size)
		return 0;
	v->fault.off = off;
	v->fault.size = size;
	switch (reg->type) {
	case REG_MAP_KEY:
		return refuse(v, -EACCES, "invalid access to map key, key_size=%d off=%d size=%d",
			      region_size, off, size);
	case REG_MAP_VALUE:
		return refuse(v, -EACCES,
			      "invalid access to map value, value_size=%d off=%d size=%d",
			      region_size, off, size);
	case REG_PKT:
	case REG_PKT_META:
	case REG_PKT_END:
		return refuse(v, -EACCES,
			      "invalid access to packet, off=%d size=%d, R%d(id=%d,off=%d,r=%d)",
			      off, size, regno, reg->id, off, region_size);
	case REG_MEM:
	case REG_NONE:
	case REG_SCALAR:
	case REG_CTX:
	case REG_MAP:
	case REG_STACK:
	case REG_SOCK:
	case REG_FUNC:
		break;
	}
	return refuse(v, -EACCES, "invalid access to memory, mem_size=%u off=%d size=%d",
		      region_size, off, size);
}

/* Mirrors check_mem_region_access. */
int region_check(struct verifier *v, int regno, s32 off, u32 size, u32 region_size, bool zero_ok)
{
	const struct reg *reg = reg_of(v, regno);
	s64 low = reg->val.smin;
	int err;

	v->fault.off = off;
	v->fault.size = size;
	if (low < 0 && (low == INT64_MIN || low + off != (s32)(low + off) || low + off < 0)) {
		refuse(v, -EACCES, NEGATIVE_MIN, regno);
		return blame(v, BLAME_MAP_BOUNDS, regno, reg, -EACCES);
	}
	err = check_fixed(v, regno, (s32)((u64)low + (u64)(s64)off), size, region_size, zero_ok);
	if (err) {
		refuse(v, err, "R%d min value is outside of the allowed memory range", regno);
		return blame(v, BLAME_MAP_BOUNDS, regno, reg, err);
	}
	if (reg->val.umax >= OFFSET_MAX) {
		refuse(v, -EACCES,
		       "R%d unbounded memory access, make sure to bounds check any such access",
		       regno);
		return blame(v, BLAME_UNBOUNDED, regno, reg, -EACCES);
	}
	err = check_fixed(v, regno, (s32)reg->val.umax + off, size, region_size, zero_ok);
	if (err) {
		refuse(v, err, "R%d max value is outside of the allowed memory range", regno);
		return blame(v, BLAME_MAP_BOUNDS, regno, reg, err);
	}
	return 0;
}

/* May programs do this with the map's values? Mirrors check_map_access_type. */
int region_check_map_flags(struct verifier *v, int regno, s32 off, u32 size, enum access access)
{
	const struct map *map = reg_of(v, regno)->map;

	if (access == ACCESS_WRITE && map->flags & BPF_F_RDONLY_PROG)
		return refuse(v, -EACCES, "write into map forbidden, value_size=%d off=%d size=%d",
			      map->value_size, off, size);
	if (access == ACCESS_READ && map->flags & BPF_F_WRONLY_PROG)
		return refuse(v, -EACCES, "read from map forbidden, value_size=%d off=%d size=%d",
			      map->value_size, off, size);
	return 0;
}

/* Mirrors check_map_access. */
int region_check_map_value(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok)
{
	const struct reg *reg = reg_of(v, regno);
	const struct map *map = reg->map;
	s32 lock = map->spin_lock_off;
	int err = region_check(v, regno, off, size, map->value_size, zero_ok);

	if (err || lock < 0)
		return err;
	if (reg->val.smin + off < (s64)lock + (s64)sizeof(struct bpf_spin_lock) &&
	    (u64)lock < reg->val.umax + (u64)(s64)off + size) {
		refuse(v, -EACCES, "bpf_spin_lock cannot be accessed directly by load/store");
		return blame(v, BLAME_LOCK, regno, reg, -EACCES);
	}
	return 0;
}

/* Mirrors check_packet_access. */
int region_check_packet(struct verifier *v, int regno, s32 off, u32 size, bool zero_ok)
{
	const struct reg *reg = reg_of(v, regno);
	int err;

	if (reg->val.smin < 0) {
		refuse(v, -EACCES, NEGATIVE_MIN, regno);
		return blame(v, BLAME_PACKET_BOUNDS, regno, reg, -EACCES);
	}
	err = -EINVAL; /* at or past the end for certain: no numbers to print */
	if (reg->range >= 0)
		err = check_fixed(v, regno, off, size, (u32)reg->range, zero_ok);
	if (!err)
		return 0;
	v->fault.off = off;
	v->fault.size = size;
	refuse(v, err, "R%d offset is outside of the packet", regno);
	return blame(v, BLAME_PACKET_BOUNDS, regno, reg, err);
}

/* Mirrors __check_ptr_off_reg. */
int region_check_unmoved(struct verifier *v, const struct reg *reg, int regno, bool fixed_ok)
{
	char name[32], bits[64];

	reg_type_text(reg, name);
	if (reg->off < 0)
		refuse(v, -EACCES, "negative offset %s ptr R%d off=%d disallowed", name, regno,
		       reg->off);
	else if (!fixed_ok && reg->off)
		refuse(v, -EACCES, "dereference of modified %s ptr R%d off=%d disallowed", name,
		       regno, reg->off);
	else if (!scalar_is_const(reg->val) || scalar_value(reg->val))
		refuse(v, -EACCES, "variable %s access var_off=%s disallowed", name,
		       tnum_print(reg->val.bits, bits, sizeof(bits)));
	else
		return 0;
	return blame(v, reg->type == REG_CTX ? BLAME_CTX_MODIFIED : BLAME_NOTHING, regno, reg,
		     -EACCES);
}
