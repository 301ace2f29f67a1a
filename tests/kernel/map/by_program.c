/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * by_program.c - what programs get from maps, on Linux and on skiff: return codes and bytes of
 * single calls, what a pointer to a value shows after the value was replaced or deleted, walks
 * with callbacks, and maps within maps.
 */
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "kernel/helper/asm.h"
#include "pair.h"
#include "program.h"
#include "tap.h"

#define NEEDS_LINUX()                                                                              \
	do {                                                                                       \
		const char *missing = pair_missing();                                              \
		if (missing)                                                                       \
			SKIP(missing);                                                             \
	} while (0)

#define SPEC(t, k, v, n, f)                                                                        \
	(&(struct map_spec){.type = BPF_MAP_TYPE_##t,                                              \
			    .key_size = (k),                                                       \
			    .value_size = (v),                                                     \
			    .max_entries = (n),                                                    \
			    .flags = (f),                                                          \
			    .spin_lock_off = -1})

static const u64 odd_flags[] = {3, 4, 5, 6, 7, 8, 1ull << 32, 1ull << 63};

static u64 draw_flags(struct random *random)
{
	u32 turn = random_u32(random) % 16;

	if (turn < 13)
		return turn % 3;
	return odd_flags[random_u32(random) % ARRAY_SIZE(odd_flags)];
}

/* Single calls, drawn; and user space's view of the whole from time to time. */
static void play(const struct map_spec *spec, u32 keys, u32 turns)
{
	bool queue = spec->key_size == 0;
	struct program programs[PROGRAM_KINDS];
	struct random random;
	struct pair pair;
	u32 first = queue ? PROGRAM_PUSH : PROGRAM_LOOKUP;
	u32 last = queue ? PROGRAM_PEEK : PROGRAM_DELETE;
	u32 done[2] = {0, 0};

	PAIR_SAME(pair_create(&pair, spec, NULL));
	REQUIRE(pair.rc == 0);
	for (u32 kind = first; kind <= last; kind++)
		REQUIRE(!program_load(&programs[kind], kind, &pair));
	random_seed(&random, spec->type);
	for (u32 turn = 0; turn < turns; turn++) {
		u32 kind = first + random_u32(&random) % (last - first + 1);
		u8 key[PROGRAM_KEY_MAX], value[PROGRAM_VALUE_MAX];
		const char *difference;
		u32 number = random_u32(&random) % keys;

		if (kind != first && random_u32(&random) % 2)
			kind = queue ? PROGRAM_PUSH : PROGRAM_UPDATE;
		memset(key, 0x11, sizeof(key));
		memcpy(key, &number, sizeof(number));
		if (spec->type == BPF_MAP_TYPE_LPM_TRIE)
			key[4] = (u8)random_u32(&random);
		for (u32 i = 0; i < sizeof(value); i++)
			value[i] = (u8)random_u32(&random);
		difference = program_same(&programs[kind], &pair, key, value, draw_flags(&random));
		done[pair.rc < 0]++;
		if (!difference && !queue && turn % 64 == 63)
			difference = pair_contents(&pair);
		if (difference) {
			TAP_FAIL("call %u: %s", turn, difference);
			break;
		}
	}
	OK(done[0] > turns / 8);
	OK(done[1] > turns / 32);
	for (u32 kind = first; kind <= last; kind++)
		program_unload(&programs[kind]);
	pair_destroy(&pair);
}

TEST(single_calls)
{
	NEEDS_LINUX();
	play(SPEC(ARRAY, 4, 8, 7, 0), 9, 1500);
	play(SPEC(ARRAY, 4, 13, 7, 0), 9, 500);
	play(SPEC(PERCPU_ARRAY, 4, 13, 7, 0), 9, 1500);
	play(SPEC(HASH, 4, 8, 10, 0), 14, 1500);
	play(SPEC(HASH, 7, 5, 10, BPF_F_NO_PREALLOC), 14, 1500);
	play(SPEC(PERCPU_HASH, 4, 8, 10, 0), 14, 1500);
	play(SPEC(PERCPU_HASH, 8, 13, 10, BPF_F_NO_PREALLOC), 14, 1500);
	play(SPEC(LRU_HASH, 4, 8, 4096, 0), 100, 1500);
	play(SPEC(LRU_PERCPU_HASH, 4, 13, 4096, 0), 100, 1500);
	play(SPEC(LPM_TRIE, 8, 8, 20, BPF_F_NO_PREALLOC), 36, 1500);
	play(SPEC(QUEUE, 0, 8, 5, 0), 1, 1500);
	play(SPEC(STACK, 0, 13, 5, 0), 1, 1500);
}

