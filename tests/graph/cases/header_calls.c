/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A header of the kernel calls and passes on functions that the driver has to define. */
static int answer(int irq, void *data);
static void called(void);
#define STRANGE_HANDLER answer
#define STRANGE_CALLED	called
#include "kernel.h"

static int answer(int irq, void *data)
{
	return 0;
}

static void deeper(void)
{
}

static void called(void)
{
	deeper();
}

int f(void)
{
	strange_run();
	return strange_request();
}

/* expect entries contexts
 * answer: hardirq critical
 * called: unknown critical
 * deeper: unknown critical
 * f:
 * answer by request_irq argument 1: hardirq
 * called by strange_run: unknown, no template
 */
