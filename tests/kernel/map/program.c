/* SPDX-License-Identifier: BSD-2-Clause */
/* program.c - see program.h. */
#include "program.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/helper/asm.h"

#define DESK(field) ((int)offsetof(struct program_desk, field))

static u64 user(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

int program_desk(struct program *program)
{
	struct map_spec spec = {.type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = sizeof(struct program_desk),
				.max_entries = 1,
				.flags = BPF_F_MMAPABLE,
				.spin_lock_off = -1};

	*program = (struct program){.fd = -1};
	program->desk_fd = linux_map(&spec, -1);
	if (program->desk_fd < 0)
		return program->desk_fd;
	program->desk = mmap(NULL, sizeof(*program->desk), PROT_READ | PROT_WRITE, MAP_SHARED,
			     program->desk_fd, 0);
	if (program->desk == MAP_FAILED) {
		close(program->desk_fd);
		return -ENOMEM;
	}
	return 0;
}

static int load(struct program *program, const struct bpf_insn *insns, u32 cnt, s64 callback)
{
	static char log[1 << 16];
	struct bpf_func_info functions[2] = {{0, LINUX_BTF_MAIN},
					     {(u32)callback, LINUX_BTF_CALLBACK}};
	union bpf_attr attr;
	int btf = -1;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = user(insns);
	attr.insn_cnt = cnt;
	attr.license = user("GPL");
	if (callback >= 0) {
		btf = linux_btf();
		if (btf < 0)
			return btf;
		attr.prog_btf_fd = (u32)btf;
		attr.func_info_rec_size = sizeof(functions[0]);
		attr.func_info = user(functions);
		attr.func_info_cnt = 2;
	}
	program->fd = linux_bpf(BPF_PROG_LOAD, &attr);
	if (program->fd < 0) {
		attr.log_level = 1;
		attr.log_buf = user(log);
		attr.log_size = sizeof(log);
		program->fd = linux_bpf(BPF_PROG_LOAD, &attr);
		for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
			printf("# %s\n", line);
	}
	if (btf >= 0)
		close(btf);
	return program->fd < 0 ? program->fd : 0;
}

int program_load_insns(struct program *program, const struct bpf_insn *insns, u32 cnt)
{
	return load(program, insns, cnt, -1);
}

int program_load_callback(struct program *program, const struct bpf_insn *insns, u32 cnt,
			  u32 callback)
{
	return load(program, insns, cnt, callback);
}

int program_run(struct program *program)
{
	static const u8 frame[64];
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (u32)program->fd;
	attr.test.data_in = user(frame);
	attr.test.data_size_in = sizeof(frame);
	return linux_bpf(BPF_PROG_TEST_RUN, &attr);
}

void program_unload(struct program *program)
{
	if (program->fd >= 0)
		close(program->fd);
	munmap(program->desk, sizeof(*program->desk));
	close(program->desk_fd);
}

struct text {
	struct bpf_insn insns[256];
	u32 cnt;
};

#define EMIT(text, ...)                                                                            \
	do {                                                                                       \
		const struct bpf_insn emitted[] = {__VA_ARGS__};                                   \
		memcpy((text)->insns + (text)->cnt, emitted, sizeof(emitted));                     \
		(text)->cnt += ARRAY_SIZE(emitted);                                                \
	} while (0)

/* What r0 points to, byte by byte where no word fits, to the desk at r6. */
static void emit_copy_value(struct text *text, u32 size)
{
	u32 at = 0;

	for (; at + 8 <= size; at += 8)
		EMIT(text, LOAD64(1, 0, (s16)at), STORE64(6, 1, (s16)(DESK(out) + at)));
	for (; at < size; at++)
		EMIT(text, INSN(BPF_LDX | BPF_MEM | BPF_B, 1, 0, (s16)at, 0),
		     INSN(BPF_STX | BPF_MEM | BPF_B, 6, 1, (s16)(DESK(out) + at), 0));
}

int program_load(struct program *program, enum program_kind kind, const struct pair *pair)
{
	struct text text = {.cnt = 0};
	int rc = program_desk(program);

	if (rc)
		return rc;
	program->kind = kind;
	EMIT(&text, LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, program->desk_fd), LOAD_MAP(1, pair->fd));
	switch (kind) {
	case PROGRAM_LOOKUP:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(key)), CALL(BPF_FUNC_map_lookup_elem));
		EMIT(&text, JNE_IMM(0, 0, 3), STORE64(6, 0, DESK(rc)), MOV_IMM(0, 0), EXIT());
		emit_copy_value(&text, min(pair->spec.value_size, PROGRAM_VALUE_MAX + 0u));
		EMIT(&text, MOV_IMM(0, 1));
		break;
	case PROGRAM_UPDATE:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(key)), MOV(3, 6), ADD_IMM(3, DESK(value)),
		     LOAD64(4, 6, DESK(flags)), CALL(BPF_FUNC_map_update_elem));
		break;
	case PROGRAM_DELETE:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(key)), CALL(BPF_FUNC_map_delete_elem));
		break;
	case PROGRAM_PUSH:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(value)), LOAD64(3, 6, DESK(flags)),
		     CALL(BPF_FUNC_map_push_elem));
		break;
	case PROGRAM_POP:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(out)), CALL(BPF_FUNC_map_pop_elem));
		break;
	case PROGRAM_PEEK:
		EMIT(&text, MOV(2, 6), ADD_IMM(2, DESK(out)), CALL(BPF_FUNC_map_peek_elem));
		break;
	case PROGRAM_KINDS:
		break;
	}
	EMIT(&text, STORE64(6, 0, DESK(rc)), MOV_IMM(0, 0), EXIT());
	rc = program_load_insns(program, text.insns, text.cnt);
	if (rc)
		program_unload(program);
	return rc;
}

