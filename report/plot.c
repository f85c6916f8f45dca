/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two panels over one axis of delays. Both curves are exact: kernel lines are a staircase with a
 * step at each breakpoint; overhead rises in proportion to the delay between steps, a straight line
 * where both axes are logarithmic.
 */
#include "report/plot.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "report/report.h"
#include "report/svg.h"

#define WIDTH	     1000
#define HEIGHT	     430
#define LEFT	     (WIDTH * DC_PLOT_LEFT_PERCENT / 100)
#define RIGHT	     (WIDTH - WIDTH * DC_PLOT_RIGHT_PERCENT / 100)
#define LINES_TOP    40
#define LINES_BOTTOM 230
#define COST_TOP     270
#define COST_BOTTOM  385
#define NAMED	     5 /* steps that get a label */

struct plot {
	FILE *out;
	const struct dc_sweep *sweep;
	struct dc_arena *arena;
	struct dc_scale x, lines, cost;
	double all; /* lines of the driver */
};

static double us_of(const struct dc_breakpoint *breakpoint)
{
	return dc_ratio_value(breakpoint->terms.delay_ns) / 1000;
}

void dc_plot_range(const struct dc_sweep *sweep, double *ret_from_us, double *ret_to_us)
{
	const struct dc_breakpoint *breakpoint;
	double from = 1, to = 100000;

	dc_vec_each (breakpoint, &sweep->breakpoints) {
		double us = us_of(breakpoint);

		if (us > 0 && us / 2 < from)
			from = us / 2;
		if (isfinite(us) && us * 2 > to)
			to = us * 2;
	}
	*ret_from_us = from;
	*ret_to_us = to;
}

/* From where to where a cut is optimal, within the picture; false: nowhere there. */
static bool piece(const struct plot *plot, size_t cut, double *ret_from, double *ret_to)
{
	const struct dc_sweep *sweep = plot->sweep;
	double from = cut ? us_of(&sweep->breakpoints.at[cut - 1]) : 0;
	double to = cut < sweep->breakpoints.len ? us_of(&sweep->breakpoints.at[cut]) : INFINITY;

	*ret_from = fmax(from, plot->x.low);
	*ret_to = fmin(to, plot->x.high);
	return *ret_from < *ret_to;
}

/* Per cent of one CPU spent in the crossings of a cut. */
static double percent_at(const struct plot *plot, size_t cut, double us)
{
	return 100 * us * 1e-6 * (double)plot->sweep->cuts.at[cut].tally.crossings /
	       (double)plot->sweep->problem->seconds;
}

static double lines_of(const struct plot *plot, size_t cut)
{
	return 100 * (double)plot->sweep->cuts.at[cut].tally.kernel_loc / plot->all;
}

static void put_staircase(const struct plot *plot)
{
	double from, to;
	size_t i;

	fputs("<path class=\"lines\" d=\"M", plot->out);
	for (i = 0; i < plot->sweep->cuts.len; i++)
		if (piece(plot, i, &from, &to)) {
			double y = dc_scale_at(&plot->lines, lines_of(plot, i));

			fprintf(plot->out, " %.2f,%.2f %.2f,%.2f", dc_scale_at(&plot->x, from), y,
				dc_scale_at(&plot->x, to), y);
		}
	fputs("\"/>\n", plot->out);
}

static void put_overhead(const struct plot *plot)
{
	double from, to;
	bool drawing = false;
	size_t i;

	fputs("<path class=\"cost\" d=\"", plot->out);
	for (i = 0; i < plot->sweep->cuts.len; i++) {
		if (!piece(plot, i, &from, &to))
			continue;
		if (!plot->sweep->cuts.at[i].tally.crossings) {
			drawing = false;
			continue;
		}
		fprintf(plot->out, "%s %.2f,%.2f %.2f,%.2f", drawing ? "" : "M",
			dc_scale_at(&plot->x, from),
			dc_scale_at(&plot->cost, percent_at(plot, i, from)),
			dc_scale_at(&plot->x, to),
			dc_scale_at(&plot->cost, percent_at(plot, i, to)));
		drawing = true;
	}
	fputs("\"/>\n", plot->out);
}

/* The least and the greatest overhead in the picture, as powers of ten; false: there is none. */
static bool cost_range(struct plot *plot)
{
	double from, to, low = INFINITY, high = 0;
	size_t i;

	for (i = 0; i < plot->sweep->cuts.len; i++)
		if (piece(plot, i, &from, &to) && plot->sweep->cuts.at[i].tally.crossings) {
			low = fmin(low, percent_at(plot, i, from));
			high = fmax(high, percent_at(plot, i, to));
		}
	if (!high)
		return false;
	low = pow(10, floor(log10(low)));
	high = pow(10, ceil(log10(high)));
	plot->cost =
		(struct dc_scale){low, high > low ? high : 10 * low, COST_BOTTOM, COST_TOP, true};
	return true;
}

static void put_times(const struct plot *plot)
{
	double us;

	for (us = pow(10, ceil(log10(plot->x.low))); us <= plot->x.high * 1.0001; us *= 10) {
		double x = dc_scale_at(&plot->x, us);

		dc_svg_line(plot->out, "grid", x, LINES_TOP, x, LINES_BOTTOM);
		dc_svg_line(plot->out, "grid", x, COST_TOP, x, COST_BOTTOM);
		dc_svg_text(plot->out, "middle", x, COST_BOTTOM + 18,
			    dc_time_text(plot->arena, us));
	}
	dc_svg_text(plot->out, "middle", (LEFT + RIGHT) / 2, COST_BOTTOM + 38,
		    "delay of one crossing");
}

