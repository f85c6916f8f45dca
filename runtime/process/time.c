// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delays, and the kernel's clock: jiffies are asked for now and then, and extrapolated in between.
 */
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "../component/downcalls.h"
#include "process.h"
#include "library.h"

#define SLEEP_NS   100000 /* shorter delays spin: waking up takes about 50 us */
#define REFRESH_NS 10000000000ull
#define SECOND_NS  1000000000ull

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void dcp_delay_ns(uint64_t ns)
{
	uint64_t until = now_ns() + ns;
	struct timespec at = {.tv_sec = (time_t)(until / SECOND_NS),
			      .tv_nsec = (long)(until % SECOND_NS)};

	if (ns >= SLEEP_NS)
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
			;
	while (now_ns() < until)
		;
}

void dcp_yield(void)
{
	sched_yield();
}

/* Jiffies */

static struct {
	pthread_mutex_t lock;
	uint64_t jiffies, at_ns, hz; /* hz 0: not asked for yet */
} clock_known = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* If the kernel cannot be asked, the last answer stays. */
static void ask_clock(void)
{
	uint64_t known[3] = {0};
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCK_CLOCK, &call);
	uint32_t i;

	if (err)
		return;
	err = dcrt_call_run(call);
	for (i = 0; !err && i < 3; i++)
		known[i] = dcrt_in_word(call, i);
	dcrt_call_end(call);
	if (!known[2])
		return;
	pthread_mutex_lock(&clock_known.lock);
	clock_known.jiffies = known[0];
	clock_known.at_ns = known[1];
	clock_known.hz = known[2];
	pthread_mutex_unlock(&clock_known.lock);
}

static bool clock_is_old(void)
{
	bool old;

	pthread_mutex_lock(&clock_known.lock);
	old = !clock_known.hz || now_ns() - clock_known.at_ns > REFRESH_NS;
	pthread_mutex_unlock(&clock_known.lock);
	return old;
}

unsigned long dcp_jiffies(void)
{
	uint64_t since, ticks;
	unsigned long jiffies;

	if (clock_is_old())
		ask_clock();
	pthread_mutex_lock(&clock_known.lock);
	since = now_ns() - clock_known.at_ns;
	ticks = since / SECOND_NS * clock_known.hz + since % SECOND_NS * clock_known.hz / SECOND_NS;
	jiffies = (unsigned long)(clock_known.jiffies + ticks);
	pthread_mutex_unlock(&clock_known.lock);
	return jiffies;
}

int dcp_system_state(void)
{
	static int last; /* SYSTEM_BOOTING until it is asked for */
	struct dcrt_call *call;
	int err = dcrt_call_begin(dcg_channel, DCK_STATE, &call);

	if (err)
		return __atomic_load_n(&last, __ATOMIC_RELAXED);
	err = dcrt_call_run(call);
	if (!err)
		__atomic_store_n(&last, (int)dcrt_in_word(call, 0), __ATOMIC_RELAXED);
	dcrt_call_end(call);
	return __atomic_load_n(&last, __ATOMIC_RELAXED);
}
