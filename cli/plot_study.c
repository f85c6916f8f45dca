/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Draws one panel for each family. A column is the number of drivers whose critical share is from 0
 * to 5 %, 5 to 10 %, ...; a line marks our mean, a dashed line the paper's figure.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "cli/study.h"

#define BINS	     20
#define WIDTH	     860
#define LEFT	     60
#define RIGHT	     20
#define TOP	     48 /* above the first panel */
#define PANEL	     190 /* from one panel's top to the next */
#define PANEL_HEIGHT 120
#define BOTTOM	     20

struct panel {
	FILE *out;
	const struct dc_study_sums *sums;
	double top, bottom;
	size_t bins[BINS], tallest, drivers;
};

static double x_of(double percent)
{
	return LEFT + percent / 100 * (WIDTH - LEFT - RIGHT);
}

static void count_bins(struct panel *panel)
{
	const double *share;

	dc_vec_each (share, &panel->sums->function_shares) {
		size_t bin = (size_t)(*share * BINS / 100);

		if (bin >= BINS) /* 100 % */
			bin = BINS - 1;
		if (++panel->bins[bin] > panel->tallest)
			panel->tallest = panel->bins[bin];
	}
	panel->drivers = panel->sums->function_shares.len;
}

static double mean(const struct panel *panel)
{
	const double *share;
	double sum = 0;

	dc_vec_each (share, &panel->sums->function_shares)
		sum += *share;
	return panel->drivers ? sum / (double)panel->drivers : 0;
}

static void put_columns(const struct panel *panel)
{
	double width = x_of(100.0 / BINS) - x_of(0) - 2;
	int i;

	for (i = 0; i < BINS; i++) {
		double share = (double)panel->bins[i] / (double)panel->tallest;
		double height = share * PANEL_HEIGHT, x = x_of(100.0 * i / BINS) + 1;

		if (!panel->bins[i])
			continue;
		fprintf(panel->out,
			"<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' fill='#1f77b4'/>\n", x,
			panel->bottom - height, width, height);
		fprintf(panel->out, "<text class='small' x='%.1f' y='%.1f'>%zu</text>\n",
			x + width / 2, panel->bottom - height - 4, panel->bins[i]);
	}
}

static void put_axis(const struct panel *panel)
{
	int percent;

	fprintf(panel->out, "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' stroke='#444'/>\n",
		x_of(0), x_of(100), panel->bottom, panel->bottom);
	for (percent = 0; percent <= 100; percent += 10)
		fprintf(panel->out, "<text class='small' x='%.1f' y='%.1f'>%d</text>\n",
			x_of(percent), panel->bottom + 14, percent);
}

static void put_mark(const struct panel *panel, double percent, const char *style)
{
	fprintf(panel->out, "<line x1='%.1f' x2='%.1f' y1='%.1f' y2='%.1f' %s/>\n", x_of(percent),
		x_of(percent), panel->top - 6, panel->bottom, style);
}

static void put_panel(struct panel *panel)
{
	const struct dc_study_family *family = panel->sums->family;

	count_bins(panel);
	if (!panel->drivers)
		return;
	put_columns(panel);
	put_axis(panel);
	put_mark(panel, mean(panel), "stroke='#111' stroke-width='1.5'");
	fprintf(panel->out, "<text class='name' x='%.1f' y='%.1f'>%s: %zu drivers, mean %.1f %%",
		x_of(100), panel->top + 6, family->name, panel->drivers, mean(panel));
	if (family->paper_drivers)
		fprintf(panel->out, "; <tspan fill='#d62728'>in the paper %u, %.1f %%</tspan>",
			family->paper_drivers, family->paper_percent);
	fputs("</text>\n", panel->out);
	if (family->paper_drivers)
		put_mark(panel, family->paper_percent,
			 "stroke='#d62728' stroke-width='2' stroke-dasharray='5 4'");
}

static void put_picture(FILE *out, const struct dc_study_results *results)
{
	int i, panels = 0, height;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		panels += dc_study_has_family(&results->families[i]);
	height = TOP + panels * PANEL + BOTTOM;

	fprintf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' width='%d' "
		"height='%d' "
		"font-family='sans-serif' font-size='14'>\n"
		"<style>.small { font-size: 11px; text-anchor: middle; fill: #444 } "
		".name { text-anchor: end }</style>\n"
		"<rect width='100%%' height='100%%' fill='#fff'/>\n"
		"<text x='%d' y='24'>Drivers by the share of their functions that is critical "
		"(%%); "
		"black: mean, red: the paper, Linux 2.6.18</text>\n",
		WIDTH, height, WIDTH, height, LEFT);
	for (i = panels = 0; i < DC_STUDY_FAMILIES; i++) {
		double top = TOP + (double)PANEL * panels + 16;
		struct panel panel = {.out = out,
				      .sums = &results->families[i],
				      .top = top,
				      .bottom = top + PANEL_HEIGHT};

		if (!dc_study_has_family(panel.sums))
			continue;
		put_panel(&panel);
		panels++;
	}
	fputs("</svg>\n", out);
}

int dc_study_plot(struct dc_diag *diag, const struct dc_study_results *results, const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err = -ENOMEM;

	if (out) {
		put_picture(out, results);
		err = fclose(out) ? -errno : dc_file_write(diag, path, text, len);
	}
	free(text);
	return err;
}
