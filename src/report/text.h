/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h - a line that is put together piece by piece; what does not fit is left out. */
#ifndef SKIFF_REPORT_TEXT_H
#define SKIFF_REPORT_TEXT_H

#include <stdarg.h>
#include <stdio.h>

#include "base/types.h"

struct text {
	char *at;    /* where the next piece goes, a NUL for now */
	size_t room; /* bytes from there, the NUL's included; at least 1 */
};

static inline struct text text_begin(char *to, size_t size)
{
	to[0] = '\0';
	return (struct text){to, size};
}

__attribute__((format(printf, 2, 3))) static inline void text_put(struct text *text,
								  const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text->at, text->room, fmt, args);
	va_end(args);
	n = n < 0 ? 0 : (int)min((size_t)n, text->room - 1);
	text->at += n;
	text->room -= (size_t)n;
}

#endif