/* The call itself, as skiff's helpers make it. */
static s64 call_skiff(enum program_kind kind, struct map *map, struct program_desk *desk)
{
	const void *value;

	switch (kind) {
	case PROGRAM_LOOKUP:
		value = map->ops->lookup(map, desk->key);
		if (!value)
			return 0;
		memcpy(desk->out, value, min(map->value_size, PROGRAM_VALUE_MAX + 0u));
		return 1;
	case PROGRAM_UPDATE:
		return map->ops->update(map, desk->key, desk->value, desk->flags);
	case PROGRAM_DELETE:
		return map->ops->remove(map, desk->key);
	case PROGRAM_PUSH:
		return map->ops->push(map, desk->value, desk->flags);
	case PROGRAM_POP:
		return map->ops->pop(map, desk->out);
	case PROGRAM_PEEK:
		return map->ops->peek(map, desk->out);
	case PROGRAM_KINDS:
		break;
	}
	return 0;
}

static const char *text_of(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static const char *text_of(const char *fmt, ...)
{
	static char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return text;
}

const char *program_same(struct program *program, struct pair *pair, const void *key,
			 const void *value, u64 flags)
{
	static const char *const names[] = {"lookup", "update", "delete", "push", "pop", "peek"};
	struct program_desk *linux_desk = program->desk;
	struct program_desk desk = {.flags = flags};
	const char *what = names[program->kind];
	int rc;

	if (key)
		memcpy(desk.key, key, min(pair->spec.key_size, PROGRAM_KEY_MAX + 0u));
	if (value)
		memcpy(desk.value, value, min(pair->spec.value_size, PROGRAM_VALUE_MAX + 0u));
	memset(desk.out, 0xa5, sizeof(desk.out));
	*linux_desk = desk;
	rc = program_run(program);
	if (rc)
		return text_of("the program did not run: %d", rc);
	desk.rc = call_skiff(program->kind, pair->map, &desk);
	pair->rc = (int)desk.rc;
	if (linux_desk->rc != desk.rc)
		return text_of("%s %s by a program (key 0x%x, flags 0x%llx): Linux %lld, skiff "
			       "%lld",
			       map_type_name(pair->spec.type), what, *(const u32 *)desk.key,
			       (unsigned long long)flags, (long long)linux_desk->rc,
			       (long long)desk.rc);
	for (u32 i = 0; i < sizeof(desk.out); i++) {
		if (linux_desk->out[i] != desk.out[i])
			return text_of("%s %s by a program (key 0x%x) answered %lld, byte %u: "
				       "Linux %02x, skiff %02x",
				       map_type_name(pair->spec.type), what, *(const u32 *)desk.key,
				       (long long)desk.rc, i, linux_desk->out[i], desk.out[i]);
	}
	return NULL;
}
