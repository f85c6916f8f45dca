/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What recovery cannot release for lack of a rule. */
#ifndef DC_MARSHAL_RECOVERY_GAPS_H
#define DC_MARSHAL_RECOVERY_GAPS_H

#include "marshal/marshal.h"

/*
 * dc_recovery_gaps_warn - one warning for each kernel function that the driver calls, that acquires
 * something by its name, and whose rule has neither undo nor no_undo; and one if the driver's rings
 * hold what only functions of the driver can free, and annotations.json names none. In the order of
 * names.
 */
void dc_recovery_gaps_warn(struct dc_diag *diag, const struct dc_marshal *marshal);

#endif
