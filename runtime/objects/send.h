/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects into messages. With the lock held; each is the dcrt_put_ function of its name. */
#ifndef DCRT_SEND_H
#define DCRT_SEND_H

#include "objects.h"

void dcrt_send_object(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
		      struct dcrt_object *object, const struct dcrt_field_set *set,
		      uint64_t session);
uint64_t dcrt_send_reference(struct dcrt_tracker *tracker, struct dcrt_writer *writer,
			     const void *local, uint16_t type, uint64_t session);
void dcrt_send_freed(struct dcrt_tracker *tracker, struct dcrt_writer *writer);
void dcrt_send_cancel(struct dcrt_tracker *tracker, const struct dcrt_writer *writer);
/* As dcrt_confirm(). */
void dcrt_send_confirm(struct dcrt_tracker *tracker, const void *buf, uint64_t session);

/* The bytes that an object takes in a message to a process that does not know it, or more. */
uint64_t dcrt_size_at_most(const struct dcrt_tracker *tracker, const struct dcrt_object *object);

#endif
