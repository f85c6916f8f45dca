// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers: turns a kernel address (a cookie) into one of this process, if the kernel lets the
 * process map the window around it. Answers about windows are cached, refusals too. When the kernel
 * has removed a window, all are asked for again, and those that have changed are dropped. No thread
 * uses them then: the driver does not access registers that it unmaps.
 *
 * A stale refusal (the kernel unmapped registers without telling us, and others are there now)
 * costs downcalls, nothing else.
 */
#include <pthread.h>

#include "../component/downcalls.h"
#include "channel.h"
#include "process.h"
#include "library.h"

#define WINDOWS_MAX 64 /* registers in further windows are accessed by downcalls */
#define PAGE	    4096u /* without a window, the answer is cached for this page */

struct window {
	uint64_t base, len; /* as cookies; len 0: unused */
	uint64_t offset; /* 0: not mapped */
	uint8_t *local; /* or NULL */
};

static struct {
	pthread_mutex_t lock;
	uint64_t removed; /* dcrt_shared.windows_removed when all of these were valid */
	struct window at[WINDOWS_MAX];
} windows = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Asks the kernel. Returns 0, or an errno: it cannot be asked now. */
static int ask(uint64_t address, struct window *ret)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCK_WINDOW, &call);

	if (err)
		return err;
	dcrt_out_word(call, address);
	err = dcrt_call_run(call);
	if (!err)
		*ret = (struct window){.base = dcrt_in_word(call, 0),
				       .len = dcrt_in_word(call, 1),
				       .offset = dcrt_in_word(call, 2)};
	dcrt_call_end(call);
	if (!err && !ret->len)
		*ret = (struct window){.base = address & ~(uint64_t)(PAGE - 1), .len = PAGE};
	return err;
}

static bool same(const struct window *a, const struct window *b)
{
	return a->base == b->base && a->len == b->len && a->offset == b->offset;
}

static void drop(struct window *window)
{
	if (window->local)
		dcrt_unmap(window->local, window->len);
	*window = (struct window){0};
}

/* Asks again about all windows. True: all are valid now. */
static bool ask_again(uint64_t removed)
{
	struct window was, is;
	unsigned int i;

	for (i = 0; i < WINDOWS_MAX; i++) {
		pthread_mutex_lock(&windows.lock);
		was = windows.at[i];
		pthread_mutex_unlock(&windows.lock);
		if (!was.len)
			continue;
		if (ask(was.base, &is) != 0)
			return false;
		pthread_mutex_lock(&windows.lock);
		if (!same(&was, &is) && same(&was, &windows.at[i]))
			drop(&windows.at[i]);
		pthread_mutex_unlock(&windows.lock);
	}
	pthread_mutex_lock(&windows.lock);
	windows.removed = removed;
	pthread_mutex_unlock(&windows.lock);
	return true;
}

/* With the lock: the window around an address, or NULL. ret_free: an unused slot, or NULL. */
static struct window *find(uint64_t address, struct window **ret_free)
{
	struct window *window;

	*ret_free = NULL;
	for (window = windows.at; window < windows.at + WINDOWS_MAX; window++) {
		if (address - window->base < window->len)
			return window;
		if (!window->len && !*ret_free)
			*ret_free = window;
	}
	return NULL;
}

/* Asks for a window and caches the answer, unless another thread has. */
static bool learn(uint64_t address)
{
	struct window window, *place;

	if (ask(address, &window) != 0)
		return false;
	if (window.offset)
		window.local = dcrt_map(dcg_channel, window.offset, window.len);
	pthread_mutex_lock(&windows.lock);
	if (find(address, &place) || !place)
		drop(&window);
	else
		*place = window;
	pthread_mutex_unlock(&windows.lock);
	return true;
}

enum known { KNOWN, UNKNOWN, OLD };

/* Sets *ret if the window is cached and mapped. */
static enum known look_up(uint64_t address, unsigned int len, uint64_t removed, uint8_t **ret)
{
	const struct window *window;
	enum known known = KNOWN;
	struct window *place;

	pthread_mutex_lock(&windows.lock);
	window = find(address, &place);
	if (windows.removed != removed)
		known = OLD;
	else if (!window && place)
		known = UNKNOWN;
	else if (window && window->local && address - window->base + len <= window->len)
		*ret = window->local + (address - window->base);
	pthread_mutex_unlock(&windows.lock);
	return known;
}

volatile void *dcp_register_at(const volatile void *address, unsigned int len)
{
	uint64_t at = (uintptr_t)address, removed;
	uint8_t *local = NULL;
	enum known known;

	if (!DCRT_IS_COOKIE(at)) /* an I/O port */
		return NULL;
	removed = dcrt_windows_removed(dcg_channel);
	known = look_up(at, len, removed, &local);
	if (known == OLD && ask_again(removed))
		known = look_up(at, len, removed, &local);
	if (known == UNKNOWN && learn(at))
		look_up(at, len, removed, &local);
	return local;
}

volatile void *dcp_register_to(volatile void *address, unsigned int len)
{
	volatile void *local = dcp_register_at(address, len);

	if (local && dcrt_dirty(dcg_channel))
		dcp_refresh();
	return local;
}
