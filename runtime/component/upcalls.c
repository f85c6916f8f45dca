// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes an upcall, and serves a downcall, of a function that is described (struct dcrt_function). A
 * stub is one call of dck_upcall().
 */
#include <linux/export.h>
#include "handlers.h"

/* An upcall that is being made. */
struct dck_upcall {
	struct dck *dck;
	u32 number;
	const struct dcrt_function *function;
	const unsigned long *args;
	u32 lengths[DCRT_ARGS_MAX];
	const void *about;
	struct device *device; /* which it binds or unbinds, or NULL */
	unsigned long result;
};

static bool dck_has(const struct dck_upcall *upcall, unsigned int flags)
{
	return upcall->function->flags & flags;
}

static bool dck_has_failed(const struct dck_upcall *upcall, int err)
{
	return err < 0 ||
	       (dcrt_result(upcall->function)->flags & DCRT_SIGNED && (long)upcall->result < 0);
}

/* Returns an error if the device cannot be bound now. */
static int dck_before(struct dck_upcall *upcall)
{
	if (!dck_has(upcall, DCRT_BINDS | DCRT_UNBINDS))
		return 0;
	upcall->device = upcall->function->special->device(upcall->args);
	if (dck_has(upcall, DCRT_BINDS))
		return dck_device_begin(upcall->dck, upcall->device);
	dck_device_removing(upcall->dck, upcall->device);
	return 0;
}

/* Tracks objects that the kernel passes for the first time. */
static int dck_adopt(const struct dck_upcall *upcall)
{
	const struct dcrt_argument *argument = upcall->function->arguments;
	int err = 0;
	u32 i;

	for (i = 0; i < upcall->function->args && err >= 0; i++, argument++)
		if (argument->flags & DCRT_ADOPT)
			err = dcrt_adopt(upcall->dck->channel, (void *)upcall->args[i],
					 argument->type, 1);
	return err;
}

static int dck_call_once(struct dck_upcall *upcall)
{
	struct dcrt_call *call;
	int err = dck_begin(upcall->dck, upcall->number, upcall->about, &call);

	if (err < 0)
		return err;
	dcrt_put_arguments(call, upcall->args, upcall->lengths);
	dcrt_out_all(call);
	err = dcrt_call_run(call);
	if (!err) {
		upcall->result = dcrt_take_results(call, upcall->args, upcall->lengths);
		err = dcrt_in_error(call);
	}
	dcrt_call_end(call);
	return err;
}

/* The process may take locks by downcalls. */
static int dck_call(struct dck_upcall *upcall)
{
	u64 mark = dck_journal_mark(upcall->dck);
	unsigned int tries = 0;
	int err = dck_adopt(upcall);

	if (err < 0)
		return err;
	dcrt_measure(upcall->function, upcall->args, upcall->lengths);
	do {
		err = dck_call_once(upcall);
		dck_locks_release(upcall->dck, mark, err);
	} while (err == -EPIPE && dck_has(upcall, DCRT_RETRY) &&
		 dcrt_retry(upcall->dck->channel, &tries));
	return err;
}

/* The device was probed or removed, or not. */
static void dck_settle_device(const struct dck_upcall *upcall, int err)
{
	const char *name = upcall->function->name;
	struct device *device = upcall->device;

	if (dck_has(upcall, DCRT_UNBINDS) && err < 0)
		dck_remove_failed(upcall->dck, name, device, err);
	if (dck_has(upcall, DCRT_UNBINDS))
		dck_device_remove(upcall->dck, device);
	else if (err < 0)
		dck_bind_failed(upcall->dck, name, device, err);
	else if (!upcall->result)
		dck_device_add(upcall->dck, device);
	else
		dck_device_remove(upcall->dck, device);
}

/* Tells recovery that a call failed, and acts in the process's place. */
static void dck_settle_failure(struct dck_upcall *upcall, int err)
{
	const char *name = upcall->function->name;

	if (upcall->device)
		dck_settle_device(upcall, err);
	else if (!dck_has(upcall, DCRT_RETRY) && dck_has(upcall, DCRT_ON_FAILURE))
		dck_upcall_failed(upcall->dck, name, upcall->about, err);
	else if (!dck_has(upcall, DCRT_RETRY))
		dck_change_failed(upcall->dck, name, upcall->about, err);
	upcall->result = 0;
	if (dck_has(upcall, DCRT_ON_FAILURE | DCRT_FAILURE_RESULT))
		upcall->result = upcall->function->special->failed(upcall->args, err);
	else if (dcrt_result(upcall->function)->flags & DCRT_SIGNED)
		upcall->result = (unsigned long)(long)err;
}

