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
#include "report/svg.h"
#include "report/text.h"

#define BINS	     20
#define WIDTH	     860
#define LEFT	     60
#define RIGHT	     20
#define TOP	     48 /* above the first panel */
#define PANEL	     190 /* from one panel's top to the next */
#define PANEL_HEIGHT 120
#define BOTTOM	     20

#define TITLE "Drivers by the share of their functions that is critical (%)"

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

static void put_number(const struct panel *panel, double x, double y, int number)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	dc_svg_text(panel->out, "small", x, y, text);
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
			"<rect class='bar' x='%.1f' y='%.1f' width='%.1f' height='%.1f'/>\n", x,
			panel->bottom - height, width, height);
		put_number(panel, x + width / 2, panel->bottom - height - 4, (int)panel->bins[i]);
	}
}

static void put_axis(const struct panel *panel)
{
	int percent;

	dc_svg_line(panel->out, "axis", x_of(0), panel->bottom, x_of(100), panel->bottom);
	for (percent = 0; percent <= 100; percent += 10)
		put_number(panel, x_of(percent), panel->bottom + 14, percent);
}

static void put_mark(const struct panel *panel, double percent, const char *class)
{
	dc_svg_line(panel->out, class, x_of(percent), panel->top - 6, x_of(percent), panel->bottom);
}

static void put_panel(struct panel *panel)
{
	const struct dc_study_family *family = panel->sums->family;

	count_bins(panel);
	if (!panel->drivers)
		return;
	put_columns(panel);
	put_axis(panel);
	put_mark(panel, mean(panel), "mark");
	fprintf(panel->out, "<text class='right' x='%.1f' y='%.1f'>", x_of(100), panel->top + 6);
	dc_put_markup(panel->out, family->name);
	fprintf(panel->out, ": %zu drivers, mean %.1f %%", panel->drivers, mean(panel));
	if (family->paper_drivers)
		fprintf(panel->out, "; <tspan class='paper-text'>in the paper %u, %.1f %%</tspan>",
			family->paper_drivers, family->paper_percent);
	fputs("</text>\n", panel->out);
	if (family->paper_drivers)
		put_mark(panel, family->paper_percent, "paper-mark");
}

static void put_picture(FILE *out, const struct dc_study_results *results)
{
	int i, panels = 0, height;

	for (i = 0; i < DC_STUDY_FAMILIES; i++)
		panels += dc_study_has_family(&results->families[i]);
	height = TOP + panels * PANEL + BOTTOM;

	dc_svg_open(out, WIDTH, height, TITLE, true);
	dc_svg_text(out, "title", LEFT, 24, TITLE);
	dc_svg_text(out, "start", LEFT, 40,
		    "solid line: our mean; dashed line: the paper, Linux 2.6.18");
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
	dc_svg_close(out);
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
