/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * format.h - the formats of bpf_trace_printk: the kernel's printf as far as programs may use it.
 */
#ifndef SKIFF_HELPER_FORMAT_H
#define SKIFF_HELPER_FORMAT_H

#include "helper/host.h"

#define FORMAT_TEXT_SIZE 1024 /* bytes of text, its NUL among them; the rest is cut off */
#define FORMAT_ARGS_MAX	 12

/*
 * Print @args by @fmt, of which @fmt_size bytes may be read, into @text (FORMAT_TEXT_SIZE bytes,
 * always ended by a NUL on success). The length the whole text would have had; -EINVAL: no NUL
 * in @fmt_size bytes, or a character, a conversion or a number of them that Linux refuses;
 * -ENOSPC: arguments of more than 512 bytes. Mirrors bpf_bprintf_prepare and bstr_printf.
 */
int format_print(struct host *host, const char *fmt, u32 fmt_size, const u64 *args, u32 arg_cnt,
		 char *text);

#endif
