// SPDX-License-Identifier: GPL-2.0-only
/*
 * What handlers of downcalls do before or instead of the function (downcalls.h): wait with a bound,
 * check arguments.
 */
#include <linux/export.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/rtnetlink.h>

#include "component.h"

int dck_sleep(struct dcrt_call *call, unsigned long min_us, unsigned long max_us)
{
	return dcrt_pause(call, min_us, max_us, false);
}
EXPORT_SYMBOL_GPL(dck_sleep);

int dck_sleep_interruptible(struct dcrt_call *call, unsigned int ms, unsigned long *ret)
{
	ktime_t until = ktime_add_ms(ktime_get(), ms);
	int err = dcrt_pause(call, ms * 1000ull, ms * 1000ull, true);

	*ret = err == -EINTR ? max_t(s64, ktime_ms_delta(until, ktime_get()), 1) : 0;
	return err == -EINTR ? 0 : err;
}
EXPORT_SYMBOL_GPL(dck_sleep_interruptible);

/*
 * A lock is polled: the caller of the upcall must get away if its holder waits for the same upcall,
 * or is the caller itself.
 */
static int dck_await(struct dcrt_call *call, bool (*is_locked)(struct mutex *lock),
		     struct mutex *lock)
{
	unsigned long us = 10;
	int err = 0;

	for (; !err && is_locked(lock); us = min(2 * us, 5000ul))
		err = dcrt_pause(call, us, 2 * us, false);
	return err;
}

static bool dck_mutex_is_locked(struct mutex *lock)
{
	return mutex_is_locked(lock);
}

int dck_await_mutex(struct dcrt_call *call, struct mutex *lock)
{
	return dck_await(call, dck_mutex_is_locked, lock);
}
EXPORT_SYMBOL_GPL(dck_await_mutex);

static bool dck_rtnl_is_locked(struct mutex *unused)
{
	return rtnl_is_locked();
}

int dck_await_rtnl(struct dcrt_call *call)
{
	return dck_await(call, dck_rtnl_is_locked, NULL);
}
EXPORT_SYMBOL_GPL(dck_await_rtnl);

int dck_check_bit(struct dcrt_call *call, long bit, const volatile unsigned long *words)
{
	const void *start = (const void *)words;
	u32 len;

	if (bit < 0 || BIT_WORD(bit) >= DCRT_MESSAGE_MAX ||
	    !IS_ALIGNED((uintptr_t)words, sizeof(long)))
		return -EPROTO;
	if (!dcrt_object_has(dcrt_channel_of(call), start))
		return BIT_WORD(bit) ? -EPROTO : 0;
	len = (u32)(BIT_WORD(bit) + 1) * sizeof(long);
	return dcrt_object_holds(dcrt_channel_of(call), start, len) ? 0 : -EPROTO;
}
EXPORT_SYMBOL_GPL(dck_check_bit);
