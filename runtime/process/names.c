// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of devices, which the kernel is asked for each time: it frees one when it gives the device
 * another. Each text is kept here once, and the oldest makes room for a new one.
 */
#include <string.h>

#include "../component/downcalls.h"
#include "process.h"
#include "library.h"

static struct {
	bool locked;
	unsigned int next; /* the oldest */
	char text[DCP_NAMES][DCK_NAME_MAX];
} names;

static const char *keep_name(const char *name)
{
	unsigned int i;

	while (__atomic_exchange_n(&names.locked, true, __ATOMIC_ACQUIRE))
		;
	for (i = 0; i < DCP_NAMES; i++)
		if (!strcmp(names.text[i], name))
			break;
	if (i == DCP_NAMES) {
		i = names.next;
		names.next = (i + 1) % DCP_NAMES;
		memcpy(names.text[i], name, strlen(name) + 1);
	}
	__atomic_store_n(&names.locked, false, __ATOMIC_RELEASE);
	return names.text[i];
}

const char *dcp_dev_name(const struct device *device)
{
	const char *name = NULL, *kept = "?";
	struct dcrt_call *call;
	uint32_t len;

	if (!dcg_channel || dcrt_call_begin(dcg_channel, DCK_NAME, &call))
		return kept;
	dcrt_out_pointer(call, device);
	if (!dcrt_call_run(call))
		name = dcrt_in_blob(call, DCK_TEXT, &len);
	if (name && len && len <= DCK_NAME_MAX && !name[len - 1])
		kept = keep_name(name);
	dcrt_call_end(call);
	return kept;
}
