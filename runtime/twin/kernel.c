// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services that a process has from libc and a twin from the kernel: the clock, delays, formatting,
 * and a place for error messages. This file is compiled without the twin's names (dcg_twin.h), so
 * it calls the kernel.
 */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "../component/downcalls.h"
#include "../process/library.h"
#include "../process/process.h"
#include "twin.h"

#define SLEEP_NS 100000 /* as in process/time.c */

void dcp_delay_ns(uint64_t ns)
{
	unsigned long us = (unsigned long)DIV_ROUND_UP_ULL(ns, 1000);

	if (ns >= SLEEP_NS)
		usleep_range(us, us + us / 8);
	else
		ndelay((unsigned long)ns);
}

void dcp_yield(void)
{
	cond_resched();
}

unsigned long dcp_jiffies(void)
{
	return jiffies;
}

int dcp_system_state(void)
{
	return system_state;
}

/* Registers are accessed by downcalls. */

volatile void *dcp_register_at(const volatile void *address, unsigned int len)
{
	return NULL;
}

volatile void *dcp_register_to(volatile void *address, unsigned int len)
{
	return NULL;
}

/* Formats */

int dcp_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	return vsnprintf(to, size, format, args);
}

/* Messages when no downcall can be made */

void dcrt_twin_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintk(format, args);
	va_end(args);
}

void dcrt_twin_bug(const char *file, int line)
{
	pr_crit("%s: BUG in the twin at %s:%d\n", dcg_driver.name, file, line);
}
