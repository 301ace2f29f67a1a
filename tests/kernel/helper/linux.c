/* SPDX-License-Identifier: BSD-2-Clause */
/* linux.c - bpf(2) by hand. */
#include "linux.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int sys_bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	long ret = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return ret < 0 ? -errno : (int)ret;
}

static u64 address(const void *pointer)
{
	return (u64)(uintptr_t)pointer;
}

const char *linux_missing(void)
{
	int map;

	if (geteuid())
		return "needs root, to load programs into the running kernel";
	map = linux_map(BPF_MAP_TYPE_ARRAY, 4, 8, 1);
	if (map < 0)
		return "the running kernel refuses bpf(2)";
	close(map);
	return NULL;
}

int linux_map(enum bpf_map_type type, u32 key_size, u32 value_size, u32 max_entries)
{
	union bpf_attr attr = {};

	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	return sys_bpf(BPF_MAP_CREATE, &attr);
}

int linux_map_get(int map, const void *key, void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = (u32)map;
	attr.key = address(key);
	attr.value = address(value);
	return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

int linux_map_put(int map, const void *key, const void *value)
{
	union bpf_attr attr = {};

	attr.map_fd = (u32)map;
	attr.key = address(key);
	attr.value = address(value);
	return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

static int load(union bpf_attr *attr, enum bpf_prog_type type, const struct bpf_insn *insns,
		u32 cnt)
{
	static char log[1 << 16];
	int prog;

	log[0] = '\0';
	attr->prog_type = type;
	attr->insns = address(insns);
	attr->insn_cnt = cnt;
	attr->license = address("GPL");
	attr->log_buf = address(log);
	attr->log_size = sizeof(log);
	attr->log_level = 1;
	prog = sys_bpf(BPF_PROG_LOAD, attr);
	if (prog < 0) {
		for (char *line = strtok(log, "\n"); line; line = strtok(NULL, "\n"))
			printf("# %s\n", line);
	}
	return prog;
}

int linux_prog(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt)
{
	union bpf_attr attr = {};

	return load(&attr, type, insns, cnt);
}

/* The least BTF that has a global function, "main", and a static one, "callback". */
static const struct {
	struct btf_header header;
	struct btf_type integer;
	u32 integer_bits;
	struct btf_type proto, main, callback;
	char strings[19];
} btf = {
	.header = {.magic = BTF_MAGIC,
		   .version = BTF_VERSION,
		   .hdr_len = sizeof(struct btf_header),
		   .type_len = 4 * sizeof(struct btf_type) + sizeof(u32),
		   .str_off = 4 * sizeof(struct btf_type) + sizeof(u32),
		   .str_len = 19},
	.integer = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = 4},
	.integer_bits = BTF_INT_SIGNED << 24 | 32,
	.proto = {.info = BTF_KIND_FUNC_PROTO << 24, .type = 1},
	.main = {.name_off = 5, .info = BTF_KIND_FUNC << 24 | BTF_FUNC_GLOBAL, .type = 2},
	.callback = {.name_off = 10, .info = BTF_KIND_FUNC << 24 | BTF_FUNC_STATIC, .type = 2},
	.strings = "\0int\0main\0callback",
};

int linux_prog_callback(enum bpf_prog_type type, const struct bpf_insn *insns, u32 cnt,
			u32 callback)
{
	const struct bpf_func_info funcs[] = {{.insn_off = 0, .type_id = 3},
					      {.insn_off = callback, .type_id = 4}};
	union bpf_attr attr = {};
	int fd, prog;

	attr.btf = address(&btf);
	attr.btf_size = sizeof(btf.header) + btf.header.type_len + btf.header.str_len;
	fd = sys_bpf(BPF_BTF_LOAD, &attr);
	if (fd < 0)
		return fd;
	memset(&attr, 0, sizeof(attr));
	attr.prog_btf_fd = (u32)fd;
	attr.func_info = address(funcs);
	attr.func_info_cnt = 2;
	attr.func_info_rec_size = sizeof(funcs[0]);
	prog = load(&attr, type, insns, cnt);
	close(fd);
	return prog;
}

int linux_run(int prog, struct linux_run *run)
{
	union bpf_attr attr = {};
	int ret;

	attr.test.prog_fd = (u32)prog;
	attr.test.data_in = address(run->in);
	attr.test.data_size_in = run->in_len;
	attr.test.data_out = address(run->out);
	attr.test.data_size_out = run->out_len;
	attr.test.ctx_in = address(run->ctx);
	attr.test.ctx_size_in = run->ctx ? sizeof(*run->ctx) : 0;
	attr.test.flags = run->flags;
	ret = sys_bpf(BPF_PROG_TEST_RUN, &attr);
	run->out_len = attr.test.data_size_out;
	run->retval = attr.test.retval;
	return ret;
}
