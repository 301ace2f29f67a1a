/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mem.c - loads, stores and atomics: what kind of memory the pointer leads to, whether that may be
 * done there, and what is known of the value that comes back.
 *
 * check_access is the heart: every instruction that touches memory is one or more calls of it.
 * Each kind of memory has its own rules in a room of its own (region.c, stack.c, ctx.c); loads end
 * alike, cut to the width of the access.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verify/verifier.h"

struct request {
	int regno; /* the pointer */
	s32 off;   /* of the instruction */
	u32 size;
	enum access access;
	int value_regno; /* stored, or where a load goes; -1: none */
	bool strict;	 /* the alignment is checked whatever the memory */
	bool sign_extended;
};

static const char *alignment_name(const struct reg *reg)
{
	switch (reg->type) {
	case REG_MAP_KEY:
		return reg->flags ? "" : "key ";
	case REG_MAP_VALUE:
		return reg->flags ? "" : "value ";
	case REG_CTX:
		return "context ";
	case REG_STACK:
		return "stack ";
	case REG_SOCK:
		return reg->flags ? "" : "sock_common ";
	case REG_NONE:
	case REG_SCALAR:
	case REG_MAP:
	case REG_PKT:
	case REG_PKT_META:
	case REG_PKT_END:
	case REG_MEM:
	case REG_FUNC:
		break;
	}
	return "";
}

/* Mirrors check_ptr_alignment. The stack alone is always held to it: slots depend on it. */
static int check_alignment(struct verifier *v, const struct reg *reg, const struct request *req)
{
	bool strict = req->strict || v->source->flags & BPF_F_STRICT_ALIGNMENT;
	bool linked = reg->type == REG_SCALAR && reg->flags & REG_ADD_CONST;
	s32 fixed = linked ? reg->delta : reg->off, off = fixed + req->off;
	char bits[64];

	if ((!strict && reg->type != REG_STACK) || req->size == 1)
		return 0;
	if (reg_is_packet(reg))
		off += 2; /* NET_IP_ALIGN */
	if (tnum_is_aligned(tnum_add(reg->val.bits, tnum_const((u64)(s64)off)), req->size))
		return 0;
	tnum_print(reg->val.bits, bits, sizeof(bits));
	if (reg_is_packet(reg))
		return refuse(v, -EACCES, "misaligned packet access off 2+%s+%d+%d size %d", bits,
			      fixed, req->off, req->size);
	return refuse(v, -EACCES, "misaligned %saccess off %s+%d+%d size %d", alignment_name(reg),
		      bits, fixed, req->off, req->size);
}

static bool leaks(struct verifier *v, const struct request *req)
{
	return req->access == ACCESS_WRITE && req->value_regno >= 0 && !v->leaks_allowed &&
	       reg_of(v, req->value_regno)->type != REG_SCALAR;
}

static int refuse_leak(struct verifier *v, const struct request *req, const char *where)
{
	return refuse(v, -EACCES, "R%d leaks addr into %s", req->value_regno, where);
}

static int refuse_deref(struct verifier *v, int regno)
{
	const struct reg *reg = reg_of(v, regno);
	char name[32];

	refuse(v, -EACCES, "R%d invalid mem access '%s'", regno, reg_type_text(reg, name));
	return blame(v, reg->flags & REG_OR_NULL ? BLAME_NULL : BLAME_SCALAR_DEREF, regno, reg,
		     -EACCES);
}

static void load_unknown(struct verifier *v, const struct request *req)
{
	if (req->access == ACCESS_READ && req->value_regno >= 0)
		reg_set_unknown(v, reg_of(v, req->value_regno));
}

/* Bytes of a map that nobody can change are numbers known now. Mirrors bpf_map_direct_read. */
static int load_frozen(struct verifier *v, const struct map *map, s64 off,
		       const struct request *req)
{
	struct reg *dst = reg_of(v, req->value_regno);
	const u8 *bytes;
	u64 value = 0;
	u32 unused = 64 - 8 * req->size;

	if (map->max_entries != 1)
		return -ENOTSUPP; /* Linux says nothing either */
	bytes = map_direct_value((struct map *)map, (u32)off);
	if (!bytes)
		return -EINVAL;
	memcpy(&value, bytes, req->size);
	if (req->sign_extended)
		value = (u64)((s64)(value << unused) >> unused);
	reg_set_const(v, dst, value);
	return 0;
}