/*
 * A script: straight-line code over a few keys that now and then takes hold of a value's address,
 * and reads through it later on. Everything it learns goes to the results.
 */
enum verb { PUT, DROP, HOLD, READ };

struct line {
	enum verb verb;
	u32 key;
	u64 value;
	u32 flags;
};

#define SCRIPT_LINES   40
#define SCRIPT_KEY_MAX 8

struct script {
	struct line lines[SCRIPT_LINES];
	u32 cnt;
};

static void draw_script(struct script *script, struct random *random, u32 keys)
{
	script->cnt = SCRIPT_LINES;
	for (u32 i = 0; i < script->cnt; i++) {
		static const enum verb verbs[] = {PUT, PUT, PUT, DROP, HOLD, READ, READ, READ};
		u32 turn = random_u32(random) % 8;

		script->lines[i] = (struct line){
			.verb = verbs[random_u32(random) % ARRAY_SIZE(verbs)],
			.key = random_u32(random) % keys,
			.value = 1000u + i,
			.flags = turn < 6 ? BPF_ANY : turn - 5,
		};
	}
}

/* 8 bytes of key for any type: for an LPM_TRIE the prefix length comes first. */
static void script_key(const struct pair *pair, u32 number, u32 key[2])
{
	bool lpm = pair->spec.type == BPF_MAP_TYPE_LPM_TRIE;

	key[0] = lpm ? 8 + number : number;
	key[1] = 0;
}

#define RESULT(i) ((s16)(offsetof(struct program_desk, results) + 8 * (i)))

/* r6 the desk, r7 what is held; at first that is the desk's flags, which no line changes. */
static u32 script_insns(const struct script *script, const struct pair *pair, int desk,
			struct bpf_insn *insns)
{
	struct bpf_insn *at = insns;
	u32 key[2];

#define EMIT(...)                                                                                  \
	do {                                                                                       \
		const struct bpf_insn emitted[] = {__VA_ARGS__};                                   \
		memcpy(at, emitted, sizeof(emitted));                                              \
		at += ARRAY_SIZE(emitted);                                                         \
	} while (0)
	EMIT(LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, desk), MOV(7, 6));
	for (u32 i = 0; i < script->cnt; i++) {
		const struct line *line = &script->lines[i];

		script_key(pair, line->key, key);
		EMIT(STORE32_IMM(10, -8, (s32)key[0]), STORE32_IMM(10, -4, (s32)key[1]),
		     LOAD_MAP(1, pair->fd), MOV(2, 10), ADD_IMM(2, -8));
		switch (line->verb) {
		case PUT:
			EMIT(STORE32_IMM(10, -16, (s32)line->value), STORE32_IMM(10, -12, 0),
			     MOV(3, 10), ADD_IMM(3, -16), MOV_IMM(4, (s32)line->flags),
			     CALL(BPF_FUNC_map_update_elem), STORE64(6, 0, RESULT(i)));
			break;
		case DROP:
			EMIT(CALL(BPF_FUNC_map_delete_elem), STORE64(6, 0, RESULT(i)));
			break;
		case HOLD:
			EMIT(CALL(BPF_FUNC_map_lookup_elem), JEQ_IMM(0, 0, 1), MOV(7, 0));
			break;
		case READ:
			EMIT(LOAD64(0, 7, 0), STORE64(6, 0, RESULT(i)));
			break;
		}
	}
	EMIT(MOV_IMM(0, 0), EXIT());
#undef EMIT
	return (u32)(at - insns);
}

static void script_in_skiff(const struct script *script, const struct pair *pair, u64 *results)
{
	struct map *map = pair->map;
	const u64 nothing = 0;
	const void *held = &nothing;
	const void *found;
	u32 key[2];

	for (u32 i = 0; i < script->cnt; i++) {
		const struct line *line = &script->lines[i];

		script_key(pair, line->key, key);
		switch (line->verb) {
		case PUT:
			results[i] = (u64)map->ops->update(map, key, &line->value, line->flags);
			break;
		case DROP:
			results[i] = (u64)map->ops->remove(map, key);
			break;
		case HOLD:
			found = map->ops->lookup(map, key);
			if (found)
				held = found;
			break;
		case READ:
			memcpy(&results[i], held, 8);
			break;
		}
	}
}

