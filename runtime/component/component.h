/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of kernel components. Its code is in dcrt.ko, once for all drivers; what a driver has
 * of its own is struct dck (state.h), the first argument of these functions. The driver's files
 * include this after their own #include lines (a file may define pr_fmt before them) and before
 * their code.
 *
 * The driver's init function runs once there is a channel and the process has attached, its exit
 * function before that is taken down. Memory that is freed is no longer tracked, and windows are
 * noted for the process. The driver's text stays as it is: its module_init(), also by way of
 * module_pci_driver(), and its kfree() are macros here (overrides.h).
 */
#ifndef DCK_COMPONENT_H
#define DCK_COMPONENT_H

#include <linux/etherdevice.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "../module/module.h"
#include "../versions.h"
#include "downcalls.h"
#include "state.h"

extern struct dck dcg_dck; /* own.c: the driver's */

/* init.c */

/* The driver's parameters: the program, and the journal of struct dck. */
extern const struct kernel_param_ops dck_program_ops, dck_journal_ops;

/*
 * dck_init - registers the driver, starts its process and keeps one running, calls init.
 * The module parameter dcrt_program is the process's program, by default
 * /usr/lib/drivercut/RELEASE/MODULE; if it is empty, the process is started by other means and init
 * is called at once.
 * Returns 0, or the first error, with everything undone.
 */
int dck_init(struct dck *dck, int (*init)(void));
void dck_exit(struct dck *dck, void (*exit)(void));

/* lists.c */

/*
 * dck_adopt_list - calls dcrt_adopt() for all elements of a list: of the type, linked by a node
 * that is `inside` bytes into each.
 * lock: what protects the list. A list that another thread has locked is skipped: the process is
 * told of its elements by the thread that locks it there. NULL: all callers of the driver's entry
 * points hold such a lock.
 * The walk ends at anything that does not look like a list (not initialised, or being changed).
 */
int dck_adopt_list(struct dcrt_channel *channel, struct list_head *head, u16 type, size_t inside,
		   struct mutex *lock);

/* journal.c: what the driver has acquired. Any context. */

#define DCK_ARGS_MAX 6

/* When recovery releases an entry of the journal; within a stage, the last acquired comes first. */
enum dck_when {
	DCK_FIRST, /* makes the device harmless */
	/* then work items and timers are cancelled */
	DCK_STOP, /* runs by itself */
	/* then the driver's own functions are called (struct dck_recovery) */
	DCK_LAST,
	DCK_MEMORY, /* as DCK_LAST; args[0] is memory, and dck_untrack_freed() drops the entry */
	DCK_LOCK, /* not by recovery: dck_locks_release() */
};

/*
 * How something is released. One variable for each function that acquires: its address is the
 * identity.
 */
struct dck_release {
	struct dck *dck;
	const char *name; /* of the kernel's function */
	unsigned long (*undo)(struct dcrt_call *none, const unsigned long *args);
	u8 args; /* how many arguments undo() takes */
	u8 key; /* how many of them identify what was acquired */
	enum dck_when when;
	bool once; /* acquiring it again changes nothing: it is noted once */
};

/*
 * dck_acquired - notes it; behind release come undo()'s arguments, each an unsigned long. dck_note
 * - the same with an array of DCK_ARGS_MAX. False, and one warning: no memory for the entry.
 */
bool dck_acquired(const struct dck_release *release, ...);
bool dck_note(struct dck *dck, const struct dck_release *release, const unsigned long *args);
/*
 * dck_releasing - drops the last entry with these arguments (a lock: of this thread), if there is
 * one: it is about to be released. False: it must not be (dck_release_deferred).
 */
bool dck_releasing(const struct dck_release *release, ...);
/* dck_released - drops that entry, and fills in the arguments behind the key. False: none. */
bool dck_released(struct dck *dck, const struct dck_release *release, unsigned long *args);
/* dck_memory_released - the same for memory (DCK_MEMORY), which need not have an entry. */
void dck_memory_released(struct dck *dck, const void *memory);

