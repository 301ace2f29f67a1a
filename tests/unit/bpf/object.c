/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects from opening to loading: section names, global data, pins shared by name, program arrays,
 * refusals. The objects are compiled by clang from tests/objects; argv carries no path, the folder
 * comes in SKIFF_TEST_OBJECTS.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bpf/object.h"
#include "tap.h"

static const char *path_of(const char *name)
{
	static char path[4096];
	const char *folder = getenv("SKIFF_TEST_OBJECTS");

	snprintf(path, sizeof(path), "%s/%s", folder ? folder : ".", name);
	return path;
}

static struct loader *new_loader(void)
{
	return loader_new(&(struct loader_options){0}, NULL);
}

static struct object *open_named(struct loader *loader, const char *name)
{
	struct object *object = NULL;
	struct error err = {0};

	if (object_open(loader, path_of(name), &object, &err))
		TAP_FAIL("%s: %s", name, err.text);
	return object;
}

/* Load every program of an object; the answer of object_load. */
static int load_all(struct object *object, struct error *err)
{
	for (u32 i = 0; i < object_program_cnt(object); i++)
		object_select(object, i, true);
	return object_load(object, err);
}

static const struct map *map_named(const struct object *object, const char *name)
{
	for (u32 i = 0; i < object_map_cnt(object); i++) {
		if (!strcmp(object_map(object, i)->name, name))
			return object_map(object, i)->map;
	}
	return NULL;
}

TEST(section_names_say_type_and_hook)
{
	static const struct {
		const char *program;
		enum bpf_prog_type type;
		int hook; /* -1: none */
		bool tcx;
	} rows[] = {
		{"in_tc", BPF_PROG_TYPE_SCHED_CLS, -1, false},
		{"in_tc_ingress", BPF_PROG_TYPE_SCHED_CLS, HOOK_INGRESS, false},
		{"in_tc_egress", BPF_PROG_TYPE_SCHED_CLS, HOOK_EGRESS, false},
		{"in_tcx_ingress", BPF_PROG_TYPE_SCHED_CLS, HOOK_INGRESS, true},
		{"in_tcx_egress", BPF_PROG_TYPE_SCHED_CLS, HOOK_EGRESS, true},
		{"in_tc_suffix", BPF_PROG_TYPE_SCHED_CLS, HOOK_EGRESS, false},
		{"in_classifier", BPF_PROG_TYPE_SCHED_CLS, -1, false},
		{"in_classifier_suffix", BPF_PROG_TYPE_SCHED_CLS, -1, false},
		{"in_action", BPF_PROG_TYPE_SCHED_ACT, -1, false},
		{"in_action_suffix", BPF_PROG_TYPE_SCHED_ACT, -1, false},
		{"in_lwt_in", BPF_PROG_TYPE_LWT_IN, -1, false},
		{"in_lwt_out", BPF_PROG_TYPE_LWT_OUT, -1, false},
		{"in_lwt_xmit", BPF_PROG_TYPE_LWT_XMIT, -1, false},
		{"in_optional", BPF_PROG_TYPE_SCHED_CLS, HOOK_INGRESS, false},
		{"in_unknown", BPF_PROG_TYPE_UNSPEC, -1, false},
	};
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "sections.o");
	struct error err;

	REQUIRE(object);
	EQ(object_program_cnt(object), ARRAY_SIZE(rows));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int index = object_find_program(object, rows[i].program);
		const struct object_program *program;

		OK(index >= 0);
		if (index < 0)
			continue;
		program = object_program(object, (u32)index);
		if (program->type != rows[i].type)
			TAP_FAIL("%s: expected type %d, seen %d", rows[i].program, rows[i].type,
				 program->type);
		EQ(program->has_hook ? (int)program->hook : -1, rows[i].hook);
		EQ(program->tcx, rows[i].tcx);
	}
	EQ(object_find_program(object, "nobody"), -ENOENT);

	EQ(load_all(object, &err), -EINVAL);
	STR_HAS(err.text, "program in_unknown: its section \"mine\" does not say what type");
	object_set_type(object, (u32)object_find_program(object, "in_unknown"),
			BPF_PROG_TYPE_SCHED_CLS);
	EQ(load_all(object, &err), 0);
	for (u32 i = 0; i < object_program_cnt(object); i++)
		OK(object_program(object, i)->prog != NULL);
	object_close(object);
	loader_free(loader);
}