static const char *const verbs[] = {"put", "drop", "hold", "read"};

static void show_script(const struct script *script, u32 until)
{
	for (u32 i = 0; i <= until; i++)
		printf("# %2u %s %u value %llu flags %u\n", i, verbs[script->lines[i].verb],
		       script->lines[i].key, (unsigned long long)script->lines[i].value,
		       script->lines[i].flags);
}

static void play_scripts(const struct map_spec *spec, u32 keys, u32 scripts)
{
	static struct bpf_insn insns[16 * SCRIPT_LINES];
	struct random random;

	random_seed(&random, (u64)spec->type << 32 | spec->flags);
	for (u32 turn = 0; turn < scripts; turn++) {
		u64 results[SCRIPT_LINES] = {0};
		struct program program;
		struct script script;
		struct pair pair;
		u32 cnt;

		draw_script(&script, &random, keys);
		PAIR_SAME(pair_create(&pair, spec, NULL));
		REQUIRE(pair.rc == 0);
		REQUIRE(!program_desk(&program));
		cnt = script_insns(&script, &pair, program.desk_fd, insns);
		REQUIRE(!program_load_insns(&program, insns, cnt));
		EQ(program_run(&program), 0);
		script_in_skiff(&script, &pair, results);
		for (u32 i = 0; i < script.cnt; i++) {
			if (program.desk->results[i] == results[i])
				continue;
			show_script(&script, i);
			TAP_FAIL("%s flags 0x%x, script %u, line %u: Linux %lld, skiff %lld",
				 map_type_name(spec->type), spec->flags, turn, i,
				 (long long)program.desk->results[i], (long long)results[i]);
			break;
		}
		PAIR_SAME(pair_contents(&pair));
		program_unload(&program);
		pair_destroy(&pair);
	}
}

TEST(held_values)
{
	NEEDS_LINUX();
	play_scripts(SPEC(ARRAY, 4, 8, 3, 0), 4, 60);
	play_scripts(SPEC(PERCPU_ARRAY, 4, 8, 3, 0), 4, 60);
	play_scripts(SPEC(HASH, 4, 8, 3, 0), 4, 200);
	play_scripts(SPEC(HASH, 8, 8, 20, 0), 5, 60);
	play_scripts(SPEC(HASH, 4, 8, 3, BPF_F_NO_PREALLOC), 4, 200);
	play_scripts(SPEC(PERCPU_HASH, 4, 8, 3, 0), 4, 60);
	/* A PERCPU_HASH without preallocation keeps but two or three free places a CPU, and gives
	 * the others back to the system: what is left of a deleted value is a matter of timing. */
	play_scripts(SPEC(LRU_HASH, 4, 8, 3, 0), 5, 100);
	play_scripts(SPEC(LRU_HASH, 4, 8, 256 * pair_cpus(), 0), 5, 60);
	play_scripts(SPEC(LRU_PERCPU_HASH, 4, 8, 3, 0), 5, 60);
	play_scripts(SPEC(LPM_TRIE, 8, 8, 3, BPF_F_NO_PREALLOC), 5, 100);
}

/* What a callback does at each element, besides noting it. */
enum walk { LOOK, STOP, DELETE, INSERT };

enum { KEY_SUM, ORDER, VISITS, LAST_RC, WALK_RESULTS };

#define WALK_STOP_AT  3
#define WALK_INSERTED 1000 /* key of what is inserted: the element's own, plus this */
#define WALK_KEYS_MAX 2000 /* no callback inserts for a key from here on */

