// SPDX-License-Identifier: GPL-2.0-only
/* Work items and timers are initialised in the kernel, by downcalls. */
#include "../component/downcalls.h"
#include "process.h"
#include "library.h"

/* flags: of a timer, otherwise NULL. */
static void set_up(const char *what, enum dck_down which, const void *object, const void *code,
		   const unsigned int *flags)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, which, &call);

	if (!err) {
		dcrt_out_pointer(call, object);
		dcrt_out_code(call, code);
		if (flags)
			dcrt_out_word(call, *flags);
		err = dcrt_call_run(call);
		dcrt_call_end(call);
	}
	dcp_check(what, err);
}

/* C has no conversion from a pointer to a function to one to an object. */
static const void *code_of_work(void (*function)(struct work_struct *work))
{
	union {
		void (*function)(struct work_struct *work);
		const void *code;
	} of = {.function = function};

	return of.code;
}

void dcp_INIT_WORK(struct work_struct *work, void (*function)(struct work_struct *work))
{
	set_up("INIT_WORK", DCK_INIT_WORK, work, code_of_work(function), NULL);
}

void dcp_INIT_DELAYED_WORK(struct delayed_work *work, void (*function)(struct work_struct *work))
{
	set_up("INIT_DELAYED_WORK", DCK_INIT_DELAYED_WORK, work, code_of_work(function), NULL);
}

void dcp_timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		     unsigned int flags)
{
	union {
		void (*function)(struct timer_list *timer);
		const void *code;
	} of = {.function = function};

	set_up("timer_setup", DCK_TIMER_SETUP, timer, of.code, &flags);
}
