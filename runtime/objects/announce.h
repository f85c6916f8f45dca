/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process's side of NEW and FREE records. With the lock held: a mutex, so allocating is fine.
 */
#ifndef DCRT_ANNOUNCE_H
#define DCRT_ANNOUNCE_H

#include "objects.h"

/* Return 0, -ENOMEM, or -EPROTO: the record makes no sense. */
int dcrt_object_announced(struct dcrt_tracker *tracker, const struct dcrt_record *record,
			  const uint8_t *data);
int dcrt_object_withdrawn(struct dcrt_tracker *tracker, const struct dcrt_record *record);

/*
 * Moves an object that was announced and is still empty to other memory. It then owns `owner`, the
 * allocation that contains that memory. Returns 0, -ENOMEM, -EINVAL.
 */
int dcrt_object_move(struct dcrt_tracker *tracker, uint64_t handle, uint16_t type, size_t len,
		     void *local, void *owner);

#endif
