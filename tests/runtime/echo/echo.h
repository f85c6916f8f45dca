/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the test microdriver, as a generator would write them: one text for both sides. */
#ifndef ECHO_H
#define ECHO_H

#include "runtime/dcrt.h"

#if DCRT_ABI != 5
#error "made for ABI 5 of the runtime"
#endif

enum echo_up {
	UP_ECHO,
	UP_NEST,
	UP_HANG,
	UP_SLOW,
	UP_MEET,
	UP_ADD,
	UP_TOUCH,
	UP_FAIL,
	UP_ALL,
	UP_TEXT,
	UP_DIE,
	UP_SHOW,
	UP_BOUND,
	N_UP
};
enum echo_down {
	DOWN_NEST,
	DOWN_ADD,
	DOWN_SLOW,
	DOWN_LOOK,
	DOWN_SLOW_CALLER,
	DOWN_PEEK,
	DOWN_STICK,
	DOWN_PAUSE,
	DOWN_PAUSE_CALLER,
	N_DOWN
};

/* How hang and bound do not come to an end; the last four only by the kernel's limits. */
enum {
	HANG_IN_PROCESS,
	HANG_IN_DOWNCALL,
	HANG_IN_CALLER,
	HANG_NESTED,
	HANG_STUCK,
	HANG_LOOP,
	HANG_LOOP_CALLER,
	HANG_PAUSE,
	HANG_PAUSE_CALLER,
	HANGS
};

struct echo_thing {
	uint32_t value; /* both sides */
	uint32_t kernels; /* the process reads it */
	struct echo_thing *next;
	struct {
		uint64_t counter;
	} inner; /* a tracked object of its own */
	void *address[2]; /* of no object: the kernel's, the process's */
};

struct echo_item {
	uint64_t value; /* the kernel's */
	uint64_t twice; /* the process's */
};

/* A variable of the driver; each side has its own. */
struct echo_globals {
	uint32_t n_items;
	uint32_t sides_own;
	struct echo_item *items;
	uint64_t (*hook)(uint64_t);
	char name[16];
};

/* Functions whose address crosses. */
enum { CODE_DOUBLE, CODE_TRIPLE, CODE_PROCESS, N_CODE };

/* The functions that this side runs, in the order of its table. */
#ifdef ECHO_PROCESS
#define ECHO_SERVED echo_up
#define ECHO_HANDLERS                                                                              \
	[UP_ECHO] = echo, [UP_NEST] = nest, [UP_HANG] = hang, [UP_SLOW] = slow, [UP_MEET] = meet,  \
	[UP_ADD] = add, [UP_TOUCH] = touch, [UP_FAIL] = fail, [UP_ALL] = all, [UP_TEXT] = text,    \
	[UP_DIE] = die, [UP_SHOW] = show, [UP_BOUND] = hang
#else
#define ECHO_SERVED echo_down
#define ECHO_HANDLERS                                                                              \
	[DOWN_NEST] = nest, [DOWN_ADD] = add, [DOWN_SLOW] = slow, [DOWN_LOOK] = look,              \
	[DOWN_SLOW_CALLER] = slow, [DOWN_PEEK] = peek, [DOWN_STICK] = stick,                       \
	[DOWN_PAUSE] = echo_pause, [DOWN_PAUSE_CALLER] = echo_pause
#endif

#define ECHO_ROW(what, n_args, n_results, kind, bytes, ms)                                         \
	{                                                                                          \
		.name = what,                                                                      \
		.args = n_args,                                                                    \
		.results = n_results,                                                              \
		.flags = kind,                                                                     \
		.blob_max = bytes,                                                                 \
		.deadline_ms = ms,                                                                 \
	}

