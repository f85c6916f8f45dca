/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connects a guest with our standard streams: the output of a command at once, or a shell. */
#ifndef DC_CLI_TALK_H
#define DC_CLI_TALK_H

#include <stdbool.h>

#include "base/alloc.h"
#include "base/diag.h"

struct dc_talk;

typedef DC_VEC(const char *) dc_talk_words;

/*
 * dc_talk_open - makes the sockets, and a thread that carries bytes between them and our standard
 * streams.
 * @shell   true: the guest's /dev/hvc0 is our standard input and output; a terminal is in raw mode
 *	    meanwhile. Otherwise its /dev/vport0p1 is our standard output, vport0p2 our standard
 *	    error
 * @output_fd  in place of standard output
 * @ret_args arguments for QEMU are added
 * Returns 0, or -errno after reporting. End it with dc_talk_close, which waits until all
 * output of the guest is written.
 */
int dc_talk_open(struct dc_diag *diag, struct dc_arena *arena, bool shell, int output_fd,
		 dc_talk_words *ret_args, struct dc_talk **ret);
void dc_talk_close(struct dc_talk *talk);

#endif
