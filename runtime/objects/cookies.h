/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel addresses that are in no object, as they cross. With the lock held. */
#ifndef DCRT_COOKIES_H
#define DCRT_COOKIES_H

#include "objects.h"

/* Returns 0, -ENOMEM or -EINVAL (too many); end with dcrt_cookies_done, also then. */
int dcrt_cookies_init(struct dcrt_tracker *tracker);
void dcrt_cookies_done(struct dcrt_tracker *tracker);

/*
 * A kernel address as a cookie; in the process, a cookie that the kernel sent, as it is.
 * Returns 0, -ENOENT it is neither, in the kernel -ENOSPC no room, or -ESHUTDOWN the session is
 * over.
 */
int dcrt_to_cookie(struct dcrt_tracker *tracker, const void *local, uint64_t session,
		   uint64_t *ret);
/* Returns 0; -ENOENT no cookie; in the kernel -EPROTO never sent, -ESTALE no longer valid. */
int dcrt_from_cookie(const struct dcrt_tracker *tracker, uint64_t word, uint64_t session,
		     void **ret);

void dcrt_cookies_add_range(struct dcrt_cookies *cookies, struct dcrt_range *range);
void dcrt_cookies_remove_range(struct dcrt_cookies *cookies, const struct dcrt_range *range);
/* True if len bytes from an address on lie in one range. */
bool dcrt_in_range(const struct dcrt_tracker *tracker, const void *local, uint32_t len);

#endif
