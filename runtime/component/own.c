// SPDX-License-Identifier: GPL-2.0-only
/* Each driver's module has this of the library: its state, and its parameters. */
#include <generated/utsrelease.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "component.h"

struct dck dcg_dck = {
	.module = THIS_MODULE,
	.driver = &dcg_driver,
	.setup = dcg_setup,
	.recoveries = dcg_recoveries,
	.bind_statics = dcg_bind_statics,
	/* The process is compiled with this kernel's headers. */
	.program = "/usr/lib/drivercut/" UTS_RELEASE "/" KBUILD_MODNAME,
	.map = true,
	.journal = {.list = LIST_HEAD_INIT(dcg_dck.journal.list),
		    .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.journal.lock)},
	.devices = {.list = LIST_HEAD_INIT(dcg_dck.devices.list),
		    .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.devices.lock)},
	.recovery = {.undoing = __MUTEX_INITIALIZER(dcg_dck.recovery.undoing)},
	.guards = {.list = LIST_HEAD_INIT(dcg_dck.guards.list),
		   .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.guards.lock),
		   .wait = __WAIT_QUEUE_HEAD_INITIALIZER(dcg_dck.guards.wait)},
	.runners = {.list = LIST_HEAD_INIT(dcg_dck.runners.list),
		    .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.runners.lock),
		    .told = RATELIMIT_STATE_INIT(dcg_dck.runners.told, 60 * HZ, 1)},
	.netdevs = {.list = LIST_HEAD_INIT(dcg_dck.netdevs.list),
		    .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.netdevs.lock)},
	.settings = {.list = LIST_HEAD_INIT(dcg_dck.settings.list),
		     .lock = __MUTEX_INITIALIZER(dcg_dck.settings.lock)},
	.answers = {.list = LIST_HEAD_INIT(dcg_dck.answers.list),
		    .lock = __SPIN_LOCK_UNLOCKED(dcg_dck.answers.lock)},
};

module_param_cb(dcrt_program, &dck_program_ops, &dcg_dck.program, 0644);
MODULE_PARM_DESC(dcrt_program,
		 "program of the process; empty: it is started by other means; may be written");

module_param_cb(dcrt_journal, &dck_journal_ops, &dcg_dck, 0444);
MODULE_PARM_DESC(dcrt_journal,
		 "read only: what recovery would call to release or cancel, the last first");

/*
 * With mapped registers a faulty process can do to the device what the driver can, DMA included.
 * Without, each access is a downcall.
 */
module_param_named(dcrt_map, dcg_dck.map, bool, 0444);
MODULE_PARM_DESC(dcrt_map, "map registers in the process; otherwise it accesses them by calls");
