/* SPDX-License-Identifier: GPL-2.0-only */
/* What libc/ is made of in a twin. */
#ifndef DCRT_TWIN_H
#define DCRT_TWIN_H

#include <linux/types.h>

/* A line on the kernel's log, by no downcall. */
__attribute__((format(printf, 1, 2))) void dcrt_twin_say(const char *format, ...);

/* Says where; dcg_twin.h makes dcp_bug() of it and an instruction that objtool knows for an end.
 */
void dcrt_twin_bug(const char *file, int line);

#endif
