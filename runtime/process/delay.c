// SPDX-License-Identifier: GPL-2.0-only
/* Delays under the kernel's names. dcp_delay_ns() is the process's or the twin's. */
#include "library.h"
#include "process.h"

void dcp_ndelay(unsigned long ns)
{
	dcp_delay_ns(ns);
}

void dcp_udelay(unsigned long us)
{
	dcp_delay_ns(us * 1000ull);
}

void dcp_mdelay(unsigned long ms)
{
	dcp_delay_ns(ms * 1000000ull);
}
