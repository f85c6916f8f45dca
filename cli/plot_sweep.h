/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of a sweep: kernel lines and overhead against the delay of a crossing. */
#ifndef DC_CLI_PLOT_SWEEP_H
#define DC_CLI_PLOT_SWEEP_H

#include "base/diag.h"
#include "solver/sweep.h"

/* Draws with gnuplot, from 1 us to the last breakpoint or 100 ms, whichever comes first.
 * @path any name, no part of which gnuplot reads; the SVG is written whole or not at all. Without
 *	 crossings at any delay it has the curve of the lines alone
 * Returns 0; or, after reporting, -ENOENT (no gnuplot) or another -errno. */
int dc_plot_sweep(struct dc_diag *diag, const struct dc_sweep *sweep, const char *path);

#endif
