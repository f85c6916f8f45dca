/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/svg.h"

#include <math.h>

#include "report/page.h"
#include "report/text.h"

void dc_svg_open(FILE *out, int width, int height, const char *title, bool alone)
{
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" "
		"viewBox=\"0 0 %d %d\"",
		width, height);
	if (alone)
		fprintf(out, " width=\"%d\" height=\"%d\"", width, height);
	fputs(">\n<title>", out);
	dc_put_markup(out, title);
	fputs("</title>\n", out);
	if (alone)
		fprintf(out, "<style>\n%s</style>\n", dc_page_plot_css);
	fputs("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n", out);
}

void dc_svg_close(FILE *out)
{
	fputs("</svg>\n", out);
}

void dc_svg_line(FILE *out, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

void dc_svg_text(FILE *out, const char *class, double x, double y, const char *text)
{
	fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	dc_put_markup(out, text);
	fputs("</text>\n", out);
}

double dc_scale_at(const struct dc_scale *scale, double value)
{
	double low = scale->low, high = scale->high;

	if (scale->is_log) {
		low = log(low);
		high = log(high);
		value = log(value);
	}
	return scale->at_low + (value - low) / (high - low) * (scale->at_high - scale->at_low);
}
