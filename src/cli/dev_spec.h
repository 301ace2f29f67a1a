/* SPDX-License-Identifier: BSD-2-Clause */
/* dev_spec.h - what -d NAME[,KEY=VALUE]... says: a device, and the captures that feed it. */
#ifndef SKIFF_CLI_DEV_SPEC_H
#define SKIFF_CLI_DEV_SPEC_H

#include "net/world.h"

struct dev_spec {
	struct device_desc desc;
	char *text; /* owns the strings below */
	const char
		*files[DOORS]; /* DOOR_RX, DOOR_TX: captures whose frames come in there, or NULL */
	u32 ifindex;	       /* once the world has it */
};

/*
 * Read @text into @spec. 0, or -EINVAL with a sentence that begins with the text. The device is
 * not yet compared with others: that is the world's to do. dev_spec_free in any case.
 */
int dev_spec_parse(const char *text, struct dev_spec *spec, struct error *err);
void dev_spec_free(struct dev_spec *spec);

#endif
