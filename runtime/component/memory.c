// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory: what the process allocates, and what either side frees.
 *
 * Memory that the process allocated is in the journal until it is freed: if the process dies during
 * a change, the kernel may hold no pointer to it.
 */
#include <linux/export.h>
#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "handlers.h"

static void *dck_raw_alloc(u64 len, bool pages)
{
	if (pages)
		return vzalloc(len);
	if (len > KMALLOC_MAX_SIZE)
		return NULL;
	return kmalloc(len, GFP_KERNEL | __GFP_NOWARN | __GFP_ZERO);
}

static unsigned long dck_undo_alloc(struct dcrt_call *none, const unsigned long *args)
{
	struct dck *dck = (struct dck *)args[2];
	const void *object = (const void *)args[0];

	atomic_long_sub((long)args[1], &dck->shared_bytes);
	dck_untrack_freed(dck, object);
	kvfree(object);
	return 0;
}

static const struct dck_release dck_release_alloc = {
	.name = "memory",
	.undo = dck_undo_alloc,
	.args = 3,
	.key = 1,
	.when = DCK_LAST,
};

/* The object is about to be freed: it leaves the journal if the process allocated it. */
static void dck_shared_freed(struct dck *dck, const void *object)
{
	unsigned long args[DCK_ARGS_MAX] = {(unsigned long)object};

	if (atomic_long_read(&dck->shared_bytes) && dck_released(dck, &dck_release_alloc, args))
		atomic_long_sub((long)args[1], &dck->shared_bytes);
}

/* Before memory is freed */

void dck_untrack(struct dck *dck, const void *object)
{
	if (!dck->channel || IS_ERR_OR_NULL(object))
		return;
	dck_shared_freed(dck, object);
	dcrt_forget(dck->channel, object);
}

void dck_untrack_freed(struct dck *dck, const void *memory)
{
	if (IS_ERR_OR_NULL(memory) || ZERO_OR_NULL_PTR(memory))
		return;
	dck_untrack_freed_in(dck, memory, memory);
}
EXPORT_SYMBOL_GPL(dck_untrack_freed);

void dck_untrack_freed_in(struct dck *dck, const void *object, const void *memory)
{
	dck_untrack(dck, object);
	dck_memory_released(dck, object);
	dck_runners_forget(dck, memory, 0);
}

void dck_untrack_freed_range(struct dck *dck, const void *memory, size_t len)
{
	dck_untrack(dck, memory);
	dck_memory_released(dck, memory);
	dck_runners_forget(dck, memory, len);
}

/* In the place of the kernel's functions */

/* If it is freed now, nothing tracks it any more. */
static bool dck_may_free(struct dck *dck, const void *object)
{
	if (dck_release_deferred(dck))
		return false;
	dck_untrack_freed(dck, object);
	return true;
}

void dck_kfree(struct dck *dck, const void *object)
{
	if (dck_may_free(dck, object))
		kfree(object);
}
EXPORT_SYMBOL_GPL(dck_kfree);

void dck_kfree_sensitive(struct dck *dck, const void *object)
{
	if (dck_may_free(dck, object))
		kfree_sensitive(object);
}
EXPORT_SYMBOL_GPL(dck_kfree_sensitive);

void dck_vfree(struct dck *dck, const void *object)
{
	if (dck_may_free(dck, object))
		vfree(object);
}
EXPORT_SYMBOL_GPL(dck_vfree);

void dck_kvfree(struct dck *dck, const void *object)
{
	if (dck_may_free(dck, object))
		kvfree(object);
}
EXPORT_SYMBOL_GPL(dck_kvfree);

void *dck_krealloc(struct dck *dck, const void *object, size_t len, gfp_t flags)
{
	dck_untrack_freed(dck, object);
	return krealloc(object, len, flags);
}
EXPORT_SYMBOL_GPL(dck_krealloc);

/* Downcalls */

/* Tracks the object; the reply announces it. */
static int dck_track(struct dcrt_call *call, void *object, u16 type, u64 len)
{
	u32 count = (u32)len / dck_of(call)->driver->types[type].size;
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
	unsigned long args[DCK_ARGS_MAX] = {0};
	struct dck *dck = dck_of(call);
	void *object;
	int err;

	if (!dcrt_may_share(dck->driver->types, dck->driver->n_types, type, len) || pages > 1)
		return -EINVAL;
	if (atomic_long_add_return((long)len, &dck->shared_bytes) > (long)DCK_ALLOC_MAX) {
		atomic_long_sub((long)len, &dck->shared_bytes);
		return -ENOMEM;
	}
	object = dck_raw_alloc(len, pages);
	args[0] = (unsigned long)object;
	args[1] = (unsigned long)len;
	args[2] = (unsigned long)dck;
	if (!object || !dck_note(dck, &dck_release_alloc, args)) {
		atomic_long_sub((long)len, &dck->shared_bytes);
		kvfree(object);
		return -ENOMEM;
	}
	err = dck_track(call, object, (u16)type, len);
	if (err) {
		dck_shared_freed(dck, object);
		kvfree(object);
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
	/* If two threads free it at once, the second gets -ESTALE here. */
	err = dcrt_object_free(dcrt_channel_of(call), object);
	if (err)
		return err;
	dck_kvfree(dck_of(call), object);
	return 0;
}

/* Memory that is freed with a device. A resource that is added later is released earlier. */

struct dck_managed {
	struct dck *dck;
	const void *object;
	size_t len;
};

static void dck_managed_freed(struct device *device, void *res)
{
	struct dck_managed *managed = res;

	if (managed->object)
		dck_untrack_freed_range(managed->dck, managed->object, managed->len);
}

void *dck_devm_kmalloc(struct dck *dck, struct device *device, size_t len, gfp_t flags)
{
	struct dck_managed *managed = devres_alloc(dck_managed_freed, sizeof(*managed), flags);
	void *object = managed ? devm_kmalloc(device, len, flags) : NULL;

	if (!object) {
		devres_free(managed);
		return NULL;
	}
	*managed = (struct dck_managed){.dck = dck, .object = len ? object : NULL, .len = len};
	devres_add(device, managed);
	return object;
}
EXPORT_SYMBOL_GPL(dck_devm_kmalloc);

static int dck_is_of(struct device *device, void *res, void *object)
{
	return ((struct dck_managed *)res)->object == object;
}

void dck_devm_kfree(struct dck *dck, struct device *device, const void *object)
{
	devres_release(device, dck_managed_freed, dck_is_of, (void *)object);
	devm_kfree(device, object);
}
EXPORT_SYMBOL_GPL(dck_devm_kfree);