TEST(only_selected_programs_are_loaded)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "refused.o");
	struct error err;
	int good;

	REQUIRE(object);
	good = object_find_program(object, "good");
	object_select(object, (u32)good, true);
	EQ(object_load(object, &err), 0);
	OK(object_program(object, (u32)good)->prog != NULL);
	OK(object_program(object, (u32)object_find_program(object, "bad"))->prog == NULL);
	object_close(object);
	loader_free(loader);
}

TEST(a_refusal_names_program_and_reason)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "refused.o");
	const struct object_program *bad;
	struct error err;

	REQUIRE(object);
	EQ(load_all(object, &err), -EINVAL);
	STR_HAS(err.text, "program bad was refused: program of this type cannot use helper "
			  "bpf_clone_redirect#13");
	bad = object_program(object, (u32)object_find_program(object, "bad"));
	OK(bad->judged);
	EQ(bad->result.code, -EINVAL);
	object_close(object);
	loader_free(loader);
}

TEST(global_data_is_mapped)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "globals.o");
	const struct map *data;
	struct error err = {0};
	u32 zero = 0, counter = 0;

	REQUIRE(object);
	EQ(load_all(object, &err), 0);
	STR_EQ(err.text, "");
	data = map_named(object, "globals.data");
	REQUIRE(data);
	EQ(map_user_lookup((struct map *)data, &zero, &counter, 0), 0);
	EQ(counter, 40);
	OK(map_named(object, "globals.bss") != NULL);
	REQUIRE(map_named(object, "globals.rodata"));
	OK(map_named(object, "globals.rodata")->frozen);
	object_close(object);
	loader_free(loader);
}

TEST(pinned_maps_are_shared_by_name)
{
	struct loader *loader = new_loader();
	struct object *a = open_named(loader, "pinned_a.o");
	struct object *b = open_named(loader, "pinned_b.o");
	struct object *other = open_named(loader, "pinned_other.o");
	struct error err = {0};

	REQUIRE(a && b && other);
	EQ(load_all(a, &err), 0);
	EQ(load_all(b, &err), 0);
	OK(map_named(a, "shared") != NULL);
	OK(map_named(a, "shared") == map_named(b, "shared"));
	EQ(load_all(other, &err), -EINVAL);
	STR_HAS(err.text, "map shared: is pinned as \"shared\"");
	STR_HAS(err.text, "4 entries");
	object_close(other);
	object_close(b);
	object_close(a);
	loader_free(loader);
}

TEST(loaders_do_not_know_of_each_other)
{
	struct loader *one = new_loader(), *two = new_loader();
	struct object *a = open_named(one, "pinned_a.o"), *b = open_named(two, "pinned_b.o");
	struct error err = {0};

	REQUIRE(a && b);
	EQ(load_all(a, &err), 0);
	EQ(load_all(b, &err), 0);
	OK(map_named(a, "shared") != map_named(b, "shared"));
	object_close(a);
	object_close(b);
	loader_free(one);
	loader_free(two);
}

TEST(program_arrays_bring_their_programs)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "slots.o");
	struct error err = {0};
	struct map *jumps;

	REQUIRE(object);
	object_select(object, (u32)object_find_program(object, "entry"), true);
	EQ(object_load(object, &err), 0);
	STR_EQ(err.text, "");
	jumps = (struct map *)map_named(object, "jumps");
	REQUIRE(jumps);
	OK(map_object(jumps, 0) ==
	   object_program(object, (u32)object_find_program(object, "first"))->prog);
	OK(map_object(jumps, 1) == NULL);
	OK(map_object(jumps, 2) ==
	   object_program(object, (u32)object_find_program(object, "third"))->prog);
	OK(object_program(object, (u32)object_find_program(object, "nobody"))->prog == NULL);
	object_close(object);
	loader_free(loader);
}

TEST(types_that_do_not_run_here_are_named)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "other_type.o");
	struct error err;

	REQUIRE(object);
	EQ(load_all(object, &err), -EOPNOTSUPP);
	STR_HAS(err.text, "program other_type: is of type XDP (section \"xdp\")");
	object_close(object);
	loader_free(loader);
}

TEST(fields_that_skiff_does_not_have_are_named)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "kptr.o");
	struct error err;

	REQUIRE(object);
	EQ(load_all(object, &err), -EINVAL);
	STR_HAS(err.text, "map 'kptrs': its value holds a pointer to a kernel object (kptr), which "
			  "skiff does not have yet");
	object_close(object);
	loader_free(loader);
}

