/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the driver's files in the kernel component: to be included after their own #include lines (a
 * file may define pr_fmt before them) and before their code.
 *
 * The driver's init function runs after the channel is there and the process attached, and its exit
 * function before that is taken down. What is freed is no longer tracked; where registers are is
 * noted for the process. The driver's text stays as it is: its module_init(), also through
 * module_pci_driver(), and its kfree() mean these.
 */
#ifndef DCK_KERNEL_H
#define DCK_KERNEL_H

#include <linux/init.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "downcalls.h"
#include "../module/module.h"

/*
 * dck_init - registers dcg_driver, has its process started and kept alive, calls init.
 * Module parameter dcrt_program: the process's program, by default /usr/lib/drivercut/MODULE;
 * empty: someone else starts it, init is called at once.
 * Returns what failed first, with everything undone, or 0.
 */
int dck_init(int (*init)(void));
void dck_exit(void (*exit)(void));

/* dck_untrack - the object is about to be freed: it is no longer tracked, nor in the journal if the
 * process has allocated it. Before dck_init and after dck_exit: nothing. */
void dck_untrack(const void *object);

/*
 * dck_untrack_freed - memory of kmalloc() or vmalloc() is about to be freed: it is no longer
 * tracked, nor in the journal, and works and timers in it are forgotten; NULL is fine.
 * dck_untrack_freed_range: the same of what is known to be so long. Any context, as far as
 * dcrt_forget() can be called there.
 */
void dck_untrack_freed(const void *memory);
void dck_untrack_freed_range(const void *memory, size_t len);
/* dck_untrack_freed_in - an object, and all of the memory that it was allocated in. */
void dck_untrack_freed_in(const void *object, const void *memory);

/*
 * dck_adopt_list - as dcrt_adopt(), of all elements of a list: of a type, hanging together by a
 * node so far inside of each.
 * lock: what protects it. A list that another thread has locked is left alone: who locks it in the
 * process is told of it then. NULL: all callers of the driver's entry points hold such a lock.
 * What looks like no list (not set up, in the middle of a change) ends the walk.
 */
int dck_adopt_list(struct dcrt_channel *channel, struct list_head *head, u16 type, size_t inside,
		   struct mutex *lock);

/* Recovery: dck_journal.c, dck_runner.c. */

#define DCK_ARGS_MAX 6

/* When recovery gives back what is in the journal; within one the last acquired first. */
enum dck_when {
	DCK_FIRST, /* what makes the device harmless */
	/* then works and timers are cancelled */
	DCK_STOP, /* what runs by itself */
	/* then the driver's own functions are called (struct dck_recovery) */
	DCK_LAST,
	DCK_MEMORY, /* as DCK_LAST; args[0] is memory, and dck_untrack_freed() takes it out */
	DCK_LOCK, /* not in recovery: dck_locks_release() */
};

/* How something acquired is given back. One object a function, so that its address names it. */
struct dck_release {
	const char *name; /* of the kernel's function */
	void (*undo)(const unsigned long *args);
	unsigned int key; /* how many of the arguments tell which one it is */
	enum dck_when when;
};

/* A function of the driver that recovery calls for each tracked object of a type. */
struct dck_recovery {
	const char *name;
	void (*run)(void *object);
	u16 type;
};

/* Generated; a zero row at the end. */
extern const struct dck_recovery dcg_recoveries[];

/* dck_is_object - for the conditions of such functions: there is memory of an object's there. */
bool dck_is_object(const void *address);

/* dck_begin - as dcrt_call_begin; -ENODEV while the driver starts over. */
int dck_begin(u32 function, struct dcrt_call **ret);

/* Any context. dck_acquired returns false, and says so once, if there is no memory to note it.
 * dck_released returns whether it was acquired (a lock: by this thread), and then fills in the
 * arguments behind the key. */
bool dck_acquired(const struct dck_release *release, const unsigned long *args);
bool dck_released(const struct dck_release *release, unsigned long *args);

/*
 * dck_locks_release - the process has ended in a call that this thread has made (err says so, else
 * this does nothing): locks that it has taken for the process since dck_locks_mark() are given
 * back.
 */
u64 dck_locks_mark(void);
void dck_locks_release(u64 mark, int err);

/* A device that the driver has taken, and that it has let go or not taken: what the journal still
 * has of it is dropped. May sleep. */
