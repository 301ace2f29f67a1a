/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sequence.c - thousands of bpf(2) calls on one map, the same on Linux and on skiff: every return
 * code, every byte read back, every byte that had to stay untouched.
 *
 * The calls are drawn from a seeded stream with flags good and bad, few enough keys that they
 * meet, and now and then a key or value that is not there. For hash tables the order of keys is
 * not compared, and for LRU maps the keys are few enough that none is pushed out (lru.c has the
 * rest).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "pair.h"
#include "tap.h"

#define KEY_MAX	  264
#define VALUE_MAX 4096

static const u64 odd_flags[] = {BPF_NOEXIST | BPF_EXIST,
				BPF_F_LOCK,
				BPF_F_LOCK | BPF_NOEXIST,
				BPF_F_LOCK | BPF_EXIST,
				BPF_F_LOCK | 3,
				8,
				16,
				1ull << 31,
				1ull << 32,
				(1ull << 32) | BPF_NOEXIST,
				1ull << 63,
				~0ull};

struct game {
	struct random random;
	struct pair *pair;
	u32 keys;     /* different keys in play */
	bool ordered; /* next_key gives the same key on both sides */
	u32 done[2];  /* calls that succeeded, that failed */
	u8 key[KEY_MAX], value[VALUE_MAX];
};

static u32 draw(struct game *game, u32 below)
{
	return random_u32(&game->random) % below;
}

static u64 draw_flags(struct game *game)
{
	u32 turn = draw(game, 16);

	if (turn < 9)
		return BPF_ANY;
	if (turn < 12)
		return BPF_NOEXIST;
	if (turn < 15)
		return BPF_EXIST;
	return odd_flags[draw(game, ARRAY_SIZE(odd_flags))];
}

/* Prefixes that share their beginnings; some too long, some with bits set behind the prefix. */
static void draw_prefix(struct game *game)
{
	u32 bits = (game->pair->spec.key_size - 4) * 8;
	u32 prefixlen = draw(game, 3) ? draw(game, bits + 1) : draw(game, min(bits + 3, 12u));

	if (draw(game, 40) == 0)
		prefixlen = random_u32(&game->random);
	memcpy(game->key, &prefixlen, 4);
	memset(game->key + 4, 0, game->pair->spec.key_size - 4);
	game->key[4] = (u8)(draw(game, 4) << 6 | draw(game, 2));
	if (game->pair->spec.key_size > 5)
		game->key[5 + draw(game, game->pair->spec.key_size - 5)] = (u8)draw(game, 256);
}

/* A key, or NULL where the type has none; and now and then the wrong one of these. */
static const void *draw_key(struct game *game)
{
	u32 size = game->pair->spec.key_size;
	u32 number = draw(game, game->keys);
	bool wrong = draw(game, 64) == 0;

	if (game->pair->spec.type == BPF_MAP_TYPE_LPM_TRIE) {
		draw_prefix(game);
		return wrong ? NULL : game->key;
	}
	if (draw(game, 64) == 0)
		number = random_u32(&game->random);
	memset(game->key, 0x5c, size);
	memcpy(game->key, &number, min(size, 4u));
	if ((size == 0) != wrong)
		return NULL;
	return game->key;
}

static const void *draw_value(struct game *game)
{
	for (u32 i = 0; i < game->pair->stride; i++)
		game->value[i] = (u8)random_u32(&game->random);
	return draw(game, 64) ? game->value : NULL;
}

static const char *step(struct game *game)
{
	const void *key = draw_key(game);
	u64 read_flags;

	switch (draw(game, 16)) {
	case 0 ... 5:
		return pair_update(game->pair, key, draw_value(game), draw_flags(game));
	case 6 ... 9:
		read_flags = draw(game, 8) ? 0 : draw_flags(game);
		return pair_lookup(game->pair, key, read_flags);
	case 10:
		return pair_lookup_nowhere(game->pair, key, 0);
	case 11:
	case 12:
		return pair_delete(game->pair, key);
	case 13:
		if (draw(game, 4) == 0)
			key = NULL;
		return game->ordered ? pair_next_key(game->pair, key)
				     : pair_next_key_unordered(game->pair, key);
	}
	read_flags = draw(game, 8) ? 0 : draw_flags(game);
	return pair_take(game->pair, key, read_flags);
}

/*
 * @turns calls on a map of @spec with @keys keys in play, a look at all of the contents from time
 * to time, and then the same on the frozen map. Ends at the first difference.
 */
