/* SPDX-License-Identifier: BSD-2-Clause */
/* hook_list.c - the order in which programs stand on a hook. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/device.h"

/* Let @attached stand at @at of *@list, which has @cnt. 0 or -ENOMEM. */
static int insert(struct attached ***list, u32 *cnt, u32 at, struct attached *attached)
{
	struct attached **grown = realloc(*list, (*cnt + 1) * sizeof(struct attached *));

	if (!grown)
		return -ENOMEM;
	memmove(grown + at + 1, grown + at, (*cnt - at) * sizeof(struct attached *));
	grown[at] = attached;
	*list = grown;
	++*cnt;
	return 0;
}

static void take_out(struct attached **list, u32 *cnt, const struct attached *attached)
{
	for (u32 i = 0; i < *cnt; i++) {
		if (list[i] != attached)
			continue;
		--*cnt;
		memmove(list + i, list + i + 1, (*cnt - i) * sizeof(struct attached *));
		return;
	}
}

int hook_add(struct hook_list *list, struct attached *attached, struct error *err)
{
	const struct attachment *how = &attached->how;
	u32 at = 0;

	if (how->kind == ATTACH_TCX) {
		if (list->tcx_cnt == HOOK_TCX_MAX)
			return error_set(err, -ERANGE, "a tcx list has room for %u programs",
					 HOOK_TCX_MAX);
		return insert(&list->tcx, &list->tcx_cnt, list->tcx_cnt, attached);
	}

	while (at < list->filter_cnt && list->filters[at]->how.prio < how->prio)
		at++;
	if (at < list->filter_cnt && list->filters[at]->how.prio == how->prio &&
	    list->filters[at]->how.protocol != how->protocol)
		return error_set(err, -EINVAL,
				 "priority %u is taken by a filter for another protocol; Linux has "
				 "one protocol a priority",
				 how->prio);
	return insert(&list->filters, &list->filter_cnt, at, attached);
}

void hook_remove(struct hook_list *list, const struct attached *attached)
{
	take_out(list->tcx, &list->tcx_cnt, attached);
	take_out(list->filters, &list->filter_cnt, attached);
}

void hook_free(struct hook_list *list)
{
	free(list->tcx);
	free(list->filters);
	*list = (struct hook_list){0};
}