/*
 * dck_journal_mark - now, for the next two. dck_undo_since - a handler has made something that the
 * process cannot be told of (err is negative): releases what this thread has acquired since the
 * mark. Returns err.
 */
u64 dck_journal_mark(struct dck *dck);
int dck_undo_since(struct dck *dck, u64 mark, int err);

/*
 * dck_locks_release - after an upcall that this thread made: if the process ended in it (err
 * tells), releases the locks that the thread has taken for the process since the mark. So it does
 * if the kernel made the call, and not a function of the driver which may release them: then the
 * process has kept them by mistake, and is ended.
 */
void dck_locks_release(struct dck *dck, u64 mark, int err);

/*
 * dck_first_device - a device is about to be probed: what the module has acquired so far is the
 * module's own, and stays in recovery.
 */
void dck_first_device(struct dck *dck);

/* recovery.c: when the process has died in a change */

/* A function of the driver that recovery calls for each tracked object of a type. */
struct dck_recovery {
	const char *name;
	void (*run)(void *object);
	u16 type;
	bool with_locks; /* also before a lock of the dead process is released */
};

/* dck_recover_locked - calls those with_locks for the objects of a device (NULL: of none). */
void dck_recover_locked(struct dck *dck, const struct device *device);

/* Generated; a zero row ends it. */
extern const struct dck_recovery dcg_recoveries[];

/* Generated: types of the static variables of functions that bind devices; DCRT_ANY_TYPE ends them.
 */
extern const u16 dcg_bind_statics[];

/*
 * For the conditions of such functions, by the names of overrides.h. dck_is_object - true for an
 * address in a tracked object.
 */
bool dck_has_object(struct dck *dck, const void *address);
/* dck_is_mapped - true for an address in registers that the driver has mapped, and not unmapped. */
bool dck_has_mapped(struct dck *dck, const volatile void __iomem *address);

/*
 * In what follows, about is an address that tells which device a call is for: of the device, or in
 * an object. NULL: no argument tells. If nobody knows the device, it may be any.
 */

/* dck_begin - as dcrt_call_begin; -ENODEV during recovery of the device. */
int dck_begin(struct dck *dck, u32 function, const void *about, struct dcrt_call **ret);

/*
 * dck_upcall_failed - an upcall that changes things has failed. If the process ended in it,
 * recovery of the device is scheduled: it releases what is in the journal for it and probes it
 * again.
 */
void dck_upcall_failed(struct dck *dck, const char *what, const void *about, int err);
/*
 * dck_change_failed - the same for an upcall that nobody makes again, and whose failure the kernel
 * may ignore: recovery is scheduled, too, if no process ran it.
 */
void dck_change_failed(struct dck *dck, const char *what, const void *about, int err);
/*
 * dck_bind_failed, dck_remove_failed - an upcall that probes or removes a device has failed:
 * releases at once what it has acquired. A device that was probed is probed again later.
 */
void dck_bind_failed(struct dck *dck, const char *what, struct device *device, int err);
void dck_remove_failed(struct dck *dck, const char *what, struct device *device, int err);
/*
 * dck_release_now - an upcall has failed after which a device must be quiet (on_failure of a rule):
 * releases at once what it has acquired. Recovery follows.
 */
void dck_release_now(struct dck *dck, const char *what, const void *about, int err);
/*
 * dck_had_no_process - true if an upcall failed only because there was no process, none until its
 * end, or none with time for it, and no recovery follows: it can be made again.
 */
bool dck_had_no_process(struct dck *dck, const void *about, int err);
/*
 * For init.c. dck_recovery_begin returns 0 or an error. dck_recovery_flush - the module is about to
 * end: waits for a recovery that has begun, but not for a process. dck_recovery_end: it has ended.
 */
int dck_recovery_begin(struct dck *dck);
void dck_wake_process(struct dck *dck); /* init.c: starts one at once, if there is none */
void dck_recovery_flush(struct dck *dck);
void dck_recovery_end(struct dck *dck);

