/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * prog_load.c - BPF_PROG_LOAD: turn what libbpf hands over into a struct prog_source (descriptors
 * become maps, BTF becomes plain facts), have it judged, and make it ready to run.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/loader.h"
#include "helper/helper.h"
#include "vm/vm.h"

static const void *user(u64 pointer)
{
	return (const void *)(uintptr_t)pointer;
}

/* Licences the kernel counts as GPL compatible, include/linux/license.h. */
static bool licence_is_gpl(const char *licence)
{
	static const char *const names[] = {
		"GPL",		"GPL v2",	"GPL and additional rights",
		"Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(licence, names[i]))
			return true;
	}
	return false;
}

static int add_map(struct prog_source *source, struct map *map)
{
	for (u32 i = 0; i < source->map_cnt; i++) {
		if (source->maps[i] == map)
			return (int)i;
	}
	if (source->map_cnt == PROG_MAPS_MAX)
		return -E2BIG;
	source->maps[source->map_cnt] = map;
	return (int)source->map_cnt++;
}

/* Put indices of maps where libbpf put descriptors. */
static int resolve_maps(struct loader *loader, struct prog_source *source)
{
	for (u32 i = 0; i + 1 < source->insn_cnt; i++) {
		struct bpf_insn *insn = &source->insns[i];
		struct slot *slot;
		int index;

		if (!insn_is_ld_imm64(insn))
			continue;
		i++;
		if (insn->src_reg != INSN_MAP_FD && insn->src_reg != INSN_MAP_VALUE)
			continue;
		slot = loader_find(loader, insn->imm, SLOT_MAP);
		if (!slot)
			return -EBADF;
		index = add_map(source, slot->map);
		if (index < 0)
			return index;
		insn->imm = index;
	}
	return 0;
}

static int read_btf(struct loader *loader, const union bpf_attr *attr, struct prog_source *source)
{
	struct slot *slot;
	int cnt, code;

	if (!attr->prog_btf_fd)
		return 0;
	slot = loader_find(loader, (int)attr->prog_btf_fd, SLOT_BTF);
	if (!slot)
		return -EBADF;
	cnt = btf_funcs(slot->btf, user(attr->func_info), attr->func_info_rec_size,
			attr->func_info_cnt, &source->funcs);
	if (cnt < 0)
		return cnt;
	source->func_cnt = (u32)cnt;
	code = btf_lines(slot->btf, user(attr->line_info), attr->line_info_rec_size,
			 attr->line_info_cnt, &source->lines);
	return code;
}

static void source_release(struct prog_source *source)
{
	free(source->insns);
	free(source->maps);
	free(source->funcs);
	prog_lines_put(source->lines);
}

void prog_source_free(struct prog_source *source)
{
	if (!source)
		return;
	source_release(source);
	free(source);
}

/* Let @program have what @source holds; without memory it stays with @source. */
static void source_keep(struct prog_source *source, struct object_program *program)
{
	struct prog_source *kept = malloc(sizeof(*kept));

	if (!kept)
		return;
	prog_source_free(program->source);
	*kept = *source;
	*source = (struct prog_source){0};
	program->source = kept;
}

static int source_make(struct loader *loader, const union bpf_attr *attr,
		       struct prog_source *source)
{
	size_t size = attr->insn_cnt * sizeof(struct bpf_insn);
	int code;

	*source = (struct prog_source){
		.type = attr->prog_type,
		.expected_attach_type = attr->expected_attach_type,
		.flags = attr->prog_flags,
		.gpl = licence_is_gpl(user(attr->license)),
		.insn_cnt = attr->insn_cnt,
	};
	memcpy(source->name, attr->prog_name, sizeof(source->name) - 1);
	source->insns = malloc(size);
	source->maps = calloc(PROG_MAPS_MAX, sizeof(*source->maps));
	if (!source->insns || !source->maps)
		return -ENOMEM;
	memcpy(source->insns, user(attr->insns), size);
	code = resolve_maps(loader, source);
	return code ? code : read_btf(loader, attr, source);
}

/* As the kernel's bpf_verifier_log: what fits of @log in the caller's buffer. */
static int log_out(const union bpf_attr *attr, const char *log)
{
	if (!attr->log_level || !attr->log_buf || !attr->log_size)
		return 0;
	snprintf((char *)(uintptr_t)attr->log_buf, attr->log_size, "%s", log);
	return strlen(log) >= attr->log_size ? -ENOSPC : 0;
}

static int judge(struct loader *loader, const union bpf_attr *attr, struct prog_source *source,
		 struct prog **prog)
{
	struct verify_options options = {
		.log_level = max(loader->options.log_level, attr->log_level & 3),
		.unprivileged = loader->options.unprivileged,
	};
	struct object_program *program = NULL;
	struct verify_result result;
	int code;

	if (loader->object)
		program = object_loading(loader->object, source->name);
	code = verify(source, &options, prog, &result);
	if (!code)
		code = vm_prepare(*prog);
	if (log_out(attr, result.log) && !code)
		code = -ENOSPC;
	if (!program) {
		verify_result_free(&result);
		return code;
	}
	verify_result_free(&program->result);
	program->result = result;
	program->judged = true;
	source_keep(source, program);
	return code;
}

/* A limit that is passed before there is a program to verify; the words are bpf_check's. */
static void refuse_limit(struct loader *loader, const struct prog_source *source)
{
	struct object_program *program = NULL;
	struct verify_result *result;
	char log[128];

	if (loader->object)
		program = object_loading(loader->object, source->name);
	if (!program)
		return;
	result = &program->result;
	verify_result_free(result);
	result->code = -E2BIG;
	if (source->map_cnt == PROG_MAPS_MAX)
		snprintf(result->message, sizeof(result->message),
			 "The total number of maps per program has reached the limit of %u",
			 PROG_MAPS_MAX);
	else
		snprintf(result->message, sizeof(result->message), "too many subprograms");
	snprintf(log, sizeof(log), "%.*s\n", (int)sizeof(log) - 2, result->message);
	result->log = strdup(log);
	program->judged = result->log != NULL;
}

int prog_load(struct loader *loader, const union bpf_attr *attr)
{
	struct prog_source source;
	struct prog *prog = NULL;
	int code;

	if (!attr->insn_cnt || !attr->insns || !attr->license)
		return -EINVAL;
	if (attr->insn_cnt > PROG_INSNS_MAX)
		return -E2BIG;
	if (loader->refusal[0])
		return -EINVAL;
	/*
	 * libbpf tries what bpf(2) can do with tiny programs of types that never run here. They get
	 * a descriptor and nothing else: no struct prog, so no way to run one. (object.c refuses
	 * an object's own programs of such types before libbpf is asked.)
	 */
	if (!helper_type_bit(attr->prog_type))
		return loader_add(loader, SLOT_PROBE, NULL, -1, "skiff-probe");

	code = source_make(loader, attr, &source);
	if (!code)
		code = judge(loader, attr, &source, &prog);
	else if (code == -E2BIG)
		refuse_limit(loader, &source);
	source_release(&source);
	if (code) {
		prog_put(prog);
		return code;
	}
	code = loader_add(loader, SLOT_PROG, prog, -1, prog->name);
	if (code < 0)
		prog_put(prog);
	else
		prog->id = loader->slot_cnt;
	return code;
}
