/* SPDX-License-Identifier: BSD-2-Clause */
/* desk.c - building the program, asking both, comparing. */
#include "desk.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "asm.h"
#include "linux.h"
#include "skb/csum.h"

#define INSNS_MAX     64
#define ADD_REG(d, s) INSN(BPF_ALU64 | BPF_ADD | BPF_X, d, s, 0, 0)

struct code {
	struct bpf_insn insns[INSNS_MAX];
	u32 cnt;
	u32 outs[16]; /* jumps to the end */
	u32 out_cnt;
};

static void emit(struct code *code, struct bpf_insn insn)
{
	code->insns[code->cnt++] = insn;
}

static void emit_out(struct code *code, struct bpf_insn jump)
{
	code->outs[code->out_cnt++] = code->cnt;
	emit(code, jump);
}

static void emit_map(struct code *code, u8 dst, int map)
{
	const struct bpf_insn both[] = {LOAD_MAP(dst, map)};

	emit(code, both[0]);
	emit(code, both[1]);
}

/* r6 is the context, r7 the desk. */
static void emit_arg(struct code *code, const struct desk_question *question, u8 arg)
{
	u8 dst = (u8)(arg + 1);

	switch (question->kinds[arg]) {
	case DESK_NONE:
		break;
	case DESK_CTX:
		emit(code, MOV(dst, 6));
		break;
	case DESK_NULL:
		emit(code, MOV_IMM(dst, 0));
		break;
	case DESK_MAP:
		emit_map(code, dst, question->map);
		break;
	case DESK_NUM:
		emit(code, LOAD64(dst, 7, arg * 8));
		break;
	case DESK_MEM:
		emit(code, LOAD64(dst, 7, arg * 8));
		emit_out(code, JGT_IMM(dst, DESK_REACH, 0));
		emit(code, ADD_REG(dst, 7));
		emit(code, ADD_IMM(dst, offsetof(struct desk, mem)));
		break;
	case DESK_SIZE:
		emit(code, LOAD64(dst, 7, arg * 8));
		emit_out(code, JEQ_IMM(dst, 0, 0));
		emit_out(code, JGT_IMM(dst, DESK_REACH, 0));
		break;
	case DESK_SIZE0:
		emit(code, LOAD64(dst, 7, arg * 8));
		emit_out(code, JGT_IMM(dst, DESK_REACH, 0));
		break;
	}
}

int desk_open(struct desk_question *question)
{
	struct code code = {};

	question->desk = linux_map(BPF_MAP_TYPE_ARRAY, 4, sizeof(struct desk), 1);
	if (question->desk < 0)
		return question->desk;
	emit(&code, MOV(6, 1));
	emit(&code, STORE32_IMM(10, -4, 0));
	emit_map(&code, 1, question->desk);
	emit(&code, MOV(2, 10));
	emit(&code, ADD_IMM(2, -4));
	emit(&code, CALL(BPF_FUNC_map_lookup_elem));
	emit_out(&code, JEQ_IMM(0, 0, 0));
	emit(&code, MOV(7, 0));
	for (u8 arg = 0; arg < 5; arg++)
		emit_arg(&code, question, arg);
	emit(&code, CALL((s32)question->helper));
	emit(&code, STORE64(7, 0, offsetof(struct desk, ret)));
	if (question->csum) {
		emit(&code, MOV(1, 6));
		emit(&code, MOV_IMM(2, 0));
		emit(&code, CALL(BPF_FUNC_csum_update));
		emit(&code, STORE64(7, 0, offsetof(struct desk, csum)));
	}
	for (u32 i = 0; i < code.out_cnt; i++)
		code.insns[code.outs[i]].off = (s16)(code.cnt - code.outs[i] - 1);
	emit(&code, MOV_IMM(0, 0));
	emit(&code, EXIT());
	question->prog = linux_prog(question->type, code.insns, code.cnt);
	if (question->prog < 0) {
		close(question->desk);
		return question->prog;
	}
	return 0;
}

void desk_close(struct desk_question *question)
{
	close(question->prog);
	close(question->desk);
}

/* Linux is to take the packet for one with a complete checksum. */
#define TEST_SKB_CHECKSUM_COMPLETE 4

/* The packet afterwards, or nothing of it when the program left a wrong complete sum behind:
 * that is no question of ours, but BPF_PROG_TEST_RUN ends with it. */
struct outcome {
	int err;
	u8 packet[FAKE_BYTES];
	u32 len;
};

