/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads what a guest recorded of its commands; common.sh says how it looks. */
#include "equivalence.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* "@ 12 quiet life ip link set eth0 up" */
static bool begin(struct dc_arena *arena, const char *line, eq_record *record)
{
	struct eq_command command = {0};
	char kind[8], group[32];
	int len = 0;

	if (sscanf(line, "@ %u %7s %31s %n", &command.number, kind, group, &len) != 3 || !len ||
	    command.number != record->len + 1)
		return false;
	command.busy = !strcmp(kind, "busy");
	command.group = dc_arena_strdup(arena, group);
	command.text = dc_arena_strdup(arena, line + len);
	command.status = -1;
	dc_vec_push(record, command);
	return true;
}

static bool add(struct dc_arena *arena, const char *line, eq_record *record)
{
	struct eq_command *last = record->len ? &record->at[record->len - 1] : NULL;
	const char *text = line[0] && line[1] ? line + 2 : "";

	if (line[0] == '@')
		return begin(arena, line, record);
	if (line[0] == 'k' && !last)
		return true; /* before the first command */
	if (!last)
		return false;
	if (line[0] == '|')
		dc_vec_push(&last->output, dc_arena_strdup(arena, text));
	else if (line[0] == 'k')
		dc_vec_push(&last->log, dc_arena_strdup(arena, text));
	else if (line[0] == '=')
		last->status = (int)strtol(text, NULL, 10);
	else
		return false;
	return true;
}

int eq_record_read(struct dc_diag *diag, struct dc_arena *arena, const char *path, eq_record *ret)
{
	char *text, *line, *save = NULL;
	size_t len_bytes, i;
	unsigned number = 0;
	int err = dc_file_read(diag, path, &text, &len_bytes);

	if (err < 0)
		return err;
	for (i = 0; i < len_bytes; i++)
		if (!text[i])
			text[i] = '.'; /* a command may print anything */
	for (line = strtok_r(text, "\n", &save); line && !err; line = strtok_r(NULL, "\n", &save)) {
		number++;
		if (!add(arena, line, ret))
			err = dc_error(diag, -EINVAL, DC_LINE(path, number),
				       "not a line of a record (bench/equivalence/common.sh)");
	}
	if (!err && !ret->len)
		err = dc_error(diag, -EINVAL, DC_FILE(path), "no command was run");
	free(text);
	return err;
}

void eq_record_done(eq_record *record)
{
	struct eq_command *command;

	dc_vec_each (command, record) {
		dc_vec_done(&command->output);
		dc_vec_done(&command->log);
	}
	dc_vec_done(record);
}
