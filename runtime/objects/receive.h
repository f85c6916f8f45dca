/* SPDX-License-Identifier: GPL-2.0-only */
/* Records of a received message, applied one by one. With the lock held. */
#ifndef DCRT_RECEIVE_H
#define DCRT_RECEIVE_H

#include "objects.h"

/* In the kernel the message has passed dcrt_check(). Returns 0, -EPROTO, -ENOMEM: dcrt_apply(). */
int dcrt_receive_record(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			const uint8_t *data, uint64_t session);

#endif