static void play(const struct map_spec *spec, u32 keys, u32 turns)
{
	bool ordered = spec->type == BPF_MAP_TYPE_ARRAY ||
		       spec->type == BPF_MAP_TYPE_PERCPU_ARRAY ||
		       spec->type == BPF_MAP_TYPE_LPM_TRIE;
	struct pair pair;
	struct game *game;
	const char *difference;

	PAIR_SAME(pair_create(&pair, spec, NULL));
	if (pair.rc) {
		TAP_FAIL("%s was not created: %d", map_type_name(spec->type), pair.rc);
		return;
	}
	game = calloc(1, sizeof(*game));
	if (!game)
		abort();
	random_seed(&game->random, (u64)spec->type << 32 | spec->flags);
	game->pair = &pair;
	game->keys = keys;
	game->ordered = ordered;
	for (u32 turn = 0; turn < turns; turn++) {
		difference = step(game);
		game->done[pair.rc != 0]++;
		if (!difference && turn % 128 == 127 && spec->key_size &&
		    !(spec->flags & (BPF_F_RDONLY | BPF_F_WRONLY)))
			difference = pair_contents(&pair);
		if (!difference && turn == turns * 7 / 8)
			difference = pair_freeze(&pair);
		if (!difference && turn == turns * 15 / 16)
			difference = pair_freeze(&pair);
		if (difference) {
			TAP_FAIL("call %u: %s", turn, difference);
			break;
		}
	}
	OK(game->done[1] > 0);
	if (!(spec->flags & (BPF_F_RDONLY | BPF_F_WRONLY)) && spec->type != BPF_MAP_TYPE_RINGBUF)
		OK(game->done[0] > turns / 8);
	free(game);
	pair_destroy(&pair);
}

#define SPEC(t, k, v, n, f)                                                                        \
	(&(struct map_spec){.type = BPF_MAP_TYPE_##t,                                              \
			    .key_size = (k),                                                       \
			    .value_size = (v),                                                     \
			    .max_entries = (n),                                                    \
			    .flags = (f),                                                          \
			    .spin_lock_off = -1})
#define LOCKED(t, n, f)                                                                            \
	(&(struct map_spec){.type = BPF_MAP_TYPE_##t,                                              \
			    .key_size = 4,                                                         \
			    .value_size = sizeof(struct locked_value),                             \
			    .max_entries = (n),                                                    \
			    .flags = (f),                                                          \
			    .spin_lock_off = offsetof(struct locked_value, lock)})

/* What a descriptor or programs may not do changes what calls answer, or does not. */
#define WITH_ACCESS(t, k, v, n, f)                                                                 \
	do {                                                                                       \
		play(SPEC(t, k, v, n, (f) | BPF_F_RDONLY), 8, 500);                                \
		play(SPEC(t, k, v, n, (f) | BPF_F_WRONLY), 8, 500);                                \
		play(SPEC(t, k, v, n, (f) | BPF_F_RDONLY_PROG), 8, 500);                           \
		play(SPEC(t, k, v, n, (f) | BPF_F_WRONLY_PROG), 8, 500);                           \
	} while (0)

#define NEEDS_LINUX()                                                                              \
	do {                                                                                       \
		const char *missing = pair_missing();                                              \
		if (missing)                                                                       \
			SKIP(missing);                                                             \
	} while (0)

TEST(array)
{
	NEEDS_LINUX();
	play(SPEC(ARRAY, 4, 4, 1, 0), 3, 500);
	play(SPEC(ARRAY, 4, 8, 7, 0), 9, 2000);
	play(SPEC(ARRAY, 4, 13, 16, BPF_F_MMAPABLE), 20, 2000);
	play(SPEC(ARRAY, 4, 1000, 5, BPF_F_INNER_MAP), 6, 500);
	play(LOCKED(ARRAY, 6, 0), 8, 2000);
	WITH_ACCESS(ARRAY, 4, 8, 7, 0);
}

TEST(percpu_array)
{
	NEEDS_LINUX();
	play(SPEC(PERCPU_ARRAY, 4, 8, 7, 0), 9, 2000);
	play(SPEC(PERCPU_ARRAY, 4, 13, 7, 0), 9, 2000);
	WITH_ACCESS(PERCPU_ARRAY, 4, 8, 7, 0);
}

