/* SPDX-License-Identifier: GPL-2.0-only */
/* An environment for trackers on the host: a mutex, and an allocator that can fail at will. */
#ifndef DC_RUNTIME_ENV_H
#define DC_RUNTIME_ENV_H

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "runtime/objects/objects.h"

static pthread_mutex_t env_mutex = PTHREAD_MUTEX_INITIALIZER;
static long env_fail_at; /* fails the allocation that makes this 0 */
static long env_blocks; /* allocated and not freed */

static void *env_alloc(size_t len)
{
	void *memory = env_fail_at && --env_fail_at == 0 ? NULL : calloc(1, len);

	if (memory)
		__atomic_add_fetch(&env_blocks, 1, __ATOMIC_RELAXED);
	return memory;
}

static void env_free(void *memory)
{
	if (memory)
		__atomic_sub_fetch(&env_blocks, 1, __ATOMIC_RELAXED);
	free(memory);
}

static void env_lock(void *ctx)
{
	pthread_mutex_lock(ctx);
}

static void env_unlock(void *ctx)
{
	pthread_mutex_unlock(ctx);
}

static void env_pause(void)
{
	sched_yield();
}

static __thread char env_thread;

static const void *env_self(void)
{
	return &env_thread;
}

static const struct dcrt_env env = {.alloc = env_alloc,
				    .free = env_free,
				    .lock = env_lock,
				    .unlock = env_unlock,
				    .lock_ctx = &env_mutex,
				    .addresses = 8,
				    .pause = env_pause,
				    .self = env_self};

#endif
