// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a downcall, and serves an upcall, of a function that is described (struct dcrt_function). A
 * stub is one call of dcp_downcall().
 */
#include "../component/downcalls.h"
#include "process.h"

/* Shares memory of the process that is passed to the kernel. */
static int dcp_share_arguments(const struct dcrt_function *function, const unsigned long *args)
{
	int err = 0;
	uint32_t i;

	for (i = 0; i < function->args && err >= 0; i++)
		if (function->arguments[i].flags & DCRT_SHARE)
			err = dcp_share_pointer((const void *)args[i], function->arguments[i].type);
	return err;
}

static int dcp_call(uint32_t number, const unsigned long *args, unsigned long *ret)
{
	const struct dcrt_function *function = &dcg_driver.down[number];
	uint32_t lengths[DCRT_ARGS_MAX];
	struct dcrt_call *call;
	int err = dcp_share_arguments(function, args);

	if (err < 0)
		return err;
	dcrt_measure(function, args, lengths);
	err = function->flags & DCRT_NO_OBJECTS ? dcrt_call_begin(dcg_channel, number, &call)
						: dcp_begin(number, &call);
	if (err < 0)
		return err;
	dcrt_put_arguments(call, args, lengths);
	if (!(function->flags & DCRT_NO_OBJECTS))
		dcrt_out_all(call);
	err = dcrt_call_run(call);
	if (!err) {
		*ret = dcrt_take_results(call, args, lengths);
		err = dcrt_in_error(call);
	}
	dcrt_call_end(call);
	return err;
}

unsigned long dcp_downcall(uint32_t number, ...)
{
	const struct dcrt_function *function = &dcg_driver.down[number];
	unsigned long args[DCRT_ARGS_MAX], result = 0;
	va_list list;
	int err;

	va_start(list, number);
	dcrt_read_arguments(function, list, args);
	va_end(list);
	err = dcp_call(number, args, &result);
	if (err >= 0)
		return result;
	return dcrt_result(function)->flags & DCRT_SIGNED ? (unsigned long)(long)err : 0;
}

/* Shares memory that the process has allocated and that objects or the result point to. */
int dcp_serve(struct dcrt_call *call)
{
	const struct dcrt_function *function = dcrt_called(call);
	unsigned long args[DCRT_ARGS_MAX], result;
	uint32_t lengths[DCRT_ARGS_MAX];
	int err = dcrt_take_arguments(call, args, lengths);

	if (err)
		return err;
	result = function->run(call, args);
	err = dcp_share();
	if (!err && dcrt_result(function)->flags & DCRT_SHARE)
		err = dcp_share_pointer((const void *)result, dcrt_result(function)->type);
	if (err < 0)
		return err;
	dcrt_put_results(call, args, lengths, result);
	return 0;
}
