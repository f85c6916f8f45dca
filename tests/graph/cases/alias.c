/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* A second name of a function: a call, a lock and an address by it are the function's. */
static spinlock_t lock;

void take(void)
{
	spin_lock(&lock);
}

static int answer(int irq, void *data)
{
	act();
	return 0;
}

void take_too(void) __attribute__((alias("take")));
static int answer_too(int irq, void *data) __attribute__((alias("answer")));

void f(void)
{
	take_too();
	act();
	spin_unlock(&lock);
}

int init(void)
{
	return request_irq(1, answer_too, NULL);
}

/* expect edges locks entries
 * f -> take
 * answer act:
 * f take:
 * f act: lock@alias.c
 * answer by request_irq argument 1: hardirq
 */
