/* SPDX-License-Identifier: GPL-2.0-only */
/* References to objects. With the lock held. */
#ifndef DCRT_REFS_H
#define DCRT_REFS_H

#include "objects.h"

/* As dcrt_from_ref(). */
int dcrt_resolve(struct dcrt_tracker *tracker, uint64_t ref, uint16_t type, uint32_t len,
		 void **ret);
/* As dcrt_to_ref(). ret_object: the object, or NULL for NULL, an error pointer or an error. */
int dcrt_reference(struct dcrt_tracker *tracker, const void *local, uint16_t type, uint64_t *ret,
		   struct dcrt_object **ret_object);

#endif
