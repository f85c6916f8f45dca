/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kernel.h"

/* Functions that take and release a lock for their caller are called through pointers: one function
 * for sure, or one of two, which then need not release. */
struct ops {
	void (*lock)(void);
	void (*unlock)(void);
	void (*leave)(void);
};
static spinlock_t one, two;

static void lock(void)
{
	spin_lock(&one);
}

static void unlock(void)
{
	spin_unlock(&one);
}

static void leave(void)
{
	spin_unlock(&one);
}

static void leave_two(void)
{
	spin_unlock(&two);
}

struct ops ops = {.lock = lock, .unlock = unlock, .leave = leave};

void f(void)
{
	ops.lock();
	act();
	ops.unlock();
	act();
}

void g(void)
{
	lock();
	ops.leave();
	act();
}

void init(void)
{
	static struct ops other = {.leave = leave_two};

	ops = other;
}

/* expect locks holders
 * f act: one@lock_by_pointer.c
 * f act:
 * g lock:
 * g act: one@lock_by_pointer.c
 * one@lock_by_pointer.c: f g leave lock unlock
 * two@lock_by_pointer.c in atomic: leave_two
 */
