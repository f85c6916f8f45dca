/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text with a call a line: what perf script makes of ftrace:function events, and what the function
 * tracer's "trace" file says.
 *
 *	netperf   152 [000]    59.593666: ftrace:function:  e1000_tso <-- e1000_xmit_frame
 *	insmod-230     [000] d.h1.    19.459224: e1000_tso+0x0/0x1b0 [e1000] <-e1000_xmit_frame
 *
 * A line is read from its end, since the name of a task may hold anything: the caller is behind
 * the arrow, the callee before it back to the last ": ", the time before that.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "profile/tally.h"

struct reader {
	struct dc_diag *diag;
	const char *path;
	unsigned number; /* of the line */
	const struct dc_profile_names *names;
	const struct symbols *symbols;
	struct tally *tally;
	struct text_times times;
};

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

/* Splits "NAME+0x1/0x2 [module]" or "NAME ([module])". Returns whether it is a symbol. */
static bool take_symbol(char *text, const char **ret_name, const char **ret_module)
{
	char *name = trim(text);
	char *space = name + strcspn(name, " \t");

	*ret_module = "";
	if (*space) {
		char *tag = space + strspn(space, " \t(");

		*space = '\0';
		if (*tag != '[')
			return false;
		tag[strcspn(tag, "])")] = '\0';
		*ret_module = tag + 1;
	}
	*ret_name = name;
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789_.$+/") == strlen(name);
}

static int fault(const struct reader *reader, const char *what)
{
	return dc_error(reader->diag, -EINVAL, DC_LINE(reader->path, reader->number),
			"%s; expected lines like \"TASK PID [CPU] TIME: ftrace:function: CALLEE "
			"<-- CALLER\", as `perf script` writes them",
			what);
}

/* The number that ends at the last ':' of head, "59.593666:", or 0. */
static double take_time(struct reader *reader, char *head)
{
	char *end = strrchr(head, ':'), *start;
	double time_s;

	if (!end)
		return 0;
	*end = '\0';
	start = end;
	while (start > head && (isdigit((unsigned char)start[-1]) || start[-1] == '.'))
		start--;
	time_s = strtod(start, NULL);
	*start = '\0';
	if (time_s > 0 && reader->times.first_s <= 0)
		reader->times.first_s = time_s;
	if (time_s > reader->times.last_s)
		reader->times.last_s = time_s;
	return time_s;
}

/* The function tracer's five columns before the time: irqs-off, need-resched, hard or soft irq,
 * preemption depth, migration. perf script has none of them. */
static void take_context(char *head, struct tally_call *call)
{
	const char *flags = strrchr(trim(head), ' ');

	flags = flags ? flags + 1 : "";
	if ((strlen(flags) != 5 && strlen(flags) != 4) ||
	    strspn(flags, "dDbBnNpPLhHsSzZ.0123456789abcdef") != strlen(flags))
		return;
	call->flagged = flags[0] != '.' || strchr("hHsSzZ", flags[2]);
	call->depth = isxdigit((unsigned char)flags[3])
			      ? (unsigned)strtoul((char[]){flags[3], 0}, NULL, 16)
			      : 0;
}

/* "CPU:0 [LOST 23 EVENTS]", "... PERF_RECORD_LOST lost 23", "# lost 23" */
static bool take_lost(struct reader *reader, const char *line)
{
	static const char *const marks[] = {"[LOST ", "PERF_RECORD_LOST lost ", "# lost "};
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char *at = strstr(line, marks[i]);

		if (!at)
			continue;
		reader->tally->lost += strtoull(at + strlen(marks[i]), NULL, 10);
		return true;
	}
	return false;
}

static int take_line(struct reader *reader, char *line)
{
	struct tally_call call = {0};
	char *arrow = NULL, *at, *colon;

	if (take_lost(reader, line) || *line == '#' || !*trim(line))
		return 0;
	for (at = line; (at = strstr(at, "<-")); at++)
		arrow = at;
	if (!arrow)
		return fault(reader, "this is not a recorded call");
	*arrow = '\0';
	if (!take_symbol(arrow + (arrow[2] == '-' ? 3 : 2), &call.caller, &call.caller_module))
		return fault(reader, "there is no caller's name behind the arrow");
	colon = NULL;
	for (at = line; (at = strstr(at, ": ")); at++)
		colon = at;
	if (!colon)
		return fault(reader, "there is no time before the call");
	if (!take_symbol(colon + 2, &call.callee, &call.callee_module))
		return fault(reader, "there is no callee's name before the arrow");
	colon[1] = '\0';
	at = strstr(line, ": ftrace:function:");
	if (at)
		at[1] = '\0';
	else if (strstr(line, ": ftrace:") || !strpbrk(line, "0123456789"))
		return fault(reader, "this is not an ftrace:function event");
	take_time(reader, line);
	take_context(line, &call);
	tally_add(reader->tally, reader->names, reader->symbols, &call);
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
