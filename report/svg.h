/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures as SVG: their frame, and axes with a logarithmic scale. */
#ifndef DC_REPORT_SVG_H
#define DC_REPORT_SVG_H

#include <stdbool.h>
#include <stdio.h>

/* Begins a picture. title: for screen readers, any text. alone: a file of its own, which brings its
 * style along; else it becomes part of the page, which has the style. */
void dc_svg_open(FILE *out, int width, int height, const char *title, bool alone);
void dc_svg_close(FILE *out);

void dc_svg_line(FILE *out, const char *class, double x1, double y1, double x2, double y2);
/* Text at a point; any text. */
void dc_svg_text(FILE *out, const char *class, double x, double y, const char *text);

/* A scale: values from low to high are at pixels from at_low to at_high. */
struct dc_scale {
	double low, high; /* logarithmic: > 0 */
	double at_low, at_high;
	bool is_log;
};

double dc_scale_at(const struct dc_scale *scale, double value);

#endif