void dck_device_add(struct device *device);
void dck_device_removing(struct device *device); /* it will be let go: not to be probed again */
void dck_device_remove(struct device *device);

/* Works and timers that have been set up, until the memory they are in is freed. Any context. Those
 * that are set up by DECLARE_WORK() and the like are not noted. */
enum dck_runner_kind { DCK_WORK, DCK_DELAYED_WORK, DCK_TIMER };
void dck_runner_add(void *runner, enum dck_runner_kind kind);

/*
 * dck_work_requeue - a work's function could not be called, or not to its end (err, negative): it
 * is queued again, a second later, unless the driver starts over or goes. To be called by that
 * function. Sleeps.
 */
void dck_work_requeue(struct work_struct *work, int err);

/* Of recovery: all works and timers are cancelled, and waited for (may sleep); memory that is freed
 * is no longer in the journal. */
void dck_runners_stop(void);
void dck_memory_released(const void *memory);

/* dck_upcall_failed - a call that changes things has failed; if that is because the process ended
 * in it, the driver starts over: what is in the journal is given back and its devices are probed
 * again. */
void dck_upcall_failed(const char *what, int err);

/* dck_had_no_process - whether it was no fault of the call that it failed: there was no process, or
 * not until its end, and the driver does not start over. */
bool dck_had_no_process(int err);

/* dck_recovery_flush - waits for a recovery that has begun. */
void dck_recovery_flush(void);

/* dck_remove_failed - a call that lets a device go has failed: gives all back, the other devices'
 * too; those start over after dck_device_remove() of this one. */
void dck_remove_failed(const char *what, int err);

/* As module.h has it: the loader knows these two names, and objtool must see their address taken
 * (CONFIG_X86_KERNEL_IBT would make them no target of a call). */
#undef module_init
#define module_init(f)                                                                             \
	int __init init_module(void)                                                               \
	{                                                                                          \
		return dck_init(f);                                                                \
	}                                                                                          \
	___ADDRESSABLE(init_module, __initdata)

#undef module_exit
#define module_exit(f)                                                                             \
	void __exit cleanup_module(void)                                                           \
	{                                                                                          \
		dck_exit(f);                                                                       \
	}                                                                                          \
	___ADDRESSABLE(cleanup_module, __exitdata)

void dck_netdev_freed(struct net_device *netdev);

/*
 * dck_guard_enter - a function of the driver's begins in the kernel component, called by the kernel
 * where it may sleep. False while the driver starts over: then it is not to begin, not even within
 * another. Recovery waits until all that have begun have said dck_guard_leave, which returns
 * whether the driver starts over.
 */
struct dck_guard {
	struct list_head node;
	const struct task_struct *thread; /* compared only */
};

bool dck_guard_enter(struct dck_guard *ret);
bool dck_guard_leave(struct dck_guard *inside);

/* dck_release_deferred - the process has died while such a function runs in this thread. What that
 * gives back from now on is left to recovery, which knows in which order it is safe. Any context.
 */
bool dck_release_deferred(void);

/* dck_first_device - what the module has acquired so far is its own: it outlives its devices. */
void dck_first_device(void);

static inline void dck_kfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kfree(object);
}

static inline void dck_kfree_sensitive(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kfree_sensitive(object);
}

static inline void dck_vfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	vfree(object);
}

static inline void dck_kvfree(const void *object)
{
	if (dck_release_deferred())
		return;
	dck_untrack_freed(object);
	kvfree(object);
}

/* Memory that the kernel frees when the device is let go. */
void *dck_devm_kmalloc(struct device *device, size_t len, gfp_t flags);
void dck_devm_kfree(struct device *device, const void *object);

/* With it goes what it was allocated with, and its address, which stands elsewhere. */
static inline void dck_free_netdev(struct net_device *netdev)
{
	if (dck_release_deferred())
		return;
	dck_netdev_freed(netdev);
	dck_untrack(netdev->dev_addr);
	dck_untrack(netdev_priv(netdev));
	free_netdev(netdev);
}

/*
 * The kernel's watchdog takes a queue for hung that is stopped while the carrier is there and had
 * its last packet seconds ago, however short it has been stopped. Drivers stop the queues, calm the
 * hardware and then take the carrier away, which takes longer with calls across in between: from
 * here on the time counts anew.
 */
static inline void dck_netif_tx_disable(struct net_device *netdev)
{
	unsigned int i;

	netif_tx_disable(netdev);
	for (i = 0; i < netdev->num_tx_queues; i++)
		WRITE_ONCE(netdev_get_tx_queue(netdev, i)->trans_start, jiffies);
}

