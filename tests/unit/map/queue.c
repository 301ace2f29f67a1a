/* SPDX-License-Identifier: BSD-2-Clause */
/* queue.c - QUEUE and STACK. */
#include "maps.h"

TEST(queue)
{
	struct map *map = MAP(QUEUE, 0, 8, 3, 0);

	CALLS(map, {POP, 0, 0, 0, -ENOENT}, /* and the program's buffer is zeroed */
	      {PEEK, 0, 0, 0, -ENOENT}, {GET, 0, 0, 0, -ENOENT}, /* but not user space's */
	      {TAKE, 0, 0, 0, -ENOENT}, {PUSH, 0, 1, BPF_ANY, 0}, {PUSH, 0, 2, BPF_EXIST, 0},
	      {PUSH, 0, 3, BPF_NOEXIST, -EINVAL}, {PUSH, 0, 3, 3, -EINVAL},
	      {PUSH, 0, 3, BPF_F_LOCK, -EINVAL}, {PUSH, 0, 3, 1ull << 32, -EINVAL},
	      {PUT, 0, 3, BPF_ANY, 0}, {PUSH, 0, 4, BPF_ANY, -E2BIG}, {PUT, 0, 4, BPF_ANY, -E2BIG},
	      {PEEK, 0, 1, 0, 0}, {PUSH, 0, 4, BPF_EXIST, 0}, /* the oldest goes */
	      {GET, 0, 2, 0, 0}, {POP, 0, 2, 0, 0}, {TAKE, 0, 3, 0, 0},
	      {TAKE, 0, 0, BPF_F_LOCK, -EINVAL}, {POP, 0, 4, 0, 0}, {POP, 0, 0, 0, -ENOENT},
	      {DEL, 0, 0, 0, -EINVAL}, {NEXT, 0, 0, 0, -EINVAL});
	map_put(map);
}

TEST(stack)
{
	struct map *map = MAP(STACK, 0, 8, 3, 0);

	CALLS(map, {POP, 0, 0, 0, -ENOENT}, {PUSH, 0, 1, 0, 0}, {PUSH, 0, 2, 0, 0},
	      {PUSH, 0, 3, 0, 0}, {PUSH, 0, 4, 0, -E2BIG},
	      {PUSH, 0, 4, BPF_EXIST, 0}, /* the oldest goes here too */
	      {PEEK, 0, 4, 0, 0}, {POP, 0, 4, 0, 0}, {TAKE, 0, 3, 0, 0}, {PUSH, 0, 5, 0, 0},
	      {POP, 0, 5, 0, 0}, {POP, 0, 2, 0, 0}, {POP, 0, 0, 0, -ENOENT},
	      {DEL, 0, 0, 0, -EINVAL});
	map_put(map);
}

TEST(around_and_around)
{
	for (u32 entries = 1; entries < 6; entries++) {
		struct map *queue = MAP(QUEUE, 0, 8, entries, 0);
		u64 in = 0, out = 0, seen;

		for (u32 turn = 0; turn < 100; turn++) {
			for (; in - out < entries; in++)
				EQ(queue->ops->push(queue, &in, 0), 0);
			EQ(queue->ops->push(queue, &in, 0), -E2BIG);
			for (u32 n = 0; n <= turn % entries; n++, out++) {
				EQ(queue->ops->pop(queue, &seen), 0);
				EQ(seen, out);
			}
		}
		map_put(queue);
	}
}

TEST(keys_are_an_error)
{
	struct map *map = MAP(QUEUE, 0, 8, 3, 0);
	u64 value = 0;
	u32 key = 0;

	EQ(map_user_update(map, &key, &value, 0), -EINVAL);
	EQ(map_user_lookup(map, &key, &value, 0), -EINVAL);
	EQ(map_user_delete(map, &key), -EINVAL);
	EQ(map_user_next_key(map, &key, &value), -EINVAL);
	EQ(map_user_take(map, &key, &value, 0), -EINVAL);
	EQ(map_user_update(map, NULL, NULL, 0), -EFAULT);
	map_put(map);
}

TAP_MAIN()
