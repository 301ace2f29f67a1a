/* SPDX-License-Identifier: BSD-2-Clause */
/* One map and one function more than a program may have, and programs that stay at the limits. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define EIGHT(x, n) x(n##0) x(n##1) x(n##2) x(n##3) x(n##4) x(n##5) x(n##6) x(n##7)
#define SIXTY_FOUR(x, n)                                                                           \
	EIGHT(x, n##0)                                                                             \
	EIGHT(x, n##1)                                                                             \
	EIGHT(x, n##2)                                                                             \
	EIGHT(x, n##3)                                                                             \
	EIGHT(x, n##4)                                                                             \
	EIGHT(x, n##5)                                                                             \
	EIGHT(x, n##6)                                                                             \
	EIGHT(x, n##7)

#define MAP(n)                                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, __u64);                                                              \
	} map_##n SEC(".maps");
#define LOOK(n)                                                                                    \
	if ((value = bpf_map_lookup_elem(&map_##n, &key)))                                         \
		found += *value;

SIXTY_FOUR(MAP, m)
MAP(more)

SEC("tc")
int maps_64(struct __sk_buff *skb)
{
	__u64 found = 0, *value;
	__u32 key = 0;

	SIXTY_FOUR(LOOK, m)
	return found;
}

SEC("tc")
int maps_65(struct __sk_buff *skb)
{
	__u64 found = 0, *value;
	__u32 key = 0;

	SIXTY_FOUR(LOOK, m)
	LOOK(more)
	return found;
}

#define FUNCTION(n)                                                                                \
	static __noinline int function_##n(struct __sk_buff *skb)                                  \
	{                                                                                          \
		return bpf_get_prandom_u32();                                                      \
	}
#define CALL(n) sum += function_##n(skb);

SIXTY_FOUR(FUNCTION, a)
SIXTY_FOUR(FUNCTION, b)
SIXTY_FOUR(FUNCTION, c)
SIXTY_FOUR(FUNCTION, d)

/* The program itself is one of them. */
SEC("tc")
int functions_257(struct __sk_buff *skb)
{
	int sum = 0;

	SIXTY_FOUR(CALL, a)
	SIXTY_FOUR(CALL, b)
	SIXTY_FOUR(CALL, c)
	SIXTY_FOUR(CALL, d)
	return sum;
}

char LICENSE[] SEC("license") = "GPL";
