/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cmd_dump.c - skiff dump: maps and instructions of an object, with source lines. Instructions are
 * shown as libbpf hands them to the kernel (relocated, linked); where the verifier has written
 * another one in its place, that is shown below it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/judge.h"
#include "helper/helper.h"
#include "isa/disasm.h"
#include "report/json.h"

struct dump_args {
	struct opt_common common;
	const char *prog;
	const char *type;
};

#define AT(field) offsetof(struct dump_args, field)

static const struct opt opts[] = {
	ROW_TEXT('p', "prog", "NAME", prog, "only this program"),
	ROW_TEXT('t', "type", "TYPE", type,
		 "SCHED_CLS, SCHED_ACT, LWT_IN, LWT_OUT or LWT_XMIT,\n"
		 "whatever the section names say"),
};

static const char detail[] =
	"A line that begins with => is what the verifier has put in the place of the\n"
	"instruction above it.\n"
	"\n"
	"Exit status: 0 done; 1 a program cannot be loaded far enough to be shown;\n"
	"2 called wrongly, or a file could not be read.";

struct dumper {
	const struct dump_args *args;
	struct json json;
	u32 unloadable;
};

/* What the disassembler asks. */
struct namer {
	const struct prog_source *source;
	char text[BPF_OBJ_NAME_LEN + 32];
	char helper[64];
};

static const char *name_helper(void *ctx, u32 id)
{
	const struct helper *helper = helper_find(id);
	struct namer *namer = ctx;

	if (!helper || !helper->name)
		return NULL;
	snprintf(namer->helper, sizeof(namer->helper), "bpf_%s", helper->name);
	return namer->helper;
}

static const char *name_imm64(void *ctx, const struct bpf_insn *insn)
{
	struct namer *namer = ctx;
	const struct map *map;

	if ((insn->src_reg != INSN_MAP_FD && insn->src_reg != INSN_MAP_VALUE) ||
	    (u32)insn->imm >= namer->source->map_cnt)
		return NULL;
	map = namer->source->maps[insn->imm];
	if (insn->src_reg == INSN_MAP_FD)
		snprintf(namer->text, sizeof(namer->text), "map[%s]", map->name);
	else
		snprintf(namer->text, sizeof(namer->text), "map[%s]+%d", map->name, insn[1].imm);
	return namer->text;
}

static void disassemble(const struct prog_source *source, const struct bpf_insn *insn, char *text)
{
	struct namer namer = {.source = source};
	struct disasm_names names = {.ctx = &namer, .helper = name_helper, .imm64 = name_imm64};

	insn_disasm(text, DISASM_MAX, insn, &names);
}

/* Another instruction stands there after verification. Addresses of maps do not count. */
static bool is_fixed(const struct object_program *program, u32 i)
{
	const struct prog_source *source = program->source;
	const struct prog *prog = program->prog;

	if (!prog || prog->insn_cnt != source->insn_cnt || insn_is_ld_imm64(&source->insns[i]))
		return false;
	return memcmp(&prog->insns[i], &source->insns[i], sizeof(struct bpf_insn)) != 0;
}

/* The row of the line table that begins at @insn, or NULL. */
static const struct prog_line *line_at(const struct prog_source *source, u32 insn)
{
	const struct prog_line *line = prog_lines_find(source->lines, insn);

	return line && line->insn == insn && line->line ? line : NULL;
}

static const struct prog_func *func_at(const struct prog_source *source, u32 insn)
{
	for (u32 i = 0; i < source->func_cnt; i++) {
		if (source->funcs[i].start == insn)
			return &source->funcs[i];
	}
	return NULL;
}

static void print_insns(const struct object_program *program)
{
	const struct prog_source *source = program->source;
	const struct prog_line *last = NULL;
	char text[DISASM_MAX];

	for (u32 i = 0; i < source->insn_cnt; i++) {
		const struct prog_func *func = func_at(source, i);
		const struct prog_line *line = line_at(source, i);

		if (func && func->name[0])
			printf("%s%s:\n", i ? "\n" : "", func->name);
		/* One line of source may be several rows, by its columns. */
		if (line && (!last || last->line != line->line || strcmp(last->file, line->file)))
			printf("; %s @ %s:%u\n", line->text + strspn(line->text, " \t"),
			       file_name(line->file), line->line);
		last = line ? line : last;
		disassemble(source, &source->insns[i], text);
		printf("%6u: %s\n", i, text);
		if (is_fixed(program, i)) {
			disassemble(source, &program->prog->insns[i], text);
			printf("     => %s\n", text);
		}
		i += insn_is_ld_imm64(&source->insns[i]);
	}
}

static void json_insns(struct json *json, const struct object_program *program)
{
	const struct prog_source *source = program->source;
	char text[DISASM_MAX + 256];

	json_key(json, "insns");
	json_array(json);
	for (u32 i = 0; i < source->insn_cnt; i++) {
		const struct prog_func *func = func_at(source, i);
		const struct prog_line *line = line_at(source, i);

		json_object(json);
		json_key_u64(json, "insn", i);
		disassemble(source, &source->insns[i], text);
		json_key_string(json, "text", text);
		if (is_fixed(program, i)) {
			disassemble(source, &program->prog->insns[i], text);
			json_key_string(json, "fixed", text);
		}
		if (func && func->name[0])
			json_key_string(json, "function", func->name);
		if (line) {
			snprintf(text, sizeof(text), "%.200s:%u", file_name(line->file),
				 line->line);
			json_key_string(json, "line", text);
			json_key_string(json, "source", line->text + strspn(line->text, " \t"));
		}
		json_end(json);
		i += insn_is_ld_imm64(&source->insns[i]);
	}
	json_end(json);
}