/* Devices of the driver. May sleep. */

/* dck_device_begin - before it is probed. Returns 0, -ENOMEM, -EPROBE_DEFER during its recovery. */
int dck_device_begin(struct dck *dck, struct device *device);
/* It was probed with success. */
void dck_device_add(struct dck *dck, struct device *device);
/* It will be removed: recovery does not probe it again. */
void dck_device_removing(struct dck *dck, struct device *device);
/* It was removed, or the driver refused it: drops the journal's entries for it. */
void dck_device_remove(struct dck *dck, struct device *device);

/*
 * answers.c: dck_answer - notes a part of an answer (err 0 or more), or replaces it by that of the
 * last call that asked the same (err negative). Part 0 is the result. False: there was none. Any
 * context.
 */
struct dck_asked {
	u32 function;
	const void *about;
	u64 words; /* of the arguments */
};

bool dck_answer(struct dck *dck, int err, const struct dck_asked *asked, unsigned int part,
		void *data, size_t len);
void dck_answers_drop(struct dck *dck); /* the module ends */

/*
 * settings.c: dck_setting_note - an upcall that sets something has succeeded. With RTNL. about: the
 * net device.
 */
void dck_setting_note(struct dck *dck, u32 number, const void *about, const unsigned long *args,
		      const u32 *lengths);
void dck_settings_forget(struct dck *dck, const void *about);

/* upcalls.c */

/*
 * dck_upcall - makes an upcall as its description says, with all that goes before and after it:
 * the arguments as C passes them. Returns the result; if the call fails, special->failed()'s, the
 * last answer's, the error of a function whose negative results are errors, or 0.
 * dck_upcall_args - the same with the arguments as numbers.
 */
unsigned long dck_upcall(struct dck *dck, u32 number, ...);
unsigned long dck_upcall_args(struct dck *dck, u32 number, const unsigned long *args);

/* dck_serve - the handler of every downcall that is described. */
int dck_serve(struct dcrt_call *call);

/*
 * dck_guard_enter - the kernel calls a function of the driver in the kernel component that may
 * sleep. False during recovery of its device: the function must not run then, not even within
 * another one. Recovery waits until all that have entered have called dck_guard_leave(), which
 * returns true if recovery is due.
 */
struct dck_guard {
	struct list_head node;
	struct dck *dck;
	const struct task_struct *thread; /* only compared */
	const struct device *device; /* or NULL: nobody knows; only compared */
};

bool dck_guard_enter(struct dck *dck, struct dck_guard *ret, const void *about);
bool dck_guard_leave(struct dck_guard *guard);

/*
 * dck_release_deferred - true if the process died while this thread is in a guarded function.
 * Releases are then left to recovery, which does them in a safe order. Any context.
 */
bool dck_release_deferred(struct dck *dck);

/*
 * runners.c: work items and timers, noted from their initialisation until their memory is freed.
 * Those that DECLARE_WORK() and the like define are not noted. Any context.
 */

enum dck_runner_kind { DCK_WORK, DCK_DELAYED_WORK, DCK_TIMER };
void dck_runner_add(struct dck *dck, void *runner, enum dck_runner_kind kind);

/*
 * dck_work_requeue - called by a work function whose upcall failed (err, negative): queues the work
 * item again, a second later, if dck_had_no_process(). Sleeps.
 */
void dck_work_requeue(struct dck *dck, struct work_struct *work, int err);

/* For memory.c: forgets those in memory of len bytes; 0: of its allocated size. */
void dck_runners_forget(struct dck *dck, const void *memory, size_t len);
/* For recovery: cancels those of a device (NULL: all), and waits for them. May sleep. */
void dck_runners_stop(struct dck *dck, const struct device *device);

/* memory.c: before memory is freed. Any context in which dcrt_forget() may be called. */