static bool is_frozen(const struct map *map)
{
	return map->flags & BPF_F_RDONLY_PROG && map->frozen && map->type == BPF_MAP_TYPE_ARRAY;
}

static int access_map_value(struct verifier *v, const struct request *req, s32 off)
{
	const struct reg *reg = reg_of(v, req->regno);
	int err;

	if (leaks(v, req))
		return refuse_leak(v, req, "map");
	err = region_check_map_flags(v, req->regno, off, req->size, req->access);
	if (!err)
		err = region_check_map_value(v, req->regno, off, req->size, false);
	if (err || req->access == ACCESS_WRITE || req->value_regno < 0)
		return err;
	if (scalar_is_const(reg->val) && is_frozen(reg->map))
		return load_frozen(v, reg->map, off + (s64)scalar_value(reg->val), req);
	load_unknown(v, req);
	return 0;
}

static int access_mem(struct verifier *v, const struct request *req, s32 off)
{
	int err;

	if (leaks(v, req))
		return refuse_leak(v, req, "mem");
	err = region_check(v, req->regno, off, req->size, reg_of(v, req->regno)->mem_size, false);
	if (!err)
		load_unknown(v, req);
	return err;
}

static int access_map_key(struct verifier *v, const struct request *req, s32 off)
{
	int err;

	if (req->access == ACCESS_WRITE)
		return refuse(v, -EACCES, "write to change key R%d not allowed", req->regno);
	err = region_check(v, req->regno, off, req->size, reg_of(v, req->regno)->map->key_size,
			   false);
	if (!err)
		load_unknown(v, req);
	return err;
}

static int access_ctx(struct verifier *v, const struct request *req, s32 off)
{
	struct reg loaded, *dst = NULL;
	int err;

	if (leaks(v, req))
		return refuse_leak(v, req, "ctx");
	err = region_check_unmoved(v, reg_of(v, req->regno), req->regno, false);
	if (err)
		return err;
	if (req->access == ACCESS_READ && req->value_regno >= 0)
		dst = &loaded;
	err = ctx_check(v, req->regno, off, req->size, req->access, req->sign_extended, dst);
	if (!err && dst)
		*reg_of(v, req->value_regno) = loaded;
	return err;
}

static int access_stack(struct verifier *v, const struct request *req, s32 off)
{
	int err = stack_bounds(v, req->regno, off, req->size, req->access);

	if (err)
		return err;
	if (req->access == ACCESS_READ)
		return stack_read(v, req->regno, off, req->size, req->value_regno);
	return stack_write(v, req->regno, off, req->size, req->value_regno);
}

static int access_packet(struct verifier *v, const struct request *req, s32 off)
{
	int err;

	if (req->access == ACCESS_WRITE && !(v->type_bit & HELPER_TC_XMIT)) {
		refuse(v, -EACCES, "cannot write into packet");
		return blame(v, BLAME_PACKET_WRITE, req->regno, reg_of(v, req->regno), -EACCES);
	}
	if (req->access == ACCESS_WRITE)
		v->writes_packet = v->info[v->insn].packet_write = true;
	if (leaks(v, req))
		return refuse_leak(v, req, "packet");
	err = region_check_packet(v, req->regno, off, req->size, false);
	if (!err)
		load_unknown(v, req);
	return err;
}

/* Linux lets a program read a few fields of struct bpf_sock; skiff has no sockets. */
static int access_sock(struct verifier *v, const struct request *req, s32 off)
{
	if (req->access == ACCESS_WRITE)
		return refuse(v, -EACCES, "R%d cannot write into sock_common", req->regno);
	if (off < 0 || off >= 80 || off % (s32)req->size)
		return refuse(v, -EACCES, "R%d invalid sock_common access off=%d size=%d",
			      req->regno, off, req->size);
	return blame(v, BLAME_NOT_YET, req->regno, reg_of(v, req->regno),
		     refuse(v, -EINVAL,
			    "skiff does not have sockets yet: skb->sk can only be "
			    "compared with NULL"));
}

