/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.c - printing as the kernel prints for programs.
 *
 *   %[flags][width]conversion      flags: any of "0+- ", width: digits that do not begin with 0
 *   d i u x X, with l or ll        numbers
 *   c s pks pus                    a character; a string; one of kernel, of user memory
 *   p pK px ps pS pB               addresses
 *   pi4 pI4 pi6 pI6                IP addresses in memory, in network order
 *   %%
 *
 * Linux works in two steps, and both show. The first checks the format and packs the arguments
 * into 512 bytes, strings as copies; struct packed is that buffer's fill level, no more. The
 * second is the kernel's vsnprintf, which after any %p swallows all letters and digits.
 */
#include "helper/format.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "helper/peek.h"

#define PACKED_SIZE    512	       /* MAX_BPRINTF_BIN_ARGS */
#define WIDTH_MAX      ((1 << 23) - 1) /* FIELD_WIDTH_MAX */
#define POINTER_DIGITS 16

struct packed {
	u32 used;
};

struct text {
	char *bytes;
	u32 len; /* of the whole, with what did not fit */
};

struct spec {
	bool left, plus, space, zero;
	bool has_width;
	s32 width;
};

/* What the kernel's ctype.h calls characters; from 0x80 on it speaks Latin-1. */
static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

static bool is_space(u8 c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

static bool is_alnum(u8 c)
{
	u8 lower = c | 0x20;

	return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
	       (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

static bool is_punct(u8 c)
{
	return (c > ' ' && c < 0x7f && !is_alnum(c)) || (c > 0xa0 && !is_alnum(c));
}

static bool may_stand(u8 c)
{
	return c >= 0x80 || (c >= ' ' && c < 0x7f) || is_space(c);
}

/* What may follow a %s or a bare %p. */
static bool ends_word(u8 c)
{
	return !c || is_space(c) || is_punct(c);
}

/* Room for @size bytes among the packed arguments. */
static int pack(struct packed *packed, u32 size, u32 align)
{
	u32 at = ALIGN_UP(packed->used, align);

	if (at + size > PACKED_SIZE)
		return -ENOSPC;
	packed->used = at + size;
	return 0;
}

static void put(struct text *text, char c)
{
	if (text->len < FORMAT_TEXT_SIZE - 1)
		text->bytes[text->len] = c;
	text->len++;
}

static void put_times(struct text *text, char c, s32 times)
{
	if (times <= 0)
		return;
	if (text->len < FORMAT_TEXT_SIZE - 1)
		memset(text->bytes + text->len, c,
		       min((u32)times, FORMAT_TEXT_SIZE - 1 - text->len));
	text->len += (u32)times;
}

/* @len bytes in a field of the spec's width. */
static void put_field(struct text *text, const struct spec *spec, const char *bytes, u32 len)
{
	s32 pad = spec->has_width ? spec->width - (s32)len : 0;

	if (!spec->left)
		put_times(text, ' ', pad);
	for (u32 i = 0; i < len; i++)
		put(text, bytes[i]);
	if (spec->left)
		put_times(text, ' ', pad);
}

static void put_number(struct text *text, const struct spec *spec, u64 value, u32 base, bool upper,
		       char sign)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char number[24];
	u32 at = sizeof(number);
	s32 zeros = 0;

	do {
		number[--at] = digits[value % base];
		value /= base;
	} while (value);
	if (!spec->zero || spec->left) {
		if (sign)
			number[--at] = sign;
		put_field(text, spec, number + at, sizeof(number) - at);
		return;
	}
	if (spec->has_width)
		zeros = spec->width - (s32)(sizeof(number) - at) - !!sign;
	if (sign)
		put(text, sign);
	put_times(text, '0', zeros);
	for (; at < sizeof(number); at++)
		put(text, number[at]);
}

/*
 * A number of 32 bits for @value, the same for the same value and in every run of the world: from
 * the order in which values were first printed. Linux hashes them with a key made at boot.
 */
static u32 hide(struct host *host, u64 value)
{
	u32 known = min(host->shown_cnt, (u32)HOST_SHOWN_MAX);
	u32 number = host->shown_cnt;

	for (u32 i = 1; i <= known; i++) {
		u32 nth = host->shown_cnt - i;

		if (host->shown[nth % HOST_SHOWN_MAX] == value) {
			number = nth;
			break;
		}
	}
	if (number == host->shown_cnt)
		host->shown[host->shown_cnt++ % HOST_SHOWN_MAX] = value;
	return hash_bytes(&number, sizeof(number), 0);
}

/*
 * An address to be shown as it is. One of this process is another in each run, so a program's
 * own memory is shown where the kernel would have it, as a hidden number. Packets lie below
 * 4 GiB in places that do not change, and other numbers are no addresses.
 */
static u64 show(struct host *host, u64 value)
{
	if (value >> 32 && value < 1ull << 47 && peek_ok(value))
		return 0xffff888000000000ull | hide(host, value);
	return value;
}

/* Linux does not hide what is no address: NULL, and numbers that say an error. */
static bool is_error(u64 value)
{
	return !value || value >= (u64)-4095;
}

static void put_pointer(struct text *text, struct spec *spec, u64 value)
{
	if (!spec->has_width) {
		spec->has_width = true;
		spec->width = POINTER_DIGITS;
		spec->zero = true;
	}
	put_number(text, spec, value, 16, false, 0);
}

/* No address has a name here, and Linux shows one without as a number. */
static u32 symbol(struct host *host, u64 value, char *name)
{
	struct text text = {.bytes = name};

	put(&text, '0');
	put(&text, 'x');
	put_number(&text, &(struct spec){}, show(host, value), 16, false, 0);
	return text.len;
}

/* The IP address in the memory at @address; zeros where nothing can be read. */
static u32 ip(u64 address, bool v6, bool full, char *name)
{
	struct text text = {.bytes = name};
	struct spec spec = {.has_width = true, .zero = true};
	u8 bytes[16];

	if (peek_bytes(bytes, address, v6 ? 16 : 4))
		memset(bytes, 0, sizeof(bytes));
	spec.width = v6 ? 2 : full ? 0 : 3;
	for (u32 i = 0; i < (v6 ? 16 : 4); i++) {
		if (i && !v6)
			put(&text, '.');
		if (i && v6 && full && i % 2 == 0)
			put(&text, ':');
		put_number(&text, &spec, bytes[i], v6 ? 16 : 10, false, 0);
	}
	return text.len;
}

/*
 * Print what is packed as a string: without the width, and not at all once the text is full, so
 * that the length returned lacks it. (Linux then takes the string's bytes for the arguments that
 * follow; nobody sees more of that than a wrong length.) What does not fit the packed arguments
 * is cut off and leaves no room for more.
 */
static int put_packed(struct text *text, struct packed *packed, const char *bytes, u32 len)
{
	u32 room = PACKED_SIZE - packed->used;

	if (!room)
		return -ENOSPC;
	len = min(len, room - 1);
	if (text->len < FORMAT_TEXT_SIZE)
		put_field(text, &(struct spec){}, bytes, len);
	return pack(packed, len + 1, 1);
}

/* %s and its kind; @at points at the s. */
static int put_string(struct text *text, struct packed *packed, const struct spec *spec,
		      const char *at, u64 address, char kind)
{
	char bytes[PACKED_SIZE];
	u32 room = PACKED_SIZE - packed->used;
	long size;

	if (!ends_word((u8)at[1]))
		return -EINVAL;
	if (!room)
		return -ENOSPC;
	/* A program runs in nobody's name, so there is no user memory to be read. */
	size = kind == 'u' ? -EFAULT : peek_string(bytes, address, room);
	if (size < 0)
		size = 1; /* "" */
	if (kind != 's')
		return put_packed(text, packed, bytes, (u32)size - 1);
	put_field(text, spec, bytes, (u32)size - 1);
	return pack(packed, (u32)size, 1);
}

/* The conversions that begin with p; *@at points at the p, and at the last character in the end. */
static int put_p(struct host *host, struct text *text, struct packed *packed, struct spec *spec,
		 const char **at, u64 value)
{
	const char *c = *at + 1;
	char name[48];
	int err;

	switch (*c) {
	case 'k':
	case 'u':
		if (c[1] != 's')
			return -EINVAL;
		*at = c + 1;
		return put_string(text, packed, spec, *at, value, *c);
	case 'B':
		err = put_packed(text, packed, name, symbol(host, value, name));
		break;
	case 'i':
	case 'I':
		if (c[1] != '4' && c[1] != '6')
			return -EINVAL;
		if (PACKED_SIZE - packed->used < (c[1] == '4' ? 4u : 16u))
			return -ENOSPC;
		err = put_packed(text, packed, name, ip(value, c[1] == '6', *c == 'I', name));
		break;
	case 's':
	case 'S':
		err = pack(packed, sizeof(value), 4);
		put_field(text, spec, name, symbol(host, value, name));
		break;
	case 'x':
		err = pack(packed, sizeof(value), 4);
		put_pointer(text, spec, show(host, value));
		break;
	default:
		if (*c != 'K' && !ends_word((u8)*c))
			return -EINVAL;
		err = pack(packed, sizeof(value), 4);
		put_pointer(text, spec, is_error(value) ? value : hide(host, value));
		break;
	}
	while (is_alnum((u8)*c))
		c++;
	*at = c - 1;
	return err;
}

static int put_integer(struct text *text, struct packed *packed, const struct spec *spec,
		       const char **at, u64 value)
{
	bool wide = **at == 'l';
	char sign = 0;

	for (u32 i = 0; i < 2 && **at == 'l'; i++)
		(*at)++;
	if (!**at || !strchr("diuxX", **at))
		return -EINVAL;
	if (!wide)
		value = (u32)value;
	if (**at == 'd' || **at == 'i') {
		s64 number = wide ? (s64)value : (s32)value;

		sign = number < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : 0;
		value = number < 0 ? -(u64)number : (u64)number;
	}
	put_number(text, spec, value, (**at | 0x20) == 'x' ? 16 : 10, **at == 'X', sign);
	return pack(packed, wide ? 8 : 4, 4);
}

/* Flags and width; the character behind them. */
static const char *spec_parse(struct spec *spec, const char *at)
{
	u32 width = 0;

	for (;; at++) {
		if (*at == '0')
			spec->zero = true;
		else if (*at == '+')
			spec->plus = true;
		else if (*at == '-')
			spec->left = true;
		else if (*at == ' ')
			spec->space = true;
		else
			break;
	}
	if (!is_digit((u8)*at))
		return at;
	for (; is_digit((u8)*at); at++)
		width = width * 10 + (u32)(*at - '0');
	/* Linux counts in an int that wraps, and -1 means "no width". */
	spec->width = max(min((s32)width, WIDTH_MAX), -WIDTH_MAX);
	spec->has_width = (s32)width != -1;
	return at;
}

/* One conversion; *@at points behind the %, and at the conversion's last character in the end. */
static int put_arg(struct host *host, struct text *text, struct packed *packed, const char **at,
		   u64 value)
{
	struct spec spec = {};
	char c;

	*at = spec_parse(&spec, *at);
	switch (**at) {
	case 'p':
		return put_p(host, text, packed, &spec, at, value);
	case 's':
		return put_string(text, packed, &spec, *at, value, 's');
	case 'c':
		c = (char)value;
		put_field(text, &spec, &c, 1);
		return pack(packed, 1, 1);
	default:
		return put_integer(text, packed, &spec, at, value);
	}
}

int format_print(struct host *host, const char *fmt, u32 fmt_size, const u64 *args, u32 arg_cnt,
		 char *bytes)
{
	struct text text = {.bytes = bytes};
	struct packed packed = {};
	u32 arg = 0;
	int err;

	if (!memchr(fmt, '\0', fmt_size))
		return -EINVAL;
	for (const char *at = fmt; *at; at++) {
		if (!may_stand((u8)*at))
			return -EINVAL;
		if (*at != '%' || at[1] == '%') {
			put(&text, *at);
			at += *at == '%';
			continue;
		}
		if (arg == arg_cnt)
			return -EINVAL;
		at++;
		err = put_arg(host, &text, &packed, &at, args[arg++]);
		if (err)
			return err;
	}
	text.bytes[min(text.len, (u32)FORMAT_TEXT_SIZE - 1)] = '\0';
	return (int)text.len;
}
