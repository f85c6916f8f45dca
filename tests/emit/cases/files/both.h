/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BOTH_H
#define BOTH_H

int one_run(int x);
int two_run(int x);

static inline int scaled(int x)
{
	return x * 3;
}

#endif
