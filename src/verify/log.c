/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log.c - the verifier's log in the kernel's dialect.
 *
 * At levels 1 and 2 each instruction is printed with what changed after it; at level 1 what an
 * abandoned path printed is taken back, so that the log of a refusal shows the way to it alone.
 * At level 0 only the lines that refuse() writes and the statistics are kept.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isa/disasm.h"
#include "verify/verifier.h"

#define LOG_MAX (64u << 20) /* bytes; what a log would have beyond is dropped, but not */
#define LOG_LAST 65536u	    /* the lines that say what was wrong, for which there is room */
#define COLUMN 40	    /* where the state after an instruction starts, and its step */
#define COLUMN_STEP 8

static void append(struct log *log, const char *text, size_t len, size_t limit)
{
	if (log->broken || log->len + len + 1 > limit)
		return;
	if (log->len + len + 1 > log->cap) {
		size_t cap = max(log->cap * 2, log->len + len + 1 + 4096);
		char *grown = realloc(log->text, cap);

		if (!grown) {
			log->broken = true;
			return;
		}
		log->text = grown;
		log->cap = cap;
	}
	memcpy(log->text + log->len, text, len);
	log->len += len;
	log->text[log->len] = '\0';
}

static void append_fmt(struct log *log, size_t limit, const char *fmt, va_list args)
{
	char line[1024];
	int len = vsnprintf(line, sizeof(line), fmt, args);

	if (len > 0)
		append(log, line, min((size_t)len, sizeof(line) - 1), limit);
}

void say(struct verifier *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	append_fmt(&v->log, LOG_MAX, fmt, args);
	va_end(args);
}

int refuse(struct verifier *v, int code, const char *fmt, ...)
{
	va_list args;

	v->log.last_line = v->log.len;
	v->log.has_refusal = true;
	va_start(args, fmt);
	append_fmt(&v->log, LOG_MAX + LOG_LAST, fmt, args);
	va_end(args);
	append(&v->log, "\n", 1, LOG_MAX + LOG_LAST);
	if (v->fault.insn < 0)
		v->fault.insn = (s32)v->insn;
	return code;
}

void log_reset(struct verifier *v, size_t pos)
{
	if (pos >= v->log.len)
		return;
	v->log.len = pos;
	v->log.text[pos] = '\0';
	v->log.prev_pos = 0;
}

void scratch_reg(struct verifier *v, int regno)
{
	v->scratched_regs |= BIT(regno);
}

void scratch_slot(struct verifier *v, u32 slot)
{
	v->scratched_slots |= BIT_ULL(slot);
}

const char *reg_type_name(enum reg_type type, u8 flags, char buf[32])
{
	static const char *const names[] = {
	    [REG_NONE] = "?",
	    [REG_SCALAR] = "scalar",
	    [REG_CTX] = "ctx",
	    [REG_MAP] = "map_ptr",
	    [REG_MAP_VALUE] = "map_value",
	    [REG_MAP_KEY] = "map_key",
	    [REG_STACK] = "fp",
	    [REG_PKT] = "pkt",
	    [REG_PKT_META] = "pkt_meta",
	    [REG_PKT_END] = "pkt_end",
	    [REG_MEM] = "mem",
	    [REG_SOCK] = "sock_common",
	    [REG_FUNC] = "func",
	};

	if (type == REG_SCALAR)
		flags = 0;
	snprintf(buf, 32, "%s%s%s", flags & REG_RINGBUF ? "ringbuf_" : "", names[type],
		 flags & REG_OR_NULL ? "_or_null" : "");
	return buf;
}

const char *reg_type_text(const struct reg *reg, char buf[32])
{
	return reg_type_name(reg->type, reg->flags, buf);
}

/* Numbers in the log are decimal while they are short. */
static void say_unsigned(struct verifier *v, u64 x)
{
	if (x <= UINT16_MAX)
		say(v, "%llu", (unsigned long long)x);
	else
		say(v, "0x%llx", (unsigned long long)x);
}

static void say_signed(struct verifier *v, s64 x)
{
	if (x >= INT16_MIN && x <= INT16_MAX)
		say(v, "%lld", (long long)x);
	else
		say(v, "0x%llx", (unsigned long long)x);
}

static void say_reg(struct verifier *v, const struct frame *frame, const struct reg *reg)
{
	const char *sep = "";
	char buf[64], bounds[SCALAR_TEXT_MAX];
	u8 frameno = frame->regs[BPF_REG_FP].frame;

	if (reg->type == REG_SCALAR && node_marked(&v->nodes, reg->node))
		say(v, "P");
	if (reg_is_const(reg)) {
		say_signed(v, (s64)scalar_value(reg->val));
		return;
	}
	say(v, "%s", reg_type_text(reg, buf));
	if (reg->type == REG_STACK) {
		if (reg->frame != frameno)
			say(v, "[%d]", reg->frame);
		if (scalar_is_const(reg->val)) {
			say_signed(v, (s64)scalar_value(reg->val) + reg->off);
			return;
		}
	}
	say(v, "(");
	if (reg->id) {
		say(v, "id=%u", reg->id);
		if (reg->type == REG_SCALAR && reg->flags & REG_ADD_CONST)
			say(v, "%+d", reg->delta);
		sep = ",";
	}
	if (reg->ref) {
		say(v, "%sref_obj_id=%u", sep, reg->ref);
		sep = ",";
	}
	if (reg->type == REG_MAP || reg->type == REG_MAP_VALUE || reg->type == REG_MAP_KEY) {
		if (reg->map->name[0]) {
			say(v, "%smap=%s", sep, reg->map->name);
			sep = ",";
		}
		say(v, "%sks=%u,vs=%u", sep, reg->map->key_size, reg->map->value_size);
		sep = ",";
	}
	if (reg->type != REG_SCALAR && reg->off) {
		say(v, "%soff=", sep);
		say_signed(v, reg->off);
		sep = ",";
	}
	if (reg_is_packet(reg)) {
		say(v, "%sr=", sep);
		say_unsigned(v, (u64)(s64)reg->range);
		sep = ",";
	}
	if (reg->type == REG_MEM) {
		say(v, "%ssz=", sep);
		say_unsigned(v, reg->mem_size);
		sep = ",";
	}
	if (scalar_is_const(reg->val)) {
		if (scalar_value(reg->val)) {
			say(v, "%simm=", sep);
			say_signed(v, (s64)scalar_value(reg->val));
		}
	} else {
		say(v, "%s", scalar_print_bounds(reg->val, sep, bounds, sizeof(bounds)));
	}
	say(v, ")");
}