/* The kernel's struct behind a map, of which privileged programs may read. */
static const char *map_struct(const struct map *map)
{
	switch ((int)map->type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return "bpf_htab";
	case BPF_MAP_TYPE_LPM_TRIE:
		return "lpm_trie";
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return "bpf_queue_stack";
	case BPF_MAP_TYPE_RINGBUF:
		return "bpf_ringbuf_map";
	}
	return "bpf_array";
}

/* Mirrors check_ptr_to_map_access as far as it refuses. */
static int access_map(struct verifier *v, const struct request *req, s32 off)
{
	const struct reg *reg = reg_of(v, req->regno);
	const char *name = map_struct(reg->map);

	if (!v->leaks_allowed)
		return refuse(v, -EPERM,
			      "'struct %s' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN",
			      name);
	if (off < 0)
		return refuse(v, -EACCES, "R%d is %s invalid negative access: off=%d", req->regno,
			      name, off);
	if (req->access == ACCESS_WRITE)
		return refuse(v, -EACCES, "only read from %s is supported", name);
	return blame(v, BLAME_NOT_YET, req->regno, reg,
		     refuse(v, -EINVAL, "skiff does not have reads of the kernel's struct %s yet",
			    name));
}

/* By the pointer's type. @off is that of the pointer and the instruction together. */
static int access_kind(struct verifier *v, const struct request *req, s32 off)
{
	const struct reg *reg = reg_of(v, req->regno);

	if (reg->flags & REG_OR_NULL && reg_is_pointer(reg))
		return refuse_deref(v, req->regno);
	switch (reg->type) {
	case REG_MAP_KEY:
		return access_map_key(v, req, off);
	case REG_MAP_VALUE:
		return access_map_value(v, req, off);
	case REG_MEM:
		return access_mem(v, req, off);
	case REG_CTX:
		return access_ctx(v, req, off);
	case REG_STACK:
		return access_stack(v, req, off);
	case REG_PKT:
	case REG_PKT_META:
		return access_packet(v, req, off);
	case REG_SOCK:
		return access_sock(v, req, off);
	case REG_MAP:
		return access_map(v, req, off);
	case REG_NONE:
	case REG_SCALAR:
	case REG_PKT_END:
	case REG_FUNC:
		break;
	}
	return refuse_deref(v, req->regno);
}

/* Mirrors check_mem_access. */
static int check_access(struct verifier *v, const struct request *req)
{
	const struct reg *reg = reg_of(v, req->regno);
	struct reg *dst;
	int err;

	v->fault.off = req->off;
	v->fault.size = req->size;
	err = check_alignment(v, reg, req);
	if (err)
		return err;
	err = access_kind(v, req, reg->off + req->off);
	if (err || req->access == ACCESS_WRITE || req->value_regno < 0 || req->size == 8)
		return err;
	dst = reg_of(v, req->value_regno);
	if (dst->type != REG_SCALAR)
		return 0;
	if (req->sign_extended)
		dst->val = scalar_mov_sx(dst->val, (u8)(8 * req->size), true);
	else
		dst->val = scalar_truncate(dst->val, (u8)req->size);
	return 0;
}

/* Two paths that come to one instruction with different pointers: the context is accessed by
 * other machine code than memory. Mirrors save_aux_ptr_type. */
static int keep_pointer_type(struct verifier *v, u8 type)
{
	struct insn_info *info = &v->info[v->insn];

	if (info->pointer == REG_NONE || info->pointer == type) {
		info->pointer = type;
		return 0;
	}
	if (type == REG_CTX || type == REG_SOCK || info->pointer == REG_CTX ||
	    info->pointer == REG_SOCK)
		return refuse(v, -EINVAL, "same insn cannot be used with different pointers");
	return 0;
}