#define ECHO_TABLES                                                                                \
	static struct dcrt_field thing_fields[] = {                                                \
		{.offset = 0, .size = 4, .count = 1, .user_writes = true},                         \
		{.offset = 4, .size = 4, .count = 1},                                              \
		{.offset = 8,                                                                      \
		 .size = 8,                                                                        \
		 .count = 1,                                                                       \
		 .kind = DCRT_POINTER,                                                             \
		 .target = 0,                                                                      \
		 .user_writes = true},                                                             \
		{.offset = 24,                                                                     \
		 .size = 8,                                                                        \
		 .count = 2,                                                                       \
		 .kind = DCRT_ADDRESS,                                                             \
		 .target = DCRT_ANY_TYPE,                                                          \
		 .user_writes = true},                                                             \
	};                                                                                         \
	static struct dcrt_field inner_fields[] = {                                                \
		{.offset = 0, .size = 8, .count = 1, .user_writes = true},                         \
	};                                                                                         \
	static struct dcrt_field globals_fields[] = {                                              \
		{.offset = 0, .size = 4, .count = 1},                                              \
		{.offset = 8,                                                                      \
		 .size = 8,                                                                        \
		 .count = 1,                                                                       \
		 .kind = DCRT_POINTER,                                                             \
		 .target = 2,                                                                      \
		 .user_writes = true},                                                             \
		{.offset = 16, .size = 8, .count = 1, .kind = DCRT_CODE, .user_writes = true},     \
		{.offset = 24, .size = 16, .count = 1, .user_writes = true},                       \
	};                                                                                         \
	static struct dcrt_field item_fields[] = {                                                 \
		{.offset = 0, .size = 8, .count = 1},                                              \
		{.offset = 8, .size = 8, .count = 1, .user_writes = true},                         \
	};                                                                                         \
	static const struct dcrt_type echo_types[] = {                                             \
		{"thing", sizeof(struct echo_thing), 4, thing_fields},                             \
		{"inner", 8, 1, inner_fields},                                                     \
		{"item", sizeof(struct echo_item), 2, item_fields},                                \
		{"globals", sizeof(struct echo_globals), 4, globals_fields, &echo_globals,         \
		 ECHO_ADOPT},                                                                      \
		{"table", sizeof(echo_table), .variable = (void *)(uintptr_t)echo_table},          \
	};                                                                                         \
	static const struct dcrt_function echo_up[] = {                                            \
		[UP_ECHO] = ECHO_ROW("echo", 1, 1, 0, 4096, 0),                                    \
		[UP_NEST] = ECHO_ROW("nest", 1, 1, 0, 0, 0),                                       \
		[UP_HANG] = ECHO_ROW("hang", 1, 0, 0, 0, 60000),                                   \
		[UP_SLOW] = ECHO_ROW("slow", 1, 0, 0, 0, 1000),                                    \
		[UP_MEET] = ECHO_ROW("meet", 1, 1, 0, 0, 0),                                       \
		[UP_ADD] = ECHO_ROW("add", 1, 1, 0, 0, 0),                                         \
		[UP_TOUCH] = ECHO_ROW("touch", 2, 1, 0, 0, 0),                                     \
		[UP_FAIL] = ECHO_ROW("fail", 1, 0, 0, 0, 0),                                       \
		[UP_ALL] = ECHO_ROW("all", 2, 1, 0, 0, 0),                                         \
		[UP_TEXT] = ECHO_ROW("text", 4, 1, 0, 64, 0),                                      \
		[UP_DIE] = ECHO_ROW("die", 1, 1, DCRT_RETRY, 0, 0),                                \
		[UP_SHOW] = ECHO_ROW("show", 4, 1, 0, 0, 0),                                       \
		[UP_BOUND] = ECHO_ROW("bound", 1, 0, 0, 0, 0),                                     \
	};                                                                                         \
	static const struct dcrt_function echo_down[] = {                                          \
		[DOWN_NEST] = ECHO_ROW("nest", 1, 1, DCRT_BY_CALLER, 0, 0),                        \
		[DOWN_ADD] = ECHO_ROW("add", 2, 1, 0, 0, 0),                                       \
		[DOWN_SLOW] = ECHO_ROW("slow", 1, 0, 0, 0, 0),                                     \
		[DOWN_LOOK] = ECHO_ROW("look", 1, 1, DCRT_BY_CALLER, 0, 0),                        \
		[DOWN_SLOW_CALLER] = ECHO_ROW("slow_caller", 1, 0, DCRT_BY_CALLER, 0, 0),          \
		[DOWN_PEEK] = ECHO_ROW("peek", 1, 1, 0, 0, 0),                                     \
		[DOWN_STICK] = ECHO_ROW("stick", 0, 0, 0, 0, 0),                                   \
		[DOWN_PAUSE] = ECHO_ROW("pause", 1, 0, 0, 0, 3600000),                             \
		[DOWN_PAUSE_CALLER] = ECHO_ROW("pause_caller", 1, 0, DCRT_BY_CALLER, 0, 3600000),  \
	};                                                                                         \
	static int echo_serve(struct dcrt_call *call)                                              \
	{                                                                                          \
		static int (*const handlers[])(struct dcrt_call * call) = {ECHO_HANDLERS};         \
                                                                                                   \
		return handlers[dcrt_called(call) - ECHO_SERVED](call);                            \
	}                                                                                          \
	static const struct dcrt_driver echo_driver = {.abi = DCRT_ABI,                            \
						       .name = "echo",                             \
						       .up = echo_up,                              \
						       .down = echo_down,                          \
						       .serve = echo_serve,                        \
						       .n_up = N_UP,                               \
						       .n_down = N_DOWN,                           \
						       .types = echo_types,                        \
						       .n_types = 5,                               \
						       .code = echo_code,                          \
						       .n_code = N_CODE,                           \
						       .objects = 64,                              \
						       ECHO_DRIVER_EXTRA}

#endif