static void put_lines_axis(const struct plot *plot)
{
	double step = plot->lines.high > 50 ? 20 : 10, at;

	for (at = 0; at <= plot->lines.high; at += step) {
		double y = dc_scale_at(&plot->lines, at);

		dc_svg_line(plot->out, at > 0 ? "grid" : "axis", LEFT, y, RIGHT, y);
		dc_svg_text(plot->out, "end", LEFT - 6, y + 4,
			    dc_arena_printf(plot->arena, "%g %%", at));
	}
	dc_svg_text(plot->out, "name", LEFT, LINES_TOP - 12,
		    "lines in the kernel, per cent of the driver");
}

static void put_cost_axis(const struct plot *plot)
{
	double decades = log10(plot->cost.high / plot->cost.low), at;
	double step = pow(10, ceil(decades / 5));

	for (at = plot->cost.low; at <= plot->cost.high * 1.001; at *= step) {
		double y = dc_scale_at(&plot->cost, at);

		dc_svg_line(plot->out, "grid", LEFT, y, RIGHT, y);
		dc_svg_text(plot->out, "end", LEFT - 6, y + 4,
			    dc_arena_printf(plot->arena, "%g %%", at));
	}
}

/* The order of the steps by lines: the greatest are named. */
static double step_of(const struct plot *plot, size_t i)
{
	return lines_of(plot, i + 1) - lines_of(plot, i);
}

static bool is_named(const struct plot *plot, size_t i)
{
	size_t j, greater = 0;

	if (us_of(&plot->sweep->breakpoints.at[i]) > plot->x.high)
		return false;
	for (j = 0; j < plot->sweep->breakpoints.len; j++)
		greater += step_of(plot, j) > step_of(plot, i) ||
			   (step_of(plot, j) == step_of(plot, i) && j < i);
	return greater < NAMED;
}

/* Of the functions that a step takes into the kernel, the one with most lines. */
static const char *step_text(const struct plot *plot, const struct dc_breakpoint *breakpoint)
{
	const struct dc_problem_node *nodes = plot->sweep->problem->nodes.at;
	size_t i, best = breakpoint->to_kernel[0];

	for (i = 1; i < breakpoint->count; i++)
		if (nodes[breakpoint->to_kernel[i]].loc > nodes[best].loc)
			best = breakpoint->to_kernel[i];
	return breakpoint->count > 1 ? dc_arena_printf(plot->arena, "%s and %zu more",
						       nodes[best].id, breakpoint->count - 1)
				     : nodes[best].id;
}

static void put_breakpoints(const struct plot *plot)
{
	double last_y = INFINITY;
	size_t i;

	for (i = 0; i < plot->sweep->breakpoints.len; i++) {
		const struct dc_breakpoint *breakpoint = &plot->sweep->breakpoints.at[i];
		double us = us_of(breakpoint), x, y;

		if (us < plot->x.low || us > plot->x.high)
			continue;
		x = dc_scale_at(&plot->x, us);
		dc_svg_line(plot->out, "tick", x, LINES_BOTTOM, x, LINES_BOTTOM + 8);
		y = dc_scale_at(&plot->lines, lines_of(plot, i + 1)) + 4;
		if (!is_named(plot, i) || last_y - y < 13)
			continue;
		dc_svg_text(plot->out, x < WIDTH * 0.4 ? "start" : "end",
			    x + (x < WIDTH * 0.4 ? 6 : -6), y - (x < WIDTH * 0.4 ? 8 : 0),
			    step_text(plot, breakpoint));
		last_y = y;
	}
}

static void put_here(const struct plot *plot, double us)
{
	double x;

	if (!(us >= plot->x.low))
		us = plot->x.low;
	if (us > plot->x.high)
		us = plot->x.high;
	x = dc_scale_at(&plot->x, us);
	fputs("<g class=\"here\">\n", plot->out);
	dc_svg_line(plot->out, "here-line", x, LINES_TOP - 8, x, COST_BOTTOM);
	fputs("</g>\n", plot->out);
}

static void put_panels(struct plot *plot, double delay_us)
{
	double most = lines_of(plot, plot->sweep->cuts.len - 1);

	plot->lines = (struct dc_scale){0,
					most > 50   ? 100
					: most > 25 ? 50
						    : 30,
					LINES_BOTTOM, LINES_TOP, false};
	put_times(plot);
	put_lines_axis(plot);
	put_staircase(plot);
	put_breakpoints(plot);
	dc_svg_text(plot->out, "name", LEFT, COST_TOP - 12,
		    plot->sweep->problem->weighed == DC_WEIGHTS_ESTIMATED
			    ? "one CPU spent in crossings (estimated)"
			    : "one CPU spent in crossings");
	if (cost_range(plot)) {
		put_cost_axis(plot);
		put_overhead(plot);
	} else {
		dc_svg_text(plot->out, "middle", (LEFT + RIGHT) / 2, (COST_TOP + COST_BOTTOM) / 2.0,
			    "no cut has crossings: no call has a weight");
	}
	put_here(plot, delay_us);
}

void dc_plot_sweep(FILE *out, const struct dc_sweep *sweep, const char *title, double delay_us,
		   bool alone)
{
	struct plot plot = {.out = out, .sweep = sweep, .arena = dc_arena_new()};
	int64_t all = dc_problem_loc(sweep->problem);

	plot.all = all ? (double)all : 1;
	plot.x = (struct dc_scale){.at_low = LEFT, .at_high = RIGHT, .is_log = true};
	dc_plot_range(sweep, &plot.x.low, &plot.x.high);
	dc_svg_open(out, WIDTH, HEIGHT, title, alone);
	if (alone)
		dc_svg_text(out, "title", LEFT, 16, title);
	put_panels(&plot, delay_us);
	dc_svg_close(out);
	dc_arena_free(plot.arena);
}
