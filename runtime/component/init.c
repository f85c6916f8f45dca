// SPDX-License-Identifier: GPL-2.0-only
/* Runs the driver's init and exit functions while there is a channel. */
#include <generated/utsrelease.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "journal.h"

#define DCK_ATTACH_MS 10000 /* in which the process must attach */

static struct dcrt_channel *dck_respawning; /* its process; with the lock of parameters */

/* A word by echo ends in a newline. */
static int dck_set_program(const char *text, const struct kernel_param *param)
{
	char *copy = (kstrdup)(text, GFP_KERNEL);
	int err = copy ? param_set_charp(strim(copy), param) : -ENOMEM;

	(kfree)(copy);
	if (!err && dck_respawning)
		dcrt_respawn_now(dck_respawning, *(char **)param->arg);
	return err;
}

static const struct kernel_param_ops dck_program_ops = {
	.set = dck_set_program,
	.get = param_get_charp,
	.free = param_free_charp,
};

/* The process is compiled with this kernel's headers. */
static char *dcrt_program = "/usr/lib/drivercut/" UTS_RELEASE "/" KBUILD_MODNAME;
module_param_cb(dcrt_program, &dck_program_ops, &dcrt_program, 0644);
MODULE_PARM_DESC(dcrt_program,
		 "program of the process; empty: it is started by other means; may be written");

static int dck_get_journal(char *text, const struct kernel_param *param)
{
	int len = dck_journal_print(text, 0);

	return dck_runners_print(text, len);
}

static const struct kernel_param_ops dck_journal_ops = {.get = dck_get_journal};
module_param_cb(dcrt_journal, &dck_journal_ops, NULL, 0444);
MODULE_PARM_DESC(dcrt_journal,
		 "read only: what recovery would call to release or cancel, the last first");

struct dcrt_channel *dcg_channel;

static void dck_set_respawning(struct dcrt_channel *channel)
{
	kernel_param_lock(THIS_MODULE);
	dck_respawning = channel;
	kernel_param_unlock(THIS_MODULE);
}

/* The pointer is cleared last: what runs in open calls uses it. */
static void dck_end_channel(void)
{
	dck_set_respawning(NULL);
	dcrt_unregister(dcg_channel);
	dcg_channel = NULL;
}

/* After sleep, in which no process can be started. */
void dck_wake_process(void)
{
	kernel_param_lock(THIS_MODULE);
	if (dck_respawning)
		dcrt_respawn_now(dck_respawning, NULL);
	kernel_param_unlock(THIS_MODULE);
}

int dck_init(int (*init)(void))
{
	struct dcrt_channel *channel;
	int err;

	dcg_setup();
	channel = dcrt_register(&dcg_driver);
	if (IS_ERR(channel))
		return PTR_ERR(channel);
	dcg_channel = channel;
	err = dck_recovery_begin();
	if (err)
		goto end_channel;
	if (*dcrt_program)
		err = dcrt_respawn(channel, dcrt_program, DCK_ATTACH_MS);
	if (!err)
		err = init();
	if (!err) {
		dck_set_respawning(channel);
		return 0;
	}
	dck_recovery_end();
end_channel:
	dck_end_channel();
	return err;
}

void dck_exit(void (*exit)(void))
{
	dck_recovery_flush();
	exit();
	dck_recovery_end();
	dck_end_channel();
}
