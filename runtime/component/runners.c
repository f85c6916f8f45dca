// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work items and timers run by themselves until the memory that contains them is freed. Nothing
 * releases them one by one: they are noted when they are initialised, and each way to free memory
 * looks for those in it. Any context, as kfree() may be called in any.
 */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "devices.h"
#include "journal.h"

struct dck_runner {
	struct list_head node;
	void *at; /* the work item or timer */
	enum dck_runner_kind kind;
	const struct device *owner; /* or NULL: nobody knows; only compared */
	unsigned int round; /* of dck_runners_stop() that has cancelled it */
};

static LIST_HEAD(dck_runners);
static DEFINE_SPINLOCK(dck_runners_lock);

int dck_runners_print(char *page, int at)
{
	static const char *const calls[] = {
		[DCK_WORK] = "cancel_work_sync",
		[DCK_DELAYED_WORK] = "cancel_delayed_work_sync",
		[DCK_TIMER] = "del_timer_sync",
	};
	const struct dck_runner *runner;
	unsigned long flags;

	spin_lock_irqsave(&dck_runners_lock, flags);
	list_for_each_entry(runner, &dck_runners, node)
		at += sysfs_emit_at(page, at, "%s\n", calls[runner->kind]);
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	return at;
}

/* With the lock. */
static struct dck_runner *dck_find_runner(const void *at)
{
	struct dck_runner *runner;

	list_for_each_entry(runner, &dck_runners, node)
		if (runner->at == at)
			return runner;
	return NULL;
}

/* One that is initialised again keeps its entry; INIT_DELAYED_WORK() begins with INIT_WORK(). */
void dck_runner_add(void *at, enum dck_runner_kind kind)
{
	struct dck_runner *new = dck_own_alloc(sizeof(*new), GFP_ATOMIC), *runner;
	const struct device *owner = dck_thread_device();
	unsigned long flags;

	if (!owner)
		owner = dck_device_of(at);
	spin_lock_irqsave(&dck_runners_lock, flags);
	runner = dck_find_runner(at);
	if (runner) {
		runner->kind = kind;
		runner->owner = owner;
	} else if (new) {
		*new = (struct dck_runner){.at = at, .kind = kind, .owner = owner};
		list_add(&new->node, &dck_runners);
	}
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	if (runner)
		dck_own_free(new);
	else if (!new)
		pr_warn_once("out of memory: recovery cannot cancel a work item or timer\n");
}

/* With the lock. */
static void dck_drop_runner(struct dck_runner *runner)
{
	list_del(&runner->node);
	dck_own_free(runner);
}

/* An area of vmalloc() ends at a page that is not mapped: there is always one between two areas. */
static bool dck_is_in(const char *memory, const char *at)
{
	const char *page;

	if (at < memory)
		return false;
	if (!is_vmalloc_addr(memory))
		return !is_vmalloc_addr(at) && at < memory + ksize(memory);
	for (page = memory; page <= at; page += PAGE_SIZE)
		if (!is_vmalloc_addr(page) || !vmalloc_to_page(page))
			return false;
	return true;
}

/* len 0: the allocated size */
static bool dck_is_in_freed(const struct dck_runner *runner, const char *memory, size_t len)
{
	const char *at = runner->at;

	return len ? at >= memory && at < memory + len : dck_is_in(memory, at);
}

void dck_runners_forget(const void *memory, size_t len)
{
	struct dck_runner *runner, *next;
	unsigned long flags;

	spin_lock_irqsave(&dck_runners_lock, flags);
	list_for_each_entry_safe(runner, next, &dck_runners, node)
		if (dck_is_in_freed(runner, memory, len))
			dck_drop_runner(runner);
	spin_unlock_irqrestore(&dck_runners_lock, flags);
}

/*
 * Cancelling: each once, without the lock, as that sleeps. One that is added meanwhile is
 * cancelled, too; one whose memory is freed meanwhile is a race in the driver.
 */

/* Also those that nobody knows the device of. */
static bool dck_next_runner(unsigned int round, const struct device *device, struct dck_runner *ret)
{
	struct dck_runner *runner;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck_runners_lock, flags);
	list_for_each_entry(runner, &dck_runners, node)
		if (runner->round != round &&
		    (!device || !runner->owner || runner->owner == device)) {
			runner->round = round;
			*ret = *runner;
			found = true;
			break;
		}
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	return found;
}

static bool dck_stop_round(const struct device *device)
{
	static atomic_t rounds;
	unsigned int round = (unsigned int)atomic_inc_return(&rounds);
	struct dck_runner runner;
	bool any = false;

	while (dck_next_runner(round, device, &runner)) {
		if (runner.kind == DCK_WORK)
			any |= cancel_work_sync(runner.at);
		else if (runner.kind == DCK_DELAYED_WORK)
			any |= cancel_delayed_work_sync(runner.at);
		else
			any |= del_timer_sync(runner.at);
	}
	return any;
}

/* A work item may have queued another that was cancelled before. */
void dck_runners_stop(const struct device *device)
{
	unsigned int left = 16;

	while (dck_stop_round(device) && --left)
		;
}

static bool dck_is_delayed(const struct work_struct *work)
{
	const struct dck_runner *runner;
	unsigned long flags;
	bool is;

	spin_lock_irqsave(&dck_runners_lock, flags);
	runner = dck_find_runner(work);
	is = runner && runner->kind == DCK_DELAYED_WORK;
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	return is;
}

/*
 * If somebody cancels the work item, he waits for its function, which runs this, and queueing
 * fails.
 */
void dck_work_requeue(struct work_struct *work, int err)
{
	static DEFINE_RATELIMIT_STATE(limit, 60 * HZ, 1); /* each is queued again in each second */

	if (!dck_had_no_process(work, err))
		return;
	ratelimit_set_flags(&limit, RATELIMIT_MSG_ON_RELEASE);
	if (__ratelimit(&limit))
		pr_warn("a work function failed (%d) and is queued again\n", err);
	if (dck_is_delayed(work)) {
		struct delayed_work *delayed = to_delayed_work(work);

		queue_delayed_work(delayed->wq ? delayed->wq : system_wq, delayed, HZ);
		return;
	}
	msleep(MSEC_PER_SEC);
	queue_work(system_wq, work);
}
