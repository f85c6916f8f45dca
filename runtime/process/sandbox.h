/* SPDX-License-Identifier: GPL-2.0-only */
/* What the process gives up before it runs any of the driver's code. */
#ifndef DCRT_SANDBOX_H
#define DCRT_SANDBOX_H

/*
 * dcrt_sandbox - after dcrt_attach(), with one thread: the process becomes a user that nobody else
 * is, without capabilities, that can open no file, start no program and make no memory executable;
 * it keeps what it has open, its memory (512 MiB at most) and its threads. Calls of the system
 * that the driver does not need return ENOSYS. name: of the driver; each has a user of its own.
 * Returns 0, or a negative errno and says on stderr which step failed.
 */
int dcrt_sandbox(const char *name);

#endif
