// SPDX-License-Identifier: GPL-2.0-only
/* What a process has of libc and a twin has of the kernel: the clock, delays, formats; and what
 * stderr is. Not compiled under the twin's names (dcg_twin.h): it means the kernel. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "../component/downcalls.h"
#include "../process/process.h"
#include "twin.h"

#define SLEEP_NS 100000 /* as in user/dcp_time.c */

static void delay(u64 ns)
{
	unsigned long us = (unsigned long)DIV_ROUND_UP_ULL(ns, 1000);

	if (ns >= SLEEP_NS)
		usleep_range(us, us + us / 8);
	else
		ndelay((unsigned long)ns);
}

void dcp_ndelay(unsigned long ns)
{
	delay(ns);
}

void dcp_udelay(unsigned long us)
{
	delay(us * 1000ull);
}

void dcp_mdelay(unsigned long ms)
{
	delay(ms * 1000000ull);
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

/* Registers: by downcall. */

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

int dcp_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(to, size, format, args);
	va_end(args);
	return len;
}

int dcp_scnprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vscnprintf(to, size, format, args);
	va_end(args);
	return len;
}

int dcp_sprintf(char *to, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsprintf(to, format, args);
	va_end(args);
	return len;
}

/* Words when no downcall can be made */

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