/*
 * Registers that the process may map (module parameter dcrt_map, true by default), until they are
 * unmapped here or by the kernel when the device is let go (devm_ioremap(), pcim_iomap()). By other
 * ways to map them it can name no register.
 */
void __iomem *dck_ioremap(phys_addr_t phys, size_t len);
void dck_iounmap(volatile void __iomem *base);
void __iomem *dck_pci_ioremap_bar(struct pci_dev *pdev, int bar);
void __iomem *dck_pci_iomap(struct pci_dev *pdev, int bar, unsigned long max);
void dck_pci_iounmap(struct pci_dev *pdev, void __iomem *base);
void __iomem *dck_devm_ioremap(struct device *device, resource_size_t phys, resource_size_t len);
void __iomem *dck_pcim_iomap(struct pci_dev *pdev, int bar, unsigned long max);

/* With arguments, so that a pointer to kfree stays what it is. */
#define kfree(object)		dck_kfree(object)
#define kfree_sensitive(object) dck_kfree_sensitive(object)
/* It may move; what it becomes is not in the journal. */
#define krealloc(object, len, flags)                                                               \
	({                                                                                         \
		dck_untrack_freed(object);                                                         \
		(krealloc)(object, len, flags);                                                    \
	})
#define vfree(object)		 dck_vfree(object)
#define kvfree(object)		 dck_kvfree(object)
#define netif_tx_disable(netdev) dck_netif_tx_disable(netdev)
#define free_netdev(netdev)	 dck_free_netdev(netdev)

#undef kfree_rcu
#define kfree_rcu(object, ...)                                                                     \
	do {                                                                                       \
		if (dck_release_deferred())                                                        \
			break;                                                                     \
		dck_untrack_freed(object);                                                         \
		kvfree_rcu(object, ##__VA_ARGS__);                                                 \
	} while (0)

#define devm_kmalloc(device, len, flags) dck_devm_kmalloc(device, len, flags)
#define devm_kzalloc(device, len, flags) dck_devm_kmalloc(device, len, (flags) | __GFP_ZERO)
#define devm_kmalloc_array(device, count, len, flags)                                              \
	dck_devm_kmalloc(device, array_size(count, len), flags)
#define devm_kcalloc(device, count, len, flags)                                                    \
	dck_devm_kmalloc(device, array_size(count, len), (flags) | __GFP_ZERO)
#define devm_kfree(device, object) dck_devm_kfree(device, object)

/* As workqueue.h and timer.h have them. */
#undef INIT_WORK
#define INIT_WORK(work, function)                                                                  \
	do {                                                                                       \
		__INIT_WORK((work), (function), 0);                                                \
		dck_runner_add(work, DCK_WORK);                                                    \
	} while (0)

#undef INIT_DELAYED_WORK
#define INIT_DELAYED_WORK(work, function)                                                          \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, 0);                                            \
		dck_runner_add(work, DCK_DELAYED_WORK);                                            \
	} while (0)

#undef INIT_DEFERRABLE_WORK
#define INIT_DEFERRABLE_WORK(work, function)                                                       \
	do {                                                                                       \
		__INIT_DELAYED_WORK(work, function, TIMER_DEFERRABLE);                             \
		dck_runner_add(work, DCK_DELAYED_WORK);                                            \
	} while (0)

#undef timer_setup
#define timer_setup(timer, function, flags)                                                        \
	do {                                                                                       \
		__init_timer((timer), (function), (flags));                                        \
		dck_runner_add(timer, DCK_TIMER);                                                  \
	} while (0)

#undef ioremap
#undef iounmap
#undef pci_iomap
#undef pci_iounmap
#define ioremap(phys, len)	     dck_ioremap(phys, len)
#define iounmap(base)		     dck_iounmap(base)
#define pci_ioremap_bar(pdev, bar)   dck_pci_ioremap_bar(pdev, bar)
#define pci_iomap(pdev, bar, max)    dck_pci_iomap(pdev, bar, max)
#define pci_iounmap(pdev, base)	     dck_pci_iounmap(pdev, base)
#define devm_ioremap(dev, phys, len) dck_devm_ioremap(dev, phys, len)
#define pcim_iomap(pdev, bar, max)   dck_pcim_iomap(pdev, bar, max)

#endif
