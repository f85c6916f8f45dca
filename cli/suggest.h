/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "did you mean": the known word that is nearest to one that is not known. */
#ifndef DC_CLI_SUGGEST_H
#define DC_CLI_SUGGEST_H

#include <stddef.h>

#include "solver/problem.h"

struct dc_suggestion {
	const char *word; /* that somebody typed */
	const char *nearest; /* of the words offered so far, or NULL */
	size_t distance;
};

/* Begins with a word that is not known; then offer all that are. Words are borrowed. */
struct dc_suggestion dc_suggest(const char *word);
void dc_suggest_offer(struct dc_suggestion *suggestion, const char *known);

/* " (did you mean NAME?)", or "" if none is near enough; in a static buffer. */
const char *dc_suggest_text(const struct dc_suggestion *suggestion);

/* The same for a function of a problem. */
const char *dc_suggest_function(const struct dc_problem *problem, const char *name);

#endif
