/* SPDX-License-Identifier: GPL-2.0-only */
/* Declarations for the headers in libc/. */
#ifndef DCRT_TWIN_H
#define DCRT_TWIN_H

#include <linux/types.h>

/* Logs a line, without a downcall. */
__attribute__((format(printf, 1, 2))) void dcrt_twin_say(const char *format, ...);

/*
 * Logs where a bug is. dcg_twin.h defines dcp_bug() as this and an instruction that objtool knows
 * to be an end.
 */
void dcrt_twin_bug(const char *file, int line);

#endif
