/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of the updates that the process sends. Call them with the lock held. */
#ifndef DCRT_CHECK_H
#define DCRT_CHECK_H

#include "objects.h"

/* Returns 0 or -ENOMEM. Its memory is tracker->scratch, which the tracker frees. */
int dcrt_check_init(struct dcrt_tracker *tracker);
/* Checks all object records of a message before any is applied. Returns 0 or -EPROTO. */
int dcrt_check(struct dcrt_tracker *tracker, const struct dcrt_message *message);

#endif
