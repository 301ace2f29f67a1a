/* SPDX-License-Identifier: BSD-2-Clause */
/* attach.c - programs on hooks: putting them there and taking them off. */
#include <errno.h>
#include <stdlib.h>

#include "net/device.h"

#define PRIO_MAX 65535

static int check(const struct attachment *how, const struct prog *prog, struct error *err)
{
	const char *type = prog_type_name(prog->type);

	if ((u32)how->hook >= HOOKS)
		return error_set(err, -EINVAL, "a hook is ingress or egress");
	if (prog->type != BPF_PROG_TYPE_SCHED_CLS)
		return error_set(err, -EINVAL,
				 "%s is a program of type %s, and a hook takes SCHED_CLS "
				 "(SEC(\"tc\"), \"tcx/...\" or \"classifier\")",
				 prog->name, type ? type : "unknown");
	if (how->kind != ATTACH_CLSACT)
		return 0;
	if (!how->prio || how->prio > PRIO_MAX)
		return error_set(err, -EINVAL, "priority %u is not between 1 and %u", how->prio,
				 PRIO_MAX);
	if (!how->protocol)
		return error_set(err, -EINVAL,
				 "a filter looks at one protocol or at all "
				 "(ETH_P_ALL)");
	return 0;
}

int world_attach(struct world *world, const struct attachment *how, struct prog *prog,
		 struct error *err)
{
	struct device *dev = world_device(world, how->ifindex);
	struct attached **grown, *attached;
	int ret;

	if (!dev)
		return error_set(err, -ENODEV, "there is no device with ifindex %u", how->ifindex);
	ret = check(how, prog, err);
	if (ret)
		return ret;

	grown = realloc(world->attached, (world->attached_cnt + 1) * sizeof(struct attached *));
	if (!grown)
		goto nomem;
	world->attached = grown;
	attached = calloc(1, sizeof(*attached));
	if (!attached)
		goto nomem;
	attached->how = *how;
	attached->how.number = world->attached_cnt;
	attached->how.prog = prog;
	attached->dev = dev;
	ret = hook_add(&dev->hooks[how->hook], attached, err);
	if (ret) {
		free(attached);
		if (ret == -ENOMEM)
			goto nomem;
		return ret;
	}
	prog_get(prog);
	world->attached[world->attached_cnt++] = attached;
	return (int)attached->how.number;

nomem:
	return error_set(err, -ENOMEM, "%s: no memory for one more program", dev->name);
}

int world_detach(struct world *world, u32 number)
{
	struct attached *attached = number < world->attached_cnt ? world->attached[number] : NULL;

	if (!attached)
		return -ENOENT;
	hook_remove(&attached->dev->hooks[attached->how.hook], attached);
	prog_put(attached->how.prog);
	free(attached);
	world->attached[number] = NULL;
	return 0;
}

u32 world_attachment_cnt(const struct world *world)
{
	return world->attached_cnt;
}

const struct attachment *world_attachment(const struct world *world, u32 number)
{
	if (number >= world->attached_cnt || !world->attached[number])
		return NULL;
	return &world->attached[number]->how;
}
