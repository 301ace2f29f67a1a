/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * create.c - BPF_MAP_CREATE with good and bad attributes, on Linux and on skiff: the same errno.
 *
 * From a good specification of every type, each attribute alone takes all its interesting values;
 * then random ones together. Products that would take real memory are left out.
 */
#include <string.h>
#include <unistd.h>

#include "base/random.h"
#include "pair.h"
#include "tap.h"

#define MEMORY_MAX (1u << 20) /* bytes an accepted random map may take */

static const u32 key_sizes[] = {0,	  1,	   2,	    3,	     4,		 5,   6,
				7,	  8,	   9,	    16,	     255,	 256, 257,
				259,	  260,	   261,	    264,     512,	 513, 514,
				1u << 16, 4194246, 4194247, 4194248, 0x7fffffff, ~0u};
static const u32 value_sizes[] = {
	0,	 1,	  2,	   3,	    4,	      5,	  7,	      8,       9,
	16,	 32760,	  32761,   32767,   32768,    32769,	  4194023,    4194024, 4194025,
	4194251, 4194252, 4194304, 4194305, 1u << 31, 0xfffffff8, 0xfffffff9, ~0u};
static const u32 entries[] = {0, 1, 2, 3, 5, 64, 100, 4095, 4096, 4097, 8192, 12288, 16384, 65536};
/* Refused for their number alone: with a type that would take them they are not tried. */
static const u32 entries_absurd[] = {(1u << 27) + 1, 1u << 31, (1u << 31) + 1, ~0u};
static const u32 flag_sets[] = {0,
				BPF_F_RDONLY | BPF_F_WRONLY,
				BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG,
				BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU,
				BPF_F_NO_PREALLOC | BPF_F_ZERO_SEED,
				BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG,
				BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE,
				BPF_F_NO_COMMON_LRU | BPF_F_NUMA_NODE,
				BPF_F_MMAPABLE | BPF_F_INNER_MAP,
				BPF_F_MMAPABLE | BPF_F_RDONLY,
				BPF_F_RDONLY | BPF_F_RDONLY_PROG,
				~0u};

static struct map_spec good(u32 type)
{
	struct map_spec spec = {.type = type,
				.key_size = 4,
				.value_size = 4,
				.max_entries = 4096,
				.spin_lock_off = -1};

	switch (type) {
	case BPF_MAP_TYPE_LPM_TRIE:
		spec.key_size = 8;
		spec.flags = BPF_F_NO_PREALLOC;
		break;
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		spec.key_size = 0;
		break;
	case BPF_MAP_TYPE_RINGBUF:
		spec.key_size = 0;
		spec.value_size = 0;
		break;
	}
	return spec;
}

static struct pair template;

static int try(const struct map_spec *spec)
{
	const struct pair *inner = NULL;
	struct pair pair;
	int rc;

	if (spec->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || spec->type == BPF_MAP_TYPE_HASH_OF_MAPS)
		inner = &template;
	PAIR_SAME(pair_create(&pair, spec, inner));
	rc = pair.rc;
	pair_destroy(&pair);
	return rc;
}

static bool is_array(u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_PROG_ARRAY || type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ||
	       type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_QUEUE ||
	       type == BPF_MAP_TYPE_STACK || type == BPF_MAP_TYPE_LPM_TRIE ||
	       type == BPF_MAP_TYPE_RINGBUF;
}

static void try_all(u32 type)
{
	struct map_spec spec;

	EQ(try(&(struct map_spec){.type = type, .spin_lock_off = -1}) < 0, 1);
	for (u32 i = 0; i < ARRAY_SIZE(key_sizes); i++) {
		spec = good(type);
		spec.max_entries = type == BPF_MAP_TYPE_RINGBUF ? 4096 : 1;
		spec.key_size = key_sizes[i];
		try(&spec);
	}
	for (u32 i = 0; i < ARRAY_SIZE(value_sizes); i++) {
		spec = good(type);
		spec.max_entries = type == BPF_MAP_TYPE_RINGBUF ? 4096 : 1;
		spec.value_size = value_sizes[i];
		try(&spec);
	}
	for (u32 i = 0; i < ARRAY_SIZE(entries); i++) {
		spec = good(type);
		spec.max_entries = entries[i];
		try(&spec);
	}
	for (u32 i = 0; i < ARRAY_SIZE(entries_absurd) && !is_array(type); i++) {
		spec = good(type);
		spec.max_entries = entries_absurd[i];
		try(&spec);
	}
	for (u32 bit = 0; bit < 32; bit++) {
		spec = good(type);
		spec.flags ^= BIT(bit);
		try(&spec);
		spec.numa_node = 1u << 20;
		try(&spec);
		spec.numa_node = ~0u;
		try(&spec);
	}
	for (u32 i = 0; i < ARRAY_SIZE(flag_sets); i++) {
		spec = good(type);
		spec.flags |= flag_sets[i];
		try(&spec);
		spec.flags = flag_sets[i];
		try(&spec);
	}
	spec = good(type);
	spec.extra = 1;
	try(&spec);
}

