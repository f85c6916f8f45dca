/* SPDX-License-Identifier: GPL-3.0-or-later */
/* See alloc.h. An arena is a list of chunks; an object never spans two. */
#include "alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(at, len)	  ASAN_POISON_MEMORY_REGION(at, len)
#define UNPOISON(at, len) ASAN_UNPOISON_MEMORY_REGION(at, len)
#define GAP_BYTES	  16
#else
#define POISON(at, len)	  ((void)(at), (void)(len))
#define UNPOISON(at, len) ((void)(at), (void)(len))
#define GAP_BYTES	  0
#endif

#define ALIGN_BYTES 16
#define CHUNK_BYTES (256 * 1024)

static _Noreturn void out_of_memory(void)
{
	fputs("drivercut: out of memory\n", stderr);
	exit(4);
}

void *dc_alloc(size_t count, size_t size)
{
	void *block = calloc(count ? count : 1, size ? size : 1);

	if (!block)
		out_of_memory();
	return block;
}

void *dc_realloc(void *block, size_t count, size_t size)
{
	void *grown = reallocarray(block, count ? count : 1, size ? size : 1);

	if (!grown)
		out_of_memory();
	return grown;
}

char *dc_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		out_of_memory();
	return copy;
}

static char *vprintf_new(const char *fmt, va_list args)
{
	char *text;

	if (vasprintf(&text, fmt, args) < 0)
		out_of_memory();
	return text;
}

char *dc_printf(const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = vprintf_new(fmt, args);
	va_end(args);
	return text;
}

void *dc_vec_grow_(void *at, size_t *cap, size_t size)
{
	*cap = *cap ? *cap * 2 : 8;
	return dc_realloc(at, *cap, size);
}

struct chunk {
	struct chunk *next;
	size_t used, size;
	_Alignas(ALIGN_BYTES) unsigned char data[];
};

struct dc_arena {
	struct chunk *chunks; /* the newest first; only it has room */
};

struct dc_arena *dc_arena_new(void)
{
	return dc_alloc(1, sizeof(struct dc_arena));
}

void dc_arena_free(struct dc_arena *arena)
{
	struct chunk *chunk, *next;

	if (!arena)
		return;
	for (chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		UNPOISON(chunk->data, chunk->size);
		free(chunk);
	}
	free(arena);
}

static void arena_add_chunk(struct dc_arena *arena, size_t at_least)
{
	size_t size = at_least > CHUNK_BYTES ? at_least : CHUNK_BYTES;
	struct chunk *chunk = dc_alloc(1, sizeof(*chunk) + size);

	chunk->size = size;
	chunk->next = arena->chunks;
	POISON(chunk->data, size);
	arena->chunks = chunk;
}

void *dc_arena_alloc(struct dc_arena *arena, size_t len_bytes)
{
	size_t room;
	void *at;

	if (len_bytes > SIZE_MAX / 2)
		out_of_memory();
	room = (len_bytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES + GAP_BYTES;
	if (!arena->chunks || arena->chunks->size - arena->chunks->used < room)
		arena_add_chunk(arena, room);
	at = arena->chunks->data + arena->chunks->used;
	arena->chunks->used += room;
	UNPOISON(at, len_bytes);
	return at;
}

char *dc_arena_strndup(struct dc_arena *arena, const char *text, size_t len_bytes)
{
	char *copy = dc_arena_alloc(arena, len_bytes + 1);

	memcpy(copy, text, len_bytes);
	return copy;
}

char *dc_arena_strdup(struct dc_arena *arena, const char *text)
{
	return dc_arena_strndup(arena, text, strlen(text));
}

char *dc_arena_vprintf(struct dc_arena *arena, const char *fmt, va_list args)
{
	char *text = vprintf_new(fmt, args);
	char *copy = dc_arena_strdup(arena, text);

	free(text);
	return copy;
}

char *dc_arena_printf(struct dc_arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = dc_arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}

int dc_order_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t dc_texts_sort_once(const char **at, size_t len)
{
	size_t i, kept = 0;

	if (len)
		qsort(at, len, sizeof(*at), dc_order_texts);
	for (i = 0; i < len; i++)
		if (!kept || strcmp(at[i], at[kept - 1]) != 0)
			at[kept++] = at[i];
	return kept;
}
