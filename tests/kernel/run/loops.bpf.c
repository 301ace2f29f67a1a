/* SPDX-License-Identifier: BSD-2-Clause */
/* loops - bpf_loop and bpf_for_each_map_elem, with clones made inside; 1,200 at most. */
#include "run.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32[3]); /* ifindex, flags, count */
} job SEC(".maps");

/* How often which return value came, by value + 200. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16);
	__type(key, __s64);
	__type(value, __u64);
} returned SEC(".maps");

/* ifindex to flags: a clone for each, in whatever order. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} ports SEC(".maps");

static __always_inline void count(__s64 ret)
{
	__u64 one = 1, *cnt = bpf_map_lookup_elem(&returned, &ret);

	if (cnt)
		++*cnt;
	else
		bpf_map_update_elem(&returned, &ret, &one, BPF_NOEXIST);
}

struct bpf_map;

struct turn {
	struct __sk_buff *skb;
	__u32 ifindex, flags;
	__s64 first_failure;
};

static long one(__u32 index, struct turn *turn)
{
	long ret = bpf_clone_redirect(turn->skb, turn->ifindex, turn->flags);

	count(ret);
	if (ret && turn->first_failure < 0)
		turn->first_failure = index;
	return 0;
}

SEC("tc")
int many(struct __sk_buff *skb)
{
	__u32 zero = 0, *what = bpf_map_lookup_elem(&job, &zero);
	struct turn turn = {.skb = skb, .first_failure = -1};

	if (!what || skb->mark)
		return TC_ACT_OK;
	skb->mark = 1;
	turn.ifindex = what[0];
	turn.flags = what[1];
	note(bpf_loop(what[2], one, &turn, 0));
	note(turn.first_failure);
	note(bpf_loop(1 << 24, one, &turn, 0));
	note(bpf_loop(0, one, &turn, 0));
	note(bpf_loop(1, one, &turn, 1));
	return TC_ACT_OK;
}

static long each(struct bpf_map *map, __u32 *key, __u32 *value, struct turn *turn)
{
	count(bpf_clone_redirect(turn->skb, *key, *value));
	turn->first_failure += *key;
	return 0;
}

static long until(struct bpf_map *map, __u32 *key, __s64 *value, struct turn *turn)
{
	turn->first_failure = *key;
	return *key == 3;
}

SEC("tc/ingress")
int every(struct __sk_buff *skb)
{
	struct turn turn = {.skb = skb};

	note(bpf_for_each_map_elem(&ports, each, &turn, 0));
	note(turn.first_failure);
	note(bpf_for_each_map_elem(&noted, until, &turn, 0));
	note(turn.first_failure);
	note(bpf_for_each_map_elem(&ports, each, &turn, 1));
	return TC_ACT_OK;
}

/* On a target: how many arrived. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} arrivals SEC(".maps");

SEC("tcx/ingress")
int arrived(struct __sk_buff *skb)
{
	__u32 zero = 0;
	__u64 *cnt = bpf_map_lookup_elem(&arrivals, &zero);

	if (cnt)
		++*cnt;
	return TC_ACT_UNSPEC;
}
