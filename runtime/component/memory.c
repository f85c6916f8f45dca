// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of both sides: what the process allocates, and what either side frees.
 *
 * What the process has allocated is in the journal until it is freed: if the process dies in the
 * middle of a change, nothing in the kernel need lead there.
 */
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "component.h"

static atomic_long_t dck_shared_bytes; /* allocated for the process */

/* The functions themselves, not the macros. */
static void *dck_raw_alloc(u64 len, bool pages)
{
	if (pages)
		return (vzalloc)(len);
	return len > KMALLOC_MAX_SIZE ? NULL : (kzalloc)(len, GFP_KERNEL | __GFP_NOWARN);
}

static void dck_raw_free(const void *object)
{
	if (is_vmalloc_addr(object))
		(vfree)(object);
	else
		(kfree)(object);
}

static void dck_undo_alloc(const unsigned long *args)
{
	const void *object = (const void *)args[0];

	atomic_long_sub((long)args[1], &dck_shared_bytes);
	dck_untrack_freed(object);
	dck_raw_free(object);
}

static const struct dck_release dck_release_alloc = {"memory", dck_undo_alloc, 1, DCK_LAST};

/* It is about to be freed: no longer the process's to lose. */
static void dck_shared_freed(const void *object)
{
	unsigned long args[DCK_ARGS_MAX] = {(unsigned long)object};

	if (atomic_long_read(&dck_shared_bytes) && dck_released(&dck_release_alloc, args))
		atomic_long_sub((long)args[1], &dck_shared_bytes);
}

void dck_untrack(const void *object)
{
	if (!dcg_channel || IS_ERR_OR_NULL(object))
		return;
	dck_shared_freed(object);
	dcrt_forget(dcg_channel, object);
}

/* Tracked, and announced by the reply. */
static int dck_track(struct dcrt_call *call, void *object, u16 type, u64 len)
{
	u32 count = (u32)len / dcg_driver.types[type].size;
	int err = dcrt_object_new(dcrt_channel_of(call), object, type, count);

	if (err)
		return err;
	dcrt_out_pointer(call, object);
	dcrt_out_object(call, object, &(struct dcrt_field_set){.type = type});
	return 0;
}

int dck_alloc(struct dcrt_call *call)
{
	u64 type = dcrt_in_word(call, 0), len = dcrt_in_word(call, 1);
	u64 pages = dcrt_in_word(call, 2);
	void *object;
	int err;

	if (!dcrt_may_share(dcg_driver.types, dcg_driver.n_types, type, len) || pages > 1)
		return -EINVAL;
	if (atomic_long_add_return((long)len, &dck_shared_bytes) > (long)DCK_ALLOC_MAX) {
		atomic_long_sub((long)len, &dck_shared_bytes);
		return -ENOMEM;
	}
	object = dck_raw_alloc(len, pages);
	if (!object ||
	    !dck_acquired(&dck_release_alloc, (unsigned long[DCK_ARGS_MAX]){(unsigned long)object,
									    (unsigned long)len})) {
		atomic_long_sub((long)len, &dck_shared_bytes);
		dck_raw_free(object);
		return -ENOMEM;
	}
	err = dck_track(call, object, (u16)type, len);
	if (err) {
		dck_shared_freed(object);
		dck_raw_free(object);
	}
	return err;
}

int dck_free(struct dcrt_call *call)
{
	u64 ref = dcrt_in_word(call, 0);
	void *object = dcrt_in_pointer(call, 0, DCRT_ANY_TYPE, 0);
	int err = dcrt_in_error(call);

	if (err)
		return err;
	if (!dcrt_object_whole(dcrt_channel_of(call), ref))
		return -EINVAL;
	/* Of two that free it at once, one is told -ESTALE here. */
	err = dcrt_object_free(dcrt_channel_of(call), object);
	if (err)
		return err;
	if (is_vmalloc_addr(object))
		vfree(object);
	else
		kfree(object);
	return 0;
}
