// SPDX-License-Identifier: GPL-2.0-only
/* Words that both components use at the same time. */
#include "dcrl.h"
#include "dcru.h"
#include "dcru_down.h"

void dcru_refresh(void)
{
	struct dcrt_call *call;
	int err = dcru_share();

	if (!err)
		err = dcrt_call_begin(dcg_channel, DCRL_SYNC, &call);
	if (!err) {
		dcrt_out_all(call);
		err = dcrt_call_run(call);
		dcrt_call_end(call);
	}
	dcru_check("bringing objects into step", err);
}
