/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both curves come from the exact sweep: kernel lines are a staircase with a step at each
 * breakpoint, overhead rises in proportion to the delay between steps and drops at each.
 */
#include "cli/plot_sweep.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/proc.h"

#define FIRST_US   1.0
#define LAST_US	   100000.0
#define PER_DECADE 20 /* points on a sloping piece */

static double us_of(const struct dc_terms *terms)
{
	return (double)terms->delay_ns.p / (double)terms->delay_ns.q / 1000;
}

static void put_point(FILE *out, const struct dc_sweep *sweep, const struct dc_sweep_cut *cut,
		      double us)
{
	double all = (double)(cut->tally.kernel_loc + cut->tally.user_loc);
	double busy = us * 1e-6 * (double)cut->tally.crossings / (double)sweep->problem->seconds;

	fprintf(out, "%.6g %.6g %.6g\n", us, 100 * (double)cut->tally.kernel_loc / all, 100 * busy);
}

/* One piece: a cut from one delay to another. */
static void put_piece(FILE *out, const struct dc_sweep *sweep, const struct dc_sweep_cut *cut,
		      double from, double to)
{
	double us;

	for (us = from; us < to; us *= pow(10, 1.0 / PER_DECADE))
		put_point(out, sweep, cut, us);
	put_point(out, sweep, cut, to);
}

static void put_data(FILE *out, const struct dc_sweep *sweep)
{
	double from = FIRST_US;
	size_t i;

	fputs("$sweep << END\n", out);
	for (i = 0; i < sweep->cuts.len && from < LAST_US; i++) {
		double to = i < sweep->breakpoints.len ? us_of(&sweep->breakpoints.at[i].terms)
						       : LAST_US;

		if (to > LAST_US)
			to = LAST_US;
		if (to <= from)
			continue;
		put_piece(out, sweep, &sweep->cuts.at[i], from, to);
		from = to;
	}
	fputs("END\n", out);
}

static void put_script(FILE *out, const struct dc_sweep *sweep, const char *svg)
{
	const char *driver = sweep->problem->driver ? sweep->problem->driver : sweep->problem->name;

	fprintf(out, "set terminal svg size 860,480 font 'sans,14' background '#ffffff'\n");
	fprintf(out, "set output '%s'\n", svg);
	put_data(out, sweep);
	fprintf(out,
		"set title \"Optimal cuts of %s over all delays, %zu breakpoints\"\n"
		"set logscale x\n"
		"set logscale y2\n"
		"set xrange [%g:%g]\n"
		"set yrange [0:*]\n"
		"set xlabel 'delay of one crossing (us)'\n"
		"set ylabel 'lines left in the kernel (%% of the driver)' textcolor '#1f77b4'\n"
		"set y2label 'CPU spent in crossings (%%)' textcolor '#d62728'\n"
		"set ytics nomirror\n"
		"set y2tics\n"
		"set format x '%%g'\n"
		"set format y2 '%%g'\n"
		"set grid x y linecolor '#dddddd'\n"
		"set key top left\n"
		"plot $sweep using 1:2 with lines lw 2.5 lc '#1f77b4' title 'kernel lines', \\\n"
		"     $sweep using 1:($3 > 0 ? $3 : 1/0) axes x1y2 with lines lw 1.5 lc '#d62728' "
		"title 'overhead'\n",
		driver, sweep->breakpoints.len, FIRST_US, LAST_US);
}

int dc_plot_sweep(struct dc_diag *diag, const struct dc_sweep *sweep, const char *path)
{
	char *script = dc_printf("%s.gnuplot.tmp", path), *svg = dc_printf("%s.svg.tmp", path);
	const char *argv[] = {"gnuplot", script, NULL};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err = -ENOMEM;

	if (out) {
		put_script(out, sweep, svg);
		err = fclose(out) ? -errno : dc_file_write(diag, script, text, len);
	}
	if (!err)
		err = dc_proc_run(diag, "drawing the sweep", &(struct dc_proc){.argv = argv});
	if (!err && rename(svg, path) < 0)
		err = dc_error(diag, -errno, DC_FILE(path), "cannot write: %s", strerror(errno));
	unlink(script);
	unlink(svg);
	free(text);
	free(script);
	free(svg);
	return err;
}