static u32 walk_insns(enum walk walk, const struct pair *pair, int desk, struct bpf_insn *insns,
		      u32 *callback)
{
	struct bpf_insn *at = insns;

#define EMIT(...)                                                                                  \
	do {                                                                                       \
		const struct bpf_insn emitted[] = {__VA_ARGS__};                                   \
		memcpy(at, emitted, sizeof(emitted));                                              \
		at += ARRAY_SIZE(emitted);                                                         \
	} while (0)
	EMIT(LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, desk), LOAD_MAP(1, pair->fd), LOAD_FUNC(2, 7),
	     MOV_IMM(3, 0), MOV_IMM(4, 0), CALL(BPF_FUNC_for_each_map_elem),
	     STORE64(6, 0, offsetof(struct program_desk, rc)), MOV_IMM(0, 0), EXIT());
	*callback = (u32)(at - insns);
	EMIT(LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, desk), MOV(8, 1), MOV(9, 2),
	     INSN(BPF_LDX | BPF_MEM | BPF_W, 7, 2, 0, 0));
	EMIT(LOAD64(0, 6, RESULT(KEY_SUM)), INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 7, 0, 0),
	     STORE64(6, 0, RESULT(KEY_SUM)));
	EMIT(LOAD64(0, 6, RESULT(ORDER)), INSN(BPF_ALU64 | BPF_MUL | BPF_K, 0, 0, 0, 31),
	     INSN(BPF_ALU64 | BPF_ADD | BPF_X, 0, 7, 0, 0), STORE64(6, 0, RESULT(ORDER)));
	EMIT(LOAD64(0, 6, RESULT(VISITS)), ADD_IMM(0, 1), STORE64(6, 0, RESULT(VISITS)));
	switch (walk) {
	case LOOK:
		break;
	case STOP:
		EMIT(JNE_IMM(0, WALK_STOP_AT, 2), MOV_IMM(0, 1), EXIT());
		break;
	case DELETE:
		EMIT(MOV(1, 8), MOV(2, 9), CALL(BPF_FUNC_map_delete_elem),
		     STORE64(6, 0, RESULT(LAST_RC)));
		break;
	case INSERT:
		EMIT(JGT_IMM(7, WALK_KEYS_MAX, 12), MOV(1, 8), ADD_IMM(7, WALK_INSERTED),
		     INSN(BPF_STX | BPF_MEM | BPF_W, 10, 7, -8, 0), STORE32_IMM(10, -4, 0),
		     STORE32_IMM(10, -16, 5), STORE32_IMM(10, -12, 0), MOV(2, 10), ADD_IMM(2, -8),
		     MOV(3, 10), ADD_IMM(3, -16), MOV_IMM(4, 0), CALL(BPF_FUNC_map_update_elem));
		break;
	}
	EMIT(MOV_IMM(0, 0), EXIT());
#undef EMIT
	return (u32)(at - insns);
}

struct walker {
	enum walk walk;
	u64 results[WALK_RESULTS];
};

static u64 visit(void *ctx, struct map *map, void *key, void *value)
{
	struct walker *walker = ctx;
	u64 inserted[2] = {0, 5};
	u32 number;

	memcpy(&number, key, sizeof(number));
	walker->results[KEY_SUM] += number;
	walker->results[ORDER] = walker->results[ORDER] * 31 + number;
	walker->results[VISITS]++;
	switch (walker->walk) {
	case LOOK:
		break;
	case STOP:
		return walker->results[VISITS] == WALK_STOP_AT;
	case DELETE:
		walker->results[LAST_RC] = (u64)map->ops->remove(map, key);
		break;
	case INSERT:
		if (number > WALK_KEYS_MAX)
			break;
		inserted[0] = number + WALK_INSERTED;
		map->ops->update(map, &inserted[0], &inserted[1], 0);
		break;
	}
	return 0;
}

/* @ordered: elements come in the same order on both sides. */
static void play_walk(const struct map_spec *spec, enum walk walk, u32 elements, bool ordered)
{
	struct walker walker = {.walk = walk};
	struct bpf_insn insns[64];
	struct program program;
	u32 cnt, callback;
	struct pair pair;

	PAIR_SAME(pair_create(&pair, spec, NULL));
	REQUIRE(pair.rc == 0);
	for (u32 key = 0; key < elements; key++) {
		u64 value = key * 3;

		PAIR_SAME(pair_update(&pair, &key, &value, 0));
	}
	REQUIRE(!program_desk(&program));
	cnt = walk_insns(walk, &pair, program.desk_fd, insns, &callback);
	REQUIRE(!program_load_callback(&program, insns, cnt, callback));
	EQ(program_run(&program), 0);
	EQ(pair.map->ops->for_each(pair.map, visit, &walker), program.desk->rc);
	/* Which elements come before the end, and which inserted ones are met, the order says. */
	if (ordered || walk == LOOK || walk == DELETE) {
		EQ(walker.results[KEY_SUM], program.desk->results[KEY_SUM]);
		EQ(walker.results[VISITS], program.desk->results[VISITS]);
		EQ(walker.results[LAST_RC], program.desk->results[LAST_RC]);
	}
	if (ordered)
		EQ(walker.results[ORDER], program.desk->results[ORDER]);
	PAIR_SAME(pair_contents(&pair));
	program_unload(&program);
	pair_destroy(&pair);
}