/* The numbers that an answer is for, as one. */
static u64 dck_asked_words(const struct dck_upcall *upcall)
{
	u64 words = 0;
	u32 i;

	for (i = 0; i < upcall->function->args; i++)
		if (upcall->function->arguments[i].kind <= DCRT_ARG_UINT)
			words = words * 31 + upcall->args[i];
	return words;
}

/* Notes an answer, or takes the last one. Part 0 is the result. */
static void dck_settle_answer(struct dck_upcall *upcall, int err)
{
	const struct dck_asked asked = {upcall->number, upcall->about, dck_asked_words(upcall)};
	u32 i;

	for (i = 0; i < upcall->function->args; i++)
		if (upcall->function->arguments[i].flags & DCRT_BACK && upcall->args[i])
			dck_answer(upcall->dck, err, &asked, i + 1, (void *)upcall->args[i],
				   upcall->lengths[i]);
	if (upcall->function->results)
		dck_answer(upcall->dck, err, &asked, 0, &upcall->result, sizeof(upcall->result));
}

unsigned long dck_upcall_args(struct dck *dck, u32 number, const unsigned long *args)
{
	const struct dcrt_function *function = &dck->driver->up[number];
	struct dck_upcall upcall = {
		.dck = dck, .number = number, .function = function, .args = args};
	bool failed;
	int err;

	if (function->about)
		upcall.about = (const void *)args[function->about - 1];
	err = dck_before(&upcall);
	if (err < 0)
		return (unsigned long)(long)err;
	err = dck_call(&upcall);
	failed = dck_has_failed(&upcall, err);
	if (err < 0)
		dck_settle_failure(&upcall, err);
	else if (upcall.device)
		dck_settle_device(&upcall, err);
	if (dck_has(&upcall, DCRT_LAST_ANSWER))
		dck_settle_answer(&upcall, err);
	if (dck_has(&upcall, DCRT_SETTER) && !failed)
		dck_setting_note(dck, number, upcall.about, args, upcall.lengths);
	if (dck_has(&upcall, DCRT_RELEASES) || (dck_has(&upcall, DCRT_RELEASES_FAILED) && failed))
		function->special->released(args);
	return upcall.result;
}

unsigned long dck_upcall(struct dck *dck, u32 number, ...)
{
	unsigned long args[DCRT_ARGS_MAX];
	va_list list;

	va_start(list, number);
	dcrt_read_arguments(&dck->driver->up[number], list, args);
	va_end(list);
	return dck_upcall_args(dck, number, args);
}
EXPORT_SYMBOL_GPL(dck_upcall);

static int (*const dck_handlers[DCK_COUNT])(struct dcrt_call *call) = {
	[DCK_PRINT] = dck_print,
	[DCK_INIT_WORK] = dck_init_work,
	[DCK_INIT_DELAYED_WORK] = dck_init_delayed_work,
	[DCK_TIMER_SETUP] = dck_timer_setup,
	[DCK_ALLOC] = dck_alloc,
	[DCK_FREE] = dck_free,
	[DCK_CLOCK] = dck_clock,
	[DCK_STATE] = dck_state,
	[DCK_WINDOW] = dck_window,
	[DCK_SYNC] = dck_sync,
	[DCK_NAME] = dck_name,
};

static int dck_serve_described(struct dcrt_call *call)
{
	const struct dcrt_function *function = dcrt_called(call);
	struct dck *dck = dck_of(call);
	unsigned long args[DCRT_ARGS_MAX], result;
	u64 mark = function->flags & DCRT_ACQUIRES ? dck_journal_mark(dck) : 0;
	u32 lengths[DCRT_ARGS_MAX];
	int err = dcrt_take_arguments(call, args, lengths);

	if (err)
		return err;
	if (!function->run)
		return -ENOSYS;
	result = function->run(call, args);
	err = dcrt_in_error(call);
	if (!err && dcrt_result(function)->flags & DCRT_ADOPT)
		err = dcrt_adopt(dck->channel, (void *)result, dcrt_result(function)->type, 1);
	if (!err)
		dcrt_put_results(call, args, lengths, result);
	if (function->flags & DCRT_ACQUIRES)
		return dck_undo_since(dck, mark, err ? err : dcrt_out_error(call));
	return err;
}

int dck_serve(struct dcrt_call *call)
{
	size_t number = (size_t)(dcrt_called(call) - dck_of(call)->driver->down);

	return number < DCK_COUNT ? dck_handlers[number](call) : dck_serve_described(call);
}
EXPORT_SYMBOL_GPL(dck_serve);