static void ask_linux(const struct desk_question *question, struct desk *desk, const void *frame,
		      u32 len, struct outcome *outcome)
{
	struct __sk_buff ctx = {.gso_size = question->gso_size};
	struct linux_run run = {
		.in = frame,
		.in_len = len,
		.out = outcome->packet,
		.out_len = sizeof(outcome->packet),
		.flags = question->csum ? TEST_SKB_CHECKSUM_COMPLETE : 0,
		.ctx = question->gso_size ? &ctx : NULL,
	};
	u32 key = 0;

	linux_map_put(question->desk, &key, desk);
	outcome->err = linux_run(question->prog, &run);
	outcome->len = run.out_len;
	linux_map_get(question->desk, &key, desk);
}

static u64 skiff_arg(const struct desk_question *question, struct fake *fake, struct desk *desk,
		     u32 arg)
{
	switch (question->kinds[arg]) {
	case DESK_NONE:
	case DESK_NULL:
		return 0;
	case DESK_CTX:
		return reg(fake->run.skb);
	case DESK_MAP:
		return reg(question->skiff_map);
	case DESK_MEM:
		return reg(&desk->mem[desk->args[arg]]);
	case DESK_NUM:
	case DESK_SIZE:
	case DESK_SIZE0:
		return desk->args[arg];
	}
	return 0;
}

static void ask_skiff(const struct desk_question *question, struct fake *fake, struct desk *desk,
		      const void *frame, u32 len)
{
	struct skb *skb = fake_packet(fake, frame, len);
	u64 args[5];

	if (question->type == BPF_PROG_TYPE_LWT_XMIT)
		skb_pull(skb, SKB_MAC_LEN);
	skb->ctx.gso_size = question->gso_size;
	if (question->csum) {
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = csum_partial((const u8 *)frame + SKB_MAC_LEN, len - SKB_MAC_LEN, 0);
	}
	for (u32 i = 0; i < 5; i++)
		args[i] = skiff_arg(question, fake, desk, i);
	desk->ret =
		(u64)fake_call(fake, question->helper, args[0], args[1], args[2], args[3], args[4]);
	if (question->csum)
		desk->csum = skb->csum;
}

static bool same_number(const char *name, u64 ours, u64 theirs)
{
	if (ours == theirs)
		return true;
	printf("# %s: Linux %lld (0x%llx), skiff %lld (0x%llx)\n", name, (long long)theirs,
	       (unsigned long long)theirs, (long long)ours, (unsigned long long)ours);
	return false;
}

static bool same_bytes(const char *name, const u8 *ours, const u8 *theirs, u32 len)
{
	for (u32 i = 0; i < len; i++) {
		if (ours[i] == theirs[i])
			continue;
		printf("# %s: byte %u: Linux %02x, skiff %02x\n", name, i, theirs[i], ours[i]);
		return false;
	}
	return true;
}

static bool same(const struct desk_question *question, const struct skb *skb,
		 const struct desk *ours, const struct desk *theirs, const struct outcome *outcome)
{
	/* Of an LWT type Linux gives back 14 zeros and the rest. */
	u32 pulled = question->type == BPF_PROG_TYPE_LWT_XMIT ? SKB_MAC_LEN : 0;
	bool agree = same_number("returned", ours->ret, theirs->ret);

	agree &= same_bytes("memory", ours->mem, theirs->mem, sizeof(ours->mem));
	if (question->csum)
		agree &= same_number("skb->csum", ours->csum, theirs->csum);
	if (question->csum && outcome->err == -EBADMSG)
		return agree;
	agree &= same_number("BPF_PROG_TEST_RUN", 0, (u64)(s64)outcome->err);
	if (!same_number("length", skb->ctx.len + pulled, outcome->len))
		return false;
	return agree & same_bytes("packet", skb_data(skb), outcome->packet + pulled, skb->ctx.len);
}

bool desk_agree(struct desk_question *question, struct fake *fake, struct desk *desk,
		const void *frame, u32 len, const char *what)
{
	static struct outcome outcome;
	static struct desk theirs;

	theirs = *desk;
	ask_linux(question, &theirs, frame, len, &outcome);
	ask_skiff(question, fake, desk, frame, len);
	if (same(question, fake->run.skb, desk, &theirs, &outcome))
		return true;
	printf("# %s: helper %u (%llx, %llx, %llx, %llx, %llx) on %u bytes\n", what,
	       question->helper, (unsigned long long)desk->args[0],
	       (unsigned long long)desk->args[1], (unsigned long long)desk->args[2],
	       (unsigned long long)desk->args[3], (unsigned long long)desk->args[4], len);
	return false;
}
