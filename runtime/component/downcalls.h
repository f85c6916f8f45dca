/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library's own downcalls: what every split driver needs of the kernel and no prototype
 * describes. They come first in each driver's table of downcalls, and generated ones are numbered
 * from DCK_COUNT:
 *
 *	static const struct dcrt_function dcg_down[] = {
 *		DCK_DOWN_TABLE,
 *		[DCK_COUNT + 0] = {"pci_set_master", ...},
 *	};
 *
 * Their handlers are in downcalls.c, memory.c and windows.c beside this file, where dck_serve()
 * finds them by number; the callers are in process/, which is linked into the process.
 */
#ifndef DCK_H
#define DCK_H

#include "../dcrt.h"

enum dck_down {
	/* level, enum dck_about, the device or NULL; blob DCK_TEXT: the line, terminated */
	DCK_PRINT,
	/* the work item, its function */
	DCK_INIT_WORK,
	DCK_INIT_DELAYED_WORK,
	/* the timer, its function, flags */
	DCK_TIMER_SETUP,
	/*
	 * type, bytes, 1 for whole pages (vmalloc) or 0; result: the object, new and zeroed. A link
	 * points to the type, and the bytes are whole elements of it; all that is allocated so at
	 * one time is at most DCK_ALLOC_MAX. Called by dcp_share() only.
	 */
	DCK_ALLOC,
	/* the object: it is untracked, and its memory freed (kvfree) */
	DCK_FREE,
	/* none; results: jiffies, the monotonic clock at that moment in ns, HZ */
	DCK_CLOCK,
	/* none; result: system_state */
	DCK_STATE,
	/*
	 * an address; results: of the window around it the base (an address), the length, and the
	 * offset in the device file, 0 if the process may not map it; all 0: there is none
	 */
	DCK_WINDOW,
	/* none: sends the process's changes and receives the kernel's */
	DCK_SYNC,
	/* a device; blob DCK_TEXT of the reply: its name, terminated */
	DCK_NAME,
	DCK_COUNT,
};

#define DCK_ALLOC_MAX (64ul << 20)

#define DCK_TEXT     1 /* id of a blob */
#define DCK_TEXT_MAX 1024 /* bytes of a line, its end included */
#define DCK_NAME_MAX 128 /* the same of a device's name; a longer one is cut off */

/* The subject of a printed line; its name comes first. */
enum dck_about { DCK_ABOUT_NOTHING, DCK_ABOUT_DEVICE, DCK_ABOUT_NETDEV, DCK_ABOUT_COUNT };

/* A row of struct dcrt_function. */
#define DCK_ROW(what, n_args, n_results, bytes)                                                    \
	{                                                                                          \
		.name = what,                                                                      \
		.args = n_args,                                                                    \
		.results = n_results,                                                              \
		.blob_max = bytes,                                                                 \
	}

#define DCK_DOWN_TABLE                                                                             \
	[DCK_PRINT] = DCK_ROW("dck_print", 3, 0, DCK_TEXT_MAX),                                    \
	[DCK_INIT_WORK] = DCK_ROW("dck_init_work", 2, 0, 0),                                       \
	[DCK_INIT_DELAYED_WORK] = DCK_ROW("dck_init_delayed_work", 2, 0, 0),                       \
	[DCK_TIMER_SETUP] = DCK_ROW("dck_timer_setup", 3, 0, 0),                                   \
	[DCK_ALLOC] = DCK_ROW("dck_alloc", 3, 1, 0), [DCK_FREE] = DCK_ROW("dck_free", 1, 0, 0),    \
	[DCK_CLOCK] = DCK_ROW("dck_clock", 0, 3, 0), [DCK_STATE] = DCK_ROW("dck_state", 0, 1, 0),  \
	[DCK_WINDOW] = DCK_ROW("dck_window", 1, 3, 0), [DCK_SYNC] = DCK_ROW("dck_sync", 0, 0, 0),  \
	[DCK_NAME] = DCK_ROW("dck_name", 1, 0, DCK_NAME_MAX)

/*
 * For handlers of the kernel's functions that wait (`before` and `instead` of rules): as those
 * functions, but they return early with an error when the process is killed or when the call's time
 * is over (dcrt_pause). Kernel component only.
 */
int dck_sleep(struct dcrt_call *call, unsigned long min_us, unsigned long max_us);
/* *ret: the milliseconds that were left when a signal ended it, or 0. */
int dck_sleep_interruptible(struct dcrt_call *call, unsigned int ms, unsigned long *ret);
struct mutex;
/* Returns 0 once nobody holds the lock. It may be taken again at once, but not by this thread. */
int dck_await_mutex(struct dcrt_call *call, struct mutex *lock);
int dck_await_rtnl(struct dcrt_call *call);

/*
 * For handlers of functions that change one bit: 0 if its word is in the object that the address
 * points into, or is the one at an address that is not of an object. Else -EPROTO. Kernel component
 * only.
 */
int dck_check_bit(struct dcrt_call *call, long bit, const volatile unsigned long *words);

/* The process's channel. NULL before it has attached. */
extern struct dcrt_channel *dcg_channel;
/* Generated. dcg_setup() completes the driver's tables, and is called first. */
extern const struct dcrt_driver dcg_driver;
void dcg_setup(void);

#endif
