/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Helpers of unit tests: cmocka's includes, and a diagnostics sink that keeps its messages. */
#ifndef DC_TESTING_H
#define DC_TESTING_H

#ifdef NDEBUG
#error "tests must be built with assertions on"
#endif

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/diag.h"

struct caught {
	struct dc_diag diag; /* hand &caught.diag to the code under test */
	char text[8192]; /* all messages but progress: "FILE:LINE: SEVERITY: TEXT\n" each */
};

static void catch_message(void *ctx, enum dc_severity severity, const struct dc_pos *pos,
			  const char *text)
{
	static const char *const names[] = {"error", "warning", "note"};
	struct caught *caught = ctx;
	size_t used = strlen(caught->text);

	if (severity == DC_PROGRESS)
		return;
	snprintf(caught->text + used, sizeof(caught->text) - used, "%s:%u: %s: %s\n",
		 pos && pos->file ? pos->file : "", pos ? pos->line : 0, names[severity], text);
}

static inline void catch_start(struct caught *caught)
{
	*caught = (struct caught){.diag = {.emit = catch_message}};
	caught->diag.ctx = caught;
}

/* Fails unless what was caught contains the words. */
#define assert_said(caught, words)                                                                 \
	do {                                                                                       \
		if (!strstr((caught)->text, (words)))                                              \
			fail_msg("expected a message with \"%s\", got:\n%s", (words),              \
				 (caught)->text);                                                  \
	} while (0)

#endif