TEST(hash)
{
	NEEDS_LINUX();
	play(SPEC(HASH, 4, 4, 1, 0), 3, 500);
	play(SPEC(HASH, 4, 8, 10, 0), 14, 3000);
	play(SPEC(HASH, 4, 8, 10, BPF_F_NO_PREALLOC), 14, 3000);
	play(SPEC(HASH, 1, 1, 100, 0), 120, 3000);
	play(SPEC(HASH, 13, 21, 33, BPF_F_ZERO_SEED), 40, 3000);
	play(SPEC(HASH, 16, 64, 200, BPF_F_NO_PREALLOC), 230, 3000);
	play(SPEC(HASH, 250, 1000, 9, 0), 12, 500);
	play(LOCKED(HASH, 10, 0), 14, 3000);
	play(LOCKED(HASH, 10, BPF_F_NO_PREALLOC), 14, 3000);
	WITH_ACCESS(HASH, 4, 8, 7, 0);
}

TEST(percpu_hash)
{
	NEEDS_LINUX();
	play(SPEC(PERCPU_HASH, 4, 8, 10, 0), 14, 3000);
	play(SPEC(PERCPU_HASH, 4, 13, 10, BPF_F_NO_PREALLOC), 14, 3000);
	play(SPEC(PERCPU_HASH, 8, 3, 64, 0), 80, 3000);
	WITH_ACCESS(PERCPU_HASH, 4, 8, 7, 0);
}

TEST(lru_hash)
{
	NEEDS_LINUX();
	play(SPEC(LRU_HASH, 4, 8, 4096, 0), 300, 3000);
	play(SPEC(LRU_HASH, 4, 13, 4096, BPF_F_NO_COMMON_LRU), 300, 3000);
	WITH_ACCESS(LRU_HASH, 4, 8, 1024, 0);
}

TEST(lru_percpu_hash)
{
	NEEDS_LINUX();
	play(SPEC(LRU_PERCPU_HASH, 4, 8, 4096, 0), 300, 3000);
	play(SPEC(LRU_PERCPU_HASH, 4, 13, 4096, BPF_F_NO_COMMON_LRU), 300, 3000);
	WITH_ACCESS(LRU_PERCPU_HASH, 4, 8, 1024, 0);
}

TEST(lpm_trie)
{
	NEEDS_LINUX();
	play(SPEC(LPM_TRIE, 5, 1, 9, BPF_F_NO_PREALLOC), 1, 3000);
	play(SPEC(LPM_TRIE, 8, 8, 30, BPF_F_NO_PREALLOC), 1, 4000);
	play(SPEC(LPM_TRIE, 8, 8, 4000, BPF_F_NO_PREALLOC), 1, 8000);
	play(SPEC(LPM_TRIE, 20, 5, 500, BPF_F_NO_PREALLOC), 1, 6000);
	play(SPEC(LPM_TRIE, 13, 40, 500, BPF_F_NO_PREALLOC), 1, 3000);
	play(SPEC(LPM_TRIE, 260, 7, 100, BPF_F_NO_PREALLOC), 1, 1000);
	WITH_ACCESS(LPM_TRIE, 8, 8, 10, BPF_F_NO_PREALLOC);
}

TEST(queue)
{
	NEEDS_LINUX();
	play(SPEC(QUEUE, 0, 4, 1, 0), 1, 1000);
	play(SPEC(QUEUE, 0, 13, 7, 0), 1, 3000);
	WITH_ACCESS(QUEUE, 0, 8, 7, 0);
}

TEST(stack)
{
	NEEDS_LINUX();
	play(SPEC(STACK, 0, 4, 1, 0), 1, 1000);
	play(SPEC(STACK, 0, 13, 7, 0), 1, 3000);
	WITH_ACCESS(STACK, 0, 8, 7, 0);
}

TEST(ringbuf)
{
	NEEDS_LINUX();
	play(SPEC(RINGBUF, 0, 0, 4096, 0), 1, 500);
}

/* Descriptors of objects are not drawn here: these answer as to a bad one. */
TEST(object_arrays)
{
	NEEDS_LINUX();
	for (u32 type = BPF_MAP_TYPE_PROG_ARRAY; type <= BPF_MAP_TYPE_PERF_EVENT_ARRAY; type++) {
		struct map_spec spec = {.type = type,
					.key_size = 4,
					.value_size = 4,
					.max_entries = 5,
					.spin_lock_off = -1};
		struct game game = {.keys = 7};
		u32 bad_fd = ~0u;
		struct pair pair;

		PAIR_SAME(pair_create(&pair, &spec, NULL));
		REQUIRE(pair.rc == 0);
		random_seed(&game.random, type);
		game.pair = &pair;
		for (u32 turn = 0; turn < 1000; turn++) {
			const void *key = draw_key(&game);

			switch (draw(&game, 5)) {
			case 0:
				PAIR_SAME(pair_lookup(&pair, key, 0));
				break;
			case 1:
				PAIR_SAME(pair_update(&pair, key, &bad_fd, draw_flags(&game)));
				break;
			case 2:
				PAIR_SAME(pair_delete(&pair, key));
				break;
			case 3:
				PAIR_SAME(pair_next_key(&pair, key));
				break;
			case 4:
				PAIR_SAME(pair_take(&pair, key, 0));
				break;
			}
		}
		pair_destroy(&pair);
	}
}

