/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of page/, embedded by meson (page/embed.py). */
#ifndef DC_REPORT_PAGE_H
#define DC_REPORT_PAGE_H

extern const char dc_page_html[]; /* with {{SLOT}} where a part goes */
extern const char dc_page_css[], dc_page_plot_css[], dc_page_js[];
/* What a page's content security policy allows: 'sha256-...' of the style (both files, one behind
 * the other) and of the script, as they stand between their tags. */
extern const char dc_page_style_hash[], dc_page_script_hash[];

#endif