static int load(struct verifier *v, const struct bpf_insn *insn, bool strict)
{
	struct request req = {
		.regno = insn->src_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.access = ACCESS_READ,
		.value_regno = insn->dst_reg,
		.strict = strict,
		.sign_extended =
			BPF_CLASS(insn->code) == BPF_LDX && BPF_MODE(insn->code) == BPF_MEMSX,
	};
	int err = reg_check_read(v, insn->src_reg);
	struct reg *dst;
	u8 type;

	if (!err)
		err = reg_check_write(v, insn->dst_reg);
	if (err)
		return err;
	type = reg_of(v, insn->src_reg)->type;
	err = check_access(v, &req);
	if (!err)
		err = keep_pointer_type(v, type);
	if (err)
		return err;
	dst = reg_of(v, insn->dst_reg);
	if (dst->type == REG_SCALAR && !scalar_is_valid(dst->val))
		dst->val = scalar_unbounded(dst->val);
	return 0;
}

int mem_check_load(struct verifier *v, const struct bpf_insn *insn)
{
	return load(v, insn, false);
}

static int store(struct verifier *v, const struct bpf_insn *insn, bool strict)
{
	bool constant = BPF_CLASS(insn->code) == BPF_ST;
	struct request req = {
		.regno = insn->dst_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.access = ACCESS_WRITE,
		.value_regno = constant ? -1 : insn->src_reg,
		.strict = strict,
	};
	int err = constant ? 0 : reg_check_read(v, insn->src_reg);
	u8 type;

	if (!err)
		err = reg_check_read(v, insn->dst_reg);
	if (err)
		return err;
	type = reg_of(v, insn->dst_reg)->type;
	err = check_access(v, &req);
	return err ? err : keep_pointer_type(v, type);
}

int mem_check_store(struct verifier *v, const struct bpf_insn *insn)
{
	return store(v, insn, false);
}

/* Mirrors atomic_ptr_type_ok. */
static bool is_atomic_memory(const struct reg *reg)
{
	return reg->type != REG_CTX && reg->type != REG_SOCK && !reg_is_packet(reg);
}

static int refuse_atomic(struct verifier *v, const char *what, int regno)
{
	char name[32];

	return refuse(v, -EACCES, "BPF_ATOMIC %s R%d %s is not allowed", what, regno,
		      reg_type_text(reg_of(v, regno), name));
}

/* Read, change, write: three accesses to the same place. Mirrors check_atomic_rmw. */
static int read_modify_write(struct verifier *v, const struct bpf_insn *insn)
{
	struct request req = {
		.regno = insn->dst_reg,
		.off = insn->off,
		.size = insn_access_size(insn),
		.access = ACCESS_READ,
		.value_regno = -1,
		.strict = true,
	};
	bool compares = insn->imm == BPF_CMPXCHG, fetches = insn->imm & BPF_FETCH;
	int old_regno = compares ? BPF_REG_0 : insn->src_reg, err;

	err = reg_check_read(v, insn->src_reg);
	if (!err)
		err = reg_check_read(v, insn->dst_reg);
	if (!err && compares)
		err = reg_check_read(v, BPF_REG_0);
	if (err)
		return err;
	if (compares && !v->leaks_allowed && reg_of(v, BPF_REG_0)->type != REG_SCALAR)
		return refuse(v, -EACCES, "R%d leaks addr into mem", BPF_REG_0);
	if (!v->leaks_allowed && reg_of(v, insn->src_reg)->type != REG_SCALAR)
		return refuse(v, -EACCES, "R%d leaks addr into mem", insn->src_reg);
	if (!is_atomic_memory(reg_of(v, insn->dst_reg)))
		return refuse_atomic(v, "stores into", insn->dst_reg);
	if (fetches) {
		err = reg_check_write(v, old_regno);
		if (err)
			return err;
		reg_set_unknown(v, reg_of(v, old_regno));
	}
	err = check_access(v, &req);
	if (!err && fetches) {
		req.value_regno = old_regno;
		err = check_access(v, &req);
	}
	if (err)
		return err;
	req.access = ACCESS_WRITE;
	req.value_regno = -1;
	return check_access(v, &req);
}