/*
 * dck_untrack - an object is no longer tracked, nor in the journal if the process allocated it.
 * Nothing without a channel.
 */
void dck_untrack(struct dck *dck, const void *object);
/*
 * dck_untrack_freed - the same for memory of kmalloc() or vmalloc(), which also leaves the journal,
 * with the work items and timers in it. NULL is fine. dck_untrack_freed_range: of known length;
 * dck_untrack_freed_in: of an object, and the memory in which it was allocated.
 */
void dck_untrack_freed(struct dck *dck, const void *memory);
void dck_untrack_freed_range(struct dck *dck, const void *memory, size_t len);
void dck_untrack_freed_in(struct dck *dck, const void *object, const void *memory);

/*
 * Functions that overrides.h puts in the place of the kernel's. Nothing is freed while
 * dck_release_deferred(). dck_krealloc - the memory may move; its new address is not in the
 * journal. dck_devm_kmalloc: memory that the kernel frees with the device.
 */
void dck_kfree(struct dck *dck, const void *object);
void dck_kfree_sensitive(struct dck *dck, const void *object);
void dck_vfree(struct dck *dck, const void *object);
void dck_kvfree(struct dck *dck, const void *object);
void *dck_krealloc(struct dck *dck, const void *object, size_t len, gfp_t flags);
void *dck_devm_kmalloc(struct dck *dck, struct device *device, size_t len, gfp_t flags);
void dck_devm_kfree(struct dck *dck, struct device *device, const void *object);

/* netdevs.c: recovery keeps net devices for the next probe. */
struct net_device *dck_alloc_etherdev_mqs(struct dck *dck, int size, unsigned int txqs,
					  unsigned int rxqs);
int dck_register_netdev(struct dck *dck, struct net_device *netdev);
void dck_unregister_netdev(struct dck *dck, struct net_device *netdev);
/* Frees also the driver's private area, and the address, which is stored elsewhere. */
void dck_free_netdev(struct dck *dck, struct net_device *netdev);
/*
 * The kernel's watchdog reports a queue as hung if it is stopped while the carrier is on and its
 * last packet was sent seconds ago, even if it has been stopped only just now. Drivers stop the
 * queues, quiesce the hardware and then turn the carrier off, which takes longer with calls across
 * in between. So the watchdog's time starts anew here.
 */
void dck_netif_tx_disable(struct dck *dck, struct net_device *netdev);
/*
 * A process turns the hardware's transmitter on, and then, a call later, the carrier. Packets that
 * wait are sent in between: the driver's xmit function fills the ring and stops the queue, all of
 * it completes, and drivers wake no queue without a carrier. So the carrier wakes a queue that was
 * last stopped by xmit without one; xmit looks for room again.
 */
void dck_netif_stop_queue(struct dck *dck, struct net_device *netdev);
void dck_netif_carrier_on(struct dck *dck, struct net_device *netdev);

/*
 * windows.c: registers that the process may map (module parameter dcrt_map, true by default) until
 * they are unmapped, here or by the kernel with the device (devm_ioremap(), pcim_iomap()). The
 * process cannot name registers that are mapped in other ways.
 */
void __iomem *dck_ioremap(struct dck *dck, phys_addr_t phys, size_t len);
void dck_iounmap(struct dck *dck, volatile void __iomem *base);
void __iomem *dck_pci_ioremap_bar(struct dck *dck, struct pci_dev *pdev, int bar);
void __iomem *dck_pci_iomap(struct dck *dck, struct pci_dev *pdev, int bar, unsigned long max);
void dck_pci_iounmap(struct dck *dck, struct pci_dev *pdev, void __iomem *base);
void __iomem *dck_devm_ioremap(struct dck *dck, struct device *device, resource_size_t phys,
			       resource_size_t len);
void __iomem *dck_pcim_iomap(struct dck *dck, struct pci_dev *pdev, int bar, unsigned long max);

#ifndef DCRT_MODULE
#include "overrides.h"
#endif

#endif
