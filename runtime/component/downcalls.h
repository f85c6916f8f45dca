/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every split driver needs of the kernel and no prototype describes: the library's own
 * downcalls. They come first in each driver's table of downcalls, so that generated ones are
 * numbered from DCK_COUNT:
 *
 *	static const struct dcrt_function dcg_down[] = {
 *		DCK_DOWN_TABLE(DCK_HANDLER), // DCK_NO_HANDLER in the process
 *		[DCK_COUNT + 0] = {"pci_set_master", ...},
 *	};
 *
 * Handlers are in dck_kernel.c and dck_memory.c, which go into the kernel component; callers are
 * in user/dcp_*.c, which are linked to the user component.
 */
#ifndef DCK_H
#define DCK_H

#include "../dcrt.h"

enum dck_down {
	/* level, enum dck_about, the device or NULL; blob DCK_TEXT: the line, terminated */
	DCK_PRINT,
	/* the work, its function */
	DCK_INIT_WORK,
	DCK_INIT_DELAYED_WORK,
	/* the timer, its function, flags */
	DCK_TIMER_SETUP,
	/* type, bytes, whether of whole pages (vmalloc); result: the object, new and zeroed. The
	 * type is one that a link leads to, the bytes whole elements of it; DCK_ALLOC_MAX of all
	 * that is allocated so at one time. Process only: dcp_share() */
	DCK_ALLOC,
	/* the object, which is no longer tracked and whose memory is freed (kvfree) */
	DCK_FREE,
	/* none; results: jiffies, the monotonic clock at that moment in ns, HZ */
	DCK_CLOCK,
	/* none; result: system_state */
	DCK_STATE,
	/* an address; results: base (an address), length and place in the device file of the
	 * window around it, which is 0 if the process may not map it; all 0: there is none */
	DCK_WINDOW,
	/* none: what changed goes there and comes back */
	DCK_SYNC,
	DCK_COUNT,
};

#define DCK_ALLOC_MAX (64ul << 20)

#define DCK_TEXT     1 /* id of a blob */
#define DCK_TEXT_MAX 1024 /* bytes of a line, its end included */

/* Whose name goes before a line. */
enum dck_about { DCK_ABOUT_NOTHING, DCK_ABOUT_DEVICE, DCK_ABOUT_NETDEV, DCK_ABOUT_COUNT };

#define DCK_HANDLER(name)    name
#define DCK_NO_HANDLER(name) NULL

/* Initialisers of struct dcrt_function; handler: DCK_HANDLER or DCK_NO_HANDLER. */
#define DCK_DOWN_TABLE(handler)                                                                    \
	[DCK_PRINT] = {"dck_print", handler(dck_print), 3, 0, 0, DCK_TEXT_MAX, 0},                 \
	[DCK_INIT_WORK] = {"dck_init_work", handler(dck_init_work), 2, 0, 0, 0, 0},                \
	[DCK_INIT_DELAYED_WORK] =                                                                  \
		{"dck_init_delayed_work", handler(dck_init_delayed_work), 2, 0, 0, 0, 0},          \
	[DCK_TIMER_SETUP] = {"dck_timer_setup", handler(dck_timer_setup), 3, 0, 0, 0, 0},          \
	[DCK_ALLOC] = {"dck_alloc", handler(dck_alloc), 3, 1, 0, 0, 0},                            \
	[DCK_FREE] = {"dck_free", handler(dck_free), 1, 0, 0, 0, 0},                               \
	[DCK_CLOCK] = {"dck_clock", handler(dck_clock), 0, 3, 0, 0, 0},                            \
	[DCK_STATE] = {"dck_state", handler(dck_state), 0, 1, 0, 0, 0},                            \
	[DCK_WINDOW] = {"dck_window", handler(dck_window), 1, 3, 0, 0, 0},                         \
	[DCK_SYNC] = {"dck_sync", handler(dck_sync), 0, 0, 0, 0, 0}

int dck_print(struct dcrt_call *call);
int dck_init_work(struct dcrt_call *call);
int dck_init_delayed_work(struct dcrt_call *call);
int dck_timer_setup(struct dcrt_call *call);
int dck_alloc(struct dcrt_call *call);
int dck_free(struct dcrt_call *call);
int dck_clock(struct dcrt_call *call);
int dck_state(struct dcrt_call *call);
int dck_window(struct dcrt_call *call);
int dck_sync(struct dcrt_call *call);

/* One a component. NULL before the driver is initialised and after its exit. */
extern struct dcrt_channel *dcg_channel;
/* Generated. dcg_setup() completes the driver's tables and comes first. */
extern const struct dcrt_driver dcg_driver;
void dcg_setup(void);

#endif
