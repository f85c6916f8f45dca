/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of JSON that several documents have: those of solver/ and the report. */
#ifndef DC_SOLVER_JSON_PARTS_H
#define DC_SOLVER_JSON_PARTS_H

#include <jansson.h>

#include "cut.h"

/* Sets "weighed" in a document, unless the weights are counted. */
void dc_problem_set_weighed(json_t *root, const struct dc_problem *problem);

/* Pieces of JSON: [p, q]; the number itself (null: infinite); a tally's keys. */
json_t *dc_ratio_json(struct dc_ratio ratio);
json_t *dc_ratio_number_json(struct dc_ratio ratio);
void dc_tally_json(json_t *object, const struct dc_tally *tally);

/* Sets what a basis says: code, subject, function, file, line. */
void dc_basis_json(json_t *object, const struct dc_basis *basis);

#endif
