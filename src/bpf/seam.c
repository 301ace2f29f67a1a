/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * seam.c - the one place where libbpf meets skiff instead of the kernel.
 *
 * libbpf reaches bpf(2) through syscall(2), and the kernel's types through
 * btf__load_vmlinux_btf. The linker sends both here (-Wl,--wrap, see the top meson.build). A call
 * goes to the calling thread's current loader; without one it goes on to the system, so that
 * code beside skiff's keeps its bpf(2). The current loader is the one global the project permits:
 * libbpf has nowhere to carry it.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf/loader.h"

static _Thread_local struct loader *current;

void seam_enter(struct loader *loader)
{
	loader->refusal[0] = loader->complaint[0] = '\0';
	current = loader;
}

void seam_leave(void)
{
	current = NULL;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);

long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list args;
	int result;

	va_start(args, number);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] = va_arg(args, long);
	va_end(args);

	if (number != __NR_bpf || !current)
		return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	result = bpf_command(current, (int)a[0], (union bpf_attr *)a[1], (u32)a[2]);
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	return current ? btf_kernel() : __real_btf__load_vmlinux_btf();
}

/* Keep the first warning: those after it are its consequences. */
__attribute__((format(printf, 2, 0))) static int print(enum libbpf_print_level level,
						       const char *fmt, va_list args)
{
	const char *prefix = "libbpf: ";
	char *text;
	size_t len;

	if (!current)
		return level == LIBBPF_WARN ? vfprintf(stderr, fmt, args) : 0;
	text = current->complaint;
	if (level != LIBBPF_WARN || text[0])
		return 0;
	vsnprintf(text, sizeof(current->complaint), fmt, args);
	if (!strncmp(text, prefix, strlen(prefix)))
		memmove(text, text + strlen(prefix), strlen(text + strlen(prefix)) + 1);
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	return 0;
}

/*
 * The section names of tc and LWT programs, with and without a suffix. libbpf 1.1 knows only
 * some of them, and those only without one.
 */
static void register_sections(void)
{
	static const struct {
		const char *section;
		enum bpf_prog_type type;
	} rows[] = {
		{"tc+", BPF_PROG_TYPE_SCHED_CLS},	  {"tcx+", BPF_PROG_TYPE_SCHED_CLS},
		{"classifier+", BPF_PROG_TYPE_SCHED_CLS}, {"action+", BPF_PROG_TYPE_SCHED_ACT},
		{"lwt_in+", BPF_PROG_TYPE_LWT_IN},	  {"lwt_out+", BPF_PROG_TYPE_LWT_OUT},
		{"lwt_xmit+", BPF_PROG_TYPE_LWT_XMIT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		libbpf_register_prog_handler(rows[i].section, rows[i].type, 0, NULL);
	/* Any other name: the type is left open, for --type to give. */
	libbpf_register_prog_handler(NULL, BPF_PROG_TYPE_UNSPEC, 0, NULL);
	libbpf_set_print(print);
}

void seam_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, register_sections);
}
