/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private to solver/: the tallies of all cuts of a sweep. */
#ifndef DC_SOLVER_SWEEP_TALLY_H
#define DC_SOLVER_SWEEP_TALLY_H

#include "sweep.h"

/* Fills sweep->cuts out of breakpoints and enters, in one walk over the edges. */
void dc_sweep_tallies(struct dc_sweep *sweep);

#endif
