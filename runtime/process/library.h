/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the user library. */
#ifndef DCP_DOWN_H
#define DCP_DOWN_H

#include "../dcrt.h"

/* dcp_check - a downcall for a function of the kernel that cannot fail: if it did (err is not 0),
 * a line on the log says so. */
void dcp_check(const char *what, int err);

/* dcp_new - zeroed memory of the process alone; pages: it will be freed by vfree(). NULL: there is
 * none, count * size is too large, or there is no driver. */
void *dcp_new(size_t count, size_t size, bool pages);

#endif
