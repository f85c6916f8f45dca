/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside profile/: one line of a recording as text. Each of the writers has its own form of a call:
 *
 *	perf script		"... TIME: ftrace:function:  CALLEE <-- CALLER"
 *	trace-cmd report	"... TIME: function:  CALLEE <-- CALLER"
 *	the function tracer	"... TIME: CALLEE <-CALLER", also with "(repeats: N ...)" behind
 *
 * A symbol is a name, with +OFFSET and [MODULE] or without, an address or "[unknown]". The time has
 * a decimal point or comma. Before it, the tracer and trace-cmd may have their flags.
 */
#ifndef DC_PROFILE_LINES_H
#define DC_PROFILE_LINES_H

#include "profile/tally.h"

enum line_kind {
	LINE_CALL,
	LINE_EVENT, /* something else at a time */
	LINE_STACK, /* of the event before it */
	LINE_LOST, /* says how many calls were lost */
	LINE_HEAD, /* blank, a comment or a head */
	LINE_BAD, /* none of these */
};

struct line {
	enum line_kind kind;
	struct tally_call call; /* strings are of the text that was read */
	double time_s; /* of a call or an event; 0: no time, or one that is not in seconds */
	uint64_t lost;
	const char *wrong; /* with a bad line: what is wrong */
};

/* Reads a line without its '\n'; takes it apart in place. */
void line_read(char *text, struct line *ret);

#endif
