/* SPDX-License-Identifier: GPL-2.0-only */
/* Declarations that the files of the process's library share. */
#ifndef DCP_DOWN_H
#define DCP_DOWN_H

#include "../dcrt.h"

/*
 * dcp_check - after a downcall in place of a kernel function that cannot fail: logs the error, if
 * any.
 */
void dcp_check(const char *what, int err);

/*
 * dcp_new - zeroed local memory (objects/local.h). pages: vfree() will free it. NULL: out of
 * memory, count * size is too large, or there is no driver.
 */
void *dcp_new(size_t count, size_t size, bool pages);

/* dcp_delay_ns - waits at least that long. */
void dcp_delay_ns(uint64_t ns);

#endif