TEST(co_re_finds_the_context_of_skiff)
{
	struct loader *loader = new_loader();
	struct object *object = open_named(loader, "core.o");
	struct error err = {0};
	const struct prog *prog;
	bool len = false, mark = false;

	REQUIRE(object);
	EQ(load_all(object, &err), 0);
	STR_EQ(err.text, "");
	prog = object_program(object, (u32)object_find_program(object, "core"))->prog;
	REQUIRE(prog);
	for (u32 i = 0; i < prog->insn_cnt; i++) {
		if (BPF_CLASS(prog->insns[i].code) != BPF_LDX)
			continue;
		len |= prog->insns[i].off == 0;
		mark |= prog->insns[i].off == 8;
	}
	OK(len && mark);
	prog = object_program(object, (u32)object_find_program(object, "absent"))->prog;
	REQUIRE(prog);
	EQ(prog->insns[0].code, BPF_ALU64 | BPF_MOV | BPF_K);
	EQ(prog->insns[0].imm, 0);
	object_close(object);
	loader_free(loader);
}

/* The words and the errno are those of Linux 6.18 for the same object. */
TEST(limits_before_the_verifier_have_linux_s_words)
{
	static const struct {
		const char *program, *message;
	} rows[] = {
		{"maps_64", ""},
		{"maps_65", "The total number of maps per program has reached the limit of 64"},
		{"functions_257", "too many subprograms"},
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		struct loader *loader = new_loader();
		struct object *object = open_named(loader, "limits.o");
		int index = object ? object_find_program(object, rows[i].program) : -1;
		struct error err = {0};
		int code;

		REQUIRE(index >= 0);
		object_select(object, (u32)index, true);
		code = object_load(object, &err);
		EQ(code, rows[i].message[0] ? -E2BIG : 0);
		OK(object_program(object, (u32)index)->judged);
		STR_EQ(object_program(object, (u32)index)->result.message, rows[i].message);
		object_close(object);
		loader_free(loader);
	}
}

/* Every prefix of a good object is refused with a sentence, and nothing else happens. */
TEST(cut_off_objects_are_refused)
{
	static char bytes[1 << 16];
	char path[] = "/tmp/skiff-object-XXXXXX";
	struct loader *loader = new_loader();
	FILE *file = fopen(path_of("globals.o"), "rb");
	size_t size;
	int fd;

	REQUIRE(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	fd = mkstemp(path);
	REQUIRE(fd >= 0);
	for (size_t len = 0; len < size; len += 1 + len / 20) {
		struct object *object = NULL;
		struct error err = {0};

		OK(!ftruncate(fd, 0) && pwrite(fd, bytes, len, 0) == (ssize_t)len);
		if (!object_open(loader, path, &object, &err)) {
			if (!load_all(object, &err))
				TAP_FAIL("the first %zu of %zu bytes were loaded", len, size);
			object_close(object);
		}
		OK(err.text[0]);
	}
	close(fd);
	unlink(path);
	loader_free(loader);
}

/* One byte after another is changed: whatever comes of it, it is an answer. */
TEST(damaged_objects_do_no_harm)
{
	static char bytes[1 << 16];
	char path[] = "/tmp/skiff-object-XXXXXX";
	FILE *file = fopen(path_of("slots.o"), "rb");
	size_t size;
	int fd, failed = 0;

	REQUIRE(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	fd = mkstemp(path);
	REQUIRE(fd >= 0);
	for (size_t at = 0; at < size; at += 13) {
		struct loader *loader = new_loader();
		struct object *object = NULL;
		struct error err = {0};
		char was = bytes[at];

		bytes[at] ^= (char)(0x80 | at);
		OK(!ftruncate(fd, 0) && pwrite(fd, bytes, size, 0) == (ssize_t)size);
		if (object_open(loader, path, &object, &err) || load_all(object, &err)) {
			failed++;
			OK(err.text[0]);
		}
		object_close(object);
		loader_free(loader);
		bytes[at] = was;
	}
	OK(failed > 20);
	close(fd);
	unlink(path);
}

TEST(files_that_are_no_objects)
{
	static const struct {
		const char *path, *sentence;
	} rows[] = {
		{"/nonexistent.o", "cannot be read: No such file or directory"},
		{"/", "is a folder, not an object file"},
		{"/dev/null", "is not a regular file"},
		{"/proc/self/exe", "is an ELF object for another machine"},
	};
	struct loader *loader = new_loader();

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct object *object;
		struct error err = {0};

		OK(object_open(loader, rows[i].path, &object, &err) < 0);
		OK(object == NULL);
		STR_HAS(err.text, rows[i].sentence);
	}
	loader_free(loader);
}

TAP_MAIN()
