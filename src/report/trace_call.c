/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trace_call.c - the arguments of helpers, by the names that <linux/bpf.h> has for them. Pointers
 * are only named: where memory lies is nobody's business and differs from run to run.
 */
#include "report/trace_call.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <string.h>

#include "helper/helper.h"
#include "prog/prog.h"
#include "report/summary.h"

/* The names of a helper's arguments, NULL for the context. */
static const char *const *argument_names(u32 helper)
{
#define NAMES(...)                                                                                 \
	{                                                                                          \
		static const char *const names[5] = {__VA_ARGS__};                                 \
		return names;                                                                      \
	}
	switch (helper) {
	case HELPER_map_update_elem:
		NAMES("map", "key", "value", "flags")
	case HELPER_map_delete_elem:
		NAMES("map", "key")
	case HELPER_skb_store_bytes:
		NAMES(NULL, "offset", "from", "len", "flags")
	case HELPER_l3_csum_replace:
	case HELPER_l4_csum_replace:
		NAMES(NULL, "offset", "from", "to", "flags")
	case HELPER_clone_redirect:
		NAMES(NULL, "ifindex", "flags")
	case HELPER_redirect:
		NAMES("ifindex", "flags")
	case HELPER_perf_event_output:
		NAMES(NULL, "map", "flags", "data", "size")
	case HELPER_skb_load_bytes:
		NAMES(NULL, "offset", "to", "len")
	case HELPER_skb_pull_data:
		NAMES(NULL, "len")
	case HELPER_skb_load_bytes_relative:
		NAMES(NULL, "offset", "to", "len", "start_header")
	case HELPER_map_push_elem:
		NAMES("map", "value", "flags")
	case HELPER_map_pop_elem:
	case HELPER_map_peek_elem:
		NAMES("map", "value")
	case HELPER_ringbuf_output:
		NAMES("map", "data", "size", "flags")
	case HELPER_for_each_map_elem:
		NAMES("map", "callback", "ctx", "flags")
	case HELPER_loop:
		NAMES("nr_loops", "callback", "ctx", "flags")
	}
	NAMES("r1", "r2", "r3", "r4", "r5")
#undef NAMES
}

static bool is_number(enum helper_arg kind)
{
	return kind == ARG_ANYTHING || kind == ARG_SIZE || kind == ARG_SIZE_OR_ZERO ||
	       kind == ARG_ALLOC_SIZE_OR_ZERO;
}

static const char *map_name(const struct prog *prog, u64 value)
{
	for (u32 i = 0; i < prog->map_cnt; i++) {
		if ((u64)(uintptr_t)prog->maps[i] == value)
			return prog->maps[i]->name;
	}
	return "map"; /* one that was found in another */
}

static void put_ifindex(const struct world *world, u32 ifindex, FILE *out)
{
	const struct device *dev = world_device(world, ifindex);

	fprintf(out, "ifindex=%u (%s)", ifindex, dev ? device_name(dev) : "no such device");
}

static void put_flags(u32 helper, u64 flags, FILE *out)
{
	if ((helper == HELPER_clone_redirect || helper == HELPER_redirect) &&
	    flags == BPF_F_INGRESS)
		fputs("flags=BPF_F_INGRESS", out);
	else
		fprintf(out, flags > 9 ? "flags=0x%" PRIx64 : "flags=%" PRIu64, flags);
}

static void put_argument(const struct world *world, const struct event *event, const char *name,
			 enum helper_arg kind, u64 value, FILE *out)
{
	if (kind == ARG_CONST_MAP_PTR)
		fputs(map_name(event->prog, value), out);
	else if (!is_number(kind))
		fputs(name, out);
	else if (!strcmp(name, "ifindex"))
		put_ifindex(world, (u32)value, out);
	else if (!strcmp(name, "flags"))
		put_flags(event->helper, value, out);
	else if (!strcmp(name, "from") || !strcmp(name, "to"))
		fprintf(out, "%s=0x%" PRIx64, name, value);
	else
		fprintf(out, "%s=%u", name, (u32)value);
}

void trace_call(const struct world *world, const struct event *event, FILE *out)
{
	const struct helper *helper = helper_find(event->helper);
	const char *const *names = argument_names(event->helper);
	const char *comma = "";
	char status[64];

	fprintf(out, "bpf_%s(", helper->name);
	for (u32 i = 0; i < ARRAY_SIZE(helper->args) && helper->args[i] != ARG_NONE; i++) {
		if (helper->args[i] == ARG_CTX)
			continue;
		fputs(comma, out);
		put_argument(world, event, names[i] ? names[i] : "?", helper->args[i],
			     event->args[i], out);
		comma = ", ";
	}
	/* A status is an int, sign-extended or not. */
	summary_status(event->helper, (s64)event->ret, status, sizeof(status));
	fprintf(out, ") = %s", status);
}
