/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disasm.c - every kind of instruction as Linux's verifier log writes it. kernel.c beside this
 * asks the running kernel for each row of op.def; here stands what it said, for machines where it
 * may not be asked.
 */
#include "tap.h"

#include "isa/disasm.h"

#define INSN(c, d, s, o, i)                                                                        \
	{                                                                                          \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)                \
	}

static const char *helper(void *ctx, u32 id)
{
	return id == 13 ? "bpf_clone_redirect" : NULL;
}

static const char *kfunc(void *ctx, const struct bpf_insn *insn)
{
	return insn->imm == 77 ? "bpf_dynptr_size" : NULL;
}

static const char *map(void *ctx, const struct bpf_insn *insn)
{
	return insn->src_reg == INSN_MAP_FD ? ctx : NULL;
}

static const struct {
	struct bpf_insn insn[2];
	const char *text;
} table[] = {
	{{INSN(0xb7, 0, 0, 0, 0)}, "(b7) r0 = 0"},
	{{INSN(0xb7, 3, 0, 0, -5)}, "(b7) r3 = -5"},
	{{INSN(0xb4, 3, 0, 0, 7)}, "(b4) w3 = 7"},
	{{INSN(0xbf, 6, 1, 0, 0)}, "(bf) r6 = r1"},
	{{INSN(0xbc, 1, 2, 8, 0)}, "(bc) w1 = (s8)w2"},
	{{INSN(0xbf, 1, 2, 32, 0)}, "(bf) r1 = (s32)r2"},
	{{INSN(0xbf, 1, 2, 1, 1 << 16)}, "(bf) r1 = addr_space_cast(r2, 1, 0)"},
	{{INSN(0x07, 2, 0, 0, -8)}, "(07) r2 += -8"},
	{{INSN(0x1c, 2, 3, 0, 0)}, "(1c) w2 -= w3"},
	{{INSN(0x9f, 2, 3, 0, 0)}, "(9f) r2 %= r3"},
	{{INSN(0x3f, 2, 3, 1, 0)}, "(3f) r2 s/= r3"},
	{{INSN(0x94, 2, 0, 1, 9)}, "(94) w2 s%= 9"},
	{{INSN(0xc7, 2, 0, 0, 32)}, "(c7) r2 s>>= 32"},
	{{INSN(0x84, 4, 0, 0, 0)}, "(84) w4 = -w4"},
	{{INSN(0xdc, 1, 0, 0, 16)}, "(dc) r1 = be16 r1"},
	{{INSN(0xd4, 1, 0, 0, 64)}, "(d4) r1 = le64 r1"},
	{{INSN(0xd7, 1, 0, 0, 32)}, "(d7) r1 = bswap32 r1"},
	{{INSN(0x61, 1, 6, 76, 0)}, "(61) r1 = *(u32 *)(r6 +76)"},
	{{INSN(0x79, 1, 10, -8, 0)}, "(79) r1 = *(u64 *)(r10 -8)"},
	{{INSN(0x91, 1, 10, -1, 0)}, "(91) r1 = *(s8 *)(r10 -1)"},
	{{INSN(0x6a, 10, 0, -2, 513)}, "(6a) *(u16 *)(r10 -2) = 513"},
	{{INSN(0x73, 10, 5, -1, 0)}, "(73) *(u8 *)(r10 -1) = r5"},
	{{INSN(0x18, 1, 0, 0, -1), INSN(0, 0, 0, 0, 1)}, "(18) r1 = 0x1ffffffff"},
	{{INSN(0x18, 1, 1, 0, 3)}, "(18) r1 = map[id:15]"},
	{{INSN(0x18, 1, 4, 0, 6)}, "(18) r1 = 0x6"},
	{{INSN(0x30, 0, 0, 0, 23)}, "(30) r0 = *(u8 *)skb[23]"},
	{{INSN(0x48, 0, 7, 0, -4)}, "(48) r0 = *(u16 *)skb[r7 + -4]"},
	{{INSN(0xdb, 1, 2, 0, 0x00)}, "(db) lock *(u64 *)(r1 +0) += r2"},
	{{INSN(0xc3, 10, 2, -4, 0xa0)}, "(c3) lock *(u32 *)(r10 -4) ^= r2"},
	{{INSN(0xdb, 10, 2, -8, 0x51)}, "(db) r2 = atomic64_fetch_and((u64 *)(r10 -8), r2)"},
	{{INSN(0xc3, 10, 2, -4, 0x01)}, "(c3) r2 = atomic_fetch_add((u32 *)(r10 -4), r2)"},
	{{INSN(0xc3, 10, 2, -4, 0xe1)}, "(c3) r2 = atomic_xchg((u32 *)(r10 -4), r2)"},
	{{INSN(0xdb, 10, 2, -8, 0xf1)}, "(db) r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r2)"},
	{{INSN(0xcb, 2, 3, 0, 0x100)}, "(cb) r2 = load_acquire((u16 *)(r3 +0))"},
	{{INSN(0xdb, 3, 2, 0, 0x110)}, "(db) store_release((u64 *)(r3 +0), r2)"},
	{{INSN(0x15, 1, 0, 3, 0)}, "(15) if r1 == 0x0 goto pc+3"},
	{{INSN(0x65, 1, 0, 3, 5)}, "(65) if r1 s> 0x5 goto pc+3"},
	{{INSN(0xd6, 1, 0, -3, -1)}, "(d6) if w1 s<= 0xffffffff goto pc-3"},
	{{INSN(0x4d, 1, 2, 1, 0)}, "(4d) if r1 & r2 goto pc+1"},
	{{INSN(0x05, 0, 0, -7, 0)}, "(05) goto pc-7"},
	{{INSN(0x06, 0, 0, 0, 70000)}, "(06) gotol pc+70000"},
	{{INSN(0xe5, 0, 0, 2, 0)}, "(e5) may_goto pc+2"},
	{{INSN(0x85, 0, 0, 0, 13)}, "(85) call bpf_clone_redirect#13"},
	{{INSN(0x85, 0, 0, 0, 9999)}, "(85) call unknown#9999"},
	{{INSN(0x85, 0, 1, 0, 2)}, "(85) call pc+2"},
	{{INSN(0x85, 0, 2, 0, 77)}, "(85) call bpf_dynptr_size#77"},
	{{INSN(0x95, 0, 0, 0, 0)}, "(95) exit"},
	/* What is refused is written too, just before the refusal. */
	{{INSN(0xdb, 1, 2, 0, 0x10)}, "BUG_db"},
	{{INSN(0xcb, 0, 0, 0, 0x41)}, "(cb) r0 = atomic_fetch_or((u16 *)(r0 +0), r0)"},
	{{INSN(0xdc, 1, 0, 0, 17)}, "(dc) r1 = be17 r1"},
	{{INSN(0x3f, 1, 2, 7, 0)}, "(3f) r1 /= r2"},
	{{INSN(0xff, 1, 2, 7, 0)}, "BUG_ff"},
};

