// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the driver allocates in the process, and how it becomes an object of both sides
 * (objects/local.h).
 */
#include "../component/downcalls.h"
#include "channel.h"
#include "process.h"
#include "library.h"
#include "../objects/local.h"

void *dcp_new(size_t count, size_t size, bool pages)
{
	size_t len;

	if (!dcg_channel || __builtin_mul_overflow(count, size, &len))
		return NULL;
	return dcrt_local_new(dcrt_tracker_of(dcg_channel), len, pages);
}

/* Asks the kernel for memory of the same size, and binds it to the block. */
static int share(const struct dcrt_local_use *use)
{
	struct dcrt_tracker *tracker = dcrt_tracker_of(dcg_channel);
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCK_ALLOC, &call);

	if (!err) {
		dcrt_out_word(call, use->type);
		dcrt_out_word(call, use->block->len);
		dcrt_out_word(call, use->block->pages);
		err = dcrt_call_run(call);
		if (!err)
			err = dcrt_local_bind(tracker, use, dcrt_in_word(call, 0));
		dcrt_call_end(call);
	}
	if (err)
		dcrt_local_cancel(tracker, use);
	return err;
}

int dcp_share(void)
{
	struct dcrt_tracker *tracker = dcrt_tracker_of(dcg_channel);
	struct dcrt_local_use use;
	int err;

	for (;;) {
		err = dcrt_local_next(tracker, &use);
		if (err == 1)
			err = share(&use);
		else if (err == -EAGAIN)
			dcp_yield();
		else
			break;
		if (err && err != -EAGAIN)
			break;
	}
	dcp_check("sharing memory", err);
	return err;
}

int dcp_share_pointer(const void *pointer, uint16_t type)
{
	struct dcrt_tracker *tracker = dcrt_tracker_of(dcg_channel);
	struct dcrt_local_use use;
	int err;

	while ((err = dcrt_local_at(tracker, pointer, type, &use)) == -EAGAIN)
		dcp_yield();
	if (err == 1)
		err = share(&use);
	dcp_check("sharing the memory of an argument", err);
	return err;
}

int dcp_begin(uint32_t function, struct dcrt_call **ret)
{
	int err = dcp_share();

	return err ? err : dcrt_call_begin(dcg_channel, function, ret);
}

/*
 * The reply to this downcall frees the process's copy. Changes are sent with it: the driver may
 * have stored something in place of the pointer.
 */
static int free_both(const void *object)
{
	struct dcrt_call *call;
	int err = dcp_begin(DCK_FREE, &call);

	if (err)
		return err;
	dcrt_out_pointer(call, object);
	dcrt_out_all(call);
	err = dcrt_call_run(call);
	dcrt_call_end(call);
	return err;
}

void dcp_kfree(const void *object)
{
	int err;

	if (!object || !dcg_channel)
		return;
	while ((err = dcrt_local_free(dcrt_tracker_of(dcg_channel), object)) == -EAGAIN)
		dcp_yield();
	if (err)
		err = free_both(object);
	dcp_check("kfree", err);
}

void dcp_vfree(const void *object)
{
	dcp_kfree(object);
}
