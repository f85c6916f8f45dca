/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of a process that serves nothing: for their fingerprint. */
#ifndef ECHO_NEVER_H
#define ECHO_NEVER_H

#include "echo.h"

static int echo(struct dcrt_call *call);
static int nest(struct dcrt_call *call);
static int hang(struct dcrt_call *call);
static int slow(struct dcrt_call *call);
static int meet(struct dcrt_call *call);
static int add(struct dcrt_call *call);
static int touch(struct dcrt_call *call);
static int fail(struct dcrt_call *call);
static int all(struct dcrt_call *call);
static int text(struct dcrt_call *call);
static int die(struct dcrt_call *call);
static int show(struct dcrt_call *call);

#define NEVER(name)                                                                                \
	static int name(struct dcrt_call *call)                                                    \
	{                                                                                          \
		(void)call;                                                                        \
		return -ENOSYS;                                                                    \
	}
NEVER(echo)
NEVER(nest)
NEVER(hang)
NEVER(slow)
NEVER(meet)
NEVER(add)
NEVER(touch)
NEVER(fail)
NEVER(all)
NEVER(text)
NEVER(die)
NEVER(show)

static struct echo_globals echo_globals;
static const char echo_table[8];
static void *const echo_code[N_CODE];
#define ECHO_ADOPT NULL
ECHO_TABLES;

#endif