TEST(every_attribute_alone)
{
	struct map_spec inner = good(BPF_MAP_TYPE_ARRAY);
	const char *missing = pair_missing();

	if (missing)
		SKIP(missing);
	REQUIRE(!pair_create(&template, &inner, NULL));
	for (u32 type = 0; type < 40; type++) {
		if (map_type_name(type) && !map_type_supported(type))
			continue;
		try_all(type);
		if (map_type_supported(type)) {
			struct map_spec spec = good(type);

			EQ(try(&spec), 0);
		}
	}
	pair_destroy(&template);
}

#define PICK(random, list) ((list)[random_u32(random) % ARRAY_SIZE(list)])

TEST(attributes_together)
{
	struct map_spec inner = good(BPF_MAP_TYPE_ARRAY);
	const char *missing = pair_missing();
	u32 made = 0, refused = 0;
	struct random random;

	if (missing)
		SKIP(missing);
	REQUIRE(!pair_create(&template, &inner, NULL));
	random_seed(&random, 1);
	for (u32 turn = 0; turn < 6000; turn++) {
		u32 type = 1 + random_u32(&random) % 28;
		struct map_spec spec = good(type);

		if (!map_type_supported(type))
			continue;
		if (random_u32(&random) % 3 == 0)
			spec.key_size = PICK(&random, key_sizes);
		if (random_u32(&random) % 3 == 0)
			spec.value_size = PICK(&random, value_sizes);
		spec.max_entries = PICK(&random, entries);
		if (random_u32(&random) % 2 == 0)
			spec.flags |= BIT(random_u32(&random) % 14);
		if (random_u32(&random) % 2 == 0)
			spec.flags ^= BIT(random_u32(&random) % 14);
		if (((u64)spec.key_size + spec.value_size) * spec.max_entries > MEMORY_MAX)
			spec.max_entries = 1;
		if (try(&spec))
			refused++;
		else
			made++;
	}
	/* Neither side of the question may have been missed. */
	OK(made > 500);
	OK(refused > 500);
	pair_destroy(&template);
}

TEST(names)
{
	static const char *const names[] = {
		"",
		"a",
		"A9_.",
		"with space",
		"dash-ed",
		"fifteen_letters",
		"sixteen_letters_",
		"\xe4",
		"a\n",
		"a/b",
		"..",
		"0",
		"_",
	};
	const char *missing = pair_missing();
	struct map_spec spec = good(BPF_MAP_TYPE_HASH);

	if (missing)
		SKIP(missing);
	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		memset(spec.name, 0, sizeof(spec.name));
		memcpy(spec.name, names[i], strlen(names[i]));
		try(&spec);
	}
	for (u32 c = 1; c < 256; c++) {
		memset(spec.name, 0, sizeof(spec.name));
		spec.name[0] = 'x';
		spec.name[1] = (char)c;
		try(&spec);
		/* Behind the end of the name nothing is looked at. */
		spec.name[1] = 0;
		spec.name[2] = (char)c;
		try(&spec);
	}
}

TEST(spin_locks)
{
	const char *missing = pair_missing();
	u32 made = 0;

	if (missing)
		SKIP(missing);
	for (u32 type = 1; type < 28; type++) {
		struct map_spec spec = good(type);

		if (!map_type_supported(type) || type == BPF_MAP_TYPE_RINGBUF)
			continue;
		spec.key_size = 4;
		spec.value_size = sizeof(struct locked_value);
		spec.spin_lock_off = offsetof(struct locked_value, lock);
		if (type == BPF_MAP_TYPE_QUEUE || type == BPF_MAP_TYPE_STACK ||
		    type == BPF_MAP_TYPE_LPM_TRIE)
			continue; /* Linux refuses the key's BTF before it looks for the lock */
		made += try(&spec) == 0;
		spec.flags |= BPF_F_RDONLY_PROG;
		try(&spec);
		spec.flags ^= BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG;
		try(&spec);
	}
	EQ(made, 2);
}

TEST(templates)
{
	static const u32 outers[] = {BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS};
	const char *missing = pair_missing();
	u32 made = 0;

	if (missing)
		SKIP(missing);
	for (u32 i = 0; i < ARRAY_SIZE(outers); i++) {
		struct map_spec spec = good(outers[i]);
		struct pair outer, inner, outermost;

		PAIR_SAME(pair_create(&outer, &spec, NULL));
		pair_destroy(&outer);
		for (u32 type = 1; type < 28; type++) {
			struct map_spec inner_spec = good(type);

			if (!map_type_supported(type) || type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
			    type == BPF_MAP_TYPE_HASH_OF_MAPS)
				continue;
			PAIR_SAME(pair_create(&inner, &inner_spec, NULL));
			PAIR_SAME(pair_create(&outer, &spec, &inner));
			made += outer.rc == 0;
			if (outer.rc == 0) {
				PAIR_SAME(pair_create(&outermost, &spec, &outer));
				pair_destroy(&outermost);
			}
			pair_destroy(&outer);
			pair_destroy(&inner);
		}
	}
	OK(made >= 20);
}

TAP_MAIN()
