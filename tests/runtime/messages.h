/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages that the tests and the fuzzer of the wire format start from. */
#ifndef DC_RUNTIME_MESSAGES_H
#define DC_RUNTIME_MESSAGES_H

#include "runtime/message/wire.h"

#define SESSION UINT64_C(7)
#define CALL	UINT64_C(41)

static const struct dcrt_function table[] = {
	{.name = "none", .args = 0, .results = 0},
	{.name = "echo", .args = 2, .results = 1, .blob_max = 64},
	{.name = "full", .args = DCRT_ARGS_MAX, .results = DCRT_ARGS_MAX, .blob_max = 4096},
};

/* The kernel expects this of a process that serves call 41 of function 1 at depth 1. */
static const struct dcrt_expect from_process = {
	.kinds = 1u << DCRT_REPLY | 1u << DCRT_DOWNCALL,
	.session = SESSION,
	.depth = 1,
	.functions = table,
	.n_functions = 3,
	.call = CALL,
	.reply_call = CALL,
	.reply_function = 1,
	.reply_to = &table[1],
	.n_types = 3,
};

/* An idle thread of the process expects this. */
static const struct dcrt_expect from_kernel = {
	.kinds = 1u << DCRT_UPCALL | 1u << DCRT_DEATH,
	.session = SESSION,
	.depth = 1,
	.flags = DCRT_GROW,
	.functions = table,
	.n_functions = 3,
	.call = DCRT_ANY_CALL,
	.n_types = 3,
	.may_create = true,
};

static inline uint64_t handle(uint64_t slot, uint64_t generation)
{
	return slot << (64 - DCRT_SLOT_BITS) | generation << DCRT_OFFSET_BITS;
}

/* A message of function 1 with as many words as it must have and one record of each kind that may
 * stand in it. */
static inline size_t make_message(void *buf, uint16_t kind, bool records)
{
	const struct dcrt_header header = {
		.kind = kind, .depth = 1, .session = SESSION, .call = CALL, .function = 1};
	const struct dcrt_record update = {.handle = handle(1, 5),
					   .kind = DCRT_UPDATE,
					   .type = 2,
					   .offset = 16,
					   .len = 12,
					   .version = 3,
					   .seen = 2};
	const struct dcrt_record blob = {.kind = DCRT_BLOB, .type = 1, .len = 5};
	struct dcrt_writer writer;
	int len;

	dcrt_write_start(&writer, buf, DCRT_MESSAGE_MAX, &header);
	dcrt_write_word(&writer, 11);
	if (kind != DCRT_REPLY)
		dcrt_write_word(&writer, 22);
	if (records && kind == DCRT_UPCALL) {
		const struct dcrt_record object = {
			.handle = handle(1, 5), .kind = DCRT_NEW, .type = 2, .version = 64};
		const struct dcrt_record gone = {
			.handle = handle(2, 1), .kind = DCRT_FREE, .type = 0};

		dcrt_write_record(&writer, &object, NULL);
		dcrt_write_record(&writer, &gone, NULL);
	}
	if (records) {
		dcrt_write_record(&writer, &update, "twelve bytes");
		dcrt_write_record(&writer, &blob, "hello");
	}
	len = dcrt_write_end(&writer, 0);
	return len < 0 ? 0 : (size_t)len;
}

#endif
