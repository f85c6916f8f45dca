/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for the tool: running out of it prints one line and exits with status 4, so no caller of
 * anything here tests for NULL.
 *
 * Three kinds: plain blocks (caller frees with free), an arena (freed whole), and a growing array.
 */
#ifndef DC_BASE_ALLOC_H
#define DC_BASE_ALLOC_H

#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

/* Zeroed block of count * size bytes; caller frees with free(). */
void *dc_alloc(size_t count, size_t size);

/* Grows or shrinks a block from dc_alloc or NULL; new bytes are not zeroed. */
void *dc_realloc(void *block, size_t count, size_t size);

/* Copy of a string; caller frees with free(). */
char *dc_strdup(const char *text);

/* printf into a new string; caller frees with free(). */
char *dc_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * struct dc_arena - many small objects with one lifetime.
 *
 * Under the address sanitizer free room is poisoned and objects are kept 16 bytes apart, so a
 * write one byte past an object is reported.
 */
struct dc_arena;

struct dc_arena *dc_arena_new(void);

/* Frees the arena and all that was allocated from it. Takes NULL. */
void dc_arena_free(struct dc_arena *arena);

/* Zeroed, aligned for any type; dies with the arena. */
void *dc_arena_alloc(struct dc_arena *arena, size_t len_bytes);

/* Copies that die with the arena. */
char *dc_arena_strdup(struct dc_arena *arena, const char *text);
char *dc_arena_strndup(struct dc_arena *arena, const char *text, size_t len_bytes);
char *dc_arena_vprintf(struct dc_arena *arena, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));
char *dc_arena_printf(struct dc_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * DC_VEC(T) - a growing array of T: `at[0 .. len)`. Start it zeroed, end it with dc_vec_done.
 * A push may move the array, so keep indices, not pointers.
 */
#define DC_VEC(T)                                                                                  \
	struct {                                                                                   \
		T *at;                                                                             \
		size_t len, cap;                                                                   \
	}

#define dc_vec_push(v, ...)                                                                        \
	do {                                                                                       \
		if ((v)->len == (v)->cap)                                                          \
			(v)->at = dc_vec_grow_((v)->at, &(v)->cap, sizeof(*(v)->at));              \
		(v)->at[(v)->len++] = (__VA_ARGS__);                                               \
	} while (0)

#define dc_vec_each(p, v) for ((p) = (v)->at; (p) && (p) < (v)->at + (v)->len; (p)++)

#define dc_vec_done(v)                                                                             \
	do {                                                                                       \
		free((v)->at);                                                                     \
		(v)->at = NULL;                                                                    \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)

void *dc_vec_grow_(void *at, size_t *cap, size_t size);

/* For qsort() and bsearch(): the order of strings, or of rows that begin with one. */
int dc_order_texts(const void *a, const void *b);

/* Sorts strings and keeps each once; returns how many are left. */
size_t dc_texts_sort_once(const char **at, size_t len);

#endif
