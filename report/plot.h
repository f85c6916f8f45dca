/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of a sweep: kernel lines and overhead against the delay of a crossing. */
#ifndef DC_REPORT_PLOT_H
#define DC_REPORT_PLOT_H

#include <stdio.h>

#include "solver/sweep.h"

/* The delays that a picture of this sweep shows, in us: from 1 us or less to 100 ms or more, so
 * that all breakpoints above delay 0 are within. */
void dc_plot_range(const struct dc_sweep *sweep, double *ret_from_us, double *ret_to_us);

/* Where the picture begins and ends, in per cent of its width: the page lays its slider there. */
#define DC_PLOT_LEFT_PERCENT  7.5
#define DC_PLOT_RIGHT_PERCENT 2.5

/* Draws both curves, a tick at each breakpoint, and a mark at delay_us. title: any text. alone: as
 * for dc_svg_open. */
void dc_plot_sweep(FILE *out, const struct dc_sweep *sweep, const char *title, double delay_us,
		   bool alone);

#endif
