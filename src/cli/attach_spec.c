/* SPDX-License-Identifier: BSD-2-Clause */
/* attach_spec.c - reading -a. */
#include "cli/attach_spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"

static int read_hook(const char *text, enum hook *hook, struct error *err)
{
	const char *names[HOOKS], *near;

	for (*hook = 0; *hook < HOOKS; ++*hook) {
		names[*hook] = hook_name(*hook);
		if (!strcmp(text, names[*hook]))
			return 0;
	}
	near = nearest(text, names, HOOKS);
	return error_set(err, -EINVAL, "there is no hook '%s'; %s%s%s", text,
			 near ? "did you mean " : "the hooks are ingress and egress",
			 near ? near : "", near ? "?" : "");
}

static int parse(struct attach_spec *spec, struct error *err)
{
	char *equals = strchr(spec->text, '='), *colon;
	int code;

	if (equals)
		*equals++ = '\0';
	colon = strchr(spec->text, ':');
	if (!colon || colon == spec->text)
		return error_set(err, -EINVAL,
				 "wanted is DEV:HOOK or DEV:HOOK=PROGRAM, for example "
				 "eth0:ingress");
	*colon++ = '\0';
	spec->dev = spec->text;
	code = read_hook(colon, &spec->hook, err);
	if (code || !equals)
		return code;

	/* The last colon, for the object may be a path with colons in it. */
	colon = strrchr(equals, ':');
	if (colon)
		*colon++ = '\0';
	spec->object = colon ? equals : NULL;
	spec->program = colon ? colon : equals;
	if (!*spec->program || (spec->object && !*spec->object))
		return error_set(err, -EINVAL, "the name of the %s is missing",
				 *spec->program ? "object" : "program");
	return 0;
}

int attach_spec_parse(const char *text, struct attach_spec *spec, struct error *err)
{
	int code;

	*spec = (struct attach_spec){.text = strdup(text)};
	if (!spec->text)
		return error_set(err, -ENOMEM, "no memory");
	code = parse(spec, err);
	return code ? error_prefix(err, code, "-a %s", text) : 0;
}

void attach_spec_free(struct attach_spec *spec)
{
	free(spec->text);
}

bool object_named(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base);

	if (!strcmp(path, name) || !strcmp(base, name))
		return true;
	return len > 2 && !strcmp(base + len - 2, ".o") && strlen(name) == len - 2 &&
	       !strncmp(base, name, len - 2);
}
