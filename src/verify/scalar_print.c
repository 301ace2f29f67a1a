/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * scalar_print.c - a scalar in the words of the kernel's log.
 *
 *     "5", "0xffffffff"                                       one number
 *     "scalar()"                                              nothing known
 *     "scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))"
 *
 * Only what is known is told. A bound is told together with the later ones of its kind (min or
 * max) that are the same number, unless their signs differ.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "verify/scalar.h"

struct bound {
	const char *name;
	u64 value;
	bool is_signed;
	bool told; /* says nothing, or was told already */
};

struct text {
	char *buf;
	size_t size, len;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *fmt, ...)
{
	va_list args;

	if (text->len >= text->size)
		return;
	va_start(args, fmt);
	text->len += (size_t)vsnprintf(text->buf + text->len, text->size - text->len, fmt, args);
	va_end(args);
}

/* Small numbers in decimal, the others in hexadecimal. */
static void put_unsigned(struct text *text, u64 value)
{
	put(text, value <= UINT16_MAX ? "%" PRIu64 : "0x%" PRIx64, value);
}

static void put_signed(struct text *text, s64 value)
{
	if (value >= INT16_MIN && value <= INT16_MAX)
		put(text, "%" PRId64, value);
	else
		put(text, "0x%" PRIx64, (u64)value);
}

static bool bound_is_negative(const struct bound *bound)
{
	return bound->is_signed && (s64)bound->value < 0;
}

/* A 32-bit signed bound is told by its 32 bits when it is not small. */
static u64 signed_32(s32 value)
{
	return value >= INT16_MIN && value <= INT16_MAX ? (u64)(s64)value : (u32)value;
}

static void put_bounds(struct text *text, struct bound bounds[8], const char **separator)
{
	for (int i = 0; i < 8; i++) {
		if (bounds[i].told)
			continue;
		put(text, "%s%s=", *separator, bounds[i].name);
		*separator = ",";
		for (int j = i + 2; j < 8; j += 2) {
			if (bounds[j].told || bounds[j].value != bounds[i].value ||
			    bound_is_negative(&bounds[j]) != bound_is_negative(&bounds[i]))
				continue;
			bounds[j].told = true;
			put(text, "%s=", bounds[j].name);
		}
		if (bounds[i].is_signed)
			put_signed(text, (s64)bounds[i].value);
		else
			put_unsigned(text, bounds[i].value);
	}
}

char *scalar_print_bounds(struct scalar s, const char *separator, char *buf, size_t size)
{
	struct text text = {buf, size, 0};
	char bits[64];
	struct bound bounds[8] = {
		{"smin", (u64)s.smin, true, s.smin == INT64_MIN},
		{"smax", (u64)s.smax, true, s.smax == INT64_MAX},
		{"umin", s.umin, false, s.umin == 0},
		{"umax", s.umax, false, s.umax == UINT64_MAX},
		{"smin32", signed_32(s.s32_min), true, s.s32_min == INT32_MIN},
		{"smax32", signed_32(s.s32_max), true, s.s32_max == INT32_MAX},
		{"umin32", s.u32_min, false, s.u32_min == 0},
		{"umax32", s.u32_max, false, s.u32_max == UINT32_MAX},
	};

	if (size)
		buf[0] = '\0';
	put_bounds(&text, bounds, &separator);
	if (!tnum_is_unknown(s.bits))
		put(&text, "%svar_off=%s", separator, tnum_print(s.bits, bits, sizeof(bits)));
	return buf;
}

char *scalar_print(struct scalar s, char *buf, size_t size)
{
	struct text text = {buf, size, 0};
	char bounds[SCALAR_TEXT_MAX];

	if (tnum_is_const(s.bits))
		put_signed(&text, (s64)s.bits.value);
	else
		put(&text, "scalar(%s)", scalar_print_bounds(s, "", bounds, sizeof(bounds)));
	return buf;
}
