// SPDX-License-Identifier: GPL-2.0-only
/* Memory and text: libc's, with the kernel's results; and objects, of this side or of both. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "dcrl.h"
#include "dcrt_user.h"
#include "dcru.h"
#include "dcru_down.h"

void *dcru_memcpy(void *to, const void *from, size_t len)
{
	return memcpy(to, from, len);
}

void *dcru_memmove(void *to, const void *from, size_t len)
{
	return memmove(to, from, len);
}

void *dcru_memset(void *to, int byte, size_t len)
{
	return memset(to, byte, len);
}

int dcru_memcmp(const void *a, const void *b, size_t len)
{
	return memcmp(a, b, len);
}

char *dcru_strcpy(char *to, const char *from)
{
	return strcpy(to, from);
}

char *dcru_strncpy(char *to, const char *from, size_t len)
{
	size_t used = strnlen(from, len);

	memcpy(to, from, used);
	memset(to + used, 0, len - used);
	return to;
}

size_t dcru_strlcpy(char *to, const char *from, size_t len)
{
	size_t full = strlen(from), used = full < len ? full : len - 1;

	if (len) {
		memcpy(to, from, used);
		to[used] = 0;
	}
	return full;
}

ssize_t dcru_strscpy(char *to, const char *from, size_t len)
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

size_t dcru_strlen(const char *text)
{
	return strlen(text);
}

/* Objects */

void *dcru_kcalloc(size_t count, size_t size, gfp_t flags)
{
	size_t len;

	(void)flags;
	return __builtin_mul_overflow(count, size, &len) ? NULL : calloc(1, len);
}

void *dcru_kmalloc_array(size_t count, size_t size, gfp_t flags)
{
	return dcru_kcalloc(count, size, flags);
}

void *dcru_kmalloc(size_t size, gfp_t flags)
{
	return dcru_kcalloc(1, size, flags);
}

void *dcru_kzalloc(size_t size, gfp_t flags)
{
	return dcru_kcalloc(1, size, flags);
}

void *dcru_vmalloc(unsigned long size)
{
	return dcru_kcalloc(1, size, 0);
}

void *dcru_vzalloc(unsigned long size)
{
	return dcru_kcalloc(1, size, 0);
}

/* The reply to the downcall frees the copy here. */
static void free_both(const void *object)
{
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCRL_FREE, &call);

	if (!err) {
		dcrt_out_pointer(call, object);
		err = dcrt_call_run(call);
		dcrt_call_end(call);
	}
	dcru_check("kfree", err);
}

void dcru_kfree(const void *object)
{
	union {
		const void *object;
		void *memory;
	} of = {.object = object};

	if (dcg_channel && dcrt_is_object(dcg_channel, object))
		free_both(object);
	else
		free(of.memory);
}

void dcru_vfree(const void *object)
{
	dcru_kfree(object);
}
