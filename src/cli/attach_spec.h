/* SPDX-License-Identifier: BSD-2-Clause */
/* attach_spec.h - what -a DEV:HOOK[=[OBJECT:]PROGRAM] says. */
#ifndef SKIFF_CLI_ATTACH_SPEC_H
#define SKIFF_CLI_ATTACH_SPEC_H

#include "base/error.h"
#include "event/event.h"

struct attach_spec {
	char *text; /* owns the strings below */
	const char *dev;
	enum hook hook;
	const char *object;  /* as object_named understands it, or NULL: any */
	const char *program; /* NULL: the object's only one */
};

/* 0, or -EINVAL with a sentence that begins with the text. attach_spec_free in any case. */
int attach_spec_parse(const char *text, struct attach_spec *spec, struct error *err);
void attach_spec_free(struct attach_spec *spec);

/* Does @name mean the object file @path: the path itself, its last part, or that without ".o"? */
bool object_named(const char *path, const char *name);

#endif
