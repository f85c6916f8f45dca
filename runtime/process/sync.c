// SPDX-License-Identifier: GPL-2.0-only
/*
 * Synchronises objects outside a call of the driver's, for words that both components use
 * concurrently.
 */
#include "../component/downcalls.h"
#include "process.h"
#include "library.h"

void dcp_refresh(void)
{
	struct dcrt_call *call;
	int err = dcp_share();

	if (!err)
		err = dcrt_call_begin(dcg_channel, DCK_SYNC, &call);
	if (!err) {
		dcrt_out_all(call);
		err = dcrt_call_run(call);
		dcrt_call_end(call);
	}
	dcp_check("synchronising objects", err);
}