TEST(walks)
{
	static const enum bpf_map_type hashes[] = {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH,
						   BPF_MAP_TYPE_LRU_HASH,
						   BPF_MAP_TYPE_LRU_PERCPU_HASH};

	NEEDS_LINUX();
	for (enum walk walk = LOOK; walk <= DELETE; walk++) {
		play_walk(SPEC(ARRAY, 4, 8, 7, 0), walk, 5, true);
		play_walk(SPEC(PERCPU_ARRAY, 4, 8, 7, 0), walk, 5, true);
		for (u32 i = 0; i < ARRAY_SIZE(hashes); i++) {
			struct map_spec spec = *SPEC(HASH, 4, 8, 600, 0);

			spec.type = hashes[i];
			play_walk(&spec, walk, 0, false);
			play_walk(&spec, walk, 100, false);
		}
		play_walk(SPEC(HASH, 4, 8, 600, BPF_F_NO_PREALLOC), walk, 100, false);
	}
	play_walk(SPEC(ARRAY, 4, 8, 7, 0), INSERT, 5, true);
}

/* Where a lookup in an outer map leads, step by step. */
static void play_inner(const struct map_spec *outer_spec)
{
	const struct map_spec *inner_spec = SPEC(HASH, 4, 8, 5, 0);
	struct program program;
	struct pair outer, inner;
	u32 present = 2, absent = 3;
	u64 value = 77;

	PAIR_SAME(pair_create(&inner, inner_spec, NULL));
	PAIR_SAME(pair_create(&outer, outer_spec, &inner));
	REQUIRE(inner.rc == 0 && outer.rc == 0);
	PAIR_SAME(pair_update(&inner, &present, &value, 0));
	PAIR_SAME(pair_update_inner(&outer, &present, &inner, 0));
	REQUIRE(!program_desk(&program));
	{
		const s16 key = offsetof(struct program_desk, key);
		const s16 inner_key = offsetof(struct program_desk, value);
		const s16 rc = offsetof(struct program_desk, rc);
		const struct bpf_insn insns[] = {
			LOAD_IMM64(6, BPF_PSEUDO_MAP_VALUE, program.desk_fd),
			LOAD_MAP(1, outer.fd),
			MOV(2, 6),
			ADD_IMM(2, key),
			CALL(BPF_FUNC_map_lookup_elem),
			MOV_IMM(7, 1),
			JEQ_IMM(0, 0, 7),
			MOV(1, 0),
			MOV(2, 6),
			ADD_IMM(2, inner_key),
			CALL(BPF_FUNC_map_lookup_elem),
			MOV_IMM(7, 2),
			JEQ_IMM(0, 0, 1),
			LOAD64(7, 0, 0),
			STORE64(6, 7, rc),
			MOV_IMM(0, 0),
			EXIT(),
		};

		REQUIRE(!program_load_insns(&program, insns, ARRAY_SIZE(insns)));
	}
	for (u32 way = 0; way < 4; way++) {
		u32 outer_key = way & 1 ? present : absent, inner_key = way & 2 ? present : absent;
		struct map *found = outer.map->ops->lookup(outer.map, &outer_key);
		const u64 *answer = found ? found->ops->lookup(found, &inner_key) : NULL;

		memcpy(program.desk->key, &outer_key, 4);
		memcpy(program.desk->value, &inner_key, 4);
		EQ(program_run(&program), 0);
		EQ(found ? answer ? *answer : 2 : 1, program.desk->rc);
	}
	program_unload(&program);
	pair_destroy(&outer);
	pair_destroy(&inner);
}

TEST(inner_maps)
{
	NEEDS_LINUX();
	play_inner(SPEC(ARRAY_OF_MAPS, 4, 4, 5, 0));
	play_inner(SPEC(HASH_OF_MAPS, 4, 4, 5, 0));
}

TAP_MAIN()
