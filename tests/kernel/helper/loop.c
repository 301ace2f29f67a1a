/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loop.c - bpf_loop and bpf_for_each_map_elem against Linux: what they return, and how often and
 * with what the callback is called.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "asm.h"
#include "fake.h"
#include "linux.h"
#include "tap.h"

/* Where program and callback find the question and leave the answer: an array map's value. */
struct loop {
	u64 turns;
	u64 flags;
	u64 stop; /* the callback answers 1 at its stop-th call, counted from 1 */
	u64 ret;
	u64 calls;
	u64 sum; /* of what the callback was given: turns; or first words of values */
};

static struct fake fake;
static struct loop skiff;

struct code {
	struct bpf_insn insns[64];
	u32 cnt;
};

static void emit(struct code *code, const struct bpf_insn *insns, u32 cnt)
{
	memcpy(code->insns + code->cnt, insns, cnt * sizeof(*insns));
	code->cnt += cnt;
}

#define EMIT(code, ...)                                                                            \
	emit(code, (const struct bpf_insn[]){__VA_ARGS__},                                         \
	     sizeof((const struct bpf_insn[]){__VA_ARGS__}) / sizeof(struct bpf_insn))

/* r0 = the struct loop in @map; the function ends with 0 if there is none. */
static void emit_desk(struct code *code, int map)
{
	EMIT(code, STORE32_IMM(10, -4, 0), LOAD_MAP(1, map), MOV(2, 10), ADD_IMM(2, -4),
	     CALL(BPF_FUNC_map_lookup_elem), JNE_IMM(0, 0, 2), MOV_IMM(0, 0), EXIT());
}

/* The callback adds what r7 points to, or is, to the sum, and ends the walk when it is time. */
static void emit_callback(struct code *code, int map, struct bpf_insn r7)
{
	EMIT(code, r7);
	emit_desk(code, map);
	EMIT(code, MOV_IMM(1, 1), ATOMIC_ADD64(0, 1, offsetof(struct loop, calls)),
	     ATOMIC_ADD64(0, 7, offsetof(struct loop, sum)),
	     LOAD64(1, 0, offsetof(struct loop, calls)), LOAD64(2, 0, offsetof(struct loop, stop)),
	     MOV_IMM(0, 0), INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 2, 1, 0), MOV_IMM(0, 1), EXIT());
}

/* Call @helper with r1 as @first sets it and the callback behind the program. */
static int load(int map, u32 helper, const struct bpf_insn *first, u32 first_cnt,
		struct bpf_insn flags, struct bpf_insn r7)
{
	struct code code = {};
	u32 func;

	emit_desk(&code, map);
	EMIT(&code, MOV(6, 0));
	emit(&code, first, first_cnt);
	func = code.cnt;
	EMIT(&code, LOAD_FUNC(2, 0), MOV_IMM(3, 0), flags, CALL((s32)helper),
	     STORE64(6, 0, offsetof(struct loop, ret)), MOV_IMM(0, 0), EXIT());
	code.insns[func].imm = (s32)(code.cnt - func - 1);
	func = code.cnt;
	emit_callback(&code, map, r7);
	return linux_prog_callback(BPF_PROG_TYPE_SCHED_CLS, code.insns, code.cnt, func);
}

static int ask_linux(int prog, int map, struct loop *loop)
{
	u8 frame[60] = {};
	struct linux_run run = {.in = frame, .in_len = sizeof(frame)};
	u32 key = 0;
	int err;

	loop->calls = loop->sum = 0;
	linux_map_put(map, &key, loop);
	err = linux_run(prog, &run);
	linux_map_get(map, &key, loop);
	return err;
}

static void compare(const struct loop *kernel, const char *what)
{
	if (skiff.ret == kernel->ret && skiff.calls == kernel->calls && skiff.sum == kernel->sum)
		return;
	TAP_FAIL("%s: %llx turns, flags %llx, stop %llu: Linux %lld (%llu calls, sum %llu), "
		 "skiff %lld (%llu, %llu)",
		 what, (unsigned long long)kernel->turns, (unsigned long long)kernel->flags,
		 (unsigned long long)kernel->stop, (long long)kernel->ret,
		 (unsigned long long)kernel->calls, (unsigned long long)kernel->sum,
		 (long long)skiff.ret, (unsigned long long)skiff.calls,
		 (unsigned long long)skiff.sum);
}

/* The callback of bpf_loop, in skiff. */
static u64 turn(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	skiff.calls++;
	skiff.sum += a1;
	return skiff.calls == skiff.stop;
}

/* That of bpf_for_each_map_elem. */
static u64 element(struct run *run, u64 func, u64 a1, u64 a2, u64 a3, u64 a4, u64 a5)
{
	skiff.calls++;
	skiff.sum += *(const u64 *)(uintptr_t)a3;
	return skiff.calls == skiff.stop;
}

