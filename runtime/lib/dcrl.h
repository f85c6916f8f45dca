/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every split driver needs of the kernel and no prototype describes: the library's own
 * downcalls. They come first in each driver's table of downcalls, so that generated ones are
 * numbered from DCRL_COUNT:
 *
 *	static const struct dcrt_function dcg_down[] = {
 *		DCRL_DOWN_TABLE(DCRL_HERE), // DCRL_AWAY in the process
 *		[DCRL_COUNT + 0] = {"pci_set_master", ...},
 *	};
 *
 * Handlers are in dcrl_kernel.c and dcrl_memory.c, which go into the kernel component; callers are
 * in user/dcru_*.c, which are linked to the user component.
 */
#ifndef DCRL_H
#define DCRL_H

#include "dcrt.h"

enum dcrl_down {
	/* level, enum dcrl_of, the device or NULL; blob DCRL_TEXT: the line, terminated */
	DCRL_PRINT,
	/* the work, its function */
	DCRL_INIT_WORK,
	DCRL_INIT_DELAYED_WORK,
	/* the timer, its function, flags */
	DCRL_TIMER_SETUP,
	/* type, bytes, whether of whole pages (vmalloc); result: the object, new and zeroed. The
	 * type is one that a link leads to, the bytes whole elements of it; DCRL_ALLOC_MAX of all
	 * that is allocated so at one time. Process only: dcru_share() */
	DCRL_ALLOC,
	/* the object, which is no longer tracked and whose memory is freed (kvfree) */
	DCRL_FREE,
	/* none; results: jiffies, the monotonic clock at that moment in ns, HZ */
	DCRL_CLOCK,
	/* none; result: system_state */
	DCRL_STATE,
	/* an address; results: base (an address), length and place in the device file of the
	 * window around it, which is 0 if the process may not map it; all 0: there is none */
	DCRL_WINDOW,
	/* none: what changed goes there and comes back */
	DCRL_SYNC,
	DCRL_COUNT,
};

#define DCRL_ALLOC_MAX (64ul << 20)

#define DCRL_TEXT     1 /* id of a blob */
#define DCRL_TEXT_MAX 1024 /* bytes of a line, its end included */

/* Whose name goes before a line. */
enum dcrl_of { DCRL_OF_NOTHING, DCRL_OF_DEVICE, DCRL_OF_NETDEV, DCRL_OF_COUNT };

#define DCRL_HERE(name) name
#define DCRL_AWAY(name) NULL

/* Initialisers of struct dcrt_function; handler: DCRL_HERE or DCRL_AWAY. */
#define DCRL_DOWN_TABLE(handler)                                                                   \
	[DCRL_PRINT] = {"dcrl_print", handler(dcrl_print), 3, 0, 0, DCRL_TEXT_MAX, 0},             \
	[DCRL_INIT_WORK] = {"dcrl_init_work", handler(dcrl_init_work), 2, 0, 0, 0, 0},             \
	[DCRL_INIT_DELAYED_WORK] =                                                                 \
		{"dcrl_init_delayed_work", handler(dcrl_init_delayed_work), 2, 0, 0, 0, 0},        \
	[DCRL_TIMER_SETUP] = {"dcrl_timer_setup", handler(dcrl_timer_setup), 3, 0, 0, 0, 0},       \
	[DCRL_ALLOC] = {"dcrl_alloc", handler(dcrl_alloc), 3, 1, 0, 0, 0},                         \
	[DCRL_FREE] = {"dcrl_free", handler(dcrl_free), 1, 0, 0, 0, 0},                            \
	[DCRL_CLOCK] = {"dcrl_clock", handler(dcrl_clock), 0, 3, 0, 0, 0},                         \
	[DCRL_STATE] = {"dcrl_state", handler(dcrl_state), 0, 1, 0, 0, 0},                         \
	[DCRL_WINDOW] = {"dcrl_window", handler(dcrl_window), 1, 3, 0, 0, 0},                      \
	[DCRL_SYNC] = {"dcrl_sync", handler(dcrl_sync), 0, 0, 0, 0, 0}

int dcrl_print(struct dcrt_call *call);
int dcrl_init_work(struct dcrt_call *call);
int dcrl_init_delayed_work(struct dcrt_call *call);
int dcrl_timer_setup(struct dcrt_call *call);
int dcrl_alloc(struct dcrt_call *call);
int dcrl_free(struct dcrt_call *call);
int dcrl_clock(struct dcrt_call *call);
int dcrl_state(struct dcrt_call *call);
int dcrl_window(struct dcrt_call *call);
int dcrl_sync(struct dcrt_call *call);

/* One a component. NULL before the driver is initialised and after its exit. */
extern struct dcrt_channel *dcg_channel;
/* Generated. dcg_setup() completes the driver's tables and comes first. */
extern const struct dcrt_driver dcg_driver;
void dcg_setup(void);

#endif
