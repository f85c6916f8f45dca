/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One declaration a verb; main.c's table lists them in the order people use them. */
#ifndef DC_CLI_VERBS_H
#define DC_CLI_VERBS_H

#include "cli/cli.h"

extern const struct dc_verb dc_verb_graph;
extern const struct dc_verb dc_verb_solve;
extern const struct dc_verb dc_verb_sweep;
extern const struct dc_verb dc_verb_report;
extern const struct dc_verb dc_verb_profile;
extern const struct dc_verb dc_verb_problem;
extern const struct dc_verb dc_verb_explain;
extern const struct dc_verb dc_verb_annotate;
extern const struct dc_verb dc_verb_emit;
extern const struct dc_verb dc_verb_compare;
extern const struct dc_verb dc_verb_verify;
extern const struct dc_verb dc_verb_study;
extern const struct dc_verb dc_verb_run;
extern const struct dc_verb dc_verb_stat;

#endif
