/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording as text: its calls are counted, and so is all else that it holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "profile/lines.h"

struct reader {
	struct dc_diag *diag;
	const char *path;
	unsigned number; /* of the line */
	const struct dc_profile_names *names;
	const struct symbols *symbols;
	struct tally *tally;
	struct text_times times;
};

static int fault(const struct reader *reader, const char *what)
{
	return dc_error(reader->diag, -EINVAL, DC_LINE(reader->path, reader->number),
			"%s; expected lines like \"TASK PID [CPU] TIME: ftrace:function: CALLEE "
			"<-- CALLER\", as perf script, trace-cmd report and the function tracer "
			"write them",
			what);
}

/* The lines of several CPUs need not be in the order of time. */
static void take_time(struct text_times *times, double time_s)
{
	if (time_s > 0 && (times->first_s <= 0 || time_s < times->first_s))
		times->first_s = time_s;
	if (time_s > times->last_s)
		times->last_s = time_s;
}

static int take_line(struct reader *reader, char *text)
{
	struct line line;

	line_read(text, &line);
	switch (line.kind) {
	case LINE_CALL:
		tally_add(reader->tally, reader->names, reader->symbols, &line.call);
		break;
	case LINE_EVENT:
		reader->tally->left_out.events++;
		break;
	case LINE_STACK:
		reader->tally->left_out.stack_lines++;
		break;
	case LINE_LOST:
		reader->tally->lost += line.lost;
		break;
	case LINE_HEAD:
		break;
	case LINE_BAD:
		return fault(reader, line.wrong);
	}
	take_time(&reader->times, line.time_s);
	return 0;
}

int text_read(struct dc_diag *diag, const char *path, const char *label,
	      const struct dc_profile_names *names, const struct symbols *symbols,
	      struct tally *tally, struct text_times *ret_times)
{
	struct reader reader = {diag, label, 0, names, symbols, tally, {0}};
	char *text, *line, *next;
	size_t len;
	int err = dc_file_read(diag, path, &text, &len);

	if (err < 0)
		return err;
	next = text;
	while (!err && (line = strsep(&next, "\n")) && (next || *line)) {
		reader.number++;
		if (!next)
			err = fault(&reader, (size_t)(line - text) + strlen(line) < len
						     ? "this is not text"
						     : "the last line is cut off");
		else
			err = take_line(&reader, line);
	}
	free(text);
	if (!err && ret_times)
		*ret_times = reader.times;
	return err;
}