/* Outer maps: what fits, what does not, replacing, deleting, filling up. */
static void play_outer(const struct map_spec *outer_spec)
{
	enum { FITTING = 3, INNERS = 6 };
	struct map_spec inner_spec = *SPEC(HASH, 4, 8, 5, 0);
	struct pair outer, inner[INNERS];
	struct game game = {.keys = 9};
	u32 done[2] = {0, 0};

	for (u32 i = 0; i < INNERS; i++) {
		if (i == FITTING)
			inner_spec.value_size = 12;
		if (i == FITTING + 1)
			inner_spec = *SPEC(HASH, 4, 8, 5, BPF_F_NO_PREALLOC);
		if (i == FITTING + 2)
			inner_spec = *SPEC(ARRAY, 4, 8, 5, 0);
		inner_spec.max_entries++;
		PAIR_SAME(pair_create(&inner[i], &inner_spec, NULL));
		REQUIRE(inner[i].rc == 0);
	}
	PAIR_SAME(pair_create(&outer, outer_spec, &inner[0]));
	REQUIRE(outer.rc == 0);
	random_seed(&game.random, outer_spec->type);
	game.pair = &outer;
	for (u32 turn = 0; turn < 1000; turn++) {
		const void *key = draw_key(&game);
		u32 which = draw(&game, INNERS + 3);
		const struct pair *object = which < INNERS ? &inner[which] : &inner[0];

		switch (draw(&game, 8)) {
		case 0 ... 4:
			/* Waiting for the grace period makes Linux slow here, so not too often. */
			if (turn % 8)
				continue;
			PAIR_SAME(pair_update_inner(&outer, key, which == INNERS ? NULL : object,
						    draw_flags(&game)));
			break;
		case 5:
			PAIR_SAME(pair_delete(&outer, key));
			break;
		case 6:
			PAIR_SAME(pair_take(&outer, key, 0));
			break;
		case 7:
			PAIR_SAME(pair_lookup(&outer, key, 0));
			break;
		}
		done[outer.rc != 0]++;
	}
	OK(done[0] > 50);
	OK(done[1] > 50);
	pair_destroy(&outer);
	for (u32 i = 0; i < INNERS; i++)
		pair_destroy(&inner[i]);
}

TEST(maps_of_maps)
{
	NEEDS_LINUX();
	play_outer(SPEC(ARRAY_OF_MAPS, 4, 4, 7, 0));
	play_outer(SPEC(HASH_OF_MAPS, 4, 4, 5, 0));
	play_outer(SPEC(HASH_OF_MAPS, 4, 4, 5, BPF_F_NO_PREALLOC));
}

/* ARRAYs are of one shape only when they are as long, or the template has BPF_F_INNER_MAP. */
TEST(arrays_in_maps)
{
	static const u32 templates[] = {0, BPF_F_INNER_MAP, BPF_F_MMAPABLE};
	u32 key = 0;

	NEEDS_LINUX();
	for (u32 t = 0; t < ARRAY_SIZE(templates); t++) {
		struct pair outer, like, other;

		PAIR_SAME(pair_create(&like, SPEC(ARRAY, 4, 8, 5, templates[t]), NULL));
		PAIR_SAME(pair_create(&outer, SPEC(ARRAY_OF_MAPS, 4, 4, 2, 0), &like));
		REQUIRE(outer.rc == 0);
		PAIR_SAME(pair_update_inner(&outer, &key, &like, 0));
		EQ(outer.rc, 0);
		for (u32 o = 0; o < ARRAY_SIZE(templates); o++) {
			PAIR_SAME(pair_create(&other, SPEC(ARRAY, 4, 8, 6, templates[o]), NULL));
			PAIR_SAME(pair_update_inner(&outer, &key, &other, 0));
			EQ(outer.rc, t == 1 && o == 1 ? 0 : -22);
			pair_destroy(&other);
		}
		pair_destroy(&outer);
		pair_destroy(&like);
	}
}

TAP_MAIN()
