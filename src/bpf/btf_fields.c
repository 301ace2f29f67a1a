/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * btf_fields.c - fields of a map's value that mean more than their bytes: the spin lock, and those
 * that skiff does not have. A field may stand in a structure within the value, or in an array; a
 * section of global data is a value, too, and its variables are the fields.
 *
 * Mirrors btf_parse_fields.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "bpf/loader.h"

#define DEPTH_MAX 8 /* structures within structures; the kernel looks into fewer */

struct fields {
	const struct btf *btf;
	int lock_off; /* bytes, -1: none */
	const char *unsupported;
	int wrong; /* -errno of a lock that cannot be */
};

static const char *name_of(const struct btf *btf, const struct btf_type *type)
{
	const char *name = btf__name_by_offset(btf, type->name_off);

	return name ? name : "";
}

/* Through names that qualify other names; the chain ends, because BTF was checked. */
static const struct btf_type *resolve(const struct btf *btf, u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* Kernel structures beside the spin lock. */
static const char *special_struct(const char *name)
{
	static const char *const names[] = {
		"bpf_timer",   "bpf_wq",       "bpf_list_head",	    "bpf_list_node", "bpf_rb_root",
		"bpf_rb_node", "bpf_refcount", "bpf_res_spin_lock", "bpf_task_work"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return names[i];
	}
	return NULL;
}

/* A pointer to a kernel object, __kptr and its kin in C: the tag stands first on what it points to.
 */
static bool is_kptr(const struct btf *btf, const struct btf_type *pointer)
{
	const struct btf_type *tag = btf__type_by_id(btf, pointer->type);
	const char *name;

	if (!tag || !btf_is_type_tag(tag))
		return false;
	name = name_of(btf, tag);
	return strstr(name, "kptr") || !strcmp(name, "uptr");
}

static void find_in_struct(struct fields *fields, const struct btf_type *type, u32 off, u32 depth);

static void note_lock(struct fields *fields, const struct btf_type *type, u32 off, u32 depth)
{
	if (fields->lock_off != -1)
		fields->wrong = -E2BIG;
	else if (type->size != 4 || off % 4)
		fields->wrong = -EINVAL;
	else if (depth)
		fields->unsupported = "bpf_spin_lock within another";
	else
		fields->lock_off = (int)off;
}

static void find_in_type(struct fields *fields, u32 id, u32 off, u32 depth)
{
	const struct btf_type *type = resolve(fields->btf, id);
	const char *name;

	while (type && btf_is_array(type)) {
		type = resolve(fields->btf, btf_array(type)->type);
		depth++; /* a lock in an array is one of several */
	}
	if (type && btf_is_ptr(type) && is_kptr(fields->btf, type))
		fields->unsupported = "pointer to a kernel object (kptr)";
	if (!type || !btf_is_struct(type))
		return;
	name = name_of(fields->btf, type);
	if (special_struct(name))
		fields->unsupported = special_struct(name);
	else if (!strcmp(name, "bpf_spin_lock"))
		note_lock(fields, type, off, depth);
	else
		find_in_struct(fields, type, off, depth + 1);
}

static void find_in_struct(struct fields *fields, const struct btf_type *type, u32 off, u32 depth)
{
	if (depth > DEPTH_MAX)
		return;
	for (u32 i = 0; i < btf_vlen(type); i++)
		find_in_type(fields, btf_members(type)[i].type,
			     off + btf_member_bit_offset(type, i) / 8, depth);
}

static void find_in_section(struct fields *fields, const struct btf_type *section)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(section);

	for (u32 i = 0; i < btf_vlen(section); i++) {
		const struct btf_type *var = btf__type_by_id(fields->btf, info[i].type);

		if (var && btf_is_var(var))
			find_in_type(fields, var->type, info[i].offset, 0);
	}
}

/*
 * The offset of the struct bpf_spin_lock in the value of type @value_type_id, -1 when there is
 * none, or -errno below -1 (-E2BIG: two, -EINVAL: misplaced), as the kernel answers.
 * *@unsupported: what it holds that skiff does not have, or NULL.
 */
int btf_spin_lock_off(const struct btf *btf, u32 value_type_id, const char **unsupported)
{
	struct fields fields = {.btf = btf, .lock_off = -1};
	const struct btf_type *type = resolve(btf, value_type_id);

	if (type && btf_is_struct(type))
		find_in_struct(&fields, type, 0, 0);
	else if (type && btf_is_datasec(type))
		find_in_section(&fields, type);
	*unsupported = fields.unsupported;
	return fields.wrong ? fields.wrong : fields.lock_off;
}
