/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which annotations are missing, in the order in which they are worth most. Rows that free lines
 * only together are a group. A row that makes further ones possible is taken as added, so that all
 * of the chain is seen at once.
 */
#ifndef DC_CLI_ANNOTATE_H
#define DC_CLI_ANNOTATE_H

#include "cli/workspace.h"

/* What does not change while annotations do. */
struct dc_annotate_inputs {
	struct dc_workspace *workspace; /* borrowed */
	struct dc_graph *graph;
	struct dc_source *source;
	struct dc_rules rules;
	const char *path; /* of the annotations.json to read and write */
};

struct dc_annotate_row {
	struct dc_proposal proposal;
	unsigned round; /* from 1: how many rows before it must be added first */
	unsigned group; /* from 1; 0: nothing to propose, or it frees nothing with any other */
	bool declined; /* a person said no */
};

struct dc_annotate_group {
	int64_t frees; /* lines that it frees after the groups before it */
	bool sure; /* all of its rows are */
};

struct dc_annotate {
	int64_t kernel_loc, all_loc; /* lines that stay in the kernel; of the driver */
	int64_t frees; /* lines that all rows together would free */
	DC_VEC(struct dc_annotate_row) rows; /* by group, the sure ones of each first */
	DC_VEC(struct dc_annotate_group) groups; /* from 1: number 0 is unused */
};

/* Returns 0 (end with dc_annotate_inputs_done), or -errno after reporting. path: NULL for the
 * annotations.json of the driver's folder. */
int dc_annotate_inputs_open(struct dc_workspace *workspace, const char *path,
			    struct dc_annotate_inputs *ret);
void dc_annotate_inputs_done(struct dc_annotate_inputs *inputs);

/* The annotations with all rows that are sure without a guess before them. text: as below.
 * *ret_count: how many rows that adds. Returns 0 or -errno after reporting. */
int dc_annotate_add_sure(const struct dc_annotate_inputs *inputs, const char *text,
			 const char **ret_text, size_t *ret_count);

/* text: of the annotations so far, or NULL. Strings live in the workspace's arena. Returns 0 (end
 * with dc_annotate_done), or -errno after reporting. */
int dc_annotate_find(const struct dc_annotate_inputs *inputs, const char *text,
		     struct dc_annotate *ret);
void dc_annotate_done(struct dc_annotate *found);

/* The text of the annotations, in the arena; NULL if there is no file. */
int dc_annotate_read(const struct dc_annotate_inputs *inputs, const char **ret_text);
/* Checks a text against the source and writes it, whole or not at all. */
int dc_annotate_write(const struct dc_annotate_inputs *inputs, const char *text);

/* annotate --ask: puts the guesses to a person, one after the other, and keeps each answer at once.
 * Reads standard input to its end at most. Returns 0, or -errno after reporting. */
int dc_annotate_ask(const struct dc_annotate_inputs *inputs);

#endif
