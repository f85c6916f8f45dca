/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers of the library's own downcalls (downcalls.h), which dck_serve() calls. */
#ifndef DCK_HANDLERS_H
#define DCK_HANDLERS_H

#include "component.h"

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
int dck_name(struct dcrt_call *call);

#endif
