/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A driver's annotations, validated against its source. */
#ifndef DC_MARSHAL_ANNOTATIONS_H
#define DC_MARSHAL_ANNOTATIONS_H

#include "marshal/marshal.h"

/* Returns 0, or -EINVAL after reporting the first row that names a function, structure or field
 * that the driver does not have, or that is of a kind that the row cannot be about. */
int dc_annotations_validate(struct dc_diag *diag, const struct dc_marshal *marshal);

#endif
