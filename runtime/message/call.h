/* SPDX-License-Identifier: GPL-2.0-only */
/* A call as both sides see it: a request or reply that is being made, another that was received. */
#ifndef DCRT_CALL_H
#define DCRT_CALL_H

#include "../objects/objects.h"

struct dcrt_call {
	struct dcrt_channel *channel;
	struct dcrt_tracker *tracker;
	const struct dcrt_function *function;
	void *ctx;
	uint64_t session;
	struct dcrt_writer writer;
	struct dcrt_message message; /* valid in a handler and after a good dcrt_call_run() */
	int err; /* of dcrt_in_*(): the first */
};

/* dcrt_call_handle - runs the handler of a call received; its reply is made in call->writer, which
 * has been started. Returns the reply's length. ret_status: what the handler returned. */
uint32_t dcrt_call_handle(struct dcrt_call *call, int *ret_status);

#endif
