/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Both curves come from the exact sweep: kernel lines are a staircase with a step at each
 * breakpoint, overhead rises in proportion to the delay between steps and drops at each.
 */
#include "cli/plot_sweep.h"

#include <ctype.h>
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
}

/* Nothing can be drawn on a logarithmic axis if no cut has a crossing. */
static bool has_crossings(const struct dc_sweep *sweep)
{
	const struct dc_sweep_cut *cut;

	dc_vec_each (cut, &sweep->cuts)
		if (cut->tally.crossings)
			return true;
	return false;
}

/* A title without characters that gnuplot expands: the driver's name is anybody's text. */
static void put_name(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(isalnum((unsigned char)*name) || strchr("-_.+/ ", *name) ? *name : '?', out);
}

/* Names no file but its own output, as gnuplot would run commands that a name contains. */
static void put_script(FILE *out, const struct dc_sweep *sweep)
{
	const char *driver = sweep->problem->driver ? sweep->problem->driver : sweep->problem->name;
	bool crossings = has_crossings(sweep);

	fputs("set terminal svg size 860,480 font 'sans,14' background '#ffffff'\n"
	      "set output 'svg'\n"
	      "$sweep << END\n",
	      out);
	put_data(out, sweep);
	fprintf(out, "END\nset title '%s cuts of ",
		sweep->problem->weighed == DC_WEIGHTS_ESTIMATED ? "Estimated" : "Optimal");
	put_name(out, driver);
	fprintf(out,
		" over all delays, %zu breakpoints' noenhanced\n"
		"set logscale x\n"
		"set xrange [%g:%g]\n"
		"set yrange [0:*]\n"
		"set xlabel 'delay of one crossing (us)'\n"
		"set ylabel 'lines left in the kernel (%% of the driver)' textcolor '#1f77b4'\n"
		"set format x '%%g'\n"
		"set grid x y linecolor '#dddddd'\n"
		"set key top left\n",
		sweep->breakpoints.len, FIRST_US, LAST_US);
	if (crossings)
		fputs("set logscale y2\n"
		      "set y2label 'CPU spent in crossings (%)' textcolor '#d62728'\n"
		      "set ytics nomirror\n"
		      "set y2tics\n"
		      "set format y2 '%g'\n",
		      out);
	fputs("plot $sweep using 1:2 with lines lw 2.5 lc '#1f77b4' title 'kernel lines'", out);
	if (crossings)
		fputs(", \\\n     $sweep using 1:($3 > 0 ? $3 : 1/0) axes x1y2 with lines lw 1.5 "
		      "lc '#d62728' title 'overhead'",
		      out);
	fputc('\n', out);
}

/* Runs gnuplot in an empty folder of its own, so that its script needs no name of ours. */
static int draw(struct dc_diag *diag, const char *folder, const char *script, size_t len,
		const char *path)
{
	char *script_path = dc_printf("%s/script", folder), *svg_path = dc_printf("%s/svg", folder);
	const char *argv[] = {"gnuplot", "script", NULL};
	const struct dc_proc gnuplot = {.argv = argv, .dir = folder};
	char *svg = NULL;
	size_t svg_len = 0;
	int err = dc_file_write(diag, script_path, script, len);

	if (!err)
		err = dc_proc_run(diag, "drawing the sweep", &gnuplot);
	if (!err)
		err = dc_file_read(diag, svg_path, &svg, &svg_len);
	if (!err)
		err = dc_file_write(diag, path, svg, svg_len);
	unlink(script_path);
	unlink(svg_path);
	free(svg);
	free(script_path);
	free(svg_path);
	return err;
}

int dc_plot_sweep(struct dc_diag *diag, const struct dc_sweep *sweep, const char *path)
{
	const char *base = getenv("TMPDIR");
	char *folder = dc_printf("%s/drivercut.XXXXXX", base && *base ? base : "/tmp");
	char *script = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&script, &len);
	int err;

	if (!out)
		abort();
	put_script(out, sweep);
	if (fclose(out) != 0)
		abort();
	if (mkdtemp(folder)) {
		err = draw(diag, folder, script, len, path);
		rmdir(folder);
	} else {
		err = dc_error(diag, -errno, DC_FILE(folder), "cannot make this folder: %s",
			       strerror(errno));
	}
	free(script);
	free(folder);
	return err;
}