/* Mirrors check_atomic. */
int mem_check_atomic(struct verifier *v, const struct bpf_insn *insn)
{
	int err;

	switch (insn->imm) {
	case BPF_LOAD_ACQ:
		err = load(v, insn, true);
		if (!err && !is_atomic_memory(reg_of(v, insn->src_reg)))
			err = refuse_atomic(v, "loads from", insn->src_reg);
		return err;
	case BPF_STORE_REL:
		err = store(v, insn, true);
		if (!err && !is_atomic_memory(reg_of(v, insn->dst_reg)))
			err = refuse_atomic(v, "stores into", insn->dst_reg);
		return err;
	}
	return read_modify_write(v, insn);
}

/*
 * In a subprogram, the path at hand is the one where the bytes are not there: it leaves the
 * subprogram with 0. The one where they are is put aside.
 */
static int leave_by_ld_abs(struct verifier *v)
{
	int err = func_refuse_leaving_callback(v);

	if (err)
		return err;
	if (!walk_push(v, v->insn + 1, v->insn, &err))
		return err;
	reg_set_const(v, reg_of(v, BPF_REG_0), 0);
	err = func_return(v);
	v->insn--; /* the walk goes on with the next one */
	return err;
}

/* r0 = bytes of the packet, in host order; beyond them the program ends. Mirrors check_ld_abs. */
int mem_check_ld_abs(struct verifier *v, const struct bpf_insn *insn)
{
	const struct reg *ctx = reg_of(v, BPF_REG_6);
	int err;

	if (!(v->type_bit & HELPER_TC))
		return refuse(v, -EINVAL,
			      "BPF_LD_[ABS|IND] instructions not allowed for this program type");
	err = reg_check_read(v, BPF_REG_6);
	if (!err)
		err = lock_check_leaks(v, true, "BPF_LD_[ABS|IND]");
	if (err)
		return err;
	if (ctx->type != REG_CTX)
		return refuse(v, -EINVAL, "at the time of BPF_LD_ABS|IND R6 != pointer to skb");
	if (BPF_MODE(insn->code) == BPF_IND)
		err = reg_check_read(v, insn->src_reg);
	if (!err)
		err = region_check_unmoved(v, ctx, BPF_REG_6, false);
	if (err)
		return err;
	call_clear_caller_regs(v);
	reg_set_unknown(v, reg_of(v, BPF_REG_0));
	return v->state->top ? leave_by_ld_abs(v) : 0;
}

static int load_func(struct verifier *v, const struct bpf_insn *insn, struct reg *dst)
{
	u32 sub = (u32)cfg_sub_at(v, v->insn + (u32)insn->imm + 1);

	if (!v->source->func_cnt)
		return refuse(v, -EINVAL, "missing btf func_info");
	if (!v->subs[sub].func || v->subs[sub].func->global)
		return refuse(v, -EINVAL, "callback function not static");
	reg_set_pointer(dst, REG_FUNC);
	dst->sub = sub;
	return 0;
}

/* Mirrors check_ld_imm. */
int mem_check_ld_imm64(struct verifier *v, const struct bpf_insn *insn)
{
	struct reg *dst = reg_of(v, insn->dst_reg);
	int err = reg_check_write(v, insn->dst_reg);

	if (err)
		return err;
	switch (insn->src_reg) {
	case 0:
		reg_set_const(v, dst, insn_imm64(insn));
		return 0;
	case INSN_FUNC:
		return load_func(v, insn, dst);
	case INSN_MAP_FD:
		reg_set_pointer(dst, REG_MAP);
		break;
	default:
		reg_set_pointer(dst, REG_MAP_VALUE);
		dst->off = insn[1].imm;
		break;
	}
	dst->map = v->source->maps[insn->imm];
	dst->from = (s32)v->insn;
	return 0;
}