static int dump_program(void *ctx, const struct judgement *judgement)
{
	struct dumper *dumper = ctx;
	const struct object_program *program = judgement->program;
	const struct prog_source *source = program->source;
	const char *type = judgement_type(judgement);
	struct json *json = &dumper->json;

	dumper->unloadable += !source;
	if (dumper->args->common.json) {
		json_object(json);
		json_key_string(json, "object", judgement->path);
		json_key_string(json, "name", program->name);
		json_key_string(json, "section", program->section);
		if (type)
			json_key_string(json, "type", type);
		json_key_string(json, "verdict", verdict_text(judgement->verdict));
		if (judgement->verdict == VERDICT_REJECTED)
			json_key_string(json, "message", program->result.message);
		if (judgement->verdict == VERDICT_UNLOADABLE)
			json_key_string(json, "message", judgement->err.text);
		if (source)
			json_insns(json, program);
		json_end(json);
		return 0;
	}
	printf("\nprogram %s (%s, section \"%s\"), ", program->name, type ? type : "no type",
	       program->section);
	if (source)
		printf("%u instructions, ", source->insn_cnt);
	printf("%s\n", verdict_text(judgement->verdict));
	if (judgement->verdict == VERDICT_REJECTED)
		printf("    %s\n", program->result.message);
	if (judgement->verdict == VERDICT_UNLOADABLE)
		printf("    %s\n", judgement->err.text);
	if (source)
		print_insns(program);
	return 0;
}

static void dump_map(struct dumper *dumper, const char *path, const struct object_map *row)
{
	const struct map *map = row->map;
	struct json *json = &dumper->json;

	if (!dumper->args->common.json) {
		printf("map %s (%s), key %u, value %u bytes, %u entries", row->name,
		       map_type_name(map->type), map->key_size, map->value_size, map->max_entries);
		if (map->flags)
			printf(", flags 0x%x", map->flags);
		printf("\n");
		return;
	}
	json_object(json);
	json_key_string(json, "object", path);
	json_key_string(json, "name", row->name);
	json_key_string(json, "type", map_type_name(map->type));
	json_key_u64(json, "key_size", map->key_size);
	json_key_u64(json, "value_size", map->value_size);
	json_key_u64(json, "max_entries", map->max_entries);
	json_key_u64(json, "flags", map->flags);
	json_end(json);
}

/* The maps alone: the object is loaded without any of its programs. */
static int dump_maps(struct dumper *dumper, const char *path, struct error *err)
{
	struct loader *loader = loader_new(&(struct loader_options){0}, err);
	struct object *object = NULL;
	int code;

	if (!loader)
		return -ENOMEM;
	code = object_open(loader, path, &object, err);
	if (!code && object_load(object, err)) {
		if (!dumper->args->common.json)
			printf("maps: %s\n", err->text);
		dumper->unloadable++;
	}
	for (u32 i = 0; !code && i < object_map_cnt(object); i++) {
		if (object_map(object, i)->map)
			dump_map(dumper, path, object_map(object, i));
	}
	object_close(object);
	loader_free(loader);
	return code;
}

static int dump_all(struct dumper *dumper, struct error *err)
{
	const struct dump_args *args = dumper->args;
	const struct opt_list *objects = &args->common.operands;
	struct judge_options options = {.program = args->prog};
	int code = args->type ? judge_type(args->type, &options.type, err) : 0;

	if (code)
		return error_prefix(err, code, "--type");
	if (args->common.json) {
		json_key(&dumper->json, "maps");
		json_array(&dumper->json);
		for (u32 i = 0; !code && i < objects->cnt; i++)
			code = dump_maps(dumper, objects->items[i], err);
		json_end(&dumper->json);
		json_key(&dumper->json, "programs");
		json_array(&dumper->json);
		for (u32 i = 0; !code && i < objects->cnt; i++)
			code = judge_object(objects->items[i], &options, dump_program, dumper, err);
		json_end(&dumper->json);
		return code;
	}
	for (u32 i = 0; !code && i < objects->cnt; i++) {
		if (objects->cnt > 1)
			printf("%s%s\n", i ? "\n" : "", objects->items[i]);
		if (!args->prog)
			code = dump_maps(dumper, objects->items[i], err);
		if (!code)
			code = judge_object(objects->items[i], &options, dump_program, dumper, err);
	}
	return code;
}

static int dump(const struct dump_args *args)
{
	struct dumper dumper = {.args = args};
	struct error err;
	int code;

	json_init(&dumper.json, stdout);
	if (args->common.json)
		json_object(&dumper.json);
	code = dump_all(&dumper, &err);
	if (args->common.json)
		json_end(&dumper.json);
	if (code) {
		complain("%s", err.text);
		return EXIT_WRONG;
	}
	return dumper.unloadable ? EXIT_NO : EXIT_OK;
}

static int dump_main(void *args)
{
	return dump(args);
}

const struct command command_dump = {
	.name = "dump",
	.operands = "OBJECT...",
	.operand_min = 1,
	.operand_max = UINT32_MAX,
	.summary = "Show the maps and the instructions of eBPF objects, with their source lines.",
	.detail = detail,
	.opts = opts,
	.opt_cnt = ARRAY_SIZE(opts),
	.args_size = sizeof(struct dump_args),
	.run = dump_main,
};
