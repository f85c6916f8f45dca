// SPDX-License-Identifier: GPL-2.0-only
/* Memory and strings: libc's functions, with the kernel's results. Allocation: share.c. */
#include <limits.h>
#include <string.h>

#include "process.h"
#include "library.h"

void *dcp_memcpy(void *to, const void *from, size_t len)
{
	return memcpy(to, from, len);
}

void *dcp_memmove(void *to, const void *from, size_t len)
{
	return memmove(to, from, len);
}

void *dcp_memset(void *to, int byte, size_t len)
{
	return memset(to, byte, len);
}

int dcp_memcmp(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len);
}

char *dcp_strcpy(char *to, const char *from)
{
	return strcpy(to, from);
}

char *dcp_strncpy(char *to, const char *from, size_t len)
{
	size_t used = strnlen(from, len);

	memcpy(to, from, used);
	memset(to + used, 0, len - used);
	return to;
}

size_t dcp_strlcpy(char *to, const char *from, size_t len)
{
	size_t full = strlen(from), used = full < len ? full : len - 1;

	if (len) {
		memcpy(to, from, used);
		to[used] = 0;
	}
	return full;
}

ssize_t dcp_strscpy(char *to, const char *from, size_t len)
{
	size_t used;

	if (!len || len > INT_MAX)
		return -E2BIG;
	used = strnlen(from, len);
	if (used == len) {
		memcpy(to, from, len - 1);
		to[len - 1] = 0;
		return -E2BIG;
	}
	memcpy(to, from, used + 1);
	return (ssize_t)used;
}

size_t dcp_strlen(const char *text)
{
	return strlen(text);
}

/* Allocation */

void *dcp_kcalloc(size_t count, size_t size, gfp_t flags)
{
	(void)flags;
	return dcp_new(count, size, false);
}

void *dcp_kmalloc_array(size_t count, size_t size, gfp_t flags)
{
	(void)flags;
	return dcp_new(count, size, false);
}

void *dcp_kmalloc(size_t size, gfp_t flags)
{
	(void)flags;
	return dcp_new(1, size, false);
}

void *dcp_kzalloc(size_t size, gfp_t flags)
{
	(void)flags;
	return dcp_new(1, size, false);
}

void *dcp_vmalloc(unsigned long size)
{
	return dcp_new(1, size, true);
}

void *dcp_vzalloc(unsigned long size)
{
	return dcp_new(1, size, true);
}
