/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Formats what is reported and hands it to the one sink, whoever prints; counts the errors.
 */
#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"

static void emit(struct dc_diag *diag, enum dc_severity severity, const struct dc_pos *pos,
		 const char *fmt, va_list args)
{
	char *text = NULL;

	if (severity == DC_ERROR)
		diag->errors++;
	if (!diag->emit)
		return;
	if (vasprintf(&text, fmt, args) < 0)
		return;
	diag->emit(diag->ctx, severity, pos, text);
	free(text);
}

int dc_error(struct dc_diag *diag, int err, const struct dc_pos *pos, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(diag, DC_ERROR, pos, fmt, args);
	va_end(args);
	return err;
}

void dc_warn(struct dc_diag *diag, const struct dc_pos *pos, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(diag, DC_WARNING, pos, fmt, args);
	va_end(args);
}

void dc_note(struct dc_diag *diag, const struct dc_pos *pos, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(diag, DC_NOTE, pos, fmt, args);
	va_end(args);
}

void dc_progress(struct dc_diag *diag, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit(diag, DC_PROGRESS, NULL, fmt, args);
	va_end(args);
}
