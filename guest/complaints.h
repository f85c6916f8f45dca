/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Complaints of a guest's kernel: BUG, WARNING, Oops, panic, a hung task, a stall, a sanitizer's
 * report. */
#ifndef DC_GUEST_COMPLAINTS_H
#define DC_GUEST_COMPLAINTS_H

#include <stdbool.h>

/* Whether a line of the console, without its time, is one. Lines of the job ("dc-...") are not. */
bool dc_guest_is_complaint(const char *line);

/* Whether there is one anywhere in a text: for logs in which little else is said. */
bool dc_guest_has_complaint(const char *text);

#endif
