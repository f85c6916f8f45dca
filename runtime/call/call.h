/* SPDX-License-Identifier: GPL-2.0-only */
/* A call on either side: a message that is being built, and another that was received. */
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
	int err; /* the first of dcrt_in_*() */
};

/*
 * A call without words that only carries objects. It has the number behind the driver's upcalls.
 */
extern const struct dcrt_function dcrt_objects_call;

/* The upcall with a number, which is at most n_up. */
static inline const struct dcrt_function *dcrt_upcall(const struct dcrt_driver *driver,
						      uint32_t number)
{
	return number < driver->n_up ? &driver->up[number] : &dcrt_objects_call;
}

/*
 * dcrt_call_handle - runs the handler of a received call. The reply is built in call->writer, which
 * the caller has started. Returns the reply's length. ret_status: what the handler returned.
 */
uint32_t dcrt_call_handle(struct dcrt_call *call, int *ret_status);

#endif