/*
 * @known: the flags are the constant 0, so Linux writes the call out; otherwise it calls the
 * helper with whatever flags. Numbers of turns around the limit are only tried with a callback
 * that ends early.
 */
static void loops(bool known)
{
	static const u64 turns[] = {0,		1,	    5,		1 << 23,     (1 << 23) + 1,
				    0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x100000003,
				    ~0ull};
	static const u64 flags[] = {0, 1, 1ull << 32};
	int map = linux_map(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct loop), 1);
	const struct bpf_insn first[] = {LOAD64(1, 6, offsetof(struct loop, turns))};
	int prog =
		load(map, BPF_FUNC_loop, first, 1,
		     known ? MOV_IMM(4, 0) : LOAD64(4, 6, offsetof(struct loop, flags)), MOV(7, 1));

	REQUIRE(prog >= 0);
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake.run.call = turn;
	fake.site = known ? PROG_SITE_LOOP_INLINE : 0;
	for (u32 i = 0; i < ARRAY_SIZE(turns); i++) {
		for (u32 f = 0; f < (known ? 1 : ARRAY_SIZE(flags)); f++) {
			for (u64 stop = turns[i] > 5; stop < 4; stop++) {
				struct loop kernel = {turns[i], flags[f], stop, 0, 0, 0};

				skiff = kernel;
				EQ(ask_linux(prog, map, &kernel), 0);
				skiff.ret = (u64)fake_call(&fake, BPF_FUNC_loop, turns[i], 0, 0,
							   flags[f], 0);
				compare(&kernel, known ? "written out" : "called");
			}
		}
	}
	close(prog);
	close(map);
	fake_free(&fake);
}

TEST(loop_written_out)
{
	if (linux_missing())
		SKIP(linux_missing());
	loops(true);
}

TEST(loop_called)
{
	if (linux_missing())
		SKIP(linux_missing());
	loops(false);
}

/* A map of five places, of which three are filled where places can be empty. */
static void walk(enum bpf_map_type type, const char *what)
{
	static const u64 flags[] = {0, 1, 1ull << 32};
	int map = linux_map(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct loop), 1);
	int elements = linux_map(type, 4, 8, 5), prog;
	struct map_spec spec = {.type = type,
				.key_size = 4,
				.value_size = 8,
				.max_entries = 5,
				.spin_lock_off = -1};
	const struct bpf_insn first[] = {LOAD_MAP(1, elements)};
	struct map *ours;

	REQUIRE(elements >= 0);
	REQUIRE(map_create(&spec, &ours, NULL) == 0);
	for (u32 key = 0; key < 3; key++) {
		u64 values[64]; /* of each CPU, where the type wants that */

		for (u32 i = 0; i < ARRAY_SIZE(values); i++)
			values[i] = 100 + key;
		EQ(linux_map_put(elements, &key, values), 0);
		EQ(map_user_update(ours, &key, values, 0), 0);
	}
	prog = load(map, BPF_FUNC_for_each_map_elem, first, 2,
		    LOAD64(4, 6, offsetof(struct loop, flags)), LOAD64(7, 3, 0));
	REQUIRE(prog >= 0);
	fake_init(&fake);
	fake_packet(&fake, NULL, 60);
	fake.run.call = element;
	for (u32 f = 0; f < ARRAY_SIZE(flags); f++) {
		for (u64 stop = 0; stop < 7; stop++) {
			struct loop kernel = {0, flags[f], stop, 0, 0, 0};

			skiff = kernel;
			EQ(ask_linux(prog, map, &kernel), 0);
			skiff.ret = (u64)fake_call(&fake, BPF_FUNC_for_each_map_elem, reg(ours), 0,
						   0, flags[f], 0);
			/* A hash is walked in an order of its own. */
			if (type != BPF_MAP_TYPE_ARRAY && type != BPF_MAP_TYPE_PERCPU_ARRAY && stop)
				kernel.sum = skiff.sum;
			compare(&kernel, what);
		}
	}
	close(prog);
	close(elements);
	close(map);
	map_put(ours);
	fake_free(&fake);
}

TEST(for_each)
{
	if (linux_missing())
		SKIP(linux_missing());
	walk(BPF_MAP_TYPE_ARRAY, "array");
	walk(BPF_MAP_TYPE_PERCPU_ARRAY, "percpu array");
	walk(BPF_MAP_TYPE_HASH, "hash");
	walk(BPF_MAP_TYPE_PERCPU_HASH, "percpu hash");
	walk(BPF_MAP_TYPE_LRU_HASH, "lru hash");
	walk(BPF_MAP_TYPE_LRU_PERCPU_HASH, "lru percpu hash");
}

TAP_MAIN()
