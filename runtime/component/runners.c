// SPDX-License-Identifier: GPL-2.0-only
/*
 * Works and timers: what runs by itself, until the memory it is in is freed. Nothing gives them
 * back one by one; so they are noted when they are set up, and each way to free memory looks for
 * those in it. Any context: kfree() may be called in all.
 */
#undef pr_fmt
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "component.h"

/* Its own memory is not the driver's: (kfree) is the kernel's, whatever kfree() means here. */

struct dck_runner {
	struct list_head node;
	void *at; /* the work or timer */
	enum dck_runner_kind kind;
	unsigned int round; /* of dck_runners_stop() that has had it */
};

static LIST_HEAD(dck_runners);
static DEFINE_SPINLOCK(dck_runners_lock);

/* With the lock. */
static struct dck_runner *dck_find_runner(const void *at)
{
	struct dck_runner *runner;

	list_for_each_entry(runner, &dck_runners, node)
		if (runner->at == at)
			return runner;
	return NULL;
}

/* Set up again it is the same one; INIT_DELAYED_WORK() begins with INIT_WORK(). */
void dck_runner_add(void *at, enum dck_runner_kind kind)
{
	struct dck_runner *new = (kmalloc)(sizeof(*new), GFP_ATOMIC), *runner;
	unsigned long flags;

	spin_lock_irqsave(&dck_runners_lock, flags);
	runner = dck_find_runner(at);
	if (runner) {
		runner->kind = kind;
	} else if (new) {
		*new = (struct dck_runner){.at = at, .kind = kind};
		list_add(&new->node, &dck_runners);
	}
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	if (runner)
		(kfree)(new);
	else if (!new)
		pr_warn_once("no memory to note a work or timer: it will not be stopped\n");
}

/* With the lock. */
static void dck_drop_runner(struct dck_runner *runner)
{
	list_del(&runner->node);
	(kfree)(runner);
}

/* Memory of vmalloc() ends where the next page is not there: a page between two areas never is. */
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

/* len 0: what the memory has */
static bool dck_is_in_freed(const struct dck_runner *runner, const char *memory, size_t len)
{
	const char *at = runner->at;

	return len ? at >= memory && at < memory + len : dck_is_in(memory, at);
}

static void dck_forget_runners(const void *memory, size_t len)
{
	struct dck_runner *runner, *next;
	unsigned long flags;

	spin_lock_irqsave(&dck_runners_lock, flags);
	list_for_each_entry_safe(runner, next, &dck_runners, node)
		if (dck_is_in_freed(runner, memory, len))
			dck_drop_runner(runner);
	spin_unlock_irqrestore(&dck_runners_lock, flags);
}

void dck_untrack_freed(const void *memory)
{
	if (IS_ERR_OR_NULL(memory) || ZERO_OR_NULL_PTR(memory))
		return;
	dck_untrack_freed_in(memory, memory);
}

void dck_untrack_freed_in(const void *object, const void *memory)
{
	dck_untrack(object);
	dck_memory_released(object);
	dck_forget_runners(memory, 0);
}

void dck_untrack_freed_range(const void *memory, size_t len)
{
	dck_untrack(memory);
	dck_memory_released(memory);
	dck_forget_runners(memory, len);
}

/* Stopping them: each once, without the lock, as that sleeps. One that is added meanwhile is
 * stopped too; one whose memory is freed meanwhile is a race of the driver's own. */

static bool dck_next_runner(unsigned int round, struct dck_runner *ret)
{
	struct dck_runner *runner;
	unsigned long flags;
	bool found = false;

	spin_lock_irqsave(&dck_runners_lock, flags);
	list_for_each_entry(runner, &dck_runners, node)
		if (runner->round != round) {
			runner->round = round;
			*ret = *runner;
			found = true;
			break;
		}
	spin_unlock_irqrestore(&dck_runners_lock, flags);
	return found;
}

static bool dck_stop_round(void)
{
	static atomic_t rounds;
	unsigned int round = (unsigned int)atomic_inc_return(&rounds);
	struct dck_runner runner;
	bool any = false;

	while (dck_next_runner(round, &runner)) {
		if (runner.kind == DCK_WORK)
			any |= cancel_work_sync(runner.at);
		else if (runner.kind == DCK_DELAYED_WORK)
			any |= cancel_delayed_work_sync(runner.at);
		else
			any |= del_timer_sync(runner.at);
	}
	return any;
}

/* One may have started another that was stopped before. */
void dck_runners_stop(void)
{
	unsigned int left = 16;

	while (dck_stop_round() && --left)
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

/* Whoever cancels the work waits for its function, which is here, and refuses that it is queued. */
void dck_work_requeue(struct work_struct *work, int err)
{
	if (!dck_had_no_process(err))
		return;
	pr_warn_ratelimited("a work was missed (%d) and is queued again\n", err);
	if (dck_is_delayed(work)) {
		struct delayed_work *delayed = to_delayed_work(work);

		queue_delayed_work(delayed->wq ? delayed->wq : system_wq, delayed, HZ);
		return;
	}
	msleep(MSEC_PER_SEC);
	queue_work(system_wq, work);
}

/* Memory of devices. What is added to a device after it goes before it. */

struct dck_managed {
	const void *object;
	size_t len;
};

static void dck_managed_freed(struct device *device, void *res)
{
	struct dck_managed *managed = res;

	if (managed->object)
		dck_untrack_freed_range(managed->object, managed->len);
}

void *dck_devm_kmalloc(struct device *device, size_t len, gfp_t flags)
{
	struct dck_managed *managed = devres_alloc(dck_managed_freed, sizeof(*managed), flags);
	void *object = managed ? (devm_kmalloc)(device, len, flags) : NULL;

	if (!object) {
		devres_free(managed);
		return NULL;
	}
	*managed = (struct dck_managed){.object = len ? object : NULL, .len = len};
	devres_add(device, managed);
	return object;
}

static int dck_is_of(struct device *device, void *res, void *object)
{
	return ((struct dck_managed *)res)->object == object;
}

void dck_devm_kfree(struct device *device, const void *object)
{
	devres_release(device, dck_managed_freed, dck_is_of, (void *)object);
	(devm_kfree)(device, object);
}