static void say_slot(struct verifier *v, const struct frame *frame, u32 index)
{
	static const char letters[] = {
	    [SLOT_INVALID] = '?', [SLOT_SPILL] = 'r', [SLOT_MISC] = 'm', [SLOT_ZERO] = '0'};
	const struct slot *slot = &frame->slots[index];
	char bytes[SLOT_SIZE + 1] = {0};
	bool written = false;

	for (int i = 0; i < SLOT_SIZE; i++) {
		written |= slot->bytes[i] != SLOT_INVALID;
		bytes[i] = letters[slot->bytes[i]];
	}
	if (!written)
		return;
	if (slot_is_spill(slot))
		bytes[strcspn(bytes, "r")] = '\0';
	say(v, " fp%d=%s", -(int)(index + 1) * SLOT_SIZE, bytes);
	if (slot_is_spill(slot))
		say_reg(v, frame, &slot->reg);
}

void log_state(struct verifier *v, const struct frame *frame, bool all)
{
	const struct state *state = v->state;
	u8 frameno = frame->regs[BPF_REG_FP].frame;

	if (frameno)
		say(v, " frame%d:", frameno);
	for (int i = 0; i < REGS; i++) {
		const struct reg *reg = &frame->regs[i];

		if (reg->type == REG_NONE || (!all && !(v->scratched_regs & BIT(i))))
			continue;
		say(v, " R%d=", i);
		say_reg(v, frame, reg);
	}
	for (u32 i = 0; i < frame->slot_cnt; i++) {
		if (all || v->scratched_slots & BIT_ULL(i))
			say_slot(v, frame, i);
	}
	for (u32 i = 0; i < state->ref_cnt; i++)
		say(v, "%s%u", i ? "," : " refs=", state->refs[i].id);
	if (frame->in_callback)
		say(v, " cb");
	say(v, "\n");
	if (!all) {
		v->scratched_regs = 0;
		v->scratched_slots = 0;
	}
}

void log_insn_state(struct verifier *v)
{
	if (v->log.prev_pos && v->log.prev_pos == v->log.len) {
		size_t pos = v->log.prev_insn_pos;
		size_t column = ALIGN_UP(max(pos + COLUMN_STEP / 2, (size_t)COLUMN), COLUMN_STEP);

		v->log.len--; /* the newline */
		say(v, "%*c;", (int)(column - pos - 1), ' ');
	} else {
		say(v, "%u:", v->insn);
	}
	log_state(v, state_frame(v->state), false);
}

void log_line(struct verifier *v, u32 insn, const char *prefix)
{
	const struct prog_line *line;

	if (!v->source->lines)
		return;
	line = prog_lines_find(v->source->lines, insn);
	if (!line || line == v->log.prev_line || !line->text)
		return;
	say(v, "%s%s @ %s:%u\n", prefix, line->text + strspn(line->text, " \t"),
	    line->file ? line->file : "", line->line);
	v->log.prev_line = line;
}

static const char *name_of_helper(void *ctx, u32 id)
{
	const struct helper *helper = helper_find(id);
	char *buf = ctx;

	if (!helper || !helper->name)
		return NULL;
	snprintf(buf, 80, "bpf_%s", helper->name);
	return buf;
}

static const char *name_of_imm64(void *ctx, const struct bpf_insn *insn)
{
	char *buf = ctx;

	if (insn->src_reg == INSN_FUNC)
		return NULL;
	snprintf(buf, 80, "map[%d]%s", insn->imm, insn->src_reg == INSN_MAP_VALUE ? "+" : "");
	return buf;
}

void log_insn(struct verifier *v, u32 insn)
{
	char name[80], text[DISASM_MAX + 80];
	struct disasm_names names = {
	    .ctx = name, .helper = name_of_helper, .imm64 = name_of_imm64};
	size_t start = v->log.len;

	insn_disasm(text, sizeof(text), &v->insns[insn], &names);
	say(v, "%u: %s\n", insn, text);
	v->log.prev_insn_pos = v->log.len - start;
	v->log.prev_pos = v->log.len;
}

void log_stats(struct verifier *v)
{
	say(v,
	    "processed %u insns (limit %u) max_states_per_insn %u total_states %u peak_states %u "
	    "mark_read 0\n",
	    v->processed, PROG_INSNS_MAX, v->max_states_per_insn, v->total_states, v->peak_states);
}
