// SPDX-License-Identifier: GPL-2.0-only
/* Works and timers: made in the kernel. */
#include "dcrl.h"
#include "dcru.h"
#include "dcru_down.h"

static int init_work(enum dcrl_down which, const void *work,
		     void (*function)(struct work_struct *work))
{
	union { /* an object pointer and a function's are not one in C */
		void (*function)(struct work_struct *work);
		const void *code;
	} of = {.function = function};
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, which, &call);

	if (err)
		return err;
	dcrt_out_pointer(call, work);
	dcrt_out_code(call, of.code);
	err = dcrt_call_run(call);
	dcrt_call_end(call);
	return err;
}

void dcru_INIT_WORK(struct work_struct *work, void (*function)(struct work_struct *work))
{
	dcru_check("INIT_WORK", init_work(DCRL_INIT_WORK, work, function));
}

void dcru_INIT_DELAYED_WORK(struct delayed_work *work, void (*function)(struct work_struct *work))
{
	dcru_check("INIT_DELAYED_WORK", init_work(DCRL_INIT_DELAYED_WORK, work, function));
}

void dcru_timer_setup(struct timer_list *timer, void (*function)(struct timer_list *timer),
		      unsigned int flags)
{
	union {
		void (*function)(struct timer_list *timer);
		const void *code;
	} of = {.function = function};
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCRL_TIMER_SETUP, &call);

	if (!err) {
		dcrt_out_pointer(call, timer);
		dcrt_out_code(call, of.code);
		dcrt_out_word(call, flags);
		err = dcrt_call_run(call);
		dcrt_call_end(call);
	}
	dcru_check("timer_setup", err);
}
