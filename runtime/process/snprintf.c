// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's functions that format into a buffer. dcp_vsnprintf() is the process's or the twin's.
 */
#include <limits.h>

#include "process.h"

int dcp_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = dcp_vsnprintf(to, size, format, args);
	va_end(args);
	return len;
}

int dcp_scnprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = dcp_vsnprintf(to, size, format, args);
	va_end(args);
	if (!size)
		return 0;
	return (size_t)len < size ? len : (int)(size - 1);
}

int dcp_sprintf(char *to, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = dcp_vsnprintf(to, INT_MAX, format, args);
	va_end(args);
	return len;
}
