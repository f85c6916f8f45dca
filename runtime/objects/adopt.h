/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects whose pointers the kernel follows: those of a type with adopt(). With the lock held. */
#ifndef DCRT_ADOPT_H
#define DCRT_ADOPT_H

#include "objects.h"

/* Lists a new object if its type has adopt(); takes one out of the list that goes. */
void dcrt_list_adoptable(struct dcrt_tracker *tracker, uint32_t slot);
void dcrt_unlist_adoptable(struct dcrt_tracker *tracker, const struct dcrt_object *object);

/* True if this thread is in dcrt_adopt_all(). */
bool dcrt_is_adopting(const struct dcrt_tracker *tracker);
/* As dcrt_adopt_all(). Drops the lock for each object. */
int dcrt_run_adopters(struct dcrt_tracker *tracker, struct dcrt_channel *channel);

#endif