TEST(transcript)
{
	const struct disasm_names names = {
		.ctx = (void *)(uintptr_t) "map[id:15]",
		.helper = helper,
		.kfunc = kfunc,
		.imm64 = map,
	};
	char text[DISASM_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int len = insn_disasm(text, sizeof(text), table[i].insn, &names);

		STR_EQ(text, table[i].text);
		EQ(len, strlen(table[i].text));
	}
}

TEST(without_names)
{
	struct bpf_insn call = INSN(0x85, 0, 0, 0, 13);
	struct bpf_insn load[2] = {INSN(0x18, 1, 1, 0, 3), INSN(0, 0, 0, 0, 0)};
	char text[DISASM_MAX];

	insn_disasm(text, sizeof(text), &call, NULL);
	STR_EQ(text, "(85) call unknown#13");
	insn_disasm(text, sizeof(text), load, NULL);
	STR_EQ(text, "(18) r1 = 0x3");
}

TEST(a_short_buffer_is_cut_and_counted)
{
	struct bpf_insn insn = INSN(0x61, 1, 6, 76, 0);
	char text[10];

	memset(text, 'x', sizeof(text));
	EQ(insn_disasm(text, 8, &insn, NULL), 26);
	STR_EQ(text, "(61) r1");
	EQ(text[8], 'x');
	EQ(insn_disasm(NULL, 0, &insn, NULL), 26);
}

TAP_MAIN()
