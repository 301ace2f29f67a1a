/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * error.h - one sentence for people about what went wrong.
 *
 * A function that can fail for a reason a person must learn takes a struct error, returns
 * 0 or -errno, and on failure leaves the sentence there: what was wrong, where (file and line,
 * or program and instruction), and what to do. No sentence ends in a newline.
 */
#ifndef SKIFF_BASE_ERROR_H
#define SKIFF_BASE_ERROR_H

#include "base/types.h"

#define ERROR_TEXT_MAX 1024

struct error {
	char text[ERROR_TEXT_MAX];
};

/*
 * Put a sentence in @err (which may be NULL) and return @code, so that a caller can write
 * "return error_set(err, -EINVAL, ...)". @code is a negative errno. A longer text is cut.
 */
int error_set(struct error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(3)));

/*
 * Put "<fmt>: " in front of the sentence @err holds already: each caller on the way up adds
 * where it happened. Returns @code.
 */
int error_prefix(struct error *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), nonnull(3)));

#endif
