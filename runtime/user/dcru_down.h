/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files of the user library. */
#ifndef DCRU_DOWN_H
#define DCRU_DOWN_H

/* dcru_check - a downcall for a function of the kernel that cannot fail: if it did (err is not 0),
 * a line on the log says so. */
void dcru_check(const char *what, int err);

#endif
